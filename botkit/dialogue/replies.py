"""Replies: what a message answers to the open question, and taking it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.agreement import pressed_value, read_agreement, read_statement, says_more_than_yes
from botkit.dialogue.checks import refusal
from botkit.dialogue.correction import NONE, Correction, Corrections, find_corrections
from botkit.dialogue.filling import (
    EXACT,
    FREE_TYPES,
    LOOSE,
    PART,
    STRICT,
    Fit,
    choices_of,
    find_values,
    fit,
    is_free,
    reading,
    strict_value,
)
from botkit.dialogue.hearing import hear
from botkit.dialogue.introductions import introduced, name_in
from botkit.dialogue.months import day_said
from botkit.dialogue.naming import blank, mentioned_value, own_part, without_named
from botkit.dialogue.options import Choice, choose_exactly, choose_number
from botkit.dialogue.phrases import is_remark, strip_correction, strip_talk, without
from botkit.dialogue.questions import done_button, none_button
from botkit.dialogue.references import points_elsewhere
from botkit.dialogue.retries import hint, unusable
from botkit.dialogue.saying import say_refused, title_of
from botkit.dialogue.stack import begun, known_slots, repair
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Confirm, Rate, SlotDef, Step
from botkit.model.events import Message
from botkit.model.replies import Rated
from botkit.model.session import Question
from botkit.model.words import content_length, fold, lowered

_TELLING = frozenset({"date", "datetime", "time"})
_LEAST_TOLD = 5  # letters and digits of such a value

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
            found = _pressed_choice(work, question, slot, message) or _fit_unnamed(work, question, slot, message)
            return read_statement(work, message.text) if found is None and slot.type == "boolean" else found
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
    if is_free(slot):
        particular = id(slot) in work.prepared.particular
        if particular and _is_no_particular(work, slot, message.text):
            return None
        start, end = own_part(work, slot, message.text) if particular else (0, len(message.text))
        if particular:
            start, end = _without_talk(work, slot, message.text, start, end)
        if (start, end) == (0, len(message.text)):
            return fit(work, slot, message)
        said = message.text[start:end].strip()
        return Fit(said, start, end, LOOSE) if said else None
    if question.said and (day := day_said(work, slot, question.said, message.text)) is not None:
        return day
    left = without_named(work, message.text, slot)
    if left == message.text:
        found = fit(work, slot, message, question.options)
    else:
        found = fit(work, slot, replace(message, text=left), question.options)
        found = found and Fit(found.value, found.start, found.end, min(found.score, PART))
    return found or mentioned_value(work, slot, message.text)


def _without_talk(work: Work, slot: SlotDef, text: str, start: int, end: int) -> tuple[int, int]:
    """Give where a name or an address stands, without what leads in to it and whose it is: 'my wife's: Mary Lee'."""
    phrases, small = work.prepared.phrases, lowered(text)
    personal = id(slot) in work.prepared.personal
    end = _before_correction(work, text, start, end) if personal else end
    name = introduced(phrases, text[start:end]) if personal else None
    if name is not None:
        return start + name[0], start + name[1]
    for pattern in (phrases.leads, phrases.related):
        lead = pattern.match(small, start, end) if pattern is not None else None
        start = lead.end() if lead is not None and fold(text[lead.end() : end]) else start
    tail = phrases.relating.search(small, start, end) if phrases.relating is not None else None
    return start, tail.start() if tail is not None and fold(text[start : tail.start()]) else end


def _before_correction(work: Work, text: str, start: int, end: int) -> int:
    """Give where a name ends before a clause that corrects another value, or has one of a later slot.

    'John Smith, and make it a suite' is no name, nor is 'Max Lee, born on May 3, 2015'.
    """
    phrases = work.prepared.phrases
    for sign in phrases.clauses.finditer(lowered(text), start, end) if phrases.clauses is not None else ():
        named = name_in(phrases, text[start : sign.start()])
        tail = text[sign.end() : end]
        if named is not None and (_corrects_behind(work, text, sign.start()).made or _tells_later(work, tail)):
            return sign.start()
    return end


def _tells_later(work: Work, text: str) -> bool:
    """Tell whether a text has a day or a time that a slot of later is for; a short one may be part of a name: 3rd."""
    if not any(map(str.isdigit, text)):
        return False
    later = [slot for _, slot in known_slots(work) if slot.type in _TELLING and slot.name not in work.top.changed]
    found = [found for slot in later if (found := strict_value(work, slot, text)) is not None]
    return any(content_length(text[one.start : one.end]) >= _LEAST_TOLD for one in found)


def corrected_behind(work: Work, text: str, found: Fit) -> Corrections:
    """Give what a text corrects behind the person's name that answers the open question, if it is one."""
    if not _asks_for_person(work):
        return NONE
    named = name_in(work.prepared.phrases, text[found.start : found.end])
    return _corrects_behind(work, text, found.end) if named is not None else NONE


def _asks_for_person(work: Work) -> bool:
    step = work.step_of(work.top)
    return step is not None and isinstance(step.body, Ask) and id(step.body.slot) in work.prepared.personal


def _corrects_behind(work: Work, text: str, at: int) -> Corrections:
    """Give what a clause that begins at a place corrects, if it begins with words of correction."""
    phrases = work.prepared.phrases
    sign = phrases.clauses.match(lowered(text), at) if phrases.clauses is not None else None
    if sign is None or strip_correction(phrases, fold(text[sign.end() :])) is None:
        return NONE
    return find_corrections(work, blank(text, [(0, sign.end())]))


def name_beside(work: Work, text: str, made: Sequence[Correction]) -> Fit | None:
    """Give the person's name that the open question is for, before a clause with what else a text corrects.

    It is introduced, or written as a name: 'Hi, make it 5 nights' has none.
    """
    phrases = work.prepared.phrases
    if not _asks_for_person(work) or phrases.clauses is None:
        return None
    sign = phrases.clauses.search(lowered(text), 0, min(one.start for one in made))
    name = name_in(phrases, text[: sign.start()].rstrip()) if sign is not None else None
    return Fit(text[slice(*name)], *name, LOOSE) if name is not None else None


def _is_no_particular(work: Work, slot: SlotDef, text: str) -> bool:
    """Tell whether a reply is no name and no address: a remark, or just the label of another question's option.

    A person's name is no number, no time, and no day in digits.
    """
    if is_remark(work.prepared.phrases, text) or points_elsewhere(work, text):
        return True
    if id(slot) in work.prepared.personal and _is_figure(work, text):
        return True
    others = [slot for slot in work.prepared.facts[work.top.flow].offers.values() if slot.options]
    return any(choose_exactly(text, choices_of(work, slot)) is not None for slot in others)


def _is_figure(work: Work, text: str) -> bool:
    """Tell whether a text has digits and, beside days and times of day, no word: '3:30 pm', '0171 5556677'."""
    if not any(map(str.isdigit, text)):
        return False
    for kind in ("time", "date"):
        parser = work.flows.catalogue.types.get(kind)
        for one in parser(text, reading(work)) if parser is not None else ():
            text = blank(text, [(one.start, one.end)])
    return not any(map(str.isalpha, strip_talk(work.prepared.phrases, fold(text))))


def _pressed_choice(work: Work, question: Question, slot: SlotDef, message: Message) -> Fit | None:
    if not (slot.options or slot.options_from):
        if not question.buttons:
            return None
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
        return Fit(_Pressed(question, values) if left else list(values), *whole, EXACT)
    if chosen and exact is None and fold(message.text) == fold(work.phrase("done")):
        return Fit(list(chosen), *whole, EXACT)
    if slot.optional and exact is None and (pressed_value(question, message.text) or _is_none(work, message.text)):
        return Fit([], *whole, EXACT)
    found = _pressed_choice(work, question, slot, message)
    if found is None or not chosen:
        return found or fit(work, slot, message, question.options)
    return Fit(
        [*chosen, *(value for value in found.value if value not in chosen)], found.start, found.end, found.score
    )


def _is_none(work: Work, text: str) -> bool:
    """Tell whether a reply says nothing but that none of some options is meant."""
    phrases, folded = work.prepared.phrases, fold(text)
    left = without(folded, phrases.corrections, phrases.fillers, phrases.assents)
    return folded in phrases.none_of or left in phrases.none_of


@dataclass(frozen=True, slots=True)
class _Pressed:
    """What was pressed so far of a question that takes several options."""

    question: Question
    values: tuple[Any, ...]


def _numbered_button(work: Work, question: Question, slot: SlotDef, text: str) -> str:
    """Give the value of the button below a free or patterned question that a number from 1 means."""
    buttons = [Choice(button.value, (button.label,)) for button in question.buttons if button.value]
    if slot.type not in FREE_TYPES or not buttons or (slot.pattern and find_values(work, slot, text)):
        return ""
    chosen = choose_number(text, buttons, work.prepared.phrases)
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


def accept(work: Work, question: Question, message: Message, found: Fit) -> None:
    """Take a reply to the open question: fill its slot, or go the way of a yes, a no, a rating."""
    frame = work.top
    step = work.flow_of(frame).steps[frame.step]
    take: _Take = _accept_offer if question.kind == "offer" else _TAKES[type(step.body)]
    take(work, step, step.body, message, found)


def _add_choice(work: Work, step: Step, slot: SlotDef, so_far: _Pressed) -> None:
    """Keep what was pressed so far, and let the customer press more or say that this is all."""
    question, values = so_far.question, so_far.values
    choices = choices_of(work, slot, question.options)
    pressed = {choice.names for choice in choices if choice.value in values}
    done = done_button(work)
    ending = (done, none_button(work))
    left = [b for b in question.buttons if b not in ending and not any(fold(b.value) in names for names in pressed)]
    work.change(chosen=values)
    work.visit(step.id, "one more pressed")
    work.question = replace(question, buttons=(*left, done))
    labels = {str(choice.value): choice.labels[0] for choice in choices if choice.labels}
    shown = work.formats().list_separator.join(labels.get(str(value), str(value)) for value in values)
    hint(work, work.phrase("chosen", value=shown))


def _accept_value(work: Work, step: Step, body: Ask, message: Message, found: Fit) -> None:
    if isinstance(found.value, _Pressed):
        _add_choice(work, step, body.slot, found.value)
        return
    refused = refusal(work, body.slot, found.value)
    if refused is not None:
        work.visit(step.id, "refused by a check")
        unusable(work, refused)
        return
    work.close_question()
    work.change(missed="", skips=(), chosen=())
    work.stack[-1] = hear(work.top, message.text, found.start, found.end, message.evidence.entities)
    work.visit(step.id, "filled")
    work.fill(body.slot.name, found.value)
    work.go(step.next)
    work.settled = False


def refuse_answer(work: Work, found: Fit, beside: Mapping[str, Any]) -> bool:
    """Say why a rule refuses an answer to the open question, `beside` what other slots get with it, if one does."""
    step = work.step_of(work.top)
    body = step.body if step is not None else None
    value = found.value[1] if isinstance(found.value, tuple) else found.value
    refused = refusal(work, body.slot, value, beside) if isinstance(body, Ask) and value is not None else None
    if refused is not None:
        say_refused(work, refused)
    return refused is not None


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
        work.share(body.slot.name, None)
        work.change(asked="")
    work.settled = False


def _accept_agreement(work: Work, step: Step, body: Confirm, _: Message, found: Fit) -> None:
    agreed = bool(found.value)
    work.close_question()
    work.change(missed="")
    work.visit(step.id, "yes" if agreed else "no")
    if agreed:
        work.change(confirmed={**work.top.confirmed, step.id: work.tick()})
        work.go(body.yes or step.next)
    else:
        title = title_of(work, work.flow_of(begun(work)))
        work.go(body.no)
        if not body.no:  # then a no ends the flow, and the bot says so
            repair(work, "on_cancel", flow=title)
    work.settled = False


def _accept_rating(work: Work, step: Step, body: Rate, _: Message, found: Fit) -> None:
    score = int(found.value)
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


_Take = Callable[[Work, Step, Any, Message, Fit], None]
_TAKES: dict[type, _Take] = {Ask: _accept_value, Confirm: _accept_agreement, Rate: _accept_rating}
