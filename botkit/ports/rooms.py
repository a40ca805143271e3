"""Rooms: teams' channels on chat platforms, in which what waits for a person is shown, a thread for each."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar, runtime_checkable

import msgspec

from botkit.errors import DeliveryError
from botkit.model.runs import Run
from botkit.ports.people import Line

T = TypeVar("T")

MOST_HALFWAY: Final = 100  # threads whose posts were refused in the middle

ROOM_ACTS: Final = (("take", "Take"), ("return", "Give back"), ("close", "Close"))
"""What a member may do by a button, and what stands on it."""
_MOVING: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What moves a text on the screen: control characters, and those that turn its direction."""
_NAMED: Final = 100  # characters of a name in a line
_SPEAKERS: Final = {"customer": "Customer", "bot": "Bot", "note": "Note"}


class Brief(msgspec.Struct, frozen=True):
    """What a person needs of a conversation at first: why it was handed over, what is known, and what was said last.

    `title` says who it is; `facts` are names and values as people read them. Secrets are hidden in all of it.
    """

    conversation: str
    channel: str
    title: str
    team: str
    reason: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()


class Member(msgspec.Struct, frozen=True):
    """Somebody of a team, by the platform's own id of them; customers see the name."""

    id: str
    name: str


class RoomIntake(Protocol):
    """Where a room puts what members did. When a method returns, it is stored; a repeated `key` changes nothing.

    `key` is the platform's own id of what came. What comes of it is seen in the thread a moment later; the text
    that is given is to be said there at once ("" where there is nothing to say). Raises errors.StoreError.
    """

    async def knows(self, thread: str) -> bool:
        """Tell whether a thread is, or was, that of a conversation."""
        ...

    async def said(
        self, thread: str, member: Member, text: str, key: str, *, files: int = 0, calls: bool = False
    ) -> str:
        """Take what a member wrote in a thread; `files` is how many came with it, which nobody can be given.

        What `calls` somebody of the platform, as a colleague, goes to no customer.
        """
        ...

    async def did(self, thread: str, member: Member, act: str, key: str) -> str:
        """Take what a member did by a button or a command: `take`, `return` or `close`.

        With no `thread`, with the conversation that they have.
        """
        ...

    def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file that a customer sent. Raises FileError."""
        ...


class Room(Protocol):
    """The channels of a bot's teams on one platform. Every call makes as few messages as it can.

    Where the platform does not take something it raises errors.DeliveryError: `permanent` where the thread is not
    there any more, `retry_after` where it asks to wait. All is tried again then, so that what the platform did take
    of a call may come twice.
    """

    def attend(self, intake: RoomIntake) -> None:
        """Hear where to put what members do; called before anything else."""
        ...

    def place_of(self, team: str) -> str:
        """Give where a team is; "" for one that is nowhere here."""
        ...

    async def open(self, place: str, brief: Brief) -> str:
        """Begin a thread, by one message or call, and give the platform's name of it; it is briefed next."""
        ...

    async def brief(self, thread: str, brief: Brief) -> None:
        """Tell in a new thread what a person needs."""
        ...

    async def post(self, thread: str, conversation: str, lines: Sequence[Line]) -> None:
        """Tell in a thread what was said and done since, with the files that the customer sent."""
        ...

    async def mark(self, thread: str, state: str) -> None:
        """Show above a thread who has the conversation now, where the platform can; nothing is tried again."""
        ...

    async def close(self, thread: str, state: str) -> None:
        """Mark a thread as over, where the platform can: above it how it ended, and no buttons."""
        ...


@runtime_checkable
class Host(Protocol):
    """A connector on whose platform a team may have a channel."""

    @property
    def room(self) -> Room | None:
        """The teams' channels, if the settings name any."""
        ...


class Halfway:
    """How far each post has come that the platform refused in the middle, so that it goes on there."""

    def __init__(self) -> None:
        self._done: dict[str, tuple[int, list[object]]] = {}

    async def post(self, thread: str, turn: int, parts: Sequence[T], send: Callable[[T], Awaitable[None]]) -> None:
        """Send parts to a thread one after the other; those that it had before it was refused are not sent again.

        `turn` is that of the first line, -1 for a brief: what begins with another turn is another post. Of a thread
        that is gone nothing is kept, and of others the last `MOST_HALFWAY`.
        """
        begun, done = self._done.pop(thread, (turn, []))
        if begun != turn:
            done = []
        self._done[thread] = (turn, done)
        if len(self._done) > MOST_HALFWAY:
            del self._done[next(iter(self._done))]
        try:
            for number, part in enumerate(parts):
                if number >= len(done) or done[number] != part:
                    del done[number:]
                    await send(part)
                    done.append(part)
        except DeliveryError as error:
            if error.permanent:
                self._done.pop(thread, None)
            raise
        self._done.pop(thread, None)


def write_brief(brief: Brief) -> list[Run]:
    """Write what a person needs at first, without what was said."""
    runs = [Run("● "), Run(one_line(brief.title), ("b",)), Run(f" · {brief.channel} → {brief.team}\n")]
    if brief.reason:
        runs.append(Run(f"{_whole(brief.reason)}\n"))
    for name, text in brief.facts:
        runs += [Run(f"{one_line(name)}: ", ("b",)), Run(f"{_whole(text)}\n")]
    return runs


def write_lines(lines: Sequence[Line]) -> list[Run]:
    """Write what was said and done: who, and what, a line for each."""
    return [run for line in lines for run in _line(line)]


def _line(line: Line) -> list[Run]:
    if line.who == "event":
        return [Run(f"▸ {_whole(line.text)}\n", ("i",))]
    who = one_line(line.agent)[:_NAMED] if line.agent else _SPEAKERS.get(line.who, line.who)
    note = " (note)" if line.who == "note" and line.agent else ""
    places = [f" {one.latitude}, {one.longitude}" for one in line.files if one.kind == "location"]
    places += [f" {one_line(one.name)} {one.phone}" for one in line.files if one.kind == "contact"]
    return [Run(f"{who}{note}: ", ("b",)), Run(f"{_whole(line.text)}{''.join(places)}\n")]


def one_line(text: str) -> str:
    """Give a text that stands in one line and moves nothing there; "…" where nothing of it can be seen."""
    shown = "".join(letter if letter.isprintable() else " " for letter in _whole(text))
    return " ".join(shown.split()) or "…"


def _whole(text: str) -> str:
    """Give a text that can be sent, moves nothing, and whose further lines look like nobody else's."""
    sound = text.encode("utf-8", "replace").decode().expandtabs(4)
    return _MOVING.sub("", sound).replace("\n", "\n    ")
