"""The pure core: `advance` takes an event and a session and gives a Turn. It reads no clock and does no I/O."""

from typing import Any

from botkit.dialogue.answering import take_composed
from botkit.dialogue.commands import take_commands
from botkit.dialogue.composing import ANSWER
from botkit.dialogue.consulting import is_consulted
from botkit.dialogue.controls import begin_session, control_of, is_over, mark_started, take_control
from botkit.dialogue.failing import fail, give_up
from botkit.dialogue.handing import take_noted, take_owner, take_patience, take_said
from botkit.dialogue.lapsing import end_unverified
from botkit.dialogue.outside import take_outside, wake
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.routing import choose_locale_for, route, route_owned, take_flow_button
from botkit.dialogue.saying import title_of
from botkit.dialogue.secrecy import finish, listen
from botkit.dialogue.stack import abandon, clear_stack, push, repair
from botkit.dialogue.staleness import end_stale
from botkit.dialogue.steps import proceed, take_result
from botkit.dialogue.work import MOST_WAITING, Work
from botkit.errors import ExpressionError
from botkit.model.definitions import Ask, Confirm, Wait
from botkit.model.events import Event, Failure, Message, Noted, Opened, Outside, Owned, Press, Result, Said, Timer
from botkit.model.flowset import FlowSet
from botkit.model.locales import Control
from botkit.model.session import Frame, Session
from botkit.model.turn import Turn


def new_session(flows: FlowSet, conversation: str, channel: str = "", locale: str = "") -> Session:
    """Give the session of a conversation that has just begun; `locale` is the customer's own choice."""
    return Session(
        conversation=conversation,
        channel=channel or conversation.partition(":")[0],
        version=flows.version,
        locale=locale or flows.settings.locales[0],
        locale_by="choice" if locale else "default",
    )


def advance(flows: FlowSet, session: Session, event: Event, now: float) -> Turn:
    """Take one event: the next session, what to say and what to do, as data.

    `now` is in seconds since the epoch. The same arguments give the same Turn. Results of effects come back as
    `Result` events. Nothing that is in a session or an event makes it raise.
    """
    work = Work(flows, session, event, now)
    _drop_unknown(work)
    _take(work, event)
    _settle(work)
    while not work.pending and work.waiting:
        event, *later = work.waiting
        work.waiting = tuple(later)
        work.settled = False
        _take(work, event)
        _settle(work)
    return finish(work)


def set_aside(flows: FlowSet, session: Session, event: Event, now: float) -> Turn:
    """Give the turn of an event that cannot be taken: what is open is given up, and the customer is told."""
    work = Work(flows, session, event, now)
    if work.owner == "bot":
        give_up(work)
    return finish(work)


def _take(work: Work, event: Event) -> None:
    try:
        if work.routed is not None and type(event) is Result and is_consulted(work, event):
            (take_composed if work.tried[-1:] == (ANSWER,) else take_commands)(work, event)
        else:
            _TAKERS[type(event)](work, event)
    except ExpressionError as error:
        if work.stack:
            fail(work, Failure("expression", str(error)))
        else:
            work.say(work.phrase("broken"))
            work.settled = True


def _settle(work: Work) -> None:
    """Execute what there is to execute; a bot that does not own the conversation waits for nothing."""
    if work.stack and work.question is None and not work.pending:
        work.settled = False  # whatever came, a flow that is open goes on until it waits
    proceed(work)
    if work.restarted and not work.replies:
        work.say(work.phrase("started_over"))
    work.restarted = False
    if work.owner != "bot":
        clear_stack(work)


def _drop_unknown(work: Work) -> None:
    """Drop frames of flows or steps that these flows do not have; who moves sessions looks before."""
    flows = work.flows.flows
    for frame in work.stack:
        flow = flows.get(frame.flow)
        if flow is None or (frame.step and frame.step not in flow.steps):
            break
    else:
        return
    kept: list[Frame] = []
    for frame in work.stack:
        flow = flows.get(frame.flow)
        if flow is not None and (not frame.step or frame.step in flow.steps):
            kept.append(frame)
    runs = {frame.run for frame in kept}
    work.stack = kept
    work.pending = tuple(item for item in work.pending if item.run in runs or not item.run)
    if work.question is not None and (not kept or work.question.run != kept[-1].run):
        work.question = None


# From the customer

_ANSWERED = frozenset({"answer", "knowledge"})


def _take_message(work: Work, event: Message | Press) -> None:
    if event.customer:
        work.learn(event.customer)
    control = _urgent(work, event) if work.pending and work.owner == "bot" else None
    work.stale, earlier = "", work.routed
    if work.pending and work.owner == "bot" and control is None and not end_stale(work, event):
        work.waiting = (*work.waiting[: MOST_WAITING - 1], event)
        work.settled = True
        return
    if work.prepared.secrets:
        listen(work, event)
    work.route, work.tried = "", ()
    work.message = message = event if isinstance(event, Message) else _as_message(event)
    choose_locale_for(work, event)
    if event is not work.again:
        work.note_line("customer", event.text if isinstance(event, Message) else event.label or event.value)
    work.refused_before, work.refused = work.refused, event.evidence.blocked
    if work.owner != "bot":
        route_owned(work, message)
        return
    if is_over(work):
        begin_session(work)
    if not work.started:
        _greet(work)
    elif work.session.customer and end_unverified(work):
        return
    if control is not None:
        take_control(work, control, "a control phrase, while an action runs")
    elif isinstance(event, Press):
        _route_press(work, event, message)
    else:
        route(work, message)
    if work.route not in {"no_match", ""} and work.routed is None:
        work.misses = 0
    if earlier is not None and earlier is work.routed and work.route in _ANSWERED:
        _take_later(work, earlier)


def _take_later(work: Work, earlier: Message) -> None:
    """Let a message have its turn after one that made its answer stale, and that only asked something beside it.

    One that a flow took says what the earlier one wished, or takes it back.
    """
    work.routed, work.tried, work.again = None, (), earlier
    work.waiting = (earlier, *work.waiting)


def _take_press(work: Work, press: Press) -> None:
    work.pressed = True
    _take_message(work, press)
    work.pressed = False


def _as_message(event: Message | Press) -> Message:
    """Give the text that a press stands for as a message."""
    if isinstance(event, Message):
        return event
    return Message(text=event.value or event.label, id=event.id, locale=event.locale, evidence=event.evidence)


def _urgent(work: Work, event: Message | Press) -> Control | None:
    """Give the control that acts at once while an action runs; everything else waits for the result."""
    if event.evidence.blocked or (isinstance(event, Press) and (event.run or event.question)):
        return None
    control = control_of(work, _as_message(event).text)
    return control if control in {"cancel", "person", "start_over"} else None


def _greet(work: Work) -> None:
    """Run on_start to its end or its first question; the message that began the session is routed after it."""
    mark_started(work)
    work.greeted = True
    push(work, "on_start", "start")
    proceed(work)
    work.settled = False


def _route_press(work: Work, press: Press, message: Message) -> None:
    question = work.question
    if press.run:
        if not take_flow_button(work, press.run, press.label):
            _repeat_or_tell(work)
        return
    if press.question and (question is None or question.id != press.question):
        work.candidate("control", "button", 1.0, "its question is closed", taken=True)
        _repeat_or_tell(work)
        return
    route(work, message)


def _repeat_or_tell(work: Work) -> None:
    work.settled = True
    if work.question is None or work.question.kind == "wait":
        work.say(work.phrase("closed_button"))
    elif not work.greeted:  # then it was posed a moment ago
        repeat_question(work)


def _take_opened(work: Work, event: Opened) -> None:
    work.settled = True
    work.learn(event.customer)
    if work.owner != "bot" or (work.started and not work.ended):
        return
    if work.ended:
        begin_session(work)
    choose_locale_for(work, Message(locale=event.locale))
    mark_started(work)
    push(work, "on_start", "start")


# From elsewhere


def _take_timer(work: Work, timer: Timer) -> None:
    if timer.purpose in {"patience", "agent"}:
        take_patience(work, timer)
        return
    question = work.question
    frame = next((frame for frame in work.stack if frame.asked == timer.question), None)
    if frame is None or work.owner != "bot":
        work.settled = True
        return
    step = work.step_of(frame)
    body = step.body if step is not None else None
    if step is not None and isinstance(body, Wait):
        target = body.otherwise or step.next if timer.purpose == "timeout" else step.next
        wake(work, timer.question, "", None, target)
        return
    if question is None or question.id != timer.question:  # interrupted: the reminder would be of something else
        work.settled = True
        return
    silence = body.silence if isinstance(body, Ask | Confirm) else None
    if timer.purpose == "silence" and silence is not None and silence.say is not None:
        work.say(work.text(silence.say), buttons=question.buttons, question=question.id)
        work.settled = True
    elif timer.purpose == "end":
        title = title_of(work, work.flow_of(work.top))
        abandon(work)
        repair(work, "on_silence", flow=title)
    else:
        work.settled = True


_TAKERS: dict[type, Any] = {
    Message: _take_message,
    Press: _take_press,
    Opened: _take_opened,
    Timer: _take_timer,
    Outside: take_outside,
    Result: take_result,
    Owned: take_owner,
    Said: take_said,
    Noted: take_noted,
}
