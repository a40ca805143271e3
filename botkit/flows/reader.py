"""Text to located nodes: strict YAML 1.2 over libyaml's events.

libyaml finds the structure; what a word stands for, which keys may be repeated and how far aliases reach is
decided here. Everything is bounded: size, depth, and the nodes that aliases stand for.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from botkit.errors import ConfigError, Place, Problem
from botkit.flows.nodes import Node
from botkit.flows.scalars import resolve
from botkit.flows.syntax import explain

LARGEST_FILE = 1 << 20  # bytes
DEEPEST = 64
MOST_NODES = 100_000

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})


class _Stop(Exception):  # noqa: N818 - it carries a finding out of the recursion, nobody outside sees it
    def __init__(self, place: Place, code: str, message: str, hint: str = "") -> None:
        self.problem = Problem(place, code, message, hint)
        super().__init__(message)


def read(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read one YAML document; the node is None when the text is empty or cannot be read.

    Repeated keys and merge keys leave the rest readable: then there are a node and problems. No text raises;
    ConfigError says that PyYAML was built without libyaml.
    """
    loader = _loader()
    text = text.removeprefix("\ufeff")
    problem = _refuse(text, file)
    if problem:
        return None, (problem,)
    reading = _Reading(text, file)
    try:
        node = reading.document(yaml.parse(text, Loader=loader))
    except _Stop as stop:
        return None, (*reading.problems, stop.problem)
    except yaml.YAMLError as error:
        return None, (*reading.problems, explain(error, text, file))
    return node, tuple(reading.problems)


def _loader() -> Any:
    loader = getattr(yaml, "CBaseLoader", None)
    if loader is None:
        raise ConfigError(
            "PyYAML was built without libyaml, whose parser botkit needs",
            hint="install a binary wheel of PyYAML, or libyaml and PyYAML anew",
        )
    return loader


def _refuse(text: str, file: str) -> Problem | None:
    size = len(text) if len(text) > LARGEST_FILE else len(text.encode("utf-8", "replace"))
    if size > LARGEST_FILE:
        mib = size / LARGEST_FILE
        return Problem(
            Place(file),
            "file-too-large",
            f"the file has {mib:.1f} MiB; at most 1 MiB is read",
            "split it into several",
        )
    found = _UNPRINTABLE.search(text)
    if found is None:
        return None
    lines = _BREAK.split(text[: found.start()])
    place = Place(file, len(lines), len(lines[-1]) + 1)
    return Problem(place, "bad-character", f"the character U+{ord(found[0]):04X} cannot stand in a file", "remove it")


class _Reading:
    """One pass over the events of a text."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []
        self.count = 0
        self.anchors: dict[str, tuple[Node, int, int]] = {}  # name → node, nodes that it stands for, height
        self.open: set[str] = set()
        self.lines: list[str] | None = None

    def document(self, events: Iterator[Any]) -> Node | None:
        next(events)
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        node, _ = self.node(next(events), events, 1)
        next(events)
        more = next(events)
        if isinstance(more, yaml.DocumentStartEvent):
            raise _Stop(
                self.place(more.start_mark),
                "several-documents",
                "a second document begins here; a file holds one",
                "remove the line '---', or use a file for each",
            )
        return node

    def node(self, event: Any, events: Iterator[Any], depth: int) -> tuple[Node, int]:
        """Read the value that begins with `event`; give it and its height."""
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        place = self.place(event.start_mark)
        if depth > DEEPEST:
            raise _Stop(place, "too-deep", f"more than {DEEPEST} levels stand in each other here")
        before = self.count
        self.grow(1, place)
        anchor = event.anchor
        if anchor:
            self.open.add(anchor)
        if isinstance(event, yaml.ScalarEvent):
            node, height = self.scalar(event, place), 1
        elif event.tag is not None:
            raise self.tagged(event, place)
        elif isinstance(event, yaml.SequenceStartEvent):
            node, height = self.sequence(events, place, depth)
        else:
            node, height = self.mapping(event, events, place, depth)
        if anchor:
            self.open.discard(anchor)
            self.anchors[anchor] = (node, self.count - before, height)
        return node, height

    def alias(self, event: Any, depth: int) -> tuple[Node, int]:
        place, name = self.place(event.start_mark), event.anchor
        if name in self.open:
            raise _Stop(place, "alias-cycle", f"'*{name}' stands inside of what it refers to")
        if name not in self.anchors:
            raise _Stop(
                place, "unknown-alias", f"'*{name}' refers to nothing above", f"mark the value with '&{name}'"
            )
        node, size, height = self.anchors[name]
        self.grow(size, place)
        if depth + height - 1 > DEEPEST:
            raise _Stop(place, "too-deep", f"more than {DEEPEST} levels stand in each other here")
        return node, height

    def grow(self, size: int, place: Place) -> None:
        self.count += size
        if self.count > MOST_NODES:
            raise _Stop(
                place,
                "too-many-values",
                f"with its aliases the file has more than {MOST_NODES:,} values up to here",
                "split it into several, with fewer aliases",
            )

    def tagged(self, event: Any, place: Place) -> _Stop:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")[:40]
        return _Stop(
            place, "tag", f"the tag {tag!r} means nothing here", "remove it; put the text in quotes if it is one"
        )

    def scalar(self, event: Any, place: Place) -> Node:
        raw, style = event.value, event.style
        quoted = bool(style)
        if event.tag is not None:
            if event.tag not in _TEXT_TAGS:
                raise self.tagged(event, place)
            quoted = True
        value = raw if quoted else resolve(raw)
        end = event.end_mark.line + (0 if style in ("|", ">") else 1)
        return Node(
            "scalar",
            place,
            value,
            raw,
            quoted,
            inner=self.inner(place) if style == "|" else None,
            end=max(end, place.line),
        )

    def inner(self, place: Place) -> Place:
        """Give where the text of a literal block begins whose '|' stands at `place`."""
        if self.lines is None:
            self.lines = _BREAK.split(self.text)
        first = next((line for line in self.lines[place.line :] if line.strip()), "")
        return Place(self.file, place.line + 1, len(first) - len(first.lstrip(" ")) + 1)

    def sequence(self, events: Iterator[Any], place: Place, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        highest = 0
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            item, height = self.node(event, events, depth + 1)
            items.append(item)
            highest = max(highest, height)
        end = max((item.end for item in items), default=place.line)
        return Node("list", place, items=tuple(items), end=end), highest + 1

    def mapping(self, opening: Any, events: Iterator[Any], place: Place, depth: int) -> tuple[Node, int]:
        entries: list[tuple[Node, Node]] = []
        seen: dict[tuple[type, Any], Place] = {}
        highest, end = 0, place.line
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.key(event, events, opening, depth)
            value, height = self.node(next(events), events, depth + 1)
            highest, end = max(highest, height), max(end, value.end)
            if not key.quoted and key.raw == "<<":
                self.report(key.place, "merge-key", "merge keys ('<<') are not read", "write the keys out")
                continue
            first = seen.setdefault((type(key.value), key.value), key.place)
            if first is not key.place:
                message = f"the key {key.raw!r} stands here a second time"
                self.report(
                    key.place, "duplicate-key", message, f"the first is in line {first.line}, column {first.column}"
                )
                continue
            entries.append((key, value))
        return Node("mapping", place, entries=tuple(entries), end=end), highest + 1

    def key(self, event: Any, events: Iterator[Any], opening: Any, depth: int) -> Node:
        if isinstance(event, yaml.CollectionStartEvent):
            mark: Any = event.start_mark
            template = self.text[mark.index - 1 : mark.index + 1] == "{{"
            hint = 'put templates in quotes: "{{ ... }}"' if template else "keys are plain words"
            place = self.place(opening.start_mark if template else mark)
            message = "a template stands here without quotes" if template else "a list or mapping cannot be a key"
            raise _Stop(place, "bad-key", message, hint)
        node, _ = self.node(event, events, depth)
        if node.kind != "scalar":
            raise _Stop(
                self.place(event.start_mark), "bad-key", f"a {node.kind} cannot be a key", "keys are plain words"
            )
        self.count -= 1
        return node

    def report(self, place: Place, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(place, code, message, hint))

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)
