"""Retention: what is older than a bot keeps it goes, a little at a time, beside the turns."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Final

import msgspec

from botkit.model.session import is_live
from botkit.ports.clocks import Clock
from botkit.ports.files import Files
from botkit.ports.stored import Summary, Untouched
from botkit.ports.stores import Store, each_turn
from botkit.runtime.chores import Chore

_log = logging.getLogger(__name__)

FIRST: Final = 300.0  # seconds after the start
PAUSE: Final = 0.05  # seconds between two steps, in which turns go on
AT_ONCE: Final = 20  # conversations in one transaction, and
MOST_TURNS: Final = 400  # turns of them, unless one has more
_PAGE = 100
_EVERYTHING = 10_000_000


class Ages(msgspec.Struct, frozen=True):
    """After how many seconds what goes; None: never.

    `conversations` counts from when somebody last said something, the others from when it was.
    """

    conversations: float | None = None
    transcripts: float | None = None
    files: float | None = None
    failures: float | None = None
    figures: float | None = None
    audits: float | None = None

    @property
    def none(self) -> bool:
        """Whether nothing ever goes."""
        return all(value is None for value in msgspec.structs.astuple(self))


class Retention:
    """Lets go of what is old. `idle` is after how many seconds an abandoned flow counts as over, `tell` are the
    plugins that are to be told of conversations that go.

    Never of a conversation that somebody touched, that is a person's or waits for one, in which something is to be
    done, or in the middle of a flow; so no version of the flows that one needs.
    """

    def __init__(
        self, store: Store, files: Files, clock: Clock, ages: Ages, idle: float, tell: Collection[str] = ()
    ) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._ages = ages
        self._idle = idle
        self._tell = tell
        self._chore = Chore(store, "retention", self._let_go, first=FIRST)

    def start(self) -> None:
        """Begin, if anything ever goes."""
        if not self._ages.none:
            self._chore.start()

    async def stop(self) -> None:
        """End; what is left goes another time."""
        await self._chore.stop()

    async def once(self) -> Mapping[str, int]:
        """Let go now; give how many rows of which tables went. Raises StoreError."""
        counts: Counter[str] = Counter()
        now, ages = self._clock.now(), self._ages
        if ages.conversations is not None:
            counts += await self._retire(now - ages.conversations, now)
        if ages.transcripts is not None:
            counts += await self._trim(now - ages.transcripts, now)
        if ages.failures is not None:
            counts += await self._drop_failures(now - ages.failures, now)
        if ages.files is not None:
            counts["files"] += await self._files.forget_before(now - ages.files)
        if ages.figures is not None:
            counts["figures"] += await self._store.drop_figures(now - ages.figures)
        if ages.audits is not None:
            counts["audits"] += await self._store.drop_acts(now - ages.audits)
        counts = +counts
        if counts:
            await self._files.sweep()
            await self._store.scrub()
        return counts

    async def _retire(self, before: float, now: float) -> Counter[str]:
        counts: Counter[str] = Counter()
        batch: list[Untouched] = []
        async for one in old_conversations(self._store, before, self._idle, now):
            if batch and (len(batch) == AT_ONCE or sum(each.turns for each in batch) + one.turns > MOST_TURNS):
                counts.update(await self._retire_these(batch, now))
                batch = []
            batch.append(one)
        if batch:
            counts.update(await self._retire_these(batch, now))
        return counts

    async def _retire_these(self, batch: Sequence[Untouched], now: float) -> Mapping[str, int]:
        counts = await self._store.retire([(one.conversation, one.fence) for one in batch], now, self._tell)
        await asyncio.sleep(PAUSE)
        return counts

    async def _trim(self, before: float, now: float) -> Counter[str]:
        counts: Counter[str] = Counter()
        cursor: int | None = 0
        while cursor is not None:
            gone, cursor = await self._store.trim(before, now, cursor, _PAGE)
            counts.update(gone)
            await asyncio.sleep(PAUSE if gone else 0)
        return counts

    async def _drop_failures(self, before: float, now: float) -> Counter[str]:
        counts: Counter[str] = Counter()
        while gone := await self._store.drop_failures(before, now, _PAGE):
            counts.update(gone)
            await asyncio.sleep(PAUSE)
        return counts

    async def _let_go(self) -> None:
        if gone := await self.once():
            _log.info("let go of what is old", extra={"action": "retention", **gone})


async def old_conversations(store: Store, before: float, idle: float, now: float) -> AsyncIterator[Untouched]:
    """Give the conversations that go, the longest untouched first."""
    after = (0, 0)
    while page := await store.untouched(before, after, _PAGE):
        for one in page:
            if one.session is None or not is_live(one.session, idle, now):
                yield one
        after = page[-1].cursor
        await asyncio.sleep(0)


async def foresee(store: Store, files: Files, ages: Ages, idle: float, now: float) -> Mapping[str, int]:
    """Count what would go now, and change nothing."""
    counts: Counter[str] = Counter()
    gone: set[str] = set()
    if ages.conversations is not None:
        async for one in old_conversations(store, now - ages.conversations, idle, now):
            gone.add(one.conversation)
            counts["conversations"] += 1
            counts["turns"] += await _count_turns(store, one.conversation)
            counts["files"] += len(await files.files(one.conversation))
    if ages.transcripts is not None or ages.files is not None:
        for each in await store.conversations(_EVERYTHING):
            if each.conversation not in gone:
                counts += await _foresee_parts(store, files, ages, each, now)
    if ages.failures is not None:
        failed = [one for one in await store.failures(_EVERYTHING) if one.conversation not in gone]
        counts["failures"] += sum(one.at < now - ages.failures for one in failed)
    if ages.figures is not None:
        day = int((now - ages.figures) // 86_400)
        counts["figures"] += sum(figure.day < day for figure in await store.figures())
    if ages.audits is not None:
        counts["audits"] += sum(act.at < now - ages.audits for act in await store.acts(_EVERYTHING))
    return +counts


async def _foresee_parts(store: Store, files: Files, ages: Ages, one: Summary, now: float) -> Counter[str]:
    """Count what would go of a conversation that stays."""
    counts: Counter[str] = Counter()
    if ages.transcripts is not None and one.owner == "bot":
        counts["turns"] = await _count_turns(store, one.conversation, now - ages.transcripts)
    if ages.files is not None:
        before = now - ages.files
        counts["files"] = sum(file.at < before for file in await files.files(one.conversation))
    return counts


async def _count_turns(store: Store, conversation: str, before: float | None = None) -> int:
    """Count the records that there are, or the first ones that are older."""
    count = 0
    async for record in each_turn(store, conversation):
        if before is not None and record.now >= before:
            break
        count += 1
    return count
