"""What is left of what is removed: figures, which name nobody, and marks by which a late redelivery is known."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

import msgspec

from botkit.model import codec
from botkit.model.events import Result
from botkit.model.replies import HandOff, Rated
from botkit.model.turn import Record
from botkit.ports.stored import Figure
from botkit.stores.packing import unpack

_log = logging.getLogger(__name__)

CONVERSATION, TURN = "conversation", "turn"  # figures.kind
_DAY = 86_400


def mark_of(channel: str, id_: str) -> bytes:
    """Give the digest by which a removed message is known if its platform delivers it again."""
    return blake2b(f"{len(channel)}:{channel}{id_}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Tally:
    """Counts turns that are removed, by day, channel, flow, route and outcome."""

    def __init__(self) -> None:
        self._counts: Counter[Figure] = Counter()

    def add(self, channel: str, turns: Iterable[tuple[int, bytes]]) -> None:
        """Count turns (seq, data) as they are stored. What cannot be read counts as nothing."""
        for seq, data in turns:
            record = _read(seq, data)
            if record is not None:
                self.count(channel, record)

    def add_old(self, channel: str, turns: Iterable[tuple[int, bytes]], before: float) -> int:
        """Count those from before then, which are the first ones, and give the seq of the last of them, or 0.

        One that cannot be read has no age that is known: it and what follows are kept.
        """
        upto = 0
        for seq, data in turns:
            record = _read(seq, data)
            if record is None:
                _tell_unreadable(channel, seq, crc32(data))
            if record is None or record.now >= before:
                break
            self.count(channel, record)
            upto = seq
        return upto

    def count(self, channel: str, record: Record) -> None:
        """Count a turn; the first one of a conversation counts the conversation too."""
        day = int(record.now // _DAY)
        if record.seq == 1:
            self._counts[Figure(day, channel, CONVERSATION)] += 1
        route = record.route or type(record.event).__name__.lower()
        flow = record.visits[0].flow if record.visits else ""
        self._counts[Figure(day, channel, TURN, flow, route, _outcome(record))] += 1

    def figures(self) -> Iterable[Figure]:
        """Give what was counted, in order."""
        return [msgspec.structs.replace(one, count=count) for one, count in sorted(self._counts.items(), key=_order)]


def is_old(channel: str, turns: Iterable[tuple[int, bytes]], before: float) -> bool:
    """Tell whether the first of some turns, as they are stored, is from before then; an unreadable one is not."""
    for seq, data in turns:
        record = _read(seq, data)
        if record is None:
            _tell_unreadable(channel, seq, crc32(data))
        return record is not None and record.now < before
    return False


@lru_cache(maxsize=1000)  # it is met again at each pass
def _tell_unreadable(channel: str, seq: int, _check: int) -> None:
    extra = {"action": "retention", "channel": channel, "turn": seq}
    _log.warning("a turn cannot be read and is kept", extra=extra)


def _read(seq: int, data: bytes) -> Record | None:
    try:
        return msgspec.structs.replace(codec.decode_record(unpack(data)), seq=seq)
    except ValueError:
        return None


def _order(item: tuple[Figure, int]) -> tuple[object, ...]:
    return msgspec.structs.astuple(item[0])


def _outcome(record: Record) -> str:
    """Say what a turn came to, in words that are the bot's own: handoff, rated, failed, or nothing of these."""
    for effect in record.effects:
        if isinstance(effect, HandOff):
            return "handoff"
        if isinstance(effect, Rated):
            return f"rated {effect.score}/{effect.scale}"
    if isinstance(record.event, Result) and record.event.failure is not None:
        return "failed"
    return ""


def written(counts: Mapping[str, int]) -> str:
    """Give counts of rows by table as they are stored."""
    return msgspec.json.encode(dict(sorted(counts.items()))).decode()


def read(counts: str) -> dict[str, int]:
    """Give back what `written` was given."""
    return msgspec.json.decode(counts, type=dict[str, int])
