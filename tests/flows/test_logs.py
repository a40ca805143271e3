"""The log has no word of a customer: texts are planted on every way that a message can take, errors included."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit.app.bots import Bot
from botkit.cli.logs import make_lines
from botkit.errors import DeliveryError, StoreError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.monitoring import Meter, lines, log_turn
from botkit.ports.connectors import Connector, Incoming, Intake
from botkit.runtime import engine, turning

PLANTED = "Quetzalcoatl"  # in everything that customers say
TURNS = f"[{PLANTED}]"

FLOWS = """
slots: {name: {type: odd.name}, note: {type: text}}
intents: {buy: {examples: [I want to buy something]}}
answers: {hours: {questions: [when are you open], say: From 9 to 18.}}
flows:
  buy: {start: {intents: [buy]}, steps: [{ask: note, say: What?}, {say: "Fine, {{ note }}."}]}
  name: {start: {commands: [name]}, steps: [{ask: name, say: Who?, retry: [Who?, {steps: [end]}]}]}
  call: {start: {commands: [call]}, steps: [{ask: note, say: What?}, {do: odd.fail, with: {text: "{{ note }}"}}]}
  refuse: {start: {commands: [refuse]}, steps: [{ask: note, say: What?}, {do: odd.refuse, with: {text: "{{ note }}"}}]}
  person: {start: {commands: [person]}, steps: [{handoff: care, reason: help}]}
"""
PLUGIN = """
from botkit import ActionError, Context, Plugin, Verdict

plugin = Plugin("odd")


@plugin.slot_type("name")
def name(text: str, ctx: object) -> str | None:
    raise ValueError(f"no name: {text}")


@plugin.action(effect="read", retries=0)
async def fail(ctx: Context, text: str) -> str:
    raise ValueError(f"cannot do {text}") from KeyError(text)


@plugin.action(effect="read", retries=0)
async def refuse(ctx: Context, text: str) -> str:
    raise ActionError(f"not {text}", error=f"no {text}")


@plugin.guard("input")
async def look(ctx: Context, text: str) -> Verdict | None:
    if "guard" in text:
        raise RuntimeError(text)
    return Verdict.refuse(f"no {text}") if "refused" in text else None


@plugin.before_turn
async def before(ctx: Context, event: object) -> None:
    if "hook" in getattr(event, "text", ""):
        raise RuntimeError(repr(event))


@plugin.after_turn
async def after(ctx: Context, turn: object) -> None:
    if "hook" in getattr(turn.event, "text", ""):
        raise RuntimeError(repr(turn))
"""


class Echo:
    """A channel that refuses what it is to send, in words that quote it."""

    name = "echo"
    capabilities = Capabilities()

    async def start(self, intake: Intake) -> None:
        self.intake = intake

    async def stop(self) -> None:
        pass

    async def send(self, chat: str, reply: Reply) -> str:
        if chat == "broken":
            raise ValueError(f"{PLANTED}: {reply.text}")
        if chat == "gone":
            raise DeliveryError(f"{PLANTED}: {reply.text}", permanent=True)
        return "1"

    def routes(self) -> Sequence[object]:
        return []


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "bot.yaml").write_text("name: Odd\nplugins: [./plugins/odd.py]\n")
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "plugins" / "odd.py").write_text(PLUGIN)
    echo, meter = Echo(), Meter()
    meter.tell = log_turn
    built: dict[str, Connector] = {"echo": echo}
    async with await Bot.load(tmp_path, store="sqlite://", connectors=lambda _: built, meter=meter) as bot:
        await echo.start(bot.engine)
        yield bot


async def say(bot: Bot, chat: str, *texts: str) -> None:
    """Say something that has the planted word, and wait for what comes of it."""
    for number, text in enumerate(texts):
        incoming = Incoming("echo", chat, f"{chat}{number}", Message(f"{text} {TURNS}" if text[0] != "/" else text))
        await bot.engine.accept(incoming)
        await bot.engine.settle(f"echo:{chat}")


async def take_every_way(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have messages taken in every way that there is, and fail wherever something can."""
    await say(bot, "a", "I want to buy something", "a hat", "cancel", "when are you open", "qqq", "zzz")
    await say(bot, "b", "/name", "Ada", "Eve", "/call", "a thing", "/refuse", "a thing", "refused", "guard", "hook")
    await say(bot, "c", "/person", "somebody?")
    await bot.desk.claim("echo:c", "ann")
    await bot.desk.reply("echo:c", "ann", PLANTED)
    await bot.desk.note("echo:c", "ann", PLANTED)
    await say(bot, "c", "still there?")
    for chat in ("broken", "gone"):
        await say(bot, chat, "hello")
    monkeypatch.setattr(engine, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(turning, "advance", _fail)
    await say(bot, "d", "nothing works")
    monkeypatch.undo()
    await _fail_once(bot, "commit", lambda: bot.engine.wake("echo:d"))


def _fail(*given: object) -> Any:
    raise ValueError(repr(given))


async def _fail_once(bot: Bot, name: str, begin: Callable[[], None]) -> None:
    """Let the store fail once, in words that quote what it was given."""
    real, failed = getattr(bot.store, name), asyncio.Event()

    async def fail(*given: object) -> Any:
        if failed.is_set():
            return await real(*given)
        failed.set()
        raise StoreError(f"{PLANTED} {given!r}")

    setattr(bot.store, name, fail)
    await bot.store.accept(Incoming("echo", "d", "more", Message(PLANTED)), 1.0)
    begin()
    await failed.wait()
    await bot.engine.settle("echo:d")


async def written(bot: Bot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give the log of all that in both of its forms."""
    with caplog.at_level(logging.DEBUG):
        await take_every_way(bot, monkeypatch)
    await bot.engine.delivery.close()
    return {form: "\n".join(map(make_lines(form).format, caplog.records)) for form in ("json", "text")}


def leaks(texts: dict[str, str]) -> list[str]:
    """Name the forms in which the planted word is."""
    return [form for form, text in texts.items() if PLANTED.casefold() in text.casefold()]


async def test_no_word_of_a_customer_is_in_the_log(
    bot: Bot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = await written(bot, caplog, monkeypatch)
    found = [json.loads(line) for line in texts["json"].splitlines()]
    said = {one["message"] for one in found}
    assert leaks(texts) == []
    assert PLANTED in "".join(record.getMessage() + repr(record.exc_info) for record in caplog.records)
    assert {
        "a turn failed",
        "the store failed",
        "connector failed",
        "action odd.fail failed",
        "slot type failed",
    } <= said
    assert {one["route"] for one in found if one["message"] == "turn"} >= {
        "intent", "slot", "control", "answer", "no_match", "safety", "owner", "result", "said", "noted", "owned",
    }  # fmt: skip
    failed = next(one for one in found if one["message"] == "a turn failed")
    assert (failed["conversation"], failed["channel"], failed["error"]) == ("echo:d", "echo", "ValueError")
    turn = next(one for one in found if one["message"] == "turn")
    assert turn.keys() == {
        "time", "level", "logger", "message", "conversation", "channel", "turn", "route", "flow", "node",
    }  # fmt: skip


def _log_text(turn: Any) -> None:
    logging.getLogger("botkit.turns").info("took %s", getattr(turn.event, "text", ""))


def _log_error(_logger: object, _name: str, fields: Any) -> Any:
    info = fields["_record"].exc_info
    return {**fields, "error": str(info[1])} if info else fields


async def test_a_line_with_a_text_would_be_seen(
    bot: Bot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.engine.meter.tell = _log_text
    assert leaks(await written(bot, caplog, monkeypatch)) == ["json", "text"]


async def test_what_an_error_says_would_be_seen(
    bot: Bot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caplog.at_level(logging.DEBUG):
        await take_every_way(bot, monkeypatch)
    monkeypatch.setattr(lines, "_name_error", _log_error)
    assert leaks({form: "\n".join(map(make_lines(form).format, caplog.records)) for form in ("json", "text")})


@pytest.mark.parametrize("name", ["_told", "is_own"])
async def test_a_guard_that_is_off_would_be_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ValueError(PLANTED)
    records = [
        logging.LogRecord("botkit.x", logging.ERROR, "f.py", 1, "failed: %s", (error,), None),
        logging.LogRecord("asyncio", logging.ERROR, "f.py", 1, "failed: %s", (PLANTED,), None),
    ]
    assert leaks({"json": "".join(map(make_lines("json").format, records))}) == []
    monkeypatch.setattr(lines, name, lambda value: value)
    assert leaks({"json": "".join(map(make_lines("json").format, records))}) == ["json"]
