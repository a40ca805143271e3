"""Inputs: actions that ask. Each is an `ask` of a slot of its own, whose value is then kept where it belongs."""

from typing import Any

from tests.flows.botframework.dialogs import Spec, condition_of, kind_of, node_of
from tests.flows.botframework.expressions import Const, MissingError
from tests.flows.botframework.memory import home, path_of
from tests.flows.botframework.rendering import Renderer
from tests.flows.botframework.writing import AT, NOTHING, Site, Step, Writing, is_constant, number_of, said_by

TYPES = {"TextInput": "text", "NumberInput": "number", "ConfirmInput": "boolean", "DateTimeInput": "date"}
INPUTS = frozenset({*TYPES, "ChoiceInput"})
YES_NO = ("Yes", "No")
ENTITIES = {"NumberInput": {"number"}, "DateTimeInput": {"datetime", "date"}, "ConfirmInput": {"boolean"}}
"""The entities that an input reads by itself, if it may: what the message that came before has of its type."""


def ask(writing: Writing, action: Spec) -> list[Step]:
    """Translate an input."""
    source = action.get("property") or ""
    always = is_constant(node_of(action.get("alwaysPrompt", False)), value=True)
    known = writing.renderer.code(condition_of(source)) if source and not always else ""
    path = home(writing.dialog, path_of(source)) if known else None
    slot = writing.bot.number("reply")
    free = kind_of(action) == "TextInput" and not action.get("validations")
    site = Site(slot, slot, writing.dialog, node_of(action.get("allowInterruptions", True)), path, known, free)
    bound = Renderer(
        writing.view, {("this", "value"): _value(kind_of(action), slot), ("this", "text"): "message.text"}
    )
    writing.bot.slots[slot] = _slot(writing, action, slot, bound)
    heard = _is_entity(action)
    first = {slot: writing.text(action["value"])} if action.get("value") is not None and not heard else {}
    question: Step = {"ask": slot, **_speech(writing, action), "fill": "anytime" if heard else "when_asked"}
    after = f"after_{slot}"
    retry = _retry(writing, action, slot, bound, after)
    steps = wait(writing, site, question | ({"retry": retry} if retry else {}), after, first)
    if source:
        kept = writing.view.writing(source, _format(action), bound)
        steps.append({"if": f"{slot} is not none", "then": [{"set": kept}]})
    return [{"if": f"{known} is none", "then": steps}] if known else steps


def end_turn(writing: Writing, _action: Spec) -> list[Step]:
    """Translate an action that waits for a message, whatever it is."""
    return idle(writing)


def idle(writing: Writing) -> list[Step]:
    """Wait for any message."""
    slot = writing.bot.number("heard")
    writing.bot.slots[slot] = {"type": "text", "carry": "silent"}
    site = Site(slot, slot, writing.dialog, Const(True))
    return wait(writing, site, {"ask": slot, "say": NOTHING, "fill": "when_asked"}, f"after_{slot}", {})


def wait(writing: Writing, site: Site, question: Step, after: str, first: dict[str, Any]) -> list[Step]:
    """Ask, between the steps that say which question is open."""
    writing.bot.sites.append(site)
    return [
        {"set": {AT: site.name, site.slot: NOTHING, **writing.ready(), **first}},
        question,
        {"id": after, "set": {AT: NOTHING}},
        *writing.check(),
    ]


def _is_entity(action: Spec) -> bool:
    """Tell whether an input's value is the entity of its own type."""
    value = str(action.get("value") or "").removeprefix("=")
    return value.startswith("@") and value[1:].lower() in ENTITIES.get(kind_of(action), ())


def _value(kind: str, slot: str) -> str:
    """Give what `this.value` is; of a date, it is a list of readings."""
    return f"[{{'value': {slot}}}]" if kind == "DateTimeInput" else slot


def _slot(writing: Writing, action: Spec, slot: str, bound: Renderer) -> dict[str, Any]:
    """Define the slot of an answer: its type or its options, and what is refused."""
    kind = kind_of(action)
    found: dict[str, Any] = {"carry": "silent"}
    if kind == "ChoiceInput":
        found |= {"type": "choice", "options": _options(writing, action)}
    else:
        found["type"] = TYPES[kind]
    text = _prompt(writing, action, bound, "invalidPrompt", "unrecognizedPrompt", "prompt")
    checks = [
        {"if": f"not {bound.condition(condition_of(rule))}", "say": text} for rule in action.get("validations") or ()
    ]
    return {**found, "check": checks} if checks else found


def _options(writing: Writing, action: Spec) -> Any:
    choices = action.get("choices") or []
    if isinstance(choices, str):
        return f"{{{{ {writing.renderer.code(condition_of(choices.removeprefix('${').removesuffix('}')))} }}}}"
    return _labels(choices)


def _labels(choices: list[Any]) -> list[str]:
    return [choice if isinstance(choice, str) else str(choice["value"]) for choice in choices]


def _speech(writing: Writing, action: Spec) -> Step:
    said: Step = {"say": writing.renderer.text(said_by(action.get("prompt")))}
    if kind_of(action) == "ConfirmInput":
        choices = action.get("confirmChoices") or list(YES_NO)
        if not isinstance(choices, list) or len(choices) != len(YES_NO):
            raise MissingError("the words for yes and no that are computed")
        labels = _labels(choices)
        values = ("yes", "no")
        said["buttons"] = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    return said


def _prompt(writing: Writing, action: Spec, bound: Renderer, *names: str) -> str:
    found = next((action[name] for name in names if action.get(name)), "")
    return bound.text(said_by(found))


def _retry(writing: Writing, action: Spec, slot: str, bound: Renderer, after: str) -> list[Any]:
    """Give what unusable answers get. Without a text for them, the question comes again by itself."""
    own = action.get("unrecognizedPrompt") or action.get("invalidPrompt")
    text = _prompt(writing, action, bound, "unrecognizedPrompt", "invalidPrompt", "prompt")
    if action.get("maxTurnCount") is None:
        return [text] if own else []
    default, response = action.get("defaultValue"), action.get("defaultValueResponse")
    last: list[Step] = [{"set": {slot: writing.text(default)}}] if default is not None else []
    last += [{"say": writing.renderer.text(said_by(response))}] if response and default is not None else []
    times = number_of(action["maxTurnCount"], "a number of turns")
    return [*[text] * (times - 1), {"steps": [*last, {"goto": after}]}]


def _format(action: Spec) -> Any:
    """Give the value to keep: as it was answered, or as the action wants it."""
    wanted = action.get("outputFormat")
    if wanted is None or (kind_of(action) == "ChoiceInput" and wanted == "value"):
        return condition_of("this.value")
    if kind_of(action) == "ChoiceInput" and isinstance(wanted, str) and not wanted.startswith(("=", "$")):
        raise MissingError(f"the {wanted} of a choice")
    return node_of(wanted)
