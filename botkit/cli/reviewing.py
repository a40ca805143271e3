"""`botkit review`: what customers said and the bot missed, and where it belongs."""

import asyncio
import json
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.histories import Url
from botkit.cli.outcomes import FAILED, guarded, on_terminal, say_problems, tell
from botkit.errors import LoadError, UsageError

if TYPE_CHECKING:
    from botkit.app.proposals import Proposal
    from botkit.app.reviews import Accepted, Review, Target

SHOWN = 3  # wordings of a group in a list


class Format(StrEnum):
    """How proposals are written."""

    TEXT = "text"
    JSON = "json"


@guarded
def review(
    directory: BotDirectory = HERE,
    store: Url = "",
    since: Annotated[str, typer.Option(metavar="AGE", help="Only what was said in this time: 12h, 7d.")] = "",
    locale: Annotated[str, typer.Option(metavar="CODE", help="Only messages in this language.")] = "",
    least: Annotated[int, typer.Option("--min", min=1, max=100_000, help="Only groups of so many messages.")] = 1,
    format_: Annotated[
        Format | None, typer.Option("--format", help="List what is proposed: text, or json for programs.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="ID[=NAME]", help="Write it where it is proposed, or to NAME, or to new:NAME."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="ID", help="Never propose it again.")] = None,
) -> None:
    """Look through what the bot did not understand.

    Or hardly understood, and say where it belongs. Messages are masked, and those that mean the same stand
    together. On a terminal each group is asked about; what is accepted becomes an example of an intent or a
    question of an answer in the bot's files at once, if `botkit check` finds no error in that. NAME may be
    intent:NAME or answer:NAME where both are called so.

    \b
    botkit review flows/support
    botkit review flows/support --since 7d --min 3 --format json
    botkit review flows/support --accept 3f9a1c02de --accept 77ab01c2f0=track_order --ignore 0c11d2e3a4
    botkit review flows/support --accept 9c01f2aa37=new:gift_cards
    """
    from botkit.app.audits import note_act, operator
    from botkit.app.histories import open_history
    from botkit.app.reviews import open_review
    from botkit.model.locales import serving

    async def run() -> "Review":
        async with open_history(directory, store or None) as opened:
            await note_act(opened, operator(), "reviewed")
            return await open_review(directory, opened, _begin(since))

    looked = asyncio.run(run())
    if locale and serving(locale, looked.flows.locales) is None:
        raise UsageError(f"the bot speaks no {locale[:20]!r}", hint=", ".join(looked.flows.settings.locales))
    if accept or ignore:
        _decide(looked, looked.proposals(locale), accept or [], ignore or [])
        return
    found = [one for one in looked.proposals(locale) if one.count >= least]
    if format_ is None and on_terminal() and sys.stdin.isatty():
        from botkit.cli.review_screen import ask_about

        ask_about(looked, found)
    elif format_ is Format.JSON:
        print(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            print("\n".join(lines_of(one)) + "\n")
        tell(summary(found))


def _begin(since: str) -> float:
    from botkit.flows import age

    if not since:
        return 0.0
    seconds = age(since)
    if seconds is None:
        raise UsageError(f"--since takes an age such as 12h or 7d, not {since[:40]!r}")
    return time.time() - seconds


def _decide(looked: "Review", listed: "list[Proposal]", accept: list[str], ignore: list[str]) -> None:
    """Do what a command line says, one after the other; what went wrong with one is said, and the others are done."""
    from botkit.app.reviews import find

    wanted = [(id_, written) for id_, _, written in (one.partition("=") for one in accept)]
    chosen = [(find(listed, id_), looked.target(written) if written else None) for id_, written in wanted]
    passed = [find(listed, id_) for id_ in ignore]
    failed = False
    for one, named in chosen:
        try:
            target = named or proposed(looked, one)
            print(told(looked.accept(target, one.wordings)))
        except LoadError as error:
            failed = True
            tell(f"botkit: {one.id} is not accepted, since that would be wrong:")
            say_problems(error.problems)
        except UsageError as error:
            failed = True
            tell(f"botkit: {one.id} is not accepted: {error}")
    for one in passed:
        looked.ignore(one)
        print(f"{one.id} is ignored from now on")
    if failed:
        raise typer.Exit(FAILED)


def proposed(looked: "Review", one: "Proposal") -> "Target":
    """Give where a proposal says that its wordings go. Raises UsageError where it says ignore."""
    if one.to is not None:
        return looked.target(f"{one.to.kind}:{one.to.name}")
    if one.do == "new":
        return looked.target(f"new:{one.name}")
    raise UsageError("it is proposed to ignore it", hint="name an intent: --accept ID=NAME, or --ignore it")


def told(done: "Accepted") -> str:
    """Say what was written where, with what is to be done about it."""
    many = len(done.wordings)
    what = "question" if done.target.kind == "answer" else "example"
    line = f"{done.path}: '{done.target.name}' has {many} {what}{'s' if many != 1 else ''} more"
    if done.target.kind == "new":
        line = f"{done.path}: the intent '{done.target.name}' is new; let a flow start with it"
    return "\n".join([line, *(f"  {problem}" for problem in done.warnings if problem.code != "unused-intent")])


def lines_of(one: "Proposal") -> list[str]:
    """Give a proposal in words, as a terminal may show it."""
    from botkit.app.transcripts import legible

    many = f"{one.count} message{'s' if one.count != 1 else ''}"
    why = ", ".join(f"{reason} {count}" for reason, count in one.reasons.items())
    locales = " ".join(one.locales)
    lines = [f"{one.id}  {many}{f' ({locales})' if locales else ''}: {why}"]
    lines += [f"    {legible(text)}{f'  × {count}' if count > 1 else ''}" for text, count in one.texts[:SHOWN]]
    if len(one.texts) > SHOWN:
        lines.append(f"    … and {len(one.texts) - SHOWN} other wordings")
    return [*lines, f"  → {advice(one)}"]


def advice(one: "Proposal") -> str:
    """Say what is proposed."""
    if one.to is not None:
        score = next((score for meaning, score in one.near if meaning == one.to), 0.0)
        what = "a question of the answer" if one.to.kind == "answer" else "an example of the intent"
        return f"{what} '{one.to.name}' ({score:.2f})"
    return f"a new intent, such as '{one.name}'" if one.do == "new" else "ignore: no word tells what it is about"


def summary(found: "list[Proposal]") -> str:
    """Say in a line how much there is."""
    if not found:
        return "nothing to review"
    messages = sum(one.count for one in found)
    groups = f"{len(found)} group{'s' if len(found) != 1 else ''}"
    return f"{messages} message{'s' if messages != 1 else ''} in {groups}"
