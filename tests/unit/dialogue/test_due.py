"""When what is waited for is over: all time counts, or opening hours alone, also where the clock is changed."""

from datetime import datetime
from pathlib import Path

import pytest

from botkit.app.bots import Bot
from botkit.model.events import Timer
from botkit.model.hours import Hours, Span
from botkit.model.replies import SetTimer
from botkit.ports.stores import each_turn
from botkit.testing.clocks import FakeClock
from tests.unit.dialogue.talking import NOW, Talk, build
from tests.unit.dialogue.test_executing import flow

OFFICE = Hours(((Span(540, 1080),),) * 5 + ((), ()))  # 9 to 18, in UTC; it is Friday, 10 o'clock
SHOP = Hours(((Span(540, 1320),),) * 7)
NIGHTLY = Hours(((Span(60, 300),),) * 7, timezone="Europe/Berlin")  # 1 to 5 o'clock
HOUR, DAY = 3600.0, 86_400.0


def _dues(talk: Talk) -> list[float]:
    return [effect.due for effect in talk.effects if isinstance(effect, SetTimer)]


@pytest.mark.parametrize(
    ("silence", "dues"),
    [
        ("{after: 2h, say: There?, end: 8h, hours: business}", [2 * HOUR, 8 * HOUR]),
        ("{after: 9h, say: There?, end: 20h, hours: business}", [3 * DAY, 4 * DAY + 2 * HOUR]),  # Monday, Tuesday
        ("{after: 9h, say: There?, end: 20h, hours: shop}", [9 * HOUR, 31 * HOUR]),
        ("{after: 9h, say: There?, end: 20h}", [9 * HOUR, 20 * HOUR]),
        ("{end: 9h, hours: business}", [3 * DAY]),
    ],
)
@pytest.mark.parametrize("question", ["ask: what\n  say: What?", "confirm: Really?"])
def test_a_silence_of_opening_hours(question: str, silence: str, dues: list[float]) -> None:
    talk = flow(f"- {question}\n  silence: {silence}", hours=OFFICE, team_hours={"shop": SHOP})
    assert _dues(talk) == [NOW + due for due in dues]


def test_a_silence_of_opening_hours_without_any_is_a_silence() -> None:
    talk = flow("- ask: what\n  say: What?\n  silence: {end: 20h, hours: business}")
    assert _dues(talk) == [NOW + 20 * HOUR]


def test_a_silence_that_takes_years_of_opening_hours_does_not_end() -> None:
    seldom = Hours(((),) * 7, days={"02-29": (Span(0, 60),)})
    silence = "{after: 30m, say: There?, end: 3h, hours: business}"
    talk = flow(f"- ask: what\n  say: What?\n  silence: {silence}", hours=seldom)
    assert talk.text == "What?"
    assert [effect.purpose for effect in talk.effects if isinstance(effect, SetTimer)] == ["silence"]


def test_the_reminder_comes_and_the_flow_ends_in_opening_hours() -> None:
    silence = "{after: 9h, say: There?, end: 10h, hours: business}"
    talk = flow(f"- ask: what\n  say: What?\n  silence: {silence}", hours=OFFICE)
    assert talk.later(3 * DAY - 1) == ""
    assert talk.later(1) == "There?"
    assert talk.later(HOUR - 1) == ""
    assert talk.later(1).startswith("I haven't heard from you")
    assert talk.session.stack == ()


def test_an_unusable_reply_begins_a_silence_of_opening_hours_anew() -> None:
    silence = "{after: 30m, say: There?, end: 4h, hours: business}"
    text = f"- ask: what\n  type: integer\n  say: What?\n  retry: [A number please.]\n  silence: {silence}"
    talk = flow(text, hours=OFFICE)
    talk.now += 7.75 * HOUR  # 17:45
    assert talk.say("hm") == "A number please."
    monday = NOW + 3 * DAY - HOUR  # 9 o'clock
    assert sorted(timer.due for timer in talk.timers.values()) == [monday + 0.25 * HOUR, monday + 3.75 * HOUR]


@pytest.mark.parametrize(
    ("began", "seconds", "due"),
    [
        ("2026-10-25T01:30:00+02:00", 3 * HOUR, "2026-10-25T03:30:00+01:00"),  # 2 to 3 comes twice, and counts twice
        ("2026-10-25T01:30:00+02:00", 5 * HOUR, "2026-10-26T01:30:00+01:00"),  # there are 4.5 hours until 5
        ("2026-10-24T04:30:00+02:00", HOUR, "2026-10-25T01:30:00+02:00"),
        ("2026-03-29T01:30:00+01:00", HOUR, "2026-03-29T03:30:00+02:00"),  # 2 to 3 is left out
        ("2026-03-29T01:30:00+01:00", 3 * HOUR, "2026-03-30T01:30:00+02:00"),  # there are 2.5 hours until 5
    ],
)
def test_a_silence_of_opening_hours_where_the_clock_is_changed(began: str, seconds: float, due: str) -> None:
    steps = f"[{{ask: what, say: What?, silence: {{end: {seconds:.0f}s, hours: business}}}}]"
    talk = Talk(build(f"flows: {{main: {{start: {{commands: [main]}}, steps: {steps}}}}}", hours=NIGHTLY))
    talk.now = datetime.fromisoformat(began).timestamp()
    talk.say("/main")
    assert _dues(talk) == [datetime.fromisoformat(due).timestamp()]


BOT = "timezone: Europe/Berlin\nhandoff: {hours: {mon-fri: 9-18}, teams: {night: {hours: 20-23}}}\n"
FLOW = """
flows:
  call:
    start: {commands: [call]}
    steps: [{ask: number, say: Your number?, silence: {after: 30m, say: Are you still there?, end: 9h, hours: business}}]
"""
FRIDAY = datetime.fromisoformat("2026-10-23T17:45:00+02:00").timestamp()
MONDAY = datetime.fromisoformat("2026-10-26T09:15:00+01:00").timestamp()  # the clock was set back in between


async def test_a_silence_of_opening_hours_survives_restarts_and_comes_once(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(BOT, encoding="utf-8")
    (tmp_path / "call.yaml").write_text(FLOW, encoding="utf-8")
    clock, heard = FakeClock(FRIDAY), []
    for moment in (FRIDAY, FRIDAY + DAY, MONDAY - 1, MONDAY, MONDAY + 60):
        clock.advance(moment - clock.now())
        async with await Bot.load(tmp_path, clock=clock) as bot:
            if moment == FRIDAY:
                await bot.say("/call")
            await bot.engine.fire_timers()
            await bot.engine.settle("library:1")
            records = [record async for record in each_turn(bot.store, "library:1")]
            heard.append([reply.text for record in records for reply in record.replies])
            if moment < MONDAY:
                assert await bot.store.next_timer() == MONDAY
    assert heard == [["Your number?"]] * 3 + [["Your number?", "Are you still there?"]] * 2
    assert sum(isinstance(record.event, Timer) for record in records) == 1
