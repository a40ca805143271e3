"""Media types as the content says them. Only what is in this table can be accepted; everything else has no type.

A signature alone is no picture: headers of PNG, JPEG, GIF and WebP are read on to the size in pixels; what only
begins like one has no type either. Sources: RFC 2083 (PNG), ITU T.81 (JPEG), GIF89a, RFC 9649 (WebP), ISO/IEC
14496-12 (`ftyp` brands), ISO 32000 (PDF), RFC 3533 (Ogg), APPNOTE 6.3 with OPC, ODF 1.3 part 2 (zip).
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

HEAD: Final = 65_536  # bytes from the beginning that are looked at
MOST_PIXELS: Final = 100_000_000  # a larger picture is made to fill the memory of who looks at it

_SIDES: Final = range(1, 65_536)

# media type → ending of names, further endings
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/wav": ("wav",),
    "audio/amr": ("amr",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov", "qt"),
    "video/webm": ("webm", "mkv", "weba"),
    "video/3gpp": ("3gp",),
    "application/pdf": ("pdf",),
    "application/zip": ("zip",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "text/plain": ("txt", "text", "log", "md", "csv"),
}
KNOWN: Final = frozenset(ENDINGS)
KINDS: Final = frozenset(f"{mime.partition('/')[0]}/*" for mime in KNOWN)


def sniff(head: bytes) -> str:
    """Give the media type of a file by its first `HEAD` bytes; nothing if it has none that is known."""
    return next((found for look in _LOOKS if (found := look(head))), "")


def kind_of(mime: str) -> str:
    """Give what a file is to a flow: image, audio, video, or file."""
    kind = mime.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "file"


def _fits(width: int, height: int) -> bool:
    return width in _SIDES and height in _SIDES and width * height <= MOST_PIXELS


def _png(head: bytes) -> str:
    if not head.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR") or len(head) < 33:
        return ""
    return "image/png" if _fits(_big(head, 16, 4), _big(head, 20, 4)) else ""


def _gif(head: bytes) -> str:
    if not head.startswith((b"GIF87a", b"GIF89a")) or len(head) < 13:
        return ""
    return "image/gif" if _fits(_little(head, 6, 2), _little(head, 8, 2)) else ""


def _jpeg(head: bytes) -> str:
    """Follow the segments to the frame header, which has the size; a profile may put it behind what is looked at."""
    if not head.startswith(b"\xff\xd8\xff"):
        return ""
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return ""
        marker = head[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = _big(head, at + 2, 2)
        if marker in _FRAMES:
            return "image/jpeg" if _fits(_big(head, at + 7, 2), _big(head, at + 5, 2)) else ""
        if length < 2 or marker not in _SEGMENTS:
            return ""
        at += 2 + length
    return "image/jpeg" if len(head) >= HEAD else ""


_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SEGMENTS: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})


def _webp(head: bytes) -> str:
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return ""
    match head[12:16]:
        case b"VP8X":
            fits = _fits(_little(head, 24, 3) + 1, _little(head, 27, 3) + 1)
        case b"VP8L":
            bits = _little(head, 21, 4)
            fits = head[20] == 0x2F and _fits((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8 ":
            sides = _little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF
            fits = head[23:26] == b"\x9d\x01\x2a" and _fits(*sides)
        case _:
            fits = False
    return "image/webp" if fits else ""


_BRANDS: Final[Mapping[bytes, str]] = {
    **dict.fromkeys((b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"), "video/mp4"
    ),
    b"qt  ": "video/quicktime",
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3g2a"), "video/3gpp"),
}


def _boxes(head: bytes) -> str:
    """Read the `ftyp` box that begins the files of the ISO base media format."""
    if head[4:8] != b"ftyp" or not 16 <= _big(head, 0, 4) <= 512:
        return ""
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(_big(head, 0, 4), len(head)), 4))]
    if brands[0] in (b"mif1", b"msf1") and b"avif" in brands:
        return "image/avif"
    return _BRANDS.get(brands[0], "")


def _riff_and_others(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt ":
        return "audio/wav"
    if head.startswith(b"OggS\0") and len(head) >= 32:
        return "audio/ogg" if any(mark in head[:64] for mark in (b"OpusHead", b"\x01vorbis", b"Speex ")) else ""
    if head.startswith(b"#!AMR"):
        return "audio/amr"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else ""
    if head.startswith(b"%PDF-") and head[5:6] in (b"1", b"2"):
        return "application/pdf"
    return ""


def _mp3(head: bytes) -> str:
    """Read the tag that most begin with, or the header of the first frame of sound."""
    if head.startswith(b"ID3") and len(head) >= 10 and head[3] < 5 and max(head[6:10]) < 0x80:
        return "audio/mpeg"
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # frame sync, layer III
        return ""
    return "audio/mpeg" if head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3 else ""


_OFFICE: Final[Mapping[bytes, str]] = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def _zip(head: bytes) -> str:
    """Tell documents from other archives by the names that come first in them."""
    if not head.startswith(b"PK\x03\x04") or len(head) < 30:
        return ""
    name = head[30 : 30 + _little(head, 26, 2)]
    if name == b"mimetype":
        said = head[38:].partition(b"PK")[0].decode("ascii", "replace")
        return said if said in KNOWN else "application/zip"
    if name in (b"[Content_Types].xml", b"_rels/.rels"):
        return next((mime for folder, mime in _OFFICE.items() if folder in head), "application/zip")
    return "application/zip"


_MARKUP: Final = re.compile(
    r"\s*(<\?xml|<!doctype|<!--|<(html|head|body|script|svg|iframe|object|embed|style|title|meta|link|a|b|p|div|img|table|form)\b)",
    re.IGNORECASE,
)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _text(head: bytes) -> str:
    """Tell text that is no markup: what a browser might take for a page is no plain text."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 3:  # the end of the head may cut a character
            return ""
        text = head[: error.start].decode("utf-8-sig")
    if not text.strip() or _UNPRINTABLE.search(text) or _MARKUP.match(text):
        return ""
    return "text/plain"


def _big(head: bytes, at: int, count: int) -> int:
    return int.from_bytes(head[at : at + count], "big")


def _little(head: bytes, at: int, count: int) -> int:
    return int.from_bytes(head[at : at + count], "little")


_LOOKS: Final[tuple[Callable[[bytes], str], ...]] = (
    _png,
    _jpeg,
    _gif,
    _webp,
    _boxes,
    _riff_and_others,
    _zip,
    _mp3,
    _text,
)
