"""Texts as PostgreSQL takes them: it has no zero byte, so that one is written as ESC 0, and ESC as ESC 1."""

from botkit.errors import StoreError

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


def id_of(text: str) -> str:
    """Give an id as it is stored. Raises StoreError for half a surrogate pair."""
    try:
        return written(text)
    except ValueError as error:
        raise StoreError(f"{text.encode('ascii', 'backslashreplace').decode()}: this is no text: {error}") from error


def note_of(text: object) -> str:
    """Give what a connector said as a text that can be stored, whatever it is."""
    return written(str(text).encode("utf-8", "replace").decode())
