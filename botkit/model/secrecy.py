"""Secrecy: texts that nobody is shown, in a record, a packet, a line of the talk."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import replace

from botkit.model.events import Event, Message, Noted, Outside, Part, Press, Result, Said
from botkit.model.replies import Button, Call, Card, Effect, HandOff, Reply
from botkit.model.turn import Record
from botkit.model.values import Money

HIDDEN = "•••"  # in place of a secret
_SHORT = 4  # characters of a secret that is hidden only where it stands by itself
_LEAST, _PLAIN = 4, 8  # characters of what is secret inside of a larger value: with a digit in it, and of words


def texts_of(value: Any, written: Callable[[Any], Iterable[str]] | None = None) -> Iterator[str]:
    """Give the texts in which a secret value may be shown: its own, or those inside of a list or mapping.

    `written` gives the ways in which the bot writes one that is no text: an amount, a date.
    """
    if isinstance(value, Mapping | list | tuple):
        yield from (text for item in _items(value) for text in texts_of(item, written) if _is_telling(text))
    elif isinstance(value, str):
        if value.strip():
            yield value
    elif value is not None and not isinstance(value, bool):
        plain = str(value.amount if isinstance(value, Money) else value)
        texts = (plain, *(written(value) if written is not None else ()))
        yield from dict.fromkeys(text for text in texts if text.strip())


def _is_telling(text: str) -> bool:
    return len(text) >= (_LEAST if any(letter.isdigit() for letter in text) else _PLAIN)


def _items(value: Mapping[Any, Any] | Sequence[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else value


@lru_cache(maxsize=64)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)
    sources = [re.escape(s) if len(s) >= _SHORT else rf"(?<!\w){re.escape(s)}(?!\w)" for s in longest_first]
    return re.compile("|".join(sources) or r"(?!)", re.IGNORECASE)


def hide(text: str, secrets: tuple[str, ...]) -> str:
    """Give a text without the secrets in it."""
    return _pattern(secrets).sub(HIDDEN, text) if secrets else text


def hide_in(data: Any, secrets: tuple[str, ...]) -> Any:
    """Give plain data without the secrets in its texts and numbers; keys of mappings stay."""
    if isinstance(data, str):
        return hide(data, secrets)
    if isinstance(data, Mapping):
        return {key: hide_in(item, secrets) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return type(data)(hide_in(item, secrets) for item in data)
    if isinstance(data, msgspec.Struct) or data is None or isinstance(data, bool):
        return data
    return HIDDEN if hide(str(data), secrets) != str(data) else data


def long_secrets(records: Iterable[Record]) -> tuple[str, ...]:
    """Give what is secret in a conversation and long enough to be nothing else where it stands in another turn."""
    return tuple(sorted({text for record in records for text in record.secrets if len(text) >= _SHORT}))


def hide_record(record: Record, secrets: tuple[str, ...] = ()) -> Record:
    """Give the record of a turn as it may be shown: without its secrets, and others of its conversation."""
    hidden = tuple(sorted({*record.secrets, *secrets}))
    if not hidden:
        return record
    return replace(
        record,
        event=hide_event(record.event, hidden),
        candidates=tuple(replace(one, why=hide(one.why, hidden)) for one in record.candidates),
        replies=tuple(hide_reply(reply, hidden) for reply in record.replies),
        effects=tuple(_effect(effect, hidden) for effect in record.effects),
        visits=tuple(replace(visit, note=hide(visit.note, hidden)) for visit in record.visits),
        secrets=(),
    )


def hide_event(event: Event, secrets: tuple[str, ...]) -> Event:
    """Give an event without the secrets in it; ids and names stay."""
    match event:
        case Message():
            entities = tuple(replace(e, value=hide_in(e.value, secrets)) for e in event.evidence.entities)
            parts = tuple(Part(hide(part.text, secrets), part.id, part.files) for part in event.parts)
            return replace(
                event,
                text=hide(event.text, secrets),
                evidence=replace(event.evidence, entities=entities),
                customer=hide_in(event.customer, secrets),
                parts=parts,
                translated=hide(event.translated, secrets),
            )
        case Press():
            return replace(event, value=hide(event.value, secrets), label=hide(event.label, secrets))
        case Outside():
            return replace(event, data=hide_in(event.data, secrets))
        case Said() | Noted():
            return replace(event, text=hide(event.text, secrets))
        case Result(failure=failure):
            shown = failure and replace(failure, message=hide(failure.message, secrets))
            customer = hide_in(event.customer, secrets)
            asked = event.asked and replace(
                event.asked, sent=tuple((role, hide(text, secrets)) for role, text in event.asked.sent)
            )
            return replace(event, value=hide_in(event.value, secrets), failure=shown, customer=customer, asked=asked)
        case _:
            return event


def hide_reply(reply: Reply, secrets: tuple[str, ...]) -> Reply:
    """Give a reply without the secrets in it."""
    cards = tuple(_card(card, secrets) for card in reply.cards)
    buttons = tuple(_button(button, secrets) for button in reply.buttons)
    image, file, original = (hide(text, secrets) for text in (reply.image, reply.file, reply.original))
    said = replace(reply, text=hide(reply.text, secrets), original=original)
    return replace(said, buttons=buttons, cards=cards, image=image, file=file)


def hide_call(call: Call, secrets: tuple[str, ...]) -> Call:
    """Give a call without the secrets in its arguments."""
    return replace(call, args=hide_in(call.args, secrets))


def _button(button: Button, secrets: tuple[str, ...]) -> Button:
    label, value = hide(button.label, secrets), hide(button.value, secrets)
    return replace(button, label=label, value=value, url=hide(button.url, secrets))


def _card(card: Card, secrets: tuple[str, ...]) -> Card:
    buttons = tuple(_button(button, secrets) for button in card.buttons)
    title, text, url = hide(card.title, secrets), hide(card.text, secrets), hide(card.url, secrets)
    return replace(card, title=title, text=text, url=url, image=hide(card.image, secrets), buttons=buttons)


def _effect(effect: Effect, secrets: tuple[str, ...]) -> Effect:
    match effect:
        case Call():
            return hide_call(effect, secrets)
        case HandOff():
            return replace(effect, reason=hide(effect.reason, secrets), packet=hide_in(effect.packet, secrets))
        case _:
            return effect
