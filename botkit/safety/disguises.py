"""Disguises: the texts that a reader can get out of a text: unescaped, decoded, backwards, joined letter by letter.

No rule of reading is left out because it is odd: a model that was talked into hiding something hides it so.
"""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple
from unicodedata import normalize
from urllib.parse import unquote

LONGEST: Final = 20_000  # characters that are looked at: longer than any answer may be
_DEPTH: Final = 2  # of what is encoded twice
_INVISIBLE: Final = re.compile(r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
                               r"\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")  # fmt: skip
_MARKS: Final = re.compile("[\u0300-\u036f\u20d0-\u20ff]")
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_ESCAPES: Final = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|[Uu]\+([0-9a-fA-F]{4,6})\b ?")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_BASE32: Final = re.compile(r"[A-Za-z2-7]{16,}")
_HEX: Final = re.compile(r"(?:(?:0x)?[0-9a-fA-F]{2}[\s:,;.|-]{0,2}){8,}")
_LEGIBLE: Final = re.compile(r"[\x20-\x7e\u3000-\u9fff\uff00-\uffef]{10,}")
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_ODD: Final = re.compile(r"[^\x20-\x7e\s\u00a0-\u024f\u0370-\u052f\u2000-\u206f\u3000-\u9fff\uff00-\uffef]")
_ALIKE: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u051b\u051d"
    "\u043a\u043c\u043d\u0442\u0432\u03bf\u03b1\u03b5\u03bd\u03b9\u03c1\u03c4\u03c5",
    "aeopcyxisjdhqwkmhtboaevipty",
)
"""Letters of other scripts that look like Latin ones."""

Way = Literal["plain", "turned", "decoded"]


class Form(NamedTuple):
    """One text that can be read out of another. `whole` says that all of it is one: no part of it is noise."""

    text: str
    way: Way = "plain"
    whole: bool = True


def visible(text: str) -> str:
    """Give a text as it is seen: without what has no width, in plain letters and digits."""
    return _INVISIBLE.sub("", normalize("NFKC", _INVISIBLE.sub("", text[:LONGEST])))


def letters(text: str) -> str:
    """Give the letters and digits of a text alone, in small ones of the Latin script where they look like that."""
    plain = _MARKS.sub("", normalize("NFKD", text[:LONGEST])) if not text.isascii() else text[:LONGEST]
    return _NO_LETTERS.sub("", plain.casefold().translate(_ALIKE))


def rotate(text: str) -> str:
    """Give a text with each Latin letter thirteen further (rot13)."""
    return codecs.encode(text, "rot13")


def forms(text: str, before: Sequence[str] = ()) -> Iterator[Form]:
    """List what can be read out of a text, and out of what is encoded over it and the texts `before` it."""
    seen = visible(text)
    yield Form(seen)
    unescaped = _unescaped(seen)
    if unescaped != seen:
        yield Form(unescaped, "decoded")
    backwards, rotated = unescaped[::-1], rotate(unescaped)
    yield Form(backwards, "turned")
    yield Form(rotated, "turned")
    yield from _decoded(unescaped, _DEPTH)
    for turned in (backwards, rotated):
        yield from _decoded(turned, 1)
    if before and (own := _BASE64.findall(unescaped)):
        earlier = [token for one in before for token in _BASE64.findall(_unescaped(visible(one)))]
        if earlier:
            yield from _decoded("".join([*earlier, *own]), 1)
            yield from _decoded(earlier[-1] + own[0], 1)


def _unescaped(text: str) -> str:
    """Give a text without the escapes of URLs, HTML and programs."""
    for _ in range(_DEPTH):
        unquoted = unquote(text, errors="ignore") if "%" in text else text
        read = _ESCAPES.sub(_escaped, html.unescape(unquoted))
        if read == text:
            break
        text = read
    return text


def _escaped(match: re.Match[str]) -> str:
    try:
        return chr(int(match[1] or match[2] or match[3], 16))
    except (ValueError, OverflowError):
        return ""


def _decoded(text: str, depth: int) -> Iterator[Form]:
    """List what base64, base32 and hexadecimal digits in a text say, also with spaces in between."""
    for content in _bytes_of(text):
        form = _read(content)
        if form is None:
            continue
        yield form
        if form.whole:
            yield Form(form.text[::-1], "turned")
            yield Form(rotate(form.text), "turned")
            if depth > 1:
                yield from _decoded(form.text, depth - 1)


def _bytes_of(text: str) -> Iterator[bytes]:
    joined = re.sub(r"\s+", "", text)
    tokens = dict.fromkeys([*_BASE64.findall(text), *_BASE64.findall(joined)])
    for token in tokens:
        plain = token.translate(_URLSAFE)
        for start in range(4):
            part = plain[start:]
            whole = part[: len(part) - len(part) % 4] if len(part) % 4 == 1 else part + "=" * (-len(part) % 4)
            yield _tried(base64.b64decode, whole)
    for token in dict.fromkeys([*_BASE32.findall(text), *_BASE32.findall(joined)]):
        for start in range(8):
            part = token[start:].upper()
            yield _tried(base64.b32decode, part[: len(part) - len(part) % 8])
            yield _tried(base64.b32decode, part + "=" * (-len(part) % 8))
    for match in _HEX.finditer(text):
        digits = re.sub(r"0x|[^0-9a-fA-F]", "", match[0])
        for start in range(2):
            part = digits[start:]
            yield _tried(bytes.fromhex, part[: len(part) - len(part) % 2])


_URLSAFE: Final = str.maketrans("-_", "+/")


def _tried(decode: Callable[[str], bytes], text: str) -> bytes:
    try:
        return decode(text)
    except (ValueError, binascii.Error):
        return b""


def _read(content: bytes) -> Form | None:
    """Give the text that some bytes are, if they are one, or what of it can be read."""
    if len(content) < 6:
        return None
    if content.count(0) > len(content) // 3:
        content = content.replace(b"\0", b"")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        wide = content.decode("utf-16-le", errors="ignore")
        if len(_CHINESE.findall(wide)) * 2 > len(wide) > 0:
            return Form(visible(wide), "decoded", whole=False)
        text = content.decode(errors="ignore")
        return Form(text, "decoded", whole=False) if _LEGIBLE.search(text) else None
    return Form(visible(text), "decoded", whole=_ODD.search(text) is None)
