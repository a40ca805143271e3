"""Correcting: a message changes a slot that was filled before, and the flow goes back to what depends on it."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.filling import FREE_TYPES, STRICT, Fit, bare_amount, labelled, refusal, strict_value
from botkit.dialogue.naming import Mention, behind_name, blank, mentions, value_beside, without_named
from botkit.dialogue.phrases import is_question, leads_in, read_yes_no, strip_correction
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.saying import say_rule, slot_title
from botkit.dialogue.stack import asked_slots, drop_timers, repair
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef
from botkit.model.session import Frame
from botkit.model.words import fold

_HIDDEN = "•••"  # in place of a secret


@dataclass(frozen=True, slots=True)
class Correction:
    """A new value for a slot that the frame at `index` has asked for, said at `text[start:end]`; `why` is for people.

    `named` says that the text names the slot, `refused` that nothing but the open question's refusal makes it one.
    `also` are other slots that take a value of the text, none of which is named.
    """

    index: int
    slot: SlotDef
    value: Any
    start: int
    end: int
    why: str = "differs"
    refused: bool = False
    named: bool = False
    also: tuple[str, ...] = ()


def find_correction(work: Work, text: str, *, confirming: bool = False, refused: bool = False) -> Correction | None:
    """Give the correction that a message makes, if it makes one.

    An earlier slot is corrected if the text names it or begins with a correction word, at a `confirm`
    (`confirming`) by any differing value, and where the open question refuses the text (`refused`) by the one
    slot that takes it. What is said of one slot by its name corrects no other.
    """
    corrected = strip_correction(work.prepared.phrases, fold(text)) is not None
    named = {mention.slot.name: mention for mention in reversed(mentions(work, text))}
    values: list[Correction] = []
    same: list[Fit] = []
    for index, slot in asked_slots(work):
        mention = named.get(slot.name)
        if confirming and slot.type == "boolean" and mention is None:
            continue  # its yes or no is the confirm's
        found = _said(work, index, slot, text, mention)
        if found is None:
            continue
        if _alike(found.value, work.value_at(index, slot.name)):
            same.append(found)
        elif mention is not None:
            return Correction(index, slot, found.value, found.start, found.end, f"names {slot.name}", named=True)
        else:
            values.append(Correction(index, slot, found.value, found.start, found.end))
    values = [one for one in values if not any(_inside(one, other) for other in values)]
    if not corrected:  # then what is said again of one slot is not said of another
        values = [one for one in values if not any(_overlap(one, other) for other in same)]
    if not values or not (corrected or confirming or refused):
        return None
    first, also = values[0], tuple(one.slot.name for one in values[1:])
    if corrected:
        return dataclasses.replace(first, why="a correction word", also=also)
    if confirming:
        return dataclasses.replace(first, why="at a confirm", also=also)
    why = f"{work.question.step if work.question else ''} refuses it"
    return dataclasses.replace(first, why=why, refused=True) if not also else None


def _overlap(one: Correction, other: Fit) -> bool:
    return one.start < other.end and other.start < one.end


def _inside(one: Correction, other: Correction) -> bool:
    """Tell whether a value stands inside a longer one: the 20 of '20 euros'."""
    return other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start > 0


def _said(work: Work, index: int, slot: SlotDef, text: str, mention: Mention | None) -> Fit | None:
    """Give the value that a text has for a slot of the frame at `index`."""
    left = without_named(work, text, slot, names=True)
    above = work.stack[index + 1 :]
    del work.stack[index + 1 :]
    try:
        found = _said_of(work, slot, text, left, mention)
    finally:
        work.stack.extend(above)
    free = slot.type in FREE_TYPES and not (slot.options or slot.pattern or slot.options_from)
    return _after_name(work, text, mention) if found is None and mention is not None and free else found


def _said_of(work: Work, slot: SlotDef, text: str, left: str, mention: Mention | None) -> Fit | None:
    """Give the value that a text has for a slot: right behind its name, somewhere behind it, or in what is left."""
    if mention is not None:
        beside = value_beside(work, text, mention)
        if beside is not None:
            return Fit(beside.value, beside.start, beside.end, STRICT)
        left = blank(left, [(mention.start, mention.end)])
        behind = blank(left, [(0, mention.end), (mention.until, len(text))])
        found = strict_value(work, slot, behind) or (bare_amount(work, behind) if slot.type == "money" else None)
        if found is not None:
            return found
    return strict_value(work, slot, left)


def _alike(new: Any, current: Any) -> bool:
    """Tell whether two values are the same, however they are written: W1000001 is #W1000001."""
    return bool(new == current or (isinstance(new, str) and isinstance(current, str) and fold(new) == fold(current)))


def _after_name(work: Work, text: str, mention: Mention) -> Fit | None:
    """Give what a text says after a free text slot's name: 'the reason is: too small'.

    A copula or a sign stands between them. What asks something, and what only says yes or no of the value that
    there is ('the address is wrong'), gives none.
    """
    phrases = work.prepared.phrases
    linked = phrases.copulas is not None and phrases.copulas.match(text[mention.end :].casefold()) is not None
    if not linked or is_question(phrases, text):
        return None
    rest = text[behind_name(phrases, text, mention) :].strip()
    agreed = read_yes_no(phrases, fold(rest))
    if not fold(rest) or is_question(phrases, rest) or (agreed is not None and agreed[1]):
        return None
    return Fit(rest, mention.start, len(text), STRICT)


def apply_correction(work: Work, correction: Correction) -> None:
    """Change the slot and go back to the first executed step that depends on it.

    A slot that a done write has read stays as it is: on_correct says so and offers a person. Otherwise writes
    that were done are passed over, `set`, `save` and reads are done again.
    """
    frame = work.stack[correction.index]
    slot = correction.slot
    old_shown = _shown(work, slot, work.value_at(correction.index, slot.name))
    new_shown = _shown(work, slot, correction.value)
    if _was_used(work, correction.index, slot.name):
        work.visit(frame.step, f"not corrected: {slot.name} was used")
        repair(
            work, "on_correct", slot=slot.name, title=slot_title(work, slot), old=old_shown, new=new_shown, done=True
        )
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
    repair(work, "on_correct", slot=slot.name, title=slot_title(work, slot), old=old_shown, new=new_shown, done=False)


def _shown(work: Work, slot: SlotDef, value: Any) -> Any:
    """Give a value as the customer is shown it; a secret one is not."""
    return _HIDDEN if slot.secret else labelled(work, slot, value)


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
    phrases = work.prepared.phrases
    asked = {slot.name: (index, slot) for index, slot in changeable(work)}
    named = {m.slot.name: m for m in reversed(mentions(work, text)) if m.slot.name in asked}
    if len(named) != 1:
        return None
    (name, mention), *_ = named.items()
    if anywhere:
        return None if is_question(phrases, text) else asked[name]
    if not leads_in(phrases, fold(text[: mention.start]), fillers_only=alone):
        return None
    return None if alone and fold(text[mention.end :]) else asked[name]


def reopen(work: Work, index: int, slot: SlotDef) -> None:
    """Ask for a slot again that the frame at `index` has asked for; one that a done write has read stays."""
    frame = work.stack[index]
    if _was_used(work, index, slot.name):
        shown = _shown(work, slot, work.value_at(index, slot.name))
        repair(work, "on_correct", slot=slot.name, title=slot_title(work, slot), old=shown, new=shown, done=True)
        return
    asks = [step for step in frame.passed if _asks_for(work, frame, step, slot.name)]
    if not asks:
        repeat_question(work)
        return
    for other in work.stack[index:]:
        drop_timers(work, other)
    del work.stack[index + 1 :]
    _set_back(work, index, asks[-1])
    work.stack[index] = replace(work.stack[index], heard=())
    work.fill(slot.name, None, index)
    work.visit(asks[-1], "opened again")
    work.question = None
    work.settled = False


def _asks_for(work: Work, frame: Frame, step: str, slot: str) -> bool:
    """Tell whether a step asks for a slot, or runs a flow that does."""
    facts, body = work.prepared.facts[frame.flow], work.flow_of(frame).steps[step].body
    called = facts.calls.get(step)
    return (isinstance(body, Ask) and facts.fills.get(step) == slot) or (called is not None and slot in called.asks)


def _set_back(work: Work, index: int, target: str) -> None:
    """Let a frame go on at a step that it has passed: done writes are passed over, a flow that asked is run again."""
    frame = work.stack[index]
    later = frame.passed[frame.passed.index(target) :]
    done = tuple(step for step in later if step in frame.wrote)
    facts = work.prepared.facts[frame.flow]
    again = tuple(step for step in later if step in facts.calls and step not in done)
    work.stack[index] = replace(frame, step=target, asked="", skips=done, reruns=again)


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
            _set_back(work, at, target)
        work.question = None
        work.settled = False
        return True
    return False


def _first_reader(work: Work, frame: Frame, slot: str) -> str | None:
    """Give the first step executed since the slot was asked for that reads it, itself or in a flow that it ran."""
    facts, waits = work.prepared.facts[frame.flow], frame.step if frame is not work.top else ""
    asked = [at for at, step in enumerate(frame.passed) if _asks_for(work, frame, step, slot)]
    for step in frame.passed[asked[-1] if asked else 0 :]:
        called = facts.calls.get(step)
        if slot in facts.reads[step] or (called is not None and step != waits and slot in called.reads):
            return step
    return None
