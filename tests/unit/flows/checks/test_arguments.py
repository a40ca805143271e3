"""What `with` hands over fits what is called."""

from collections.abc import Callable
from typing import Any

import pytest

from botkit.flows.checks.schemas import described, misfit, missing_part, offender
from botkit.model.catalogue import ActionSpec

Codes = Callable[..., list[str]]
Problems = Callable[..., list[object]]

TEXT = {"type": "string"}
SHOP = {
    "type": "object",
    "properties": {
        "text": TEXT,
        "count": {"type": "integer"},
        "amount": {"type": "number"},
        "flag": {"type": "boolean"},
        "words": {"type": "array", "items": TEXT},
        "list": {"type": "array"},
        "size": {"enum": ["S", "M"]},
        "kind": {"const": "gift"},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "both": {"type": ["integer", "string"]},
        "any": {},
        "address": {"$ref": "#/$defs/Address"},
        "lost": {"$ref": "#/$defs/Lost"},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/Address"}},
        "loop": {"$ref": "#/$defs/Loop"},
    },
    "$defs": {
        "Address": {"type": "object", "properties": {"city": TEXT, "zip": TEXT}, "required": ["city"]},
        "Loop": {"$ref": "#/$defs/Loop"},
    },
}
ACTIONS = {
    "shop.buy": ActionSpec("shop.buy", "read", SHOP),
    "shop.open": ActionSpec("shop.open", "read", {"type": "object", "additionalProperties": True}),
    "shop.none": ActionSpec("shop.none", "read", {"type": "object", "properties": {}}),
    "shop.free": ActionSpec("shop.free"),
}

FITTING = [
    "text: a", "text: '5'", "text: '{{ channel }}'", "count: 5", "count: '{{ channel }}'", "amount: 5", "amount: 5.5",
    "flag: true", "words: []", "words: [a, b]", "words: ['{{ channel }}']", "list: [1, a]", "size: S", "kind: gift",
    "maybe: 1", "maybe: null", "both: 1", "both: a", "any: [1]", "address: {city: a}", "address: {city: a, more: 1}",
    "lost: 1", "rows: [{city: a, zip: b}]",
]  # fmt: skip
UNFITTING = [
    ("text: 5", 'a text, not the number 5; put it in quotes: "5"'),
    ("text: true", "a text, not true"),
    ("count: many", "a whole number, not the text 'many'"),
    ("count: 5.5", "a whole number, not the number 5.5"),
    ("count: false", "a whole number, not false"),
    ("amount: a", "a number, not the text 'a'"),
    ("amount: true", "a number, not true"),
    ("flag: 1", "true or false, not the number 1"),
    ("words: a", "a list of texts, not the text 'a'"),
    ("words: [a, [b]]", "a list of texts, not a list with a list"),
    ("list: {a: 1}", "a list, not a mapping"),
    ("size: L", "'S' or 'M', not the text 'L'"),
    ("kind: other", "'gift', not the text 'other'"),
    ("maybe: a", "a whole number or nothing, not the text 'a'"),
    ("both: [1]", "a whole number or a text, not a list"),
    ("address: {zip: a}", "a mapping with city, not a mapping"),
    ("address: {city: 1}", "a mapping with city, not a mapping whose 'city' is the number 1"),
    ("rows: [{zip: a}]", "a list, not a list with a mapping"),
    ("text: null", "a text, not nothing"),
]


@pytest.mark.parametrize("argument", FITTING)
def test_a_value_that_fits_is_no_problem(codes: Codes, argument: str) -> None:
    assert codes(f"- do: shop.buy\n  with: {{{argument}}}", actions=ACTIONS) == []


@pytest.mark.parametrize(("argument", "said"), UNFITTING)
def test_a_constant_of_the_wrong_type_is_an_error(codes: Codes, problems: Problems, argument: str, said: str) -> None:
    steps = f"- do: shop.buy\n  with: {{{argument}}}"
    assert codes(steps, actions=ACTIONS) == ["wrong-arguments"]
    text = f"flows: {{main: {{start: {{commands: [go]}}, steps: [{{do: shop.buy, with: {{{argument}}}}}]}}}}"
    (problem,) = problems(text, actions=ACTIONS)
    name = argument.partition(":")[0]
    assert str(problem).endswith(f"wrong-arguments: '{name}' of action 'shop.buy' takes {said}")


def test_a_schema_that_refers_to_itself_fits_nothing_and_ends() -> None:
    assert misfit(SHOP["properties"]["loop"], 1, SHOP) == ""  # type: ignore[index]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- do: shop.find\n  with: {number: A-1}", []),
        ("- do: shop.find", ["wrong-arguments"]),
        ("- do: shop.find\n  with: {number: A-1, more: 1}", ["wrong-arguments"]),
        ("- do: shop.log\n  with: {more: 1}\n  confirmed: by flow", []),
        ("- run: other\n  with: {a: 1}", []),
        ("- run: other\n  with: {a: 1, b: 1}", ["wrong-arguments"]),
        ("- run: other\n  with: {a: 1}\n  save: x", ["nothing-to-save"]),
        ("- run: giving\n  save: x\n- say: '{{ x }}'", []),
    ],
)
def test_names_of_arguments(codes: Codes, steps: str, expected: list[str]) -> None:
    other = "other: {slots: {a: {type: text}}, steps: [{say: '{{ a }}'}, end]}\n" if "other" in steps else ""
    giving = "giving: [{end: 1}]\n" if "giving" in steps else ""
    assert codes(steps, after=other + giving) == expected


TYPED = {
    "type": "object",
    "properties": {
        "text": TEXT, "count": {"type": "integer"}, "flag": {"type": "boolean"}, "list": {"type": "array"}, "size": {"enum": ["S"]},
        "day": {"type": "string", "format": "date"}, "at": {"type": "string", "format": "date-time"}, "any": {},
        "time": {"type": "string", "format": "time"}, "long": {"type": "string", "format": "duration"},
        "price": {"type": "object", "format": "money"}, "maybe": {"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]},
        "mail": {"type": "string", "format": "email"}, "object": {"type": "object"},
    },
}  # fmt: skip
KINDS = ("text", "integer", "number", "boolean", "date", "datetime", "time", "duration", "money", "any", "image")
TAKEN = {
    "text": {"text", "integer", "number", "any", "image"},
    "count": {"text", "integer", "number", "boolean", "any", "image"},
    "flag": {"text", "integer", "number", "boolean", "any", "image"},
    "list": {"any", "image"},
    "size": {*KINDS},
    "day": {"text", "integer", "number", "date", "datetime", "any", "image"},
    "at": {"text", "integer", "number", "date", "datetime", "any", "image"},
    "time": {"text", "integer", "number", "time", "any", "image"},
    "long": {"text", "integer", "number", "duration", "any", "image"},
    "price": {"money", "any", "image"},
    "maybe": {"text", "integer", "number", "date", "datetime", "any", "image"},
    "mail": {"text", "integer", "number", "any", "image"},
    "object": {"money", "any", "image"},
    "any": {*KINDS},
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_slot_of_another_kind_than_the_action_takes_is_an_error(codes: Codes, name: str) -> None:
    actions = {"shop.buy": ActionSpec("shop.buy", "read", TYPED)}
    taken = {
        kind
        for kind in KINDS
        if not codes(
            f"- {{ask: x, title: X, say: X?, type: {kind}}}\n- do: shop.buy\n  with: {{{name}: '{{{{ x }}}}'}}",
            actions=actions,
        )
    }
    assert taken == TAKEN[name]


def test_the_error_says_what_the_slot_is_and_how_to_mend_it(problems: Problems) -> None:
    steps = "[{ask: x, title: X, say: X?, type: date}, {do: shop.buy, with: {text: '{{ x }}'}}]"
    (problem,) = problems(f"flows: {{main: {{start: {{commands: [go]}}, steps: {steps}}}}}", actions=ACTIONS)
    assert str(problem).endswith(
        "wrong-arguments: 'text' of action 'shop.buy' takes a text, and 'x' is a date; let the action take a date, "
        "or give a text: \"{{ x ~ '' }}\""
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- {ask: x, title: X, say: X?, type: date}\n- do: shop.buy\n  with: {text: 'on {{ x }}'}", []),
        ("- {ask: x, title: X, say: X?, type: date}\n- do: shop.buy\n  with: {text: '{{ x.year }}'}", []),
        (
            "- {ask: x, title: X, say: X?, type: date}\n- set: {x: soon}\n- do: shop.buy\n  with: {text: '{{ x }}'}",
            [],
        ),
        ("- {ask: x, title: X, say: X?, options: [a, b]}\n- do: shop.buy\n  with: {text: '{{ x }}'}", []),
        (
            "- {ask: x, title: X, say: X?, options: [a, b]}\n- do: shop.buy\n  with: {count: '{{ x }}'}",
            ["wrong-arguments"],
        ),
        ("- {ask: x, title: X, say: X?, options: [S, M]}\n- do: shop.buy\n  with: {size: '{{ x }}'}", []),
        ("- {ask: x, title: X, say: X?, options: [a, b], many: true}\n- do: shop.buy\n  with: {list: '{{ x }}'}", []),
    ],
)
def test_only_what_a_slot_surely_is_is_held_against_the_signature(
    codes: Codes, steps: str, expected: list[str]
) -> None:
    assert codes(steps, actions=ACTIONS) == expected


@pytest.mark.parametrize(("action", "expected"), [("open", []), ("free", []), ("none", ["wrong-arguments"])])
def test_an_action_may_take_everything_or_nothing(codes: Codes, action: str, expected: list[str]) -> None:
    assert codes(f"- do: shop.{action}\n  with: {{a: 1}}", actions=ACTIONS) == expected


DATED = {"type": "object", "properties": {"on": {"type": "string", "format": "date"}, "at": {"type": "object"}}}
TREE: dict[str, Any] = {
    "$ref": "#/$defs/Node",
    "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "n": {"type": "integer"}}}},
}


@pytest.mark.parametrize(
    ("schema", "path", "expected"),
    [
        (DATED, ("on", "year"), None),
        (DATED, ("at", "all"), None),
        (DATED, ("off",), (0, ("on", "at"))),
        (TREE, ("next", "next", "n"), None),
        (TREE, ("next", "next", "m"), (2, ("next", "n"))),
        ({"type": "object", "additionalProperties": TEXT}, ("a",), None),
        ({"type": "object", "properties": {"a": TEXT}, "additionalProperties": True}, ("b",), None),
        ({"oneOf": [{"type": "null"}, {"type": "array"}]}, ("a",), (0, ())),
        ({"oneOf": [{"type": "null"}, {}]}, ("a",), None),
        ({"type": "object", "properties": {"a": True}}, ("a", "b"), None),
    ],
)
def test_whether_a_result_has_a_part(
    schema: dict[str, Any], path: tuple[str, ...], expected: tuple[int, tuple[str, ...]] | None
) -> None:
    assert missing_part(schema, path) == expected


def test_what_is_to_blame_is_named() -> None:
    assert offender({"type": "string"}, ["a"], {}) == "a list"
    assert offender({"$ref": "#/nowhere"}, {"a": 1}, {}) == "a mapping"
    assert described("x" * 99) == f"the text '{'x' * 40}'"
