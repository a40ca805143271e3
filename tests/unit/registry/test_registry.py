"""The registry as the runtime uses it: start and stop, guards, hooks, sources, the catalogue."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from botkit import (
    Capabilities,
    ConfigError,
    Context,
    Found,
    Message,
    Passage,
    Plugin,
    Reading,
    RegistryError,
    Turn,
    UsageError,
    Verdict,
)
from botkit.errors import Place
from botkit.model.events import Event
from botkit.model.session import Session
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry
from botkit.testing import FakeClock

WHO = Caller("web:1", "web")
READING = Reading(locales=(), now=datetime(2026, 5, 1, tzinfo=UTC))


class Settings(BaseModel):
    url: str
    retries: int = 3


def failing(*_: Any) -> Any:
    raise RuntimeError("broken")


def exiting(*_: Any) -> Any:
    raise SystemExit(1)


def starter(name: str, told: list[str]) -> Callable[[Any], str]:
    def start(settings: Any) -> str:
        told.append(f"start {name}")
        return name

    return start


async def test_plugins_start_in_order_and_stop_in_reverse() -> None:
    told: list[str] = []
    plugins = [Plugin("first"), Plugin("second"), Plugin("plain")]
    for plugin in plugins[:2]:
        plugin.start(starter(plugin.name, told))
        plugin.stop(lambda state: told.append(f"stop {state}"))
    registry = Registry(plugins)
    await registry.start()
    await registry.start()
    await registry.stop()
    await registry.stop()
    assert told == ["start first", "start second", "stop second", "stop first"]


@pytest.mark.parametrize("broken", [lambda settings: failing(), lambda settings: exiting()])
async def test_a_failing_start_is_told_by_name_and_the_others_are_stopped(broken: Callable[[Any], Any]) -> None:
    told: list[str] = []
    good, bad, never = Plugin("good"), Plugin("bad"), Plugin("never")
    good.stop(lambda state: told.append("stop good"))
    bad.start(broken)
    bad.stop(lambda state: told.append("stop bad"))
    never.start(lambda settings: told.append("start never"))
    with pytest.raises(RegistryError, match="plugin 'bad' could not start"):
        await Registry([good, bad, never]).start()
    assert told == ["stop good"]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("raise KeyError('x')", 7),
        ("helper()", 11),
        ("json.loads('{')", 7),  # not where the library raised
        ("exit(1)", 7),
        ("import asyncio; asyncio.run(asyncio.wait_for(asyncio.sleep(9), 0))", 7),
        ("try: 1/0\n    except ZeroDivisionError as error: raise OSError() from error", 8),
    ],
)
async def test_a_failing_start_is_told_with_the_place_in_the_plugin(tmp_path: Path, body: str, line: int) -> None:
    (tmp_path / "own.py").write_text(
        "import json\nfrom sys import exit\nfrom botkit import Plugin\nplugin = Plugin('own')\n"
        f"@plugin.start\ndef start(settings):\n    {body}\n\n\ndef helper():\n    raise OSError('no disk')\n"
    )
    registry, _ = Registry.survey(["./own.py"], tmp_path)
    with pytest.raises(RegistryError, match="plugin 'own' could not start") as refused:
        await registry.start()
    assert refused.value.place == Place(str(tmp_path / "own.py"), line)


async def test_a_start_that_does_not_end_is_told_with_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit.registry.registry.START_TIMEOUT", 0.01)
    (tmp_path / "own.py").write_text(
        "import asyncio\nfrom botkit import Plugin\nplugin = Plugin('own')\n\n"
        "async def start(settings):\n    await asyncio.sleep(60)\nplugin.start(start)\n"
    )
    registry, _ = Registry.survey(["./own.py"], tmp_path)
    with pytest.raises(RegistryError, match=r"could not start: no end within 0\.01 s") as refused:
        await registry.start()
    assert refused.value.place == Place(str(tmp_path / "own.py"), 5)


async def test_a_failing_stop_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    good, bad = Plugin("good"), Plugin("bad")
    good.stop(lambda state: told.append("stop good"))
    bad.stop(lambda state: failing())
    registry = Registry([good, bad])
    await registry.start()
    await registry.stop()
    assert told == ["stop good"]
    assert "plugin bad failed in stop" in caplog.text


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, r"^plugin 'shop': url: Field required$"),
        (None, r"^plugin 'shop': url: Field required$"),
        ({"url": 3}, r"^plugin 'shop': url: Input should be a valid string$"),
        ({"url": "x", "retries": "many"}, r"^plugin 'shop': retries: .* integer"),
        (
            {"url": "x", "retrys": 1},
            r"^plugin 'shop': retrys: there is no such setting \(did you mean 'retries'\?\)$",
        ),
        ({"url": "x", "zzz": 1}, r"known are: url, retries"),
        ([1], r"^plugin 'shop': settings are a mapping, not a list$"),
        ("text", r"not a str$"),
    ],
)
def test_bad_settings_are_told_with_their_path(raw: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Registry([Plugin("shop", settings=Settings)], {"shop": raw})


def test_settings_of_a_plugin_without_any_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"plugin 'shop': it takes no settings, but 'url' is set"):
        Registry([Plugin("shop")], {"shop": {"url": "x"}})


def test_a_model_may_allow_more_and_a_failing_check_is_told() -> None:
    class Open(BaseModel, extra="allow"):
        pass

    class Broken(BaseModel):
        @classmethod
        def model_validate(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG003
            raise RuntimeError("broken")

    Registry([Plugin("shop", settings=Open)], {"shop": {"anything": 1}})
    with pytest.raises(ConfigError, match="its check failed with RuntimeError"):
        Registry([Plugin("shop", settings=Broken)])


async def test_settings_and_state_reach_the_functions() -> None:
    plugin = Plugin("shop", settings=Settings)
    plugin.start(lambda settings: f"opened {settings.url}")
    seen: list[Any] = []

    @plugin.before_turn
    def look(ctx: Context, event: Event) -> None:
        seen.extend([ctx.settings.retries, ctx.state])

    registry = Registry([plugin], {"shop": {"url": "x"}})
    await registry.start()
    await registry.before_turn(Message("hi"), WHO)
    assert seen == [3, "opened x"]


async def test_guards_run_in_order_and_the_first_refusal_ends_it() -> None:
    plugin, other = Plugin("one"), Plugin("two")
    plugin.guard("input")(lambda ctx, text: Verdict.replace(text.replace("4111", "****")))
    plugin.guard("output")(lambda ctx, text: Verdict.refuse("never said"))

    @other.guard("input")
    async def polite(ctx: Context, text: str) -> Verdict | None:
        return Verdict.refuse("rude") if "idiot" in text else None

    registry = Registry([plugin, other], clock=FakeClock())
    assert await registry.guard("input", "my card is 4111", WHO) == Verdict(text="my card is ****")
    assert await registry.guard("input", "idiot 4111", WHO) == Verdict(refused="rude")
    assert await registry.guard("input", "hello", WHO) == Verdict()
    assert await registry.guard("output", "hello", WHO) == Verdict(refused="never said")
    assert Verdict.refuse("").refused


@pytest.mark.parametrize("guard", [failing, exiting, lambda ctx, text: "a text", lambda ctx, text: True])
@pytest.mark.parametrize(("required", "refused"), [(False, ""), (True, "a required guard failed")])
async def test_a_failing_guard_refuses_only_if_it_is_required(guard: Any, required: bool, refused: str) -> None:
    plugin = Plugin("one")
    plugin.guard("input", required=required)(guard)
    assert (await Registry([plugin]).guard("input", "hi", WHO)).refused == refused


async def test_guards_of_calls_see_the_action_and_its_arguments() -> None:
    plugin, other = Plugin("one"), Plugin("two")
    seen: list[tuple[str, dict[str, Any]]] = []

    @plugin.guard("tool")
    def note(ctx: Context, action: str, args: dict[str, Any]) -> None:
        seen.append((action, dict(args)))
        args["amount"] = 0

    @other.guard("tool")
    async def cheap(ctx: Context, action: str, args: dict[str, Any]) -> Verdict | None:
        return Verdict.refuse("too much") if args["amount"] > 100 else None

    registry = Registry([plugin, other], clock=FakeClock())
    assert await registry.guard_call("shop.pay", {"amount": 500}, WHO) == Verdict(refused="too much")
    assert await registry.guard_call("shop.pay", {"amount": 5}, WHO) == Verdict()
    assert seen == [("shop.pay", {"amount": 500}), ("shop.pay", {"amount": 5})]
    assert await registry.guard("input", "hi", WHO) == Verdict()


@pytest.mark.parametrize(("required", "refused"), [(False, ""), (True, "a required guard failed")])
async def test_a_failing_guard_of_calls_refuses_only_if_it_is_required(required: bool, refused: str) -> None:
    plugin = Plugin("one")
    plugin.guard("tool", required=required)(lambda ctx, action, args: 1 / 0)
    assert (await Registry([plugin]).guard_call("shop.pay", {}, WHO)).refused == refused


async def test_a_late_guard_lets_pass() -> None:
    plugin = Plugin("one")

    @plugin.guard("input", timeout=0.01)
    async def hang(ctx: Context, text: str) -> None:
        await asyncio.Event().wait()

    assert await Registry([plugin]).guard("input", "hi", WHO) == Verdict()


async def test_hooks_are_told_and_may_identify(caplog: pytest.LogCaptureFixture) -> None:
    plugin = Plugin("one")
    seen: list[Any] = []

    @plugin.before_turn
    async def before(ctx: Context, event: Event) -> None:
        seen.append(event)
        ctx.identify(tier="gold")

    @plugin.before_turn
    async def broken(ctx: Context, event: Event) -> None:
        ctx.identify(tier="lost")
        failing()

    @plugin.after_turn
    def after(ctx: Context, turn: Turn) -> None:
        seen.append(turn)

    plugin.after_turn(lambda ctx, turn: exiting())
    registry = Registry([plugin])
    event, turn = Message("hi"), Turn("web:1", 1, Message("hi"), Session("web:1"))
    assert await registry.before_turn(event, WHO) == {"tier": "gold"}
    await registry.after_turn(turn, WHO)
    assert seen == [event, turn]
    assert caplog.text.count("plugin one failed in") == 2


@pytest.mark.parametrize("given", [None, [], [Passage("a"), Passage("b"), Passage("c")], ["text"], 3, "text"])
async def test_a_source_gives_passages_or_nothing(given: Any) -> None:
    plugin = Plugin("one")
    plugin.knowledge("help")(lambda ctx, question: given)
    (source,) = Registry([plugin]).sources()
    found = await source.search("how?", "en", most=2)
    assert [one.text for one in found] == (["a", "b"] if isinstance(given, list) and len(given) == 3 else [])
    assert source.name == "one.help"


async def test_a_broken_source_finds_nothing() -> None:
    plugin = Plugin("one")
    plugin.knowledge("help")(lambda ctx, question: failing())
    assert [await source.search("how?", "en") for source in Registry([plugin]).sources()] == [()]


@pytest.mark.parametrize(
    ("parse", "found"),
    [
        (lambda text: "A-1", [Found("A-1", 6, 9)]),
        (lambda text: 7, [Found(7, 0, 10)]),
        (lambda text: None, []),
        (lambda text: "", [Found("", 0, 10)]),
        (lambda text, reading: Found("x", -3, 99), [Found("x", 0, 10)]),
        (lambda text, reading: [Found("x", 5, 2), Found("y", 1, 3)], [Found("x", 5, 5), Found("y", 1, 3)]),
        (lambda text, reading: [], []),
        (lambda text, reading: ["a", "b"], [Found(["a", "b"], 0, 10)]),
        (lambda text: object(), []),
        (lambda text: failing(), []),
    ],
)
def test_a_slot_type_never_raises(parse: Callable[..., Any], found: list[Found]) -> None:
    plugin = Plugin("shop")
    plugin.slot_type("number")(parse)
    assert plugin.types["number"]("it is A-1.", READING) == found


@pytest.mark.parametrize("parse", [lambda: None, lambda a, b, c: None])
def test_a_slot_type_takes_a_text_and_a_reading(parse: Callable[..., Any]) -> None:
    with pytest.raises(RegistryError, match=r"slot type 'shop.number' takes other"):
        Plugin("shop").slot_type("number")(parse)


def test_a_slot_type_is_not_async() -> None:
    async def parse(text: str) -> None: ...

    with pytest.raises(RegistryError, match="is async"):
        Plugin("shop").slot_type("number")(parse)


def test_the_catalogue_has_everything_by_its_full_name() -> None:
    plugin = Plugin("shop")

    @plugin.action(effect="write")
    def act(ctx: Context) -> None: ...

    plugin.slot_type("number")(lambda text: None)
    plugin.answer("hours", questions=["when?"], say="now")
    registry = Registry([plugin, Plugin("other")])
    catalogue = registry.catalogue({"web": Capabilities(buttons=3)}, models=True)
    assert list(catalogue.actions) == ["shop.act"]
    assert catalogue.actions["shop.act"].effect == "write"
    assert list(catalogue.types) == ["shop.number"]
    assert [answer.name for answer in catalogue.answers] == ["shop.hours"]
    assert (catalogue.plugins, catalogue.models, catalogue.articles) == (("shop", "other"), True, False)
    assert catalogue.channels["web"].buttons == 3
    plugin.knowledge("help")(lambda ctx, question: [])
    assert registry.catalogue().articles
    assert Registry().catalogue().actions == {}


def test_a_host_has_a_name() -> None:
    with pytest.raises(UsageError, match="no plugin 'x'"):
        Registry().host("x")


async def test_without_a_clock_it_is_now_and_time_passes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    plugin = Plugin("one")
    seen: list[datetime] = []

    @plugin.before_turn
    def look(ctx: Context, event: Event) -> None:
        seen.append(ctx.now)

    registry = Registry([plugin])
    await registry.before_turn(Message("hi"), WHO)
    assert abs((seen[0] - datetime.now(UTC)).total_seconds()) < 60
    await registry._clock.sleep(0)
