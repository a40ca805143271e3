"""Personal values: what in a conversation names a person, as far as its slots, facts and people tell."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from msgspec.structs import replace

from botkit.dialogue import advance, new_session
from botkit.model.definitions import Ask, Flow, SlotDef, Step
from botkit.model.events import Message, Noted, Opened, Outside, Owned, Press, Result, Said
from botkit.model.flowset import FlowSet
from botkit.model.replies import Call
from botkit.model.secrecy import texts_of
from botkit.model.session import Session
from botkit.model.turn import Record, Turn
from botkit.model.words import fold

TYPES_THAT_TELL_NOTHING: Final = frozenset(
    ("number", "integer", "money", "date", "time", "datetime", "duration", "boolean", "choice", "file", "image")
)
_NO_NAMES: Final = frozenset(("yes", "no", "ok", "okay", "none", "是", "不是", "好", "好的", "没有"))
_NAMES_NOBODY: Final = frozenset(("locale", "language", "timezone", "channel", "currency", "country"))
_WHO: Final = (
    "first|last|full|given|family|middle|sur|customer|user|contact|buyer|holder|guest|owner|recipient|person|display"
)
_TELLING: Final = re.compile(
    rf"(?:(?:{_WHO})_?name|recipient|addressee|(?:\w+_)?(?:street|address|zip|postcode|phone|mobile|e_?mail|iban))",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"(?:\w+_)?(?:customer|person|user|contact|buyer|recipient|guest|owner|account|holder)")

FlowsOf = Callable[[str], FlowSet | None]
"""Gives a version of the flows, made by `confiding`, if it can be had."""

Values = Mapping[str, str]
"""Texts that name a person, each with what it is called: the slot's name, `customer`, `agent`, `detail`."""


def confiding(flows: FlowSet, hide: Collection[str] = (), keep: Collection[str] = ()) -> FlowSet:
    """Give flows whose slots are secret where they may name a person: of free text, phone, contact, a plugin's type.

    Slots in `hide` are too, whatever their type, those in `keep` are not. A replay with them gives the same turns,
    and each names in `secrets` the values in all the forms in which they are shown.
    """

    def closed(slot: SlotDef) -> SlotDef:
        free = not (slot.type in TYPES_THAT_TELL_NOTHING or slot.options or slot.options_from)
        tells = slot.secret or slot.name in hide or (free and slot.name not in keep)
        return replace(slot, secret=tells)

    def closed_step(step: Step) -> Step:
        return (
            replace(step, body=replace(step.body, slot=closed(step.body.slot)))
            if isinstance(step.body, Ask)
            else step
        )

    def closed_flow(flow: Flow) -> Flow:
        return replace(
            flow,
            slots={name: closed(slot) for name, slot in flow.slots.items()},
            steps={id_: closed_step(step) for id_, step in flow.steps.items()},
        )

    return replace(
        flows,
        slots={name: closed(slot) for name, slot in flows.slots.items()},
        flows={name: closed_flow(flow) for name, flow in flows.flows.items()},
    )


def values_in(records: Sequence[Record], flows_of: FlowsOf, keep: Collection[str] = ()) -> Values:
    """Give what names a person in the records of one conversation, as they are stored.

    A replay tells what slots held. Where the conversation cannot be replayed (its beginning or its flows are gone),
    the whole message that filled a slot counts, and what of the customer's words an action was called with.
    """
    found: dict[str, str] = {}
    whole = True
    for one in _replayed(records, flows_of):
        if one is None:
            whole = False
        else:
            found.setdefault(*one)
    for text, name in chain(_facts_of(records), () if whole else _filling(records, keep)):
        found.setdefault(text, name)
    return {text: name for text, name in found.items() if len(text) > 1 and text.casefold() not in _NO_NAMES}


def _replayed(records: Sequence[Record], flows_of: FlowsOf) -> Iterator[tuple[str, str] | None]:
    """Give the values of each turn with their slots; None where it is not the turn that it was."""
    session: Session | None = None
    for number, record in enumerate(records, start=1):
        flows = flows_of(record.version)
        if flows is None or record.seq != number:
            yield None
            return
        try:
            before = session if session is not None else new_session(flows, record.conversation)
            turn = advance(flows, before, record.event, record.now)
        except Exception:  # noqa: BLE001 - flows of today may do anything with an event of then
            yield None
            return
        yield from _values_of(turn, before)
        if turn.route != record.route or len(turn.replies) != len(record.replies):
            yield None
            return
        session = turn.session


def _values_of(turn: Turn, before: Session) -> Iterator[tuple[str, str]]:
    """Give what is secret in a turn with the slots' names; of a message that has more in it, only the values.

    What answers a question and is in no slot any more, since its flow has ended, counts as it was said.
    """
    named = {text: name for session in (turn.session, before) for text, name in _slots_of(session)}
    said = _said_by_customer(turn.event)
    asked = _slot_asked(before)
    inside = [fold(text) for text in turn.secrets if text in named or text not in said]
    own = [fold(text) for text, name in named.items() if name == asked]
    for text in turn.secrets:
        if text not in said or text in named:
            yield text, named.get(text, "detail")
        elif not any(value in fold(text) for value in (own if turn.route == "slot" else inside)):
            yield text, asked or "detail"


def _slots_of(session: Session) -> Iterator[tuple[str, str]]:
    for slots in (session.slots, *(frame.slots for frame in session.stack)):
        for name, value in slots.items():
            yield from ((text, name) for text in texts_of(value))


def _slot_asked(session: Session) -> str:
    step = session.question.step if session.question is not None else ""
    return step.rpartition("/")[2].partition("#")[0].removeprefix("ask:")


def _said_by_customer(event: object) -> frozenset[str]:
    match event:
        case Message(text=text, parts=parts):
            return frozenset((text, *(part.text for part in parts)))
        case Press(value=value, label=label):
            return frozenset((value, label))
        case _:
            return frozenset()


def _filling(records: Iterable[Record], keep: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give the messages that filled a slot, and what of the customer's words an action was called with."""
    heard = ""
    for record in records:
        said = [text for text in _said_by_customer(record.event) if text.strip()]
        heard = "\n".join([heard, *map(fold, said)])
        for visit in record.visits:
            slot = visit.step.rpartition("/")[2].partition("#")[0].removeprefix("ask:")
            if visit.note == "filled" and slot not in keep and isinstance(record.event, Message):
                yield from ((text, slot) for text in said)
        calls = (effect for effect in record.effects if isinstance(effect, Call))
        for key, value in (item for call in calls for item in call.args.items() if item[0] not in keep):
            yield from ((text, str(key)) for text in _leaves(value) if len(text) > 2 and fold(text) in heard)


def _facts_of(records: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Give facts about the customer, what results call a person's, and how people of the house are called."""
    for record in records:
        event = record.event
        if isinstance(event, Message | Press | Opened | Result):
            yield from ((text, "customer") for text in _leaves(event.customer))
        if isinstance(event, Result):
            yield from _telling_in(event.value)
        if isinstance(event, Outside):
            yield from _telling_in(event.data)
        if isinstance(event, Said):
            yield from ((text, "agent") for text in (event.name, event.agent) if text)
        if isinstance(event, Owned | Noted) and event.agent:
            yield event.agent, "agent"
        yield from ((reply.agent, "agent") for reply in record.replies if reply.agent)


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from [value] if value.strip() else []
        case bool() | None | float():
            return
        case int():
            yield from [str(value)] if abs(value) > 999 else []
        case Mapping():
            for key, item in value.items():
                yield from () if key in _NAMES_NOBODY else _leaves(item)
        case list() | tuple():
            for item in value:
                yield from _leaves(item)


def _telling_in(value: Any, *, person: bool = False) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            word = str(key).casefold()
            if _TELLING.fullmatch(word) or (person and word in ("name", "names", "id")):
                yield from ((text, word) for text in _leaves(item))
            else:
                yield from _telling_in(item, person=bool(_PERSON.fullmatch(word)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _telling_in(item, person=person)
