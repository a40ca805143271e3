"""Controls: what a customer can always do, and how a session begins and ends."""

from botkit.dialogue.handing import hand_off
from botkit.dialogue.phrases import read_control
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.stack import cancel, clear, initial_slots, repair
from botkit.dialogue.work import Work
from botkit.model.events import Outside
from botkit.model.locales import Control
from botkit.model.session import is_idle
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
    "unsubscribe": "opt_out",
    "subscribe": "opt_in",
}
_OF_EVENTS = {"opt_out", "opt_in"}  # controls of a bot that has flows that events start


def control_of(work: Work, text: str) -> Control | None:
    """Give the control that a message is: a phrase, or a command that no flow has claimed."""
    if text.startswith("/"):
        command = text[1:].split(maxsplit=1)[0].partition("@")[0].casefold() if text[1:].strip() else ""
        found = None if command in work.flows.commands else COMMANDS.get(command)
    else:
        found = read_control(work.prepared.phrases, fold(text))
    return None if found in _OF_EVENTS and not work.flows.events else found


def take_control(work: Work, control: Control, why: str) -> None:
    """Do what a control says."""
    work.candidate("control", control, 1.0, why, taken=True)
    _CONTROLS[control](work)


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
    return work.ended or (work.started and is_idle(work.session, work.flows.settings.idle, work.now))


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
