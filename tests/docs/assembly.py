"""Bots made around one key of the language with its example, to see that `botkit check` finds nothing in them."""

from collections.abc import Callable
from pathlib import Path
from textwrap import indent

from botkit.app.directories import Checked, Locales, check_directory
from botkit.app.trials_reading import read_file_of_trials
from botkit.flows import MAPPINGS, STEP_KINDS, load
from botkit.flows.keys import Kind
from tests.docs.parts import Part, Row

PLUGIN = '''
from typing import Any

from pydantic import BaseModel

from botkit import Context, Plugin


class Settings(BaseModel):
    points_per_euro: int = 10


plugin = Plugin("{name}", settings=Settings)


@plugin.action(effect="read")
def find_order(ctx: Context, number: str = "") -> dict[str, Any] | None:
    """Find an order by its number."""
    return None


@plugin.action(effect="read")
def search(ctx: Context, words: str = "") -> list[str]:
    """Find things by their names."""
    return []


@plugin.action(effect="write")
def return_order(ctx: Context, number: str = "") -> str:
    """Start a return and give its reference."""
    return "R-1"
'''
BOT = """
name: Example
locales: [en, zh]
plugins: [./plugins/shop.py]
handoff: {teams: {support: {}, orders: {}, sales: {}, care: {}}, hours: 0-24}
"""
AROUND = """
flows:
  return_item: {start: {commands: [return]}, steps: [{say: {en: Good., zh: 好的。}}]}
  identify:
    start: {commands: [identify]}
    slots: {reason: {type: text}}
    steps: [{ask: reason, say: {en: Why?, zh: 为什么？}}, {end: found}]
"""
BEFORE = """
- set: {reason: broken, count: 0, choice: a lamp, order: {id: A-10293, delivery: 2026-05-01}}
- {ask: order_number, say: Which order?}
"""
FIND = """
- {id: find, say: Here it is.}
"""
BASES: dict[str, dict[str, str]] = {
    "step ask check": {"ask": "amount", "type": "integer"},
    "step ask many": {"options": "[red, blue]"},
    "step ask optional": {"options": "[red, blue]", "many": "true"},
    "slot optional": {"options": "[red, blue]", "many": "true"},
    "step ask past": {"type": "date"},
    "step do confirmed": {"do": "shop.return_order"},
    "flow slots": {"steps": "[{ask: reason, say: Why?}]"},
    "stand-in customer": {"returns": "A-10293"},
    "error message": {"code": "not_sent"},
    "event data": {"name": "order.shipped"},
    "slot check": {"type": "integer"},
    "slot many": {"options": "[red, blue]"},
    "slot past": {"type": "date"},
    "slot initial": {"type": "integer"},
    "silence after": {"say": "Are you still there?"},
    "silence hours": {"end": "4h"},
    "silence say": {"after": "10m"},
    "wait timeout": {"event": "paid"},
    "wait otherwise": {"event": "paid", "timeout": "2d"},
    "wait save": {"event": "paid"},
    "wait hours": {"for": "2h"},
}
"""What else a key needs beside it, by part and key, in addition to the keys that are always needed."""


def kind_of(part: Part) -> Kind | None:
    """Give the table's entry of a part of flow files; None for parts of other files, and for what all steps have."""
    name = part.name.removeprefix("step ")
    return STEP_KINDS[name] if part.name.startswith("step ") else MAPPINGS.get(part.name)


def written(part: Part, row: Row) -> str:
    """Write a mapping with the key and what it cannot be without, one key a line."""
    kind = kind_of(part)
    needed = {key.name: key.example for key in kind.keys if key.required} if kind else {}
    if part.name == "every step":
        needed = {"say": "Hello!"}
    if part.name == "step ask":
        needed["say"] = "What is it?"
    keys = {**needed, **BASES.get(f"{part.name} {row.key}", {}), row.key: row.example}
    return "".join(f"{key}: {example}\n" for key, example in keys.items() if example)


# Flow files


def flow_files(part: Part, row: Row) -> dict[str, str]:
    """Write the flow files of a bot in which the key stands in its place."""
    keys = written(part, row)
    if part.name in _FILES:
        return {"example.yaml": _FILES[part.name](keys, row)}
    return {"around.yaml": AROUND, "example.yaml": _flow(_step(part, keys), part)}


def _flow(step: str, part: Part) -> str:
    """Write a flow with a step; those that fill a slot are its first, others come after slots that they may read."""
    asks = part.name in ("step ask", "option", "rule", "retry", "silence")
    steps = step if asks else f"{BEFORE}- if: reason\n  then:\n{indent(step, '    ')}"
    after = FIND if part.name == "step goto" else ""
    return "flows:\n  example:\n    start: {commands: [example]}\n    steps:\n" + indent(steps + after, "      ")


def _step(part: Part, keys: str) -> str:
    if part.name in _INSIDE:
        listed = part.name in ("button", "card", "option", "rule", "retry")
        return _INSIDE[part.name] + indent(_item(keys) if listed else keys, "    ")
    return _item(keys)


def _item(keys: str) -> str:
    """Write a mapping as the only item of a list."""
    return f"- {indent(keys, '  ')[2:]}"


_INSIDE = {
    "button": "- say: Hello!\n  buttons:\n",
    "card": "- say: Hello!\n  cards:\n",
    "option": "- ask: size\n  say: Which size?\n  options:\n",
    "rule": "- ask: amount\n  say: How many?\n  type: integer\n  check:\n",
    "retry": "- ask: size\n  say: Which size?\n  retry:\n",
    "silence": "- ask: size\n  say: Which size?\n  silence:\n",
    "wait": "- wait:\n",
    "limits of agent": "- agent: Help the customer choose.\n  limits:\n",
    "limits of generate": "- generate: Write a poem.\n  limits:\n",
}

_GREET = "intents: {greet: {examples: [hello]}}\n"
_GREETS = "flows: {greet: {start: {intents: [greet]}, steps: [{say: Hello!}]}}\n"
_ASKS = "flows: {example: {start: {commands: [example]}, steps: [{ask: NAME, say: What is it?}]}}\n"
_RETURNS = "intents: {return_item: {examples: [return my order]}}\n"
_RETURN = "flows: {return_item: {start: {intents: [return_item]}, steps: [{say: Good.}]}}\n"


def _file(keys: str, row: Row) -> str:
    more = {"intents": _GREETS, "flows": _GREET, "slots": _ASKS.replace("NAME", "order_number")}
    return keys + more.get(row.key, "")


def _example_flow(keys: str, row: Row) -> str:
    start = "" if row.key == "start" else "start: {intents: [return_item]}\n"
    return f"{_RETURNS}flows:\n  example:\n{indent(start + keys, '    ')}"


def _start(keys: str, row: Row) -> str:
    intents = _RETURNS if row.key == "intents" else ""
    return f"{intents}flows:\n  example:\n    steps: [{{say: Hello!}}]\n    start:\n{indent(keys, '      ')}"


def _intent(keys: str, row: Row) -> str:
    return f"intents:\n  return_item:\n{indent(keys, '    ')}{_RETURN}"


def _answer(keys: str, row: Row) -> str:
    return f"{AROUND if row.key == 'buttons' else ''}\nanswers:\n  hours:\n{indent(keys, '    ')}"


def _slot(keys: str, row: Row) -> str:
    return f"slots:\n  amount:\n{indent(keys, '    ')}{_ASKS.replace('NAME', 'amount')}"


_FILES: dict[str, Callable[[str, Row], str]] = {
    "flow file": _file,
    "flow": _example_flow,
    "start": _start,
    "intent": _intent,
    "answer": _answer,
    "slot": _slot,
}


# bot.yaml and tests


def bot_file(part: Part, row: Row) -> str:
    """Write a bot.yaml with the key in its place."""
    keys = written(part, row)
    name = part.name.removesuffix(" of bot.yaml")
    return keys if part.name == "bot.yaml" else f"{name}:\n{indent(keys, '  ')}"


_TEST = "tests:\n  - name: example\n"
_TALKS = f"{_TEST}    talk: [{{user: hello}}]\n"
_AROUND_TESTS = {
    "file of tests": ("", 0),
    "given": (f"{_TALKS}    given:\n", 6),
    "stand-in": (f"{_TALKS}    actions:\n      shop.find_order:\n", 8),
    "error": (f"{_TALKS}    actions:\n      shop.find_order:\n        error:\n", 10),
    "line": (f"{_TEST}    talk:\n      - ", 8),
    "event": (f"{_TEST}    talk:\n      - event:\n", 10),
    "expect": (f"{_TEST}    talk:\n      - user: hello\n        expect:\n", 10),
}


def file_of_tests(part: Part, row: Row) -> str:
    """Write a file of tests with the key in its place."""
    if part.name == "test":
        keys = {"name": "example", "talk": "[{user: hello}]", row.key: row.example}
        return "tests:\n" + indent(_item("".join(f"{key}: {value}\n" for key, value in keys.items())), "  ")
    before, deep = _AROUND_TESTS[part.name]
    keys_below = indent(written(part, row), " " * deep)
    return before + (keys_below.lstrip(" ") if before.endswith("- ") else keys_below)


# Checking


def lay_out(directory: Path, files: dict[str, str], bot: str = BOT) -> Checked:
    """Write a bot's directory with two plugins, and check it."""
    plugins = {f"plugins/{name}.py": PLUGIN.replace("{name}", name) for name in ("shop", "loyalty")}
    for path, text in {"bot.yaml": bot, **plugins, **files}.items():
        (directory / path).parent.mkdir(exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")
    return check_directory(directory)


class Bench:
    """A bot whose flow files, or tests, are exchanged for each example; its plugins are loaded once."""

    def __init__(self, directory: Path) -> None:
        self._checked = lay_out(directory, {"around.yaml": f"{AROUND}\nslots: {{order_number: {{type: text}}}}\n"})
        assert self._checked.flows is not None
        self._flows = self._checked.flows

    def check_flows(self, files: dict[str, str]) -> list[str]:
        """Give the problems of these flow files; a language model and articles may be missing."""
        _, problems = load(files, self._checked.config.settings, self._flows.catalogue, Locales())
        return [str(problem) for problem in problems if problem.code not in ("not-configured", "missing-locale")]

    def check_tests(self, text: str) -> list[str]:
        """Give the problems of a file of tests."""
        return [str(problem) for problem in read_file_of_trials(text, "tests.yaml", self._flows)[1]]
