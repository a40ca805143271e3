"""Routing: which way takes a customer's message. The order is fixed; every candidate is recorded with its score."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from botkit.dialogue.agreement import begins_with_yes, says_more
from botkit.dialogue.correction import (
    Correction,
    apply_correction,
    changeable,
    find_correction,
    find_named,
    reopen,
)
from botkit.dialogue.filling import EXACT, FREE_TYPES, STRICT, Fit
from botkit.dialogue.handing import hand_off, leave_queue
from botkit.dialogue.hearing import hear, hearing
from botkit.dialogue.naming import NUMERIC
from botkit.dialogue.phrases import read_control, read_yes_no
from botkit.dialogue.questions import (
    accept,
    ask_for_plain_yes,
    ask_what_to_change,
    is_button,
    read_reply,
    repeat_question,
    unusable,
)
from botkit.dialogue.saying import say_speech, title_of
from botkit.dialogue.stack import (
    abandon,
    allowed,
    can_interrupt,
    cancel,
    clear,
    drop_timers,
    initial_slots,
    on_stack,
    repair,
    start_flow,
    top_group,
)
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask
from botkit.model.events import Entity, Match, Message, Outside, Press
from botkit.model.locales import Control
from botkit.model.replies import Button
from botkit.model.session import Question
from botkit.model.words import content_length, fold

COMMANDS: dict[str, Control] = {
    "cancel": "cancel",
    "stop": "cancel",
    "repeat": "repeat",
    "restart": "start_over",
    "start": "start_over",
    "person": "person",
    "human": "person",
    "agent": "person",
    "unsubscribe": "opt_out",
    "subscribe": "opt_in",
}
SURE = 0.97  # an intent this near needs no clarification
MOST_CHOICES = 3  # flows that a clarification offers
_OF_EVENTS = {"opt_out", "opt_in"}  # controls of a bot that has flows that events start
Startable = list[tuple[str, float]]  # flows with their scores
_NUMBERS = re.compile(r"\d+")


def choose_locale_for(work: Work, message: Message | Press) -> None:
    """Follow the customer's language: their choice, what the text shows, what the platform says."""
    if work.locale_by == "choice":
        return
    shown = message.evidence.locale
    if shown and known_locale(work, shown) and not (work.locale_by == "text" and _asks_freely(work)):
        work.locale, work.locale_by = shown, "text"
    elif work.locale_by == "default" and message.locale and known_locale(work, message.locale):
        work.locale, work.locale_by = message.locale, "platform"


def _asks_freely(work: Work) -> bool:
    """Tell whether the open question takes any text: a name or a street there does not show a language."""
    step = work.step_of(work.top) if work.question is not None and work.stack else None
    if step is None or not isinstance(step.body, Ask):
        return False
    slot = step.body.slot
    return slot.type in FREE_TYPES and not (slot.pattern or slot.options or slot.options_from)


def known_locale(work: Work, code: str) -> bool:
    """Tell whether the bot speaks a locale, or the language that it is a form of."""
    return code in work.flows.locales or code.partition("-")[0] in work.flows.locales


def control_of(work: Work, text: str) -> Control | None:
    """Give the control that a message is: a phrase, or a command that no flow has claimed."""
    if text.startswith("/"):
        command = text[1:].split(maxsplit=1)[0].partition("@")[0].casefold() if text[1:].strip() else ""
        found = None if command in work.flows.commands else COMMANDS.get(command)
    else:
        found = read_control(work.prepared.phrases, fold(text))
    return None if found in _OF_EVENTS and not work.flows.events else found


def route_owned(work: Work, message: Message) -> None:
    """A person has the conversation, or it waits for one: the bot is silent, but cancel leaves the queue."""
    work.candidate("owner", work.owner, 1.0, f"the conversation's owner is {work.owner}", taken=True)
    if work.owner == "queue" and control_of(work, message.text) in {"cancel", "start_over"}:
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
    if question is not None and found is not None and found.score >= EXACT and not _is_command(work, message.text):
        _record_fit(work, question, found)
        _take_fit(work, message, found)
        return
    message = _as_shown(work, message)
    if _take_button(work, message) or _take_command(work, message):
        return
    control = control_of(work, message.text)
    if control is not None:
        take_control(work, control, "a control phrase")
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
    _take_meaning(work, message, question)


# Control


def take_control(work: Work, control: Control, why: str) -> None:
    """Do what a control says."""
    work.candidate("control", control, 1.0, why, taken=True)
    _CONTROLS[control](work)


def _shown(work: Work, text: str) -> Button | None:
    """Give the button, of those that were shown last, whose label is the text."""
    folded = fold(text)
    buttons = (*work.buttons, *(work.question.buttons if work.question else ()))
    return next((button for button in buttons if folded and folded == fold(button.label)), None)


def _as_shown(work: Work, message: Message) -> Message:
    """A typed label of a button counts as a press: the message is what the button stands for."""
    button = _shown(work, message.text)
    if button is None or not button.value:
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
    _begin(work, name)
    return True


def _is_command(work: Work, text: str) -> bool:
    name = text[1:].split(maxsplit=1)[0].partition("@")[0].casefold() if text[1:].strip() else ""
    return text.startswith("/") and (name in work.flows.commands or name in COMMANDS)


def _take_command(work: Work, message: Message) -> bool:
    if not message.text.startswith("/"):
        return False
    command, rest = (*message.text[1:].split(maxsplit=1), "", "")[:2]
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
    work.restarted = True
    if work.greeted:  # a session that began with this very message is new already
        work.settled = True
        return
    begin_session(work)
    mark_started(work)
    repair(work, "on_start")


def mark_started(work: Work) -> None:
    """Begin the session: shared slots get the values that they have at first."""
    work.started = True
    work.slots = {**initial_slots(work), **work.slots}


def is_over(work: Work) -> bool:
    """Tell whether the session has ended: the bot ended it, or nobody said anything for too long."""
    idle = work.flows.settings.idle
    return work.ended or bool(work.started and idle and work.now - work.session.touched > idle)


def begin_session(work: Work) -> None:
    """Empty the session: stack, slots and counts; the customer stays, and so do events from outside that wait."""
    clear(work)
    work.slots = {}
    work.number += 1
    work.misses = 0
    work.started = work.ended = False
    work.waiting = tuple(event for event in work.waiting if isinstance(event, Outside))
    work.last = ()
    work.lines = work.lines[-1:]


def _repeat(work: Work) -> None:
    asks = work.question is not None and work.question.kind != "wait"
    texts = list(work.last[:-1] if asks else work.last)
    if asks and not texts:
        repeat_question(work)
        return
    repair(work, "on_repeat", texts=texts)


def _person(work: Work) -> None:
    hand_off(work, work.flows.settings.default_team, work.phrase("person_asked"))


def _opt_out(work: Work) -> None:
    _answer_wish(work, "opted_out", wants=False)


def _opt_in(work: Work) -> None:
    _answer_wish(work, "opted_in", wants=True)


def _answer_wish(work: Work, said: str, *, wants: bool) -> None:
    """Note whether the customer wants messages of the bot's own, say so, and go on where it was."""
    work.learn({"opted_out": not wants})
    work.say(work.phrase(said))
    work.settled = True
    if work.question is not None and work.question.kind != "wait":
        repeat_question(work)


_CONTROLS = {
    "opt_out": _opt_out,
    "opt_in": _opt_in,
    "cancel": cancel,
    "repeat": _repeat,
    "start_over": start_over,
    "person": _person,
}


# The open question


def _record_fit(work: Work, question: Question, found: Fit) -> None:
    work.candidate("slot", question.step, found.score, f"{question.kind} takes it")


def _take_confirm_correction(work: Work, question: Question, message: Message) -> bool:
    """At a confirm, another value is a correction; where it may be of several slots or of none, it asks."""
    if question.kind != "confirm":
        return False
    correction = find_correction(work, message.text, confirming=True)
    if correction is None:
        return False
    if correction.named:
        return _correct(work, correction)
    more = says_more(work, message.text, correction.start, correction.end)
    doubtful = begins_with_yes(work, question, message.text) or correction.slot.type in NUMERIC
    if more and doubtful:
        return _ask_for_change(work, question)
    if correction.also:
        return _ask_for_change(work, question, (*correction.also[::-1], correction.slot.name))
    return _correct(work, correction)


def _take_change(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """At a confirm, a no that names a slot opens its ask again; one with a number asks what is to be changed.

    The name alone does, too: so the buttons of that question need no more; what is said to that question only has to
    name it ('I want to change the address'). A yes with a number that the bot has not
    said is no yes to what it said.
    """
    if question.kind != "confirm" or (found is not None and found.value):
        return False
    named = find_named(work, message.text, alone=found is None, anywhere=question.changing)
    if named is not None and (found is None or not _surer_meaning(work, message, 0.0)):
        work.candidate("slot", named[1].name, STRICT, "names what is wrong", taken=True)
        reopen(work, *named)
        return True
    if found is None:
        numbered = begins_with_yes(work, question, message.text) and _says_another_number(work, message.text)
    else:
        numbered = any(letter.isdigit() for letter in message.text)
    if not numbered or _surer_meaning(work, message, 0.0):
        return False
    return _ask_for_change(work, question)


def _says_another_number(work: Work, text: str) -> bool:
    """Tell whether a text has a number that neither the bot's last messages nor a slot has."""
    slots = [value for frame in work.stack for value in frame.slots.values()]
    known = " ".join([*work.last, *map(str, slots), *map(str, work.slots.values())])
    return not set(_NUMBERS.findall(known)).issuperset(_NUMBERS.findall(text))


def _ask_for_change(work: Work, question: Question, names: Sequence[str] = ()) -> bool:
    known = names or [slot.name for _, slot in changeable(work)]
    if known:
        work.candidate("slot", question.step, STRICT, "a value that fits nothing", taken=True)
        ask_what_to_change(work, question, known)
    return bool(known)


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
    if _take_confirm_correction(work, question, message) or _take_change(work, question, message, found):
        return True
    if found is not None and found.score >= STRICT:
        _take_fit(work, message, found)
        return True
    if work.greeted:  # the question came after the message: only what fits it strictly can answer it
        return False
    correction = find_correction(work, message.text, refused=found is None) if question.kind != "confirm" else None
    if correction is not None and not _yields(work, message, correction) and _correct(work, correction):
        return True
    if found is None or _surer_meaning(work, message, found.score):
        return False
    _take_fit(work, message, found)
    return True


def _yields(work: Work, message: Message, correction: Correction) -> bool:
    """A value that is only part of a message, and that nothing calls a correction, yields to a sure intent."""
    part = content_length(message.text) > 2 * content_length(str(correction.value))
    return correction.refused and part and _surer_meaning(work, message, 0.0)


def _take_fit(work: Work, message: Message, found: Fit) -> None:
    assert work.question is not None  # noqa: S101 - the callers look
    work.candidate("slot", work.question.step, found.score, "taken", taken=True)
    accept(work, message, found)


def _surer_meaning(work: Work, message: Message, score: float) -> bool:
    """Tell whether an intent of a flow that is not open, or an answer, is surer than a loose fit.

    What is as near to an intent of a flow that is open speaks of that: it answers the question.
    """
    flows, answer = _startable(work, message), _best_answer(work, message)
    best = max(answer.score if answer is not None else 0.0, flows[0][1] if flows else 0.0)
    if flows and _goes_before(work, flows, answer) and any(on_stack(work, name) for name, _ in _near(work, flows)):
        return False
    return best > score


# Intents, answers, and nothing


def _take_meaning(work: Work, message: Message, question: Question | None) -> None:
    _record_meanings(work, message)
    flows, answer = _startable(work, message), _best_answer(work, message)
    if flows and _goes_before(work, flows, answer):
        near = _near(work, flows)
        if len(near) > 1:
            _clarify(work, near)
        else:
            _take_intent(work, message, *flows[0])
        return
    if answer is not None:
        _take_answer(work, answer, question)
        return
    if question is not None and not work.greeted:
        if begins_with_yes(work, question, message.text):
            work.candidate("slot", question.step, 0.0, "a yes with something else beside it", taken=True)
            ask_for_plain_yes(work)
            return
        work.candidate("slot", question.step, 0.0, "nobody takes it: an unusable reply", taken=True)
        unusable(work)
        return
    work.candidate("no_match", "on_no_match", 0.0, "nothing is near enough", taken=True)
    if work.replies:  # a greeting was said in this turn, which is answer enough to a first word
        work.settled = True
        return
    work.misses += 1
    repair(work, "on_no_match", tries=work.misses)


def _goes_before(work: Work, flows: Startable, answer: Match | None) -> bool:
    """Tell whether the best of some flows goes before an answer: that has to be clearly nearer."""
    return answer is None or answer.score <= flows[0][1] + work.flows.settings.clarify_margin


def _near(work: Work, flows: Startable) -> Startable:
    """Give the flows that are about as near as the first; nothing is as near as a sure one."""
    if flows[0][1] >= SURE:
        return flows[:1]
    margin = work.flows.settings.clarify_margin
    return [item for item in flows if flows[0][1] - item[1] <= margin][:MOST_CHOICES]


def _startable(work: Work, message: Message) -> Startable:
    """Give the flows that the message's intents may start, with their scores, the best first."""
    threshold = work.flows.settings.intent_threshold
    best: dict[str, float] = {}
    for match in message.evidence.intents:
        for name in _allowed_by(work, match) if match.score >= threshold else ():
            best[name] = max(best.get(name, 0.0), match.score)
    return sorted(best.items(), key=lambda item: -item[1])


def _allowed_by(work: Work, match: Match) -> list[str]:
    return [name for name in work.flows.starts.get(match.name, ()) if allowed(work, work.flows.flows[name])]


def _record_meanings(work: Work, message: Message) -> None:
    """Record all that the message is near to, taken or not."""
    for match in message.evidence.intents:
        threshold = work.flows.settings.intent_threshold
        why = f"near to {match.example!r}" if match.example else ""
        if not work.flows.starts.get(match.name):
            why = "starts no flow"
        elif not _allowed_by(work, match):
            why = "only_if does not hold"
        elif match.score < threshold:
            why = f"{_below(match.score, threshold)}; {why}"
        work.candidate("intent", match.name, match.score, why)
    for match in message.evidence.answers:
        threshold = work.flows.settings.answer_threshold
        below = f"{_below(match.score, threshold)}; " if match.score < threshold else ""
        work.candidate("answer", match.name, match.score, f"{below}near to {match.example!r}")


def _below(score: float, threshold: float) -> str:
    """Say that a score is below the threshold, with the digits that show it."""
    exact = f"{score:.3f} is " if round(score, 2) >= threshold else ""
    return f"{exact}below {threshold}"


def _best_answer(work: Work, message: Message) -> Match | None:
    threshold = work.flows.settings.answer_threshold
    known = [m for m in message.evidence.answers if m.score >= threshold and m.name in work.flows.answers]
    return max(known, key=lambda match: match.score, default=None)


def _clarify(work: Work, near: list[tuple[str, float]]) -> None:
    work.candidate("intent", ", ".join(name for name, _ in near), near[0][1], "too close to tell apart", taken=True)
    choices = [{"label": title_of(work, work.flows.flows[name]), "run": name} for name, _ in near]
    work.clarifies = True
    repair(work, "on_clarify", choices=choices)


def _take_intent(work: Work, message: Message, name: str, score: float) -> None:
    work.misses = 0
    near = [m for m in message.evidence.intents if name in work.flows.starts.get(m.name, ()) and m.example]
    best = max(near, key=lambda match: match.score, default=None)
    why = "starts" if not on_stack(work, name) else "is open already"
    why = f"{why}; near to {best.example!r}" if best is not None else why
    work.candidate("intent", name, score, why, taken=True)
    _begin(work, name, message.text, message.evidence.entities)


def _begin(work: Work, name: str, text: str = "", entities: tuple[Entity, ...] = ()) -> None:
    """Start a flow, or return to it where it is open already: new values are applied, or its question repeated."""
    if not on_stack(work, name):
        if work.stack and not can_interrupt(work):
            work.candidate("control", name, 0.0, "too many flows are interrupted: the question is repeated")
            repeat_question(work)
            return
        start_flow(work, name, (hearing(text, (), entities),) if text else ())
        return
    while all(frame.flow != name for frame in top_group(work)):
        abandon(work)
    correction = find_correction(work, text, refused=True) if text else None
    if correction is not None:
        apply_correction(work, correction)
        return
    step = work.step_of(work.top)
    if text and step is not None and isinstance(step.body, Ask):
        drop_timers(work, work.top)
        work.stack[-1] = hear(work.top, text, 0, 0, entities)
        work.change(asked="")
    repeat_question(work)


def _take_answer(work: Work, match: Match, question: Question | None) -> None:
    work.misses = 0
    why = f"said; near to {match.example!r}" if match.example else "said"
    work.candidate("answer", match.name, match.score, why, taken=True)
    say_speech(work, work.flows.answers[match.name].speech, match.name)
    if question is not None:
        repeat_question(work)
    else:
        work.settled = True
