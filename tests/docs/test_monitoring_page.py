"""docs/monitoring.md names every metric, as `/metrics` gives it, and no other."""

import json
import re

from botkit.app.metrics import MOST_AWAY
from botkit.monitoring import FAMILIES
from botkit.monitoring.lines import NAMES as NAMES_OF_LINES
from botkit.monitoring.meter import OUTCOMES, REFUSALS
from botkit.monitoring.series import MOST_SERIES
from botkit.monitoring.spans import EXPORTERS, SPANS
from tests.docs.log_events import events
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
NAMES = {f"{family.name}{end}" for family in FAMILIES for end in ("", "_bucket")}


def rows(first: str) -> list[list[str]]:
    """Give the cells of the rows of the table whose head begins so."""
    table = PAGE.split(f"| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in table]


def test_the_table_is_what_there_is() -> None:
    assert rows("metric") == [
        [f"`{family.name}`", family.kind, ", ".join(f"`{label}`" for label in family.labels), family.text]
        for family in FAMILIES
    ]


def test_other_mentions_are_of_metrics_that_there_are() -> None:
    assert set(re.findall(r"\bbotkit_[a-z_]+", PAGE)) <= NAMES


def test_labels_are_named_with_their_values() -> None:
    labels = {row[0]: row[1] for row in rows("label")}
    named = {word for names in labels for word in re.findall(r"`(\w+)`", names)}
    assert named == {label for family in FAMILIES for label in family.labels} - {"version"}
    assert {*OUTCOMES, "ok", "refused"} == set(re.findall(r"`([a-z_]+)`", labels["`outcome`"]))
    assert {*REFUSALS.values(), "guard"} == set(re.findall(r"`([a-z_]+)`", labels["`kind`"]))
    assert f"at most {MOST_SERIES} combinations" in PAGE
    assert f"more than {MOST_AWAY} conversations" in PAGE


def test_every_line_of_the_log_is_named() -> None:
    said = {row[0].strip("`"): row[1] for row in rows("message")}
    assert said == {message: level for message, (level, _) in events().items()}


def test_what_lines_have_is_let_through() -> None:
    numbers = {"tries", "pause", "conversations"}
    assert {name for _, names in events().values() for name in names} - numbers <= NAMES_OF_LINES


def test_the_sample_is_a_line() -> None:
    sample = json.loads(PAGE.split("```json\n", 1)[1].split("\n```", 1)[0])
    assert sample.keys() - {"time", "level", "logger", "message", "node", "file", "line", "tries"} <= NAMES_OF_LINES


def test_every_span_is_named() -> None:
    assert [row[0] for row in rows("span")] == [f"`{name}`" for name in SPANS]
    (exporters,) = (row[1] for row in rows("variable") if row[0] == "`OTEL_TRACES_EXPORTER`")
    assert set(re.findall(r"`(\w+)`", exporters)) == set(EXPORTERS)
