"""What a store keeps and gives: rows of the inbox and the outbox, commits, and what is over."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from botkit.model.events import Event
from botkit.model.replies import Call, Reply, SetTimer
from botkit.model.session import Session
from botkit.model.turn import Turn
from botkit.ports.threads import Thread

LEASE: Final = 10.0  # seconds for which replies and calls are a worker's; it claims or renews them before


class Arrived(msgspec.Struct, frozen=True):
    """One row of the inbox: `seq` is its place in the conversation; `customer` what the platform said.

    `waiting` is how many waited when it came, it included (0: nobody counted); `at` when that was, by the clock of a
    store that several processes have, else 0.
    """

    seq: int
    event: Event
    customer: dict[str, object] = {}
    waiting: int = 0
    at: float = 0.0


class Loaded(msgspec.Struct, frozen=True):
    """A conversation as it stands: its session (None: a new one), its fence, and what waits in the inbox.

    `now` is the time by the clock that counted `Arrived.at`.
    """

    conversation: str
    session: Session | None
    fence: int
    waiting: tuple[Arrived, ...] = ()
    now: float = 0.0


class Failed(msgspec.Struct, frozen=True):
    """Something that failed for good and that a person should see: exactly one of the last three is there.

    A reply that could not be delivered, an event of which no turn could be made (`customer` as it arrived), a call
    of which nobody knows whether it was done.
    """

    id: str
    conversation: str
    at: float
    reason: str
    reply: Reply | None = None
    event: Event | None = None
    call: Call | None = None
    customer: dict[str, object] = {}


class Commit(msgspec.Struct, frozen=True):
    """What one transaction writes: the session under its fence, the turns, replies to send, calls, timers.

    `taken` is how many rows of the inbox (the first of `Loaded.waiting`) these turns have dealt with. A turn's
    `seq` is its own in its conversation. A timer replaces the one of the same question and purpose; `dropped` goes
    before `timers`. The replies are this worker's to send for the store's `lease`, the calls its own to begin and to
    end for `call_lease` seconds.
    """

    conversation: str
    fence: int
    session: Session
    turns: tuple[Turn, ...]
    taken: int
    replies: tuple[Reply, ...] = ()
    calls: tuple[Call, ...] = ()
    timers: tuple[SetTimer, ...] = ()
    dropped: tuple[str, ...] = ()  # questions whose timers go
    call_lease: float = LEASE
    failed: tuple[Failed, ...] = ()  # events that were set aside
    customer: str | None = None  # as whom the customer is known from now on (empty: as nobody); None: as before


class Committed(msgspec.Struct, frozen=True):
    """The new fence, which is never 0, and whether more waits in the inbox.

    The commit's replies may be sent before `until`, on this process's `time.monotonic()`; after that, and if unsent
    replies that another worker committed stand before them (`behind`), they have to be claimed.
    """

    fence: int
    more: bool = False
    behind: bool = False
    until: float = math.inf


class Outgoing(msgspec.Struct, frozen=True):
    """A reply that has to be sent: `attempts` were made, the next is due at `due`."""

    conversation: str
    reply: Reply
    attempts: int = 0
    due: float = 0.0


class Claim(msgspec.Struct, frozen=True):
    """What a worker may send of a conversation before `until`, on its own `time.monotonic()`, in order.

    Without replies either nothing waits (`held` is 0), or another worker sends it: its lease lapses in `held`
    seconds, if it neither ends nor renews it before.
    """

    replies: tuple[Outgoing, ...] = ()
    until: float = math.inf
    held: float = 0.0


class Summary(msgspec.Struct, frozen=True):
    """A conversation in a list; `cursor` is its place there.

    `team` and `agent` are whom it waits for and who has it; `since`, `reason` and `told` are of its `Handed`.
    """

    conversation: str
    channel: str
    owner: str
    turns: int
    touched: float
    flow: str = ""
    last: str = ""
    cursor: str = ""
    team: str = ""
    agent: str = ""
    since: float = 0.0
    reason: str = ""
    told: int = -1


class Delivery(msgspec.Struct, frozen=True):
    """What became of a reply: sent at `at` as the platform's `platform_id`, or given up then with `error`."""

    reply: str
    at: float
    platform_id: str = ""
    error: str = ""


class Left(msgspec.Struct, frozen=True):
    """Conversations in which something is to be done: rows of the inbox, replies that are due, open calls."""

    waiting: frozenset[str] = frozenset()
    unsent: frozenset[str] = frozenset()
    calling: frozenset[str] = frozenset()


class Backlog(msgspec.Struct, frozen=True):
    """How much is to be done: rows of the inbox, replies in the outbox, open calls; and what failed for good."""

    waiting: int = 0
    unsent: int = 0
    calling: int = 0
    failed: int = 0


class Publication(msgspec.Struct, frozen=True):
    """A version that became the one to serve, to `share` of a hundred conversations: the highest number counts.

    `by` is `command` (somebody published it), `rollback` (somebody went back to it) or `directory` (a node served
    what it found in its files).
    """

    number: int
    version: str
    share: int
    by: str
    at: float


class Delivered(msgspec.Struct, frozen=True):
    """A reply as the outbox has it: `state` is waiting, sent (as the platform's `note`) or failed (for that reason).

    What was said in a sent one is in the record of its turn.
    """

    id: str
    state: Literal["waiting", "sent", "failed"]
    attempts: int
    at: float  # waiting: due; else when it was sent or given up
    note: str = ""
    reply: Reply | None = None


class Journalled(msgspec.Struct, frozen=True):
    """A call as the journal has it; of one that is done the result is in the record of its turn."""

    id: str
    state: Literal["planned", "started", "done"]
    at: float
    call: Call | None = None


class Holdings(msgspec.Struct, frozen=True):
    """Everything that is kept of a conversation but the records of its turns; `seen` are its platform's ids."""

    summary: Summary
    customer: str
    session: Session | None
    waiting: tuple[Arrived, ...] = ()
    deliveries: tuple[Delivered, ...] = ()
    calls: tuple[Journalled, ...] = ()
    timers: tuple[SetTimer, ...] = ()
    failures: tuple[Failed, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()  # channel, id
    threads: tuple[Thread, ...] = ()  # of teams' channels


class Figure(msgspec.Struct, frozen=True):
    """How many turns (or, of the kind `conversation`, conversations that began) there were on a day, of nobody.

    `day` counts from the epoch. `flow` is the first that the turn stood in, `route` how the message was taken, or
    what else came (`timer`, `result`, ...), `outcome` is handoff, failed, `rated 4/5`, or empty.
    """

    day: int
    channel: str
    kind: str
    flow: str = ""
    route: str = ""
    outcome: str = ""
    count: int = 0


Why = Literal["request", "retention"]
Standing = Sequence[tuple[str, int]]
"""Conversations, and the fences at which they are said to stand."""


class Erasure(msgspec.Struct, frozen=True):
    """That something was removed: how many rows of which tables. It says of nobody what it was."""

    number: int
    at: float
    why: str
    counts: Mapping[str, int]


class Act(msgspec.Struct, frozen=True):
    """That somebody of the house did something: `what` is published, claimed, read, exported, ...

    `about` is a conversation, until it is erased, or a version.
    """

    number: int
    at: float
    who: str
    what: str
    about: str = ""


class Untouched(msgspec.Struct, frozen=True):
    """A conversation in which nothing waits, is unsent, open or timed; `cursor` is its place among the others."""

    cursor: tuple[int, int]
    conversation: str
    fence: int
    turns: int
    session: Session | None
