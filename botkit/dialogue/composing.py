"""Composing: a language model writes an answer out of the passages that were found, and out of nothing else.

What it gives comes back as a result in which the runtime says whether its passages support it; only then is it said.
"""

from typing import Any, Final

import msgspec

from botkit.dialogue.consulting import ask, consult, may_ask, with_stale
from botkit.dialogue.passages import say_with_sources
from botkit.dialogue.phrases import is_question
from botkit.dialogue.work import Work
from botkit.model.events import Message, Passage, Result
from botkit.model.values import from_json

LEAST: Final = 0.02  # how sure a passage has to be for the model to be asked for an answer before what else is meant
ANSWER: Final = "answer"  # the purpose of a call that composes


class Composed(msgspec.Struct, frozen=True):
    """An answer that a model composed, with the passages that it cites; `wrong` says why it is not said, if so."""

    text: str
    cited: tuple[Passage, ...] = ()
    wrong: str = ""


def composes(work: Work) -> bool:
    """Tell whether the model composes answers of this bot."""
    return work.flows.settings.llm_answers == "compose" and work.flows.catalogue.models


def compose(work: Work, message: Message) -> bool:
    """Have the model answer a message from its passages, if there are any; tell whether it is asked.

    While a question is open only what asks something is answered.
    """
    if not composes(work) or not may_ask(work, message, ANSWER):
        return False
    open_ = work.question is not None and work.question.kind != "wait" and not work.greeted
    message = with_stale(work, message)
    passages = message.evidence.passages
    if not passages or (open_ and not is_question(work.prepared.phrases, message.text)):
        return False
    ask(work, message, ANSWER, {"question": message.text, "locale": work.locale})
    why = f"the model is asked to answer from {len(passages)} of them"
    work.candidate("knowledge", "passages", passages[0].score, why, taken=True)
    return True


def ask_model(work: Work, message: Message) -> bool:
    """Ask the model about a message that nothing took: for an answer where passages are near, else what it means.

    The router may find afterwards that the passages answer it all the same.
    """
    passages = message.evidence.passages
    near = bool(passages) and any(passage.score >= LEAST for passage in passages)
    if near or work.flows.settings.llm_mode == "off":
        return compose(work, message) or consult(work, message)
    return consult(work, message)


def read_composed(result: Result, passages: tuple[Passage, ...]) -> Composed | None:
    """Read an answer that was composed from passages; None where the model did not give one that can be read."""
    given = from_json(result.value) if result.failure is None else None
    if not isinstance(given, dict) or not isinstance(given.get("answerable"), bool):
        return None
    if not given["answerable"]:
        return Composed("")
    text, wrong = str(given.get("text", "")).strip(), str(given.get("unsupported", ""))
    cited = _cited(given.get("sources"), passages)
    if not wrong and not (text and cited):
        wrong = "it cites no passage" if text else "it is empty"
    return Composed(text, cited, wrong)


def _cited(numbers: Any, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    given = numbers if isinstance(numbers, list | tuple) else ()
    known = [one for one in dict.fromkeys(given) if type(one) is int and 0 < one <= len(passages)]
    return tuple(passages[one - 1] for one in known)


def say_composed(work: Work, composed: Composed) -> None:
    """Say an answer with the sources of the passages that it cites."""
    say_with_sources(work, composed.text, composed.cited)


def not_said(composed: Composed | None, result: Result) -> str:
    """Say why nothing that the model composed is said."""
    if composed is None:
        return f"failed: {result.failure.code if result.failure is not None else 'malformed'}"
    return f"not supported: {composed.wrong}" if composed.wrong else "the model finds no answer in the passages"
