"""Routing: which way takes a customer's message. The order is fixed; every candidate is recorded with its score."""

from botkit.dialogue.correction import Correction, apply_correction, find_correction
from botkit.dialogue.filling import EXACT, STRICT, Fit, hear
from botkit.dialogue.handing import hand_off, leave_queue
from botkit.dialogue.phrases import read_control
from botkit.dialogue.questions import accept, read_reply, repeat_question, unusable
from botkit.dialogue.saying import say_speech, title_of
from botkit.dialogue.stack import abandon, allowed, can_interrupt, cancel, clear, on_stack, repair, start_flow
from botkit.dialogue.work import Work
from botkit.model.events import Match, Message, Press
from botkit.model.locales import Control
from botkit.model.session import Heard, Question
from botkit.model.words import fold

COMMANDS: dict[str, Control] = {
    "cancel": "cancel",
    "stop": "cancel",
    "repeat": "repeat",
    "restart": "start_over",
    "start": "start_over",
    "person": "person",
    "human": "person",
    "agent": "person",
}
SURE = 0.97  # an intent this near needs no clarification
MOST_CHOICES = 3  # flows that a clarification offers


def choose_locale_for(work: Work, message: Message | Press) -> None:
    """Follow the customer's language: their choice, what the text shows, what the platform says."""
    if work.locale_by == "choice":
        return
    shown = message.evidence.locale if isinstance(message, Message) else ""
    if shown and known_locale(work, shown):
        work.locale, work.locale_by = shown, "text"
    elif work.locale_by == "default" and message.locale and known_locale(work, message.locale):
        work.locale, work.locale_by = message.locale, "platform"
    work.base = None


def known_locale(work: Work, code: str) -> bool:
    """Tell whether the bot speaks a locale, or the language that it is a form of."""
    return code in work.flows.locales or code.partition("-")[0] in work.flows.locales


def control_of(work: Work, text: str) -> Control | None:
    """Give the control that a message is: a phrase, or a command that no flow has claimed."""
    if text.startswith("/"):
        command = text[1:].split(maxsplit=1)[0].partition("@")[0].casefold() if text[1:].strip() else ""
        return None if command in work.flows.commands else COMMANDS.get(command)
    return read_control(work.prepared.phrases, fold(text))


def route_owned(work: Work, message: Message | Press) -> None:
    """A person has the conversation, or it waits for one: the bot is silent, but cancel leaves the queue."""
    text = message.text if isinstance(message, Message) else message.value
    work.candidate("owner", work.owner, 1.0, f"the conversation's owner is {work.owner}", taken=True)
    if work.owner == "queue" and control_of(work, text) in {"cancel", "start_over"}:
        work.candidate("control", "cancel", 1.0, "the customer leaves the queue", taken=True)
        leave_queue(work)
        return
    work.settled = True


def route(work: Work, message: Message) -> None:
    """Find the way that takes a message, in the fixed order, and go it."""
    if message.evidence.blocked:
        work.candidate("safety", message.evidence.blocked, 1.0, "a guard refuses it", taken=True)
        repair(work, "on_blocked", reason=message.evidence.blocked)
        return
    question = work.question if work.question is not None and work.question.kind != "wait" else None
    found = read_reply(work, question, message) if question is not None else None
    if message.files and not message.text.strip() and found is None:
        work.candidate("control", "on_attachment", 1.0, "nobody asked for it", taken=True)
        repair(work, "on_attachment", files=list(message.files))
        return
    if question is not None and found is not None and found.score >= EXACT:
        _record_fit(work, question, found)
        if not _take_confirm_correction(work, question, message):
            _take_fit(work, message, found)
        return
    if _take_button(work, message) or _take_command(work, message):
        return
    control = control_of(work, message.text)
    if control is not None:
        work.candidate("control", control, 1.0, "a control phrase", taken=True)
        _CONTROLS[control](work)
        return
    if question is not None and _take_slot(work, question, message, found):
        return
    _take_meaning(work, message, question)


# Control


def _take_button(work: Work, message: Message) -> bool:
    """A typed label of a button that was shown last counts as a press."""
    folded = fold(message.text)
    shown = (*work.buttons, *(work.question.buttons if work.question else ()))
    button = next((b for b in shown if folded and folded in {fold(b.label), fold(b.value)} - {""}), None)
    if button is None or not (button.run or button.value):
        return False
    if button.run:
        return take_flow_button(work, button.run, button.label)
    if fold(button.value) == folded:
        return False
    work.message = Message(text=button.value, id=message.id, evidence=message.evidence)
    control = control_of(work, button.value)
    if control is None:
        return False
    work.candidate("control", control, 1.0, "a button's label", taken=True)
    _CONTROLS[control](work)
    return True


def take_flow_button(work: Work, name: str, label: str) -> bool:
    """Start the flow of a button, if it may start now."""
    flow = work.flows.flows.get(name)
    if flow is None or not allowed(work, flow):
        work.candidate("control", name, 0.0, "the button's flow may not start now")
        return False
    work.candidate("control", name, 1.0, f"the button {label!r}", taken=True)
    _begin(work, name)
    return True


def _take_command(work: Work, message: Message) -> bool:
    if not message.text.startswith("/"):
        return False
    command, _, rest = message.text[1:].partition(" ")
    name = work.flows.commands.get(command.partition("@")[0].casefold())
    if name is None:
        return False
    if not allowed(work, work.flows.flows[name]):
        work.candidate("control", f"/{command}", 0.0, "only_if does not hold")
        return False
    work.candidate("control", f"/{command}", 1.0, "a command", taken=True)
    _begin(work, name, rest)
    return True


def start_over(work: Work) -> None:
    """Begin a new session in the same conversation: nothing is kept but who the customer is."""
    begin_session(work)
    work.started = work.restarted = True
    repair(work, "on_start")


def begin_session(work: Work) -> None:
    """Empty the session: stack, slots and counts; the customer stays."""
    clear(work)
    work.slots = {}
    work.number += 1
    work.misses = 0
    work.started = work.ended = False
    work.waiting = ()
    work.last = ()
    work.lines = work.lines[-1:]
    work.base = None


def _repeat(work: Work) -> None:
    asks = work.question is not None and work.question.kind != "wait"
    texts = list(work.last[:-1] if asks else work.last)
    repair(work, "on_repeat", texts=texts)


def _person(work: Work) -> None:
    hand_off(work, work.flows.settings.default_team, work.phrase("person_asked"))


_CONTROLS = {"cancel": cancel, "repeat": _repeat, "start_over": start_over, "person": _person}


# The open question


def _record_fit(work: Work, question: Question, found: Fit) -> None:
    work.candidate("slot", question.step, found.score, f"{question.kind} takes it")


def _take_confirm_correction(work: Work, question: Question, message: Message) -> bool:
    if question.kind != "confirm":
        return False
    return _correct(work, find_correction(work, message.text, confirming=True))


def _correct(work: Work, correction: Correction | None) -> bool:
    if correction is None:
        return False
    work.candidate("slot", correction.slot.name, STRICT, f"correction: {correction.why}", taken=True)
    apply_correction(work, correction)
    return True


def _take_slot(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """The open question takes what fits it; what fits loosely yields to a correction, then to a surer intent."""
    if found is not None:
        _record_fit(work, question, found)
    if _take_confirm_correction(work, question, message):
        return True
    if found is not None and found.score >= STRICT:
        _take_fit(work, message, found)
        return True
    if question.kind != "confirm" and _correct(work, find_correction(work, message.text, refused=found is None)):
        return True
    if found is None or _surer_meaning(work, message, found.score):
        return False
    _take_fit(work, message, found)
    return True


def _take_fit(work: Work, message: Message, found: Fit) -> None:
    assert work.question is not None  # noqa: S101 - the callers look
    work.candidate("slot", work.question.step, found.score, "taken", taken=True)
    accept(work, message, found)


def _surer_meaning(work: Work, message: Message, score: float) -> bool:
    """Tell whether an intent of a flow that is not open, or an answer, is surer than a loose fit."""
    settings, evidence = work.flows.settings, message.evidence
    for match in evidence.intents:
        if match.score >= max(settings.intent_threshold, score + 0.001):
            names = work.flows.starts.get(match.name, ())
            if any(not on_stack(work, name) and allowed(work, work.flows.flows[name]) for name in names):
                return True
    best = max((match.score for match in evidence.answers), default=0.0)
    return best >= max(settings.answer_threshold, score + 0.001)


# Intents, answers, and nothing


def _take_meaning(work: Work, message: Message, question: Question | None) -> None:
    flows = _startable(work, message)
    answer = _best_answer(work, message)
    settings = work.flows.settings
    if flows and (answer is None or answer.score <= flows[0][1] + settings.clarify_margin):
        near = [item for item in flows if flows[0][1] - item[1] <= settings.clarify_margin][:MOST_CHOICES]
        if len(near) > 1 and flows[0][1] < SURE:
            _clarify(work, near)
        else:
            _take_intent(work, message, *flows[0])
        return
    if answer is not None:
        _take_answer(work, answer, question)
        return
    if question is not None:
        work.candidate("slot", question.step, 0.0, "nobody takes it: an unusable reply", taken=True)
        unusable(work)
        return
    work.candidate("no_match", "on_no_match", 0.0, "nothing is near enough", taken=True)
    if work.replies:  # a greeting was said in this turn, which is answer enough to a first word
        work.settled = True
        return
    work.misses += 1
    repair(work, "on_no_match", tries=work.misses)


def _startable(work: Work, message: Message) -> list[tuple[str, float]]:
    """Give the flows that the message's intents may start, with their scores, the best first."""
    threshold = work.flows.settings.intent_threshold
    best: dict[str, float] = {}
    for match in message.evidence.intents:
        names = work.flows.starts.get(match.name, ())
        fits = [name for name in names if allowed(work, work.flows.flows[name])]
        why = f"near to {match.example!r}" if match.example else ""
        if not names:
            why = "starts no flow"
        elif not fits:
            why = "only_if does not hold"
        elif match.score < threshold:
            why = f"below {threshold}; {why}"
        work.candidate("intent", match.name, match.score, why)
        if match.score >= threshold:
            for name in fits:
                best[name] = max(best.get(name, 0.0), match.score)
    return sorted(best.items(), key=lambda item: -item[1])


def _best_answer(work: Work, message: Message) -> Match | None:
    threshold = work.flows.settings.answer_threshold
    for match in message.evidence.answers:
        work.candidate("answer", match.name, match.score, f"near to {match.example!r}")
    known = [m for m in message.evidence.answers if m.score >= threshold and m.name in work.flows.answers]
    return max(known, key=lambda match: match.score, default=None)


def _clarify(work: Work, near: list[tuple[str, float]]) -> None:
    work.candidate("intent", ", ".join(name for name, _ in near), near[0][1], "too close to tell apart", taken=True)
    choices = [{"label": title_of(work, work.flows.flows[name]), "run": name} for name, _ in near]
    repair(work, "on_clarify", choices=choices)


def _take_intent(work: Work, message: Message, name: str, score: float) -> None:
    work.misses = 0
    if not on_stack(work, name) and work.stack and not can_interrupt(work):
        work.candidate("intent", name, score, "too many flows are interrupted: the question is repeated", taken=True)
        repeat_question(work)
        return
    work.candidate("intent", name, score, "starts" if not on_stack(work, name) else "is open already", taken=True)
    _begin(work, name, message.text)


def _begin(work: Work, name: str, text: str = "") -> None:
    """Start a flow, or return to it where it is open already: new values are applied, or its question repeated."""
    if not on_stack(work, name):
        start_flow(work, name, (Heard(text),) if text else ())
        return
    while work.stack[-1].flow != name and _begun_with(work) != name:
        abandon(work)
    correction = find_correction(work, text, refused=True) if text else None
    if correction is not None:
        apply_correction(work, correction)
        return
    if text:
        work.close_question()
        work.stack[-1] = hear(work.top, text, 0, 0)
        work.change(asked="")
    repeat_question(work)


def _begun_with(work: Work) -> str:
    """Give the flow that called, directly or not, the one on top."""
    index = len(work.stack) - 1
    while index > 0 and work.stack[index].entered in {"run", "repair"}:
        index -= 1
    return work.stack[index].flow


def _take_answer(work: Work, match: Match, question: Question | None) -> None:
    work.misses = 0
    work.candidate("answer", match.name, match.score, "said", taken=True)
    say_speech(work, work.flows.answers[match.name].speech, match.name)
    if question is not None:
        repeat_question(work)
    else:
        work.settled = True

