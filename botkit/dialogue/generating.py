"""Generating: the step `generate`, one text of a language model, into a slot or as a reply."""

from botkit.dialogue.agents import call_model, render_apart
from botkit.dialogue.failing import fail
from botkit.dialogue.talks import failure_of
from botkit.dialogue.work import Work
from botkit.model.definitions import Generate, Step
from botkit.model.events import Failure, Result


def generate(work: Work, step: Step, body: Generate) -> None:
    """Ask the model for a text; it comes back as the result of a call."""
    if not work.flows.catalogue.models:
        work.visit(step.id, "not configured")
        fail(work, Failure("not_configured", "this bot has no language model"), body.on_error)
        return
    words, data = render_apart(work, body.instructions)
    args = {"purpose": "generate", "instructions": words, "data": data, "tokens": body.limits.get("tokens", 0)}
    if not body.save:  # then the customer may see it grow
        args["reply"] = f"{work.effect_id()}.r"
    call_model(work, step, args, timeout=float(body.limits.get("seconds", 0)))


def take_generated(work: Work, step: Step, body: Generate, result: Result) -> None:
    """Save the text, or say it."""
    failure = failure_of(result)
    text = "" if failure is not None else str(result.value.get("text", "")).strip()
    if failure is not None or not text:
        failure = failure or Failure("empty", "the model gave no text")
        work.visit(step.id, f"failed: {failure.code}")
        fail(work, failure, body.on_error)
        return
    work.visit(step.id, "done")
    if body.save:
        work.fill(body.save, text)
    else:
        work.say(text, id=str(result.value.get("reply", "")))
    work.go(step.next)
