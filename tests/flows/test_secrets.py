"""What is secret is shown to nobody: it is planted in every way there is, and looked for in all that is written."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from botkit.app.bots import Bot
from botkit.app.failures import data_of as failure_data
from botkit.app.failures import failures_of, line_of
from botkit.app.histories import data_of, records_of
from botkit.app.transcripts import transcript_of
from botkit.cli.histories import explain
from botkit.cli.logs import make_lines
from botkit.dialogue import advance, handing, new_session, secrecy
from botkit.model import secrecy as hiding
from botkit.model.events import Message
from botkit.model.replies import Call, HandOff
from botkit.model.turn import Turn
from botkit.ports.stored import Failed

PIN, SPARE, CODE, TOKEN, GIVEN = "ZQ-48151", "ZQ-62342", "hunter2 correct", "tok_live_9f8e7d", "VX99117733"
PLANTED = (PIN, SPARE, CODE, TOKEN, GIVEN, "zq-48151", "48151", "wrong one")

FLOWS = """
slots:
  pin: {type: text, pattern: '[A-Z]{2}-\\d{5}', secret: true, carry: silent}
  token: {type: any, secret: true}
intents:
  unlock: {examples: [unlock my account, open my account again]}
  reset: {examples: [reset my password, change the password]}
answers:
  why: {questions: [why do you need my pin], say: Because your account is locked.}
flows:
  unlock:
    start: {intents: [unlock]}
    steps:
      - {ask: pin, say: Your PIN?, fill: anytime, retry: [That is no PIN.]}
      - {do: vault.open, with: {pin: "{{ pin }}"}, save: token, on_error: [{say: "It said {{ error.message }}."}]}
      - say: You said {{ pin }} and I have {{ token }}.
        buttons: [{label: "Use {{ pin }}", value: "{{ pin }}"}]
      - {ask: code, say: And your password?, secret: true, check: [{if: "code == 'wrong one'", say: "Not {{ code }}."}]}
      - {do: vault.fail, with: {code: "{{ code }}"}, on_error: [{say: "It said {{ error.message }}."}]}
      - {ask: note, say: Anything else?}
      - handoff: vault
        reason: "{{ note }} {{ code }}"
        show: {code: "{{ code }}", said: "the pin is {{ pin }}"}
  reset:
    start: {intents: [reset]}
    steps:
      - {wait: {event: sent, timeout: 1h, save: token}}
      - {say: "Got {{ token.secret }}."}
"""
PLUGIN = """
import logging
from botkit import Context, Plugin

plugin = Plugin("vault")


@plugin.action(effect="read")
async def open(ctx: Context, pin: str) -> dict[str, str]:
    return {"key": "tok_live_9f8e7d", "state": "open"}


@plugin.action(effect="read")
async def fail(ctx: Context, code: str) -> str:
    raise ValueError(f"no such password: {code}")
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "bot.yaml").write_text("name: Vault\nplugins: [./plugins/vault.py]\nstore: sqlite:///bot.db\n")
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "plugins" / "vault.py").write_text(PLUGIN)
    return tmp_path


async def plant(directory: Path) -> list[Turn]:
    """Give a bot secrets in every way: as an answer, too early, wrong, in a correction, from an action, an event."""
    turns: list[Turn] = []
    async with await Bot.load(directory) as bot:
        for said in (
            "unlock my account",
            "Why do you need my pin?",
            "it is 48151",
            "sorry, zq-48151",
            "wrong one",
            CODE,
            f"sorry, my pin is {SPARE}",
            CODE,
            "no",
        ):
            turns += (await bot.say(said, "web:1")).turns
        turns += (await bot.say("reset my password", "web:2")).turns
        await bot.emit("sent", {"secret": GIVEN}, conversation="web:2")
        await bot.engine.settle("web:2")
        turns += (await bot.say(f"unlock my account, {PIN}", "web:3")).turns
    return turns


async def shown(directory: Path) -> dict[str, str]:
    """Give all that is shown of the conversations, by who shows it."""
    out: dict[str, str] = {}
    async with await Bot.load(directory) as bot:
        for name in ("web:1", "web:2", "web:3"):
            records = await records_of(bot.store, name)
            out[f"why {name}"] = "\n".join(line for record in records for line in explain(record))
            out[f"why --json {name}"] = json.dumps([data_of(record) for record in records], ensure_ascii=False)
            out[f"show {name}"] = "\n".join(f"{w} {t}" for record in records for w, t in transcript_of(record))
            session = (await bot.store.load(name)).session
            assert session is not None
            out[f"the lines of {name}"] = str(session.lines)
            out[f"the desk's {name}"] = str(await bot.desk.look(name))
        out["the desk"] = str(await bot.desk.cases())
        out["list"] = str(await bot.store.conversations(10))
        out["failed"] = "\n".join(f"{line_of(one)} {failure_data(one)}" for one in await failures_of(bot.store, 10))
    return out


def leaks(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Name what shows a secret, and which."""
    return [(where, one) for where, text in texts.items() for one in PLANTED if one.casefold() in text.casefold()]


async def test_nothing_shows_a_secret(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    turns = await plant(directory)

    texts = await shown(directory)
    texts["log"] = "\n".join(map(make_lines("json").format, caplog.records))
    packets = [effect for turn in turns for effect in turn.effects if isinstance(effect, HandOff)]
    texts["packet"] = str(packets)

    assert packets
    assert leaks(texts) == []
    assert "•••" in texts["why web:1"]
    assert "route: slot" in texts["why web:1"]


async def test_the_customer_is_shown_what_the_flow_says(directory: Path) -> None:
    said = "\n".join(reply.text for turn in await plant(directory) for reply in turn.replies)

    assert PIN in said
    assert "Not wrong one." in said


async def test_what_does_not_answer_the_question_is_shown(directory: Path) -> None:
    await plant(directory)

    assert "Why do you need my pin?" in (await shown(directory))["show web:1"]


async def test_what_failed_shows_no_secret(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant(directory)
    async with await Bot.load(directory) as bot:
        records = await bot.store.turns("web:1", 1, 100)
        said = [reply for record in records for reply in record.replies if PIN in reply.text]
        called = [effect for record in records for effect in record.effects if isinstance(effect, Call)]
        failed = [
            Failed("1", "web:1", 1.0, f"refused: {PIN}", reply=said[0]),
            Failed("2", "web:1", 1.0, "unknown", call=called[0]),
            Failed("3", "web:1", 1.0, "no turn", event=Message(text=f"it is {PIN.lower()}")),
        ]

        async def failures(most: int) -> list[Failed]:
            return failed[:most]

        monkeypatch.setattr(bot.store, "failures", failures)
        found = await failures_of(bot.store, 10)

    assert [one.id for one in found] == ["1", "2", "3"]
    assert leaks({"failed": str([failure_data(one) for one in found])}) == []
    assert leaks({"failed": str([failure_data(one) for one in failed])})


async def test_the_store_has_what_a_replay_needs(directory: Path) -> None:
    await plant(directory)
    async with await Bot.load(directory) as bot:
        session = new_session(bot.flows, "web:1")
        records = await bot.store.turns("web:1", 1, 100)
        for record in records:
            turn = advance(bot.flows, session, record.event, record.now)
            assert (turn.replies, turn.secrets) == (record.replies, record.secrets)
            session = turn.session

    assert any(isinstance(record.event, Message) and "zq-48151" in record.event.text for record in records)


Fault = Callable[[pytest.MonkeyPatch], None]


def _no_texts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(secrecy, "secret_texts", lambda work: ())


def _no_answers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(secrecy, "_said", lambda work: ())


def _no_hiding(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hiding, "hide", lambda text, secrets: text)


def _no_packet(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(handing, "hide_in", lambda data, secrets: data)


def _no_slots(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(handing, "is_secret", lambda work, name: False)
    patch.setattr(handing, "secret_texts", lambda work: ())


@pytest.mark.parametrize("fault", [_no_texts, _no_answers, _no_hiding, _no_packet, _no_slots])
async def test_a_guard_that_is_switched_off_is_noticed(
    fault: Fault, directory: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)

    with pytest.raises(AssertionError):
        await test_nothing_shows_a_secret(directory, caplog)
