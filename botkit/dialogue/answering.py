"""Answering: what becomes of an answer that the model composed of passages, for a message."""

from botkit.dialogue.composing import not_said, read_composed, say_composed
from botkit.dialogue.consulting import take_back
from botkit.dialogue.meanings import take_passage
from botkit.dialogue.passages import nearest
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.routing import route
from botkit.dialogue.work import Work
from botkit.model.events import Result


def take_composed(work: Work, result: Result) -> None:
    """Say what the model composed, if its passages support it; else go on without it.

    Where the model failed, or its answer is not supported, the passage is quoted if it is near enough. Where it finds
    that the passages do not answer, they are left alone: the message goes the way of what no article answers.
    """
    message = take_back(work, result)
    passages = message.evidence.passages
    composed = read_composed(result, passages)
    question = work.question if work.question is not None and work.question.kind != "wait" else None
    if composed is not None and composed.text and not composed.wrong:
        work.misses = 0
        named = ", ".join(passage.title or passage.source for passage in composed.cited)
        work.candidate("knowledge", named, composed.cited[0].score, "composed by the model", taken=True)
        say_composed(work, composed)
        if question is not None:
            repeat_question(work)
        else:
            work.settled = True
        return
    work.candidate("knowledge", "composed", 0.0, not_said(composed, result))
    unanswered = composed is not None and not composed.wrong
    best = None if unanswered else nearest(work, passages)
    if best is not None:
        take_passage(work, best, question)
    else:
        route(work, message)
