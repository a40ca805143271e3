"""The Responses API, stateless: the whole talk is sent each time, and nothing is stored at the provider."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botkit.llm import faults
from botkit.llm.gathering import Gathering
from botkit.llm.settings import Endpoint
from botkit.llm.structured import is_strict
from botkit.llm.ways import Ways
from botkit.model.completions import ChatMessage, Usage
from botkit.ports.models import ModelRequest


def write_response(
    request: ModelRequest, endpoint: Endpoint, ways: Ways, names: Mapping[str, str], *, streamed: bool
) -> dict[str, Any]:
    """Give what is sent. It has no `stop`: who reads the answer cuts it off there."""
    temperature = request.temperature if request.temperature is not None else endpoint.temperature
    body: dict[str, Any] = {
        "model": endpoint.model,
        "input": [item for message in request.messages for item in _items(message, names)],
        "max_output_tokens": max(request.max_tokens or endpoint.max_tokens, 16),  # it takes no less
        "temperature": temperature,
        "store": False,
        "stream": streamed or None,
        **(_tools(request, names) if request.tools else {}),
    }
    if request.schema is not None and ways.structured == "format":
        schema = {"name": request.schema_name, "schema": request.schema, "strict": is_strict(request.schema)}
        body["text"] = {"format": {"type": "json_schema", **schema}}
    return {key: value for key, value in body.items() if value is not None and ways.takes(key)}


def _tools(request: ModelRequest, names: Mapping[str, str]) -> dict[str, Any]:
    choice: Any = request.choice
    if choice not in ("auto", "none", "required"):
        choice = {"type": "function", "name": names.get(choice, choice)}
    offered = [
        {
            "type": "function",
            "name": names[tool.name],
            "description": tool.description,
            "parameters": tool.parameters or {"type": "object", "properties": {}},
            "strict": False,
        }
        for tool in request.tools
    ]
    return {
        "tools": offered,
        "tool_choice": None if choice == "auto" else choice,
        "parallel_tool_calls": None if request.parallel else False,
    }


def _items(message: ChatMessage, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        yield {"type": "function_call_output", "call_id": message.call, "output": message.text}
        return
    if message.images:
        shown = [{"type": "input_image", "image_url": url, "detail": "auto"} for url in message.images]
        said = [{"type": "input_text", "text": message.text}] if message.text else []
        yield {"role": message.role, "content": [*said, *shown]}
    elif message.text or not message.calls:
        yield {"role": message.role, "content": message.text}
    for call in message.calls:
        yield {
            "type": "function_call",
            "call_id": call.id,
            "name": names[call.name],
            "arguments": call.arguments,
        }


def read_response(answer: Any, into: Gathering) -> None:
    """Read an answer that came at once."""
    _read_output(answer.output or (), into)
    _read_end(answer, into)


def read_event(event: Any, into: Gathering, seen: set[str]) -> None:
    """Read one event of a stream; `seen` are the calls that are gathered already."""
    match event.type:
        case "response.output_text.delta":
            seen.add("text")
            into.add_text(event.delta)
        case "response.refusal.delta" | "response.refusal.done":
            into.refuse()
        case "response.function_call_arguments.delta":
            into.touch()
        case "response.output_item.done":
            _read_output([event.item], into, seen)
        case "response.completed" | "response.incomplete" | "response.failed":
            _read_output(event.response.output or (), into, seen)
            _read_end(event.response, into)
        case "error":
            raise faults.of_words(getattr(event, "code", "") or "")
        case kind if isinstance(kind, str):
            if kind.startswith("response.reasoning"):
                into.touch()
        case _:
            raise faults.malformed()


def _read_output(output: Sequence[Any], into: Gathering, seen: set[str] | None = None) -> None:
    known = set() if seen is None else seen
    streamed = "text" in known
    for item in output:
        if item.type == "function_call":
            if item.call_id not in known:
                known.add(item.call_id)
                into.add_call(len(known), item.call_id, item.name, item.arguments or "")
        elif item.type == "message" and not streamed:
            known.add("text")
            for part in item.content or ():
                if part.type == "refusal":
                    into.refuse()
                elif part.type == "output_text":
                    into.add_text(part.text)


def _read_end(answer: Any, into: Gathering) -> None:
    into.model = answer.model or ""
    into.usage = _usage(answer.usage)
    if answer.status == "failed":
        raise faults.of_words((answer.error.code or "") if answer.error is not None else "")
    if answer.status == "incomplete":
        why = answer.incomplete_details.reason if answer.incomplete_details is not None else ""
        into.finish = "filter" if why == "content_filter" else "length"
    elif answer.status in ("completed", None):
        into.finish = "stop"


def _usage(usage: Any) -> Usage | None:
    if usage is None or not (isinstance(usage.input_tokens, int) and isinstance(usage.output_tokens, int)):
        return None
    cached = getattr(usage.input_tokens_details, "cached_tokens", None) or 0
    if usage.input_tokens + usage.output_tokens == 0:
        return None
    return Usage(usage.input_tokens, usage.output_tokens, min(cached, usage.input_tokens))
