"""Consulting: the language model is asked what a message means, where nothing else is sure."""

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


def consult(work: Work, message: Message) -> bool:
    """Ask the model what a message means, if it may be asked; tell whether it is.

    It is asked once about a message, and never about one that gives a secret. What an earlier message said, whose
    answer this one has made stale, is asked about together with it.
    """
    if work.flows.settings.llm_mode == "off" or not work.flows.catalogue.models or work.consulted:
        return False
    text = message.text
    if work.routed is not None:
        text = f"{work.routed.text}\n{text}"
    if not text.strip() or message.evidence.blocked or asks_secret(work) or work.top_is_talk():
        return False
    message = replace(message, text=text[:LONGEST])
    call = Call(work.effect_id(), MODEL, {"purpose": "route", **_seen(work, message)}, until_message=True)
    work.effects.append(call)
    work.pending = (*work.pending, Pending(call.id, 0, "", MODEL))
    work.routed = message
    work.candidate("llm", ASKED, 0.0, "the model is asked what it means", taken=True)
    work.settled = True
    return True


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
