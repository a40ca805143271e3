"""Texts as PostgreSQL takes them: it has no zero byte, so that one is written as ESC 0, and ESC as ESC 1."""

_ZERO, _ESC = "\x00", "\x1b"


def written(text: str) -> str:
    """Give a text as it is stored. Raises ValueError for half a surrogate pair."""
    text.encode()
    if _ZERO in text or _ESC in text:
        return text.replace(_ESC, _ESC + "1").replace(_ZERO, _ESC + "0")
    return text


def read(text: str) -> str:
    """Give back what `written` was given."""
    if _ESC in text:
        return text.replace(_ESC + "0", _ZERO).replace(_ESC + "1", _ESC)
    return text
