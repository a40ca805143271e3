"""Failing: what becomes of a flow whose step failed."""

from botkit.dialogue.saying import title_of
from botkit.dialogue.stack import clear, pop, repair
from botkit.dialogue.work import Work
from botkit.model.events import Failure


def fail(work: Work, failure: Failure, otherwise: str = "") -> None:
    """Deal with a failed step: its own `on_error`, else the flow `on_error`, and this flow ends."""
    error = {"code": failure.code, "message": failure.message}
    if otherwise:
        work.change(error=error)
        work.go(otherwise)
        return
    frame = work.top
    work.visit(frame.step, f"failed: {failure.code}{_told(work, failure)}")
    if work.owner != "bot":  # a person sees the transcript; the customer is told nothing by the bot
        clear(work)
        work.wait(None)
        return
    if any(other.flow == "on_error" for other in work.stack):
        give_up(work)
        return
    title = title_of(work, work.flow_of(frame))
    pop(work)
    repair(work, "on_error", flow=title)
    work.change(error=error)


def _told(work: Work, failure: Failure) -> str:
    """Tell where an expression failed and why: kinds of values, never the values."""
    step = work.step_of(work.top)
    if failure.code != "expression" or step is None:
        return ""
    return f": {failure.message} ({step.place.file}:{step.place.line})"


def give_up(work: Work) -> None:
    """End everything that is open and say that it went wrong: even the repair failed."""
    clear(work)
    work.say(work.phrase("broken"))
    work.wait(None)
