"""How sessions, events, turns and calls are written as bytes and read back.

MessagePack by msgspec, each value an array of its fields in the order of its class: **what is stored depends on that
order**. A new field goes to the end, with a default; none is moved or taken out. Where MessagePack has no form for a
value (an integer of more than 64 bits) the whole is JSON, of the same arrays, which its first byte tells.

Fields that may hold any value (slots, customer, entities, arguments) go through `values.to_json`, so that dates,
amounts and files come back as themselves: `decode(encode(x)) == x`, but for tuples and sets inside such fields,
which come back as lists. Half a surrogate pair, which some platforms deliver, becomes U+FFFD. `describe` is for
people: the same data with its names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from botkit.model.events import NO_EVIDENCE, Entity, Event, Message, Opened, Outside, Press, Result
from botkit.model.replies import Call, DropTimers, Effect, HandOff, Leave, Rated, Reply, SetTimer
from botkit.model.session import Frame, Question, Session
from botkit.model.turn import Record
from botkit.model.values import from_json, to_json

T = TypeVar("T")
Change = Callable[[Any], Any]

_encoder = msgspec.msgpack.Encoder()
_sessions = msgspec.msgpack.Decoder(Session)
_events = msgspec.msgpack.Decoder(Event)
_records = msgspec.msgpack.Decoder(Record)
_calls = msgspec.msgpack.Decoder(Call)
_replies = msgspec.msgpack.Decoder(Reply)
_values = msgspec.msgpack.Decoder(dict[str, Any])

_JSON = (b"[", b"{")  # with which no array or map of MessagePack begins
_PLAIN = frozenset({str, int, float, bool, type(None)})
_TAG = b"$"  # no tagged value is without it: what has none is read as it stands


def encode_session(session: Session) -> bytes:
    """Write a session. Raises TypeError for a slot that holds what no slot can hold."""
    return _encode(session if _is_plain_session(session) else _session(session, to_json))


def decode_session(data: bytes) -> Session:
    """Read what `encode_session` wrote. Raises ValueError."""
    session = _decode(_sessions, data)
    return _session(session, from_json) if _TAG in data else session


def encode_event(event: Event) -> bytes:
    """Write an event."""
    return _encode(event if _is_plain_event(event) else _event(event, to_json))


def decode_event(data: bytes) -> Event:
    """Read what `encode_event` wrote. Raises ValueError."""
    event = _decode(_events, data)
    return _event(event, from_json) if _TAG in data else event


def encode_record(record: Record) -> bytes:
    """Write what is kept of a turn."""
    if not record.effects and _is_plain_event(record.event):
        return _encode(record)
    return _encode(_record(record, to_json))


def decode_record(data: bytes) -> Record:
    """Read what `encode_record` wrote. Raises ValueError."""
    record = _decode(_records, data)
    return _record(record, from_json) if _TAG in data else record


def encode_call(call: Call) -> bytes:
    """Write a call."""
    return _encode(_effect(call, to_json))


def decode_call(data: bytes) -> Call:
    """Read what `encode_call` wrote. Raises ValueError."""
    call = _decode(_calls, data)
    return replace(call, args=_mapping(call.args, from_json)) if _TAG in data else call


def encode_reply(reply: Reply) -> bytes:
    """Write a reply."""
    return _encode(reply)


def decode_reply(data: bytes) -> Reply:
    """Read what `encode_reply` wrote. Raises ValueError."""
    return _decode(_replies, data)


def encode_values(values: Mapping[str, Any]) -> bytes:
    """Write a mapping of any values."""
    return _encode(_mapping(values, to_json))


def decode_values(data: bytes) -> dict[str, Any]:
    """Read what `encode_values` wrote. Raises ValueError."""
    values = _decode(_values, data)
    return _mapping(values, from_json) if _TAG in data else values


# Nearly all that is written is plain data already, which these tell without making anything. They run every
# turn: a loop costs less than `all`, which calls a generator for each item.


def _is_plain_session(session: Session) -> bool:
    """Tell a session that is written as it stands."""
    for frame in session.stack:
        if frame.error is not None or (frame.slots and not _are_plain(frame.slots)):
            return False
    if session.waiting:
        return False
    if session.question is not None:
        for value, _ in session.question.options:
            if type(value) not in _PLAIN:
                return False
    return (not session.slots or _are_plain(session.slots)) and (not session.customer or _are_plain(session.customer))


def _is_plain_event(event: Any) -> bool:
    """Tell an event that is written as it stands."""
    kind = type(event)
    if kind is Message or kind is Press:
        if event.customer:
            return False
        for entity in event.evidence.entities:  # noqa: SIM110
            if type(entity.value) not in _PLAIN:
                return False
        return True
    return kind is Result and _is_plain(event.value) and (not event.customer or _are_plain(event.customer))


def _are_plain(values: Mapping[str, Any]) -> bool:
    for value in values.values():  # noqa: SIM110
        if type(value) not in _PLAIN and not _is_plain(value):
            return False
    return True


def _is_plain(value: Any) -> bool:
    """Tell a value of which `to_json` would only make a copy."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or key[:1] == "$" or (type(item) not in _PLAIN and not _is_plain(item)):
                return False
        return True
    if kind is list:
        for item in value:  # noqa: SIM110
            if type(item) not in _PLAIN and not _is_plain(item):
                return False
        return True
    return kind in _PLAIN


def _encode(value: object) -> bytes:
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encode(_whole(msgspec.to_builtins(value)))
    except OverflowError:
        return msgspec.json.encode(value)


def _decode(decoder: "msgspec.msgpack.Decoder[T]", data: bytes) -> T:
    if data.startswith(_JSON):
        return msgspec.json.decode(data, type=decoder.type)
    return decoder.decode(data)


def describe(record: Record) -> dict[str, Any]:
    """Give a record as plain JSON data with the names of its fields; those that say nothing are left out."""
    named: dict[str, Any] = _named(_record(record, to_json))
    return named


def describe_state(value: Session | Event | Effect | Reply) -> dict[str, Any]:
    """Give other values as `describe` gives a record."""
    plain: object
    match value:
        case Session():
            plain = _session(value, to_json)
        case Reply():
            plain = value
        case Call() | SetTimer() | DropTimers() | HandOff() | Leave() | Rated():
            plain = _effect(value, to_json)
        case _:
            plain = _event(value, to_json)
    named: dict[str, Any] = _named(plain)
    return named


def _named(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        optional = value.__struct_fields__[-len(value.__struct_defaults__) :] if value.__struct_defaults__ else ()
        tag = value.__struct_config__.tag
        named = {} if tag is None else {"type": tag}
        for name in value.__struct_fields__:
            item = _named(getattr(value, name))
            if item or name not in optional:
                named[name] = item
        return named
    if isinstance(value, dict):
        return {key: _named(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(item) for item in value]
    return value


def _whole(value: Any) -> Any:
    """Mend the text in plain data: pairs of surrogates are joined, halves replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(item) for item in value]
    return value


def _session(session: Session, change: Change) -> Session:
    changes: dict[str, Any] = {}
    _note(changes, "slots", session.slots, _mapping(session.slots, change))
    _note(changes, "customer", session.customer, _mapping(session.customer, change))
    _note(changes, "stack", session.stack, _each(session.stack, _frame, change))
    _note(changes, "waiting", session.waiting, _each(session.waiting, _event, change))
    if session.question is not None and session.question.options:
        changes["question"] = _question(session.question, change)
    return replace(session, **changes) if changes else session


def _frame(frame: Frame, change: Change) -> Frame:
    changes: dict[str, Any] = {}
    _note(changes, "slots", frame.slots, _mapping(frame.slots, change))
    if frame.error is not None:
        _note(changes, "error", frame.error, _mapping(frame.error, change))
    return replace(frame, **changes) if changes else frame


def _question(question: Question, change: Change) -> Question:
    return replace(question, options=tuple((change(value), label) for value, label in question.options))


def _event(event: Event, change: Change) -> Event:
    match event:
        case Message() | Press() | Opened():
            return _from_customer(event, change)
        case Outside(data=data) if data:
            return replace(event, data=_mapping(data, change))
        case Result():
            customer = _mapping(event.customer, change)
            return replace(event, value=change(event.value), customer=customer)
        case _:
            pass
    return event


def _from_customer(event: Message | Press | Opened, change: Change) -> Event:
    changes: dict[str, Any] = {}
    if event.customer:
        changes["customer"] = _mapping(event.customer, change)
    if not isinstance(event, Opened) and event.evidence is not NO_EVIDENCE and event.evidence.entities:
        entities = _each(event.evidence.entities, _entity, change)
        if entities is not event.evidence.entities:
            changes["evidence"] = replace(event.evidence, entities=entities)
    return replace(event, **changes) if changes else event


def _entity(entity: Entity, change: Change) -> Entity:
    return entity if type(entity.value) in _PLAIN else replace(entity, value=change(entity.value))


def _effect(effect: Effect, change: Change) -> Effect:
    match effect:
        case Call(args=args) if args:
            return replace(effect, args=_mapping(args, change))
        case HandOff(packet=packet) if packet:
            return replace(effect, packet=_mapping(packet, change))
        case _:
            return effect


def _record(record: Record, change: Change) -> Record:
    changes: dict[str, Any] = {}
    _note(changes, "event", record.event, _event(record.event, change))
    _note(changes, "effects", record.effects, _each(record.effects, _effect, change))
    return replace(record, **changes) if changes else record


def _note(changes: dict[str, Any], name: str, old: object, new: object) -> None:
    if new is not old:
        changes[name] = new


def _each(items: tuple[T, ...], convert: Callable[[T, Change], T], change: Change) -> tuple[T, ...]:
    """Convert each item; give the same tuple when nothing changed."""
    if not items:
        return items
    new = tuple([convert(item, change) for item in items])
    return items if _same(new, items) else new


def _same(new: Sequence[object], old: Sequence[object]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _mapping(values: Mapping[str, Any], change: Change) -> Any:
    """Convert a mapping's values, never the mapping itself, which is no tag; the same one if all are plain."""
    for value in values.values():
        if type(value) not in _PLAIN:
            return {key: change(item) for key, item in values.items()}
    return values
