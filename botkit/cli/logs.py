"""The log of a bot at work: a JSON object a line for programs, short lines for a terminal."""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: time, level, logger, message and what it carries besides.

    Of an exception only its kind and its innermost place: messages of databases quote what customers wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        carried = {name: value for name, value in vars(record).items() if name not in _OWN}
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **carried,
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            last = traceback.extract_tb(error.__traceback__)[-1:]
            fields["error"] = type(error).__name__
            fields |= {"file": last[0].filename, "line": last[0].lineno} if last else {}
        return json.dumps(fields, ensure_ascii=False, default=str)


class TerminalLines(JsonLines):
    """Writes a record as a short line for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        fields = json.loads(super().format(record))
        time, level, logger, message = (fields.pop(name) for name in ("time", "level", "logger", "message"))
        rest = " ".join(f"{name}={value}" for name, value in fields.items())
        return f"{time[11:19]} {level:<7} {logger}: {message} {rest}".rstrip()


def set_up_logging() -> None:
    """Log to standard error: JSON, or lines on a terminal; whole traces only when debugging."""
    handler = logging.StreamHandler(sys.stderr)
    debugging = os.environ.get("BOTKIT_DEBUG") not in (None, "", "0")
    if debugging:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    else:
        handler.setFormatter(TerminalLines() if sys.stderr.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.INFO if debugging else logging.WARNING)
