"""The log of a bot at work: a JSON object a line for programs, short lines for a terminal."""

import logging
import os
import socket
import sys
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, Final, TextIO

from botkit.errors import UsageError

FORMATS: Final = ("json", "text")
SAID: Final = "botkit.run"  # the logger of what `botkit run` says beside the log
LEVELS: Final = ("debug", "info", "warning", "error")


def set_up_logging(form: str = "", level: str = "") -> str:
    """Log to standard error, for this whole process, and give the form.

    `form` is json or text, else what suits where it goes; `level`, and everything of other libraries that is less
    than a warning is left out unless it is debug. With BOTKIT_DEBUG messages and traces are as they were written,
    whose form is text. Raises UsageError.
    """
    form = _chosen("--log-format", form, FORMATS) or ("text" if sys.stderr.isatty() else "json")
    level = _chosen("BOTKIT_LOG_LEVEL", level or os.environ.get("BOTKIT_LOG_LEVEL", ""), LEVELS) or "info"
    handler = logging.StreamHandler(sys.stderr)
    debugging = os.environ.get("BOTKIT_DEBUG") not in (None, "", "0")
    if debugging:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    else:
        handler.setFormatter(make_lines(form, colors=sys.stderr.isatty() and not os.environ.get("NO_COLOR")))
    if not debugging and level != "debug":
        handler.addFilter(_ours_or_grave)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel(logging.INFO if debugging else logging.WARNING)
    _pass_structlog_on()
    return "text" if debugging else form


def make_voice(form: str, stream: TextIO, level: int) -> Callable[[str], None]:
    """Give what says a text beside the log, of a level of the log's.

    Where the log is JSON, each line of it is JSON as well, but for people on a terminal. Nothing is masked: what
    commands say has no word of a customer's.
    """
    if form != "json" or stream.isatty():
        return lambda text: print(text, file=stream, flush=True)
    lines = _json_lines(str)

    def say(text: str) -> None:
        for line in text.splitlines():
            record = logging.LogRecord(SAID, level, "", 0, line, None, None)
            print(lines.format(record), file=stream, flush=True)

    return say


def _json_lines(mask: Callable[[str], str]) -> logging.Formatter:
    from botkit.monitoring.lines import json_lines

    return json_lines(f"{socket.gethostname()[:40]}-{os.getpid()}", mask)


def make_lines(form: str, *, colors: bool = False) -> logging.Formatter:
    """Give what writes the lines of a log."""
    from botkit.monitoring.lines import text_lines
    from botkit.safety import mask

    def masked(text: str) -> str:
        return mask(text).text

    if form == "json":
        return _json_lines(masked)
    return text_lines(masked, colors=colors)


def _chosen(what: str, value: str, known: Sequence[str]) -> str:
    if value and value.lower() not in known:
        raise UsageError(f"{what} is {', '.join(known[:-1])} or {known[-1]}, not {value[:40]!r}")
    return value.lower()


def _ours_or_grave(record: logging.LogRecord) -> bool:
    from botkit.monitoring.lines import is_own

    return record.levelno >= logging.WARNING or is_own(record.name)


def _keep_names(_logger: Any, _level: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep what a line may have; a record refuses fields by the names of its own parts."""
    from botkit.monitoring.lines import NAMES

    kept = NAMES | {"event", "exc_info", "stack_info", "stacklevel"}
    return {name: value for name, value in fields.items() if name in kept}


def _pass_structlog_on() -> None:
    """Let what plugins log with structlog itself become records as well."""
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            _keep_names,
            structlog.stdlib.render_to_log_kwargs,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
