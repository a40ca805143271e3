"""Desks: where people take conversations over."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, Literal, Protocol

import msgspec

from botkit.model.values import File


class Case(msgspec.Struct, frozen=True):
    """A conversation that waits for a person (`owner` is `queue`), or that one has (`human`).

    `since` is when its customer began to wait, `touched` when something happened last (seconds since the epoch);
    `turns` grows with everything that happens; `last` is what a person said last.
    """

    conversation: str
    channel: str
    owner: Literal["bot", "queue", "human"]
    team: str
    agent: str
    since: float
    touched: float
    turns: int
    reason: str = ""
    last: str = ""


class Line(msgspec.Struct, frozen=True):
    """Something of a transcript; `agent` is the person who said or did it, `files` what the customer sent with it."""

    turn: int
    at: float
    who: Literal["customer", "bot", "agent", "note", "event"]
    text: str
    agent: str = ""
    files: tuple[File, ...] = ()


class Dossier(msgspec.Struct, frozen=True):
    """All that a person needs of a conversation; `packet` is its hand-off's (`model.replies.HandOff`)."""

    case: Case
    packet: dict[str, Any]
    lines: tuple[Line, ...]


class Team(msgspec.Struct, frozen=True):
    """A team now: how many wait and are served; `opens` is when it will be there (None: it is, or nobody knows)."""

    name: str
    open: bool
    opens: float | None
    waiting: int
    served: int


class Change(msgspec.Struct, frozen=True):
    """What happened to a case: it is `new`, something `said` or done in it (`moved`), or it is `gone` to the bot."""

    kind: Literal["new", "moved", "gone"]
    case: Case


class Desk(Protocol):
    """Where people see what waits for them, and act on it.

    What somebody does goes through the conversation's own order of events: of two who claim at the same time the
    first gets it, and the other has a DeskError. `agent` names who acts; `lead` lets them act on what others have.
    `key` makes an act that is repeated with it one act.
    """

    async def teams(self) -> Sequence[Team]:
        """Give the teams; where bot.yaml names none, those that somebody waits for or has a conversation of."""
        ...

    async def cases(self, team: str = "") -> Sequence[Case]:
        """Give what waits, who waits longest first, and then what people have; of one team, or of all."""
        ...

    async def look(self, conversation: str, after: int = 0) -> Dossier:
        """Give a conversation with its lines after a turn. Raises DeskError `unknown`."""
        ...

    def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file that the customer sent, by its `ref`. Raises FileError for one of another conversation."""
        ...

    async def claim(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        """Take a conversation, from the queue or from the bot; a lead takes it from others. Raises DeskError."""
        ...

    async def reply(self, conversation: str, agent: str, text: str, *, key: str = "", name: str = "") -> Case:
        """Say something to the customer of a conversation that one has, as `name`. Raises DeskError."""
        ...

    async def typing(self, conversation: str, agent: str, *, name: str = "") -> None:
        """Show the customer for some seconds that who has the conversation writes to them, as `name`.

        Nothing of it is kept, and on a platform that cannot show it nothing happens. Raises DeskError.
        """
        ...

    async def note(self, conversation: str, agent: str, text: str, *, key: str = "") -> Case:
        """Note something that the customer does not see. Raises DeskError."""
        ...

    async def give_back(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        """Give a conversation back to the bot. Raises DeskError."""
        ...

    async def reassign(
        self, conversation: str, agent: str, *, to: str = "", team: str = "", lead: bool = False, key: str = ""
    ) -> Case:
        """Give a conversation to a colleague, or into the queue of a team. Raises DeskError."""
        ...

    async def close(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        """End a conversation: its next message begins a new session. Raises DeskError."""
        ...

    async def leave(self, agent: str) -> int:
        """Put all that somebody has back into the queue, since they go; give how many."""
        ...

    def watch(self) -> AsyncGenerator[Change, None]:
        """Give what happens, as it happens, on whatever node; what is there at first comes as `new`."""
        ...
