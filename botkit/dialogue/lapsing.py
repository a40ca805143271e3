"""Lapsing: who a customer is, is sure for a time; flows that need it end when that time is over."""

from botkit.dialogue.stack import allowed, clear
from botkit.dialogue.work import Work
from botkit.model.identity import UNTIL, has_lapsed


def end_unverified(work: Work) -> bool:
    """End what is open, and say so, if a flow of it is not for this customer any more; tell whether it was."""
    if UNTIL not in work.customer or not work.stack:
        return False
    if not has_lapsed(work.customer, work.session.touched, work.now):
        return False
    if all(allowed(work, work.flow_of(frame)) for frame in work.stack):
        return False
    work.candidate("safety", "verification", 1.0, "it is no longer sure who the customer is", taken=True)
    clear(work)
    work.say(work.phrase("verification_over"))
    work.settled = True
    return True
