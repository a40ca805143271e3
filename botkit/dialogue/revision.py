"""Revising: what was corrected is changed, and the flow goes back to what depends on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.checks import refusal
from botkit.dialogue.correction import Correction, Corrections
from botkit.dialogue.filling import STRICT
from botkit.dialogue.hearing import hear
from botkit.dialogue.naming import blank
from botkit.dialogue.phrases import leads_in
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.saying import say_refused, shown, title_of
from botkit.dialogue.stack import drop_timers, known_slots, repair, seen_from, top_group
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef, Wait
from botkit.model.session import Frame
from botkit.model.words import fold


def correct(work: Work, found: Corrections, text: str) -> bool:
    """Make the corrections that were found in a text, if there are any."""
    for one in found.made:
        work.candidate("slot", one.slot.name, STRICT, f"correction: {one.why}", taken=True)
        work.confide(one.slot, one.value)
    if found.made:
        apply_corrections(work, found.made, text)
    return bool(found.made)


def apply_corrections(work: Work, made: Sequence[Correction], text: str = "") -> None:
    """Change the slots and go back to the first executed step that depends on one of them.

    A slot that a done write has read stays as it is: on_correct says so and offers a person. Otherwise writes
    that were done are passed over, `set`, `save` and reads are done again. What else `text` says is kept for later
    questions.
    """
    used = [one for one in made if _was_used(work, one.index, one.slot.name)]
    kept = _unrefused(work, [one for one in made if one not in used])
    both = sorted((*used, *kept), key=lambda one: one.start)
    told = [(one, shown(work, one.slot, work.value_at(one.index, one.slot.name))) for one in both]
    if not _go_back(work, [(one.index, one.slot.name) for one in kept]):
        repeat_question(work)
    told = [(one, old) for one, old in told if one.index < len(work.stack)]
    for one in kept:
        if one.index < len(work.stack):
            work.fill(one.slot.name, one.value, one.index)
    _hear_rest(work, text, [one for one, _ in told])
    for one, old in reversed(told):
        done, name = one in used, one.slot.name
        work.visit(work.top.step, f"not corrected: {name} was used" if done else f"corrected: {name}")
        repair(
            work,
            "on_correct",
            slot=name,
            title=title_of(work, one.slot),
            old=old,
            new=shown(work, one.slot, one.value),
            done=done,
        )


def _unrefused(work: Work, made: list[Correction]) -> list[Correction]:
    """Give the corrections that no rule refuses, each beside all others; say why of the rest."""
    new = {one.slot.name: one.value for one in made}
    refused = next((one for one in made if _is_refused(work, one, new)), None)
    return made if refused is None else _unrefused(work, [one for one in made if one is not refused])


def _is_refused(work: Work, one: Correction, new: Mapping[str, Any]) -> bool:
    with seen_from(work, one.index):
        refused = refusal(work, one.slot, one.value, new)
        if refused is not None:
            say_refused(work, refused)
    return refused is not None


def _hear_rest(work: Work, text: str, made: Sequence[Correction]) -> None:
    rest = blank(text, [(one.start, one.end) for one in made])
    if not leads_in(work.prepared.phrases, fold(rest)):
        work.stack[-1] = hear(work.top, rest, 0, 0)


def reconcile(work: Work) -> None:
    """Tell what another flow changed meanwhile of the shared slots that the one which goes on has asked for.

    Where a question of it is open it goes back to the first executed step that depends on one of them, unless a done
    write has used it. One that it has not asked for yet is offered when it comes to that, and one that is empty now
    is asked for. Nothing is done about those that are carried silently.
    """
    group, top = top_group(work), work.top
    first = len(work.stack) - len(group)
    altered: dict[str, Any] = {}
    for at, frame in enumerate(group, first):
        altered = {**frame.altered, **altered}
        work.stack[at] = replace(frame, altered={})
    step = work.step_of(top)
    asks = bool(top.asked) and step is not None and not isinstance(step.body, Wait)
    opened = work.prepared.facts[top.flow].fills.get(top.step, "") if asks else ""
    asked = {slot.name: (at, slot) for at, slot in reversed(known_slots(work)) if slot.name in altered}
    targets: list[tuple[int, str]] = []
    for name, (at, slot) in asked.items():
        old, new = altered[name], work.slots.get(name)
        if slot.carry == "silent":
            continue
        if old is None:
            _forget_change(work, first, name)
            if name == opened:
                drop_timers(work, work.top)
                work.change(asked="")
        elif new != old and name != opened:
            if new is not None:
                told = {"old": shown(work, slot, old), "new": shown(work, slot, new)}
                work.say(work.phrase("altered", slot=title_of(work, slot), **told))
            if asks and not _was_used(work, first, name):
                target = (_asked_at(work, first, name) if new is None else None) or _reader(work, at, name)
                targets += [target] if target is not None else []
    _go_back_to(work, targets)


def _forget_change(work: Work, first: int, name: str) -> None:
    """Let a slot count as filled by another run, which an ask offers."""
    for at, frame in enumerate(work.stack[first:], first):
        work.stack[at] = replace(
            frame, changed={slot: clock for slot, clock in frame.changed.items() if slot != name}
        )


def _was_used(work: Work, index: int, slot: str) -> bool:
    """Tell whether a done write of this run, or of one that it called, has read the slot."""
    return any(slot in reads for frame in work.stack[index:] for reads in frame.wrote.values())


def reopen(work: Work, index: int, slot: SlotDef) -> None:
    """Ask for a slot again that the frame at `index` has asked for; one that a done write has read stays."""
    frame = work.stack[index]
    if _was_used(work, index, slot.name):
        known = shown(work, slot, work.value_at(index, slot.name))
        repair(work, "on_correct", slot=slot.name, title=title_of(work, slot), old=known, new=known, done=True)
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


def _go_back(work: Work, slots: Sequence[tuple[int, str]]) -> bool:
    """Go back to the first step executed after the ask of a slot that reads it; False if none does.

    It stands in the run that asked, or for a shared slot in one that this run called; of several slots the one
    counts that leads back the furthest.
    """
    return _go_back_to(work, [found for index, slot in slots if (found := _reader(work, index, slot)) is not None])


def _go_back_to(work: Work, targets: Sequence[tuple[int, str]]) -> bool:
    """Go back to the step that leads back the furthest, of some in frames; False if there is none."""
    if not targets:
        return False
    at = min(at for at, _ in targets)
    frame = work.stack[at]
    steps = [
        *[step for place, step in targets if place == at],
        *[step for step in frame.passed if step == frame.step],
    ]
    target = min(steps, key=frame.passed.index)
    for other in work.stack[at + 1 :]:
        drop_timers(work, other)
    del work.stack[at + 1 :]
    if target != frame.step:
        drop_timers(work, frame)
        _set_back(work, at, target)
    work.question = None
    work.settled = False
    return True


def _reader(work: Work, index: int, slot: str) -> tuple[int, str] | None:
    """Give the frame and the step that a correction of a slot leads back to."""
    shared = slot in work.flows.slots
    for at in range(index, len(work.stack) if shared else index + 1):
        step = _first_reader(work, work.stack[at], slot)
        if step is not None:
            return at, step
    return None


def _asked_at(work: Work, first: int, slot: str) -> tuple[int, str] | None:
    """Give the frame and the step that asked for a slot, of those from `first` on."""
    frames = enumerate(work.stack[first:], first)
    asked = [(at, step) for at, frame in frames for step in frame.passed if _asks_for(work, frame, step, slot)]
    return asked[0] if asked else None


def _first_reader(work: Work, frame: Frame, slot: str) -> str | None:
    """Give the first step executed since the slot was asked for that reads it, itself or in a flow that it ran."""
    facts, waits = work.prepared.facts[frame.flow], frame.step if frame is not work.top else ""
    asked = [at for at, step in enumerate(frame.passed) if _asks_for(work, frame, step, slot)]
    for step in frame.passed[asked[-1] if asked else 0 :]:
        called = facts.calls.get(step)
        if slot in facts.reads[step] or (called is not None and step != waits and slot in called.reads):
            return step
    return None
