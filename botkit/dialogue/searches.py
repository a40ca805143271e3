"""Searches: the step `answer`, which looks a question up in the articles."""

from collections.abc import Sequence

from botkit.dialogue.agents import call_model
from botkit.dialogue.composing import ANSWER, composes, not_said, read_composed, say_composed
from botkit.dialogue.consulting import MOST_PASSAGES
from botkit.dialogue.failing import fail
from botkit.dialogue.passages import link_of, nearest, read_passages, say_passage
from botkit.dialogue.work import Work
from botkit.expressions import value_of
from botkit.model.definitions import AnswerStep, Step
from botkit.model.events import Failure, Passage, Result
from botkit.model.replies import SEARCH, Call
from botkit.model.session import Pending


def search(work: Work, step: Step, body: AnswerStep) -> None:
    """Have the articles searched; what is found comes back as the result of a call."""
    if not work.flows.catalogue.articles:
        work.visit(step.id, "not configured")
        fail(work, Failure("not_configured", "this bot has no articles"), body.on_error)
        return
    frame = work.top
    args = {"question": _question_of(work, body), "locale": work.locale}
    call = Call(id=work.effect_id(), action=SEARCH, args=args, flow=frame.flow, step=step.id)
    work.effects.append(call)
    work.pending = (*work.pending, Pending(call.id, frame.run, step.id, SEARCH, write=False))
    work.visit(step.id, "searched")
    work.wait(None)


def _question_of(work: Work, body: AnswerStep) -> str:
    given = body.question
    if given is None:
        return work.message.text
    return str(given.data if given.static else value_of(given.data, work.scope()) or "")


def take_search(work: Work, step: Step, body: AnswerStep, result: Result) -> None:
    """Say the passage that was found, or that nothing was; the model is asked before, where it composes answers."""
    passages = read_passages(result.value) if result.failure is None else ()
    if passages and composes(work):
        work.found = passages[:MOST_PASSAGES]
        call_model(work, step, {"purpose": ANSWER, "question": _question_of(work, body), "locale": work.locale})
        return
    _quote(work, step, body, passages, result.failure)


def take_composed_step(work: Work, step: Step, body: AnswerStep, result: Result) -> None:
    """Say what the model composed; quote the passage, or say that nothing was found, where that is not to be said."""
    passages, work.found = work.found, ()
    composed = read_composed(result, passages)
    if composed is not None and composed.text and not composed.wrong:
        work.visit(step.id, "composed by the model")
        say_composed(work, composed)
        _end_answer(work, step, body, composed.text, composed.cited[0])
        return
    work.visit(step.id, not_said(composed, result))
    _quote(work, step, body, () if composed is not None and not composed.wrong else passages)


def _quote(
    work: Work, step: Step, body: AnswerStep, passages: Sequence[Passage], failed: Failure | None = None
) -> None:
    best = nearest(work, passages)
    if best is not None:
        work.visit(step.id, f"{best.source or best.title}, {best.score:.2f}")
        say_passage(work, best)
        _end_answer(work, step, body, best.text, best)
        return
    failure = failed or Failure("not_found", "no article is near enough")
    near = max((passage.score for passage in passages), default=0.0)
    work.visit(step.id, f"failed: {failure.code}" if failed else f"nothing is near enough: {near:.2f}")
    if body.on_error:
        fail(work, failure, body.on_error)
        return
    work.say(work.phrase("not_found"))
    if body.save:
        work.fill(body.save, None)
    work.go(step.next)


def _end_answer(work: Work, step: Step, body: AnswerStep, text: str, source: Passage) -> None:
    if body.save:
        work.fill(body.save, {"text": text, "title": source.title, "link": link_of(source)})
    work.go(step.next)
