"""The table of the language, the parser and the JSON Schema say the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from botkit.flows import MAPPINGS, STEP_KINDS, Key, Kind, read, reference, schema
from botkit.flows.defaults import source
from botkit.flows.grammar import PARSERS
from botkit.flows.loading import load
from botkit.flows.schemas import SHAPES
from botkit.flows.stepkinds import COMMON
from botkit.model.catalogue import Catalogue
from botkit.model.definitions import Flow
from botkit.model.flowset import Settings
from botkit.model.locales import Locale

VALIDATOR = jsonschema.Draft202012Validator(schema())
SECTIONS = {"intents", "answers", "flows"}
REPOSITORY = Path(__file__).parents[3]


def as_json(data: Any) -> Any:
    """Give data whose keys are texts, as an editor sees it."""
    if isinstance(data, dict):
        return {str(key): as_json(value) for key, value in data.items()}
    return [as_json(item) for item in data] if isinstance(data, list) else data


def accepts(text: str) -> bool:
    node, problems = read(text, "f.yaml")
    assert problems == ()
    assert node
    return bool(VALIDATOR.is_valid(as_json(node.plain())))


def step_with(kind: Kind, key: Key) -> str:
    """Write a step that has a key, and the keys that it needs."""
    keys = [*(one for one in kind.keys if one.required and one.name != key.name), key]
    return "- {" + ", ".join(f"{one.name}: {one.example}" for one in keys) + "}"


STEP_KEYS = [(kind, key) for kind in STEP_KINDS.values() for key in kind.keys]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_shape_has_a_parser_and_a_schema() -> None:
    shapes = {key.shape for kind in (*STEP_KINDS.values(), *MAPPINGS.values()) for key in kind.keys}
    shapes |= {key.shape for key in COMMON}
    assert shapes == set(SHAPES)
    assert shapes - SECTIONS == set(PARSERS)


@pytest.mark.parametrize("kind", STEP_KINDS.values(), ids=lambda kind: kind.name)
def test_every_key_of_a_step_is_in_the_schema_and_no_other(kind: Kind) -> None:
    assert set(schema()["$defs"][f"step-{kind.name}"]["properties"]) == {*kind.names, "id", "if"}


@pytest.mark.parametrize("kind", MAPPINGS.values(), ids=lambda kind: kind.name)
def test_every_key_of_a_mapping_is_in_the_schema_and_no_other(kind: Kind) -> None:
    found = schema() if kind.name == "flow file" else schema()["$defs"][kind.name]
    assert set(found["properties"]) == set(kind.names)


@pytest.mark.parametrize(("kind", "key"), STEP_KEYS, ids=lambda one: one.name)
def test_parser_and_schema_take_every_key_and_refuse_its_misspelling(
    said: Callable[[str], list[str]], wrapped: Callable[[str], str], kind: Kind, key: Key
) -> None:
    written = wrapped(step_with(kind, key))
    parsing = {
        "wrong-type",
        "unknown-key",
        "unknown-kind",
        "bad-name",
        "unknown-value",
        "out-of-range",
    }
    assert [line for line in said(written) if line.split(": ")[1] in parsing] == []
    assert accepts(written)
    misspelt = written.replace(f"{key.name}: {key.example}", f"{key.name}{key.name}x: {key.example}")
    assert {line.split(": ")[1] for line in said(misspelt)} & parsing
    assert not accepts(misspelt)


@pytest.mark.parametrize("kind", STEP_KINDS.values(), ids=lambda kind: kind.name)
def test_the_example_of_a_kind_is_accepted(wrapped: Callable[[str], str], kind: Kind) -> None:
    assert accepts(wrapped(f"- {kind.example}"))
    assert accepts(wrapped(f"- {kind.example[:-1]}, id: x}}"))


@pytest.mark.parametrize("kind", MAPPINGS.values(), ids=lambda kind: kind.name)
def test_the_example_of_a_mapping_and_of_its_keys_fit_the_schema(kind: Kind) -> None:
    whole = schema()
    found = whole if kind.name == "flow file" else {**whole["$defs"][kind.name], "$defs": whole["$defs"]}
    validator = jsonschema.Draft202012Validator(found)
    node, _ = read(kind.example, "f.yaml")
    assert node
    assert [error.message for error in validator.iter_errors(as_json(node.plain()))] == []
    for key in kind.keys:
        value, problems = read(key.example, "f.yaml")
        assert problems == ()
        assert value
        shape = jsonschema.Draft202012Validator({**SHAPES[key.shape], "$defs": whole["$defs"]})
        assert shape.is_valid(as_json(value.plain())), key


def test_every_kind_of_step_can_be_linked(flow_of: Callable[[str], Flow]) -> None:
    known = {"run": "{run: on_end}", "goto": "{goto: x, if: message}", "do": "{do: shop.find}", "agent": "{agent: A}"}
    known |= {"if": "{if: message, then: end}", "match": "{match: message, cases: {a: end}}"}
    kinds = ["- {say: A, id: x}", *(f"- {known.get(kind.name, kind.example)}" for kind in STEP_KINDS.values())]
    asks = [line for line in kinds if "end: conversation" not in line and "handoff" not in line[:12]]
    asks[-1:] = [asks[-1], "- {confirm: ok?}", "- {if: message, then: [{handoff: a}], else: end}"]
    flow = flow_of("\n".join(asks))
    tags = {step.body.__struct_config__.tag for step in flow.steps.values()}
    assert tags == set(STEP_KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "flow: {}",
        "[1]",
        "flows: []",
        "flows: {1a: []}",
        "flows: {f: }",
        "flows: {f: {}}",
        "flows: {f: [sya: x]}",
        "flows: {f: [{say: x, do: y}]}",
        "flows: {f: [{say: [a]}]}",
        "flows: {f: [{ask: a b}]}",
        "flows: {f: [{ask: a, again: yes}]}",
        "flows: {f: [{ask: a, fill: always}]}",
        "flows: {f: [{confirm: a, no: []}]}",
        "flows: {f: [{wait: 5}]}",
        "flows: {f: [{wait: soon}]}",
        "flows: {f: [{rate: a, scale: 11}]}",
        "flows: {f: [{match: a, cases: {}}]}",
        "flows: {f: [{agent: a, limits: {turn: 1}}]}",
        "intents: {i: {}}",
        "intents: {i: {examples: []}}",
        "answers: {a: {questions: [x]}}",
        "slots: {s: text}",
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(said: Callable[[str], list[str]], text: str) -> None:
    assert said(text)
    assert not accepts(text)


def test_the_repair_flows_fit_the_schema() -> None:
    assert accepts(source())


def flow_files() -> list[Path]:
    """Find the flow files of the shipped bots: what is neither bot.yaml nor a test nor a locale."""
    found = sorted((REPOSITORY / "flows").rglob("*.yaml"))
    inside = [(path, path.relative_to(REPOSITORY / "flows").parts) for path in found]
    return [path for path, parts in inside if parts[-1] != "bot.yaml" and not {"tests", "locales"} & set(parts[:-1])]


def test_the_shipped_flow_files_fit_the_schema() -> None:
    assert [path.name for path in flow_files() if not accepts(path.read_text("utf-8"))] == []


def test_the_reference_lists_every_key() -> None:
    rows = reference()
    assert ("step say", "say", "The text, or one per locale.", "Hello!") in rows
    assert ("flow", "only_if", "It cannot be started unless this is true.", "channel != 'slack'") in rows
    assert len(rows) == sum(len(kind.keys) for kind in (*STEP_KINDS.values(), *MAPPINGS.values())) + len(COMMON)
    assert all(doc.endswith((".", "?")) and example for _, _, doc, example in rows)


def test_a_kind_knows_its_keys() -> None:
    say = STEP_KINDS["say"]
    assert say.key("say") == say.keys[0]
    assert say.key("with") is None


def test_a_bot_of_nothing_loads(locales: dict[str, Locale]) -> None:
    bot, problems = load({}, Settings(), Catalogue(), locales)
    assert bot
    assert problems == ()
