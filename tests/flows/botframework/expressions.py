"""The expression language of adaptive dialogs: text to tokens to a tree.

It is what stands behind `=` in a property and within `${...}` in a text: JavaScript's operators and their order,
functions from a fixed list, and paths into memory, some of which have a sign for a short name (`$name` is
`dialog.name`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class MissingError(Exception):
    """A construct that botkit's language has no place for. The message names it."""


class ReadingError(Exception):
    """An expression that is none. The message says where reading stopped."""


@dataclass(frozen=True)
class Const:
    """A number, a text, true, false or null."""

    value: float | int | str | bool | None


@dataclass(frozen=True)
class Name:
    """The first part of a path."""

    name: str


@dataclass(frozen=True)
class Attr:
    """`base.name`."""

    base: "Node"
    name: str


@dataclass(frozen=True)
class Index:
    """`base[key]`."""

    base: "Node"
    key: "Node"


@dataclass(frozen=True)
class Call:
    """`name(arguments)`."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True)
class Unary:
    """`!x`, `-x` or `+x`."""

    operator: str
    operand: "Node"


@dataclass(frozen=True)
class Binary:
    """Two operands."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Choice:
    """`condition ? then : otherwise`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True)
class Listing:
    """`[a, b]`."""

    items: tuple["Node", ...]


@dataclass(frozen=True)
class Mapping:
    """`{key: value}`."""

    pairs: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True)
class Text:
    """A text with expressions in it; what is not a node is said as it stands."""

    parts: tuple["str | Node", ...]


Node = Const | Name | Attr | Index | Call | Unary | Binary | Choice | Listing | Mapping | Text

SIGNS = {
    "$": "dialog",
    "@": "turn.recognized.entities",
    "#": "turn.recognized.intents",
    "%": "dialog.options",
    "^": "class",
}
LITERALS = {"true": True, "false": False, "null": None, "undefined": None}
LEVELS = (
    frozenset({"??"}),
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"==", "!=", "<>"}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"&"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
    frozenset({"^"}),
)
"""Binary operators, the loosest first; all are read from the left."""

TOKENS = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
      | (?P<template>`(?:\\.|[^`\\])*`)
      | (?P<name>[A-Za-z_][\w]*!?|[$@\#%^][A-Za-z_][\w]*)
      | (?P<sign>\$\{|\?\?|\|\||&&|==|!=|<>|<=|>=|[-+*/%^&<>!?:.,()\[\]{}])""",
    re.VERBOSE,
)
OPERAND_ENDS = frozenset({"number", "text", "template", "name"})
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class Token(NamedTuple):
    """One word: its kind, its text, and where it begins."""

    kind: str
    text: str
    start: int


def split(source: str) -> Iterator[Token]:
    """Split an expression into tokens. `%` and `^` are operators behind an operand, and signs elsewhere."""
    start, before = 0, Token("", "", 0)
    while start < len(source):
        found = TOKENS.match(source, start)
        if found is None:
            raise ReadingError(f"{source!r}: nothing begins with {source[start]!r}")
        token = Token(str(found.lastgroup), found.group(), start)
        closed = before.kind in OPERAND_ENDS or before.text in {")", "]"}
        if token.kind == "name" and token.text[0] in "%^" and closed:
            token = Token("sign", token.text[0], start)
        if token.kind != "space":
            yield token
            before = token
        start += len(token.text)


class Reader:
    """Reads one expression by descending through the levels of operators."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = list(split(source))
        self.at = 0

    def read(self) -> Node:
        """Read the whole source as one expression."""
        node = self.choice()
        if self.at < len(self.tokens):
            raise ReadingError(f"{self.source!r}: {self.tokens[self.at].text!r} is too much")
        return node

    def peek(self) -> str:
        """Give the text of the next token if it is a sign; else nothing."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token.text if token is not None and token.kind == "sign" else ""

    def take(self, sign: str) -> bool:
        """Go past a sign if it is next."""
        if self.peek() != sign:
            return False
        self.at += 1
        return True

    def expect(self, sign: str) -> None:
        """Go past a sign that has to be there."""
        if not self.take(sign):
            raise ReadingError(f"{self.source!r}: {sign!r} is missing")

    def choice(self) -> Node:
        """Read `a ? b : c`, or what binds tighter."""
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        then = self.choice()
        self.expect(":")
        return Choice(condition, then, self.choice())

    def binary(self, level: int) -> Node:
        """Read the operators of one level."""
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in LEVELS[level]:
            operator = self.peek()
            self.at += 1
            left = Binary({"<>": "!="}.get(operator, operator), left, self.binary(level + 1))
        return left

    def unary(self) -> Node:
        """Read `!x`, `-x`, `+x`, or an operand with what is behind it."""
        if self.peek() in {"!", "-", "+"}:
            operator = self.peek()
            self.at += 1
            return Unary(operator, self.unary())
        node = self.operand()
        while True:
            if self.take("."):
                node = Attr(node, self.word())
            elif self.take("["):
                node = Index(node, self.choice())
                self.expect("]")
            elif self.peek() == "(":
                raise MissingError("a template of another file")
            else:
                return node

    def word(self) -> str:
        """Read the name behind a dot."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else Token("", "", len(self.source))
        if token.kind != "name":
            raise ReadingError(f"{self.source!r}: a name is missing behind '.'")
        self.at += 1
        return token.text

    def operand(self) -> Node:
        """Read a literal, a name, a call, a list, a mapping or brackets."""
        if self.at >= len(self.tokens):
            raise ReadingError(f"{self.source!r}: it ends too early")
        token = self.tokens[self.at]
        self.at += 1
        match token.kind, token.text:
            case "number", text:
                return Const(float(text) if "." in text else int(text))
            case "text", text:
                return Const(unescape(text[1:-1]))
            case "template", text:
                return read_text(text[1:-1])
            case "name", text:
                return self.named(text)
            case "sign", "(":
                node = self.choice()
                self.expect(")")
                return node
            case "sign", "${":
                node = self.choice()
                self.expect("}")
                return node
            case "sign", "[":
                return Listing(self.listed("]"))
            case "sign", "{":
                return self.mapping()
        raise ReadingError(f"{self.source!r}: {token.text!r} cannot stand there")

    def named(self, text: str) -> Node:
        """Read a literal, a call or the first part of a path, its sign spelled out."""
        if text.lower() in LITERALS:
            return Const(LITERALS[text.lower()])
        if self.take("("):
            return Call(text.rstrip("!"), self.listed(")"))
        if text[0] not in SIGNS:
            return Name(text.rstrip("!"))
        first, *rest = SIGNS[text[0]].split(".")
        node: Node = Name(first)
        for part in (*rest, text[1:]):
            node = Attr(node, part)
        return node

    def listed(self, end: str) -> tuple[Node, ...]:
        """Read expressions between commas up to `end`."""
        found: list[Node] = []
        while not self.take(end):
            if found:
                self.expect(",")
            found.append(self.choice())
        return tuple(found)

    def mapping(self) -> Node:
        """Read the pairs of a mapping."""
        found: list[tuple[str, Node]] = []
        while not self.take("}"):
            if found:
                self.expect(",")
            token = self.tokens[self.at] if self.at < len(self.tokens) else Token("", "", 0)
            if token.kind not in {"name", "text"}:
                raise ReadingError(f"{self.source!r}: a key is missing")
            self.at += 1
            self.expect(":")
            found.append((unescape(token.text[1:-1]) if token.kind == "text" else token.text, self.choice()))
        return Mapping(tuple(found))


def unescape(text: str) -> str:
    """Resolve the backslashes of a literal."""
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


def read_expression(source: str) -> Node:
    """Read an expression, with or without the `=` that marks one in a property."""
    return Reader(source.removeprefix("=").strip()).read()


def read_text(source: str) -> Node:
    """Read a text with `${...}` in it. One that is only such a hole is its expression."""
    parts: list[str | Node] = []
    said, at = "", 0
    while at < len(source):
        if source.startswith("\\${", at):
            said, at = said + "${", at + 3
        elif source.startswith("${", at):
            end = _closing(source, at + 2)
            parts += [said] if said else []
            parts.append(read_expression(source[at + 2 : end]))
            said, at = "", end + 1
        else:
            said, at = said + source[at], at + 1
    parts += [said] if said else []
    if len(parts) == 1:
        return Const(parts[0]) if isinstance(parts[0], str) else parts[0]
    return Text(tuple(parts)) if parts else Const("")


def _closing(source: str, start: int) -> int:
    """Find the brace that closes a hole; those in texts and mappings do not."""
    depth, at, quote = 0, start, ""
    while at < len(source):
        sign = source[at]
        if quote:
            at += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign == "}" and depth == 0:
            return at
        else:
            depth += (sign == "{") - (sign == "}")
        at += 1
    raise ReadingError(f"{source!r}: a brace is not closed")
