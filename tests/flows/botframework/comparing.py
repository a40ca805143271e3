"""Comparing: whether a reply is what a script asserts.

Two differences are of presentation, and count as none, for all scripts alike. Bot Framework writes the options of a
question behind its text, where botkit has buttons: a reply with buttons is equal to its text, and to its text with
the labels of all its buttons behind it, in their order, numbered or not. And what is true is written `True` there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botkit import Reply
from tests.flows.botframework.dialogs import Spec
from tests.flows.botframework.expressions import (
    Attr,
    Binary,
    Call,
    Const,
    MissingError,
    Name,
    Node,
    Unary,
    read_expression,
)

TRUTH = re.compile(r"\b(True|False)\b")
NUMBER = r"(?:\(?\d+[.)]\s*)?"
BETWEEN = r"[\s,;]+(?:\w+\s+)?"
"""Between options stand signs or white space, and a word such as `or`."""


@dataclass(frozen=True)
class Said:
    """The text of a reply, which may have options behind it."""

    text: str
    pattern: re.Pattern[str]

    @classmethod
    def by(cls, reply: Reply) -> "Said":
        """Give what a reply says."""
        text = plain(reply.text)
        labels = [NUMBER + re.escape(plain(button.label)) for button in reply.buttons]
        listed = rf"(?:\s+{BETWEEN.join(labels)})?" if labels else ""
        return cls(text, re.compile(re.escape(text) + listed))

    def is_like(self, text: str) -> bool:
        """Tell whether it is a text."""
        return self.pattern.fullmatch(plain(text)) is not None

    def has(self, text: str) -> bool:
        """Tell whether a text is part of it."""
        return plain(text).lower() in self.text.lower()


def plain(text: str) -> str:
    """Give a text without what does not count."""
    return TRUTH.sub(lambda found: found[0].lower(), text.replace("\r\n", "\n")).strip()


def matches(reply: Reply, line: Spec) -> bool:
    """Tell whether a reply is what an assertion of a script says."""
    said = Said.by(reply)
    if not all(_value(read_expression(source), said) for source in line.get("assertions") or ()):
        return False
    if "text" not in line:
        return bool(line.get("assertions"))
    texts = line["text"] or ""
    check = said.is_like if line.get("exact", True) else said.has
    return any(check(str(text)) for text in (texts if isinstance(texts, list) else [texts]))


ASSERTIONS = frozenset({"AssertReply", "AssertReplyOneOf", "AssertReplyActivity", "AssertNoActivity"})


def _value(node: Node, said: Said) -> Any:
    """Give the value of an assertion about a message, of which there is the text."""
    match node:
        case Const(value=value):
            return value
        case Name(name="text"):
            return said
        case Name(name="type"):
            return "message"
        case Attr(base=Name(name="text"), name="length" | "Length"):
            return len(said.text)
        case Unary(operator="!", operand=operand):
            return not _value(operand, said)
        case Binary(operator="&&", left=left, right=right):
            return _value(left, said) and _value(right, said)
        case Binary(operator="||", left=left, right=right):
            return _value(left, said) or _value(right, said)
        case Binary(operator="==" | "!=" as operator, left=left, right=right):
            return _equal(_value(left, said), _value(right, said)) == (operator == "==")
        case Call(name=name, args=(whole, part)) if name in PARTS:
            return PARTS[name](_text(_value(whole, said)), _text(_value(part, said)))
    raise MissingError(f"an assertion of the kind {type(node).__name__}")


PARTS: dict[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Said):
        return one.is_like(str(other))
    return other.is_like(str(one)) if isinstance(other, Said) else bool(one == other)


def _text(value: Any) -> str:
    return value.text if isinstance(value, Said) else plain(str(value))
