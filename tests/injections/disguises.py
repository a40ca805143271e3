"""Ways in which a text can be hidden, and back: written apart from the product's own, which they are to try."""

import base64
import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from unicodedata import normalize
from urllib.parse import quote, unquote

HIDE: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "backwards": lambda text: text[::-1],
    "url": lambda text: quote(text, safe=""),
    "spaced": " ".join,
    "unseen": "\u200b".join,
}
_TOKENS = re.compile(r"[A-Za-z0-9+/=]{12,}")


def readings(text: str) -> Iterator[str]:
    """Give what a text says, read in every way."""
    plain = text.replace("\u200b", "")
    yield plain
    yield plain[::-1]
    yield codecs.encode(plain, "rot13")
    yield unquote(plain)
    yield plain.replace("   ", "\0").replace(" ", "").replace("\0", " ")  # letter by letter
    tokens = _TOKENS.findall(plain)
    for token in [*tokens, "".join(tokens)]:
        for read in (base64.b64decode, base64.b32decode, bytes.fromhex):
            with suppress(ValueError):
                yield read(token).decode()


def letters(text: str) -> str:
    """Give the letters of a text alone."""
    return re.sub(r"[\W_]+", "", normalize("NFKC", text).casefold())
