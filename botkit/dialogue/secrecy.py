"""Secrecy: what of a turn is secret, by the slots that are `secret: true`."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import chain
from types import UnionType
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.work import MOST_LINE, Work
from botkit.errors import ExpressionError
from botkit.expressions import render
from botkit.model.definitions import Ask, SlotDef
from botkit.model.events import Message, Press
from botkit.model.secrecy import hide, texts_of
from botkit.model.session import Frame
from botkit.model.turn import Turn

_FORMS: tuple[tuple[type | UnionType, str], ...] = (
    (object, "{{ value }}"),
    (int | float | Decimal, "{{ value | number }}"),
    (datetime, "{{ value | date }}"),
    (date, "{{ value | date('long') }}"),
    (datetime, "{{ value | datetime('long') }}"),
)
_TAKEN_BY_OTHERS = frozenset({"control", "intent", "answer", "knowledge", "llm", "owner"})

Filled = tuple[SlotDef, Any]


def secret_texts(work: Work) -> tuple[str, ...]:
    """Give the texts of a turn that nobody is shown: the values of secret slots, and what was said to fill one.

    What a customer writes while a secret is asked for counts, unless something else than the question took it.
    """
    if not work.prepared.secrets:
        return ()
    before = _values(work, work.session.slots, work.session.stack)
    after = _values(work, work.slots, work.stack)
    values = (text for slot, value in chain(before, work.confided, after) for text in _shown(work, slot, value))
    handed = work.session.handed.secrets if work.session.handed is not None else ()
    return tuple(dict.fromkeys(chain(_said(work), values, handed)))


def is_secret(work: Work, name: str) -> bool:
    """Tell whether a slot is secret, as the flows on the stack know it."""
    shared = work.flows.slots.get(name)
    if shared is not None:
        return shared.secret
    return any(_is_own_secret(work, frame, name) for frame in work.stack if name in frame.slots)


def finish(work: Work) -> Turn:
    """Freeze a turn; what is secret in it is named in it, and is in no line of the talk."""
    if not work.prepared.secrets:
        return work.finish()
    secrets = secret_texts(work)
    work.lines = tuple(_hidden_lines(work, secrets))
    return replace(work.finish(), secrets=secrets)


def listen(work: Work, event: Message | Press) -> None:
    """Begin to take what a customer says: what was said before it in this turn is done with."""
    if work.heard_now is not None and _answers(work):
        work.said.append(work.heard_now)
    work.heard_now, work.secret_asked = event, _is_secret_asked(work)


def last_lines(work: Work) -> list[list[str]]:
    """Give the last lines of the talk as somebody else may read them."""
    return [[who, text] for who, text in _hidden_lines(work, secret_texts(work))]


def _hidden_lines(work: Work, secrets: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((who, hide(text, secrets)[:MOST_LINE]) for who, text in work.lines)


def _is_own_secret(work: Work, frame: Frame, name: str) -> bool:
    return (frame.flow, name) in work.prepared.secrets


def _values(work: Work, shared: dict[str, Any], stack: list[Frame] | tuple[Frame, ...]) -> Iterator[Filled]:
    secrets = work.prepared.secrets
    named = [(("", name), value) for name, value in shared.items()]
    named += [((frame.flow, name), value) for frame in stack for name, value in frame.slots.items()]
    return ((secrets[name], value) for name, value in named if name in secrets and value is not None)


def _shown(work: Work, slot: SlotDef, value: Any) -> Iterator[str]:
    """Give the texts in which a secret slot's value may be shown: as it is, as the bot writes it, by its label."""
    yield from texts_of(value, partial(_written, work))
    if slot.options:
        with suppress(ExpressionError):  # a label that is a template
            for item in value if isinstance(value, list) else [value]:
                yield from texts_of(work.labelled(slot, item))


def _written(work: Work, value: Any) -> Iterator[str]:
    scope = work.scope(value=value)
    for kind, form in _FORMS:
        if isinstance(value, kind):
            with suppress(ExpressionError):  # a number out of reach
                yield render(form, scope)


def _said(work: Work) -> Iterator[str]:
    """Give what the customer said in this turn to give a secret."""
    now = [work.heard_now] if work.heard_now is not None and _answers(work) else []
    for event in (*work.said, *now):
        match event:
            case Message(text=text, parts=parts):
                texts = (text, *(part.text for part in parts))
            case Press(value=value, label=label):
                texts = (value, label)
        yield from (said for said in texts if said.strip())


def _answers(work: Work) -> bool:
    """Tell whether the customer wrote while a secret was asked for, and nothing but the question took it."""
    return work.secret_asked and work.route not in _TAKEN_BY_OTHERS


def asks_secret(work: Work) -> bool:
    """Tell whether a secret was asked for when the message came that is being taken."""
    return work.secret_asked


def _is_secret_asked(work: Work) -> bool:
    step = work.flow_of(work.top).steps.get(work.question.step) if work.question is not None and work.stack else None
    return step is not None and isinstance(step.body, Ask) and step.body.slot.secret
