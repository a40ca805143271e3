"""docs/scaling.md: its plan follows from its figures."""

import math
import re
from collections.abc import Callable, Mapping

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
DAY = 86_400


def _rows(heading: str) -> dict[str, list[str]]:
    """Give the rows of the table whose first column is called so, by their first cell."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].splitlines()
    table = [line for line in lines[: lines.index("")] if not line.startswith("|---")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1:]]
    return {row[0]: row[1:] for row in cells}


def _number(text: str) -> float:
    return float(text.replace(",", ""))


GIVEN = {name: _number(cells[0]) for name, cells in _rows("what goes in").items()}
PEAK = (
    GIVEN["conversations a day"] * GIVEN["messages a conversation"] / DAY * GIVEN["busiest second, times the average"]
)
SHARE = GIVEN["share of a processor to plan with"]
CORES = GIVEN["cores of a database server"]


def _cores(which: str) -> float:
    return PEAK * GIVEN[which] / 1000 / SHARE


def _of_one_server() -> float:
    return CORES * SHARE / (GIVEN["database, ms a message"] / 1000)


def _bytes_a_day() -> float:
    return GIVEN["conversations a day"] * GIVEN["messages a conversation"] * GIVEN["rows, bytes a message"]


FOLLOWS: Mapping[str, Callable[[], float]] = {
    "messages a second, average": lambda: PEAK / GIVEN["busiest second, times the average"],
    "messages a second, busiest": lambda: PEAK,
    "web processes": lambda: math.ceil(_cores("web node, ms of processor a message")),
    "worker processes": lambda: math.ceil(_cores("worker, ms a message")),
    "cores of databases": lambda: math.ceil(_cores("database, ms a message")),
    "database servers": lambda: math.ceil(_cores("database, ms a message") / CORES),
    "cores of brokers": lambda: math.ceil(_cores("broker, ms a message")),
    "one worker process, messages a second": lambda: SHARE / (GIVEN["worker, ms a message"] / 1000),
    "one database server, messages a second": _of_one_server,
    "one database server, conversations a day": lambda: (
        _of_one_server() / GIVEN["busiest second, times the average"] * DAY / GIVEN["messages a conversation"]
    ),
    "log of all databases, MB/s, busiest": lambda: PEAK * GIVEN["log of the database, bytes a message"] / 1e6,
    "rows of a day, GB": lambda: _bytes_a_day() / 1e9,
    "rows kept, TB": lambda: _bytes_a_day() * GIVEN["days that conversations are kept"] / 1e12,
    "replies of one Telegram bot a day": lambda: GIVEN["what Telegram takes of a bot, replies a second"] * DAY,
}


def test_every_figure_that_follows_is_computed() -> None:
    assert list(_rows("what follows")) == list(FOLLOWS)


@pytest.mark.parametrize("name", FOLLOWS)
def test_a_figure_follows(name: str) -> None:
    written = _rows("what follows")[name][0]
    places = len(written.partition(".")[2])
    assert round(FOLLOWS[name](), places) == _number(written)


def test_the_costs_are_those_that_were_measured() -> None:
    measured = re.search(r"\| web and 2 workers \| 100 \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", PAGE)
    broker = re.search(r"\| the same, with NATS \| 100 \|.*and ([\d.]+) of the broker", PAGE)
    assert measured is not None
    assert broker is not None
    names = ("web node, ms of processor a message", "worker, ms a message", "database, ms a message")
    assert [GIVEN[name] for name in names] == [float(figure) for figure in measured.groups()]
    assert GIVEN["broker, ms a message"] == float(broker[1])
