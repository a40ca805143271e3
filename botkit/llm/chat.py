"""Chat Completions: what is sent, and what comes back at once or in parts."""

from collections.abc import Mapping
from typing import Any, Final

from botkit.llm import faults
from botkit.llm.gathering import Gathering
from botkit.llm.settings import Endpoint
from botkit.llm.structured import is_strict
from botkit.llm.ways import Ways
from botkit.model.completions import ChatMessage, Finish, Usage
from botkit.ports.models import ModelRequest

_FINISHES: Final[dict[str, Finish]] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tools",
    "function_call": "tools",
    "content_filter": "filter",
}


def write_chat(
    request: ModelRequest, endpoint: Endpoint, ways: Ways, names: Mapping[str, str], *, streamed: bool
) -> dict[str, Any]:
    """Give what is sent."""
    limit = "max_tokens" if ways.takes("max_tokens") else "max_completion_tokens"
    temperature = request.temperature if request.temperature is not None else endpoint.temperature
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [_message(message, names) for message in request.messages],
        limit: request.max_tokens or endpoint.max_tokens,
        "temperature": temperature,
        "stop": list(request.stop) or None,
        **(_tools(request, names) if request.tools else {}),
    }
    if request.schema is not None and ways.structured == "format":
        schema = {"name": request.schema_name, "schema": request.schema, "strict": is_strict(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if streamed:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return {key: value for key, value in body.items() if value is not None and ways.takes(key)}


def _tools(request: ModelRequest, names: Mapping[str, str]) -> dict[str, Any]:
    offered = [
        {"name": names[tool.name], "description": tool.description, "parameters": tool.parameters or _NOTHING}
        for tool in request.tools
    ]
    choice: Any = request.choice
    if choice not in ("auto", "none", "required"):
        choice = {"type": "function", "function": {"name": names.get(choice, choice)}}
    return {
        "tools": [{"type": "function", "function": one} for one in offered],
        "tool_choice": None if choice == "auto" else choice,
        "parallel_tool_calls": None if request.parallel else False,
    }


_NOTHING: Final = {"type": "object", "properties": {}}


def _message(message: ChatMessage, names: Mapping[str, str]) -> dict[str, Any]:
    match message.role:
        case "tool":
            return {"role": "tool", "tool_call_id": message.call, "content": message.text}
        case "user" if message.images:
            shown = [{"type": "image_url", "image_url": {"url": url}} for url in message.images]
            said = [{"type": "text", "text": message.text}] if message.text else []
            return {"role": "user", "content": [*said, *shown]}
        case "assistant" if message.calls:
            calls = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": names[call.name], "arguments": call.arguments},
                }
                for call in message.calls
            ]
            return {"role": "assistant", "content": message.text or None, "tool_calls": calls}
        case _:
            return {"role": message.role, "content": message.text}


def read_whole(answer: Any, into: Gathering) -> None:
    """Read an answer that came at once. One without a word why it stopped is whole all the same: it was read."""
    if error := getattr(answer, "error", None):  # some gateways answer 200 with an error in it
        raise faults.of_words(error.get("code") if isinstance(error, dict) else "")
    choice = answer.choices[0]
    message = choice.message
    into.model = answer.model or ""
    if message.refusal:
        into.refuse()
    into.add_text(message.content or "")
    for index, call in enumerate(message.tool_calls or ()):
        into.add_call(index, call.id or "", call.function.name or "", call.function.arguments or "")
    into.finish = _FINISHES.get(choice.finish_reason or "", "stop")
    into.usage = usage_of(answer.usage)


def read_chunk(chunk: Any, into: Gathering) -> None:
    """Read a part."""
    into.model = into.model or chunk.model or ""
    if chunk.usage is not None:
        into.usage = usage_of(chunk.usage)
    for choice in chunk.choices or ():
        if choice.index or (choice.delta is None and choice.finish_reason is None):
            continue
        if choice.delta is not None:
            _read_delta(choice.delta, into)
        if choice.finish_reason:
            into.finish = _FINISHES.get(choice.finish_reason, "stop")


def _read_delta(delta: Any, into: Gathering) -> None:
    if getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None):
        into.touch()
    if delta.refusal:
        into.refuse()
    into.add_text(delta.content or "")
    for call in delta.tool_calls or ():
        made = call.function
        name, arguments = (made.name, made.arguments) if made is not None else ("", "")
        into.add_call(call.index or 0, call.id or "", name or "", arguments or "")


def usage_of(usage: Any) -> Usage | None:
    """Read what an answer used; None where the server's figures are none."""
    if usage is None or not (isinstance(usage.prompt_tokens, int) and isinstance(usage.completion_tokens, int)):
        return None
    details = usage.prompt_tokens_details
    cached = getattr(details, "cached_tokens", None) or 0
    if usage.prompt_tokens + usage.completion_tokens == 0:
        return None
    return Usage(usage.prompt_tokens, usage.completion_tokens, min(cached, usage.prompt_tokens))
