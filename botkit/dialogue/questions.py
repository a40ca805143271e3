"""Questions: posing them, reading replies to them, and what unusable replies get."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace

from botkit.dialogue.agreement import pressed_value, read_agreement, says_more_than_yes
from botkit.dialogue.filling import (
    EXACT,
    FREE_TYPES,
    PART,
    STRICT,
    Fit,
    choices_of,
    find_values,
    fit,
    labelled,
    refusal,
    strict_value,
)
from botkit.dialogue.hearing import hear, offered
from botkit.dialogue.naming import mentioned_value, without_named
from botkit.dialogue.options import Choice, choose_exactly, choose_number
from botkit.dialogue.saying import listed_options, say_speech, title_of
from botkit.dialogue.stack import begun, drop_timers, repair
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Confirm, Rate, Retry, Rule, Silence, SlotDef, Speech, Step
from botkit.model.events import Message
from botkit.model.replies import Button, Rated, SetTimer
from botkit.model.session import Question
from botkit.model.words import fold

LAST_REPEATS = 3  # how often the last text of `retry` is repeated before the ladder of on_no_match


def ask(work: Work, step: Step, body: Ask) -> None:
    """Execute an ask: pass over it, fill it from what was said, offer what is known, or pose the question."""
    frame, slot = work.top, body.slot
    current = work.slot(slot.name)
    if current is not None and not body.again and _still_valid(work, slot, current):
        if slot.name in frame.changed:
            drop_timers(work, frame)
            work.visit(step.id, "passed over")
            work.go(step.next)
            return
        if frame.asked or body.fill != "anytime" or not _fill_from_heard(work, step, slot):
            _carry(work, step, slot, current)  # only a shared slot can be filled and not in this run
        return
    if not frame.asked and body.fill == "anytime" and _fill_from_heard(work, step, slot):
        return
    buttons = _option_buttons(work, slot)
    if frame.asked and frame.chosen:
        buttons = (*buttons, _done_button(work))
    pose(work, step, body.speech, "ask", buttons, silence=body.silence, slot=slot)


def _still_valid(work: Work, slot: SlotDef, current: Any) -> bool:
    """A value chosen among computed options must still be one of them: a correction may have changed them."""
    if not slot.options_from:
        return True
    values = [value for value, _ in listed_options(work, slot.options_from)]
    return all(item in values for item in (current if slot.many and isinstance(current, list) else [current]))


def _carry(work: Work, step: Step, slot: SlotDef, current: Any) -> None:
    if slot.carry == "silent":
        work.visit(step.id, "carried over")
        work.fill(slot.name, current)
        work.go(step.next)
        return
    work.visit(step.id, "offered again" if work.top.asked else "offered")
    id_ = work.top.asked or f"{work.number}.{work.tick()}"
    buttons = yes_no_buttons(work)
    work.say(work.phrase("still", value=labelled(work, slot, current)), buttons=buttons, question=id_)
    work.change(asked=id_)
    work.wait(Question(id=id_, run=work.top.run, step=step.id, kind="offer", buttons=buttons))


def _fill_from_heard(work: Work, step: Step, slot: SlotDef) -> bool:
    found = offered(work, slot)
    if found is None:
        return False
    rule = refusal(work, slot, found.value)
    if rule is not None:
        say_rule(work, slot, rule, found.value)
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


def yes_no_buttons(work: Work) -> tuple[Button, ...]:
    """Give the buttons of a yes-or-no question."""
    return (
        Button(label=work.phrase("yes"), value="yes"),
        Button(label=work.phrase("no"), value="no"),
    )


def _option_buttons(work: Work, slot: SlotDef) -> tuple[Button, ...]:
    if slot.options_from:
        return tuple(
            Button(label=label, value=_shown(value)) for value, label in listed_options(work, slot.options_from)
        )
    key = id(slot), work.locale
    known = work.prepared.buttons.get(key)
    if known is not None:
        return known
    buttons = tuple([Button(label=work.text(option.label), value=_shown(option.value)) for option in slot.options])
    if id(slot) in work.prepared.fixed:
        work.prepared.buttons[key] = buttons
    return buttons


def _shown(value: Any) -> str:
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
    unsaid = "" if slot is None or speech.variants else work.phrase("ask_for", slot=slot.name.replace("_", " "))
    say_speech(work, speech, step.id, buttons=buttons, question=id_, unsaid=unsaid)
    shown = work.replies[-1].buttons if work.replies and work.replies[-1].question == id_ else buttons
    work.change(asked=id_, chosen=frame.chosen if frame.asked else ())
    timed = silence is not None
    work.wait(Question(id=id_, run=frame.run, step=step.id, kind=kind, buttons=shown, options=computed, timed=timed))
    if silence is not None:
        _set_silence(work, id_, silence)


def _set_silence(work: Work, question: str, silence: Silence) -> None:
    if silence.after:
        work.effects.append(SetTimer(f"{question}.silence", work.now + silence.after, question, "silence"))
    if silence.end:
        work.effects.append(SetTimer(f"{question}.end", work.now + silence.end, question, "end"))


def repeat_question(work: Work) -> None:
    """Pose the open question again, with the same id."""
    work.question = None
    work.settled = False


# Reading replies


def read_reply(work: Work, question: Question, message: Message) -> Fit | None:
    """Give what a message answers to the open question, and how surely."""
    step = work.step_of(work.top)
    match step.body if step is not None else None:
        case Ask(slot=slot) if question.kind == "offer":
            return _read_offer(work, slot, message)
        case Ask(slot=slot) if slot.many and (slot.options or slot.options_from):
            return _read_choices(work, question, slot, message)
        case Ask(slot=slot):
            return _pressed_choice(work, question, slot, message) or _fit_unnamed(work, question, slot, message)
        case Confirm():
            agreed = read_agreement(work, question, message)
            beside = agreed is not None and agreed.value and agreed.score < EXACT
            return None if beside and says_more_than_yes(work, message.text) else agreed
        case Rate(scale=scale):
            return _read_rating(work, message, scale)
        case _:
            return None


def _fit_unnamed(work: Work, question: Question, slot: SlotDef, message: Message) -> Fit | None:
    """Give the best fit of what a message says of the slot by its name, else of what it does not say of others."""
    if slot.type in FREE_TYPES and not (slot.pattern or slot.options or slot.options_from):
        return fit(work, slot, message)
    left = without_named(work, message.text, slot)
    if left == message.text:
        found = fit(work, slot, message, question.options)
    else:
        found = fit(work, slot, replace(message, text=left), question.options)
        found = found and Fit(found.value, found.start, found.end, min(found.score, PART))
    return found or mentioned_value(work, slot, message.text)


def _pressed_choice(work: Work, question: Question, slot: SlotDef, message: Message) -> Fit | None:
    if not (slot.options or slot.options_from):
        typed = pressed_value(question, message.text) or _numbered_button(work, question, slot, message.text)
        found = fit(work, slot, replace(message, text=typed)) if typed and typed != message.text else None
        return Fit(found.value, found.start, found.end, EXACT) if found is not None else None
    exact = choose_exactly(message.text, choices_of(work, slot, question.options, message.text))
    if exact is None:
        return None
    return Fit([exact.value] if slot.many else exact.value, 0, len(message.text), EXACT)


def _read_choices(work: Work, question: Question, slot: SlotDef, message: Message) -> Fit | None:
    """Read the options of a question that takes several: a press adds one, Done or a typed list ends it."""
    chosen, whole = work.top.chosen, (0, len(message.text))
    choices = choices_of(work, slot, question.options, message.text)
    exact = choose_exactly(message.text, choices)
    if exact is not None and work.pressed:
        values = chosen if exact.value in chosen else (*chosen, exact.value)
        left = [choice for choice in choices if choice.value not in values]
        return Fit(_Pressed(values) if left else list(values), *whole, EXACT)
    if chosen and exact is None and fold(message.text) == fold(work.phrase("done")):
        return Fit(list(chosen), *whole, EXACT)
    found = _pressed_choice(work, question, slot, message) or fit(work, slot, message, question.options)
    if found is None or not chosen:
        return found
    return Fit(
        [*chosen, *(value for value in found.value if value not in chosen)], found.start, found.end, found.score
    )


@dataclass(frozen=True, slots=True)
class _Pressed:
    """What was pressed so far of a question that takes several options."""

    values: tuple[Any, ...]


def _numbered_button(work: Work, question: Question, slot: SlotDef, text: str) -> str:
    """Give the value of the button below a free or patterned question that a number from 1 means."""
    buttons = [Choice(button.value, (button.label,)) for button in question.buttons if button.value]
    if slot.type not in FREE_TYPES or not buttons or (slot.pattern and find_values(work, slot, text)):
        return ""
    locale = work.flows.locales.get(work.locale)
    chosen = choose_number(text, buttons, locale.numbers.ordinals if locale else {})
    return str(chosen.value) if chosen is not None else ""


def is_button(question: Question, text: str) -> bool:
    """Tell whether a text is the label or the value of a button that the question shows."""
    return bool(pressed_value(question, text))


def _read_offer(work: Work, slot: SlotDef, message: Message) -> Fit | None:
    question = work.question
    agreed = read_agreement(work, question, message) if question is not None else None
    if agreed is None or not agreed.value:
        found = strict_value(work, slot, message.text)
        if found is not None:
            return Fit(("new", found.value), found.start, found.end, STRICT)
    if agreed is None:
        return None
    return Fit(("keep" if agreed.value else "ask", None), 0, len(message.text), agreed.score)


def _read_rating(work: Work, message: Message, scale: int) -> Fit | None:
    parser = work.flows.catalogue.types.get("integer")
    slot = SlotDef(name="rating", type="integer" if parser else "any")
    found = fit(work, slot, message)
    score: Any = found.value if found is not None else None
    if isinstance(score, str) and score.isdecimal():
        score = int(score)
    if found is None or not isinstance(score, int) or not 1 <= score <= scale:
        return None
    return replace_fit(found, score)


def replace_fit(found: Fit, value: Any) -> Fit:
    """Give a fit with another value."""
    return Fit(value, found.start, found.end, max(found.score, STRICT))


# Unusable replies


def unusable(work: Work, rule: Rule | None = None, value: Any = None) -> None:
    """Give an unusable reply what `retry` says for it; after that, the ladder of on_no_match."""
    if work.question is not None and work.question.changing:
        repeat_question(work)  # with the values as they are
        return
    frame = work.top
    frame = work.change(misses=frame.misses + 1 if frame.missed == frame.step else 1, missed=frame.step)
    step = work.step_of(frame)
    body = step.body if step is not None else None
    retry: tuple[Retry, ...] = body.retry if isinstance(body, Ask | Confirm) else ()
    slot = body.slot if isinstance(body, Ask) else None
    if retry and frame.misses <= len(retry) + LAST_REPEATS:
        chosen = retry[min(frame.misses, len(retry)) - 1]
        if chosen.steps:
            work.close_question()
            work.change(step=chosen.steps, asked="")
            work.settled = False
            return
        said = work.text(chosen.say) if chosen.say is not None else ""
        _hint(work, _rule_text(work, slot, rule, value) or said)
        return
    if rule is not None and frame.misses <= LAST_REPEATS:
        _hint(work, _rule_text(work, slot, rule, value) or work.phrase("unusable"))
        return
    tries = frame.misses - (len(retry) + LAST_REPEATS if retry else LAST_REPEATS if rule is not None else 0)
    repair(work, "on_no_match", tries=max(tries, 1))


def ask_for_plain_yes(work: Work) -> None:
    """Say that a yes with something else beside it has done nothing, and ask again; it counts as unusable."""
    frame, step = work.top, work.step_of(work.top)
    if step is not None and isinstance(step.body, Confirm) and step.body.retry:
        work.say(work.phrase("not_yet"))
        unusable(work)
        return
    frame = work.change(misses=frame.misses + 1 if frame.missed == frame.step else 1, missed=frame.step)
    if frame.misses > LAST_REPEATS:
        repair(work, "on_no_match", tries=frame.misses - LAST_REPEATS)
        return
    work.say(work.phrase("not_yet"))
    repeat_question(work)


def ask_what_to_change(work: Work, question: Question, names: Sequence[str]) -> None:
    """Ask which of some slots a reply to a confirm is about; their names are the buttons, the question stays open."""
    labels = dict.fromkeys(name.replace("_", " ") for name in names)
    _hint(work, work.phrase("change"), tuple(Button(label=label, value=label) for label in labels))
    work.question = replace(question, changing=True)


def _hint(work: Work, text: str, buttons: tuple[Button, ...] | None = None) -> None:
    """Say a hint with the open question's buttons; the question stays open, and its silence begins anew."""
    question, step = work.question, work.step_of(work.top)
    assert question is not None  # noqa: S101 - a reply is unusable to a question only
    assert step is not None  # noqa: S101
    work.say(text, buttons=question.buttons if buttons is None else buttons, question=question.id)
    if isinstance(step.body, Ask | Confirm) and step.body.silence is not None and question.kind != "offer":
        _set_silence(work, question.id, step.body.silence)
    work.settled = True


def _rule_text(work: Work, slot: SlotDef | None, rule: Rule | None, value: Any) -> str:
    if rule is None or slot is None or rule.say is None:
        return ""
    return _with_value(work, slot, rule, value)


def _with_value(work: Work, slot: SlotDef, rule: Rule, value: Any) -> str:
    """Render a rule's text, which may name the refused value by the slot's name."""
    assert rule.say is not None  # noqa: S101 - the callers look
    frame = work.top
    work.stack[-1] = replace(frame, slots={**frame.slots, slot.name: value})
    try:
        return work.text(rule.say)
    finally:
        work.stack[-1] = frame


def say_rule(work: Work, slot: SlotDef, rule: Rule, value: Any) -> None:
    """Say why a value is refused."""
    work.say(_with_value(work, slot, rule, value) if rule.say is not None else work.phrase("unusable"))


def accept(work: Work, message: Message, found: Fit) -> None:
    """Take a reply to the open question: fill its slot, or go the way of a yes, a no, a rating."""
    frame = work.top
    question, step = work.question, work.step_of(frame)
    assert question is not None  # noqa: S101 - what was read was read for a question
    assert step is not None  # noqa: S101
    match step.body:
        case Ask() as body if question.kind == "offer":
            _accept_offer(work, step, body, message, found)
        case Ask() as body:
            _accept_value(work, step, body, message, found)
        case Confirm(yes=yes, no=no):
            _accept_agreement(work, step, yes, no, agreed=bool(found.value))
        case body:
            assert isinstance(body, Rate)  # noqa: S101 - `read_reply` reads for no others
            _accept_rating(work, step, body, int(found.value))


def _add_choice(work: Work, step: Step, slot: SlotDef, values: tuple[Any, ...]) -> None:
    """Keep what was pressed so far, and let the customer press more or say that this is all."""
    question = work.question
    assert question is not None  # noqa: S101 - a press answers a question
    choices = choices_of(work, slot, question.options)
    pressed = {choice.names for choice in choices if choice.value in values}
    done = _done_button(work)
    left = [b for b in question.buttons if b != done and not any(fold(b.value) in names for names in pressed)]
    work.change(chosen=values)
    work.visit(step.id, "one more pressed")
    work.question = replace(question, buttons=(*left, done))
    labels = {str(choice.value): choice.labels[0] for choice in choices if choice.labels}
    shown = work.formats().list_separator.join(labels.get(str(value), str(value)) for value in values)
    _hint(work, work.phrase("chosen", value=shown))


def _done_button(work: Work) -> Button:
    done = work.phrase("done")
    return Button(label=done, value=done)


def _accept_value(work: Work, step: Step, body: Ask, message: Message, found: Fit) -> None:
    if isinstance(found.value, _Pressed):
        _add_choice(work, step, body.slot, found.value.values)
        return
    rule = refusal(work, body.slot, found.value)
    if rule is not None:
        work.visit(step.id, "refused by a check")
        unusable(work, rule, found.value)
        return
    work.close_question()
    work.change(missed="", skips=(), chosen=())
    work.stack[-1] = hear(work.top, message.text, found.start, found.end, message.evidence.entities)
    work.visit(step.id, "filled")
    work.fill(body.slot.name, found.value)
    work.go(step.next)
    work.settled = False


def _accept_offer(work: Work, step: Step, body: Ask, message: Message, found: Fit) -> None:
    how, value = found.value
    if how == "new":
        _accept_value(work, step, body, message, Fit(value, found.start, found.end, found.score))
        return
    work.close_question()
    if how == "keep":
        work.visit(step.id, "kept")
        work.fill(body.slot.name, work.slot(body.slot.name))
        work.go(step.next)
    else:
        work.visit(step.id, "not kept")
        work.slots[body.slot.name] = None
        work.change(asked="")
    work.settled = False


def _accept_agreement(work: Work, step: Step, yes: str, no: str, *, agreed: bool) -> None:
    work.close_question()
    work.change(missed="")
    work.visit(step.id, "yes" if agreed else "no")
    if agreed:
        work.change(confirmed={**work.top.confirmed, step.id: work.tick()})
        work.go(yes or step.next)
    else:
        title = title_of(work, work.flow_of(begun(work)))
        work.go(no)
        if not no:  # then a no ends the flow, and the bot says so
            repair(work, "on_cancel", flow=title)
    work.settled = False


def _accept_rating(work: Work, step: Step, body: Rate, score: int) -> None:
    work.close_question()
    work.change(missed="", skips=())
    work.visit(step.id, f"rated {score}")
    work.effects.append(Rated(work.effect_id(), score, body.scale, work.top.flow))
    if body.save:
        work.fill(body.save, score)
    target = body.low if body.low and score <= body.low_at else step.next
    if not target:
        work.say(work.phrase("rated"))
    work.go(target)
    work.settled = False
