"""Opening hours: when people are there, by the wall clock of a time zone.

Where the clock is changed, a span begins and ends at the first instant at which the wall shows its time or a later
one. So it is open once a day, in one piece: the hour that comes twice does not open it twice, and a span that lies
in the hour that is left out is none that day.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

FURTHEST = 1500  # days that are looked at in search of an opening: four years and the leap day
_DAY = timedelta(days=1)


class Span(msgspec.Struct, frozen=True):
    """From `opens` to `closes`, in minutes after the midnight with which the day begins; over the next one too."""

    opens: int
    closes: int


WHOLE_DAY = (Span(0, 1440),)


class Hours(msgspec.Struct, frozen=True):
    """The spans of each weekday, Monday first, and of days that differ: `2026-12-24`, or every year `12-24`.

    Spans of a day are in order and do not overlap; a day that has none is closed. Moments are seconds since the
    epoch.
    """

    week: tuple[tuple[Span, ...], ...]
    timezone: str = "UTC"
    days: Mapping[str, tuple[Span, ...]] = {}

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """Give the spans that begin on a day."""
        written = day.isoformat()
        for name in (written, written[5:]):
            if name in self.days:
                return self.days[name]
        return self.week[day.weekday()]

    def openings(self, at: float) -> Iterator[tuple[float, float]]:
        """List from when to when it is open, as far as that is after `at`: in order, no moment twice."""
        zone = ZoneInfo(self.timezone)
        day = datetime.fromtimestamp(at, zone).date() - _DAY
        done = at
        for _ in range(FURTHEST):
            for span in self.spans_of(day):
                begins, ends = (
                    first_shown(datetime.combine(day, time()) + timedelta(minutes=minutes), zone)
                    for minutes in (span.opens, span.closes)
                )
                if ends > max(begins, done):
                    yield max(begins, done), ends
                    done = ends
            day += _DAY

    def is_open(self, at: float) -> bool:
        """Tell whether it is open at a moment: the closing time is not."""
        return self.next_open(at) == at

    def next_open(self, at: float) -> float | None:
        """Give the moment from which it is open: `at` itself, if it is then; None if it never opens."""
        found = next(self.openings(at), None)
        return None if found is None else found[0]

    def next_close(self, at: float) -> float | None:
        """Give the end of the opening that holds at a moment or comes next; None if it never closes or opens."""
        if not self.days and all(spans == WHOLE_DAY for spans in self.week):
            return None
        end: float | None = None
        for begins, ends in self.openings(at):
            if end is not None and begins > end:
                return end
            end = ends
        return end if end is not None and end < at + (FURTHEST - 3) * _DAY.total_seconds() else None

    def after(self, at: float, seconds: float) -> float | None:
        """Give the moment at which so many seconds of open time have passed; None if that is years away."""
        left = seconds
        for begins, ends in self.openings(at):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        return None


def next_shown(when: time, after: float, zone: ZoneInfo) -> float:
    """Give the first instant from a moment on at which the wall shows a time of day, or leaves it out."""
    day = datetime.fromtimestamp(after, zone).date() - _DAY
    while True:
        wall = datetime.combine(day, when)
        first, again = first_shown(wall, zone), wall.replace(tzinfo=zone, fold=1).timestamp()
        for shown in (first, again):  # which are the same but where the clock was set back
            if shown >= after:
                return shown
        day += _DAY


def first_shown(wall: datetime, zone: ZoneInfo) -> float:
    """Give the first instant at which the wall shows a time or a later one."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (1, 0))
    if late <= early:  # the wall shows it once, or twice: `late` is the first then
        return late
    low, high = int(early), int(late)  # the wall never shows it: the change of the clock is between these
    while high - low > 1:
        middle = (low + high) // 2
        shown = datetime.fromtimestamp(middle, UTC).astimezone(zone).replace(tzinfo=None)
        low, high = (low, middle) if shown >= wall else (middle, high)
    return float(high)
