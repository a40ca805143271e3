"""Answers out of passages: what a model is asked, and how what it gives is read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit.errors import ModelError
from botkit.llm.counting import guess_tokens
from botkit.llm.prompting import Prompts, language_of
from botkit.model.completions import ChatMessage
from botkit.model.events import Passage
from botkit.model.flowset import FlowSet
from botkit.model.marking import mark
from botkit.ports.models import ModelRequest

MOST_TOKENS: Final = 3_000  # of passages

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "answerable": {"type": "boolean", "description": "Whether the passages answer the question."},
        "answer": {"type": "string", "description": "The answer, or nothing."},
        "quotes": {"type": "array", "items": {"type": "string"}, "description": "What supports it, word by word."},
        "sources": {"type": "array", "items": {"type": "integer"}, "description": "The numbers of those passages."},
    },
    "required": ["answerable", "answer", "quotes", "sources"],
    "additionalProperties": False,
}
"""The JSON Schema of an answer, as structured output takes it."""


class Given(msgspec.Struct, frozen=True):
    """What a model gives: an answer with what supports it, or that there is none (`answerable` is false)."""

    answerable: bool
    answer: str = ""
    quotes: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()


def answer_request(
    flows: FlowSet, args: Mapping[str, Any], passages: Sequence[Passage], prompts: Prompts
) -> ModelRequest:
    """Give what is asked: an answer to a question from passages, numbered from 1, as far as they fit."""
    system = prompts.render(
        "answer", name=flows.settings.name, language=language_of(flows, str(args.get("locale", "")))
    )
    left = MOST_TOKENS
    parts: list[str] = []
    for number, passage in enumerate(passages, 1):
        part = mark("passage", passage.text, number=number, title=passage.title)
        left -= guess_tokens(part)
        if left < 0 and parts:
            break
        parts.append(part)
    parts.append(mark("customer", str(args.get("question", ""))))
    messages = (ChatMessage("system", system), ChatMessage("user", "\n\n".join(parts)))
    return ModelRequest(messages, schema=SCHEMA, schema_name="answer", temperature=0.0)


def ask_again(request: ModelRequest, given: str, why: str) -> ModelRequest:
    """Give what is asked after an answer that its passages do not support."""
    told = (
        "This answer is not sent, for the reason in <data>. Write it again from the passages alone, with quotes word"
        " by word, or say that it is not answerable."
    )
    told = f"{told}\n\n{mark('data', why, name='reason')}"
    messages = (*request.messages, ChatMessage("assistant", given), ChatMessage("user", told))
    return msgspec.structs.replace(request, messages=messages)


def read_answer(text: str) -> Given:
    """Read what a model gave. Raises ModelError(malformed) for what is not of the schema."""
    try:
        return msgspec.convert(json.loads(text), Given)
    except (ValueError, RecursionError):  # msgspec's error is a ValueError
        raise ModelError("that is no answer in the form that was asked for", reason="malformed") from None
