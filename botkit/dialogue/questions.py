"""Questions: posing them, with what is known already."""

from typing import Any, Final, Literal

from msgspec.structs import replace

from botkit.dialogue.checks import refusal
from botkit.dialogue.due import due_in
from botkit.dialogue.hearing import offered
from botkit.dialogue.patterns import wants_another
from botkit.dialogue.prepared import checked_names
from botkit.dialogue.saying import listed_options, say_refused, say_speech, shown, title_of
from botkit.dialogue.stack import drop_timers
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Confirm, Rate, Silence, SlotDef, Speech, Step
from botkit.model.events import Purpose
from botkit.model.replies import Button, SetTimer
from botkit.model.session import Question

_PICKED: Final[dict[str, Literal["date", "time", "datetime"]]] = {
    "date": "date",
    "time": "time",
    "datetime": "datetime",
}
"""Slot types of which a channel may have a picker."""


def ask(work: Work, step: Step, body: Ask) -> None:
    """Execute an ask: pass over it, fill it from what was said, offer what is known, or pose the question."""
    frame, slot = work.top, body.slot
    current = work.slot(slot.name)
    known = current is not None and not body.again and _still_valid(work, slot, current)
    if known and slot.name in frame.changed:
        drop_timers(work, frame)
        if _check_again(work, step, slot, current):
            work.visit(step.id, "passed over")
            work.go(step.next)
        return
    if not frame.asked and body.fill == "anytime" and _fill_from_heard(work, step, slot):
        return
    if known and _carry(work, step, slot, current):  # only a shared slot can be filled and not in this run
        return
    buttons = _option_buttons(work, slot)
    if frame.asked and frame.chosen:
        buttons = (*buttons, done_button(work))
    elif slot.optional and buttons:
        buttons = (*buttons, none_button(work))
    pose(work, step, body.speech, "ask", buttons, silence=body.silence, slot=slot)


def _check_again(work: Work, step: Step, slot: SlotDef, current: Any) -> bool:
    """Hold a value against its rules again where what they read has changed since; a refused one is asked for."""
    changed = work.top.changed
    if all(changed.get(name, 0) <= changed[slot.name] for name in checked_names(slot)):
        return True
    refused = refusal(work, slot, current)
    if refused is None:
        return True
    say_refused(work, refused)
    work.visit(step.id, "refused by a check")
    work.fill(slot.name, None)
    return False


def _still_valid(work: Work, slot: SlotDef, current: Any) -> bool:
    """A value chosen among computed options must still be one of them: a correction may have changed them."""
    if not slot.options_from:
        return True
    values = [value for value, _ in listed_options(work, slot.options_from)]
    return all(item in values for item in (current if slot.many and isinstance(current, list) else [current]))


def _carry(work: Work, step: Step, slot: SlotDef, current: Any) -> bool:
    """Take or offer the value of a shared slot; False if the customer wants another one, which is asked for."""
    if any(wants_another(work.prepared.phrases, slot, heard.text) for heard in work.top.heard):
        work.visit(step.id, "not offered: another one is wanted")
        work.share(slot.name, None)
        return False
    if slot.carry == "silent":
        work.visit(step.id, "carried over")
        work.fill(slot.name, current)
        work.go(step.next)
        return True
    work.visit(step.id, "offered again" if work.top.asked else "offered")
    id_ = work.top.asked or f"{work.number}.{work.tick()}"
    buttons = yes_no_buttons(work)
    work.say(work.phrase("still", value=shown(work, slot, current)), buttons=buttons, question=id_)
    work.change(asked=id_)
    work.wait(Question(id=id_, run=work.top.run, step=step.id, kind="offer", buttons=buttons))
    return True


def _fill_from_heard(work: Work, step: Step, slot: SlotDef) -> bool:
    found = offered(work, slot)
    if found is None:
        return False
    refused = refusal(work, slot, found.value)
    if refused is not None:
        say_refused(work, refused)
        return False
    work.visit(step.id, "filled from the message")
    work.fill(slot.name, found.value)
    work.go(step.next)
    return True


def confirm(work: Work, step: Step, body: Confirm) -> None:
    """Execute a confirm: it always asks."""
    pose(work, step, body.speech, "confirm", yes_no_buttons(work), silence=body.silence)


def rate(work: Work, step: Step, body: Rate) -> None:
    """Execute a rate: ask for a number from 1 to the scale."""
    buttons = tuple(Button(label=str(n), value=str(n)) for n in range(1, body.scale + 1))
    pose(work, step, body.speech, "rate", buttons)
    if work.replies and work.replies[-1].question == work.top.asked:
        work.replies[-1] = replace(work.replies[-1], scale=body.scale)


def yes_no_buttons(work: Work) -> tuple[Button, ...]:
    """Give the buttons of a yes-or-no question."""
    return (
        Button(label=work.phrase("yes"), value="yes"),
        Button(label=work.phrase("no"), value="no"),
    )


def _option_buttons(work: Work, slot: SlotDef) -> tuple[Button, ...]:
    if slot.options_from:
        return tuple(
            Button(label=label, value=_value_of(value)) for value, label in listed_options(work, slot.options_from)
        )
    if not slot.options:
        return ()
    key = id(slot), work.locale
    known = work.prepared.buttons.get(key)
    if known is not None:
        return known
    buttons = tuple([Button(label=work.text(option.label), value=_value_of(option.value)) for option in slot.options])
    if id(slot) in work.prepared.fixed:
        work.prepared.buttons[key] = buttons
    return buttons


def _value_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def pose(
    work: Work,
    step: Step,
    speech: Speech,
    kind: Literal["ask", "confirm", "rate"],
    buttons: tuple[Button, ...],
    *,
    silence: Silence | None = None,
    slot: SlotDef | None = None,
) -> None:
    """Say a question and wait for its reply; a repeated question keeps its id."""
    frame = work.top
    id_ = frame.asked or f"{work.number}.{work.tick()}"
    work.visit(step.id, "asked again" if frame.asked else "asked")
    computed = tuple(listed_options(work, slot.options_from)) if slot is not None and slot.options_from else ()
    unsaid = "" if slot is None or speech.variants else work.phrase("ask_for", slot=title_of(work, slot))
    say_speech(work, speech, step.id, buttons=buttons, question=id_, unsaid=unsaid)
    if slot is not None and slot.type in _PICKED and not buttons:
        _offer_picker(work, id_, slot)
    under = work.replies[-1].buttons if work.replies and work.replies[-1].question == id_ else buttons
    work.change(asked=id_, chosen=frame.chosen if frame.asked else ())
    timed = silence is not None
    work.wait(Question(id=id_, run=frame.run, step=step.id, kind=kind, buttons=under, options=computed, timed=timed))
    if silence is not None:
        set_silence(work, id_, silence)


def _offer_picker(work: Work, question: str, slot: SlotDef) -> None:
    if work.replies and work.replies[-1].question == question:
        work.replies[-1] = replace(work.replies[-1], asks=_PICKED[slot.type])


def set_silence(work: Work, question: str, silence: Silence) -> None:
    """Let the silence of a question begin; what would take years of opening hours does not come."""
    purposes: tuple[tuple[Purpose, float], ...] = (("silence", silence.after), ("end", silence.end))
    for purpose, seconds in purposes:
        due = due_in(work, seconds, silence.hours) if seconds else None
        if due is not None:
            work.effects.append(SetTimer(f"{question}.{purpose}", due, question, purpose))


def repeat_question(work: Work) -> None:
    """Pose the open question again, with the same id."""
    work.question = None
    work.settled = False


def none_button(work: Work) -> Button:
    """Give the button for none of several options."""
    none = work.phrase("none")
    return Button(label=none, value=none)


def done_button(work: Work) -> Button:
    done = work.phrase("done")
    return Button(label=done, value=done)
