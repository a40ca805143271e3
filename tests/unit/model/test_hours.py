"""The calendar of opening hours, held against the walls of zones that change their clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botkit.model.hours import WHOLE_DAY, Hours, Span, first_shown, next_shown

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "UTC")
CHANGES = {
    "Europe/Berlin": ((2026, 3, 29), (2026, 10, 25)),
    "America/New_York": ((2026, 3, 8), (2026, 11, 1)),
    "Australia/Lord_Howe": ((2026, 10, 4), (2026, 4, 5)),  # by half an hour
    "America/St_Johns": ((2010, 3, 14), (2010, 11, 7)),  # at one minute past midnight: the day comes twice
    "Africa/Cairo": ((2026, 4, 24), (2026, 10, 29)),  # at midnight
    "UTC": ((2028, 2, 29), (2026, 12, 31)),
}
NEVER: tuple[Span, ...] = ()
OFFICE = Hours(((Span(540, 1080),),) * 5 + ((Span(600, 840),), ()), "Europe/Berlin", {"2026-12-25": (), "12-26": ()})


def at(written: str, zone: str = "Europe/Berlin", fold: int = 0) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def wall(moment: float, zone: str) -> datetime:
    return datetime.fromtimestamp(moment, ZoneInfo(zone)).replace(tzinfo=None)


@st.composite
def days_of_change(draw: st.DrawFn) -> tuple[str, date]:
    """Draw a zone and a day near one on which its clock is changed, or any day."""
    zone = draw(st.sampled_from(ZONES))
    near = date(*draw(st.sampled_from(CHANGES[zone]))) + timedelta(days=draw(st.integers(-2, 2)))
    return zone, draw(st.one_of(st.just(near), st.dates(date(1990, 1, 1), date(2037, 1, 1))))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[Span, ...], ...]:
    def day() -> tuple[Span, ...]:
        edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=4)))
        found = [Span(opens, closes) for opens, closes in list(pairwise(edges))[::2]]
        if draw(st.booleans()) and (not found or found[-1].closes < 1400):
            found.append(Span(1400, 1440 + draw(st.integers(1, 900))))
        return tuple(found)

    return tuple([day() for _ in range(7)])


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(days_of_change(), st.integers(0, 2880))
def test_the_first_moment_at_which_the_wall_shows_a_time(place: tuple[str, date], minutes: int) -> None:
    zone, day = place
    wanted = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = first_shown(wanted, ZoneInfo(zone))
    assert wall(found, zone) >= wanted
    assert all(wall(found - before, zone) < wanted for before in (1, 60, 1740, 3540, 3600, 7200, 86_400))


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(days_of_change(), weeks(), st.integers(0, 86_399))
def test_it_is_open_between_the_times_that_the_wall_shows(
    place: tuple[str, date], week: tuple[tuple[Span, ...], ...], second: int
) -> None:
    zone, day = place
    hours = Hours(week, zone)
    moment = first_shown(datetime.combine(day, time()), ZoneInfo(zone)) + second
    openings = []
    for back in range(-2, 4):
        begun = datetime.combine(day - timedelta(days=back), time())
        for span in week[begun.weekday()]:
            edges = [begun + timedelta(minutes=minutes) for minutes in (span.opens, span.closes)]
            openings.append([first_shown(edge, ZoneInfo(zone)) for edge in edges])
    assert hours.is_open(moment) == any(begins <= moment < ends for begins, ends in openings)


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(days_of_change(), weeks(), st.integers(0, 86_399))
def test_the_next_opening_is_the_next(
    place: tuple[str, date], week: tuple[tuple[Span, ...], ...], second: int
) -> None:
    zone, day = place
    hours = Hours(week, zone)
    moment = datetime.combine(day, time(), ZoneInfo(zone)).timestamp() + second
    opens, closes = hours.next_open(moment), hours.next_close(moment)
    if opens is None:
        assert closes is None
        assert not any(week)
        return
    assert opens >= moment
    assert hours.is_open(opens)
    steps = [moment + part * (opens - moment) / 40 for part in range(40)]
    assert opens == moment or not any(hours.is_open(step) for step in steps)
    if closes is not None:
        assert not hours.is_open(closes)
        assert all(hours.is_open(opens + part * (closes - opens) / 40) for part in range(40))


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(days_of_change(), weeks(), st.integers(1, 400_000))
def test_open_time_adds_up(place: tuple[str, date], week: tuple[tuple[Span, ...], ...], seconds: int) -> None:
    zone, day = place
    hours = Hours(week, zone)
    moment = datetime.combine(day, time(), ZoneInfo(zone)).timestamp()
    due = hours.after(moment, seconds)
    if due is None:
        assert sum(span.closes - span.opens for day in week for span in day) < seconds / 60 / 200
        return
    passed = sum(min(ends, due) - begins for begins, ends in hours.openings(moment) if begins < due)
    assert passed == pytest.approx(seconds)


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(days_of_change(), st.integers(0, 1439), st.integers(0, 86_399))
def test_a_time_of_day_is_waited_for_as_the_wall_shows_it(place: tuple[str, date], minutes: int, second: int) -> None:
    zone, day = place
    when = time(minutes // 60, minutes % 60)
    moment = datetime.combine(day, time(), ZoneInfo(zone)).timestamp() + second
    due = next_shown(when, moment, ZoneInfo(zone))
    assert moment <= due <= moment + 90_000 + 3600
    shown = wall(due, zone)
    wanted = datetime.combine(shown.date(), when)
    assert shown == wanted or (shown > wanted > wall(due - 1, zone))
    minutes_between = int(due - moment) // 60
    assert all(wall(due - 60 * back, zone).time() != when for back in range(1, min(minutes_between, 1300)))


@pytest.mark.parametrize(
    ("zone", "span", "day", "opens", "closes"),
    [
        ("Europe/Berlin", Span(90, 240), "2026-03-29", "00:30", "02:00"),  # 1:30 to 4:00: an hour and a half
        ("Europe/Berlin", Span(120, 180), "2026-03-29", None, None),  # the hour that is left out
        ("Europe/Berlin", Span(150, 240), "2026-03-29", "01:00", "02:00"),  # from 2:30, which never comes: from 3
        ("Europe/Berlin", Span(60, 240), "2026-10-25", "-1:00", "03:00"),  # four hours
        ("Europe/Berlin", Span(60, 150), "2026-10-25", "-1:00", "00:30"),  # until 2:30, the first one
        ("Europe/Berlin", Span(150, 240), "2026-10-25", "00:30", "03:00"),  # from 2:30, without a pause at 3
        ("Australia/Lord_Howe", Span(105, 180), "2026-04-05", "-9:15", "-7:30"),  # an hour and three quarters
        ("Australia/Lord_Howe", Span(120, 150), "2026-10-04", None, None),  # the half hour that is left out
        ("America/New_York", Span(1320, 1560), "2026-03-07", "27:00", "31:00"),  # Saturday 22 to 2: until 3
        ("America/New_York", Span(1320, 1560), "2026-10-31", "26:00", "31:00"),  # five hours
    ],
)  # fmt: skip
def test_nights_on_which_the_clock_is_changed(
    zone: str, span: Span, day: str, opens: str | None, closes: str | None
) -> None:
    """`opens` and `closes` are in UTC, after the midnight of that date there."""
    hours = Hours((NEVER,) * 7, zone, {day: (span,)})
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)

    def hour(written: str | None) -> float | None:
        if written is None:
            return None
        sign, clock = (-1, written[1:]) if written.startswith("-") else (1, written)
        whole, minutes = (int(part) for part in clock.split(":"))
        ahead = timedelta(hours=whole, minutes=minutes) * sign
        return (midnight + ahead).timestamp()

    begin = midnight.timestamp() - 86_400
    assert (hours.next_open(begin), hours.next_close(begin)) == (hour(opens), hour(closes))


@pytest.mark.parametrize(
    ("moment", "opens", "closes"),
    [
        ("2026-05-01T10:00", "2026-05-01T10:00", "2026-05-01T18:00"),  # a Friday
        ("2026-05-01T08:59:59", "2026-05-01T09:00", "2026-05-01T18:00"),
        ("2026-05-01T18:00", "2026-05-02T10:00", "2026-05-02T14:00"),  # the closing time is closed
        ("2026-05-02T15:00", "2026-05-04T09:00", "2026-05-04T18:00"),
        ("2026-12-24T20:00", "2026-12-28T09:00", "2026-12-28T18:00"),  # Christmas, the day after, Sunday
        ("2027-12-24T20:00", "2027-12-25T10:00", "2027-12-25T14:00"),  # only that of 2026 was a holiday
    ],
)
def test_a_week_and_its_holidays(moment: str, opens: str, closes: str) -> None:
    assert OFFICE.next_open(at(moment)) == at(opens)
    assert OFFICE.next_close(at(moment)) == at(closes)
    assert OFFICE.is_open(at(moment)) == (moment == opens)


def test_the_leap_day_is_a_day_of_its_own() -> None:
    hours = Hours((WHOLE_DAY,) * 7, "Europe/Berlin", {"02-29": ()})
    assert not hours.is_open(at("2028-02-29T12:00"))
    assert hours.is_open(at("2027-03-01T12:00"))
    assert hours.next_close(at("2027-03-01T12:00")) == at("2028-02-29T00:00")
    once = Hours((NEVER,) * 7, "Europe/Berlin", {"02-29": (Span(600, 660),)})
    assert once.next_open(at("2024-03-01T00:00")) == at("2028-02-29T10:00")


def test_a_day_of_one_year_goes_before_that_of_every_year() -> None:
    hours = Hours((NEVER,) * 7, "Europe/Berlin", {"12-24": (), "2026-12-24": (Span(540, 720),)})
    assert hours.next_open(at("2026-12-01T00:00")) == at("2026-12-24T09:00")
    assert hours.next_open(at("2026-12-25T00:00")) is None


def test_always_and_never() -> None:
    always, never = Hours((WHOLE_DAY,) * 7), Hours((NEVER,) * 7)
    assert (always.is_open(0.0), always.next_open(5.0), always.next_close(5.0)) == (True, 5.0, None)
    assert (never.is_open(0.0), never.next_open(5.0), never.next_close(5.0)) == (False, None, None)
    assert never.after(0.0, 60.0) is None
    assert always.after(0.0, 86_400.0 * 300) == 86_400.0 * 300


def test_two_nights_that_touch_are_one_opening() -> None:
    hours = Hours(((Span(0, 360), Span(1320, 1440)),) * 7, "UTC")
    assert hours.next_close(at("2026-05-01T23:00", "UTC")) == at("2026-05-02T06:00", "UTC")


def test_open_time_goes_over_the_weekend() -> None:
    assert OFFICE.after(at("2026-05-01T17:00"), 2 * 3600) == at("2026-05-02T11:00")
    assert OFFICE.after(at("2026-05-02T13:00"), 2 * 3600) == at("2026-05-04T10:00")
    assert OFFICE.after(at("2026-05-01T17:00"), 3600) == at("2026-05-01T18:00")


def test_a_day_that_a_zone_left_out_is_closed() -> None:
    samoa = Hours(((Span(540, 1080),),) * 7, "Pacific/Apia")  # 2011-12-30 was not there
    assert samoa.next_open(at("2011-12-29T19:00", "Pacific/Apia")) == at("2011-12-31T09:00", "Pacific/Apia")
    assert next_shown(time(12), at("2011-12-29T13:00", "Pacific/Apia"), ZoneInfo("Pacific/Apia")) <= at(
        "2011-12-31T12:00", "Pacific/Apia"
    )


@pytest.mark.parametrize(
    ("now", "fold", "when", "due", "again"),
    [
        ("2026-10-25T01:50", 0, "02:30", "2026-10-25T02:30", 0),
        ("2026-10-25T02:40", 0, "02:30", "2026-10-25T02:30", 1),  # it comes twice in that night
        ("2026-10-25T02:10", 1, "02:30", "2026-10-25T02:30", 1),
        ("2026-10-25T02:40", 1, "02:30", "2026-10-26T02:30", 0),
        ("2026-03-29T01:50", 0, "02:30", "2026-03-29T03:00", 0),  # it never comes: when it is passed over
        ("2026-03-29T03:10", 0, "02:30", "2026-03-30T02:30", 0),
    ],
)
def test_a_time_of_day_in_a_night_with_two_hours_or_none(
    now: str, fold: int, when: str, due: str, again: int
) -> None:
    found = next_shown(time.fromisoformat(when), at(now, fold=fold), ZoneInfo("Europe/Berlin"))
    assert found == at(due, fold=again)
