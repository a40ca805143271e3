"""Events from outside: one wakes a flow that waits for it, or starts a flow that says so; what came of it is kept."""

from typing import Any

from botkit.dialogue.controls import begin_session, is_over, mark_started
from botkit.dialogue.stack import allowed, can_interrupt, push
from botkit.dialogue.steps import mark_waiting_done
from botkit.dialogue.work import MOST_WAITING, Work
from botkit.model.definitions import Wait
from botkit.model.events import Outside
from botkit.model.turn import EventOutcome

_WHY: dict[EventOutcome, str] = {
    "woken": "a flow waited for it",
    "started": "it starts a flow",
    "kept": "an action is running: it comes after its result",
    "owned": "a person has the conversation, or it waits for one",
    "opted_out": "the customer wants no messages of the bot's own",
    "refused": "only_if of its flows does not hold",
    "too_many": "too many flows are interrupted",
    "ignored": "nothing waits for it, and it starts no flow",
}


def take_outside(work: Work, event: Outside) -> None:
    """Take an event from outside. It never disturbs a person's conversation, and is never said twice."""
    work.settled = True
    if work.owner != "bot":
        _note(work, event, "owned")
        return
    for frame in reversed(work.stack):
        step = work.step_of(frame)
        if frame.asked and step is not None and isinstance(step.body, Wait) and step.body.event == event.name:
            wake(work, frame.asked, step.body.save, event.data, step.next)
            _note(work, event, "woken")
            return
    _start(work, event)


def wake(work: Work, question: str, save: str, data: Any, target: str) -> None:
    """Let what waits go on; where something else is open, it goes on when its turn comes."""
    on_top = work.top.asked == question
    mark_waiting_done(work, question, save, data, target)
    work.settled = not on_top
    if on_top:
        work.question = None


def _start(work: Work, event: Outside) -> None:
    names = work.flows.events.get(event.name, ())
    name = next((name for name in names if allowed(work, work.flows.flows[name])), None)
    if name is None:
        _note(work, event, "refused" if names else "ignored")
    elif work.customer.get("opted_out"):
        _note(work, event, "opted_out")
    elif work.pending:
        work.waiting = (*work.waiting[: MOST_WAITING - 1], event)
        _note(work, event, "kept")
    elif not can_interrupt(work):
        _note(work, event, "too_many")
    else:
        if is_over(work) and not _waits(work):
            begin_session(work)
        if not work.started:
            mark_started(work)
        push(work, name, "interrupt" if work.stack else "start", slots={"event": event.data})
        _note(work, event, "started", name)


def _waits(work: Work) -> bool:
    """Tell whether a flow waits for a time or an event: it may wait longer than customers are idle."""
    steps = (work.step_of(frame) for frame in work.stack if frame.asked)
    return any(step is not None and isinstance(step.body, Wait) for step in steps)


def _note(work: Work, event: Outside, outcome: EventOutcome, flow: str = "") -> None:
    work.note_event(outcome, f"{event.name}: {_WHY[outcome]}{f' ({flow})' if flow else ''}")
