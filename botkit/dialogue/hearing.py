"""Hearing: what was said before, and what of it is left for later questions."""

from msgspec.structs import replace

from botkit.dialogue.filling import MOST_TEXT, STRICT, Fit
from botkit.dialogue.naming import blank, said_of
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.events import Entity
from botkit.model.session import Frame, Heard

MOST_HEARD = 5  # messages kept for later questions


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
        found = said_of(work, slot, blank(heard.text, heard.used)) or _annotated(slot, heard)
        if found is not None:
            used = replace(heard, used=(*heard.used, (found.start, found.end)))
            work.change(heard=(*frame.heard[:index], used, *frame.heard[index + 1 :]))
            return found
    return None


def _annotated(slot: SlotDef, heard: Heard) -> Fit | None:
    """Give what was found for a slot beforehand, where no other slot used that part of the text."""
    for entity in heard.entities:
        free = all(end <= entity.start or start >= entity.end for start, end in heard.used)
        if entity.slot == slot.name and free:
            return Fit(entity.value, entity.start, entity.end, STRICT)
    return None
