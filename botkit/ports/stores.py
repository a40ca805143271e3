"""The store: conversations, what came in, what was decided, what has to go out."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Protocol

from botkit.model.events import Event
from botkit.model.replies import Call
from botkit.model.session import Session
from botkit.model.turn import Record
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.embeddings import Embeddings
from botkit.ports.notices import Notices
from botkit.ports.sharing import Shared
from botkit.ports.stored import (
    LEASE,
    Act,
    Backlog,
    Claim,
    Commit,
    Committed,
    Delivery,
    Erasure,
    Failed,
    Figure,
    Holdings,
    Left,
    Loaded,
    Outgoing,
    Publication,
    Standing,
    Summary,
    Untouched,
)
from botkit.ports.threads import Threads


class Store(Protocol):
    """Keeps everything of a bot. Every method is atomic; what returned is durable (but see `sent`).

    Several workers may have the same data open, each with a store of its own under a `worker` name that no other
    living one has. Turns need no lease: of two, the later one meets the fence. What is done outside, sending replies
    and calling actions, is one worker's for a time, its lease, counted by the database's clock. A worker that slept
    past its lease finds that out from `until` or `claim`; one that is busy renews it by claiming again. A
    successor sends what its predecessor left, after its lease, before its own. A store that only one worker can open
    takes every lease for its own, whose `lease` is infinite.

    Raises errors.StoreError when the database cannot be used, errors.FenceError when a commit comes late.
    """

    @property
    def worker(self) -> str:
        """The name of the worker whose store this is."""
        ...

    @property
    def lease(self) -> float:
        """Seconds for which a commit or a claim makes replies this worker's to send."""
        ...

    @property
    def shared(self) -> Shared:
        """What all processes share beside conversations."""
        ...

    @property
    def threads(self) -> Threads:
        """The threads of teams' channels in which conversations are shown."""
        ...

    @property
    def embeddings(self) -> Embeddings:
        """The vectors of the bot's own texts."""
        ...

    @property
    def notices(self) -> Notices:
        """What plugins have to be told of erasures."""
        ...

    async def hold(self, patience: float, keep_waiting: Callable[[str], bool]) -> None:
        """Be a process that serves from this store, until `close`; said before `open`. Looking needs no hold.

        Where one process at a time can serve, wait for another's end, `patience` seconds at most: `keep_waiting` is
        told whom it waits for several times a second, and ends that with False. Raises StoreError that names it.
        """
        ...

    async def open(self) -> None:
        """Connect, and bring the schema to the newest version if it is empty or older."""
        ...

    async def close(self) -> None:
        """Close connections; may be called twice."""
        ...

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        """Store a delivery once per (channel, id) and give it its place in its conversation.

        `wake` says that nothing was waiting before, so that somebody has to look at the conversation.
        """
        ...

    async def accept_event(self, conversation: str, key: str, event: Event, now: float) -> Accepted:
        """Store an event of our own (timer, owner, outside) once per conversation and key."""
        ...

    async def load(self, conversation: str, most: int = 100) -> Loaded:
        """Give a conversation's state and at most `most` waiting rows, in order."""
        ...

    async def commit(self, commit: Commit) -> Committed:
        """Write a turn: all of it or nothing. Raises FenceError if `fence` is no longer the conversation's."""
        ...

    async def commit_many(self, commits: Sequence[Commit]) -> Sequence[Committed | Exception]:
        """Write turns of several conversations in one transaction; one late commit spoils no other."""
        ...

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        """Do `accept` and `commit` in one transaction, for a delivery that need not wait.

        `commit` was made of what `load` gave, and its `taken` is 0. If the conversation is not as it was loaded,
        or something waits in its inbox, the delivery alone is stored, as `accept` does, and nothing is committed.
        """
        ...

    async def take_result(
        self, conversation: str, event: Event, commit: Commit, now: float
    ) -> tuple[Accepted, Committed | None]:
        """Do `finish_call` and `commit` in one transaction; as `take`."""
        ...

    async def start_call(self, call: Call, now: float, lease: float = LEASE) -> bool:
        """Journal that a planned call is started now, by this worker, which needs at most `lease` seconds for it.

        False if it was started before (nobody knows its end), has its result, or was never planned or erased.
        """
        ...

    async def finish_call(self, conversation: str, event: Event, now: float) -> Accepted:
        """Journal a call's result (an events.Result) and put it into the inbox, once.

        One that fails with `outcome_unknown` is kept for `failures` as well.

        A call that has a result, was never planned, or went with its erased conversation changes nothing and is
        a `duplicate`.
        """
        ...

    async def open_calls(self) -> Sequence[tuple[str, Call, bool]]:
        """Give the calls without a result: (conversation, call, started), whoever has them."""
        ...

    async def claim_calls(self, lease: float = LEASE) -> Sequence[tuple[str, Call, bool]]:
        """Give the calls without a result that no living worker has, the oldest first, as `open_calls`.

        They are this worker's for `lease` seconds: of two that ask, one is given a call. A late result of the
        worker that had it before counts if it comes first; what comes second is a `duplicate`.
        """
        ...

    async def renew_calls(self, calls: Sequence[str], lease: float = LEASE) -> None:
        """Make open calls, by their ids, this worker's for at least `lease` seconds from now: it is at them.

        One that has its result changes nothing.
        """
        ...

    async def outgoing(self, conversation: str) -> Sequence[Outgoing]:
        """Give the replies of a conversation that are not sent yet, in order, whoever sends them."""
        ...

    async def claim(self, conversation: str) -> Claim:
        """Make a conversation's unsent replies this worker's, if the first is so already or is nobody's any more.

        All of them are then, for the store's `lease` from now on, and they are given.
        """
        ...

    async def sent(self, reply: str, platform_id: str, now: float) -> None:
        """Mark a reply as sent, so that `outgoing` gives it no more. The mark may become durable a moment later."""
        ...

    async def secure(self, reply: str) -> None:
        """Return when the mark of this reply, if it was just sent, is durable. Raises StoreError."""
        ...

    async def put_off(self, reply: str, due: float, error: str) -> None:
        """Note a failed try: the next one is due then."""
        ...

    async def give_up(self, reply: str, error: str, now: float) -> None:
        """Move a reply to the dead letters."""
        ...

    async def deliveries(self, conversation: str) -> Sequence[Delivery]:
        """Give what became of the replies of a conversation that wait no longer, in order."""
        ...

    async def failed(self, most: int = 100) -> Sequence[tuple[Outgoing, str]]:
        """Give the dead letters with their errors, the newest first."""
        ...

    async def failures(self, most: int = 100) -> Sequence[Failed]:
        """Give everything that failed for good, the newest first; the dead letters of `failed` are among it."""
        ...

    async def failure(self, which: str) -> Failed | None:
        """Give one of them."""
        ...

    async def retry(self, which: str, now: float) -> bool:
        """Let a reply be sent again, in its place before the unsent ones behind it, or an event have its turn, last.

        False for what is not among the failures any more, and for a call, which is never made again. Whoever serves
        takes it up as a leftover.
        """
        ...

    async def drop(self, which: str) -> bool:
        """Let go of a failure; False if there is none. The records of turns keep what they say of it."""
        ...

    async def unfinished(self, *, neglected: bool = False) -> Sequence[str]:
        """Give the conversations that have rows waiting, replies unsent or calls open: what a start wakes.

        `neglected`: at most a thousand, for a sweep of any worker, in which no living one seems to be at work: a row
        waits for longer than a `lease`, or nobody has a reply that is due, or a call.
        """
        ...

    async def left(self, now: float) -> Left:
        """Give where something is to be done now, and no other process is at it.

        It is asked every few seconds: cheap where there is nothing.
        """
        ...

    async def backlog(self) -> Backlog:
        """Give how much is to be done now, whoever does it; for monitoring, every few seconds."""
        ...

    async def check(self) -> None:
        """Write something about as large as a turn, and remove it. Raises StoreError while that cannot be done."""
        ...

    async def fire(self, now: float, most: int = 100) -> Sequence[str]:
        """Move due timers into the inbox, each once; give the conversations to wake."""
        ...

    async def next_timer(self) -> float | None:
        """Give when the next timer is due (seconds since the epoch)."""
        ...

    async def conversations(self, most: int = 100, owner: str = "", after: str = "") -> Sequence[Summary]:
        """List conversations, the last touched first; a page begins after a `cursor`. Raises UsageError for no such.

        What is touched while the pages are read moves to the first.
        """
        ...

    async def turns(self, conversation: str, first: int = 1, most: int = 1000) -> Sequence[Record]:
        """Give the records of turns from event `first` on, in order; a replay gives their sessions again."""
        ...

    async def conversations_of(self, customer: str, channel: str = "") -> Sequence[str]:
        """Give the conversations in which a customer is known, on one channel or on all, the last touched first."""
        ...

    async def holdings(self, conversation: str) -> Holdings | None:
        """Give everything of a conversation but its turns; None if there is none."""
        ...

    async def erase(self, *conversations: str, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        """Remove everything of conversations; give how many rows of which tables, nothing if there was nothing.

        With the same it is noted that these plugins are to be told, of each conversation (`notices`).

        Whoever still holds one of them in memory meets the fence. What is left names nobody: an `Erasure`, what its
        turns add to the `figures`, and for as long as `forget` would have kept the ids of its messages their digests:
        one that a platform delivers again is a duplicate.
        """
        ...

    async def retire(self, standing: Standing, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        """Do what `erase` does with conversations that stand at these fences still, and in which nothing waits."""
        ...

    async def untouched(self, before: float, after: tuple[int, int] = (0, 0), most: int = 100) -> Sequence[Untouched]:
        """Give conversations that are the bot's and that nobody touched since then (to the hour), page by page.

        The longest untouched come first; a page begins after a `cursor`.
        """
        ...

    async def trim(
        self, before: float, now: float, after: int = 0, most: int = 100
    ) -> tuple[Mapping[str, int], int | None]:
        """Remove the records of turns from before then, in some of the conversations that are the bot's.

        They count into the figures. Gives what was removed, and the cursor after which to go on; None at the end.
        """
        ...

    async def drop_failures(self, before: float, now: float, most: int = 100) -> Mapping[str, int]:
        """Let go of failures from before then, at most so many of a table; give how many of which."""
        ...

    async def figures(self) -> Sequence[Figure]:
        """Give the figures of the turns that were removed, in order."""
        ...

    async def drop_figures(self, before: float) -> int:
        """Let go of the figures of days before then; give how many."""
        ...

    async def erasures(self, most: int = 50) -> Sequence[Erasure]:
        """Give what was removed, the newest first."""
        ...

    async def note_act(self, who: str, what: str, about: str, now: float) -> None:
        """Note who of the house did what, to which conversation or version. Raises StoreError."""
        ...

    async def acts(self, most: int = 100, before: int = 0) -> Sequence[Act]:
        """Give who of the house did what, the newest first, from before a number on.

        What was done with an erased conversation stays, without its name.
        """
        ...

    async def drop_acts(self, before: float) -> int:
        """Let go of what was done before then; give how many."""
        ...

    async def scrub(self) -> bool:
        """See that nothing of what was removed is left in files that are this store's own.

        False if somebody reads there for so long that it has to be tried again.
        """
        ...

    async def forget(self, before: float) -> int:
        """Let go of the ids of deliveries dealt with before then, and of marks of sent replies and ended calls.

        A delivery repeated later than that would be taken for a new one: keep at least a week. Gives how many.
        """
        ...

    async def save_version(self, version: str, sources: Mapping[str, str], now: float) -> None:
        """Keep the sources of a flow version (path → text); a known one changes nothing."""
        ...

    async def version(self, version: str) -> Mapping[str, str] | None:
        """Give the sources of a flow version."""
        ...

    async def drop_versions(self, needed: Collection[str]) -> int:
        """Let the versions go that are not among those needed; give how many."""
        ...

    async def publish(self, version: str, share: int, by: str, now: float) -> Publication:
        """Note that a version is to be served from now on, to so many of a hundred conversations."""
        ...

    async def publications(self, most: int = 50) -> Sequence[Publication]:
        """Give what was published, the newest first."""
        ...

    async def sessions(self, since: float, after: int = 0, most: int = 500) -> Sequence[tuple[int, Session]]:
        """Give the sessions of the conversations that were touched since then (to the hour), page by page.

        Each comes with a cursor, after the last of which the next page begins.
        """
        ...


TOGETHER = 500  # turns that are read at a time


async def each_turn(store: Store, conversation: str, first: int = 1) -> AsyncIterator[Record]:
    """Give the records of a conversation's turns from `first` on, in order, some hundreds read at a time."""
    while page := await store.turns(conversation, first, TOGETHER):
        for record in page:
            yield record
        first = page[-1].seq + 1
