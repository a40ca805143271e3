"""Facts of a text that must survive: its numbers, codes, links and names, as far as code can find them."""

import re
from collections.abc import Iterable
from typing import Final

from botkit_content.languages import shown

_SEPARATED: Final = "[.,'\u00a0\u202f\u2019]"
_NUMBER: Final = re.compile(rf"(?<![A-Za-z0-9])\d+(?:{_SEPARATED}\d+)*")
_CODE: Final = re.compile(r"(?<![\w@./-])#?[A-Z][A-Z0-9]*(?:-?\d[A-Z0-9]*)(?:-[A-Z0-9]+)*(?![\w@])", re.ASCII)
_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>()\"'，。；、！？）】]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CAMEL: Final = re.compile(r"\b[A-Za-z]*[a-z][A-Z][A-Za-z]*\b", re.ASCII)
_RUN: Final = re.compile(r"(?<![.!?:\n\"“”„»«(\[-] )(?<!^)(?<=\s)[A-Z][a-zà-ÿ]+(?: [A-Z][a-zà-ÿ]+)+", re.MULTILINE)
_MONEY: Final = re.compile(
    rf"(?:[$€£¥]|\b(?:USD|EUR|GBP|CNY|RMB))\s?\d+(?:{_SEPARATED}\d+)*|\d+(?:{_SEPARATED}\d+)*\s?(?:[%％€$£¥元]|percent\b|(?:USD|EUR|GBP|CNY|RMB)\b)"
)
_SMALL: Final = 12  # up to which a number that stood there in words may become digits
_MOST_NAMES: Final = 50


def numbers(text: str) -> frozenset[str]:
    """Give the numbers that stand in digits, without the separators, which every language writes its own way."""
    plain = _CODE.sub(" ", _plain(text))
    return frozenset(_digits(found) for found in _NUMBER.findall(plain))


def amounts(text: str) -> frozenset[str]:
    """Give the sums of money and the percentages."""
    return frozenset(_digits(found) for found in _MONEY.findall(_plain(text)))


def _plain(text: str) -> str:
    """Give a text without its links, its digits as ASCII has them."""
    return "".join(str(int(letter)) if letter.isdecimal() else letter for letter in without_links(text))


def _digits(found: str) -> str:
    return re.sub(r"\D", "", found).lstrip("0") or "0"


def codes(text: str) -> frozenset[str]:
    """Give what looks like a number of an order, a product, a document: `A-10293`."""
    return frozenset(_CODE.findall(without_links(text)))


def links(text: str) -> frozenset[str]:
    """Give addresses of pages and mailboxes."""
    return frozenset(found.rstrip(".,;:!?") for found in _LINK.findall(text))


def without_links(text: str) -> str:
    """Give a text without its links."""
    return _LINK.sub(" ", text)


def names(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Give the names in a text: those that are `known`, and what is written as one inside of a sentence.

    In German every noun is written so: there only words such as GitHub are found.
    """
    found = [name for name in known if name and name in text]
    found += _CAMEL.findall(without_links(text))
    if shown(text) != "de":
        found += _RUN.findall(without_links(text))
    return tuple(dict.fromkeys(found))[:_MOST_NAMES]


def lost(original: str, text: str) -> tuple[str, ...]:
    """Give the numbers, codes and links of an original that its text lacks."""
    missing = [*(numbers(original) - numbers(text)), *(one for one in codes(original) if one not in text)]
    return tuple(sorted({*missing, *(one for one in links(original) if one not in text)}))


def added(original: str, text: str) -> tuple[str, ...]:
    """Give the numbers and codes of a text that its original has not; small numbers may have stood there in words."""
    new = {one for one in numbers(text) - numbers(original) if int(one[:20]) > _SMALL}
    return tuple(sorted({*new, *(one for one in codes(text) if one not in original)}))


def holds(text: str, name: str) -> bool:
    """Tell whether a text has a name or a keyword, whatever the size of its letters and the spaces in it."""
    return "".join(name.casefold().split()) in "".join(text.casefold().split())
