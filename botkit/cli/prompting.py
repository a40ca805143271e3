"""`botkit prompts`: what the language model is told, and a copy to change."""

from pathlib import Path
from typing import Annotated

import typer

from botkit.cli.arguments import HERE
from botkit.cli.outcomes import guarded
from botkit.errors import LoadError, Problem, UsageError


@guarded
def prompts(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The bot's directory.")] = HERE,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Only this one: route, agent, generate, answer, summary.")
    ] = "",
    *,
    own: Annotated[bool, typer.Option("--own", help="Copy it into the bot's prompts/, to be changed there.")] = False,
) -> None:
    """Show what the language model is told.

    The bot's own prompts, or those that come with botkit.

    \b
    botkit prompts flows/support            all of them
    botkit prompts flows/support agent      one
    botkit prompts flows/support agent --own
    """
    from botkit.app.prompts import FOLDER, SUFFIX, copy_prompt, read_prompts
    from botkit.llm.prompting import NAMES, Prompts

    if not directory.is_dir():
        raise UsageError(f"there is no directory {directory}")
    if name and name not in NAMES:
        raise UsageError(f"there is no prompt {name!r}", hint=f"the prompts are {', '.join(NAMES)}")
    problems: list[Problem] = []
    known = Prompts(read_prompts(directory, problems))
    if wrong := [problem for problem in problems if problem.severity == "error"]:
        raise LoadError(wrong)
    for one in (name,) if name else NAMES:
        if own:
            print(f"{copy_prompt(directory, one, known)} is yours to change")
            continue
        where = f"{directory / FOLDER / (one + SUFFIX)}" if known.is_own(one) else "comes with botkit"
        print(f"{{# {one}: {where} #}}\n{known.source(one).rstrip()}\n")
