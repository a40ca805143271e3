"""Tells whether a message holds a value and nothing else of weight."""

from functools import lru_cache

from botkit.model.locales import Locale
from botkit.model.words import fold

_MOST = 60
_kept: dict[int, tuple[Locale, tuple[str, ...]]] = {}


def is_alone(text: str, start: int, end: int, locale: Locale) -> bool:
    """Tell whether nothing but fillers (it is, please, 我的) stands around `text[start:end]`."""
    before, after = text[:start], text[end:]
    if len(before) > _MOST or len(after) > _MOST:
        return False
    fillers = _fillers(locale)
    return _is_filled(fold(before), fillers) and _is_filled(fold(after), fillers)


def _fillers(locale: Locale) -> tuple[str, ...]:
    kept = _kept.get(id(locale))
    if kept is None or kept[0] is not locale:
        if len(_kept) > 256:
            _kept.clear()
        kept = _kept[id(locale)] = (locale, tuple({fold(filler) for filler in locale.fillers} - {""}))
    return kept[1]


@lru_cache(maxsize=1024)
def _is_filled(text: str, fillers: tuple[str, ...]) -> bool:
    """Tell whether a folded text is made of fillers; looks at every place once."""
    reached = [False] * (len(text) + 1)
    reached[0] = True
    for at in range(len(text)):
        if not reached[at]:
            continue
        if text[at] == " ":
            reached[at + 1] = True
        for filler in fillers:
            until = at + len(filler)
            if text.startswith(filler, at) and _is_border(text, until):
                reached[until] = True
    return reached[len(text)]


def _is_border(text: str, at: int) -> bool:
    return at >= len(text) or not text[at].isascii() or text[at] == " " or not text[at - 1].isascii()
