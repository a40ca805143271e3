"""Rooms: what a desk has is shown in teams' channels, a thread for each hand-off, by one process at a time."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from botkit.app.briefs import brief_of
from botkit.app.members import Members, lines_of_room, state_of
from botkit.errors import BotkitError, DeliveryError
from botkit.model.events import Owned
from botkit.model.replies import Leave
from botkit.model.secrecy import hide_record, long_secrets
from botkit.model.turn import Record
from botkit.ports.connectors import Connector, layers_of
from botkit.ports.people import Desk, Line
from botkit.ports.rooms import Brief, Host, Room
from botkit.ports.stored import Summary
from botkit.ports.threads import Thread
from botkit.runtime.duties import FAREWELL, Duty
from botkit.runtime.engine import Engine
from botkit.runtime.packets import mask_texts

_log = logging.getLogger(__name__)

BETWEEN: Final = 1.0  # seconds between looks at what other processes have done
BREATH: Final = 0.05  # seconds between two looks at least
SHARE: Final = 5.0  # times as long as a look took, at least: of many that wait it takes a while
PAGE: Final = 100  # conversations that are read at once; what else there is to do goes on between two pages
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before what failed is tried again; each is twice the one before
AT_ONCE: Final = 100  # turns that are read together
UNBRIEFED: Final = (
    3600.0  # seconds for which a thread that refuses its first words is kept: each new one calls people
)
PLACE_PAUSE: Final = 15.0  # seconds at most for which all of a place rests: what is wrong may be two of its threads
_PASSES: Final = 3  # over the list in one look
_IN_A_ROW: Final = 2  # that are refused in a place before the others wait
ERASED: Final = "This customer was erased: what is written here reaches nobody."
OVER: Final = "It is over."
TOGETHER: Final = 2000  # characters of lines that are posted together: platforms count messages

_Step = tuple[
    str, Callable[[], Awaitable[None]]
]  # what it is about, a thread or a conversation, and what is to be done
_Rest = tuple[str, str]  # a place, and what rests there; "" for all of it


def rooms_of(connectors: Mapping[str, Connector]) -> dict[str, Room]:
    """Give the rooms of the channels, by the channel's name."""
    found = {}
    for name, connector in connectors.items():
        for layer in layers_of(connector):
            if isinstance(layer, Host) and layer.room is not None:
                found[name] = layer.room
    return found


class Rooms:
    """The rooms of a bot. Members' messages are taken by every process, threads written by one at a time."""

    def __init__(self, engine: Engine, desk: Desk, rooms: Mapping[str, Room]) -> None:
        self._duties: list[Duty] = []
        self._members: list[Members] = []
        for name, room in rooms.items():
            members = Members(name, engine)
            room.attend(members)
            self._members.append(members)
            mirror = Mirror(name, room, engine, desk)
            duty = Duty(engine.store, f"room {name}", mirror.run)
            mirror.may_go_on = partial(_is_ours, duty)
            self._duties.append(duty)

    def start(self) -> None:
        """Begin to show."""
        for duty in self._duties:
            duty.start()

    async def stop(self) -> None:
        """Show no more; what is just being posted is posted, and noted."""
        await asyncio.gather(*(duty.stop() for duty in self._duties), *(one.close() for one in self._members))


def _is_ours(duty: Duty) -> bool:
    return duty.is_ours


class Mirror:
    """Shows cases in the threads of one room.

    How far each thread is stands in the store, written after each post: a process that dies between the platform's
    OK and that write leaves a post that the next one makes again.
    """

    def __init__(self, name: str, room: Room, engine: Engine, desk: Desk) -> None:
        self.may_go_on: Callable[[], bool] = lambda: True
        self._name = name
        self._room = room
        self._engine = engine
        self._desk = desk
        self._threads = engine.store.threads
        self._not_before: dict[_Rest, float] = {}  # on the monotonic clock
        self._pauses: dict[_Rest, float] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._passed_over: set[str] = set()  # places that were at work when something else came
        self._again: Callable[[], None] = lambda: None
        self._known: dict[str, Thread] = {}  # that were open when it looked last
        self._erased: dict[str, Thread] = {}  # of which it is not told yet

    async def run(self) -> None:
        """Show what there is, and what changes, until cancelled."""
        try:
            with self._engine.handed.listening() as changed:
                self._again = changed.tell
                while True:
                    began = time.monotonic()
                    await self.look()
                    await asyncio.sleep(max(BREATH, SHARE * (time.monotonic() - began)))
                    await changed.wait(BETWEEN - BREATH)
        finally:
            for task in self._at_work.values():
                task.cancel()
            if self._at_work:
                await asyncio.wait(set(self._at_work.values()), timeout=FAREWELL)

    async def look(self) -> None:
        """Bring every thread up to date, those of a place in order; a place that is being brought is left alone."""
        busy = frozenset(self._at_work)  # before anything is read: what is read may be of before their last post
        work: dict[str, list[_Step]] = {}
        cases = await self._handed()
        known, self._known = self._known, {one.id: one for one in await self._threads.open(self._name)}
        for name in known.keys() - self._known.keys():
            if await self._threads.find(self._name, name) is None:
                self._erased[name] = known[name]
        for name, thread in self._erased.items():
            work.setdefault(thread.place, []).append((name, partial(self._tell_of_erasure, thread)))
        for thread in self._known.values():
            case = cases.get(thread.conversation)
            if case is not None and self._is_of(thread, _since(case), case.team):
                del cases[thread.conversation]
                if thread.shown < case.turns:
                    work.setdefault(thread.place, []).append((thread.conversation, partial(self._follow, thread)))
            else:
                work.setdefault(thread.place, []).append((thread.id, partial(self._end, thread)))
        for case in cases.values():
            if place := self._room.place_of(case.team):
                work.setdefault(place, []).append((case.conversation, partial(self._open, place, case)))
        self._forget_rests(_rests_of(work))
        for place, steps in work.items():
            if place in busy:
                self._pass_over(place)
                continue
            task = self._at_work[place] = asyncio.create_task(self._work(place, steps), name=f"room {place}")
            task.add_done_callback(partial(self._worked, place))

    async def _handed(self) -> dict[str, Summary]:
        """Give the conversations that wait for people, or that they have: who has waited longest comes first."""
        found: dict[str, Summary] = {}
        for owner in ("queue", "human"):
            newest: float | None = -math.inf
            for _ in range(_PASSES):  # what was touched meanwhile has gone to the top, maybe unread
                if newest is not None:
                    newest = await self._read_pages(owner, found, newest)
        return {one.conversation: one for one in sorted(found.values(), key=_since)}

    async def _read_pages(self, owner: str, found: dict[str, Summary], until: float) -> float | None:
        """Read what was touched after `until`; give when the newest was touched, if there were several pages."""
        pages, newest, after = 0, until, ""
        while page := await self._engine.store.conversations(PAGE, owner, after):
            found.update((one.conversation, one) for one in page)
            pages, newest, after = pages + 1, max(newest, page[0].touched), page[-1].cursor
            if page[-1].touched <= until or len(page) < PAGE:
                break
            await asyncio.sleep(0)
        return newest if pages > 1 else None

    def _pass_over(self, place: str) -> None:
        """Look again as soon as a place is at work no more."""
        if place in self._at_work:
            self._passed_over.add(place)
        else:
            self._again()

    def _worked(self, place: str, _: asyncio.Task[None]) -> None:
        del self._at_work[place]
        if place in self._passed_over:
            self._passed_over.discard(place)
            self._again()

    def _is_of(self, thread: Thread, since: float, team: str) -> bool:
        return thread.since == since and self._room.place_of(team) == thread.place

    async def _work(self, place: str, steps: Sequence[_Step]) -> None:
        """Do what is to be done in one place; what it does not take waits for a while, and lets the others go first.

        All of the place waits where the platform says how long, and where it takes nothing.
        """
        failed, takes = 0, False
        for name, step in sorted(steps, key=lambda one: self._pauses.get((place, one[0]), 0.0)):
            if self._rests(place) or not self.may_go_on():
                return
            if self._rests(place, name):
                continue
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - what is wrong with one thread is no other's trouble
                extra = {"action": "room", "channel": self._name}
                told = str(error) if isinstance(error, BotkitError) else type(error).__name__
                _log.warning("a team's channel is behind: %s: %s", place, told, extra=extra)
                failed += 1
                wait = error.retry_after if isinstance(error, DeliveryError) else None
                if wait is not None:
                    self._not_before[place, ""] = time.monotonic() + wait
                    return
                self._rest(place, name, LONGEST_PAUSE)
                if failed == _IN_A_ROW:
                    if not takes:
                        self._rest(place, "", PLACE_PAUSE)
                    return
            else:
                failed, takes = 0, True
                self._pauses.pop((place, name), None)
                self._pauses.pop((place, ""), None)

    def _rests(self, place: str, name: str = "") -> bool:
        return time.monotonic() < self._not_before.get((place, name), 0.0)

    def _rest(self, place: str, name: str, longest: float) -> None:
        """Let something rest, twice as long as the last time."""
        pause = min(self._pauses.get((place, name), FIRST_PAUSE / 2) * 2, longest)
        self._pauses[place, name] = pause
        self._not_before[place, name] = time.monotonic() + pause

    def _forget_rests(self, kept: set[_Rest]) -> None:
        """Forget what rested and has nothing to do any more; places are few, and stay."""
        for rest in [one for one in self._not_before if one[1] and one not in kept]:
            del self._not_before[rest]
            self._pauses.pop(rest, None)

    # A thread

    async def _open(self, place: str, case: Summary) -> None:
        since = _since(case)
        brief, _ = await self._brief_of(case.conversation, since)
        begun = Thread(self._name, "", case.conversation, place, since, at=self._engine.clock.now())

        async def begin() -> Thread:
            thread = replace(begun, id=await self._room.open(place, brief))
            await self._threads.keep(thread)
            return thread

        await self._follow(await _wholly(begin()))

    async def _brief_of(self, conversation: str, since: float) -> tuple[Brief, int]:
        """Give what a person needs at first, and the turn up to which it tells what was said."""
        dossier = await self._desk.look(conversation)
        before = tuple([line for line in dossier.lines if line.at <= since])
        last = max((line.turn for line in before), default=max(0, dossier.case.turns - AT_ONCE))
        return brief_of(replace(dossier, lines=before)), last

    async def _follow(self, thread: Thread, *, ends: bool = False) -> None:
        """Tell what was not told; with `ends` up to where the conversation was given away, and close the thread."""
        state = ""
        try:
            if thread.shown < 0:
                brief, last = await self._brief_of(thread.conversation, thread.since)
                thread = await self._tell(thread, last, self._room.brief(thread.id, brief))
            while records := await self._engine.store.turns(thread.conversation, thread.shown + 1, AT_ONCE):
                last = next((one.seq for one in records if gives_away(one)), 0) if ends else 0
                told = [one for one in records if not last or one.seq <= last]
                state = next(filter(None, map(state_of, reversed(told))), state)
                for lines in batches(self._lines(told)):
                    post = self._room.post(thread.id, thread.conversation, lines)
                    thread = await self._tell(thread, lines[-1].turn, post)
                if thread.shown < told[-1].seq:
                    thread = replace(thread, shown=told[-1].seq)
                    await self._threads.keep(thread)
                if last:
                    break
            if ends:
                await self._tell(
                    replace(thread, ended=True), thread.shown, self._room.close(thread.id, state or OVER)
                )
            elif state:
                await self._room.mark(thread.id, state)
        except DeliveryError as error:
            if not error.permanent:
                raise
            extra = {"action": "room", "channel": self._name, "conversation": thread.conversation}
            if thread.shown < 0 and not ends and self._engine.clock.now() < thread.at + UNBRIEFED:
                raise
            _log.warning("a thread is gone, another one is begun: %s", error, extra=extra)
            await self._threads.keep(replace(thread, ended=True))
            if not ends:
                raise

    async def _end(self, thread: Thread) -> None:
        """End a thread of a conversation that is the bot's again, another team's, or handed over anew."""
        session = (await self._engine.store.load(thread.conversation, most=0)).session
        handed = session.handed if session is not None and session.owner != "bot" else None
        if session is not None and handed is not None and self._is_of(thread, handed.since, session.team):
            return  # it was touched while the list was read
        await self._follow(thread, ends=True)

    async def _tell_of_erasure(self, thread: Thread) -> None:
        """Tell in a thread that its conversation is not there any more, unless this process ends before."""
        try:
            await self._room.post(thread.id, thread.conversation, [Line(0, 0.0, "event", ERASED)])
            await self._room.close(thread.id, ERASED)
        except DeliveryError as error:
            if not error.permanent:
                raise
            extra = {"action": "room", "channel": self._name}
            _log.warning("a team was not told that a customer was erased: %s", error, extra=extra)
        self._erased.pop(thread.id, None)

    async def _tell(self, thread: Thread, shown: int, post: Awaitable[None]) -> Thread:
        """Post, and note that it was; a process that ends waits for both."""

        async def tell() -> Thread:
            await post
            told = replace(thread, shown=shown, at=self._engine.clock.now())
            await self._threads.keep(told)
            return told

        return await _wholly(tell())

    def _lines(self, records: Sequence[Record]) -> list[Line]:
        """Give what is shown of turns, without secrets and numbers that nobody needs."""
        secrets = long_secrets(records)
        lines = [line for one in records for line in lines_of_room(hide_record(one, secrets), self._name)]
        masked = mask_texts([line.text for line in lines])
        return [replace(line, text=text) for line, text in zip(lines, masked, strict=True)]


def _since(one: Summary) -> float:
    return one.since or one.touched


def _rests_of(work: Mapping[str, Sequence[_Step]]) -> set[_Rest]:
    return {(place, name) for place, steps in work.items() for name, _ in steps}


def gives_away(record: Record) -> bool:
    """Tell whether a conversation is the bot's after a turn, or over."""
    if any(isinstance(effect, Leave) for effect in record.effects):
        return True
    event = record.event
    done = any(one.route == "event" and one.name == "done" for one in record.candidates)
    return done and isinstance(event, Owned) and event.how in ("returned", "left", "closed")


def batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Part lines into what is posted together: whole turns, about `TOGETHER` characters, files by themselves."""
    batch: list[Line] = []
    for number, line in enumerate(lines):
        if batch and line.turn != batch[-1].turn:
            alone = any(one.files for one in (*batch, *(one for one in lines[number:] if one.turn == line.turn)))
            if alone or sum(len(one.text) for one in batch) + len(line.text) > TOGETHER:
                yield batch
                batch = []
        batch.append(line)
    if batch:
        yield batch


async def _wholly(work: Coroutine[Any, Any, Thread]) -> Thread:
    """Let something be done to its end, also when whoever waits for it is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=FAREWELL)
        raise
