"""Talks: what a step `agent` and its model have said to each other, as values."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from botkit.dialogue.pins import Pins, why_not
from botkit.model.completions import ChatMessage, ToolCall
from botkit.model.events import Failure, Result
from botkit.model.session import Talk, ToolUse
from botkit.model.values import from_json

FINISH: Final = "finish"
"""The tool by which a model says that it is done; offered where the step has `save` or `until`."""

HAND_OFF: Final = "hand_off"
"""The tool by which a model gives the conversation to a person; offered where the step has `teams`."""

_RESERVED: Final = frozenset({FINISH, HAND_OFF})

NOTHING: Final = "–"
"""How an argument that is empty is shown to a customer."""

LONGEST_RESULT: Final = 24_000  # characters of a tool's result that a model is told
LONGEST_TALK: Final = 200_000  # characters of a talk before the customer's next message
LONGEST_OLD: Final = 600  # characters of a result that is cut since the talk is longer
LONGEST_NAME: Final = 64  # characters of a tool's name, as the field's servers take them


def offered_names(actions: Iterable[str]) -> dict[str, str]:
    """Give the actions by the names under which a model is offered them: what stands behind the dot.

    Two plugins that have an action of the same name get their own before it: `shop_search`.
    """
    listed = list(dict.fromkeys(actions))
    short = [action.rpartition(".")[2] for action in listed]
    alone = [short.count(name) == 1 and name not in _RESERVED for name in short]
    return {
        (name if own else action.replace(".", "_"))[:LONGEST_NAME]: action
        for name, own, action in zip(short, alone, listed, strict=True)
    }


def heard(talk: Talk, text: str, images: tuple[str, ...] = ()) -> Talk:
    """Add what the customer said and showed (the refs of pictures): a new turn of theirs begins."""
    said = ChatMessage("user", text, images=images)
    messages = (*_bounded(talk.messages), said)
    return replace(talk, messages=messages, turns=talk.turns + 1, calls=0, seconds=0.0)


def _bounded(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """Give what was said so far with the oldest results of tools cut, where all of it is too much for a session."""
    over = sum(len(message.text) for message in messages) - LONGEST_TALK
    if over <= 0:
        return messages
    kept = list(messages)
    for at, message in enumerate(kept):
        if over > 0 and message.role == "tool" and len(message.text) > 3 * LONGEST_OLD:  # JSON in JSON is longer
            over -= len(message.text) - LONGEST_OLD
            kept[at] = replace(message, text=_cut(message.text, LONGEST_OLD))
    return tuple(kept)


def numbered(calls: object) -> list[dict[str, Any]]:
    """Give the calls of a message, each with an id that no other has: a yes to one is none to another."""
    found: list[dict[str, Any]] = []
    for call in calls if isinstance(calls, list | tuple) else ():
        id_ = str(call.get("id") or "")
        if not id_ or any(id_ == other["id"] for other in found):
            id_ = f"{id_}_{len(found)}"
        found.append({**call, "id": id_})
    return found


def begin_uses(
    talk: Talk,
    calls: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    writes: frozenset[str],
    pins: Pins,
) -> Talk:
    """Take the calls that a model wants (`id`, `name`, `args` or why they are none, `error`).

    One that is not on the list of the step, has no sound arguments, or is refused by a guard, has its result already.
    """
    uses = tuple(_begun(call, names, writes, pins) for call in calls)
    return replace(talk, uses=uses, calls=talk.calls + len(uses))


def _begun(call: Mapping[str, Any], names: Mapping[str, str], writes: frozenset[str], pins: Pins) -> ToolUse:
    name, args = str(call.get("name", "")), call.get("args")
    use = ToolUse(str(call.get("id", "")), name)
    if name not in names:
        allowed = ", ".join(names) or "none"
        return replace(
            use, result=told_error("unknown_tool", f"There is no tool {name!r} here; there are: {allowed}.")
        )
    action = names[name]
    pinned = pins.get(action, {})
    refused = why_not(pinned, args) if isinstance(args, dict) else ""
    refused = refused or str(call.get("refused") or "")
    if refused:
        return replace(use, action=action, result=told_error("not_allowed", refused))
    if not isinstance(args, dict) or call.get("error"):
        return replace(use, action=action, result=told_error("bad_arguments", str(call.get("error") or "no object")))
    return replace(use, action=action, args={**args, **pinned}, write=action in writes)


def told_error(code: str, message: str) -> str:
    """Give what a model is told of a call that was not made, or failed."""
    return json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False)


def told_result(result: Result) -> str:
    """Give what a model is told of a call: its result as JSON, cut where it is too long, or its error."""
    if result.failure is not None:
        return told_error(result.failure.code, result.failure.message)
    text = json.dumps(from_json(result.value), ensure_ascii=False, default=str)
    if len(text) <= LONGEST_RESULT:
        return text
    told = _cut(text, LONGEST_RESULT - 100)
    return told if len(told) <= LONGEST_RESULT else _cut(text, 2 * LONGEST_RESULT - 100 - len(told))


def _cut(text: str, most: int) -> str:
    return json.dumps({"cut": text[:most], "left_out": len(text) - most}, ensure_ascii=False)


def changed_use(talk: Talk, id_: str, **fields: Any) -> Talk:
    """Change the use of an id."""
    return replace(talk, uses=tuple(replace(use, **fields) if use.id == id_ else use for use in talk.uses))


def end_use(talk: Talk, result: Result) -> Talk:
    """Take the result of a call that was made for a use."""
    told = told_result(result)
    return replace(
        talk, uses=tuple(replace(use, result=told) if use.effect == result.effect else use for use in talk.uses)
    )


def answer_asking(talk: Talk, *, agreed: bool) -> Talk:
    """Take the customer's yes or no to the use that they were asked about; after a no no later one is made either."""
    asked, talk = talk.asking, replace(talk, asking="")
    if agreed:
        return changed_use(talk, asked, agreed=True)
    for use in talk.uses:
        if use.id == asked:
            no = told_error("not_confirmed", "The customer did not agree: nothing was done.")
            talk = changed_use(talk, use.id, result=no)
        elif use.result is None and not use.effect:
            skipped = told_error("not_called", "The customer did not agree to a call before it: this was not done.")
            talk = changed_use(talk, use.id, result=skipped)
    return talk


def close_uses(talk: Talk) -> Talk:
    """Write the results of a model's calls down, and what the customer said meanwhile."""
    results = tuple(ChatMessage("tool", use.result or "", call=use.id) for use in talk.uses)
    said = tuple(ChatMessage("user", text) for text in talk.said)
    return replace(talk, messages=(*talk.messages, *results, *said), uses=(), said=())


def answered(talk: Talk, value: Mapping[str, Any], calls: Sequence[Mapping[str, Any]]) -> Talk:
    """Take a model's message (`text`, and its `calls`) with what it used (`tokens`, `seconds`)."""
    wanted = tuple(
        ToolCall(str(call.get("id", "")), str(call.get("name", "")), str(call.get("arguments", "{}")))
        for call in calls
    )
    message = ChatMessage("assistant", str(value.get("text", "")), wanted)
    tokens, seconds = value.get("tokens", 0), value.get("seconds", 0.0)
    return replace(
        talk,
        messages=(*talk.messages, message),
        text=message.text or talk.text,
        tokens=talk.tokens + int(tokens),
        seconds=talk.seconds + float(seconds),
    )


def named_call(use: ToolUse) -> str:
    """Give a call with its exact arguments as a customer is asked about it: `Cancel order (order_id: #W1)`"""
    args = ", ".join(f"{name}: {_shown(value)}" for name, value in use.args.items() if value is not None)
    title = use.name.replace("_", " ").capitalize()
    return f"{title} ({args})" if args else title


def _shown(value: Any) -> str:
    if value and isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return " + ".join(map(str, value))
    if value in ("", []):
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def failure_of(result: Result) -> Failure | None:
    """Give why a model gave nothing."""
    if result.failure is None and not isinstance(result.value, dict):
        return Failure("malformed", "the model gave nothing that can be read")
    return result.failure
