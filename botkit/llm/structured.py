"""Structured output: what is asked of servers that have it, and JSON out of the text of those that have not."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit.llm.ways import Structured
from botkit.model.completions import ChatMessage, Completion, Tool
from botkit.ports.models import ModelRequest

_ASKING: Final = "Answer with one JSON object that fits this JSON Schema, and with nothing else:\n"
_MOST_STARTS: Final = 50  # braces at which JSON is looked for
_NOT_STRICT: Final = frozenset({"default", "oneOf", "allOf", "not", "patternProperties"})
_DECODER: Final = json.JSONDecoder()


def shape(request: ModelRequest, way: Structured) -> ModelRequest:
    """Give a request as a server without structured output is asked; tools that are offered rule out a forced one."""
    if request.schema is None or way == "format":
        return request
    if way == "tool" and not request.tools:
        tool = Tool(request.schema_name, "Gives the answer.", request.schema)
        return msgspec.structs.replace(request, tools=(tool,), choice=tool.name, parallel=True)
    text = _ASKING + msgspec.json.encode(request.schema).decode()
    return msgspec.structs.replace(request, messages=_with_system(request.messages, text))


def _with_system(messages: Sequence[ChatMessage], text: str) -> tuple[ChatMessage, ...]:
    """Add to the system message in front: models' chat templates know no other place."""
    if messages and messages[0].role == "system":
        first = msgspec.structs.replace(messages[0], text=f"{messages[0].text}\n\n{text}")
        return (first, *messages[1:])
    return (ChatMessage("system", text), *messages)


def settle(completion: Completion, request: ModelRequest) -> Completion | None:
    """Give a completion whose text is the JSON that was asked for; None where there is none in it.

    A call of a tool that was really offered is an answer as well.
    """
    offered = {tool.name for tool in request.tools}
    if any(call.name in offered for call in completion.calls):
        return completion
    forced = next((call for call in completion.calls if call.name == request.schema_name), None)
    found = find_object(forced.arguments if forced is not None else completion.text)
    if found is None:
        return None
    return msgspec.structs.replace(completion, text=found, calls=(), finish="stop")


def find_object(text: str) -> str | None:
    """Give the JSON object in a text, as it is written: all of it, or the first in words or a fence around it."""
    at = text.find("{")
    for _ in range(_MOST_STARTS):
        if at < 0:
            return None
        try:
            found, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if isinstance(found, dict):
            return text[at:end]
    return None


def is_strict(schema: Any) -> bool:
    """Tell whether a schema is of the kind to which OpenAI's models can be held to the letter."""
    if isinstance(schema, list | tuple):
        return all(map(is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    if _NOT_STRICT & schema.keys():
        return False
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties):
            return False
    return all(is_strict(value) for key, value in schema.items() if key not in ("enum", "const"))
