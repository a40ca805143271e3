"""Data sets: conversations that customers rated well, as chats that a language model can be fine-tuned on."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from botkit.app.directories import Checked, rebuild
from botkit.app.introductions import introduced
from botkit.app.personal import FlowsOf, Values, confiding, values_in
from botkit.app.unnaming import unname
from botkit.errors import LoadError, UsageError
from botkit.expressions import suggest
from botkit.model.completions import ChatMessage, Role
from botkit.model.events import Message, Press
from botkit.model.flowset import FlowSet
from botkit.model.replies import Rated, Reply
from botkit.model.secrecy import hide_record, long_secrets
from botkit.model.turn import Record
from botkit.ports.stores import Store, each_turn

_PAGE: Final = 500


class Wishes(msgspec.Struct, frozen=True):
    """Which conversations go in, and how.

    `least` is the lowest score of a rating that counts as good, 0 the top of its scale; with `unrated` those that
    nobody rated go in too. `held_out` is the share of conversations that is not trained on. Slots in `hide` are
    masked whatever their type, those in `keep` are not. `system` is said before each chat.
    """

    least: int = 0
    unrated: bool = False
    since: float = 0.0
    held_out: float = 0.1
    hide: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    system: str = ""


class Chat(msgspec.Struct, frozen=True):
    """What was said in one session, masked: it begins with the customer and ends with the bot or a person."""

    conversation: str
    messages: tuple[ChatMessage, ...]


class Gathered(msgspec.Struct, frozen=True):
    """The chats to train on, those held out, and what was looked at.

    `sessions` counts those in which the customer said something, `rated` those with a rating, `best` is the highest
    score of one and its scale. `masked` counts placeholders by kind.
    """

    train: tuple[Chat, ...] = ()
    held_out: tuple[Chat, ...] = ()
    conversations: int = 0
    sessions: int = 0
    rated: int = 0
    best: tuple[int, int] = (0, 0)
    repeated: int = 0
    masked: Mapping[str, int] = {}


async def gather(store: Store, checked: Checked, wishes: Wishes) -> Gathered:
    """Give the data set of a store. Raises UsageError where no conversation fits, or a slot is named that is none."""
    if checked.flows is None:
        raise LoadError(checked.errors)
    _check_slots(checked.flows, wishes)
    versions = _Versions(store, checked, checked.flows, wishes)
    counts: Counter[str] = Counter()
    masked: Counter[str] = Counter()
    best, found = (0, 0), list[Chat]()
    async for name in _conversations(store, wishes.since):
        records = [record async for record in each_turn(store, name)]
        sessions = list(_sessions(records))
        ratings = [_rating(session) for session in sessions]
        best = max([best, *(one for one in ratings if one is not None)], key=lambda one: one[0] / (one[1] or 1))
        counts.update(conversations=1, sessions=len(sessions), rated=sum(one is not None for one in ratings))
        wanted = [
            session
            for session, rating in zip(sessions, ratings, strict=True)
            if _is_good(rating, wishes) and session[-1].now >= wishes.since
        ]
        if wanted:
            values = values_in(records, await versions.flows_of(records), wishes.keep)
            secrets = long_secrets(records)
            names = _names_in([hide_record(one, secrets) for one in records], checked.flows)
            for session in wanted:
                shown = [hide_record(one, secrets) for one in session]
                chat, kinds = _chat(shown, values, names, wishes.system)
                if chat is not None:
                    found.append(chat)
                    masked.update(kinds)
    if not found:
        message, hint = _nothing(counts, best, wishes)
        raise UsageError(message, hint=hint)
    chats = _distinct(sorted(found, key=attrgetter("conversation")))
    train, held_out = split(chats, wishes.held_out)
    repeated = len(found) - len(chats)
    return Gathered(
        tuple(train), tuple(held_out), counts["conversations"], counts["sessions"], counts["rated"], best, repeated,
        dict(masked.most_common()),
    )  # fmt: skip


async def _conversations(store: Store, since: float) -> AsyncIterator[str]:
    after = ""
    while page := await store.conversations(_PAGE, after=after):
        for one in page:
            if one.touched < since:
                return
            yield one.conversation
        after = page[-1].cursor


class _Versions:
    """The versions of the flows that conversations were in, so that these can be replayed."""

    def __init__(self, store: Store, checked: Checked, flows: FlowSet, wishes: Wishes) -> None:
        self._store, self._checked, self._current, self._wishes = store, checked, flows, wishes
        self._known: dict[str, FlowSet | None] = {flows.version: self._made(flows)}

    async def flows_of(self, records: Iterable[Record]) -> FlowsOf:
        for version in {record.version for record in records} - self._known.keys():
            sources = await self._store.version(version)
            found = rebuild(self._checked, version, sources, self._current.settings) if sources is not None else None
            self._known[version] = self._made(found) if found is not None else None
        return self._known.get

    def _made(self, flows: FlowSet) -> FlowSet:
        return confiding(flows, self._wishes.hide, self._wishes.keep)


def _check_slots(flows: FlowSet, wishes: Wishes) -> None:
    own = [flow for flow in flows.flows.values() if not flow.builtin]
    known = sorted({*flows.slots, *(name for flow in own for name in flow.slots)})
    for name in sorted((wishes.hide | wishes.keep) - set(known)):
        near = suggest(name, known)
        hint = f"did you mean '{near}'?" if near else f"known: {', '.join(known[:20])}"
        raise UsageError(f"the bot has no slot {name[:60]!r}", hint=hint)


def _nothing(counts: Mapping[str, int], best: tuple[int, int], wishes: Wishes) -> tuple[str, str]:
    """Say why there is no data set, and what would mend it."""
    seen = f"{counts['sessions']} talks in {counts['conversations']} conversations"
    if wishes.unrated:
        return f"there is no conversation in which somebody was answered ({seen})", ""
    if not counts["rated"]:
        hint = "a step `rate` asks customers; --unrated takes what nobody rated"
        return f"no conversation was rated ({seen})", hint
    found = (
        f"no conversation was rated well: of {counts['rated']} ratings the best is {best[0]} of {best[1]} ({seen})"
    )
    return found, "--min-score takes lower ones, too"


def _sessions(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Give the sessions of a conversation in which the customer said something."""
    for _, group in groupby(records, key=attrgetter("number")):
        session = list(group)
        if any(isinstance(record.event, Message | Press) for record in session):
            yield session


def _rating(session: Iterable[Record]) -> tuple[int, int] | None:
    """Give the last rating of a session, as (score, scale)."""
    rated = [one for record in session for one in record.effects if isinstance(one, Rated)]
    return (rated[-1].score, rated[-1].scale) if rated else None


def _is_good(rating: tuple[int, int] | None, wishes: Wishes) -> bool:
    if rating is None:
        return wishes.unrated
    score, scale = rating
    return score >= min(wishes.least or scale, scale)


# One session as a chat


def _names_in(records: Iterable[Record], flows: FlowSet) -> list[str]:
    """Give the names by which somebody is introduced in a conversation; the bot's own is none."""
    own = set(flows.settings.name.casefold().split())
    names = introduced([text for record in records for _, text in _lines(record)])
    return [name for name in names if not set(name.casefold().split()) <= own]


def _chat(
    session: Sequence[Record], values: Values, names: Sequence[str], system: str
) -> tuple[Chat | None, Mapping[str, int]]:
    said = _joined(line for record in session for line in _lines(record))
    unnamed = unname([text for _, text in said], values, names)
    messages = [ChatMessage(role, text) for (role, _), text in zip(said, unnamed.texts, strict=True)]
    while messages and messages[0].role != "user":  # how every customer is greeted
        messages.pop(0)
    while messages and messages[-1].role != "assistant":
        messages.pop()
    if not messages:
        return None, {}
    before = [ChatMessage("system", system)] if system else []
    return Chat(session[0].conversation, (*before, *messages)), unnamed.counts


def _lines(record: Record) -> Iterator[tuple[Role, str]]:
    """Give what a turn adds to a chat; what was refused, and the rating itself, are no part of it."""
    event = record.event
    if record.route == "safety":
        return
    if isinstance(event, Message | Press) and not any(isinstance(one, Rated) for one in record.effects):
        yield "user", _said(event)
    for reply in record.replies:
        if not reply.scale:
            yield "assistant", _told(reply)


def _said(event: Message | Press) -> str:
    if isinstance(event, Press):
        return event.label or event.value
    return "\n".join([*([event.text] if event.text else []), *(f"<{file.kind}>" for file in event.files)])


def _told(reply: Reply) -> str:
    return "\n".join(part for part in (reply.text, *(t for c in reply.cards for t in (c.title, c.text))) if part)


def _joined(lines: Iterable[tuple[Role, str]]) -> list[tuple[Role, str]]:
    """Give the lines with what one side said in a row as one."""
    kept = ((role, text.strip()) for role, text in lines)
    turns = groupby((line for line in kept if line[1]), key=lambda line: line[0])
    return [(role, "\n".join(text for _, text in group)) for role, group in turns]


def _distinct(chats: Iterable[Chat]) -> list[Chat]:
    """Give each chat once, whatever its capitals and spaces."""
    known: dict[tuple[tuple[str, str], ...], Chat] = {}
    for chat in chats:
        known.setdefault(tuple((one.role, " ".join(one.text.split()).casefold()) for one in chat.messages), chat)
    return list(known.values())


def split(chats: Sequence[Chat], share: float) -> tuple[list[Chat], list[Chat]]:
    """Give the chats to train on and those held out: all of one conversation on one side, always the same one.

    With a share both sides have something, where there are two conversations.
    """
    places = {name: _place(name) for name in dict.fromkeys(chat.conversation for chat in chats)}
    out = {name for name, place in places.items() if place < share}
    if share and len(places) > 1 and len(out) in (0, len(places)):
        order = sorted(places, key=lambda name: places[name])
        out = {order[0]} if not out else set(order[:-1])
    return [one for one in chats if one.conversation not in out], [one for one in chats if one.conversation in out]


def _place(conversation: str) -> float:
    digest = blake2b(conversation.encode("utf-8", "surrogatepass"), digest_size=8, person=b"botkit-split")
    return int.from_bytes(digest.digest(), "big") / 2**64
