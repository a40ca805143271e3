"""Comparing: what is right now, and what is not any more, message by message."""

from pathlib import Path

import msgspec
import pytest

from botkit.app.comparisons import compare, read_report
from botkit.app.evaluations import Evaluation, Labelled, evaluate
from botkit.app.misses import Meaning
from botkit.errors import UsageError
from botkit.model.definitions import Intent
from botkit.model.flowset import FlowSet, Settings

A, B = Meaning("intent", "a"), Meaning("intent", "b")
MESSAGES = [Labelled("red apples", A), Labelled("green pears", B), Labelled("blue plums", A)]


def tried(a: str, b: str, messages: list[Labelled] | None = None) -> Evaluation:
    intents = {"a": Intent("a", tuple(a.split("; "))), "b": Intent("b", tuple(b.split("; ")))}
    return evaluate(FlowSet("v", Settings(), {}, intents), MESSAGES if messages is None else messages)


OLD = tried("red apples", "green pears; blue plums")
NEW = tried("red apples; blue plums", "green pears")


def test_better_and_worse() -> None:
    found = compare(OLD, NEW)
    assert [one.after.text for one in found.better] == ["blue plums"]
    assert (found.worse, found.added, found.removed) == ((), 0, 0)
    assert (found.accuracy_before, found.accuracy_after) == (0.6667, 1.0)
    assert [(one.meaning, one.before, one.after) for one in found.moved] == [(A, 0.6667, 1.0), (B, 0.6667, 1.0)]
    back = compare(NEW, OLD)
    assert [one.after.text for one in back.worse] == ["blue plums"]
    assert back.better == ()


def test_the_same_differs_in_nothing() -> None:
    found = compare(OLD, OLD)
    assert (found.better, found.worse, found.moved, found.added, found.removed) == ((), (), (), 0, 0)


def test_messages_of_one_alone_are_counted() -> None:
    found = compare(tried("x", "y", MESSAGES[:2]), tried("x", "y", [*MESSAGES[1:], Labelled("more", B)]))
    assert (found.added, found.removed) == (2, 1)


def test_two_kinds_are_not_compared() -> None:
    flows = FlowSet("v", Settings(), {}, {"a": Intent("a", ("one thing", "another"))})
    with pytest.raises(UsageError, match="by cross-validation, the other on the messages of a file"):
        compare(evaluate(flows), OLD)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(msgspec.json.encode({**msgspec.to_builtins(OLD), "compared": {}}))
    assert read_report(path) == OLD


@pytest.mark.parametrize("text", ["", "{}", "[]", "[" * 100_000, '{"bot": 5}', "\x00", "null"])
def test_what_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(UsageError, match=r"r\.json is no report"):
        read_report(tmp_path / "r.json")
