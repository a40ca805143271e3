"""The smallest files of their types, for tests."""

import zlib
from collections.abc import Callable, Mapping
from typing import Final


def sample(name: str, size: int = 0) -> bytes:
    """Give a file of the type that a name's ending says, filled up to `size` bytes behind its end.

    Raises KeyError for an ending that is not known here.
    """
    content = SAMPLES[name.rpartition(".")[2].casefold()]()
    filling = b"." if content.isascii() else b"\0"
    return content + filling * (size - len(content))


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = b"\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0"
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\xc0\x60\x20"))
        + chunk(b"IEND", b"")
    )


def _jpeg() -> bytes:
    """Give the headers of a picture of one pixel; enough to be taken for one, though nothing is to be seen."""
    quantities = b"\xff\xdb\0\x43\0" + bytes([1]) * 64
    frame = b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0"
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + quantities + frame + b"\xff\xd9"


def _gif() -> bytes:
    return b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"


def _webp() -> bytes:
    data = b"VP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
    return b"RIFF" + (len(data) + 4).to_bytes(4, "little") + b"WEBP" + data


SAMPLES: Final[Mapping[str, Callable[[], bytes]]] = {
    "png": _png,
    "jpg": _jpeg,
    "jpeg": _jpeg,
    "gif": _gif,
    "webp": _webp,
    "pdf": lambda: b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    "txt": lambda: b"a note\n",
    "mp4": lambda: b"\0\0\0\x18ftypisom\0\0\x02\0isommp42\0\0\0\x08mdat",
    "ogg": lambda: b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0",
    "mp3": lambda: b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x44" + bytes(100),
}
