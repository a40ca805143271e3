"""Asides: replies to a question that answer nothing and are no wish: 'hold on', 'why do you need it?'."""

from typing import Literal

from botkit.dialogue.patterns import own_words
from botkit.dialogue.phrases import is_question, strip_talk, without
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.refusing import LONGEST, subject_of
from botkit.dialogue.retries import hint
from botkit.dialogue.stack import top_group
from botkit.dialogue.wording import anywhere
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Confirm
from botkit.model.session import Question
from botkit.model.words import fold, words_of

Aside = Literal["pause", "counter"]


def read_aside(work: Work, text: str) -> Aside | None:
    """Give what a reply to a question is that it does not surely take: a pause, or, to an ask, a question back.

    It is nothing but phrases for it, words that add nothing, and the name of the slot.
    """
    phrases, folded = work.prepared.phrases, fold(text)
    if len(folded) > LONGEST:
        return None
    pauses = phrases.pausing is not None and phrases.pausing.search(folded) is not None
    asks = is_question(phrases, text) or folded in phrases.counters
    step = work.step_of(work.top) if pauses or asks else None
    body = step.body if step is not None else None
    if not isinstance(body, Ask | Confirm):
        return None
    if isinstance(body, Confirm):
        return "pause" if pauses and _only_pauses(work, folded) else None
    own = anywhere(own_words(body.slot))
    if pauses and not _says_more(work, strip_talk(phrases, without(folded, phrases.pausing, own))):
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


def _only_pauses(work: Work, folded: str) -> bool:
    """Tell whether nothing but a pause is said at a confirm: a no, or what is wrong, objects to what a yes does."""
    phrases = work.prepared.phrases
    left = without(folded, phrases.pausing)
    if any(one is not None and one.search(left) for one in (phrases.wrongs, anywhere(tuple(sorted(phrases.no))))):
        return False
    return not _says_more(work, strip_talk(phrases, left))


def _says_more(work: Work, folded: str) -> bool:
    """Tell whether a text has a word that is none of the open flow, or a number: 等会儿再退 has not."""
    known = {word for frame in top_group(work) for word in subject_of(work, frame.flow).words} if folded else ()
    return any(word not in known or any(map(str.isdigit, word)) for word in words_of(folded))
