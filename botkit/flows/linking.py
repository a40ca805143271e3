"""Drafts to steps: one flat mapping, in which every step knows what comes after it."""

from collections.abc import Callable, Mapping
from typing import Any

from botkit.expressions import free_names
from botkit.flows.asks import Asked
from botkit.flows.contexts import is_template
from botkit.flows.drafts import Block
from botkit.flows.ids import Named
from botkit.flows.language import RESERVED, WHEN_ASKED
from botkit.flows.speeches import assemble
from botkit.model.catalogue import ActionSpec
from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Body,
    Case,
    Confirm,
    Do,
    End,
    Generate,
    Goto,
    HandoffStep,
    If,
    MatchStep,
    Rate,
    Retry,
    Run,
    Say,
    Set,
    SlotDef,
    Step,
    Value,
    Wait,
)

Entry = Callable[[Block | None], str]
"""Gives the id of a block's first step, or an empty text."""


class _Linking:
    """The steps of one flow, as they are linked."""

    def __init__(self, asked: Asked, actions: Mapping[str, ActionSpec]) -> None:
        self.asked = asked
        self.actions = actions
        self.steps: dict[str, Step] = {}

    def block(self, block: tuple[Named, ...], after: str) -> None:
        """Link the steps of a block; its last one goes on with `after`."""
        following = [*(named.id for named in block[1:]), after]
        for named, follower in zip(block, following, strict=False):
            self.step(named, follower)

    def step(self, named: Named, follower: str) -> None:
        draft = named.draft
        body = BODIES[draft.kind](draft.values, _entry(named), self)
        self.steps[named.id] = Step(named.id, body, draft.when, follower, bool(draft.written), draft.place)
        for label, _, inner in named.blocks:
            self.block(inner, named.id if label == "retry" else follower)


def link(block: tuple[Named, ...], asked: Asked, actions: Mapping[str, ActionSpec]) -> dict[str, Step]:
    """Link the steps of a flow, in the order of the file."""
    linking = _Linking(asked, actions)
    linking.block(block, "")
    return linking.steps


def _entry(named: Named) -> Entry:
    firsts = {id(block): inner[0].id for _, block, inner in named.blocks}
    return lambda block: firsts.get(id(block), "")


def _retries(values: dict[str, Any], entry: Entry) -> tuple[Retry, ...]:
    found = values.get("retry", ())
    return tuple(Retry(steps=entry(one)) if isinstance(one, Block) else Retry(say=one) for one in found)


def _ask(values: dict[str, Any], entry: Entry, linking: _Linking) -> Ask:
    name = values["ask"]
    slot = values["slot"] if values["defines"] is not None else linking.asked.slots[name]
    speech = assemble(values, "say")
    return Ask(
        slot,
        speech if speech.variants else linking.asked.speeches.get(name, speech),
        retry=_retries(values, entry),
        silence=values.get("silence"),
        fill=values.get("fill") or _fill(slot),
        again=values.get("again", False),
        why=values.get("why"),
    )


def _fill(slot: SlotDef) -> Any:
    """Give the default of `fill`: a value is recognised anywhere only if it can be told from other text."""
    recognised = slot.pattern or slot.options or slot.options_from or slot.type not in WHEN_ASKED
    return "anytime" if recognised else "when_asked"


def _confirm(values: dict[str, Any], entry: Entry, _: _Linking) -> Confirm:
    return Confirm(
        assemble(values, "confirm"),
        yes=entry(values.get("yes")),
        no=entry(values.get("no")),
        silence=values.get("silence"),
        retry=_retries(values, entry),
    )


def _do(values: dict[str, Any], entry: Entry, linking: _Linking) -> Do:
    spec = linking.actions.get(values["do"])
    args = values.get("with", {})
    return Do(
        values["do"],
        args,
        save=values.get("save", ""),
        timeout=values.get("timeout", 0.0),
        on_error=entry(values.get("on_error")),
        by_flow="confirmed" in values,
        write=spec is not None and spec.effect == "write",
        reads=_reads(args),
        until_message="cancel_on" in values,
    )


def _reads(args: Mapping[str, Value]) -> tuple[str, ...]:
    """Name what the templates of arguments read, apart from what every template knows."""
    names: set[str] = set()
    for value in args.values():
        for source in () if value.static else _sources(value.data):
            names |= free_names(source, "template")
    return tuple(sorted(names - set(RESERVED)))


def _sources(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data] if is_template(data) else []
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [source for part in parts for source in _sources(part)]


def _if(values: dict[str, Any], entry: Entry, _: _Linking) -> If:
    return If(values["if"], entry(values.get("then")), entry(values.get("else")))


def _match(values: dict[str, Any], entry: Entry, _: _Linking) -> MatchStep:
    cases = values["cases"]
    return MatchStep(
        values["match"],
        tuple(Case(value, entry(block)) for value, spelled, block in cases if spelled != "default"),
        next((entry(block) for _, spelled, block in cases if spelled == "default"), ""),
    )


def _answer(values: dict[str, Any], entry: Entry, _: _Linking) -> AnswerStep:
    question = values["answer"]
    given = question if question.data is not None else None
    return AnswerStep(given, values.get("save", ""), entry(values.get("on_error")))


def _agent(values: dict[str, Any], entry: Entry, _: _Linking) -> Agent:
    tools = dict(values.get("tools", ()))
    return Agent(
        values["agent"],
        tools=tuple(tools),
        until=values.get("until"),
        save=values.get("save", ""),
        limits=values.get("limits", {}),
        otherwise=entry(values.get("otherwise")),
        on_error=entry(values.get("on_error")),
        pins={name: pins for name, pins in tools.items() if pins},
        teams=tuple(dict.fromkeys(values.get("teams", ()))),
    )


def _generate(values: dict[str, Any], entry: Entry, _: _Linking) -> Generate:
    return Generate(
        values["generate"], values.get("save", ""), values.get("limits", {}), entry(values.get("on_error"))
    )


def _wait(values: dict[str, Any], entry: Entry, _: _Linking) -> Wait:
    wait = values["wait"]
    return Wait(
        seconds=wait.get("for", 0.0),
        until=wait.get("until"),
        event=wait.get("event", ""),
        timeout=wait.get("timeout", 0.0),
        otherwise=entry(wait.get("otherwise")),
        save=wait.get("save", ""),
        hours=wait.get("hours", ""),
    )


def _rate(values: dict[str, Any], entry: Entry, _: _Linking) -> Rate:
    return Rate(
        assemble(values, "rate"),
        scale=values.get("scale", 5),
        save=values.get("save", ""),
        low=entry(values.get("low")),
        low_at=values.get("low_at", 2),
    )


def _end(values: dict[str, Any], _: Entry, __: _Linking) -> End:
    value = values.get("end", "")
    if value == "conversation":
        return End(conversation=True)
    return End(value=value or None)


BODIES: dict[str, Callable[[dict[str, Any], Entry, _Linking], Body]] = {
    "say": lambda values, _, __: Say(assemble(values, "say")),
    "ask": _ask,
    "confirm": _confirm,
    "set": lambda values, _, __: Set(values["set"]),
    "do": _do,
    "if": _if,
    "match": _match,
    "run": lambda values, _, __: Run(values["run"], values.get("with", {}), values.get("save", "")),
    "goto": lambda values, _, __: Goto(values["goto"]),
    "answer": _answer,
    "agent": _agent,
    "generate": _generate,
    "handoff": lambda values, _, __: HandoffStep(values["handoff"], values.get("reason"), values.get("show", {})),
    "wait": _wait,
    "rate": _rate,
    "end": _end,
}
