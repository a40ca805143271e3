"""Sights: pieces of a text that look like something of a person, and the text as it is looked at."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

Kind = Literal["email", "phone", "card", "iban", "id", "address"]
NEAR = 32  # characters in front of a number in which a word may say what it is

_ASCII_DIGIT = re.compile(r"\d+", re.ASCII)
_STOP = re.compile(r"[,;.!?](?=[ \u4e00-\u9fff])|[，。；！？、\n]")
_GAP = re.compile(r"[ \-./()\u2010-\u2015]{1,4}")


class Sight(msgspec.Struct, frozen=True):
    """What `text[start:end]` is. Two sights with one `key` are the same value, however it is written."""

    kind: Kind
    start: int
    end: int
    key: str


@lru_cache(maxsize=1)
def _plain_forms() -> dict[int, str]:
    """Give the characters that stand for a plain one: digits of all scripts, full-width letters, spaces, dashes."""
    forms = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x660, 0x1FBFA):
        letter = chr(code)
        if letter.isdecimal():
            forms[code] = str(unicodedata.decimal(letter))
    spaces = (0xA0, *range(0x2000, 0x2010), 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF, 0xAD)
    forms |= dict.fromkeys(spaces, " ")
    forms |= dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
    return forms


def plain(text: str) -> str:
    """Give a text with look-alikes as plain characters: full-width ones, other scripts' digits. No place moves."""
    return text if text.isascii() else text.translate(_plain_forms())


def clusters(text: str) -> Iterator[list[tuple[int, int]]]:
    """Give where groups of digits stand that only a few separators are between, at most as many as a number has."""
    groups: list[tuple[int, int]] = []
    for match in _ASCII_DIGIT.finditer(text):
        if groups and not _GAP.fullmatch(text, groups[-1][1], match.start()):
            yield groups
            groups = []
        groups.append(match.span())
    if groups:
        yield groups


def is_bordered(text: str, start: int, end: int) -> bool:
    """Tell whether no letter or digit of a script with spaces between words touches a piece of a text."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    return not (_touches(before) or _touches(behind))


def _touches(letter: str) -> bool:
    return letter == "_" or (letter.isalnum() and letter < "\u0530")


def says(cue: re.Pattern[str], text: str, start: int) -> bool:
    """Tell whether a word near in front of a place, in the same clause, is a cue."""
    found = [match.end() for match in cue.finditer(text, max(0, start - NEAR), start)]
    return bool(found) and not ends_clause(text, found[-1], start)


def ends_clause(text: str, start: int, end: int) -> bool:
    """Tell whether a comma or a stop stands between two places, with something behind it."""
    return _STOP.search(text[start:end].rstrip()) is not None
