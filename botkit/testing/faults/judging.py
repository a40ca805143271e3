"""The judge of a play. It reads what the platform was sent and what the ledger holds, and nothing of botkit's."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from botkit.testing.faults.ledgers import Entry
from botkit.testing.faults.lines import CHANNEL
from botkit.testing.faults.plans import EXCUSING, HINDERING, Played
from botkit.testing.faults.platforms import Sent
from botkit.testing.faults.probing import Stall, stalled
from botkit.testing.faults.talks import Talk

NOTHING = Talk(())
WINDOW = 0.2  # seconds between the platform's acceptance and the mark for which a repeat is excused
SERVER_WINDOW = 0.25  # the same with a server
FORGOTTEN = 0.6  # seconds of marks that a server forgets in a crash: three times its `wal_writer_delay`
AGAIN = 1.0  # seconds after which a mark that the store refused is tried again at the latest
NEAR = 5.0  # seconds before a repeated reply in which faults are told of


class Judgement(msgspec.Struct, frozen=True):
    """What a play came to. Each of the lists names chats and says what is wrong; in a sound play all are empty.

    `repeats` are excused: a fault took the worker away between the platform's acceptance of a reply and its mark.
    `unknown` are the chats where nobody knows whether a write was done, which is what the flow has to say then.
    `windows` are the seconds from acceptance to the durable mark, if they were measured. `stalls` are the times in
    which this machine stood still: they do not count where a mark was late.
    """

    seed: int
    chats: int
    delivered: int
    repeated: int
    played: tuple[Played, ...]
    lost: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    written_twice: tuple[str, ...] = ()
    written_wrongly: tuple[str, ...] = ()
    repeated_wrongly: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    repeats: int = 0
    unknown: int = 0
    windows: tuple[float, ...] = ()
    stalls: tuple[Stall, ...] = ()

    @property
    def faults(self) -> int:
        """How many faults were played."""
        return sum(not one.why for one in self.played)

    @property
    def missed(self) -> tuple[Played, ...]:
        """The faults whose points were not reached."""
        return tuple(one for one in self.played if one.why)

    @property
    def wrongs(self) -> tuple[str, ...]:
        """Everything that must not be, a line each."""
        named = ("lost", "unordered", "unasked", "written_twice", "written_wrongly", "repeated_wrongly", "crashed")
        return tuple(f"{name}: {what}" for name in named for what in getattr(self, name))

    def window(self, share: float) -> float:
        """Give the seconds from acceptance to mark that this share of the replies stayed within."""
        ordered = sorted(self.windows)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0

    def __str__(self) -> str:
        told = (
            f"{self.faults} faults on {self.chats} chats (seed {self.seed}): {self.delivered} messages, "
            f"{self.repeated} of them delivered again; {len(self.wrongs)} wrongs, {self.repeats} replies repeated "
            f"in the window, {self.unknown} writes of unknown outcome; the machine stood still {len(self.stalls)} "
            f"times, {max((end - began for began, end in self.stalls), default=0.0):.2f} s at most"
        )
        return "\n".join((told, *self.wrongs[:20]))


class Verdicts(msgspec.Struct, frozen=True):
    """What the judge has found so far; the names are those of a Judgement."""

    lost: list[str] = []
    unordered: list[str] = []
    unasked: list[str] = []
    written_twice: list[str] = []
    written_wrongly: list[str] = []
    repeated_wrongly: list[str] = []
    repeats: list[str] = []
    unknown: list[str] = []


def judge(
    talks: Mapping[str, Talk],
    unfinished: Sequence[str],
    sent: Sequence[Sent],
    written: Sequence[Entry],
    played: Sequence[Played],
    *,
    window: float = WINDOW,
    stalls: Sequence[Stall] = (),
) -> Verdicts:
    """Compare what was sent and written with what each talk has to come to; a chat without a talk has to be empty.

    A fault excuses the repeat of a reply if it fell at most `window` seconds after its acceptance, those in which the
    machine stood still (`stalls`) not counted.
    """
    found = Verdicts()
    records: dict[str, list[Sent]] = {chat: [] for chat in talks}
    for one in sent:
        records.setdefault(one.chat, []).append(one)
    entries: dict[str, list[str]] = {chat: [] for chat in records}
    for entry in written:
        entries.setdefault(entry.conversation.removeprefix(f"{CHANNEL}:"), []).append(entry.what)
    for chat, writes in entries.items():
        talk, record = talks.get(chat, NOTHING), records.get(chat, [])
        shown = tuple({one.reply: one.text for one in record}.values())
        _judge_replies(chat, talk, shown, found, late=chat in unfinished)
        _judge_writes(chat, talk, writes, found, surely=shown == talk.replies)
        left = list(played)
        for before, again in _repeats(record):
            idle = [*stalls, *_hindered(before, played)]
            excuse = _excuse(before, again, left, window, idle)
            if excuse is not None:  # a crash repeats one reply of a chat, not two
                left.remove(excuse)
            to = found.repeated_wrongly if excuse is None else found.repeats
            to.append(f"{chat}: {again.text!r} {_told(before, again, played)}")
    return found


def _judge_replies(chat: str, talk: Talk, shown: tuple[str, ...], found: Verdicts, *, late: bool) -> None:
    if shown in talk.endings:
        if shown != talk.replies:
            found.unknown.append(chat)
        return
    missing, more = Counter(talk.replies) - Counter(shown), Counter(shown) - Counter(talk.replies)
    what = f"{chat} shows {shown}"
    if missing or late:
        found.lost.append(what)
    if more:
        found.unasked.append(what)
    if not missing and not more:
        found.unordered.append(what)


def _judge_writes(chat: str, talk: Talk, writes: Sequence[str], found: Verdicts, *, surely: bool) -> None:
    counts = Counter(writes)
    found.written_twice.extend(f"{chat}: {what}" for what, count in counts.items() if count > 1)
    if set(counts) - set(talk.writes) or (surely and set(talk.writes) - set(counts)):
        found.written_wrongly.append(f"{chat} has {sorted(counts)}, not {sorted(talk.writes)}")


def _repeats(record: Sequence[Sent]) -> Iterator[tuple[Sent, Sent]]:
    """Give each reply that was sent again, with the time before."""
    last: dict[str, Sent] = {}
    for one in record:
        if one.reply in last:
            yield last[one.reply], one
        last[one.reply] = one


def _told(before: Sent, again: Sent, played: Sequence[Played]) -> str:
    """Tell who sent a reply twice, and which faults fell around that, in seconds from the first time."""
    near = [
        f"{one.fault.kind}{f' of {one.worker}' if one.worker else ''} at {one.began - before.at:.3f} s"
        for one in played
        if not one.why and before.at - NEAR < one.began < again.at
    ]
    return (
        f"after {again.at - before.at:.3f} s, by {before.worker} and {again.worker}; {', '.join(near) or 'no fault'}"
    )


def _hindered(before: Sent, played: Sequence[Played]) -> Sequence[Stall]:
    """Give when the worker that sent a reply could not mark it: its store took nothing, and a moment longer."""
    return [
        (one.began, one.ended + AGAIN)
        for one in played
        if not one.why and one.fault.kind in HINDERING and one.worker in (0, before.worker)
    ]


def _excuse(
    before: Sent, again: Sent, played: Sequence[Played], window: float, idle: Sequence[Stall]
) -> Played | None:
    """Give the fault that fell between the acceptance of a reply and its mark, if there is one.

    Times in which there could be no mark (`idle`) do not count. The fault fell on the worker that sent the reply
    before, or on the one that sent it again: a worker that is frozen just before it sends does so when it wakes, and
    another one has done it by then.
    """
    for one in played:
        if one.why or one.fault.kind not in EXCUSING or one.worker not in (0, before.worker, again.worker):
            continue
        late = one.began - before.at - stalled(idle, before.at, one.began)
        if late <= window + (FORGOTTEN if one.fault.kind == "crash" else 0.0) and before.at <= one.ended:
            return one
    return None
