"""Files of labelled messages: what customers wrote, and what each means."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

from botkit.app.directories import MOST_BYTES
from botkit.app.evaluations import Labelled
from botkit.app.misses import Meaning
from botkit.errors import LoadError, Place, Problem, UsageError
from botkit.flows import Node, Report, read, shapes
from botkit.model.flowset import FlowSet

KEYS: Final = ("text", "intent", "answer")
LINES: Final = (".jsonl", ".ndjson")
MOST_LINES_BYTES: Final = 32 << 20  # of JSON lines; YAML is read up to a mebibyte


def read_labelled(path: Path, flows: FlowSet) -> list[Labelled]:
    """Read a YAML list or JSON lines of `text` with `intent` or `answer`; with neither it means nothing of the bot.

    Raises LoadError with all problems of the file, UsageError where there is no message in it.
    """
    lines = path.suffix.casefold() in LINES
    most = MOST_LINES_BYTES if lines else MOST_BYTES
    size = path.stat().st_size
    if size > most:
        raise UsageError(f"{path} has {size:,} bytes, more than {most:,}", hint="" if lines else "write .jsonl")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoadError([Problem(Place(str(path)), "not-utf8", f"the file is not UTF-8 (byte {error.start + 1})")]) \
            from error  # fmt: skip
    report = Report()
    nodes = list(_lines(text, str(path), report)) if lines else list(_items(text, str(path), report))
    found = [one for node in nodes if (one := _message(node, flows, report)) is not None]
    if report.problems:
        raise LoadError(report.problems)
    if not found:
        raise UsageError(f"there is no message in {path}", hint="- {text: where is my order, intent: order_status}")
    return found


def _items(text: str, file: str, report: Report) -> Iterable[Node]:
    node, problems = read(text, file)
    report.extend(problems)
    return () if node is None or node.empty else shapes.items(node, "a file of messages", report)


def _lines(text: str, file: str, report: Report) -> Iterator[Node]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = Place(file, number, 1)
        try:
            yield _as_node(json.loads(line), place)
        except (ValueError, RecursionError):
            report.error(place, "wrong-type", "a line takes a mapping in JSON", '{"text": "hi", "intent": "hello"}')


def _as_node(value: Any, place: Place) -> Node:
    """Give what a line of JSON has as the readers of YAML see it; what lies deeper is no text either way."""
    if isinstance(value, dict):
        return Node(
            "mapping",
            place,
            entries=tuple([(Node("scalar", place, key, key), _as_node(one, place)) for key, one in value.items()]),
        )
    if isinstance(value, list):
        return Node("list", place)
    return Node("scalar", place, value, "" if value is None else str(value), quoted=isinstance(value, str))


def _message(node: Node, flows: FlowSet, report: Report) -> Labelled | None:
    before = report.errors
    found = shapes.fields(node, "a message", KEYS, report, ("text",))
    text = shapes.text(found["text"], "'text'", report) if "text" in found else None
    given = [key for key in ("intent", "answer") if key in found and not found[key].empty]
    if len(given) > 1:
        report.error(found["answer"].place, "unknown-value", "a message means an intent or an answer, not both")
    meant = _meaning("answer" if given == ["answer"] else "intent", found[given[0]], flows, report) if given else None
    if text is not None and not text.strip():
        report.error(node.place, "empty-text", "the text of a message is empty")
    return Labelled(text, meant) if text is not None and report.errors == before else None


def _meaning(kind: Literal["intent", "answer"], node: Node, flows: FlowSet, report: Report) -> Meaning | None:
    name = shapes.text(node, f"'{kind}'", report)
    if name is None:
        return None
    known, other = (flows.answers, flows.intents) if kind == "answer" else (flows.intents, flows.answers)
    if name in known:
        return Meaning(kind, name)
    elsewhere = f"it is {'an intent' if kind == 'answer' else 'an answer'}" if name in other else ""
    report.error(
        node.place, "unknown-value", f"there is no {kind} '{name[:60]}'", elsewhere or shapes.mean(name, tuple(known))
    )
    return None
