"""Events from outside: what may be emitted, to which conversation, and what came of it."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec

from botkit.app.transcripts import line_of
from botkit.errors import UsageError
from botkit.expressions import suggest
from botkit.model.definitions import Wait
from botkit.model.events import Outside
from botkit.model.flowset import FlowSet
from botkit.model.turn import Record
from botkit.ports.connectors import Incoming
from botkit.ports.stores import Store, each_turn
from botkit.runtime.books import FlowBook

MOST_BYTES = 65_536  # of an event's data as JSON
MOST_ID = 200  # characters
_NAME = re.compile(r"[^\W\d][\w.:-]{0,99}")
_KEY = "#event:"  # no platform's own id and no visitor's begins like that
_SHOWN = 5  # events that a warning names
_OURS = ("chat", "library")  # the terminal, and programs that talk to a bot


class Emitted(msgspec.Struct, frozen=True):
    """An event that is stored: its turn comes, now or when the bot runs. `duplicate`: it was known already.

    `warning` says that no flow is known which the event starts or wakes, and which event was probably meant.
    """

    conversation: str
    id: str
    duplicate: bool = False
    warning: str = ""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reply to an event: `state` is waiting, sent or failed, with the `error`."""

    text: str
    state: str
    error: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What came of an event: an EventOutcome of `model.turn`, the turn that took it, and what the bot said in it."""

    outcome: str
    turn: int
    why: str
    replies: tuple[Said, ...] = ()


def make_incoming(name: object, data: object, conversation: object, key: object = "") -> Incoming:
    """Make an event for a conversation; without `key` it gets one. Raises UsageError for what cannot be an event."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(f"{str(name)[:40]!r} is no name of an event", hint="for instance order.shipped")
    if not isinstance(key, str) or len(key) > MOST_ID or not (key.isprintable() and key.isascii()):
        raise UsageError(f"an event's id has up to {MOST_ID} printable ASCII characters")
    channel, _, chat = conversation.partition(":") if isinstance(conversation, str) else ("", "", "")
    if not channel or not chat:
        raise UsageError(f"a conversation is named channel:chat, not {str(conversation)[:40]!r}")
    key = key or uuid4().hex
    return Incoming(channel=channel, chat=chat, id=_KEY + key, event=Outside(name, _plain(data), id=key))


def _plain(data: object) -> dict[str, Any]:
    """Give an event's data as JSON has it."""
    if data is None:
        return {}
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise UsageError("the data of an event is a mapping with names as keys")
    try:
        written = msgspec.json.encode(data)
        plain: dict[str, Any] = msgspec.json.decode(written)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise UsageError(f"the data of an event cannot be written as JSON: {error}") from error
    if len(written) > MOST_BYTES:
        raise UsageError(f"the data of an event has {len(written):,} bytes", hint=f"{MOST_BYTES:,} at most")
    return plain


async def refuse_unknown(store: Store, conversation: str, channels: Collection[str]) -> None:
    """Raise UsageError for a conversation that does not exist, or on a channel that the bot does not serve."""
    channel = conversation.partition(":")[0]
    if channels and channel not in (*channels, *_OURS):
        raise UsageError(f"this bot has no channel {channel!r}", hint=f"it has {', '.join(sorted(channels))}")
    if not (await store.load(conversation, most=1)).fence:
        raise UsageError(
            f"there is no conversation {conversation!r}",
            hint="`botkit conversations list` names them; a customer writes first",
        )


def why_unheard(name: str, versions: Collection[FlowSet]) -> str:
    """Say that none of the versions of a bot has a flow for an event, and which was probably meant; empty if one has.

    Of no versions nothing is known.
    """
    if not versions or any(name in _heard_by(flows) for flows in versions):
        return ""
    known = {event for flows in versions for event in _heard_by(flows)}
    near = suggest(name, known)
    meant = f"did you mean '{near}'?" if near else f"known are: {_listed(sorted(known))}"
    return f"no flow starts with the event '{name}' or waits for it ({meant})"


async def warn_unheard(name: str, conversation: str, book: FlowBook, store: Store) -> str:
    """Say what `why_unheard` does of the versions that a running bot serves and the one that a conversation has."""
    newest = [flows for flows in (book.current, book.canary) if flows is not None]
    if not why_unheard(name, newest):
        return ""
    session = (await store.load(conversation, most=0)).session
    return why_unheard(name, [*newest, await book.flows_for(session, conversation)])


def _heard_by(flows: FlowSet) -> Iterator[str]:
    yield from flows.events
    for flow in flows.flows.values():
        for step in flow.steps.values():
            if isinstance(step.body, Wait) and step.body.event:
                yield step.body.event


def _listed(known: Sequence[str]) -> str:
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{', '.join(known[:_SHOWN])}{more}" if known else "none"


async def find_conversation(store: Store, conversation: str, customer: str, channel: str) -> str:
    """Give the conversation that is meant: itself, or that in which a customer wrote last on a channel.

    Raises UsageError if neither, or both, are named, and for a customer who is known in no conversation there.
    """
    if bool(conversation) == bool(customer or channel) or bool(customer) != bool(channel):
        raise UsageError("an event goes to a conversation, or to a customer on a channel", hint="name one of them")
    if conversation:
        return conversation
    found = await store.conversations_of(customer, channel)
    if not found:
        raise UsageError(
            f"no conversation on {channel!r} knows the customer {customer[:40]!r}",
            hint="a plugin says who it is: ctx.identify(id=...)",
        )
    return found[0]


async def outcome_of(store: Store, conversation: str, key: str) -> Outcome | None:
    """Tell what came of an event so far; None if it has had no turn yet, or never came.

    One that was kept while an action ran has its outcome with the turn of the action's result.
    """
    found = None
    async for record in each_turn(store, conversation):
        mine = isinstance(record.event, Outside) and record.event.id == key
        if mine or (found is not None and found.outcome == "kept"):
            found = _outcome_in(record) or found
    return found if found is None else await _with_deliveries(store, conversation, found)


def _outcome_in(record: Record) -> Outcome | None:
    said = tuple([Said(line_of(reply), reply.id) for reply in record.replies])
    for one in record.candidates:
        if one.route == "event":
            return Outcome(one.name, record.seq, one.why, said)
    return None


async def _with_deliveries(store: Store, conversation: str, found: Outcome) -> Outcome:
    """Replace the ids of the replies by what became of them."""
    ended = {one.reply: one for one in await store.deliveries(conversation)}
    unsent = {one.reply.id for one in await store.outgoing(conversation)}
    replies = []
    for said in found.replies:
        end = ended.get(said.state)
        state = "waiting" if said.state in unsent else "failed" if end is not None and end.error else "sent"
        replies.append(Said(said.text, state, end.error if end is not None else ""))
    return msgspec.structs.replace(found, replies=tuple(replies))
