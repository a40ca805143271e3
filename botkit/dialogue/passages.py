"""Passages: what the help articles say of a question, told with its source."""

from collections.abc import Sequence

from botkit.dialogue.consulting import ASKED
from botkit.dialogue.phrases import is_question
from botkit.dialogue.work import Work
from botkit.model.events import Message, Passage
from botkit.model.turn import Candidate, Turn
from botkit.model.values import from_json

LEAST_SURE = 0.75  # of what takes a message: what is not surer leaves room for a passage
MOST_TITLE = 120  # characters
MOST_SOURCES = 3  # of an answer

_LINKS = ("https://", "http://")


def wants_passages(turn: Turn) -> bool:
    """Tell whether passages might have taken a message that this turn is of: nothing else did surely, or it waits."""
    if turn.session.waiting and turn.session.waiting[-1] is turn.event:
        return True
    taken = next((one for one in turn.candidates if one.taken), None)
    return taken is not None and _leaves_room(taken)


def _leaves_room(taken: Candidate) -> bool:
    if taken.route == "no_match":
        return taken.score == 0.0
    if taken.route == "llm":  # the model is asked only where the articles have nothing either
        return taken.name == ASKED
    return taken.route == "slot" and taken.score <= LEAST_SURE


def best_passage(work: Work, message: Message) -> Passage | None:
    """Give the passage that a message is near enough to; with a question open it has to ask something.

    What the model found no answer in is near to nothing.
    """
    best = nearest(work, message.evidence.passages) if "answer" not in work.tried else None
    if best is None:
        return None
    asked = work.question is not None and work.question.kind != "wait" and not work.greeted
    return best if not asked or is_question(work.prepared.phrases, message.text) else None


def nearest(work: Work, passages: Sequence[Passage]) -> Passage | None:
    """Give the passage that answers most surely, if it is near enough."""
    best = max(passages, key=lambda passage: passage.score, default=None)
    return best if best is not None and best.score >= work.flows.settings.knowledge_threshold else None


def say_passage(work: Work, passage: Passage) -> None:
    """Say a passage with its source."""
    say_with_sources(work, passage.text, (passage,))


def say_with_sources(work: Work, text: str, passages: Sequence[Passage]) -> None:
    """Say a text that stands on passages, with their sources: titles, with links if there are any."""
    shown = [one for one in dict.fromkeys(map(_shown, passages)) if one][:MOST_SOURCES]
    source = work.phrase("source", title=", ".join(shown)) if shown else ""
    work.say("\n\n".join([part for part in (text.strip(), source) if part]))


def _shown(passage: Passage) -> str:
    title, link = passage.title[:MOST_TITLE], link_of(passage)
    return f"[{title.translate(_NO_BRACKETS)}]({link})" if link and title else title or link


_NO_BRACKETS = str.maketrans("[]", "()")


def link_of(passage: Passage) -> str:
    """Give the address of a passage that customers can open, or nothing."""
    return passage.source if passage.source.startswith(_LINKS) and not set(passage.source) & set(" ()<>") else ""


def read_passages(value: object) -> tuple[Passage, ...]:
    """Read what a search gave; what is no passage is left out."""
    given = from_json(value)
    return tuple(
        Passage(
            text=str(one.get("text", "")),
            title=str(one.get("title", "")),
            source=str(one.get("source", "")),
            score=_score(one.get("score")),
        )
        for one in (given if isinstance(given, list | tuple) else ())
        if isinstance(one, dict) and one.get("text")
    )


def _score(given: object) -> float:
    return float(given) if isinstance(given, int | float) and 0 <= given <= 1 else 0.0
