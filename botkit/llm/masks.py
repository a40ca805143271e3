"""Masks: what may identify a customer stays here; a model reads placeholders, for which the values come back."""

import re
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from botkit.model.completions import ChatMessage, Completion, ToolCall
from botkit.ports.models import ModelRequest, OnText

_BEGINNING: Final = re.compile(r"\[[a-z]{0,12}(?: [0-9]{0,9})?\Z")  # of a placeholder, such as [email 1]


class Masks(Protocol):
    """The placeholders of one conversation: the same value has the same one every time."""

    def mask(self, text: str) -> str:
        """Give a text with placeholders, each a word of small letters and a number in brackets."""
        ...

    def unmask(self, text: str) -> str:
        """Give a text with the values again; what is no placeholder of this conversation stays."""
        ...


def mask_request(request: ModelRequest, masks: Masks) -> ModelRequest:
    """Give a request without what may identify a customer. Pictures and the tools stay as they are."""
    messages = tuple(_mask_message(message, masks) for message in request.messages)
    return msgspec.structs.replace(request, messages=messages)


def _mask_message(message: ChatMessage, masks: Masks) -> ChatMessage:
    calls = tuple(_in_call(call, masks.mask) for call in message.calls)
    text = in_json(message.text, masks.mask) if message.role == "tool" else masks.mask(message.text)
    return msgspec.structs.replace(message, text=text, calls=calls)


def unmask_completion(completion: Completion, masks: Masks, *, as_json: bool) -> Completion:
    """Give a completion with the values again, in its text and in what it calls tools with."""
    text = in_json(completion.text, masks.unmask) if as_json else masks.unmask(completion.text)
    calls = tuple(_in_call(call, masks.unmask) for call in completion.calls)
    return msgspec.structs.replace(completion, text=text, calls=calls)


def _in_call(call: ToolCall, change: Callable[[str], str]) -> ToolCall:
    return msgspec.structs.replace(call, arguments=in_json(call.arguments, change))


def in_json(text: str, change: Callable[[str], str]) -> str:
    """Change the texts in some JSON so that it stays JSON; numbers that must change become texts. Else all of it."""
    if not text or change(text) == text:
        return text
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return change(text)
    if not isinstance(data, dict | list):
        return change(text)
    return msgspec.json.encode(_changed(data, change)).decode()


def _changed(data: Any, change: Callable[[str], str], key: str = "") -> Any:
    match data:
        case str():
            return _beside(key, data, change)
        case int() | float() if not isinstance(data, bool):
            other = _beside(key, str(data), change)
            return data if other == str(data) else other
        case list():
            return [_changed(one, change, key) for one in data]
        case dict():
            return {change(name): _changed(value, change, name) for name, value in data.items()}
        case _:
            return data


def _beside(key: str, text: str, change: Callable[[str], str]) -> str:
    """Change the text of a key, which says what it is: a number of a phone looks like any other."""
    before = f"{key.replace('_', ' ')}: " if key else ""
    changed = change(before + text)
    return changed[len(before) :] if changed.startswith(before) else change(text)


class Hearing:
    """Hears a completion that grows, with the values of `masks` again: what may be half a placeholder waits."""

    def __init__(self, on_text: OnText, masks: Masks | None) -> None:
        self._on_text = on_text
        self._masks = masks
        self._held = ""
        self._shown = False
        self.heard = 0  # characters, of this try

    def __call__(self, text: str) -> None:
        """Hear a part."""
        self.heard += len(text)
        if self._masks is None:
            self._show(text)
            return
        known = self._held + text
        half = _BEGINNING.search(known)
        end = half.start() if half is not None else len(known)
        self._held = known[end:]
        self._show(self._masks.unmask(known[:end]))

    def end(self) -> None:
        """Show what waits: nothing more comes."""
        held, self._held = self._held, ""
        self._show(self._masks.unmask(held) if self._masks is not None else held)

    def begin_anew(self) -> None:
        """Take back what was shown: the next part is the first of another try."""
        self._held, self.heard = "", 0
        if self._shown:
            self._shown = False
            self._on_text("")

    def _show(self, text: str) -> None:
        if text:
            self._shown = True
            self._on_text(text)
