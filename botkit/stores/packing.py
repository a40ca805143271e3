"""Bytes made small: short ones as they are, longer ones deflated with a dictionary of what records look like."""

import zlib

LEAST = 160  # bytes; below it packing gains nothing worth its time
LEAST_REWRITTEN = 1024  # for what there is one of, written every turn: time matters more than its place

_WINDOW = -12  # 4 kB, raw deflate: setting up a larger window takes longer than packing a record
_PLAIN, _DEFLATED = b"\x00", b"\x01"

# The first byte of what is stored names this dictionary: a better one gets another byte, this one stays as it is.
# What is most frequent stands last.
_DICTIONARY = (
    b'"customer":{"name":"pending":[{"effect":"write","wrote":{"served":{"confirmed":{"packet":{"team":"reason":'
    b'"files":[{"kind":"image","mime":"image/jpeg","size":"ref":{"$money":[".00","EUR"]}{"$date":"2026-"no_match"'
    b'"type":"outside","name":"data":{"type":"timer","question":"purpose":"silence"}{"type":"opened","id":"'
    b'"type":"result","effect":"value":{"id":"total":"status":"customer":{},"failure":{"code":"message":"'
    b'{"type":"call","id":"action":"args":{"flow":"step":"do:"timeout":{"type":"set_timer","id":"due":"question":"'
    b'{"type":"drop_timers","question":"buttons":[{"label":"value":"},{"label":"run":"entered":"interrupt"'
    b'"channel":"web","version":"seq":"clock":"runs":"locale_by":"text","owner":"stack":[{"flow":"run":1,"step":"ask:'
    b'"slots":{"changed":{"passed":["heard":[["question":{"id":"run":1,"step":"ask:","kind":"ask","timed":true'
    b'"lines":[["customer","["bot",""]],"message":"last":["touched":17"misses":1"passages":[{"text":"title":"source":"'
    b'{"type":"press","value":"label":"question":"id":"0.9"score":1.0,"example":"","entities":[{"slot":"value":"start":'
    b'"end":"locale":"en"},"locale":"zh"}{"event":{"type":"message","text":"id":"evidence":{"intents":[{"name":"score":0.'
    b'"example":"},{"name":""answers":[{"name":"version":"route":"slot","route":"intent","candidates":[{"route":"'
    b'"name":"score":"why":"taken":true},{"route":"answer","name":"replies":[{"id":"text":"locale":"en","question":"'
    b'"effects":["visits":[["say"],["ask:","confirm","now":17'
)

_primed = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, 5, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)


def pack(data: bytes, least: int = LEAST) -> bytes:
    """Give a short form of the bytes, marked by its first byte; as they are if they are fewer than `least`."""
    if len(data) >= least:
        deflater = _primed.copy()
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
        return zlib.decompressobj(_WINDOW, _DICTIONARY).decompress(data[1:])
    except zlib.error as error:
        raise ValueError(f"stored bytes are damaged: {error}") from error
