"""Bytes made small: short ones as they are, since making them smaller takes longer than writing them."""

import zlib

LEAST = 1024  # bytes; below it packing gains less than its time is worth

_WINDOW = -12  # 4 kB, raw deflate: setting up a larger window takes longer than packing a record
_PLAIN, _DEFLATED = b"\x00", b"\x01"


def pack(data: bytes) -> bytes:
    """Give a short form of the bytes, marked by its first byte; as they are if they are fewer than `LEAST`."""
    if len(data) >= LEAST:
        deflater = zlib.compressobj(1, zlib.DEFLATED, _WINDOW)
        packed = deflater.compress(data) + deflater.flush()
        if len(packed) < len(data):
            return _DEFLATED + packed
    return _PLAIN + data


def unpack(data: bytes) -> bytes:
    """Give back what `pack` was given. Raises ValueError for other bytes."""
    mark = data[:1]
    if mark == _PLAIN:
        return data[1:]
    if mark != _DEFLATED:
        raise ValueError(f"stored bytes begin with {mark!r}, which this version cannot read")
    try:
        return zlib.decompressobj(_WINDOW).decompress(data[1:])
    except zlib.error as error:
        raise ValueError(f"stored bytes are damaged: {error}") from error
