"""Routing: which way takes a customer's message. The order is fixed; every candidate is recorded with its score."""

from msgspec.structs import replace

from botkit.dialogue.agents import pictures_of, take_said
from botkit.dialogue.agreement import declines_with_more
from botkit.dialogue.asides import read_aside, take_aside
from botkit.dialogue.changing import ask_for_change, take_change
from botkit.dialogue.consulting import consult
from botkit.dialogue.controls import COMMANDS, control_of, take_control
from botkit.dialogue.correction import NONE, Correction, Corrections, find_corrections
from botkit.dialogue.filling import EXACT, FILE_TYPES, LOOSE, STRICT, Fit, is_free
from botkit.dialogue.handing import leave_queue, note_unanswered
from botkit.dialogue.inquiries import begin_beside, inquiry_beside, said_beside, take_inquiry
from botkit.dialogue.meanings import SURE, begin, surer_meaning, take_meaning
from botkit.dialogue.months import ask_for_day, month_said
from botkit.dialogue.naming import blank
from botkit.dialogue.phrases import read_yes_no
from botkit.dialogue.refusing import refuses_flow
from botkit.dialogue.replies import accept, corrected_behind, is_button, name_beside, read_reply, refuse_answer
from botkit.dialogue.retries import unusable
from botkit.dialogue.revision import correct
from botkit.dialogue.stack import allowed, pop, repair
from botkit.dialogue.undecided import ask_which, undecided
from botkit.dialogue.wishes import take_wishes
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask
from botkit.model.events import BORROWED, Message, Press, ShownBy
from botkit.model.locales import serving
from botkit.model.replies import Button
from botkit.model.session import Question
from botkit.model.words import content_length, fold

_FLOODS = frozenset({"too fast", "repeated"})  # reasons for which one message after the other is refused
_ASKING = frozenset({"ask", "offer"})
_TALKED = frozenset({"agent", "confirm"})  # questions that a model may have led to


def choose_locale_for(work: Work, message: Message | Press) -> None:
    """Follow the customer's language: their choice, what the text shows, what the platform says.

    What a text showed is not given up for a word that may be borrowed, nor for a name or a street.
    """
    if work.locale_by == "choice":
        return
    shown = message.evidence.locale
    if shown == work.locale and work.locale_by == "text":
        return
    if shown and known_locale(work, shown) and not _may_be_borrowed(work, message.evidence.shown_by):
        work.locale, work.locale_by = shown, "text"
    elif work.locale_by == "default" and message.locale and known_locale(work, message.locale):
        work.locale, work.locale_by = message.locale, "platform"


def _may_be_borrowed(work: Work, shown_by: ShownBy) -> bool:
    """Tell whether what shows another language is a word, a name or a street, as far as one can tell."""
    doubtful, known = shown_by in BORROWED, work.locale_by == "text"
    if known and doubtful:
        return True
    named = known or doubtful or (shown_by == "letters" and work.locale_by == "platform")
    return named and _asks_freely(work)


def _asks_freely(work: Work) -> bool:
    """Tell whether the open question takes any text: a name or a street there does not show a language."""
    step = work.step_of(work.top) if work.question is not None and work.stack else None
    return step is not None and isinstance(step.body, Ask) and is_free(step.body.slot)


def known_locale(work: Work, code: str) -> bool:
    """Tell whether the bot speaks a locale, or the language that it is a form of."""
    return serving(code, work.flows.locales) is not None


def route_owned(work: Work, message: Message) -> None:
    """A person has the conversation, or it waits for one: the bot is silent, but cancel leaves the queue."""
    work.candidate("owner", work.owner, 1.0, f"the conversation's owner is {work.owner}", taken=True)
    if work.owner == "queue" and control_of(work, message.text) in {"cancel", "start_over"}:
        work.candidate("control", "cancel", 1.0, "the customer leaves the queue", taken=True)
        leave_queue(work)
        return
    note_unanswered(work)
    work.settled = True


def route(work: Work, message: Message) -> None:
    """Find the way that takes a message, in the fixed order, and go it."""
    if message.evidence.blocked:
        _refuse(work, message.evidence.blocked)
        return
    question = work.question if work.question is not None and work.question.kind != "wait" else None
    found = read_reply(work, question, message) if question is not None else None
    if message.files and not message.text.strip() and found is None and not _is_shown(work, question, message):
        _take_files(work, question, message)
        return
    if question is not None and found is not None and found.score >= EXACT and not _is_command(work, message.text):
        _record_fit(work, question, found)
        _take_fit(work, question, message, found)
        return
    button = _shown(work, message.text)
    if button is not None:
        message = _as_shown(work, message, button)
    if button is not None and _take_button(work, message):
        return
    if message.text.startswith("/") and _take_command(work, message):
        return
    control = control_of(work, message.text)
    if control is not None:
        take_control(work, control, "a control phrase")
        return
    if fold(message.text) in work.prepared.phrases.appeals and not surer_meaning(work, message, 0.0):
        take_control(work, "person", "asks for a person, and no flow is for that")
        return
    talked = question is not None and question.kind in _TALKED and not work.greeted
    if talked and question is not None and take_for_talk(work, question, message, found):
        return
    if work.flows.settings.llm_mode == "first" and consult(work, message):
        return
    if question is not None and not work.greeted and _take_refusal(work, question, message, found):
        return
    if question is not None and found is None and not work.greeted and _take_undecided(work, question, message):
        return
    if question is not None and _take_slot(work, question, message, found):
        return
    if (
        question is None
        and work.clarifying
        and read_yes_no(work.prepared.phrases, fold(message.text)) == (False, True)
    ):
        work.candidate("no_match", "on_no_match", 1.0, "none of the flows that were offered", taken=True)
        work.misses += 1
        repair(work, "on_no_match", tries=work.misses)
        return
    if question is not None and is_button(question, message.text):
        work.candidate("slot", question.step, 0.0, "a button of the question that does not fit", taken=True)
        unusable(work)
        return
    if work.stale and correct(work, find_corrections(work, message.text), message.text):
        return
    several = message.evidence.wishes or message.evidence.questions
    if several and take_wishes(work, message, question):
        return
    take_meaning(work, message, question)


def _take_refusal(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """Take a reply that does not want the open flow any more, or that answers nothing and is no wish."""
    confirms = question.kind == "confirm"
    if question.kind == "rate" or not (found is None or (not found.value if confirms else found.score <= LOOSE)):
        return False
    if refuses_flow(work, message.text, bare=found is None or confirms):
        if found is not None and confirms:
            _take_fit(work, question, message, Fit(value=False, start=0, end=len(message.text), score=EXACT))
        else:
            take_control(work, "cancel", "nothing but what refuses the flow")
        return True
    aside = read_aside(work, message.text) if question.kind != "offer" and (found is None or not confirms) else None
    if aside is None or surer_meaning(work, message, SURE):
        return False
    take_aside(work, question, aside)
    return True


def take_for_talk(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """Take what is said to a model that talks with the customer, unless another flow or an answer is surer.

    To its question whether a call is to be made, what is no plain yes is a no: the model hears what was said.
    """
    if question.kind == "agent":
        if surer_meaning(work, message, LOOSE):
            return False
        work.candidate("slot", question.step, LOOSE, "said to the model", taken=True)
        take_said(work, message)
        return True
    below = work.stack[-2] if question.kind == "confirm" and len(work.stack) > 1 else None
    if below is None or below.talk is None or not below.talk.asking:
        return False
    if found is not None and (found.value or found.score >= EXACT):
        _take_fit(work, question, message, found)
        return True
    if surer_meaning(work, message, LOOSE):
        return False
    work.candidate("slot", question.step, 0.0, "no yes: the model hears it", taken=True)
    below = replace(below, talk=replace(below.talk, said=(*below.talk.said, message.text)))
    work.stack[-2] = below
    pop(work, False)
    work.settled = False
    return True


def _take_undecided(work: Work, question: Question, message: Message) -> bool:
    """Ask which of several values is meant, where a reply to an ask has more than one, or which day of a month."""
    if question.kind != "ask":
        return False
    several, score, slot = undecided(work, question, message.text)
    asks_day = slot is not None and slot.type == "date" and not several
    month = month_said(work, slot, question.said, message.text) if slot is not None and asks_day else ""
    if not (several or month) or surer_meaning(work, message, max(score, LOOSE)):
        return False
    if several:
        ask_which(work, question, several)
    else:
        ask_for_day(work, question, month)
    return True


def _refuse(work: Work, reason: str) -> None:
    """Say that a message is refused; of a flood only once."""
    if reason in _FLOODS and work.refused_before == reason:
        work.candidate("safety", reason, 1.0, "refused as the one before, which was told", taken=True)
        work.settled = True
        return
    work.candidate("safety", reason, 1.0, "a guard refuses it", taken=True)
    repair(work, "on_blocked", reason=reason)


def _is_shown(work: Work, question: Question | None, message: Message) -> bool:
    """Tell whether a message of pictures alone is shown to a model that talks and sees."""
    return question is not None and question.kind == "agent" and bool(pictures_of(work, message))


def _take_files(work: Work, question: Question | None, message: Message) -> None:
    """Deal with files that answer nothing: of another kind than was asked for, refused, or not asked for."""
    refused = next((file.refused for file in message.files if file.refused), "")
    asked = _asked_file(work) if question is not None and not refused else None
    if question is not None and asked is not None and asked.retry:
        work.candidate("slot", question.step, 0.0, "a file of another kind", taken=True)
        unusable(work)
        return
    refused = refused or ("wrong_type" if asked is not None else "")
    why = f"refused: {refused}" if refused else "nobody asked for it"
    work.candidate("control", "on_attachment", 1.0, why, taken=True)
    repair(work, "on_attachment", files=list(message.files), refused=refused)


def _asked_file(work: Work) -> Ask | None:
    """Give the open question, if it asks for a file."""
    step = work.step_of(work.top)
    return (
        step.body if step is not None and isinstance(step.body, Ask) and step.body.slot.type in FILE_TYPES else None
    )


# Buttons and commands


def _shown(work: Work, text: str) -> Button | None:
    """Give the button, of those that were shown last, whose label is the text."""
    buttons = (*work.buttons, *(work.question.buttons if work.question else ()))
    folded = fold(text) if buttons else ""
    for button in buttons if folded else ():
        if folded == fold(button.label):
            return button
    return None


def _as_shown(work: Work, message: Message, button: Button) -> Message:
    """A typed label of a button counts as a press: the message is what the button stands for."""
    if not button.value:
        return message
    work.message = message = replace(message, text=button.value)
    return message


def _take_button(work: Work, message: Message) -> bool:
    """A typed label of a button counts as a press: it starts the button's flow."""
    button = _shown(work, message.text)
    return button is not None and bool(button.run) and take_flow_button(work, button.run, button.label)


def take_flow_button(work: Work, name: str, label: str) -> bool:
    """Start the flow of a button, if it may start now."""
    flow = work.flows.flows.get(name)
    if flow is None or not allowed(work, flow):
        work.candidate("control", name, 0.0, "the button's flow may not start now")
        return False
    work.candidate("control", name, 1.0, f"the button {label!r}", taken=True)
    begin(work, name)
    return True


def _is_command(work: Work, text: str) -> bool:
    if not text.startswith("/"):
        return False
    name = text[1:].split(maxsplit=1)[0].partition("@")[0].casefold() if text[1:].strip() else ""
    return name in work.flows.commands or name in COMMANDS


def _take_command(work: Work, message: Message) -> bool:
    command, rest = (*message.text[1:].split(maxsplit=1), "", "")[:2]
    name = work.flows.commands.get(command.partition("@")[0].casefold())
    if name is None:
        return False
    if not allowed(work, work.flows.flows[name]):
        work.candidate("control", f"/{command}", 0.0, "only_if does not hold")
        return False
    work.candidate("control", f"/{command}", 1.0, "a command", taken=True)
    begin(work, name, rest)
    return True


# The open question


def _record_fit(work: Work, question: Question, found: Fit) -> None:
    work.candidate("slot", question.step, found.score, f"{question.kind} takes it")


def _take_slot(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """The open question takes what fits it; what fits loosely yields to a correction, then to a surer intent."""
    if found is not None:
        _record_fit(work, question, found)
    if question.kind == "confirm" and take_change(work, question, message, found):
        return True
    if found is not None and not found.value and declines_with_more(work, question, message.text):
        if surer_meaning(work, message, 0.0):
            return False
        if ask_for_change(work, question, message.text):
            return True
    asks = question.kind in _ASKING and not work.greeted
    inquiry = inquiry_beside(work.prepared.phrases, message.text, found) if asks else ""
    if asks and not inquiry and found is not None and LOOSE < found.score < STRICT:
        surer = surer_meaning(work, message, found.score)
        inquiry = said_beside(work.prepared.phrases, message.text, found, _names(work)) if surer else ""
    if found is not None and (found.score >= STRICT or inquiry):
        flow = take_inquiry(work, message, inquiry) if inquiry else ""
        rest = blank(message.text, [(found.start, found.end)])
        corrections = find_corrections(work, rest) if question.kind in _ASKING else NONE
        _take_with(work, question, message, found, corrections)
        if flow:
            begin_beside(work, message, found, flow)
        return True
    if work.greeted:  # the question came after the message: only what fits it strictly can answer it
        return False
    if question.kind != "confirm" and _take_corrections(work, question, message, found):
        return True
    if found is None or surer_meaning(work, message, found.score):
        return False
    _take_fit(work, question, message, found)
    return True


def _names(work: Work) -> tuple[str, ...]:
    """Give what the open question's slot may be called."""
    step = work.step_of(work.top)
    return step.body.slot.names if step is not None and isinstance(step.body, Ask) else ()


def _take_corrections(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """What corrects earlier slots is taken, with an answer to the question that stands beside it."""
    corrections = find_corrections(work, message.text, refused=found is None)
    if found is not None and found.score > LOOSE and not corrections.made:
        corrections = find_corrections(work, blank(message.text, [(found.start, found.end)]))
    loose = found is not None and found.score == LOOSE
    if found is not None and loose and found.end < len(message.text):
        behind = corrected_behind(work, message.text, found)
        if behind.made:
            _take_with(work, question, message, found, behind)
            return True
    made = [one for one in corrections.made if not _yields(work, message, one)]
    if not made:
        return False
    left = replace(message, text=blank(message.text, [(one.start, one.end) for one in made]))
    answer = read_reply(work, question, left) if found is not None and found.score > LOOSE else None
    if loose:
        answer = name_beside(work, message.text, made)
    if answer is not None:
        _take_with(work, question, message, answer, Corrections(tuple(made)))
    else:
        correct(work, Corrections(tuple(made)), message.text)
    return True


def _take_with(work: Work, question: Question, message: Message, found: Fit, corrections: Corrections) -> None:
    """Take an answer with what is corrected beside it; one that a rule refuses is told why and asked again."""
    if not corrections.made:
        _take_fit(work, question, message, found)
        return
    new = {one.slot.name: one.value for one in corrections.made}
    made = [(one.start, one.end) for one in corrections.made]
    if refuse_answer(work, found, new):
        correct(work, corrections, blank(message.text, [(found.start, found.end)]))
        return
    _take_fit(work, question, replace(message, text=blank(message.text, made)), found)
    correct(work, corrections, "")


def _yields(work: Work, message: Message, correction: Correction) -> bool:
    """A value that is only part of a message, and that nothing calls a correction, yields to a sure intent."""
    part = content_length(message.text) > 2 * content_length(str(correction.value))
    return correction.refused and part and surer_meaning(work, message, 0.0)


def _take_fit(work: Work, question: Question, message: Message, found: Fit) -> None:
    work.candidate("slot", question.step, found.score, "taken", taken=True)
    accept(work, question, message, found)
