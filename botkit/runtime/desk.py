"""The desk of the house: what people do becomes events of the conversation, which its turns take in order."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Literal
from uuid import uuid4

import msgspec

from botkit.errors import DeskError, UsageError
from botkit.model.events import Message, Noted, Owned, Said
from botkit.model.replies import HandOff
from botkit.model.secrecy import hide_record, long_secrets
from botkit.model.session import Session
from botkit.model.turn import Candidate, Record
from botkit.ports.people import Case, Change, Dossier, Line, Team
from botkit.ports.stored import Summary
from botkit.ports.stores import Store
from botkit.runtime.engine import Engine
from botkit.runtime.histories import line_said, said_in
from botkit.runtime.packets import mask_handoff, mask_texts

LONGEST_TEXT = 20_000  # characters of a reply or a note
MOST_LINES = 500  # turns of a transcript that are read at once
WITHIN = 10.0  # seconds in which the turn of what a person does has to be made
BETWEEN_LOOKS = 1.0  # seconds between looks at what other processes have done
BREATH = 0.1  # seconds between two looks at least, however much happens
_FIRST_LOOK = 0.01  # seconds; each is twice the one before
_PAGE = 200
_WORDS: Mapping[str, str] = {
    "taken": "somebody else has it",
    "unclaimed": "nobody has claimed it",
    "ignored": "it does not wait for a person",
}


class EngineDesk:
    """A Desk (`ports.people`) of the conversations that an engine, or others with the same store, see to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Looking

    async def teams(self) -> Sequence[Team]:
        """Give the teams, in the order of bot.yaml."""
        settings, now = self._engine.book.current.settings, self._engine.clock.now()
        cases = await self.cases()
        names = settings.teams if settings.teams is not None else sorted({case.team for case in cases})
        made = []
        for name in names:
            hours = settings.hours_of(name)
            is_open = hours is None or hours.is_open(now)
            opens = hours.next_open(now) if hours is not None and not is_open else None
            waiting = sum(case.team == name and case.owner == "queue" for case in cases)
            served = sum(case.team == name and case.owner == "human" for case in cases)
            made.append(Team(name, is_open, opens, waiting, served))
        return made

    async def cases(self, team: str = "") -> Sequence[Case]:
        """Give what waits, who waits longest first, and then what people have."""
        found = [*await self._cases_of("queue"), *await self._cases_of("human")]
        return [case for case in found if not team or case.team == team]

    async def _cases_of(self, owner: Literal["queue", "human"]) -> list[Case]:
        found: dict[str, Case] = {}
        after = ""
        while page := await self._engine.store.conversations(_PAGE, owner, after):
            found.update((one.conversation, case_of(one)) for one in page)
            after = page[-1].cursor
            if len(page) < _PAGE:
                break
        return sorted(found.values(), key=lambda case: (case.since, case.conversation))

    async def look(self, conversation: str, after: int = 0) -> Dossier:
        """Give a conversation with its lines after a turn, at most the last of `MOST_LINES` turns.

        Secrets are in none of them, nor are numbers of cards, accounts and identity papers.
        """
        session = await self._session(conversation)
        first = max(after, session.seq - MOST_LINES) + 1
        records = await self._engine.store.turns(conversation, first, MOST_LINES) if first <= session.seq else ()
        secrets = long_secrets(records)
        lines = [line for record in records for line in lines_of(hide_record(record, secrets))]
        masked = mask_texts([line.text for line in lines])
        shown = [msgspec.structs.replace(line, text=text) for line, text in zip(lines, masked, strict=True)]
        packet = mask_handoff(session.handed.packet).packet if session.handed is not None else {}
        return Dossier(_case_of(session), packet, tuple(shown))

    async def _session(self, conversation: str) -> Session:
        session = (await self._engine.store.load(conversation, most=0)).session
        if session is None:
            raise DeskError(f"there is no conversation {conversation[:80]!r}", reason="unknown")
        return session

    def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file that the customer sent."""
        return self._engine.files.read(conversation, ref)

    async def watch(self) -> AsyncGenerator[Change, None]:
        """Give what happens, as it happens."""
        with self._engine.handed.listening() as changed:
            async for change in changes_of(self.cases, self._is_gone, changed.wait):
                yield change

    async def _is_gone(self, conversation: str) -> bool:
        """Tell whether a case is over, and was not just touched while the pages of the list were read."""
        session = (await self._engine.store.load(conversation, most=0)).session
        return session is None or session.owner == "bot"

    # Acting

    async def claim(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        """Take a conversation, from the queue or from the bot; a lead takes it from others."""
        return await self._act(conversation, key, Owned("claimed", _named(agent), forced=lead))

    async def reply(self, conversation: str, agent: str, text: str, *, key: str = "", name: str = "") -> Case:
        """Say something to the customer of a conversation that one has, as `name`."""
        return await self._act(conversation, key, Said(_named(agent), _text(text), name=name and _named(name)))

    async def typing(self, conversation: str, agent: str, *, name: str = "") -> None:
        """Show the customer for some seconds that who has the conversation writes to them, as `name`."""
        shown = _named(name) if name else _named(agent)
        session = await self._session(conversation)
        if session.owner != "human" or session.agent != agent:
            reason = "taken" if session.owner == "human" else "unclaimed"
            raise DeskError(_WORDS[reason], reason=reason)
        self._engine.presence.show(conversation, shown)

    async def note(self, conversation: str, agent: str, text: str, *, key: str = "") -> Case:
        """Note something that the customer does not see."""
        return await self._act(conversation, key, Noted(_named(agent), _text(text)))

    async def give_back(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        """Give a conversation back to the bot."""
        return await self._act(conversation, key, Owned("returned", _named(agent), forced=lead))

    async def reassign(
        self, conversation: str, agent: str, *, to: str = "", team: str = "", lead: bool = False, key: str = ""
    ) -> Case:
        """Give a conversation to a colleague, or into the queue of a team."""
        if bool(to) == bool(team):
            raise UsageError("a conversation goes to a colleague or to a team", hint="name one of them")
        teams = self._engine.book.current.settings.teams
        if team and teams is not None and team not in teams:
            raise DeskError(f"there is no team {team[:40]!r}", reason="unknown", hint=f"there are {', '.join(teams)}")
        return await self._act(conversation, key, Owned("assigned", _named(agent), to=to, team=team, forced=lead))

    async def close(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        """End a conversation."""
        return await self._act(conversation, key, Owned("closed", _named(agent), forced=lead))

    async def leave(self, agent: str) -> int:
        """Put all that somebody has back into the queue."""
        theirs = [case for case in await self._cases_of("human") if case.agent == agent]
        for case in theirs:
            await self._act(case.conversation, "", Owned("requeued", _named(agent)))
        return len(theirs)

    async def _act(self, conversation: str, key: str, event: Owned | Said | Noted) -> Case:
        """Store what somebody does, wait for its turn, and give how the conversation stands then."""
        session = await self._session(conversation)
        key = f"desk:{key or uuid4().hex}"
        event = msgspec.structs.replace(event, id=key)
        accepted = await self._engine.put(conversation, key, event)
        first = 1 if accepted.duplicate else session.seq + 1
        outcome = outcome_of(await turn_of(self._engine.store, conversation, key, first))
        if outcome is None:
            raise DeskError("it could not be done", reason="failed", hint="look at the logs of the bot")
        if outcome.name != "done":
            raise DeskError(outcome.why or _WORDS.get(outcome.name, outcome.name), reason=outcome.name)
        return _case_of(await self._session(conversation))


def outcome_of(record: Record) -> Candidate | None:
    """Give what became of what somebody did; None where it could not be judged."""
    return next((one for one in record.candidates if one.route == "event"), None)


async def turn_of(store: Store, conversation: str, key: str, first: int) -> Record:
    """Give the turn that took an event, made here or by another process, no earlier than turn `first`.

    Raises DeskError where there is none for too long.
    """
    deadline, pause = time.monotonic() + WITHIN, _FIRST_LOOK
    while True:
        while page := await store.turns(conversation, first, _PAGE):
            for record in page:
                if getattr(record.event, "id", "") == key:
                    return record
            first = page[-1].seq + 1
        if time.monotonic() > deadline:
            hint = "it is stored and may still be done; look again"
            raise DeskError("the bot is slow, or no worker runs", reason="late", hint=hint)
        await asyncio.sleep(pause)
        pause = min(pause * 2, BETWEEN_LOOKS)


async def changes_of(
    look: Callable[[], Awaitable[Sequence[Case]]],
    is_gone: Callable[[str], Awaitable[bool]],
    wait: Callable[[float], Awaitable[None]],
) -> AsyncGenerator[Change, None]:
    """Give what changes in a list of cases; `wait` ends when it is to be looked at again."""
    known: dict[str, Case] = {}
    while True:
        found = {case.conversation: case for case in await look()}
        for name, case in found.items():
            if name not in known:
                yield Change("new", case)
            elif case != known[name]:
                yield Change("moved", case)
        for name in known.keys() - found.keys():
            if await is_gone(name):
                yield Change("gone", msgspec.structs.replace(known[name], owner="bot", agent=""))
            else:
                found[name] = known[name]
        known = found
        await asyncio.sleep(BREATH)
        await wait(BETWEEN_LOOKS - BREATH)


def case_of(one: Summary) -> Case:
    """Give the case of a row of the list."""
    owner: Literal["queue", "human"] = "human" if one.owner == "human" else "queue"
    return Case(
        conversation=one.conversation,
        channel=one.channel,
        owner=owner,
        team=one.team,
        agent=one.agent,
        since=one.since or one.touched,
        touched=one.touched,
        turns=one.turns,
        reason=one.reason,
        last="".join(mask_texts([one.last])),
    )


def _case_of(session: Session) -> Case:
    """Give the case of a conversation, whoever has it."""
    handed = session.handed
    return Case(
        conversation=session.conversation,
        channel=session.channel,
        owner=session.owner,
        team=session.team,
        agent=session.agent,
        since=handed.since if handed is not None else 0.0,
        touched=session.touched,
        turns=session.seq,
        reason=handed.packet.reason if handed is not None else "",
        last="".join(mask_texts([text for _, text in session.lines[-1:]])),
    )


def lines_of(record: Record) -> Sequence[Line]:
    """Give what a turn adds to the transcript that people read; what came of nothing is left out."""
    seq, at, event = record.seq, record.now, record.event
    lines = [
        Line(seq, at, "customer", line_said(said), files=said.files if isinstance(said, Message) else ())
        for said in said_in(event)
    ]
    refused = any(one.route == "event" and one.name != "done" for one in record.candidates)
    if isinstance(event, Message) and event.translated and lines:
        lines[-1] = msgspec.structs.replace(lines[-1], text=_both(lines[-1].text, event.translated))
    if isinstance(event, Noted):
        lines.append(Line(seq, at, "note", event.text, event.agent))
    elif isinstance(event, Owned) and not refused:
        whom = f" to {event.to or event.team}" if event.to or event.team else ""
        lines.append(Line(seq, at, "event", f"{event.how}{whom}", event.agent))
    handed = [effect.team for effect in record.effects if isinstance(effect, HandOff)]
    lines += [Line(seq, at, "event", f"handed to {team}") for team in handed]
    lines += [
        Line(seq, at, "agent" if reply.agent else "bot", _both(reply.original, reply.text), reply.agent)
        for reply in record.replies
        if reply.text
    ]
    return lines


def _both(original: str, translated: str) -> str:
    """Give what was said and what it is in another language, where there are both."""
    return f"{original}\n→ {translated}" if original and translated else original or translated


def _named(agent: str) -> str:
    if not agent.strip() or len(agent) > 100 or not agent.isprintable():
        raise UsageError("whoever acts has a name of up to 100 printable characters")
    return agent


def _text(text: str) -> str:
    if not text.strip():
        raise UsageError("there is nothing to say")
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"the text has {len(text):,} characters", hint=f"{LONGEST_TEXT:,} at most")
    return text
