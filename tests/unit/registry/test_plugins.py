"""Declaring hooks: what is taken, what is refused where it is written, and that docs/plugins.md tells of each."""

import inspect
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from botkit import Context, Found, Money, Passage, Plugin, Reading, RegistryError, Turn, Verdict
from botkit.model.definitions import Speech, Text
from botkit.model.events import Event

DOCS = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text(encoding="utf-8")


class Item(BaseModel):
    title: str
    price: Money


def no_context() -> None: ...
def wrong_context(order: str) -> None: ...
def untyped_context(ctx) -> None: ...  # type: ignore[no-untyped-def]
def untyped(ctx: Context, number) -> None: ...  # type: ignore[no-untyped-def]
def star(ctx: Context, *numbers: str) -> None: ...
def double_star(ctx: Context, **numbers: str) -> None: ...
def positional(ctx: Context, number: str, /) -> None: ...
def unknown_type(ctx: Context, number: "Nowhere") -> None: ...  # type: ignore[name-defined] # noqa: F821
def no_json(ctx: Context, number: Callable[[], int]) -> None: ...
def no_json_result(ctx: Context) -> Callable[[], int]: ...  # type: ignore[empty-body]
def opaque(ctx: Context, number: object.__class__) -> Plugin: ...  # type: ignore[empty-body,valid-type]
def generator(ctx: Context) -> Any:
    yield 1


async def async_generator(ctx: Context) -> Any:
    yield 1


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_context, "has no context"),
        (wrong_context, "has no context"),
        (untyped_context, "has no context"),
        (untyped, "has no type for 'number'"),
        (star, r"takes '\*numbers: str'"),
        (double_star, r"takes '\*\*numbers: str'"),
        (positional, "takes 'number: str'"),
        (unknown_type, "annotation that cannot be read: name 'Nowhere' is not defined"),
        (no_json, "has a parameter that no JSON can carry"),
        (no_json_result, "returns what no JSON can carry"),
        (opaque, "no JSON can carry"),
        (generator, "yields"),
        (async_generator, "yields"),
    ],
)
def test_an_action_that_has_no_schema_is_refused_with_its_place(function: Any, message: str) -> None:
    with pytest.raises(RegistryError, match=message) as caught:
        Plugin("shop").action(effect="read")(function)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
    assert caught.value.place.line == function.__code__.co_firstlineno


@pytest.mark.parametrize("thing", [len, str, 3, print, Plugin("x").answer])
def test_only_functions_are_actions(thing: Any) -> None:
    with pytest.raises(RegistryError):
        Plugin("shop").action(effect="read", name="thing")(thing)


def test_two_of_a_name_are_refused() -> None:
    plugin = Plugin("shop")

    def find(ctx: Context) -> None: ...

    plugin.action(effect="read")(find)
    with pytest.raises(RegistryError, match="the action 'find' twice"):
        plugin.action(effect="write", name="find")(find)
    plugin.answer("hours", questions=["when?"], say="now")
    with pytest.raises(RegistryError, match="the answer 'hours' twice"):
        plugin.answer("hours", questions=["when?"], say="now")
    plugin.slot_type("number")(lambda text: None)
    with pytest.raises(RegistryError, match="the slot type 'number' twice"):
        plugin.slot_type("number")(lambda text: None)
    plugin.knowledge("help")(lambda ctx, question: [])
    with pytest.raises(RegistryError, match="the knowledge source 'help' twice"):
        plugin.knowledge("help")(lambda ctx, question: [])
    plugin.start(lambda settings: None)
    with pytest.raises(RegistryError, match="a second 'start'"):
        plugin.start(lambda settings: None)
    plugin.stop(lambda state: None)
    with pytest.raises(RegistryError, match="a second 'stop'"):
        plugin.stop(lambda state: None)


@pytest.mark.parametrize("name", ["", "Shop", "shop-x", "1shop", "shop.x", "商店", "a" * 65, None, 3, "a b"])
def test_a_name_is_small_letters(name: Any) -> None:
    with pytest.raises(RegistryError, match="is no name for a plugin") as caught:
        Plugin(name)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": -1}, {"retries": -1}, {"effect": "both"}])
def test_an_action_with_impossible_options_is_refused(options: dict[str, Any]) -> None:
    def find(ctx: Context) -> None: ...

    with pytest.raises(RegistryError, match="declared wrongly"):
        Plugin("shop").action(**({"effect": "read"} | options))(find)


@pytest.mark.parametrize(
    ("questions", "say"), [([], "x"), ("when", "x"), (["when"], ""), (["when"], {}), ([""], "x"), (["a"], {"en": ""})]
)
def test_an_answer_needs_questions_and_a_text(questions: Any, say: Any) -> None:
    with pytest.raises(RegistryError, match="needs questions and a text"):
        Plugin("shop").answer("hours", questions=questions, say=say)


def test_an_answer_is_as_yaml_would_give_it() -> None:
    plugin = Plugin("shop")
    plugin.answer("hours", questions=["when are you open", "几点开门"], say={"en": "At 9.", "zh": "九点。"})
    answer = plugin.answers["hours"]
    assert (answer.name, answer.questions) == ("shop.hours", ("when are you open", "几点开门"))
    assert answer.speech == Speech(variants=(Text({"en": "At 9.", "zh": "九点。"}, answer.place),))
    assert answer.place.file == __file__


def test_the_signature_is_the_schema() -> None:
    plugin = Plugin("shop")

    @plugin.action(effect="write", timeout=3, idempotent=True, name="order")
    async def place_order(
        ctx: Context,
        items: list[Item],
        day: date,
        json: Annotated[str, Field(description="a note", max_length=20)] = "",
        title: Literal["mr", "ms"] | None = None,
    ) -> dict[str, int] | None:
        """Place an order.

        And much more that is not for the LLM.
        """

    spec = plugin.actions["order"].spec
    assert (spec.name, spec.effect, spec.timeout, spec.idempotent) == ("shop.order", "write", 3.0, True)
    assert spec.description == "Place an order."
    assert spec.parameters["required"] == ["items", "day"]
    assert spec.parameters["additionalProperties"] is False
    properties = spec.parameters["properties"]
    assert properties["day"] == {"type": "string", "format": "date"}
    assert properties["json"] == {"type": "string", "default": "", "maxLength": 20, "description": "a note"}
    assert properties["title"]["anyOf"] == [{"enum": ["mr", "ms"], "type": "string"}, {"type": "null"}]
    assert set(spec.parameters["$defs"]["Item"]["properties"]) == {"title", "price"}
    assert spec.parameters["$defs"]["Item"]["properties"]["price"]["format"] == "money"
    assert spec.returns["anyOf"][1] == {"type": "null"}
    assert place_order.__name__ == "place_order"


def test_struct_results_are_described() -> None:
    plugin = Plugin("shop")

    @plugin.action(effect="read")
    def look(ctx: Context) -> Passage:
        return Passage("x")

    assert plugin.actions["look"].spec.returns["$defs"]["Passage"]["required"] == ["text"]


HOOKS: list[tuple[str, Callable[[Plugin], Callable[[Any], Any]]]] = [
    ("knowledge", lambda plugin: plugin.knowledge("help")),
    ("guard", lambda plugin: plugin.guard("input")),
    ("before_turn", lambda plugin: plugin.before_turn),
    ("after_turn", lambda plugin: plugin.after_turn),
    ("erase", lambda plugin: plugin.erase()),
    ("export", lambda plugin: plugin.export()),
    ("start", lambda plugin: plugin.start),
    ("stop", lambda plugin: plugin.stop),
]


@pytest.mark.parametrize(("name", "hook"), HOOKS)
def test_a_hook_takes_what_it_is_given(name: str, hook: Callable[[Plugin], Callable[[Any], Any]]) -> None:
    with pytest.raises(RegistryError, match="does not fit: "):
        hook(Plugin("shop"))(lambda one, two, three: None)
    with pytest.raises(RegistryError, match="is not a function"):
        hook(Plugin("shop"))("hello")


def test_hooks_are_given_back_unchanged() -> None:
    plugin = Plugin("shop")

    def check(ctx: Context, text: str) -> Verdict | None: ...
    def before(ctx: Context, event: Event) -> None: ...
    def after(ctx: Context, turn: Turn) -> None: ...
    def parse(text: str, reading: Reading) -> list[Found]:
        return []

    assert plugin.guard("output", required=True)(check) is check
    assert plugin.before_turn(before) is before
    assert plugin.after_turn(after) is after
    assert plugin.slot_type("thing")(parse) is parse
    assert (plugin.before, plugin.after) == ([before], [after])
    assert (plugin.guards[0].direction, plugin.guards[0].required) == ("output", True)


def test_a_guard_has_a_direction() -> None:
    with pytest.raises(RegistryError, match="not on 'sideways'"):
        Plugin("shop").guard("sideways")(lambda ctx, text: None)  # type: ignore[arg-type]


def test_a_plugin_has_one_export() -> None:
    plugin = Plugin("shop")
    plugin.export()(lambda ctx: None)
    with pytest.raises(RegistryError, match="second 'export'"):
        plugin.export()(lambda ctx: None)


def test_every_hook_is_documented_with_its_arguments() -> None:
    hooks = [name for name, _ in inspect.getmembers(Plugin, inspect.isfunction) if not name.startswith("_")]
    assert len(hooks) == 14
    for name in hooks:
        heading = re.search(rf"^### `@?plugin\.{name}(\((.*)\))?`$", DOCS, re.MULTILINE)
        assert heading is not None, f"docs/plugins.md does not tell of plugin.{name}"
        said = [part.split("=")[0].strip() for part in (heading[2] or "").split(",") if part.strip()]
        takes = [
            one for one in inspect.signature(getattr(Plugin, name)).parameters if one not in ("self", "function")
        ]
        assert said == takes, name


def test_every_field_of_the_context_is_documented() -> None:
    told = DOCS.partition("## `Context`")[2]
    for name in (*Context.__struct_fields__, "identify"):
        assert f"`{name}" in told, name


def test_the_page_of_hooks_tells_of_every_hook() -> None:
    page = inspect.getdoc(inspect.getmodule(Plugin)) or ""
    for name in (name for name, _ in inspect.getmembers(Plugin, inspect.isfunction) if not name.startswith("_")):
        assert f"plugin.{name}" in page
