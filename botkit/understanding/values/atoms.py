"""A text cut into atoms: runs of digits, words, single Chinese characters, single signs.

Everything that reads values works on atoms, so that phrases are found without regard to spaces and every value
knows where it stood in the text.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_CJK = "぀-ヿ㐀-䶿一-鿿豈-﫿가-힯"
_LETTER = rf"[^\W\d_{_CJK}]"
_ATOM = re.compile(
    rf"(?P<link>(?:https?://|www\.)[!-~]+)|(?P<digits>(?<![\w.,])\.\d+|\d+(?:[.,]\d+)*)|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)"
    rf"|(?P<han>[{_CJK}])|(?P<sign>[^\s])"
)
_TRADITIONAL, _SIMPLIFIED = (
    "週禮後號點鐘時個兩過內這間淩萬億幾餘來負圓塊幣錢歐鎊韓盧銖對沒問確認應該當錯謝",
    "周礼后号点钟时个两过内这间凌万亿几余来负圆块币钱欧镑韩卢铢对没问确认应该当错谢",
)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE |= {0x3000: 0x20, 0xFFE5: 0xA5, 0xFFE1: 0xA3, 0x2212: 0x2D, 0xFE69: 0x24, 0x2019: 0x27, 0x3002: 0x2E}
_WIDE |= {ord(old): ord(new) for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)}
MOST = 4_000  # characters that are looked at; nobody types a value behind that


class Atom(NamedTuple):
    """A piece of a text, in small letters and plain width."""

    text: str
    start: int
    end: int
    kind: str


@lru_cache(maxsize=256)
def narrow(text: str) -> str:
    """Give the text in plain width and small letters, every character at its old place; at most MOST of it."""
    plain = text[:MOST].translate(_WIDE)
    small = plain.lower()
    if len(small) == len(plain):
        return small
    return "".join(low if len(low := char.lower()) == 1 else char for char in plain)


@lru_cache(maxsize=256)
def cut(text: str) -> tuple[Atom, ...]:
    """Cut a text into atoms; spaces are only between them."""
    return tuple(
        [
            Atom(match[0], match.start(), match.end(), match.lastgroup or "sign")
            for match in _ATOM.finditer(narrow(text))
        ]
    )


@lru_cache(maxsize=256)
def texts_of(text: str) -> frozenset[str]:
    """Give the different atoms of a text; `0` stands for all digits."""
    return frozenset(["0" if atom.kind == "digits" else atom.text for atom in cut(text)])


def spelled(phrase: str) -> tuple[str, ...]:
    """Give the texts of a phrase's atoms."""
    return tuple([atom.text for atom in cut(phrase)])
