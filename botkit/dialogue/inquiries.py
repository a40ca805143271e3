"""Inquiries: questions that stand beside an answer: 'Monday, and what does it cost?'."""

import re
from collections.abc import Sequence

from botkit.dialogue.filling import EXACT, LOOSE, Fit
from botkit.dialogue.meanings import begin, meaning_beside
from botkit.dialogue.naming import blank
from botkit.dialogue.phrases import MARKS, Phrases, is_question, strip_talk, without
from botkit.dialogue.saying import say_speech
from botkit.dialogue.work import Work
from botkit.model.events import Match, Message
from botkit.model.words import fold, lowered, words_of

_ENDS = re.compile(r"[?？؟!！。；;，،\n]|[,.](?!\d)")


def inquiry_beside(phrases: Phrases, text: str, found: Fit | None) -> str:
    """Give the clause of a text that asks something and has nothing of the value in it; nothing if there is none."""
    if found is None or not LOOSE < found.score < EXACT:
        return ""
    patterns = [pattern for pattern in (_ENDS, phrases.joined) if pattern is not None]
    ends = sorted({match.end() for pattern in patterns for match in pattern.finditer(lowered(text))} | {len(text)})
    start = 0
    for end in ends:
        if (end <= found.start or start >= found.end) and is_question(phrases, text[start:end]):
            return text[start:end].strip()
        start = end
    return ""


def said_beside(phrases: Phrases, text: str, found: Fit, names: Sequence[str]) -> str:
    """Give what a text says beside a value that stands in a clause of its own: 'A-10293, and I have no receipt'.

    There it may be called by one of the slot's `names`.
    """
    start, end = _clause_of(phrases, text, found)
    around = fold(text[start : found.start] + " " + text[found.end : end])
    named = {word for name in names for word in words_of(fold(name))}
    left = words_of(without(strip_talk(phrases, around), phrases.joined))
    alone = all(word in phrases.plain or word in named for word in left)
    return blank(text, [(start, end)]).strip() if alone else ""


def _clause_of(phrases: Phrases, text: str, found: Fit) -> tuple[int, int]:
    """Give the clause that a value stands in: between signs and an 'and'."""
    patterns = [pattern for pattern in (_ENDS, phrases.joined) if pattern is not None]
    signs = [match.span() for pattern in patterns for match in pattern.finditer(lowered(text))]
    start = max([end for _, end in signs if end <= found.start], default=0)
    return start, min([begin for begin, _ in signs if begin >= found.end], default=len(text))


def take_inquiry(work: Work, message: Message, inquiry: str) -> str:
    """Answer what stands beside a value; gives the flow, if one is for it, which begins when the value is taken.

    What nothing is near to is told to be unanswered, if its words make it a question for something.
    """
    meaning = meaning_beside(work, message)
    if isinstance(meaning, Match):
        work.candidate("answer", meaning.name, meaning.score, "said, beside a value", taken=True)
        say_speech(work, work.flows.answers[meaning.name].speech, meaning.name)
        return ""
    if meaning is None and _asks_something(work.prepared.phrases, inquiry):
        work.say(work.phrase("unanswered"))
    return meaning or ""


def begin_beside(work: Work, message: Message, found: Fit, flow: str) -> None:
    """Begin the flow that an inquiry beside a value is for; the one that was answered resumes after it."""
    work.candidate("intent", flow, 1.0, "starts, beside a value", taken=True)
    begin(work, flow, blank(message.text, [(found.start, found.end)]), message.evidence.entities)


def _asks_something(phrases: Phrases, inquiry: str) -> bool:
    """Tell whether a text has a question word that is no auxiliary, and a mark: "when is it?", not "can you?"."""
    asked = phrases.asking.search(fold(inquiry)) if phrases.asking is not None else None
    if asked is None or not inquiry.endswith(MARKS) or fold(asked[0]) in phrases.auxiliaries:
        return False
    return len(fold(inquiry)) > len(asked[0]) + 1
