"""How commands end: exit codes, and errors that read like sentences."""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import typer

from botkit.errors import BotkitError, LoadError, Problem, UsageError

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

P = ParamSpec("P")


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with an exit code and a message, never with a traceback unless it was asked for."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        speak_utf8()
        with ending(tell):
            command(*args, **kwargs)

    return run


@contextmanager
def ending(say: Callable[[str], None]) -> Iterator[None]:
    """Turn whatever a block raises into the command's end, and say why."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise _ended(INTERRUPTED) from error
    except BrokenPipeError as error:  # who reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from error
    except typer.Exit:
        raise
    except typer.Abort as error:  # a question that nobody answered
        raise _ended(FAILED) from error
    except Exception as error:
        for line in _lines_of(error):
            say(line)
        raise _ended(WRONG_USAGE if isinstance(error, UsageError) else FAILED) from error


def _lines_of(error: Exception) -> list[str]:
    match error:
        case LoadError():
            return [str(problem) for problem in error.problems]
        case BotkitError():
            return [f"botkit: {error}"]
        case OSError():
            return [f"botkit: {error.strerror or error}{f': {error.filename}' if error.filename else ''}"]
        case _:
            return [f"botkit broke: {type(error).__name__}: {error} (--debug shows where; please report it)"]


def _ended(code: int) -> typer.Exit:
    if os.environ.get("BOTKIT_DEBUG") not in (None, "", "0"):
        traceback.print_exc()
    return typer.Exit(code)


def speak_utf8() -> None:
    """Write UTF-8 whatever the terminal's locale says; half a character is replaced, not raised."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def agreed(question: str) -> bool:
    """Ask for a yes. Where nobody answers, as in a pipe, it is none, and how to go without is said."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        tell("\nNobody answered, and nothing was done (--yes does not ask).")
        return False


def tell(text: str) -> None:
    """Say something beside the output."""
    print(text, file=sys.stderr, flush=True)


def say_problems(problems: Iterable[Problem]) -> None:
    """Say problems beside the output, one a line."""
    for problem in problems:
        tell(str(problem))


def on_terminal() -> bool:
    """Whether a person reads the output."""
    return sys.stdout.isatty()
