"""The parts of the language with their keys, as the reference shows them: those of flow files are read from botkit."""

from collections.abc import Iterable
from typing import NamedTuple

from botkit.flows import MAPPINGS, STEP_KINDS, Key
from botkit.flows.stepkinds import COMMON, LIMITS


class Row(NamedTuple):
    """A key: what it takes, what it is without being written ("needed" if it must be), what it does, an example."""

    key: str
    takes: str
    default: str
    doc: str
    example: str


class Part(NamedTuple):
    """A place with known keys: its heading in the reference, what it is, and where it is explained."""

    name: str
    doc: str
    rows: tuple[Row, ...]
    more: str = ""

    @property
    def title(self) -> str:
        """Its heading in the reference; no two are the same."""
        return TITLES.get(self.name, self.name.removeprefix("step "))

    @property
    def keys(self) -> set[str]:
        """The names of its keys."""
        return {row.key for row in self.rows}


TAKES = {
    "text": "text",
    "titles": "text, or list of texts",
    "speech": "text, or `{variants: [...]}`",
    "variants": "list of texts",
    "words": "words",
    "template": "template",
    "condition": "expression",
    "data": "data",
    "values": "names with data",
    "slot": "name",
    "flow": "name of a flow",
    "team": "name of a team",
    "teams": "one or more names of teams",
    "step_id": "step id",
    "action": "name of an action",
    "tools": "one or more names of actions, or mappings with `action` and `with`",
    "event": "name of an event",
    "events": "one or more names of events",
    "commands": "one or more commands",
    "names": "one or more names of intents",
    "duration": "duration",
    "boolean": "`true` or `false`",
    "scale": "1 to 10",
    "scalar": "a text, a number, `true` or `false`",
    "question": "template, or nothing",
    "fill": "`anytime` or `when_asked`",
    "carry": "`offer` or `silent`",
    "by_flow": "`by flow`",
    "cancel_on": "`message`",
    "agent_limits": "[limits](#limits-of-agent)",
    "generate_limits": "[limits](#limits-of-generate)",
    "buttons": "list of texts and [buttons](#button), or a template",
    "cards": "list of [cards](#card), or a template",
    "type": "[type](#slot-types)",
    "pattern": "regular expression",
    "options": "values with labels, a list of values or [options](#option), or a template",
    "checks": "one or more [rules](#rule)",
    "silence": "[silence](#silence)",
    "slots": "names with [slots](#slot)",
    "steps": "one or more steps",
    "flow_steps": "steps",
    "cases": "values with steps",
    "retry": "one or more texts and [retry](#retry) entries",
    "wait": "duration, or [what to wait for](#what-to-wait-for)",
    "end": "`conversation`, data, or nothing",
    "examples": "one or more texts",
    "start": "[start](#start)",
    "intents": "names with [intents](#intent)",
    "answers": "names with [answers](#a-frequent-answer)",
    "flows": "names with [flows](#flow), or their steps",
}
"""What each shape of `botkit.flows.language` takes, in words."""

DEFAULTS = {
    "type": "`text`; `choice` with options",
    "pattern": "fits everything",
    "options": "fits everything",
    "check": "refuses nothing",
    "initial": "none",
    "fill": "by its type ([ask](flows.md#ask))",
    "retry": "what `on_no_match` says",
    "silence": "waits for ever",
    "on_error": "runs the flow `on_error`",
    "only_if": "always",
    "every step.if": "always",
    "id": "[made of the kind](flows.md#step-ids)",
    "ask.say": "that of the flow's first ask for it",
    "confirm.no": "ends the flow",
    "do.timeout": "the action's own",
    "do.confirmed": "needs a confirm",
    "agent.otherwise": "the steps of `on_error`",
    "wait.timeout": "for ever",
    "flow.title": "its name, in plain words",
    "button.value": "the label",
    "option.label": "the value",
    "rule.say": "what `retry` says",
    "end.end": "nothing",
}
"""What holds without a key, by key or by part and key, where the language's own table says nothing."""

TITLES = {
    "answer": "a frequent answer",
    "wait": "what to wait for",
    "error": "error of a stand-in",
    "event": "event of a line",
}

MORE = {
    "flow file": "flows.md#a-first-flow",
    "flow": "flows.md#a-first-flow",
    "start": "flows.md#a-first-flow",
    "intent": "flows.md#a-first-flow",
    "answer": "flows.md#a-first-answer",
    "slot": "flows.md#slots",
    "button": "flows.md#say",
    "card": "flows.md#say",
    "option": "flows.md#ask",
    "rule": "flows.md#ask",
    "retry": "flows.md#ask",
    "silence": "flows.md#ask",
    "wait": "flows.md#wait",
    "every step": "flows.md#steps",
    "step if": "flows.md#if-and-match",
    "step match": "flows.md#if-and-match",
    "step answer": "flows.md#answer-agent-generate",
    "step agent": "flows.md#answer-agent-generate",
    "step generate": "flows.md#answer-agent-generate",
}
"""Where a part is explained; a step of no mention here has a heading of its own in flows.md."""

PIECES = ("button", "card", "option", "rule", "retry", "silence", "wait")


def steps() -> tuple[Part, ...]:
    """Give what every step may have, then the kinds of steps."""
    every = "every step"
    common = Part(every, "What a step of any kind may have.", _rows(COMMON, every), MORE[every])
    kinds = (
        Part(f"step {name}", kind.doc, _rows(kind.keys, name), MORE.get(f"step {name}", f"flows.md#{name}"))
        for name, kind in STEP_KINDS.items()
    )
    return (common, *kinds)


def files() -> tuple[Part, ...]:
    """Give what stands in a file of flows, down to the steps."""
    return tuple(_mapping(name) for name in MAPPINGS if name not in PIECES)


def pieces() -> tuple[Part, ...]:
    """Give the mappings that stand inside of steps and slots."""
    limits = tuple(_limits(name) for name in LIMITS)
    return (*(_mapping(name) for name in MAPPINGS if name in PIECES), *limits)


def _mapping(name: str) -> Part:
    return Part(name, MAPPINGS[name].doc, _rows(MAPPINGS[name].keys, name), MORE[name])


def _rows(keys: Iterable[Key], part: str) -> tuple[Row, ...]:
    return tuple(Row(key.name, TAKES[key.shape], _default(key, part), key.doc, key.example) for key in keys)


def _default(key: Key, part: str) -> str:
    if key.required:
        return "needed"
    return f"`{key.default}`" if key.default else DEFAULTS.get(f"{part}.{key.name}", DEFAULTS.get(key.name, ""))


_LIMITED = {
    "turns": Row("turns", "whole number", "", "How many turns it may take.", "6"),
    "seconds": Row("seconds", "whole number", "", "How many seconds it may take.", "20"),
    "calls": Row("calls", "whole number", "", "How many calls of actions it may make.", "30"),
    "tokens": Row("tokens", "whole number", "", "How many tokens it may use.", "120"),
}


def _limits(name: str) -> Part:
    rows = tuple(_LIMITED[key] for key in LIMITS[name])
    return Part(f"limits of {name}", "Where the language model has to stop.", rows, MORE[f"step {name}"])
