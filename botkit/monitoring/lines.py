"""Lines: what a log says of a record, without a word of a customer's.

The processors are structlog's and of its form. They take records of the standard library, which is what botkit logs
with everywhere: whoever embeds it in an application of their own has the records there, to do with as they like.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from botkit.errors import StoreError

LONGEST: Final = 500  # characters of a message
EDGE: Final = 500  # characters; nothing that is masked is longer, so what was cut off there shows no part of it
UNWRITTEN: Final = "a line of the log could not be written"
NAMES: Final = frozenset(
    {
        "action", "call", "channel", "chat", "code", "conversation", "duty", "error", "flow", "plugin", "publication",
        "route", "step", "store", "team", "turn", "type", "version", "worker",
    }
)  # fmt: skip
"""What a line may have besides its message. Of botkit's own it may have numbers of any name as well."""

PLUGINS: Final = "botkit.plugins."
_TASKS: Final = ("turn ", "send ")
_CARRIED: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

Mask = Callable[[str], str]


class Lines(logging.Formatter):
    """Writes each record as one line, by way of structlog's processors; the last of those of its form gives the line.

    Where they fail the line says so: logging would print the message and its arguments as they are.
    """

    def __init__(self, processors: Sequence[Processor], form: Sequence[Processor]) -> None:
        super().__init__()
        self._processors = processors
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        try:
            return _run((*self._processors, *self._form), record, {"_record": record})
        except Exception as error:  # noqa: BLE001 - whatever a record carries
            return _run(self._form, record, _failed(record, error))


def json_lines(node: str, mask: Mask) -> Lines:
    """Give what writes JSON objects, for programs; `mask` takes out of a message what may identify a person."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False, default=_kind)
    return Lines(processors(node, mask), [render])


def text_lines(mask: Mask, *, colors: bool) -> Lines:
    """Give what writes lines for people."""
    console = structlog.dev.ConsoleRenderer(
        colors=colors, event_key="message", timestamp_key="time", pad_event_to=0, sort_keys=False
    )
    return Lines(processors("", mask), [_shorten, console])


def processors(node: str, mask: Mask) -> list[Processor]:
    """Give what makes the fields of a line of a record."""

    def say(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
        fields["message"] = _printable(_masked(_said(fields["_record"]), mask))
        return fields

    def say_why(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
        if "reason" in fields:
            fields["reason"] = _printable(_masked(fields["reason"], mask))
        return fields

    def place(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
        return {**fields, "node": node} if node else fields

    return [_head, say, _name_ids, place, _name_error, say_why, _finish]


def is_own(name: str) -> bool:
    """Tell whether a logger is botkit's, or that of a package beside it."""
    return name == "botkit" or name.startswith(("botkit.", "botkit_"))


def _run(processors: Sequence[Processor], record: logging.LogRecord, fields: Any) -> str:
    for processor in processors:
        fields = processor(None, record.levelname.lower(), fields)
    return str(fields)


def _failed(record: logging.LogRecord, error: Exception) -> EventDict:
    """Give the fields of a line that could not be made."""
    head = _head(None, "", {"_record": record})
    return {name: head[name] for name in ("time", "level", "logger")} | {"message": UNWRITTEN, "error": _kind(error)}


def _head(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    record = fields["_record"]
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return {**fields, "time": time, "level": record.levelname.lower(), "logger": record.name}


def _said(record: logging.LogRecord) -> str:
    """Give the message of a record. Of other libraries' the first line of its form alone: they quote what they get.

    An exception in a message is told by its kind: what it says may quote a customer.
    """
    if not isinstance(record.msg, str):
        return _kind(record.msg)
    if not is_own(record.name):
        return record.msg.strip().partition("\n")[0]
    args = record.args
    try:
        if isinstance(args, Mapping):
            return record.msg % {name: _told(value) for name, value in args.items()}
        return record.msg % tuple(map(_told, args)) if args else record.msg
    except Exception:  # noqa: BLE001 - a line with a mistake in it is better than none
        return record.msg


def _told(value: object) -> object:
    if not isinstance(value, BaseException):
        return value
    reason = _reason(value)
    return f"{_kind(value)}: {reason}" if reason else _kind(value)


def _reason(error: BaseException) -> str:
    """Give why a store failed, in words of botkit's own; of another error nothing."""
    return error.reason if isinstance(error, StoreError) else ""


def _kind(value: object) -> str:
    return type(value).__name__


def _masked(text: str, mask: Mask) -> str:
    """Give the masked beginning of a text; what no line has is not looked at, as masking takes its time."""
    if len(text) <= LONGEST + EDGE:
        return _clipped(mask(text))
    found = mask(text[: LONGEST + EDGE])
    return f"{found[: min(LONGEST, max(0, len(found) - EDGE))]}..."


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _printable(text: str) -> str:
    """Give a text of one line that a terminal can show as it is."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _name_ids(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    """Add the ids that a record has; of whatever was under way the conversation, by the name of its task."""
    record = fields["_record"]
    if is_own(record.name):
        plain = not record.name.startswith(PLUGINS)
        for name, value in vars(record).items():
            if name in _CARRIED or value is None or (isinstance(value, str) and not value):
                continue
            if name in NAMES:
                fields[name] = _printable(_clipped(str(value))) if not isinstance(value, int | float) else value
            elif plain and isinstance(value, int | float):
                fields[name] = value
    conversation = fields.get("conversation") or _under_way()
    if conversation:
        fields["conversation"] = conversation
        fields.setdefault("channel", conversation.partition(":")[0])
    return fields


def _under_way() -> str:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return ""
    name = task.get_name() if task is not None else ""
    return next((_printable(_clipped(name.removeprefix(kind))) for kind in _TASKS if name.startswith(kind)), "")


def _name_error(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    """Add of an exception its kind, its innermost place, and the kind of its cause."""
    info = fields["_record"].exc_info
    error = info[1] if info else None
    if error is not None:
        fields["error"] = _kind(error)
        last = traceback.extract_tb(error.__traceback__)[-1:]
        if reason := _reason(error):
            fields["reason"] = reason
        if last:
            fields["file"], fields["line"] = last[0].filename, last[0].lineno
        if error.__cause__ is not None:
            fields["cause"] = _kind(error.__cause__)
    return fields


def _finish(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    first = ("time", "level", "logger", "message")
    return {name: fields[name] for name in first} | {n: v for n, v in fields.items() if n not in (*first, "_record")}


def _shorten(_logger: WrappedLogger, _name: str, fields: EventDict) -> EventDict:
    return {**fields, "time": fields["time"][11:19]}
