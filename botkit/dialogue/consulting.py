"""Consulting: the language model is asked what a message means, where nothing else is sure."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from botkit.dialogue.secrecy import asks_secret
from botkit.dialogue.stack import allowed
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Flow
from botkit.model.events import Message, Result
from botkit.model.replies import MODEL, Call
from botkit.model.session import Pending

ASKED: Final = "asked"
"""The name of the candidate of route `llm` that says that the model is asked."""

LONGEST: Final = 4_000  # characters of what it is asked about
MOST_PASSAGES: Final = 8  # of articles that it composes an answer of


def consult(work: Work, message: Message) -> bool:
    """Ask the model what a message means, if it may be asked; tell whether it is.

    It is asked once about a message, and never about one that gives a secret.
    """
    if work.flows.settings.llm_mode == "off" or not may_ask(work, message, "route"):
        return False
    message = with_stale(work, message)
    ask(work, message, "route", _seen(work, message))
    work.candidate("llm", ASKED, 0.0, "the model is asked what it means", taken=True)
    return True


def may_ask(work: Work, message: Message, what: str) -> bool:
    """Tell whether a model may be asked something of a message: nobody asked it that, and it gives no secret."""
    if not work.flows.catalogue.models or what in work.tried or message.evidence.blocked:
        return False
    return bool(message.text.strip()) and not asks_secret(work) and not work.top_is_talk()


def with_stale(work: Work, message: Message) -> Message:
    """Give a message with what an earlier one said whose answer it has made stale, and the passages for that."""
    earlier = work.routed
    if earlier is None:
        return replace(message, text=message.text[:LONGEST])
    passages = tuple(dict.fromkeys((*message.evidence.passages, *earlier.evidence.passages)))
    evidence = replace(message.evidence, passages=passages[:MOST_PASSAGES])
    return replace(message, text=f"{earlier.text}\n{message.text}"[:LONGEST], evidence=evidence)


def ask(work: Work, message: Message, what: str, args: Mapping[str, Any]) -> None:
    """Ask the model something of a message, which waits for that; a newer one makes it stale."""
    call = Call(work.effect_id(), MODEL, {"purpose": what, **args}, until_message=True)
    work.effects.append(call)
    work.pending = (*work.pending, Pending(call.id, 0, "", MODEL))
    work.routed = message
    work.tried = (*work.tried, what)
    work.settled = True


def take_back(work: Work, result: Result) -> Message:
    """Give the message that a model was asked about, now that what it makes of it is there."""
    message = work.routed
    assert message is not None  # noqa: S101 - is_consulted was asked
    work.pending = tuple(one for one in work.pending if one.id != result.effect)
    work.routed = None
    work.message = message
    return message


def _seen(work: Work, message: Message) -> dict[str, Any]:
    """Give what the model sees beside the talk: the flows that may start now, what is open, and what is known."""
    seen: dict[str, Any] = {
        "message": message.text,
        "flows": [name for name, flow in work.flows.flows.items() if may_start(work, flow)],
    }
    step = work.step_of(work.top) if work.stack and work.question is not None else None
    if step is not None:
        seen["flow"], seen["question"] = work.top.flow, work.question.kind if work.question is not None else ""
        if isinstance(step.body, Ask):
            seen["slot"] = step.body.slot.name
    return seen


def may_start(work: Work, flow: Flow) -> bool:
    """Tell whether a model may start a flow: a customer could by words or a command, and its condition holds."""
    return not flow.builtin and bool(flow.start.intents or flow.start.commands) and allowed(work, flow)


def is_consulted(work: Work, result: Result) -> bool:
    """Tell whether a result is what the model makes of a message."""
    return work.routed is not None and any(one.id == result.effect and not one.run for one in work.pending)
