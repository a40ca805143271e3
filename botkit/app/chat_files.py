"""Files of chats: JSON lines as OpenAI and TRL read them, written and read."""

import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from botkit.errors import LoadError, Place, Problem, UsageError
from botkit.model.completions import ChatMessage

Form = Literal["messages", "prompt-completion"]
ROLES: Final = ("system", "user", "assistant")
MOST_LINE: Final = 8 << 20  # bytes of a line that is read
_EXAMPLE: Final = '{"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}'


def held_out_of(path: Path) -> Path:
    """Name the file of what is held out beside a file to train on."""
    return path.with_name(f"{path.stem}.held-out{path.suffix or '.jsonl'}")


def write_chats(path: Path, chats: Iterable[Sequence[ChatMessage]], form: Form = "messages") -> int:
    """Write chats as JSON lines, for this user's eyes alone, all or nothing; give how many lines there are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written, count = path.with_name(f".{path.name}.new"), 0
    try:
        with written.open("w", encoding="utf-8", errors="replace") as file:
            written.chmod(stat.S_IRUSR | stat.S_IWUSR)
            for data in (data for chat in chats for data in _as_data(chat, form)):
                file.write(json.dumps(data, ensure_ascii=False) + "\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    return count


def _as_data(chat: Sequence[ChatMessage], form: Form) -> Iterator[dict[str, Any]]:
    messages = [{"role": one.role, "content": one.text} for one in chat]
    if form == "messages":
        yield {"messages": messages}
        return
    for at, message in enumerate(messages):
        if message["role"] == "assistant":
            yield {"prompt": messages[:at], "completion": [message]}


def read_chats(path: Path) -> list[tuple[ChatMessage, ...]]:
    """Read chats of JSON lines, in either form. Raises LoadError with all problems, UsageError for an empty file."""
    chats: list[tuple[ChatMessage, ...]] = []
    problems: list[Problem] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            chat = _read_line(line)
            if isinstance(chat, str):
                problems.append(Problem(Place(str(path), number, 1), "wrong-type", chat, _EXAMPLE))
            else:
                chats.append(chat)
    if problems:
        raise LoadError(problems)
    if not chats:
        raise UsageError(f"there is no chat in {path}", hint=_EXAMPLE)
    return chats


def _read_line(line: bytes) -> tuple[ChatMessage, ...] | str:
    """Read one chat, or say what is wrong with it."""
    try:
        data = msgspec.json.decode(line) if len(line) <= MOST_LINE else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return "a line takes a mapping in JSON"
    parts: list[Any] = []
    for key in ("messages",) if "messages" in data else ("prompt", "completion"):
        if not isinstance(data.get(key), list):
            return f"'{key}' takes a list of messages"
        parts += data[key]
    found: list[ChatMessage] = []
    for part in parts:
        role, text = (part.get("role"), part.get("content")) if isinstance(part, dict) else (None, None)
        if role not in ROLES or not isinstance(text, str):
            return f"a message takes a role ({', '.join(ROLES)}) and a text as its content"
        found.append(ChatMessage(role, text))
    return tuple(found) if any(one.role == "assistant" for one in found) else "nobody answers in this chat"
