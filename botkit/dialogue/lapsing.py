"""Lapsing: who a customer is, is sure for a time; flows that need it end when that time is over."""

from botkit.dialogue.stack import allowed, clear
from botkit.dialogue.work import Work
from botkit.model.identity import is_verified
from botkit.model.session import Frame


def end_unverified(work: Work) -> bool:
    """End what is open, and say so, if a flow of it is not for this customer any more; tell whether it was."""
    if not any(_has_lapsed(work, frame) for frame in work.stack):
        return False
    work.candidate("safety", "verification", 1.0, "it is no longer sure who the customer is", taken=True)
    clear(work)
    work.say(work.phrase("verification_over"))
    work.settled = True
    return True


def _has_lapsed(work: Work, frame: Frame) -> bool:
    """Tell whether a flow that began when it was sure who the customer is could not begin now that it is not."""
    if not frame.verified or is_verified(work.customer, work.now):
        return False
    return not allowed(work, work.flow_of(frame))
