"""`botkit check`: every mistake of a bot, with its place."""

import asyncio
import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from botkit.cli.outcomes import FAILED, guarded, on_terminal, tell
from botkit.errors import Problem


class Format(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"


@guarded
def check(
    directories: Annotated[
        list[Path] | None, typer.Argument(metavar="DIR", help="Directories of bots; this one if none is given.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="text: one problem a line; json: for editors.")] = (
        Format.TEXT
    ),
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="Ask the MCP servers for their tools before.")] = False,
) -> None:
    """Find the mistakes of bots without running them.

    Exits with 1 if there is an error, and with --strict if there is a warning.

    \b
    botkit check flows/support
    botkit check flows/support flows/minimal --strict
    botkit check flows/support --format json
    """
    directories = directories or [Path()]
    problems = find_problems(directories, strict=strict, mcp=mcp)
    if format_ is Format.JSON:
        print(json.dumps([problem.as_json() for problem in problems], ensure_ascii=False, indent=2))
    else:
        _write(problems)
    errors = sum(problem.severity == "error" for problem in problems)
    tell(summary(errors, len(problems) - errors, len(set(directories))))
    if errors:
        raise typer.Exit(FAILED)


def find_problems(directories: Sequence[Path], *, strict: bool = False, mcp: bool = False) -> list[Problem]:
    """Check directories; with `strict` every warning is an error, with `mcp` their servers are asked before."""
    from botkit.app.directories import check_directory
    from botkit.app.mcp import problems_of
    from botkit.app.pulls import find_pulled
    from botkit.app.trials_reading import read_trials

    problems: list[Problem] = []
    for directory in dict.fromkeys(directories):
        checked = check_directory(directory)
        if mcp and checked.config.servers:
            problems += asyncio.run(problems_of(checked.config, directory))
            checked = check_directory(directory)
        problems += checked.problems
        if checked.flows is not None:
            problems += read_trials(directory, checked.flows)[1]
            problems += find_pulled(directory, checked.flows, checked.sources)
    if strict:
        problems = [msgspec.structs.replace(problem, severity="error") for problem in problems]
    return sorted(problems, key=lambda problem: (problem.place, problem.code, problem.message))


def summary(errors: int, warnings: int, bots: int) -> str:
    """Say in a line how it went."""
    checked = "1 bot checked" if bots == 1 else f"{bots} bots checked"
    if not errors and not warnings:
        return f"{checked}: no problems"
    return f"{checked}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _write(problems: Sequence[Problem]) -> None:
    if not on_terminal():
        for problem in problems:
            print(problem)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for problem in problems:
        line, color = Text(str(problem)), "red" if problem.severity == "error" else "yellow"
        line.stylize("bold", 0, len(str(problem.place)))
        line.highlight_words([f" {problem.code}:"], color)
        console.print(line, soft_wrap=True)
