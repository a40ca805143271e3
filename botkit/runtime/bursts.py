"""Bursts: messages that follow each other closely become one turn; what is too much is refused, and recorded."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import msgspec
from msgspec.structs import replace

from botkit.model.definitions import Settings
from botkit.model.events import Event, Evidence, Message, Part, Press
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stores import Arrived

MOST_PARTS = 20  # messages that become one
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
    """Knows which messages came in a burst, and which were too many. What it forgets at a crash only costs a turn.

    `steers` tells whether a text is a command or a control phrase: such a message is never joined nor refused.
    """

    def __init__(self, settings: Callable[[], Settings], steers: Steers, clock: Clock) -> None:
        self._settings = settings
        self._steers = steers
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._over: dict[str, set[int]] = {}

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

    def note(self, event: Event, accepted: Accepted) -> None:
        """Note what was put into the inbox: it lengthens a burst, or ends it, or is one too many."""
        if accepted.duplicate:
            return
        conversation = accepted.conversation
        if accepted.waiting > self._settings().most_waiting and self._may_be_refused(event):
            self._over.setdefault(conversation, set()).add(accepted.seq)
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

    def close(self) -> None:
        """End all waiting."""
        for window in self._windows.values():
            window.closed.set()

    def crowded(self, conversation: str) -> bool:
        """Tell whether messages of a conversation are refused since they were too many."""
        return conversation in self._over

    def gather(self, conversation: str, rows: Sequence[Arrived]) -> list[Arrived]:
        """Give the events of which turns are made: rows that belong together have become one."""
        over = self._over.get(conversation, ())
        if len(rows) < 2 or not (over or self._settings().merge_within):
            return [_refused(rows)] if rows and rows[0].seq in over else list(rows)
        gathered: list[Arrived] = []
        for kind, group in groupby(rows, key=lambda row: self._kind(row, over)):
            together = list(group)
            if kind == TOO_MANY:
                gathered.append(_refused(together))
            elif kind == "join":
                chunks = range(0, len(together), MOST_PARTS)
                gathered += [_joined(together[at : at + MOST_PARTS]) for at in chunks]
            else:
                gathered += together
        return gathered

    def forget(self, conversation: str, rows: Sequence[Arrived]) -> None:
        """Forget what was too many and has been dealt with."""
        over = self._over.get(conversation)
        if over is not None:
            over.difference_update(row.seq for row in rows)
            if not over:
                del self._over[conversation]

    def _kind(self, row: Arrived, over: Any) -> str:
        if row.seq in over:
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
        parts=tuple([Part(message.text, message.id) for message in messages]),
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
    return Part(event.text[:MOST_KEPT], event.id) if isinstance(event, Message) else Part()
