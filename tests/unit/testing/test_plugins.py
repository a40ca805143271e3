"""The harness for authors of plugins, the fakes, and the pytest plugin."""

import asyncio
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import botkit.testing
from botkit import (
    ActionError,
    BotkitError,
    ConfigError,
    Context,
    Found,
    Incoming,
    Message,
    Opened,
    Passage,
    Plugin,
    StoreError,
    Turn,
    UsageError,
    Verdict,
)
from botkit.model.session import Session
from botkit.testing import ArgumentsError, FakeClock, FakeIntake, PluginHarness, ResultError, call
from botkit.testing.clocks import START

DOCS = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text(encoding="utf-8")


class Settings(BaseModel):
    url: str = "http://127.0.0.1:9"


plugin = Plugin("shop", settings=Settings)
plugin.knowledge("help")(lambda ctx, question: [Passage(question)])
plugin.slot_type("number")(lambda text: text if text.isdigit() else None)


@plugin.start
def start(settings: Settings) -> dict[str, Any]:
    return {"url": settings.url, "turns": 0}


@plugin.action(effect="read")
def find(ctx: Context, number: str, day: date | None = None) -> dict[str, Any]:
    if number == "0":
        raise ActionError("No such order.", error="not_found")
    if number == "1":
        raise ZeroDivisionError
    ctx.identify(last=number, tier=None)
    return {"number": number, "day": day, "email": ctx.customer.get("email"), "url": ctx.state["url"], "at": ctx.now}


@plugin.action(effect="read")
async def bad(ctx: Context) -> Any:
    return object()


@plugin.guard("input")
def shout(ctx: Context, text: str) -> Verdict:
    return Verdict.replace(text.upper())


@plugin.before_turn
def before(ctx: Context, event: Any) -> None:
    ctx.identify(heard=getattr(event, "text", "nothing"))


@plugin.after_turn
def after(ctx: Context, turn: Turn) -> None:
    ctx.state["turns"] += 1


async def test_call_gives_the_value_as_a_flow_sees_it() -> None:
    day = date(2026, 5, 1)
    settings = {"url": "http://x"}
    found = await call(plugin, "find", number=7, day=day, customer={"email": "ann@example.org"}, settings=settings)
    assert found.pop("at").timestamp() == START
    assert found == {"number": "7", "day": day, "email": "ann@example.org", "url": "http://x"}


async def test_call_raises_what_the_action_raised() -> None:
    with pytest.raises(ActionError, match=r"No such order\.") as caught:
        await call(plugin, "find", number="0")
    assert caught.value.error == "not_found"
    with pytest.raises(ZeroDivisionError):
        await call(plugin, "find", number="1")
    with pytest.raises(ResultError, match="cannot return a object"):
        await call(plugin, "bad")
    with pytest.raises(ArgumentsError, match="number: Field required"):
        await call(plugin, "find")
    with pytest.raises(UsageError, match=r"no action 'fnd' \(it has: find, bad\)"):
        await call(plugin, "fnd")
    with pytest.raises(ConfigError):
        await call(plugin, "find", number="7", settings={"port": 1})


async def test_one_clause_catches_every_error_of_botkit_that_a_call_raises() -> None:
    for action, code in (("bad", "result-error"), ("find", "arguments-error"), ("fnd", "usage-error")):
        with pytest.raises(BotkitError) as caught:
            await call(plugin, action)
        assert caught.value.code == code


async def test_the_harness_runs_every_hook() -> None:
    async with PluginHarness(plugin, customer={"tier": "gold"}, locale="zh") as shop:
        await shop.call("find", number="7")
        assert shop.customer == {"last": "7"}
        result = await shop.perform("find", number="0")
        assert result.failure is not None
        assert result.failure.code == "not_found"
        assert (await shop.perform("find", number="8")).customer == {"last": "8", "tier": None}
        assert shop.parse("number", "12") == [Found("12", 0, 2)]
        assert await shop.guard("input", "hi") == Verdict(text="HI")
        assert await shop.search("how?") == (Passage("how?"),)
        assert await shop.before_turn("hello") == {"heard": "hello"}
        assert await shop.before_turn(Opened()) == {"heard": "nothing"}
        await shop.after_turn(Turn("test:1", 1, Message("hi"), Session("test:1")))
        assert shop.registry.host("shop").state["turns"] == 1
        assert list(shop.catalogue.actions) == ["shop.find", "shop.bad"]
    with pytest.raises(UsageError, match="no slot type 'x'"):
        PluginHarness(plugin).parse("x", "12")


async def test_the_example_of_the_documentation_works() -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    page: dict[str, Any] = {"__name__": "loyalty"}
    exec(blocks[0], page)  # noqa: S102 - our own page
    exec(blocks[1], page)  # noqa: S102
    await page["test_points_are_taken"]()
    async with PluginHarness(page["plugin"]) as loyalty:
        with pytest.raises(ActionError, match="Who you are"):
            await loyalty.call("redeem", points=1)
        account = await loyalty.call("find_account", email="Ann@example.org")
        assert (account["tier"], loyalty.customer["tier"]) == ("gold", "gold")
        with pytest.raises(ActionError, match="There are only 100 points"):
            await loyalty.call("redeem", points=1000)


async def test_a_fake_clock_stands_until_it_is_moved(botkit_clock: FakeClock) -> None:
    assert botkit_clock.now() == botkit_clock.now() == START
    botkit_clock.advance(5)
    await botkit_clock.sleep(10)
    await botkit_clock.sleep(-1)
    assert (botkit_clock.now(), botkit_clock.slept) == (START + 15, [10, -1])


async def test_a_fake_intake_keeps_each_delivery_once(botkit_intake: FakeIntake) -> None:
    one, two = Incoming("web", "1", "a", Message("x")), Incoming("web", "1", "b", Message("y"))
    first, again, second = [await botkit_intake.accept(given) for given in (one, one, two)]
    assert (first.conversation, first.seq, first.duplicate, first.wake) == ("web:1", 1, False, True)
    assert (again.seq, again.duplicate, second.seq) == (1, True, 2)
    assert (botkit_intake.received, botkit_intake.incoming) == ([one, one, two], [one, two])


async def test_a_fake_intake_blocks_and_fails(botkit_intake: FakeIntake) -> None:
    incoming = Incoming("web", "1", "a", Message("x"))
    botkit_intake.hold()
    task = asyncio.create_task(botkit_intake.accept(incoming))
    await botkit_intake.wait(1)
    assert not task.done()
    botkit_intake.fail(StoreError())
    botkit_intake.release()
    with pytest.raises(StoreError):
        await task
    assert botkit_intake.incoming == []
    with pytest.raises(TimeoutError):
        await botkit_intake.wait(2, timeout=0.001)


def test_the_public_names_of_testing() -> None:
    for name in botkit.testing.__all__:
        assert getattr(botkit.testing, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = botkit.testing.Nothing  # type: ignore[attr-defined]
