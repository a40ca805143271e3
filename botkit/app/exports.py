"""Exports: everything that is kept of a conversation or a customer, as one JSON document.

The form is documented in docs/privacy.md; what is added to it keeps `VERSION`, what changes in it raises that.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit.app.erasing import Found
from botkit.app.histories import data_of
from botkit.app.transcripts import moment
from botkit.model.codec import describe_state
from botkit.model.session import Session
from botkit.ports.files import Files, Kept
from botkit.ports.stored import Arrived, Delivered, Failed, Holdings, Journalled
from botkit.ports.stores import Store, each_turn
from botkit.ports.threads import Thread
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry

FORMAT: Final = "botkit.export"
VERSION: Final = 1


async def write_export(
    store: Store, files: Files, found: Found, now: float, customer: str = "", keepers: Sequence[Registry] = ()
) -> AsyncIterator[str]:
    """Write the export of what was found, piece by piece: a line for each turn, however many there are.

    What cannot be read of the first conversation is said before the first piece. Plugins of the `keepers` give
    what they keep.
    """
    first = found.first or await store.holdings(found.conversations[0])
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "at": moment(now)}
    if customer:
        head["customer"] = customer
    yield f'{_json(head)[:-1]}, "conversations": ['
    between = "\n"
    for number, conversation in enumerate(found.conversations):
        holdings = first if number == 0 else await store.holdings(conversation)
        if holdings is not None:  # else it was erased meanwhile
            yield between
            between = ",\n"
            async for piece in _write_one(store, files, holdings, keepers):
                yield piece
    yield "\n]}\n"


async def _write_one(
    store: Store, files: Files, holdings: Holdings, keepers: Sequence[Registry]
) -> AsyncIterator[str]:
    conversation = holdings.summary.conversation
    described = describe_holdings(holdings, await files.files(conversation))
    described |= await _of_plugins(keepers, holdings)
    yield f'{_json(described)[:-1]}, "turns": ['
    last = holdings.session.seq if holdings.session is not None else 0
    between = "\n"
    async for record in each_turn(store, conversation):
        if record.seq > last:  # it came after the rest was read
            break
        yield between + _json(data_of(record))
        between = ",\n"
    yield "]}"


async def _of_plugins(keepers: Sequence[Registry], holdings: Holdings) -> dict[str, Any]:
    """Give what plugins keep of a conversation, and which of them could not be asked."""
    summary, known = holdings.summary, {"id": holdings.customer} if holdings.customer else {}
    kept: dict[str, Any] = {}
    failed: list[str] = []
    for registry in keepers:
        given, silent = await registry.export(Caller(summary.conversation, summary.channel, known))
        kept |= given
        failed += silent
    return {**({"plugins": kept} if kept else {}), **({"plugins_failed": failed} if failed else {})}


def describe_holdings(holdings: Holdings, files: Sequence[Kept]) -> dict[str, Any]:
    """Give what is kept of a conversation, but its turns, as plain data."""
    summary = holdings.summary
    return {
        "conversation": summary.conversation,
        "channel": summary.channel,
        "customer": holdings.customer,
        "owner": summary.owner,
        "touched": moment(summary.touched),
        "session": _session(holdings.session) if holdings.session is not None else None,
        "waiting": [_waiting(row) for row in holdings.waiting],
        "deliveries": [_delivery(one) for one in holdings.deliveries],
        "calls": [_call(one) for one in holdings.calls],
        "timers": [
            {"id": one.id, "due": moment(one.due), "question": one.question, "purpose": one.purpose}
            for one in holdings.timers
        ],
        "failures": [_failure(one) for one in holdings.failures],
        "files": [{**msgspec.to_builtins(one.file), "at": moment(one.at), "sent": one.sent} for one in files],
        "seen": [{"channel": channel, "id": id_} for channel, id_ in holdings.seen],
        "threads": [_thread(one) for one in holdings.threads],
    }


def _session(session: Session) -> dict[str, Any]:
    named = describe_state(session)
    handed = named.get("handed", {})
    for holder, name in ((named, "touched"), (handed, "since"), (handed, "unanswered")):
        if name in holder:
            holder[name] = moment(holder[name])
    return named


def _waiting(row: Arrived) -> dict[str, Any]:
    return {"seq": row.seq, "event": describe_state(row.event), **_known(row.customer)}


def _known(customer: Mapping[str, object]) -> dict[str, Any]:
    return {"customer": dict(customer)} if customer else {}


def _delivery(one: Delivered) -> dict[str, Any]:
    said = {"reply": describe_state(one.reply)} if one.reply is not None else {}
    note = {"error" if one.state != "sent" else "platform_id": one.note} if one.note else {}
    return {"id": one.id, "state": one.state, "at": moment(one.at), "attempts": one.attempts, **note, **said}


def _call(one: Journalled) -> dict[str, Any]:
    what = {"call": describe_state(one.call)} if one.call is not None else {}
    return {"id": one.id, "state": one.state, "at": moment(one.at), **what}


def _failure(one: Failed) -> dict[str, Any]:
    what = one.event or one.call or one.reply
    described = {"what": describe_state(what)} if what is not None else {}
    return {"id": one.id, "at": moment(one.at), "reason": one.reason, **described, **_known(one.customer)}


def _thread(one: Thread) -> dict[str, Any]:
    return {"room": one.room, "place": one.place, "id": one.id, "since": moment(one.since), "at": moment(one.at)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
