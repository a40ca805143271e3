"""Bursts: messages that follow each other closely become one turn; what is too much is refused, and recorded."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import msgspec
from msgspec.structs import replace

from botkit.model.events import Event, Evidence, Message, Part, Press
from botkit.model.flowset import Settings
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import Arrived, Loaded

MOST_PARTS = 20  # messages that become one
MOST_TOGETHER = 20  # events that are taken together, beside those that were too many
LONGEST = 5  # times `merge_within` that the first message of a burst waits at most
MOST_KEPT = 200  # characters that the record keeps of each message that was one too many
TOO_LONG, TOO_MANY = "too long", "too many"  # `reason` in on_blocked

Steers = Callable[[str], bool]


class Window(msgspec.Struct):
    """When the first and the last message of a burst came; `closed` ends the waiting before its time."""

    first: float
    last: float
    closed: asyncio.Event


class Bursts:
    """Knows which messages came in a burst, and which were too many.

    Where several processes take what comes, the rows say when it came (`holds_up`); a process that is alone notes it
    (`note`, `wait`), and what it forgets at a crash only costs a turn. `steers` tells whether a text is a command or
    a control phrase: such a message is never joined nor refused.
    """

    def __init__(self, settings: Callable[[], Settings], steers: Steers, clock: Clock) -> None:
        self._settings = settings
        self._steers = steers
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._held: dict[str, asyncio.TimerHandle] = {}  # conversations that are looked at again when a burst is over

    def fit(self, incoming: Incoming) -> Incoming:
        """Give a delivery as it is stored: of a message that is too long the beginning, marked as refused."""
        event, most = incoming.event, self._settings().longest_message
        if not isinstance(event, Message) or len(event.text) <= most:
            return incoming
        evidence = replace(event.evidence, blocked=TOO_LONG)
        return replace(incoming, event=replace(event, text=event.text[:most], evidence=evidence))

    def waits(self, event: Event) -> bool:
        """Tell whether a message waits for others that may follow it."""
        return self._settings().merge_within > 0 and self._joins(event)

    def ends(self, event: Event) -> bool:
        """Tell whether an event ends the waiting of those before it."""
        return self._settings().merge_within > 0 and not self._joins(event)

    def left(self, loaded: Loaded) -> float:
        """Give for how many seconds what waits in a conversation may still be added to, by its rows alone."""
        within, rows = self._settings().merge_within, loaded.waiting
        if not within or not rows or not rows[0].at or not all(self._joins(row.event) for row in rows):
            return 0.0
        left = min(rows[-1].at + within, rows[0].at + within * LONGEST) - loaded.now
        return left if 0 < left <= within * LONGEST else 0.0  # else it is over, or the clock was set back

    def holds_up(self, conversation: str, loaded: Loaded, look: Callable[[str], None]) -> bool:
        """Tell whether a burst goes on, as the rows say; when it is over, `look` is called."""
        known = self._held.pop(conversation, None)
        if known is not None:
            known.cancel()
        left = self.left(loaded)
        if left:
            self._held[conversation] = asyncio.get_running_loop().call_later(left, look, conversation)
        return left > 0

    def note(self, event: Event, accepted: Accepted) -> None:
        """Note what was put into the inbox: it lengthens a burst, or ends it."""
        if accepted.duplicate:
            return
        conversation = accepted.conversation
        if not self.waits(event):
            self._end(conversation)
            return
        now = self._clock.now()
        window = self._windows.get(conversation)
        if window is None:
            self._windows[conversation] = Window(now, now, asyncio.Event())
        else:
            window.last = now

    async def wait(self, conversation: str) -> None:
        """Wait until no burst goes on in a conversation."""
        while (window := self._windows.get(conversation)) is not None and not window.closed.is_set():
            within = self._settings().merge_within
            left = min(window.last + within, window.first + within * LONGEST) - self._clock.now()
            if left <= 0 or left > within * LONGEST:  # over, or the clock was set back
                break
            await _first(self._clock.sleep(left), window.closed.wait())
        self._windows.pop(conversation, None)

    def close(self) -> Sequence[str]:
        """End all waiting, and give the conversations that were held up: somebody else has to look at them."""
        for window in self._windows.values():
            window.closed.set()
        for held in self._held.values():
            held.cancel()
        return tuple(self._held)

    def first(self, rows: Sequence[Arrived]) -> Sequence[Arrived]:
        """Give the first rows, those that are taken together: so many, and besides all that were too many."""
        room = MOST_TOGETHER
        for n, row in enumerate(rows):
            room -= not self._is_over(row)
            if room < 0:
                return rows[:n]
        return rows

    def gather(self, rows: Sequence[Arrived]) -> list[Arrived]:
        """Give the events of which turns are made: rows that belong together have become one."""
        if len(rows) == 1:
            return [_refused(rows)] if self._is_over(rows[0]) else list(rows)
        gathered: list[Arrived] = []
        for kind, group in groupby(rows, key=self._kind):
            together = list(group)
            if kind == TOO_MANY:
                gathered.append(_refused(together))
            elif kind == "join":
                chunks = range(0, len(together), MOST_PARTS)
                gathered += [_joined(together[at : at + MOST_PARTS]) for at in chunks]
            else:
                gathered += together
        return gathered

    def _is_over(self, row: Arrived) -> bool:
        return row.waiting > self._settings().most_waiting and self._may_be_refused(row.event)

    def _kind(self, row: Arrived) -> str:
        if self._is_over(row):
            return TOO_MANY
        return "join" if self.waits(row.event) else ""

    def _joins(self, event: Event) -> bool:
        return isinstance(event, Message) and not event.evidence.blocked and not self._steers(event.text)

    def _may_be_refused(self, event: Event) -> bool:
        return isinstance(event, Press) or (isinstance(event, Message) and not self._steers(event.text))

    def _end(self, conversation: str) -> None:
        window = self._windows.get(conversation)
        if window is not None:
            window.closed.set()


async def _first(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _joined(rows: Sequence[Arrived]) -> Arrived:
    """Give several messages as one: the texts as lines, all files, the last word on everything else."""
    if len(rows) == 1:
        return rows[0]
    messages = [row.event for row in rows if isinstance(row.event, Message)]
    customer: dict[str, object] = {}
    for row in rows:
        customer |= row.customer
    joined = Message(
        text="\n".join(message.text for message in messages if message.text),
        id=messages[-1].id,
        files=tuple([file for message in messages for file in message.files]),
        locale=next((message.locale for message in reversed(messages) if message.locale), ""),
        customer={name: fact for message in messages for name, fact in message.customer.items()},
        parts=tuple([Part(message.text, message.id, message.files) for message in messages]),
    )
    return Arrived(rows[-1].seq, joined, customer)


def _refused(rows: Sequence[Arrived]) -> Arrived:
    """Give messages that were too many as one that is refused; the record keeps how each began."""
    parts = tuple([_part(row.event) for row in rows])
    event = Message(text=parts[0].text, id=parts[-1].id, evidence=Evidence(blocked=TOO_MANY), parts=parts)
    return Arrived(rows[-1].seq, event, rows[-1].customer)


def _part(event: Event) -> Part:
    if isinstance(event, Press):
        return Part((event.label or event.value)[:MOST_KEPT], event.id)
    return Part(event.text[:MOST_KEPT], event.id, event.files) if isinstance(event, Message) else Part()
