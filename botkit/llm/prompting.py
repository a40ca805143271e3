"""Prompts: what a model is asked, out of the operator's words and, apart from them, the data of others.

The words are Jinja files: those of this package, or files of the same names in the folder `prompts/` of a bot. What
customers, articles and tools say is never in a system message, and always between tags that it cannot close.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from botkit.dialogue.commands import SCHEMA
from botkit.dialogue.prepared import prepare
from botkit.dialogue.talks import FINISH, HAND_OFF, offered_names
from botkit.errors import ModelError
from botkit.llm.counting import guess_tokens
from botkit.model.completions import ChatMessage, Tool
from botkit.model.definitions import Ask, Flow, SlotDef, Text
from botkit.model.flowset import FlowSet
from botkit.model.locales import serving
from botkit.model.marking import mark
from botkit.model.session import Session, Talk
from botkit.ports.models import ModelRequest

NAMES: Final = ("route", "agent", "generate", "answer", "summary")
"""The prompts that there are; each is a file `NAME.jinja`."""

MOST_FLOWS: Final = 40  # that a model may choose from: the nearest, where there are more
MOST_TOKENS: Final = 3_000  # of what is said of flows and answers
MOST_EXAMPLES: Final = 3  # of an intent
MOST_TOLD: Final = 3_000  # characters of a talk that the router is told word by word; of a longer one
LAST_LINES: Final = 8  # only the last lines are, and those before in short

_LANGUAGES: Final = {"en": "English", "zh": "Chinese", "de": "German", "fr": "French", "es": "Spanish"}


def _said(lines: Iterable[Sequence[str]]) -> str:
    """Give lines of a talk; a line of one that has several does not look like somebody else's."""
    return "\n".join(f"{who}: " + "\n    ".join(text.splitlines()) for who, text in lines)


class Prompts:
    """The prompts of a bot: its own ones (`own`, texts by name), and those that come with botkit."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = dict(own or {})
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, trim_blocks=False
        )
        self._made: dict[str, Template] = {}

    def source(self, name: str) -> str:
        """Give a prompt as it stands in its file."""
        own = self._own.get(name)
        return own if own is not None else (files("botkit.llm") / "prompts" / f"{name}.jinja").read_text("utf-8")

    def is_own(self, name: str) -> bool:
        """Tell whether the bot has its own."""
        return name in self._own

    def compiled(self, prompt: str) -> Template:
        """Give a prompt ready to be written. Raises jinja2.TemplateSyntaxError."""
        made = self._made.get(prompt)
        if made is None:
            made = self._made[prompt] = self._environment.from_string(self.source(prompt))
        return made

    def unknown(self, prompt: str) -> list[str]:
        """Name what a prompt reads and nobody gives it: botkit's own of that name reads all that there is."""
        read, known = (find_undeclared_variables(self._environment.parse(text)) for text in
                       (self.source(prompt), Prompts().source(prompt)))  # fmt: skip
        return sorted(read - known)

    def render(self, prompt: str, **values: Any) -> str:
        """Write a prompt. Raises ModelError(not_configured) for one that is broken."""
        try:
            return self.compiled(prompt).render(**values).strip()
        except TemplateError as error:
            why = f"prompts/{prompt}.jinja is broken: {error.message or type(error).__name__}"
            raise ModelError(why, reason="not_configured") from error


def language_of(flows: FlowSet, locale: str) -> str:
    """Give the name of a language, in English."""
    code = locale or flows.settings.locales[0]
    return _LANGUAGES.get(code.partition("-")[0], f"the language {re.sub(r'[^A-Za-z-]', '', code)[:20]}")


# Routing


def route_request(
    flows: FlowSet,
    session: Session,
    args: Mapping[str, Any],
    prompts: Prompts,
    nearest: Sequence[str] = (),
    before: str = "",
) -> ModelRequest:
    """Give what the router asks: commands for a message, with the flows that are `nearest` to it first.

    `before` is the summary of what was said before the last lines.
    """
    names = [name for name in args.get("flows", ()) if name in flows.flows]
    order = {name: place for place, name in enumerate(dict.fromkeys(nearest))}
    ranked = sorted(names, key=lambda name: order.get(name, len(order)))[:MOST_FLOWS]
    told = _bounded([_told(flows, flows.flows[name]) for name in ranked], MOST_TOKENS)
    matches = session.routed.evidence.answers if session.routed is not None else ()
    first = [match.name for match in matches if match.name in flows.answers]
    listed = [{"name": n, "question": flows.answers[n].questions[0]} for n in dict.fromkeys([*first, *flows.answers])]
    system = prompts.render(
        "route",
        name=flows.settings.name,
        teams=list(flows.settings.teams or ()),
        flows=sorted(told, key=lambda flow: names.index(flow["name"])),
        answers=_bounded(listed, MOST_TOKENS // 3),
        articles=session.routed is not None and bool(session.routed.evidence.passages),
        open=_open(flows, args),
    )
    lines = session.lines[-LAST_LINES - 1 : -1] if before else session.lines[:-1]
    parts = [mark("data", before, name="what was said before that")] if before else []
    parts += [mark("data", _said(lines), name="conversation")] if lines else []
    known = {name: value for name, value in _slots_of(flows, session).items() if value is not None}
    if known:
        parts.append(mark("data", _said((name, str(value)) for name, value in known.items()), name="slots"))
    parts.append(mark("data", str(args.get("message", "")), name="message"))
    messages = (ChatMessage("system", system), ChatMessage("user", "\n\n".join(parts)))
    return ModelRequest(messages, schema=SCHEMA, schema_name="commands", temperature=0.0)


def are_too_many(flows: FlowSet, args: Mapping[str, Any]) -> bool:
    """Tell whether not all flows of a question to the router are shown, so that it matters which are the nearest."""
    told = [_told(flows, flows.flows[name]) for name in args.get("flows", ()) if name in flows.flows]
    return len(told) > MOST_FLOWS or len(_bounded(told, MOST_TOKENS)) < len(told)


def lines_before(session: Session) -> str:
    """Give the lines of the talk before the last ones, where all of them are too long to be told word by word."""
    if sum(len(text) for _, text in session.lines) <= MOST_TOLD:
        return ""
    return _said(session.lines[: -LAST_LINES - 1])


def summary_request(flows: FlowSet, locale: str, text: str, prompts: Prompts, words: int) -> ModelRequest:
    """Give what is asked for a summary of what was said."""
    system = prompts.render("summary", name=flows.settings.name, language=language_of(flows, locale), words=words)
    messages = (ChatMessage("system", system), ChatMessage("user", mark("data", text)))
    return ModelRequest(messages, max_tokens=words * 4, temperature=0.0)


def _slots_of(flows: FlowSet, session: Session) -> dict[str, Any]:
    """Give what is known, but for what is secret."""
    secrets = prepare(flows).secrets
    top = session.stack[-1] if session.stack else None
    shared = {name: value for name, value in session.slots.items() if ("", name) not in secrets}
    own = {n: value for n, value in top.slots.items() if (top.flow, n) not in secrets} if top is not None else {}
    return {**shared, **own}


def _open(flows: FlowSet, args: Mapping[str, Any]) -> dict[str, Any] | None:
    name, slot = args.get("flow"), str(args.get("slot", ""))
    flow = flows.flows.get(str(name)) if name else None
    if flow is None:
        return None
    asked = (step.body.slot for step in flow.steps.values() if isinstance(step.body, Ask))
    defined = next((one for one in asked if one.name == slot), None)
    options = [_plain(option.label, flows) or str(option.value) for option in defined.options] if defined else []
    return {"flow": flow.name, "slot": slot, "options": options}


def _told(flows: FlowSet, flow: Flow) -> dict[str, Any]:
    examples = [e for name in flow.start.intents if name in flows.intents for e in flows.intents[name].examples]
    described = [flows.intents[name].description for name in flow.start.intents if name in flows.intents]
    slots = {s.body.slot.name: s.body.slot for s in flow.steps.values() if isinstance(s.body, Ask)}
    return {
        "name": flow.name,
        "title": _plain(flow.title, flows),
        "description": _plain(flow.description, flows) or " ".join(filter(None, described)),
        "examples": examples[:MOST_EXAMPLES],
        "slots": [f"{name} ({_taken_by(slot, flows)})" for name, slot in slots.items() if not slot.secret],
    }


def _taken_by(slot: SlotDef, flows: FlowSet) -> str:
    """Say what a slot takes."""
    options = " / ".join(_plain(option.label, flows) or str(option.value) for option in slot.options)
    return ": ".join(filter(None, (slot.description or ("" if options else slot.type), options)))


def _plain(text: Text | None, flows: FlowSet) -> str:
    """Give an operator's text in the bot's first locale; what a template would fill in is left out."""
    if text is None:
        return ""
    found = serving(flows.settings.locales[0], text.sources)
    found = found if found is not None else next(iter(text.sources.values()), "")
    return "" if "{{" in found or "{%" in found else found


def _bounded(listed: Iterable[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Give as many entries as fit into so many tokens, the first ones."""
    found: list[dict[str, Any]] = []
    left = most
    for one in listed:
        left -= guess_tokens(str(one))
        if left < 0 and found:
            break
        found.append(one)
    return found


# Steps


def agent_request(
    flows: FlowSet, session: Session, talk: Talk, args: Mapping[str, Any], prompts: Prompts
) -> ModelRequest:
    """Give what a step `agent` asks: the next message of its talk."""
    finish: Mapping[str, Any] | None = args.get("finish")
    system = prompts.render(
        "agent",
        name=flows.settings.name,
        language=language_of(flows, session.locale),
        instructions=str(args.get("instructions", "")),
        finish=finish is not None,
        result=bool(finish),
        person=bool(args.get("teams")),
    )
    messages = [ChatMessage("system", system), *_data_of(args)]
    messages += [_marked(message) for message in talk.messages]
    return ModelRequest(messages, tools=tuple(tools_of(flows, args)))


def tools_of(flows: FlowSet, args: Mapping[str, Any]) -> Iterable[Tool]:
    """Give the tools of a step: its actions, with the schemas of their signatures, and how it ends."""
    pins: Mapping[str, Mapping[str, Any]] = args.get("pins") or {}
    for name, action in offered_names(map(str, args.get("tools", ()))).items():
        spec = flows.catalogue.actions.get(action)
        if spec is not None:
            yield Tool(name, spec.description, _without(spec.parameters, pins.get(action, {})))
    finish = args.get("finish")
    if isinstance(finish, dict):
        result = {"type": "object", "properties": {"result": finish}, "required": ["result"]}
        yield Tool(FINISH, "End this talk: what was to be done is done.", result if finish else _NOTHING)
    teams = [str(team) for team in args.get("teams", ())]
    if teams:
        yield Tool(HAND_OFF, _TO_PERSON, _hand_off_parameters(teams))


_TO_PERSON: Final = "Give the conversation to a person, who answers the customer from then on. This ends your talk."


def _hand_off_parameters(teams: Sequence[str]) -> dict[str, Any]:
    """Give the schema of what a model says of a hand-off; of one team it need not say which."""
    reason = {
        "type": "string",
        "description": "What the customer wants and what is open, in a sentence, for that person.",
    }
    team = {"type": "string", "enum": list(teams), "description": "Who is to take it."}
    chosen = {"team": team} if len(teams) > 1 else {}
    return {"type": "object", "properties": {**chosen, "reason": reason}, "required": [*chosen, "reason"]}


def _without(parameters: dict[str, Any], pinned: Mapping[str, Any]) -> dict[str, Any]:
    """Give the schema of arguments without those that are pinned: a model does not even hear of them."""
    if not pinned:
        return parameters
    properties = {name: one for name, one in parameters.get("properties", {}).items() if name not in pinned}
    required = [name for name in parameters.get("required", ()) if name not in pinned]
    return {**parameters, "properties": properties, "required": required}


_NOTHING: Final[dict[str, Any]] = {"type": "object", "properties": {}}


def _data_of(args: Mapping[str, Any]) -> list[ChatMessage]:
    """Give the data that instructions refer to, and what was said before, as one message of a user."""
    parts = [mark("data", str(text), number=number) for number, text in enumerate(args.get("data", ()), 1)]
    lines = args.get("lines") or ()
    if lines:
        parts.append(mark("data", _said(lines), name="conversation"))
    return [ChatMessage("user", "\n\n".join(parts))] if parts else []


def _marked(message: ChatMessage) -> ChatMessage:
    tag = {"user": "customer", "tool": "result"}.get(message.role)
    if tag is None:
        return message
    return ChatMessage(message.role, mark(tag, message.text), message.calls, message.call, message.images)


def generate_request(flows: FlowSet, session: Session, args: Mapping[str, Any], prompts: Prompts) -> ModelRequest:
    """Give what a step `generate` asks: one text."""
    system = prompts.render(
        "generate",
        name=flows.settings.name,
        language=language_of(flows, session.locale),
        instructions=str(args.get("instructions", "")),
    )
    data = _data_of(args) or [ChatMessage("user", "Write it.")]
    return ModelRequest((ChatMessage("system", system), *data), max_tokens=int(args.get("tokens") or 0))
