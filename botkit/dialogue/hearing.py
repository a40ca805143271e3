"""Hearing: what was said before, and what of it is left for later questions."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.filling import MOST_TEXT, STRICT, Fit, value_of
from botkit.dialogue.naming import blank, said_of
from botkit.dialogue.patterns import is_guessable
from botkit.dialogue.phrases import without
from botkit.dialogue.refusing import only_tells
from botkit.dialogue.secrecy import asks_secret
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.events import Entity
from botkit.model.session import Frame, Heard
from botkit.model.words import fold

MOST_HEARD = 5  # messages kept for later questions
_COUNTED = frozenset({"number", "integer", "money", "phone"})  # which figures alone may be, if that was asked
_SIGN = re.compile(r"[^\d\s.,:;'/+()-]")  # a currency or another sign, which tells what a figure is


def hear(frame: Frame, text: str, start: int, end: int, entities: tuple[Entity, ...] = ()) -> Frame:
    """Remember a message for later questions, without the part that a slot used."""
    if not text.strip() or (start, end) == (0, len(text)):
        return frame
    used = ((start, end),) if end > start else ()
    return replace(frame, heard=(*frame.heard[1 - MOST_HEARD :], hearing(text, used, entities)))


def hearing(text: str, used: tuple[tuple[int, int], ...] = (), entities: tuple[Entity, ...] = ()) -> Heard:
    """Give a text for later questions, as much of it as is searched for values."""
    return Heard(text[:MOST_TEXT], used, entities)


def offered(work: Work, slot: SlotDef) -> Fit | None:
    """Give a value that an earlier message of this run has for a slot, and mark its part of the text as used."""
    frame = work.top
    for index in range(len(frame.heard) - 1, -1, -1):
        heard = frame.heard[index]
        found = said_of(work, slot, blank(heard.text, heard.used))
        if found is None and not (slot.secret and is_guessable(slot)):
            found = _annotated(work, slot, heard)
        if found is not None:
            used = replace(heard, used=(*heard.used, (found.start, found.end)))
            work.change(heard=(*frame.heard[:index], used, *frame.heard[index + 1 :]))
            return found
    return None


def keep_for_later(work: Work, text: str, entities: tuple[Entity, ...] = ()) -> list[tuple[SlotDef, Any]]:
    """Remember a message that answers nothing for the questions to come that it has values for, and give both.

    One that was remembered with the same values before gives none, nor does a reply to the question for a secret.
    """
    text = text[:MOST_TEXT]
    if asks_secret(work) or any(heard.text == text for heard in work.top.heard):
        return []
    bare = any(map(str.isdigit, text)) and not any(map(str.isalpha, text)) and _SIGN.search(text) is None
    later = (slot for slot in _later(work) if not (bare and slot.type in _COUNTED))
    said = [(slot, found) for slot in later if (found := said_of(work, slot, text)) is not None]
    kept = [(slot, found.value) for slot, found in said if not _is_doubtful(work, slot, text, found)]
    for slot, value in kept:
        work.confide(slot, value)
    if kept:
        work.stack[-1] = hear(work.top, text, 0, 0, entities)
    return kept


def _is_doubtful(work: Work, slot: SlotDef, text: str, found: Fit) -> bool:
    """Tell whether nothing but a word of a text is an option: no label of it (I'm late), or it is only told of."""
    if not slot.options or found.value not in [option.value for option in slot.options]:
        return False
    if only_tells(work.prepared.phrases, text):
        return True
    label = fold(text[found.start : found.end])
    labels = [fold(source) for option in slot.options for source in option.label.sources.values()]
    phrases, rest = work.prepared.phrases, fold(blank(text, [(found.start, found.end)]))
    return label not in labels and bool(without(rest, phrases.corrections, phrases.fillers))


def was_kept(work: Work, slot: SlotDef) -> bool:
    """Tell whether a message before the last that was remembered has a value for a slot, too."""
    return any(said_of(work, slot, heard.text) is not None for heard in work.top.heard[:-1])


def _later(work: Work) -> Iterator[SlotDef]:
    """Give the slots that this run, its callers and the flows that they call may still be told of."""
    question = work.question
    for frame in reversed(work.stack):
        facts = work.prepared.facts[frame.flow]
        own = "" if question is None or frame is not work.top else facts.fills.get(question.step, "")
        for offers in (facts.offers, *[called.offers for called in facts.calls.values()]):
            yield from [slot for name, slot in offers.items() if name not in frame.changed and name != own]
        if frame.entered != "run":
            return


def _annotated(work: Work, slot: SlotDef, heard: Heard) -> Fit | None:
    """Give what was found for a slot beforehand, where no other slot used that part of the text."""
    for entity in heard.entities:
        if entity.slot == slot.name and all(end <= entity.start or start >= entity.end for start, end in heard.used):
            found = value_of(work, slot, entity.value)
            return Fit(found, entity.start, entity.end, STRICT) if found is not None else None
    return None
