"""Long texts in parts: by paragraphs, then sentences, then wherever it must be. Put together they are the text."""

import re
from typing import Final, NamedTuple

_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？；])\s*|\n+")
_SPACE: Final = re.compile(r"\s+")


class Part(NamedTuple):
    """A part of a text, and what stands between it and the next."""

    text: str
    gap: str


def count_tokens(text: str) -> int:
    """Guess how many tokens a text has: a character of Chinese, Japanese or Korean is one, else four are."""
    wide = sum("\u2e80" <= letter <= "\U0003ffff" for letter in text)
    return wide + (len(text) - wide + 3) // 4


def cut(text: str, tokens: int) -> list[Part]:
    """Cut a text into parts of about so many tokens at most. Gaps and parts joined are the text without its ends."""
    text = text.strip()
    return _packed(_pieces(text, tokens, (_PARAGRAPH, _SENTENCE, _SPACE)), tokens) if text else []


def join(parts: list[Part], texts: list[str]) -> str:
    """Put what became of each part together, with the gaps of the original."""
    return "".join(text + part.gap for part, text in zip(parts, texts, strict=True)).strip()


def _pieces(text: str, tokens: int, borders: tuple[re.Pattern[str], ...]) -> list[Part]:
    """Cut at the first kind of border, and what is still too long at the next kinds."""
    if count_tokens(text) <= tokens:
        return [Part(text, "")]
    if not borders:
        return [Part(text[start : start + tokens], "") for start in range(0, len(text), tokens)]
    found: list[Part] = []
    start = 0
    for border in borders[0].finditer(text):
        if border.start() > start:
            found += _with_gap(_pieces(text[start : border.start()], tokens, borders[1:]), border[0])
        elif found:
            found[-1] = Part(found[-1].text, found[-1].gap + border[0])
        start = border.end()
    return found + (_pieces(text[start:], tokens, borders[1:]) if start < len(text) else [])


def _with_gap(pieces: list[Part], gap: str) -> list[Part]:
    return [*pieces[:-1], Part(pieces[-1].text, pieces[-1].gap + gap)]


def _packed(pieces: list[Part], tokens: int) -> list[Part]:
    """Put neighbours together as far as they fit."""
    packed: list[Part] = []
    size = 0
    for piece in pieces:
        more = count_tokens(piece.text)
        if packed and size + more <= tokens:
            packed[-1] = Part(packed[-1].text + packed[-1].gap + piece.text, piece.gap)
            size += more
        else:
            packed.append(piece)
            size = more
    return packed
