"""What botkit's readers of dates, times and durations and other libraries make of the same rows.

Run by `python -m tests.benchmarks.moments`. The rows are those of `tests/values/cases.py`; a library that is not
installed is told so, and a path in PYTHONPATH is enough. Every library gets the row's own reference time and is asked
for what it finds in the text, where it can search; the others get the text as it is.
"""

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tests.benchmarks.values import Candidate, measure, weigh
from tests.values.cases import FOLDER, Row, read_rows
from tests.values.judge import NOW, read_value

TYPES = ("date", "time", "datetime", "duration")
LANGUAGES = ("en", "zh")
_CULTURES = {"en": "en-us", "zh": "zh-cn"}
_UNITS = {"year": 365, "month": 30, "week": 7, "day": 1, "hour": 1 / 24, "minute": 1 / 1440, "second": 1 / 86400}


def _of(module: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _ref(row: Row) -> datetime:
    return (row.ref or NOW).replace(tzinfo=None)


def _part(row: Row, moment: datetime | None) -> object:
    """Give the part of a point in time that the row asks for."""
    if moment is None:
        return None
    if row.type == "date":
        return moment.date()
    return moment.time() if row.type == "time" else moment.replace(tzinfo=UTC)


def _searched(row: Row) -> object:
    settings = {"RELATIVE_BASE": _ref(row), "PREFER_DATES_FROM": "future"}
    found = _of("dateparser.search", "search_dates")(row.text, languages=[row.language], settings=settings)
    return _part(row, found[0][1] if found else None)


def _recognized(row: Row) -> object:
    recognize = _of("recognizers_date_time", "recognize_datetime")
    for result in recognize(row.text, _CULTURES[row.language], reference=_ref(row)):
        values = (result.resolution or {}).get("values") or [{}]
        written = values[-1].get("value")
        if result.type_name.rpartition(".")[2] != row.type or not written:
            continue
        if row.type == "duration":
            return timedelta(seconds=float(written))
        if row.type == "time":
            return datetime.fromisoformat(f"2000-01-01 {written}").time()
        moment = datetime.fromisoformat(written)
        return moment.date() if row.type == "date" else moment.replace(tzinfo=UTC)
    return None


def _calendar(row: Row) -> object:
    found = _of("parsedatetime", "Calendar")().nlp(row.text, sourceTime=_ref(row))
    wanted = {"date": (1, 3), "time": (2, 3), "datetime": (2, 3)}[row.type]
    return _part(row, next((each[0] for each in found or () if each[1] in wanted), None))


def _lasting(row: Row) -> object:
    seconds = _of("pytimeparse", "parse")(row.text)
    return None if seconds is None else timedelta(seconds=float(seconds))


def _strtotime(row: Row) -> object:
    now = int(_ref(row).replace(tzinfo=UTC).timestamp())
    return _part(row, _of("timelib", "strtodatetime")(row.text.encode(), now=now))


def _chinese(row: Row) -> object:
    found = _of("jionlp_time", "parse_time")(row.text, time_base=_ref(row).timestamp())
    if found["type"] == "time_delta":
        days = sum(_UNITS[unit] * float(count) for unit, count in found["time"].items())
        return timedelta(seconds=round(days * 86400)) if row.type == "duration" else None
    return None if row.type == "duration" else _part(row, datetime.fromisoformat(found["time"][0]))


def _library(name: str, reader: Callable[[Row], object], types: Sequence[str], languages: Sequence[str]) -> Candidate:
    readers = {(kind, language): reader for kind in types for language in languages}
    return Candidate(name, (name,) if reader is not read_value else (), MappingProxyType(readers))


CANDIDATES = (
    _library("botkit", read_value, TYPES, LANGUAGES),
    _library("recognizers-text-suite", _recognized, TYPES, LANGUAGES),
    _library("dateparser", _searched, TYPES[:3], LANGUAGES),
    _library("parsedatetime", _calendar, TYPES[:3], ("en",)),
    _library("timelib", _strtotime, TYPES[:3], ("en",)),
    _library("pytimeparse", _lasting, TYPES[3:], ("en",)),
    _library("jionlp-time", _chinese, TYPES, ("zh",)),
)


def compare(rows: Sequence[Row], most: int) -> None:
    """Print a line for each library, type and language: right answers, time of a call, kilobytes installed."""
    print(f"{'type':8} {'language':8} {'library':24} {'right':>11} {'share':>7} {'µs/call':>10} {'kB':>8}")
    for kind in TYPES:
        for language in LANGUAGES:
            own = [row for row in rows if (row.type, row.language) == (kind, language) and row.resolution is not None]
            for candidate in CANDIDATES if own else ():
                _compare(candidate, kind, language, own[:most])


def _compare(candidate: Candidate, kind: str, language: str, rows: Sequence[Row]) -> None:
    reader = candidate.readers.get((kind, language))
    if reader is None:
        return
    line = f"{kind:8} {language:8} {candidate.name:24}"
    weight = weigh(candidate)
    if weight is None:
        print(f"{line} not installed")
        return
    measure(reader, rows[:1])  # what is loaded at the first call
    right, spent = measure(reader, rows)
    print(f"{line} {right:5}/{len(rows):5} {right / len(rows):7.1%} {spent:10.1f} {weight:8}")


def main() -> None:
    """Compare on at most so many rows of a type and language as the first argument says."""
    warnings.simplefilter("ignore")  # the libraries', about regular expressions and years
    if not FOLDER.is_dir():
        print(f"the cases are not here: {FOLDER}")
        return
    compare(read_rows(), int(sys.argv[1]) if len(sys.argv) > 1 else 10**6)


if __name__ == "__main__":
    main()
