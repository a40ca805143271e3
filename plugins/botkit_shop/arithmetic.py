"""A small calculator: numbers, + - * / and parentheses, read by descent. Nothing is ever evaluated as code."""

import math
import re
import unicodedata
from dataclasses import dataclass

from botkit_shop.refusals import refuse

LONGEST = 500
DEEPEST = 30
TOKEN = re.compile(r"\s*(?:(\d+\.?\d*|\.\d+)|([-+*/()]))", re.ASCII)
SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-"})

Number = int | float


def calculate(expression: object) -> str:
    """Work out an expression and give it rounded to two digits: '2 + 2' is '4.0'.

    Raises ActionError with the code `bad_expression` for anything else than arithmetic, for a division by
    zero, and for what is longer or deeper than the bounds above.
    """
    if not isinstance(expression, str) or len(expression) > LONGEST:
        raise refuse("bad_expression")
    reader = _Reader(_tokens(unicodedata.normalize("NFKC", expression).translate(SIGNS)))
    try:
        value = float(reader.sum(0))
    except (ZeroDivisionError, OverflowError) as error:
        raise refuse("bad_expression") from error
    if reader.peek() or not math.isfinite(value):
        raise refuse("bad_expression")
    return str(round(value, 2))


def _tokens(expression: str) -> list[str]:
    tokens, at = [], 0
    expression = expression.rstrip()
    while at < len(expression):
        match = TOKEN.match(expression, at)
        if not match:
            raise refuse("bad_expression")
        tokens.append(match.group(1) or match.group(2))
        at = match.end()
    return tokens


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    at: int = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def sum(self, depth: int) -> Number:
        value = self.product(depth)
        while self.peek() in {"+", "-"}:
            value = value + self.product(depth) if self.take() == "+" else value - self.product(depth)
        return value

    def product(self, depth: int) -> Number:
        value = self.factor(depth)
        while self.peek() in {"*", "/"}:
            value = value * self.factor(depth) if self.take() == "*" else value / self.factor(depth)
        return value

    def factor(self, depth: int) -> Number:
        part = self.take()
        if depth > DEEPEST:
            raise refuse("bad_expression")
        if part in {"+", "-"}:
            value = self.factor(depth + 1)
            return -value if part == "-" else value
        if part == "(":
            value = self.sum(depth + 1)
            if self.take() != ")":
                raise refuse("bad_expression")
            return value
        return _number(part)


def _number(part: str) -> Number:
    if not part or part in "*/)":
        raise refuse("bad_expression")
    return float(part) if "." in part else int(part)
