"""Members: what a team writes in its channel becomes events, stored before the platform hears that it came."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Final

from botkit.app.audits import note_act
from botkit.errors import BotkitError
from botkit.model.events import Message, Noted, Owned, Said, Timer
from botkit.model.replies import Leave
from botkit.model.session import Session
from botkit.model.turn import Record
from botkit.ports.people import Line
from botkit.ports.rooms import Member
from botkit.ports.threads import Thread
from botkit.runtime.desk import LONGEST_TEXT, lines_of, outcome_of, turn_of
from botkit.runtime.duties import FAREWELL
from botkit.runtime.engine import Engine

_log = logging.getLogger(__name__)

NOTE: Final = re.compile(r"\s*(?://|note:)\s*", re.IGNORECASE)
"""How a message begins that is for colleagues alone."""
HELP: Final = (
    "What you write here goes to the customer; // at the beginning makes it a note for colleagues. "
    "Take, return (to the bot) and close: by the buttons, or by that word behind the bot's command."
)
NO_FILES: Final = "Files cannot be given to customers: send them a link."
NOTED: Final = "Kept as a note: the customer does not see it."
CALLS: Final = "Not sent to the customer: it calls a colleague. Begin with // for a note, or leave the name out."
ELSEWHERE: Final = "the conversation goes on in another thread."
_COMMAND: Final = re.compile(r"\s*/botkit(?:@\w+)?(?:\s+(\S*)\s*)?$", re.IGNORECASE)
_SHORT: Final = re.compile(r"\s*/(take|return|close)(?:@\w+)?\s*$", re.IGNORECASE)
_UNKNOWN: Final = re.compile(r"\s*/[a-z]\w*(?:@\w+)?\s*$", re.IGNORECASE)  # a command that was meant to be another
_ACTS: Final[Mapping[str, str]] = {
    "take": "take",
    "claim": "take",
    "return": "return",
    "back": "return",
    "close": "close",
}
_IMPLIED: Final = ":take"  # how the key of a claim ends that a message brought along


class Members:
    """Implements RoomIntake for one room. Who is in the team's channel may act there.

    An act is an event of the conversation, under a key of the platform's: its turn decides, in the order of all
    that happens, and the thread tells what came of it. So nothing waits here for a turn.
    """

    def __init__(self, room: str, engine: Engine) -> None:
        self._room = room
        self._engine = engine
        self._noting: set[asyncio.Task[None]] = set()

    async def knows(self, thread: str) -> bool:
        """Tell whether a thread is, or was, that of a conversation."""
        return await self._engine.store.threads.find(self._room, thread) is not None

    def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file that a customer sent."""
        return self._engine.files.read(conversation, ref)

    async def said(
        self, thread: str, member: Member, text: str, key: str, *, files: int = 0, calls: bool = False
    ) -> str:
        """Take what a member wrote: for the customer, for colleagues, or a command."""
        found, session = await self._find(thread)
        command = command_of(text)
        if found is None and _COMMAND.match(text):
            return await self.did("", member, command or "help", key)
        if found is None or session is None:
            return ""
        if command is not None:
            return await self.did(thread, member, command, key)
        if _UNKNOWN.match(text):
            return f"Not sent to the customer. {HELP}"
        told = NO_FILES if files else ""
        if not text.strip():
            return told
        if len(text) > LONGEST_TEXT:
            return f"Not sent: it has {len(text):,} characters, {LONGEST_TEXT:,} at most."
        if await self._heard(found, key):
            return ""
        agent = agent_of(session, self._room, member)
        note = NOTE.match(text)
        if note is not None:
            if _is_left(found, session):
                return f"Not kept: {ELSEWHERE}"
            rest = text[note.end() :]
            await self._put(found, key, Noted(agent, rest or text, self._id(key)))
            return f"{NOTED} {told}".strip()
        if (absence := _absence(found, session)) is not None:
            return f"Not sent: {absence}"
        if calls:
            return CALLS
        if session.owner == "queue":
            await self._claim(found, session, agent, f"{key}{_IMPLIED}")
        await self._put(found, key, Said(agent, text, self._id(key), name_of(member)))
        return told

    async def did(self, thread: str, member: Member, act: str, key: str) -> str:
        """Take, give back or close a conversation."""
        if act not in _ACTS.values():
            return HELP
        if not thread:
            theirs = await self._theirs(member)
            if len(theirs) != 1:
                return f"You have {len(theirs) or 'no'} conversations: use the buttons in a thread."
            (thread,) = theirs
        found, session = await self._find(thread)
        if found is None or session is None:
            return "This conversation is not there any more."
        if await self._heard(found, key):
            return ""
        agent = agent_of(session, self._room, member)
        if act == "take":
            if session.owner == "human" and session.agent == agent:
                return "You have it already."
            if _is_left(found, session):
                return ELSEWHERE
            await self._claim(found, session, agent, key)
            return ""
        if (absence := _absence(found, session)) is not None:
            return absence
        await self._put(found, key, Owned("returned" if act == "return" else "closed", agent, self._id(key)))
        return ""

    async def _find(self, thread: str) -> tuple[Thread | None, Session | None]:
        found = await self._engine.store.threads.find(self._room, thread)
        if found is None:
            return None, None
        return found, await self._session(found)

    async def _session(self, thread: Thread) -> Session | None:
        return (await self._engine.store.load(thread.conversation, most=0)).session

    async def _theirs(self, member: Member) -> Sequence[str]:
        """Give the threads of what somebody has in this room."""
        theirs = []
        for thread in await self._engine.store.threads.open(self._room):
            session = await self._session(thread)
            if session is not None and session.owner == "human" and _is_theirs(session, self._room, member):
                theirs.append(thread.id)
        return theirs

    async def _claim(self, thread: Thread, session: Session, agent: str, key: str) -> None:
        if await self._put(thread, key, Owned("claimed", agent, self._id(key))):
            work = self._note_claim(thread.conversation, session.seq + 1, agent, self._id(key))
            task = asyncio.create_task(work, name="note a claim")
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def _note_claim(self, conversation: str, first: int, agent: str, key: str) -> None:
        """Note who has claimed a conversation, and not who was refused."""
        try:
            outcome = outcome_of(await turn_of(self._engine.store, conversation, key, first))
            if outcome is not None and outcome.name == "done":
                await note_act(self._engine.store, agent, "claimed", conversation)
        except BotkitError as error:
            _log.warning("a claim was not noted: %s", error, extra={"action": "room", "conversation": conversation})

    async def close(self) -> None:
        """Wait a while for what is being noted."""
        if self._noting:
            await asyncio.wait(self._noting, timeout=FAREWELL)
        for task in list(self._noting):
            task.cancel()

    async def _heard(self, thread: Thread, key: str) -> bool:
        """Tell whether this came before: the platform says it again, and it is judged once."""
        return await self._engine.store.threads.heard(thread.conversation, self._id(key))

    async def _put(self, thread: Thread, key: str, event: Owned | Said | Noted) -> bool:
        """Store an act; False if it was stored before."""
        return not (await self._engine.put(thread.conversation, self._id(key), event)).duplicate

    def _id(self, key: str) -> str:
        return f"{prefix_of(self._room)}{key}"


def prefix_of(room: str) -> str:
    """Give how the ids of a room's acts begin."""
    return f"desk:{room}:"


def command_of(text: str) -> str | None:
    """Give what a command asks for: `take`, `return`, `close` or `help`; None for what is none."""
    found = _COMMAND.match(text) or _SHORT.match(text)
    return None if found is None else _ACTS.get((found[1] or "").casefold(), "help")


def name_of(member: Member) -> str:
    """Give the name that customers see."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in member.name).split())[:60] or "Team"


def agent_of(session: Session, room: str, member: Member) -> str:
    """Give who somebody is at the desk: by name and id, as they were when they took it over."""
    return session.agent if _is_theirs(session, room, member) else f"{name_of(member)}{_tag(room, member)}"


def _is_theirs(session: Session, room: str, member: Member) -> bool:
    return session.agent.endswith(_tag(room, member))


def _tag(room: str, member: Member) -> str:
    return f" ({room} {member.id})"


def _absence(thread: Thread, session: Session) -> str | None:
    """Say why nothing goes from a thread to the customer; None if it does."""
    if session.owner == "bot":
        return "the conversation is the bot's. Take it over first; it goes on in another thread."
    return ELSEWHERE if thread.ended else None


def _is_left(thread: Thread, session: Session) -> bool:
    """Tell whether a conversation is people's, but not in this thread any more: another team may have it."""
    return thread.ended and session.owner != "bot"


# What a thread tells of a turn


def lines_of_room(record: Record, room: str) -> Sequence[Line]:
    """Give what a turn adds to a thread: not what was written there, but what became of it."""
    event = record.event
    ours = getattr(event, "id", "").startswith(prefix_of(room)) and not isinstance(event, Message)
    said = [line for line in lines_of(record) if line.who != "event" and (line.text.strip() or line.files)]
    shown = [line for line in said if not (ours and line.who in ("agent", "note"))]
    return [*_news(record, ours=ours), *shown]


def _news(record: Record, *, ours: bool) -> Iterator[Line]:
    event, outcome = record.event, outcome_of(record)
    news = state_of(record)
    if isinstance(event, Owned | Said) and ours and not event.id.endswith(_IMPLIED) and outcome is not None:
        refused = f"{'Not sent' if isinstance(event, Said) else 'Not done'}: {outcome.why}."
        news = news if outcome.name == "done" else refused
    if news:
        yield Line(record.seq, record.now, "event", news)


def state_of(record: Record) -> str:
    """Say who has a conversation since a turn; "" where that is who had it before."""
    event, outcome = record.event, outcome_of(record)
    if isinstance(event, Owned) and (outcome is None or outcome.name == "done"):
        return _told(event)
    if isinstance(event, Timer) and event.purpose == "agent" and record.replies:
        return "No answer for too long: it waits for somebody again."
    if any(isinstance(effect, Leave) for effect in record.effects):
        return "The customer does not want to wait any longer."
    return ""


def _told(event: Owned) -> str:
    who = event.agent or "the bot"
    match event.how:
        case "claimed":
            return f"{who} has it."
        case "returned" | "left":
            return f"{who} gave it back to the bot."
        case "closed":
            return f"{who} closed it."
        case "assigned":
            return f"{who} passed it to {event.to or event.team}."
        case "requeued":
            return f"{who} let go of it: it waits for somebody again."
        case _:
            return ""
