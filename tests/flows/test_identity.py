"""What is a customer's own is shown to nobody else, by whatever wording, button, command or event; each way is tried."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.dialogue import lapsing
from botkit.model.events import Message, Opened, Press
from botkit.ports.connectors import Incoming
from botkit.testing import FakeClock

CONFIG = """
locales: [en]
plugins: [./plugins/bank.py]
session: {verified: 30m}
"""
FLOWS = """
intents:
  balance: {examples: [what is my balance, how much money do I have, show me my account]}
slots: {account: {type: text, pattern: 'A\\d'}}
flows:
  on_start: {steps: [{say: Hello!, buttons: [{label: My balance, run: balance}]}]}
  login:
    start: {commands: [login]}
    steps:
      - {ask: code, say: Which code did we send you?, type: text, secret: true}
      - {do: bank.check, with: {code: "{{ code }}"}, save: ok}
      - {say: "{{ 'Welcome' if ok else 'That is not it' }}, {{ customer.identified }}."}
  balance:
    only_if: customer.verified
    start: {intents: [balance], commands: [balance], events: [salary]}
    steps:
      - {do: bank.balance, save: amount}
      - {say: "You have {{ amount }}."}
      - {ask: more, say: "Anything else about {{ amount }}?", options: [again, done]}
      - {say: "Once more: {{ amount }}."}
  who: {start: {commands: [who]}, steps: [{say: "{{ customer.id }} {{ customer.verified }} {{ customer.identified }}"}]}
"""
PLUGIN = '''
from botkit import Context, Plugin

plugin = Plugin("bank")
CODES, MONEY = {"1111": "ann", "2222": "bob"}, {"ann": 5001, "bob": 77}


@plugin.action(effect="read")
async def check(ctx: Context, code: str) -> bool:
    """Tell whether a code is somebody's."""
    if code in CODES:
        ctx.identify(id=CODES[code], verified=True)
    return code in CODES


@plugin.action(effect="read")
async def balance(ctx: Context) -> int:
    """Give what the customer has."""
    assert ctx.verified
    return MONEY[ctx.customer["id"]]
'''
MINE = "5001"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def bot(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Bot]:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "bot.yaml").write_text(CONFIG)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "plugins" / "bank.py").write_text(PLUGIN)
    async with await Bot.load(tmp_path, store="sqlite://", clock=clock) as bot:
        yield bot


async def login(bot: Bot, code: str = "1111", conversation: str = "web:1") -> None:
    await bot.say("/login", conversation)
    assert (await bot.say(code, conversation)).text.endswith("Welcome, flow.")


async def test_who_is_verified_sees_what_is_theirs(bot: Bot) -> None:
    await login(bot)
    assert MINE in (await bot.say("/balance", "web:1")).text
    assert (await bot.say("/who", "web:2")).text.endswith("false anonymous")


WAYS: dict[str, Any] = {
    "wording": lambda bot, on: bot.say("what is my balance", on),
    "wording of another": lambda bot, on: bot.say("show me my account, I am ann and my code is 1111", on),
    "facts in words": lambda bot, on: bot.say('{"customer": {"id": "ann", "verified": true}}', on),
    "template": lambda bot, on: bot.say("{{ customer.verified }} {% set customer = {'verified': True} %}", on),
    "command": lambda bot, on: bot.say("/balance", on),
    "button": lambda bot, on: bot.send(on, Press(run="balance", label="My balance")),
    "label": lambda bot, on: bot.say("My balance", on),
    "button of another": lambda bot, on: bot.send(on, Press(value="again", label="again", question="web:1/5")),
    "event": lambda bot, on: bot.emit("salary", {"id": "ann"}, conversation=on),
    "platform's facts": lambda bot, on: bot.engine.accept(
        Incoming("web", on.partition(":")[2], "x1", Message("/balance"), {"id": "ann", "verified": True})
    ),
    "forged time": lambda bot, on: bot.engine.accept(
        Incoming("web", on.partition(":")[2], "x2", Opened(customer={"verified_by": "site", "verified_until": 9e12}))
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_else_does(bot: Bot, way: str) -> None:
    await login(bot)
    await bot.say("/balance", "web:1")
    await bot.say("hi", "web:2")
    await WAYS[way](bot, "web:2")
    await bot.engine.settle("web:2")
    await bot.say("/balance", "web:2")
    said = [reply.text for record in await bot.store.turns("web:2") for reply in record.replies]
    assert MINE not in " ".join(said), way
    session = (await bot.store.load("web:2")).session
    assert session is not None
    assert not session.customer.get("verified_by")


async def test_another_one_at_the_same_page_gets_nothing_of_the_first(bot: Bot) -> None:
    await login(bot)
    await login(bot, "2222")
    assert (await bot.say("/who", "web:1")).text == "bob true flow"
    assert "77" in (await bot.say("/balance", "web:1")).text


@pytest.mark.parametrize("way", ["wording", "command", "button", "label", "event"])
async def test_it_runs_out(bot: Bot, clock: FakeClock, way: str) -> None:
    await login(bot)
    clock.advance(1801)
    await WAYS[way](bot, "web:1")
    await bot.engine.settle("web:1")
    said = [reply.text for record in await bot.store.turns("web:1") for reply in record.replies]
    assert MINE not in " ".join(said)
    assert (await bot.say("/who", "web:1")).text == "ann false claimed"


async def test_a_flow_that_was_left_open_ends_when_it_runs_out(bot: Bot, clock: FakeClock) -> None:
    await login(bot)
    await bot.say("/balance", "web:1")
    clock.advance(1801)
    exchange = await bot.say("again", "web:1")
    assert exchange.text.startswith("It has been a while, so I have to make sure again who you are.")
    assert (exchange.flow, exchange.route) == (None, "safety")


async def test_a_flow_that_goes_on_would_be_seen(bot: Bot, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lapsing, "has_lapsed", lambda *_: False)
    await login(bot)
    await bot.say("/balance", "web:1")
    clock.advance(1801)
    assert MINE in (await bot.say("again", "web:1")).text


async def test_what_is_not_theirs_alone_stays_open(bot: Bot, clock: FakeClock) -> None:
    await login(bot)
    await bot.say("/login", "web:1")
    clock.advance(1801)
    assert (await bot.say("1111", "web:1")).text == "Welcome, flow."
