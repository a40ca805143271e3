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
_CORE = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset({"!", f"{_CORE}str"})
_SCALAR_TAGS: dict[str, tuple[type, ...]] = {
    f"{_CORE}null": (type(None),),
    f"{_CORE}bool": (bool,),
    f"{_CORE}int": (int,),
    f"{_CORE}float": (float, int),
}
_COLLECTION_TAGS = {f"{_CORE}seq": "list", f"{_CORE}map": "mapping"}
_HEAD = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|[\r\n])|%[^\r\n]*(?:\r\n|[\r\n]))*+(?=---)")
_RESERVED = re.compile(r"(?<![^\r\n])%(?!(?:YAML|TAG)(?:\s|$))(?=[A-Za-z0-9_-]+(?:\s|$))")
_GLUED = re.compile(r"(?<![^\r\n])%YAML[ \t]+[0-9.]+(?=#)")
_HEADER = re.compile(r"[|>][-+0-9]*(?=#)")
_COMMENT = ("a comment begins here without a space before it", "put a space before '#', or the text in quotes")


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
    text = _pass_over_reserved(text)
    reading = _Pass(text, file)
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
    if found:
        message = f"the character U+{ord(found[0]):04X} cannot stand in a file"
        return Problem(_place(text, found.start(), file), "bad-character", message, "remove it")
    glued = _GLUED.search(text, 0, _head(text))
    return Problem(_place(text, glued.end(), file), "yaml", *_COMMENT) if glued else None


def _place(text: str, index: int, file: str) -> Place:
    lines = _BREAK.split(text[:index])
    return Place(file, len(lines), len(lines[-1]) + 1)


def _head(text: str) -> int:
    """Give where the first document's '---' stands, 0 if only a document stands there."""
    found = _HEAD.match(text)
    return found.end() if found else 0


def _pass_over_reserved(text: str) -> str:
    """Make comments of the directives that YAML reserves for later and says to ignore; places stay."""
    end = _head(text)
    return _RESERVED.sub("#", text[:end]) + text[end:]


class _Pass:
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
        elif isinstance(event, yaml.SequenceStartEvent):
            self.check_tag(event, place, "list")
            node, height = self.sequence(events, place, depth)
        else:
            self.check_tag(event, place, "mapping")
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

    def check_tag(self, event: Any, place: Place, kind: str) -> None:
        if event.tag not in (None, "!") and _COLLECTION_TAGS.get(event.tag) != kind:
            raise self.tagged(event, place, f"a {kind}")

    def tagged(self, event: Any, place: Place, what: str) -> _Stop:
        tag = event.tag.replace(_CORE, "!!")[:40]
        known = event.tag in _SCALAR_TAGS or event.tag in _COLLECTION_TAGS or event.tag in _TEXT_TAGS
        message = f"the tag {tag!r} does not fit {what}" if known else f"the tag {tag!r} means nothing here"
        return _Stop(place, "tag", message, "remove it; put the text in quotes if it is one")

    def value(self, event: Any, place: Place) -> Any:
        """Give what a scalar stands for: by its tag, else by its quotes, else by its letters."""
        raw, tag = event.value, event.tag
        if tag in _TEXT_TAGS:
            return raw
        if tag is None:
            return raw if event.style else resolve(raw)
        value = resolve(raw)
        if type(value) not in _SCALAR_TAGS.get(tag, ()):
            raise self.tagged(event, place, f"the text {raw[:40]!r}")
        return float(value) if tag == f"{_CORE}float" else value

    def scalar(self, event: Any, place: Place) -> Node:
        raw, style = event.value, event.style
        self.check_comment(event, place)
        value = self.value(event, place)
        quoted = event.tag in _TEXT_TAGS or (bool(style) and event.tag is None)
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
        self.check_bracket(event)
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
        self.check_bracket(event)
        return Node("mapping", place, entries=tuple(entries), end=end), highest + 1

    def check_bracket(self, event: Any) -> None:
        """Refuse a '#' right after a closing bracket, which libyaml takes for a comment."""
        mark = event.end_mark
        if self.text[mark.index - 1 : mark.index + 1] in ("]#", "}#"):
            raise _Stop(self.place(mark), "yaml", *_COMMENT)

    def check_comment(self, event: Any, place: Place) -> None:
        """Refuse a '#' right after a closing quote, or after the '|' or '>' of a block."""
        if event.style in ("'", '"') and self.text.startswith("#", event.end_mark.index):
            raise _Stop(self.place(event.end_mark), "yaml", *_COMMENT)
        header = _HEADER.match(self.text, event.start_mark.index) if event.style in ("|", ">") else None
        if header:
            raise _Stop(Place(self.file, place.line, place.column + len(header[0])), "yaml", *_COMMENT)

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
