"""Numbers and integers: in digits as the locale groups them, in words, as fractions and percentages."""

import re
from decimal import Decimal

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.understanding.values.tokens import Token, has_words, read_line

_BEFORE = re.compile(r"\s+|(?=[,.;:!?])")


def parse_number(text: str, reading: Reading) -> list[Found]:
    """Find numbers: an int where the value is whole, else a float. A percentage is its number (20% is 20)."""
    return [Found(plain_number(token.value), token.start, token.end) for token in number_tokens(text, reading)]


def parse_integer(text: str, reading: Reading) -> list[Found]:
    """Find whole numbers; percentages and broken numbers are none."""
    return [
        Found(int(token.value), token.start, token.end)
        for token in number_tokens(text, reading)
        if not token.note and token.value == int(token.value)
    ]


def plain_number(value: int | Decimal) -> int | float:
    """Give the number as slots hold it."""
    return int(value) if value == int(value) else float(value)


def number_tokens(text: str, reading: Reading) -> list[Token]:
    """Find the numbers of a text; what an earlier locale has read is not read again."""
    found: list[Token] = []
    for at, locale in enumerate(reading.locales):
        if at and not has_words(text, locale, "number"):
            continue
        tokens = [token for token in read_line(text, locale, "number").tokens if token.kind == "N"]
        if locale.numbers.determiners:
            tokens = [token for token in tokens if token.raw or not _is_pronoun(token, text, locale)]
        found = _merged(found, tokens) if found else tokens
    return found


def _is_pronoun(token: Token, text: str, locale: Locale) -> bool:
    """Tell whether a number in words is rather a pronoun: a large one, the blue one."""
    if text[token.start : token.end].casefold() not in locale.pronouns:
        return False
    return any(word.casefold() in locale.numbers.determiners for word in _BEFORE.split(text[: token.start])[-4:-1])


def _merged(first: list[Token], second: list[Token]) -> list[Token]:
    """Add those of the second that lie beside the first; both are in order."""
    taken = bytearray(max(first[-1].end, second[-1].end)) if second else bytearray()
    for token in first if second else []:
        taken[token.start : token.end] = b"1" * (token.end - token.start)
    beside = [token for token in second if not any(taken[token.start : token.end])]
    return sorted([*first, *beside], key=lambda token: token.start)
