"""The text format: what Prometheus's own parser reads back is what was counted."""

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from botkit.monitoring import FAMILIES, Meter, State, write_metrics
from botkit.monitoring.exposition import LONGEST, Family, Values, write
from botkit.monitoring.series import MOST_SERIES, OTHER, Counts, Histogram, Histograms
from botkit.ports.stored import Backlog


def read(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Give the samples that Prometheus would have, by name and the values of the labels."""
    return {
        sample.name: {
            tuple(one.labels.values()): one.value for one in family.samples if one.name == sample.name
        }
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({("a",): 1}, {("a",): 1}),
        ({("a",): 0.25, ("b",): 10**15}, {("a",): 0.25, ("b",): 1e15}),
        ({}, None),
        ({('say "hi"\\',): 2}, {('say "hi"\\',): 2}),
        ({("two\nlines \x00\x1b[1m",): 2}, {("twolines [1m~9aff239c",): 2}),
        ({("订单 \u202ex",): 1}, {("订单 x~e0e41b87",): 1}),
        ({("\ud800",): 1}, {("~38da57e7",): 1}),
        ({("x" * LONGEST,): 1}, {("x" * LONGEST,): 1}),
        ({("x" * 10_000,): 1}, {("x" * 91 + "~d5ee17e2",): 1}),
        ({('} 1\nbotkit_evil{a="',): 1}, {('} 1botkit_evil{a="~bc2dbf75',): 1}),
        ({("a",): math.inf, ("b",): -math.inf}, {("a",): math.inf, ("b",): -math.inf}),
    ],
)
def test_what_is_written_is_read_back(values: Values, expected: dict[tuple[str, ...], float] | None) -> None:
    text = write(Family("x_total", "counter", "Some text\nof two \\ lines.", ("label",)), values)
    assert text.startswith("# HELP x_total Some text\\nof two \\\\ lines.\n# TYPE x_total counter\n")
    assert read(text).get("x_total") == expected


def test_labels_that_are_cut_off_stay_apart() -> None:
    labels = ["x" * LONGEST, "x" * (LONGEST + 1), "x" * LONGEST + "y", "two\nlines", "two\tlines", "twolines"]
    values: dict[tuple[str, ...], float] = {(label,): 1 for label in labels}
    found = read(write(Family("x", "gauge", "X.", ("label",)), values))["x"]
    assert len(found) == len(labels)
    assert max(map(len, (label for (label,) in found))) == LONGEST


def test_what_is_no_number_is_written() -> None:
    (value,) = read(write(Family("x", "gauge", "X."), math.nan))["x"].values()
    assert math.isnan(value)


def test_a_histogram_is_cumulative() -> None:
    histogram = Histogram((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.25):
        histogram.observe(seconds)
    found = read(write(Family("x", "histogram", "X."), histogram))
    assert found["x_bucket"] == {("0.1",): 2, ("1",): 3, ("+Inf",): 4}
    assert (found["x_count"], found["x_sum"]) == ({(): 4}, {(): 7.9})


def test_every_metric_says_what_it_is() -> None:
    families = {family.name: family for family in text_string_to_metric_families(write_metrics(Meter(), State()))}
    for family in FAMILIES:
        known = families[family.name.removesuffix("_total") if family.kind == "counter" else family.name]
        assert (known.type, known.documentation) == (family.kind, family.text)
    assert len(families) == len(FAMILIES)


def test_without_the_store_the_rest_is_there() -> None:
    found = read(write_metrics(Meter(), State(messages=3, trouble=True)))
    assert (found["botkit_messages_total"], found["botkit_store_trouble"]) == ({(): 3}, {(): 1})
    assert "botkit_waiting_messages" not in found
    found = read(write_metrics(Meter(), State(backlog=Backlog(1, 2, 3, 4))))
    names = ("waiting_messages", "unsent_replies", "open_calls", "dead_letters")
    assert [found[f"botkit_{name}"][()] for name in names] == [1, 2, 3, 4]


def test_there_are_never_more_series_than_that() -> None:
    counts, histograms = Counts(), Histograms((1.0,))
    for number in range(MOST_SERIES + 50):
        counts.add(str(number), "x")
        histograms.observe(0.5, str(number))
    assert len(counts.values) == len(histograms.values) == MOST_SERIES + 1
    assert counts.values[OTHER, OTHER] == histograms.values[OTHER,].counts[0] == 50
