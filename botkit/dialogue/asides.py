"""Asides: replies to an ask that answer nothing and are no wish: 'hold on', 'why do you need it?'."""

from typing import Literal

from botkit.dialogue.patterns import own_words
from botkit.dialogue.phrases import anywhere, is_question, strip_talk, without
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.retries import hint
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask
from botkit.model.session import Question
from botkit.model.words import fold, has_cjk

Aside = Literal["cancel", "pause", "counter"]
_LONGEST = 120  # letters: what is longer says more


def read_aside(work: Work, text: str) -> Aside | None:
    """Give what a reply to an ask is that it does not surely take: the wish to stop, a pause, or a question back.

    It is nothing but phrases for it, words that add nothing, and the name of the slot.
    """
    phrases, folded = work.prepared.phrases, fold(text)
    if len(folded) > _LONGEST:
        return None
    cancels = phrases.cancelling is not None and any(map(_is_phrase, phrases.cancelling.findall(folded)))
    pauses = phrases.pausing is not None and phrases.pausing.search(folded) is not None
    asks = is_question(phrases, text) or folded in phrases.counters
    step = work.step_of(work.top) if cancels or pauses or asks else None
    if step is None or not isinstance(step.body, Ask):
        return None
    own = anywhere(own_words(step.body.slot))
    if cancels and not without(folded, phrases.cancelling, phrases.corrections, phrases.fillers):
        return "cancel"
    if pauses and not strip_talk(phrases, without(folded, phrases.pausing, own)):
        return "pause"
    bare = strip_talk(phrases, without(folded, own))
    return "counter" if asks and bare in phrases.counters else None


def take_aside(work: Work, question: Question, aside: Aside) -> None:
    """Answer a pause or a question back; the question stays open, and neither counts as an unusable reply.

    A question back gets `why`, else the text of `retry` that is next.
    """
    step = work.step_of(work.top)
    if aside == "pause":
        work.candidate("control", "pause", 1.0, "the customer wants a moment", taken=True)
        hint(work, work.phrase("pause"))
        return
    work.candidate("slot", question.step, 1.0, "a question back: it is asked again", taken=True)
    body = step.body if step is not None else None
    texts = [retry.say for retry in body.retry if retry.say is not None] if isinstance(body, Ask) else []
    if isinstance(body, Ask) and body.why is not None:
        work.say(work.text(body.why))
    elif texts:
        misses = work.top.misses if work.top.missed == work.top.step else 0
        hint(work, work.text(texts[min(misses, len(texts) - 1)]))
        return
    repeat_question(work)


def _is_phrase(found: str) -> bool:
    """Tell whether a phrase has more than one word: 'stop' may be part of an answer, 'forget it' hardly."""
    return " " in found.strip() or (has_cjk(found) and len(found) > 1)
