"""Which part of a sentence about items is wanted, and which is not: 'only the lamp', 'without the jacket'."""

import re
from dataclasses import dataclass

AND_MORE = re.compile(r"\b(?:also|too|as well|add|plus)\b|也|还要|还有|加上|再加", re.IGNORECASE)
ONLY = re.compile(
    r"\b(?:only|just|solely|nothing but)\b|仅|就要|就退|就换|就改|"
    r"(?<![两几一二三四五六七八九十\d这那])只(?=[要退换改取有留想是需])",
    re.IGNORECASE,
)
BREAK = re.compile(
    r"[,;!?，；。！？、]+|\.(?!\d)|\b(?:but(?! not)|instead|only|just)\b|"
    r"(?=但|而是|只[要退换改取有留想]|仅|就[要退换])",
    re.IGNORECASE,
)
UNWANTED = re.compile(
    r"\b(?:remove|without|except(?: for)?|not (?=the\b|my\b|this\b)|leave out|take off|take out|drop|delete|"
    r"(?:do not|don['’]?t) (?:want|need|return|exchange|change|include|send)|keep(?:ing)?)\b ?",
    re.IGNORECASE,
)
ALL_BUT = re.compile(r"\b(all|everything) but\b", re.IGNORECASE)
UNWANTED_HAN = re.compile(r"不要|不退|不换|不改|不是|不包括|去掉|去除|拿掉|删掉|删除|除了|除去|别退|别换|留着|保留")
DENIED = re.compile(
    r"\b(?:not|(?:anything|any|all|everything) but|except)\b(?:(?!\bbut\b)[^,;.!?])*"
    r"|(?:不是|不要|除了|并非)[^，。；！？,;]*",
    re.IGNORECASE,
)


def without_denied(text: str) -> str:
    """Leave out of a text what it denies: 'not the first one'."""
    return DENIED.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants, what not, and whether it is to be that alone."""

    wanted: str
    unwanted: str
    only: bool


def read(text: str) -> Wish:
    """Take a sentence apart; a clause counts as unwanted from the word on that says so, in Chinese as a whole."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for clause in BREAK.split(ALL_BUT.sub(r"\1 except", text)):
        if UNWANTED_HAN.search(clause):
            unwanted.append(clause)
            continue
        kept, *gone = UNWANTED.split(clause)
        wanted.append(kept)
        unwanted += gone
    only = bool(ONLY.search(text)) and not AND_MORE.search(text)
    if not "".join(unwanted).strip():
        return Wish(text, "", only)
    return Wish(", ".join(wanted), ", ".join(unwanted), only)
