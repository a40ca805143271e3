"""Secrecy: what of a turn is secret, by the slots that are `secret: true`."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.work import Work
from botkit.model.definitions import Ask
from botkit.model.events import Message, Press
from botkit.model.secrecy import hide, texts_of
from botkit.model.session import Frame
from botkit.model.turn import Turn

_TAKEN_BY_OTHERS = frozenset({"control", "intent", "answer", "knowledge", "llm", "owner"})


def secret_texts(work: Work) -> tuple[str, ...]:
    """Give the texts of a turn that nobody is shown: the values of secret slots, and what was said to fill one.

    What a customer writes while a secret is asked for counts, unless something else than the question took it.
    """
    if not work.prepared.secrets:
        return ()
    before = list(_values(work, work.session.slots, work.session.stack))
    after = list(_values(work, work.slots, work.stack))
    said = _said(work) if after != before or _answers(work) else ()
    handed = work.session.handed.secrets if work.session.handed is not None else ()
    found = chain(said, (text for value in chain(before, after) for text in texts_of(value)), handed)
    return tuple(dict.fromkeys(found))


def is_secret(work: Work, name: str) -> bool:
    """Tell whether a slot is secret, as the flows on the stack know it."""
    shared = work.flows.slots.get(name)
    if shared is not None:
        return shared.secret
    return any(_is_own_secret(work, frame, name) for frame in work.stack if name in frame.slots)


def finish(work: Work) -> Turn:
    """Freeze a turn; what is secret in it is named in it, and is in no line of the talk."""
    secrets = secret_texts(work)
    if not secrets:
        return work.finish()
    work.lines = tuple([(who, hide(text, secrets)) for who, text in work.lines])
    return replace(work.finish(), secrets=secrets)


def _is_own_secret(work: Work, frame: Frame, name: str) -> bool:
    return (frame.flow, name) in work.prepared.secrets


def _values(work: Work, shared: dict[str, Any], stack: list[Frame] | tuple[Frame, ...]) -> Iterator[Any]:
    for name, value in shared.items():
        if ("", name) in work.prepared.secrets and value is not None:
            yield value
    for frame in stack:
        for name, value in frame.slots.items():
            if value is not None and _is_own_secret(work, frame, name):
                yield value


def _said(work: Work) -> Iterator[str]:
    match work.event:
        case Message(text=text, parts=parts):
            texts = (text, *(part.text for part in parts))
        case Press(value=value, label=label):
            texts = (value, label)
        case _:  # a message that waited for it was taken as well
            texts = (work.message.text,) if work.message.text != work.session.message else ()
    yield from (said for said in texts if said.strip())


def _answers(work: Work) -> bool:
    """Tell whether the customer wrote while a secret was asked for, and nothing but the question took it."""
    if not isinstance(work.event, Message | Press) or work.route in _TAKEN_BY_OTHERS:
        return False
    return asks_secret(work)


def asks_secret(work: Work) -> bool:
    """Tell whether a secret was asked for when the turn began."""
    session = work.session
    if not work.prepared.secrets or session.question is None or not session.stack:
        return False
    flow = work.flows.flows.get(session.stack[-1].flow)
    step = flow.steps.get(session.question.step) if flow is not None else None
    return step is not None and isinstance(step.body, Ask) and step.body.slot.secret
