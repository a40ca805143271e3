"""Histories: what was said in a conversation, read from the store for a page that comes back."""

from collections.abc import Iterator, Mapping, Sequence

from botkit.model.catalogue import Capabilities
from botkit.model.events import Event, Message, Press
from botkit.model.turn import Record
from botkit.model.values import File
from botkit.ports.connectors import Connector, Entry
from botkit.ports.stores import Store
from botkit.runtime.degrading import degrade

_REFUSED: Mapping[str, str] = {
    "empty": "it is empty, or could not be fetched",
    "too_large": "it is too large",
    "too_many": "there are too many",
    "wrong_type": "its type is none that is taken",
}
MOST_MISSED = 1000  # turns that a page may be behind without a gap


async def read_history(
    store: Store, connectors: Mapping[str, Connector], conversation: str, after: int, most: int
) -> Sequence[Entry]:
    """Give all that was said after the turn `after`, in order.

    Read from the beginning (`after` is 0, or `MOST_MISSED` turns ago) it is the last `most` entries, what still waits
    for its turn comes last, and what was given up is left out. Replies are given as the channel shows them.
    """
    capabilities = _shown_on(connectors, conversation)
    if after and len(records := await store.turns(conversation, after + 1, MOST_MISSED)) < MOST_MISSED:
        return list(_entries(records, frozenset(), capabilities))
    loaded = await store.load(conversation)
    if loaded.session is None and not loaded.waiting:
        return ()
    seq = loaded.session.seq if loaded.session is not None else 0
    records = await store.turns(conversation, max(1, seq - most + 1), most)
    unsent = frozenset([one.reply for one in await store.deliveries(conversation) if one.error])
    entries = list(_entries(records, unsent, capabilities))
    entries += [Entry(seq, said=said) for row in loaded.waiting for said in said_in(row.event)]
    return entries[-most:]


async def read_turn(
    store: Store, connectors: Mapping[str, Connector], conversation: str, turn: int
) -> Sequence[Entry]:
    """Give what was said in one turn, as the channel shows it; what was given up too."""
    records = [one for one in await store.turns(conversation, turn, 1) if one.seq == turn]
    return list(_entries(records, frozenset(), _shown_on(connectors, conversation)))


def _shown_on(connectors: Mapping[str, Connector], conversation: str) -> Capabilities | None:
    connector = connectors.get(conversation.partition(":")[0])
    return None if connector is None else connector.capabilities


def _entries(records: Sequence[Record], unsent: frozenset[str], capabilities: Capabilities | None) -> Iterator[Entry]:
    for record in records:
        yield from (Entry(record.seq, said=said) for said in said_in(record.event))
        for reply in record.replies:
            if reply.id not in unsent:
                yield Entry(record.seq, reply=degrade(reply, capabilities) if capabilities else reply)


def said_in(event: Event) -> Sequence[Message | Press]:
    """Give what a customer said: of a burst that was taken as one, each message."""
    if isinstance(event, Message) and event.parts:
        return [Message(part.text, part.id, part.files) for part in event.parts]
    return [event] if isinstance(event, Message | Press) else ()


def line_said(said: Message | Press) -> str:
    """Give what a customer said as a line: a text and the names of files, or the label of a button."""
    if isinstance(said, Press):
        return f"[{said.label or said.value}]"
    return " ".join([*([said.text] if said.text else []), *map(_file_said, said.files)])


def _file_said(file: File) -> str:
    """Give a file in a line; of one that was not taken why."""
    named = f"{file.kind} {file.name}".strip()
    return f"<{named}, not taken: {_REFUSED.get(file.refused, file.refused)}>" if file.refused else f"<{named}>"
