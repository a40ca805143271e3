"""Correcting: a message changes a slot that was filled before, and the flow goes back to what depends on it."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.filling import labelled, refusal, strict_value
from botkit.dialogue.phrases import is_question, read_yes_no, strip_correction
from botkit.dialogue.questions import repeat_question, say_rule
from botkit.dialogue.stack import asked_slots, drop_timers, repair
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef
from botkit.model.session import Frame
from botkit.model.words import fold, has_cjk


@dataclass(frozen=True, slots=True)
class Correction:
    """A new value for a slot that the frame at `index` has asked for; `why` is for people.

    `refused` says that nothing but the open question's refusal makes it one.
    """

    index: int
    slot: SlotDef
    value: Any
    why: str
    refused: bool = False


def find_correction(work: Work, text: str, *, confirming: bool = False, refused: bool = False) -> Correction | None:
    """Give the correction that a message makes, if it makes one.

    An earlier slot is corrected if the text names it or begins with a correction word, at a `confirm`
    (`confirming`) by any differing value, and where the open question refuses the text (`refused`) by the one
    slot that takes it.
    """
    folded = fold(text)
    corrected = strip_correction(work.prepared.phrases, folded) is not None
    asked = work.question.step if work.question else ""
    values: list[Correction] = []
    for index, slot in asked_slots(work):
        named = _names(folded, slot)
        if confirming and slot.type == "boolean" and not named:
            continue  # its yes or no is the confirm's
        found = _differing(work, index, slot, text, named=named)
        if found is None:
            continue
        if named:
            return Correction(index, slot, found, f"names {slot.name}")
        values.append(Correction(index, slot, found, "differs"))
    if not values or not (corrected or confirming or refused):
        return None
    if len(values) > 1 and not corrected:
        return values[0] if confirming else None
    why = "a correction word" if corrected else "at a confirm" if confirming else f"{asked} refuses it"
    return dataclasses.replace(values[0], why=why, refused=not (corrected or confirming))


def _names(folded: str, slot: SlotDef) -> bool:
    name = fold(slot.name.replace("_", " "))
    if folded.isascii():
        return f" {name} " in f" {folded} "
    return (
        name in folded
        if has_cjk(name)
        else re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded, re.ASCII) is not None
    )


def _differing(work: Work, index: int, slot: SlotDef, text: str, *, named: bool) -> Any:
    """Give the value that a text has for a slot where it differs from the one it holds."""
    above = work.stack[index + 1 :]
    del work.stack[index + 1 :]
    try:
        found = strict_value(work, slot, text)
    finally:
        work.stack.extend(above)
    current = work.value_at(index, slot.name)
    if found is not None:
        return found.value if not _alike(found.value, current) else None
    if named and slot.type in {"text", "any"} and not slot.options and not slot.pattern and not slot.options_from:
        return _after_name(work, slot, text, current)
    return None


def _alike(new: Any, current: Any) -> bool:
    """Tell whether two values are the same, however they are written: W1000001 is #W1000001."""
    return bool(new == current or (isinstance(new, str) and isinstance(current, str) and fold(new) == fold(current)))


def _after_name(work: Work, slot: SlotDef, text: str, current: Any) -> str | None:
    """Give what a text says after a free text slot's name: 'the reason is: too small'.

    A copula or a sign stands between them. What asks something, and what only says yes or no of the value that
    there is ('the address is wrong'), gives none.
    """
    phrases, name = work.prepared.phrases, slot.name.replace("_", " ")
    start = text.casefold().find(name.casefold())
    if start < 0 or phrases.copulas is None:
        return None
    rest = text[start + len(name) :]
    copula = phrases.copulas.match(rest.casefold())
    if copula is None or is_question(phrases, text):
        return None
    while copula is not None:
        rest = rest[copula.end() :].lstrip(" :=,.-，：。")
        copula = phrases.copulas.match(rest.casefold())
    while phrases.fillers is not None and (filler := phrases.fillers.match(rest.casefold())):
        if filler[0] in phrases.no:
            break
        rest = rest[filler.end() :].lstrip(" :=,.-，：。")
    rest = rest.strip()
    agreed = read_yes_no(phrases, fold(rest))
    if not fold(rest) or is_question(phrases, rest) or (agreed is not None and agreed[1]):
        return None
    return rest if rest != current else None


def apply_correction(work: Work, correction: Correction) -> None:
    """Change the slot and go back to the first executed step that depends on it.

    A slot that a done write has read stays as it is: on_correct says so and offers a person. Otherwise writes
    that were done are passed over, `set`, `save` and reads are done again.
    """
    frame = work.stack[correction.index]
    slot = correction.slot
    old_shown = labelled(work, slot, work.value_at(correction.index, slot.name))
    new_shown = labelled(work, slot, correction.value)
    if _was_used(work, correction.index, slot.name):
        work.visit(frame.step, f"not corrected: {slot.name} was used")
        repair(work, "on_correct", slot=slot.name, old=old_shown, new=new_shown, done=True)
        return
    above = work.stack[correction.index + 1 :]
    del work.stack[correction.index + 1 :]
    try:
        rule = refusal(work, slot, correction.value)
        if rule is not None:
            say_rule(work, slot, rule, correction.value)
    finally:
        work.stack.extend(above)
    if rule is not None:
        repeat_question(work)
        return
    if not _go_back(work, correction.index, slot.name):
        repeat_question(work)
    work.fill(slot.name, correction.value, correction.index)
    work.visit(work.top.step, f"corrected: {slot.name}")
    repair(work, "on_correct", slot=slot.name, old=old_shown, new=new_shown, done=False)


def _was_used(work: Work, index: int, slot: str) -> bool:
    """Tell whether a done write of this run, or of one that it called, has read the slot."""
    return any(slot in reads for frame in work.stack[index:] for reads in frame.wrote.values())


def changeable(work: Work) -> list[tuple[int, SlotDef]]:
    """Give the slots that this run and its callers have asked for, each with its frame, the first one first."""
    return list(reversed(asked_slots(work)))


def find_named(work: Work, text: str, *, alone: bool, anywhere: bool = False) -> tuple[int, SlotDef] | None:
    """Give the one asked slot that a text names first, after a no and fillers.

    `alone` wants nothing behind it; `anywhere` is content with a name inside a text that asks nothing.
    """
    folded, phrases = fold(text), work.prepared.phrases
    named = [(index, slot) for index, slot in changeable(work) if _names(folded, slot)]
    if len(named) != 1:
        return None
    if anywhere:
        return None if is_question(phrases, text) else named[0]
    name = fold(named[0][1].name.replace("_", " "))
    while not (folded == name or (not alone and _names(folded[: len(name) + 1], named[0][1]))):
        patterns = (phrases.fillers,) if alone else (phrases.either, phrases.corrections, phrases.fillers)
        skipped = [match.end() for pattern in patterns if pattern is not None and (match := pattern.match(folded))]
        if not skipped:
            return None
        folded = folded[max(skipped) :].strip()
    return named[0]


def reopen(work: Work, index: int, slot: SlotDef) -> None:
    """Ask for a slot again that the frame at `index` has asked for; one that a done write has read stays."""
    frame = work.stack[index]
    if _was_used(work, index, slot.name):
        shown = labelled(work, slot, work.value_at(index, slot.name))
        repair(work, "on_correct", slot=slot.name, old=shown, new=shown, done=True)
        return
    steps, fills = work.flow_of(frame).steps, work.prepared.facts[frame.flow].fills
    asks = [step for step in frame.passed if fills.get(step) == slot.name and isinstance(steps[step].body, Ask)]
    if not asks:
        repeat_question(work)
        return
    for other in work.stack[index:]:
        drop_timers(work, other)
    del work.stack[index + 1 :]
    later = frame.passed[frame.passed.index(asks[-1]) :]
    done = tuple(step for step in later if step in frame.wrote)
    work.stack[index] = replace(frame, step=asks[-1], asked="", skips=done, heard=())
    work.fill(slot.name, None, index)
    work.visit(asks[-1], "opened again")
    work.question = None
    work.settled = False


def _go_back(work: Work, index: int, slot: str) -> bool:
    """Go back to the first step executed after the slot's ask that reads it; False if none does.

    It stands in the run that asked, or for a shared slot in one that this run called.
    """
    shared = slot in work.flows.slots
    for at in range(index, len(work.stack) if shared else index + 1):
        frame = work.stack[at]
        target = _first_reader(work, frame, slot)
        if target is None:
            continue
        for other in work.stack[at + 1 :]:
            drop_timers(work, other)
        del work.stack[at + 1 :]
        if target != frame.step:
            drop_timers(work, frame)
            later = frame.passed[frame.passed.index(target) :]
            done = tuple(step for step in later if step in frame.wrote)
            work.stack[at] = replace(frame, step=target, asked="", skips=done)
        work.question = None
        work.settled = False
        return True
    return False


def _first_reader(work: Work, frame: Frame, slot: str) -> str | None:
    facts = work.prepared.facts[frame.flow]
    asks = (i for i in range(len(frame.passed) - 1, -1, -1) if facts.fills.get(frame.passed[i]) == slot)
    asked = next(asks, 0)
    readers = (step for step in frame.passed[asked:] if slot in facts.reads[step])
    return next(readers, None)
