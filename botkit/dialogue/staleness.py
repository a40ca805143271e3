"""Stale calls: a message ends the reads whose steps say `cancel_on: message`; they are done again after it."""

from botkit.dialogue.agents import take_said
from botkit.dialogue.controls import control_of
from botkit.dialogue.correction import find_corrections
from botkit.dialogue.revision import correct
from botkit.dialogue.work import Work
from botkit.model.definitions import Agent, Do
from botkit.model.events import Message, Press
from botkit.model.replies import MODEL
from botkit.model.turn import Visit


def end_stale(work: Work, event: Message | Press) -> bool:
    """Await the running calls no more, if every one of them goes stale with a new message; tell whether that is so.

    A refused message, a press of a closed question's button and a control phrase say nothing new: they wait. So does
    what comes behind a message that waits already.
    """
    if any(isinstance(waiting, Message | Press) for waiting in work.waiting):
        return False
    if event.evidence.blocked or (isinstance(event, Press) and event.question):
        return False
    if control_of(work, event.text if isinstance(event, Message) else event.value or event.label) is not None:
        return False
    flows = {frame.run: frame.flow for frame in work.stack}
    stale: list[Visit] = []
    if work.routed is not None and all(not pending.run for pending in work.pending):
        work.pending = ()
        return True
    for pending in work.pending:
        step = work.flows.flows[flows[pending.run]].steps.get(pending.step) if pending.run in flows else None
        body = step.body if step is not None else None
        ends = pending.action == MODEL if isinstance(body, Agent) else isinstance(body, Do) and body.until_message
        if pending.write or not ends:
            return False
        stale.append(Visit(flows[pending.run], pending.step, "stale: a newer message came"))
    work.visits += stale
    work.pending = ()
    work.stale = stale[-1].step
    return True


def do_again(work: Work, message: Message) -> None:
    """Take a message that nothing else takes: the step sees it, and is done again."""
    step = work.step_of(work.top) if work.stack else None
    if step is not None and isinstance(step.body, Agent):
        work.candidate("llm", step.id, 0.0, "the model sees it as well", taken=True)
        take_said(work, message)
        return
    if not correct(work, find_corrections(work, message.text, refused=True), message.text):
        work.candidate("slot", work.stale, 0.0, "nobody takes it: the step is done again", taken=True)
    work.settled = False
