"""Opening hours as bot.yaml writes them: `{mon-fri: "9:00-18:00", sat: 10-14, holidays: [2026-12-25]}`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from botkit.errors import ConfigError
from botkit.flows import Node, Report, shapes
from botkit.model.hours import Hours, Span

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAILY = "daily"
CLOSED = "closed"
_KEYS = ("holidays", "timezone")
_WORDS = {**{name: at for at, name in enumerate(WEEKDAYS)}, **{name[:3]: at for at, name in enumerate(WEEKDAYS)}}
_DATE = re.compile(r"(?:\d{4}-)?\d\d-\d\d")
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d\d))?")
_TWELVE = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_LIKE = "hours are like 9-18, 9:00-12:30, 22-2, 0-24, several with commas between them, or closed"
_DAYS_LIKE = f"days are like mon, mon-fri, 'sat, sun', {DAILY}, 2026-12-24 or 12-24; beside them {', '.join(_KEYS)}"


def read_hours(node: Node, what: str, default: Hours, report: Report) -> Hours | None:
    """Read opening hours: a mapping of days, or the hours of every day; None for what cannot be read.

    `default` has the time zone, and the holidays of hours that name none.
    """
    errors = report.errors
    if node.kind != "mapping":
        spans = _spans(node, what, report)
        made = Hours((spans,) * 7, default.timezone, default.days)
    else:
        made = _read_days(node, what, default, report)
    if report.errors > errors:
        return None
    if not any(made.week) and not any(made.days.values()):
        report.error(node.place, "never-open", f"{what} never opens", 'write hours, such as {mon-fri: "9:00-18:00"}')
        return None
    return made


def read_zone(node: Node, report: Report) -> str | None:
    """Read the name of a time zone."""
    name = shapes.text(node, "'timezone'", report)
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        report.error(node.place, "unknown-value", f"there is no time zone {name!r}", "for instance Europe/Berlin")
        return None
    return name


def refuse_no_zones() -> None:
    """Raise ConfigError on a machine without data of time zones: that of the system, or of the package `tzdata`."""
    try:
        ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, OSError):
        raise ConfigError("this machine has no data of time zones", hint="pip install tzdata") from None


def _read_days(node: Node, what: str, default: Hours, report: Report) -> Hours:
    week: dict[int, tuple[Span, ...]] = {}
    days: dict[str, tuple[Span, ...]] = {}
    zone, holidays = default.timezone, default.days
    for key, value in node.entries:
        word = key.raw.strip().casefold()
        if word == "timezone":
            zone = read_zone(value, report) or zone
        elif word == "holidays":
            holidays = _holidays(value, report)
        elif _DATE.fullmatch(word):
            if _is_day(key, word, report):
                days[word] = _spans(value, f"'{key.raw}'", report)
        elif named := _weekdays(key, what, report):
            _refuse_twice(key, what, [WEEKDAYS[day].capitalize() for day in named if day in week], report)
            week.update(dict.fromkeys(named, _spans(value, f"'{key.raw}'", report)))
    written = {key.raw for key, _ in node.entries}
    for name in (name for name in holidays if name in days and "holidays" in written):
        _refuse_twice(node, what, [name], report)
    return Hours(tuple([week.get(weekday, ()) for weekday in range(7)]), zone, {**holidays, **days})


def _refuse_twice(node: Node, what: str, names: Sequence[str], report: Report) -> None:
    if names:
        report.error(node.place, "duplicate-name", f"{what} has {names[0]} twice", "write each day once")


def _weekdays(key: Node, what: str, report: Report) -> list[int]:
    """Read the days that a key names: one, from one to another, several, or all."""
    found: list[int] = []
    for part in key.raw.casefold().split(","):
        names = [name.strip() for name in part.split("-")]
        if names == [DAILY]:
            found += range(7)
        elif len(names) <= 2 and all(name in _WORDS for name in names):
            first, last = _WORDS[names[0]], _WORDS[names[-1]]
            found += [(first + more) % 7 for more in range((last - first) % 7 + 1)]
        else:
            wrong = next((name for name in names if name not in _WORDS), part.strip())
            hint = shapes.did_you_mean(wrong, (*_WORDS, DAILY, *_KEYS))
            report.error(key.place, "unknown-key", f"{what} has no day {key.raw[:40]!r}", hint or _DAYS_LIKE)
            return []
    return found


def _is_day(node: Node, written: str, report: Report) -> bool:
    """Tell whether a text is a day of the calendar, of one year or of every one; 02-29 is of every fourth."""
    try:
        date.fromisoformat(written if len(written) > 5 else f"2000-{written}")
    except ValueError:
        report.error(node.place, "bad-date", f"there is no day {written!r}", "a day is like 2026-12-25 or 12-25")
        return False
    return True


def _holidays(node: Node, report: Report) -> Mapping[str, tuple[Span, ...]]:
    found: dict[str, tuple[Span, ...]] = {}
    for item in () if node.empty else shapes.one_or_more(node):
        written = shapes.text(item, "an entry of 'holidays'", report)
        if written is None:
            continue
        if not _DATE.fullmatch(written):
            message = f"an entry of 'holidays' takes a day, not {written[:40]!r}"
            report.error(item.place, "bad-date", message, "a day is like 2026-12-25, or 12-25 for every year")
        elif _is_day(item, written, report):
            found[written] = ()
    return found


def _spans(node: Node, what: str, report: Report) -> tuple[Span, ...]:
    """Read the hours of a day: a text with commas, or a list."""
    found: list[Span] = []
    for item in shapes.one_or_more(node):
        written = shapes.text(item, what, report)
        if written is not None and written.strip().casefold() != CLOSED:
            found += _read_spans(item, written, what, report)
    found.sort(key=lambda span: span.opens)
    if any(later.opens < earlier.closes for earlier, later in pairwise(found)):
        report.error(node.place, "bad-hours", f"{what} has hours that overlap", "write each part of the day once")
    return tuple(found)


def _read_spans(node: Node, written: str, what: str, report: Report) -> Iterator[Span]:
    for part in written.split(","):
        span = _span(part.strip())
        if span is not None:
            yield span
            continue
        hint = "write hours from 0 to 24: 9-17 for 9 am to 5 pm" if _TWELVE.search(part) else _LIKE
        report.error(node.place, "bad-hours", f"{what} takes hours, not {part.strip()[:40]!r}", hint)


def _span(written: str) -> Span | None:
    found = _SPAN.fullmatch(written)
    if found is None:
        return None
    hour, minute, last_hour, last_minute = (int(part or 0) for part in found.groups())
    opens, closes = hour * 60 + minute, last_hour * 60 + last_minute
    if max(minute, last_minute) > 59 or opens >= 1440 or closes > 1440 or opens == closes:
        return None
    return Span(opens, closes if closes > opens else closes + 1440)
