"""What is a customer's own is shown to nobody else, by whatever wording, button, command or event; each way is tried."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.dialogue import lapsing
from botkit.dialogue.work import Work
from botkit.model.events import Message, Opened, Press
from botkit.model.identity import BY, UNTIL, is_verified, learned
from botkit.model.session import Frame
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
      - {ask: more, say: "Anything else about {{ amount }}?", options: [again, done], silence: {after: 20m, say: Still there?}}
      - {say: "Once more: {{ amount }}."}
  learn: {start: {commands: [learn]}, steps: [{ask: facts, say: What?, type: text}, {do: bank.learn, with: {facts: "{{ facts }}"}}, {say: Noted.}]}
  who: {start: {commands: [who]}, steps: [{say: "{{ customer.id }} {{ customer.verified }} {{ customer.identified }}"}]}
"""
PLUGIN = '''
import ast

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
async def learn(ctx: Context, facts: str) -> None:
    """Learn facts of a customer as a careless action would, from Python's words."""
    ctx.identify(**ast.literal_eval(facts))


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


def _take_none_for_nothing(known: dict[str, Any], facts: dict[str, Any], **how: Any) -> dict[str, Any]:
    said = {name: value for name, value in facts.items() if (name, value) != ("verified", None)}
    return learned(known, said, **how)


def _take_any_word_for_true(known: dict[str, Any], facts: dict[str, Any], **how: Any) -> dict[str, Any]:
    said = {name: bool(value) if name == "verified" else value for name, value in facts.items()}
    return learned(known, said, **how)


def _keep_it_for_who_is_named(known: dict[str, Any], facts: dict[str, Any], **how: Any) -> dict[str, Any]:
    sure = {name: value for name, value in known.items() if name in {BY, UNTIL}}
    return {**learned(known, facts, **how), **({} if known.get("id") else sure)}


CARELESS: dict[str, tuple[tuple[str, ...], Any]] = {
    "none": (('{"id": "ann", "verified": True}', '{"verified": None}'), _take_none_for_nothing),
    "a word": (('{"id": "ann", "verified": "no"}',), _take_any_word_for_true),
    "a name after it": (('{"verified": True}', '{"id": "ann"}'), _keep_it_for_who_is_named),
}


async def learn(bot: Bot, facts: tuple[str, ...]) -> str:
    """Let an action learn facts, one after the other; gives what who is then there is shown."""
    for one in facts:
        await bot.say("/learn", "web:1")
        assert (await bot.say(one, "web:1")).text == "Noted."
    return (await bot.say("/balance", "web:1")).text


@pytest.mark.parametrize("how", CARELESS)
async def test_nobody_is_verified_by_chance(bot: Bot, how: str) -> None:
    assert MINE not in await learn(bot, CARELESS[how][0])


@pytest.mark.parametrize("how", CARELESS)
async def test_who_is_verified_by_chance_would_be_seen(bot: Bot, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    facts, fault = CARELESS[how]
    monkeypatch.setattr("botkit.dialogue.work.learned", fault)
    assert MINE in await learn(bot, facts)


@pytest.mark.parametrize("way", ["wording", "command", "button", "label", "event"])
async def test_it_runs_out(bot: Bot, clock: FakeClock, way: str) -> None:
    await login(bot)
    clock.advance(1801)
    await WAYS[way](bot, "web:1")
    await bot.engine.settle("web:1")
    said = [reply.text for record in await bot.store.turns("web:1") for reply in record.replies]
    assert MINE not in " ".join(said)
    assert (await bot.say("/who", "web:1")).text == "ann false claimed"


OVER = "It has been a while, so I have to make sure again who you are."


async def leave_open(bot: Bot, clock: FakeClock, *, reminded: bool) -> str:
    """Leave a flow open until it has run out who the customer is; gives what they are shown of it then."""
    await login(bot)
    await bot.say("/balance", "web:1")
    clock.advance(1801)
    if reminded:  # it is said late
        await bot.engine.fire_timers()
        await bot.engine.settle("web:1")
    exchange = await bot.say("again", "web:1")
    assert (MINE in exchange.text) == (exchange.route != "safety")
    return exchange.text


@pytest.mark.parametrize("reminded", [False, True])
async def test_a_flow_that_was_left_open_ends_when_it_runs_out(bot: Bot, clock: FakeClock, reminded: bool) -> None:
    assert (await leave_open(bot, clock, reminded=reminded)).startswith(OVER)


async def test_a_flow_that_goes_on_would_be_seen(bot: Bot, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lapsing, "_has_lapsed", lambda *_: False)
    assert MINE in await leave_open(bot, clock, reminded=False)


async def test_one_that_goes_on_after_a_reminder_would_be_seen(
    bot: Bot, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_at_the_last_event(work: Work, frame: Frame) -> bool:
        return is_verified(work.customer, work.session.touched) and not is_verified(work.customer, work.now)

    monkeypatch.setattr(lapsing, "_has_lapsed", held_at_the_last_event)
    assert MINE in await leave_open(bot, clock, reminded=True)


async def test_what_is_not_theirs_alone_stays_open(bot: Bot, clock: FakeClock) -> None:
    await login(bot)
    await bot.say("/login", "web:1")
    clock.advance(1801)
    assert (await bot.say("1111", "web:1")).text == "Welcome, flow."
