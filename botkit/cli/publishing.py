"""`botkit publish` and `botkit rollback`: which flows the nodes serve."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.outcomes import FAILED, agreed, guarded, say_problems, tell
from botkit.cli.rehearsing import report
from botkit.errors import LoadError, Problem, UsageError

if TYPE_CHECKING:
    from botkit.app.directories import Checked
    from botkit.app.publishing import Plan
    from botkit.app.trials import Outcome
    from botkit.ports.stores import Store

_SHORT = 12  # letters of a version that people see
_SHARE = re.compile(r"(\d{1,3})\s*%?")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="JSON for programs; publishes without asking.")]


class _Manner(NamedTuple):
    dry_run: bool
    yes: bool
    as_json: bool
    back: bool = False
    canary: bool = False

    @property
    def makes(self) -> bool:
        """Whether a store is made where there is none: a canary and a rollback need one in which something is."""
        return not (self.dry_run or self.back or self.canary)


@guarded
def publish(
    directory: BotDirectory = HERE,
    canary: Annotated[
        str, typer.Option(metavar="PERCENT", help="Only for this share of the conversations: 10%.")
    ] = "",
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    tests: Annotated[bool, typer.Option("--tests/--no-tests", help="Play the conversation tests first.")] = True,
    history: Annotated[bool, typer.Option("--history", help="List what was published, and nothing more.")] = False,
    as_json: Json = False,
) -> None:
    """Let all nodes serve the flows of a directory.

    They are checked and tested before. Says what differs from the version before, and how many conversations are in
    the middle of something and what becomes of them. A version with mistakes or a failing test is not published:
    the one before stays.

    \b
    botkit publish flows/support --dry-run
    botkit publish flows/support --yes
    botkit publish flows/support --canary 10%     # then 50%, then without
    botkit publish flows/support --history
    """
    from botkit.app.directories import check_directory
    from botkit.app.publishing import WHOLE, make_plan
    from botkit.app.trials import rehearse

    if history:
        asyncio.run(_show_history(check_directory(directory), as_json=as_json))
        return
    share = _share(canary) if canary else WHOLE
    checked = check_directory(directory)
    if checked.flows is None or checked.errors:
        if as_json:
            _refuse(checked.errors)
        raise LoadError(checked.errors)
    say_problems(checked.problems)
    played = asyncio.run(rehearse(checked)) if tests else []
    failed = [outcome for outcome in played if not outcome.passed]
    if failed and as_json:
        _refuse([problem for outcome in failed for problem in _complaints(outcome)])
    for outcome in failed:
        report(outcome)
    if failed:
        tell(f"Not published: {len(failed)} of {len(played)} conversation tests failed.")
        raise typer.Exit(FAILED)
    if played and not as_json:
        print(f"{len(played)} conversation tests passed")
    manner = _Manner(dry_run, yes, as_json, canary=bool(canary))
    asyncio.run(_carry_out(checked, lambda store, now: make_plan(checked, store, now, share), manner))


@guarded
def rollback(
    directory: BotDirectory = HERE,
    to: Annotated[str, typer.Option("--to", metavar="VERSION", help="A published version, or its beginning.")] = "",
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Go back to the version before, or end a canary.

    It is a publication like any other. Mistakes in the directory's flow files do not matter.

    \b
    botkit rollback flows/support --dry-run
    botkit rollback flows/support --to 3f2a91 --yes
    """
    from botkit.app.config import FILE
    from botkit.app.directories import check_directory
    from botkit.app.publishing import make_step_back

    checked = check_directory(directory)
    if wrong := [problem for problem in checked.errors if Path(problem.place.file).name == FILE]:
        raise LoadError(wrong)  # mistakes in flow files are no reason not to go back
    manner = _Manner(dry_run, yes, as_json, back=True)
    asyncio.run(_carry_out(checked, lambda store, now: make_step_back(checked, store, now, to), manner))


def _share(text: str) -> int:
    found = _SHARE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= 99:
        raise UsageError(f"--canary takes a share of the conversations, not {text[:20]!r}", hint="from 1% to 99%")
    return int(found[1])


async def _carry_out(checked: "Checked", make: "Callable[[Store, float], Awaitable[Plan]]", manner: _Manner) -> None:
    """Show a plan, ask, and do it."""
    import msgspec

    from botkit.app.audits import note_act, operator
    from botkit.app.publishing import find_serving, opened, publish_version
    from botkit.runtime.clocks import WallClock

    async with opened(checked, made=manner.makes) as store:
        plan = await make(store, WallClock().now())
        serving = await find_serving(store)
        now = serving.canary or serving.whole
        done = now is not None and (now.version, now.share) == (plan.version, plan.share)
        if not manner.as_json:
            _show(plan)
        if done:
            tell("It is published already.")
        number = None
        if not (done or manner.dry_run):
            if not (manner.yes or manner.as_json or agreed("Publish?")):
                raise typer.Exit(FAILED)
            await note_act(store, operator(), "rolled back" if manner.back else "published", plan.version)
            by = "rollback" if manner.back else "command"
            number = (await publish_version(store, checked, plan, WallClock().now(), by)).number
    if manner.as_json:
        print(json.dumps({**msgspec.to_builtins(plan), "number": number}, ensure_ascii=False))
    elif number is not None:
        print(f"published as number {number}: running nodes take it up within seconds")


def _refuse(problems: "Sequence[Problem]") -> NoReturn:
    """Tell a program why nothing is published."""
    print(json.dumps({"number": None, "problems": [problem.as_json() for problem in problems]}, ensure_ascii=False))
    raise typer.Exit(FAILED)


def _complaints(outcome: "Outcome") -> "Iterator[Problem]":
    for complaint in outcome.complaints:
        yield Problem(complaint.place, "failed-test", f"{outcome.trial.name}: {complaint.message}")


def _show(plan: "Plan") -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines_of(plan):
        console.print(Text(line))
    for line in plan.diff.splitlines():
        console.print(Text(line, {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")))
    for line in counts_of(plan):
        console.print(Text(line, "yellow" if line.startswith("warning") else ""))


def lines_of(plan: "Plan") -> Iterator[str]:
    """Say in a few lines what a plan changes."""
    share = f" for {plan.share} % of the conversations" if plan.share < 100 else ""
    before = f" after {plan.before[:_SHORT]}" if plan.before else ""
    yield f"version {plan.version[:_SHORT]}{before}{share}"
    for change in plan.changes:
        steps = [*(f"+ {step}" for step in change.steps_added), *(f"- {step}" for step in change.steps_removed)]
        yield f"  {change.how:<8} {change.what} {change.name}{': ' if steps else ''}{'  '.join(steps)}"


def counts_of(plan: "Plan") -> Iterator[str]:
    """Say what becomes of the conversations that are in the middle of something."""
    touched = plan.touched
    if not touched.live:
        yield "no conversation is in the middle of something"
        return
    many = "1 conversation is" if touched.live == 1 else f"{touched.live} conversations are"
    yield f"{many} in the middle of something:"
    for count, what in (
        (touched.going_on, "go on: the steps of what they have open are the same"),
        (touched.moving, "move to the new version at their step"),
        (touched.finishing, "finish what is open in the version that they have"),
        (touched.lost, "go on as far as they can: their version cannot be had any more"),
    ):
        if count:
            yield f"  {count:>6}  {what}"
    for place, count in touched.mistaken.items():
        flow, step = place.split(" ", 1)
        yield (
            f"warning: {count} of these stand in '{flow}' at '{step}', which is another question now: "
            "steps without an id are numbered; give these an `id`, or put the new one behind them"
        )


async def _show_history(checked: "Checked", *, as_json: bool) -> None:
    import msgspec

    from botkit.app.publishing import RECENT, WHOLE, opened
    from botkit.app.transcripts import moment

    async with opened(checked, made=False) as store:
        recent = await store.publications(RECENT)
        for one in recent:
            share = "" if one.share >= WHOLE else f"  {one.share} %"
            line = f"{one.number:>5}  {moment(one.at)}  {one.version[:_SHORT]}  {one.by}{share}"
            data = {**msgspec.to_builtins(one), "at": moment(one.at)}
            print(json.dumps(data) if as_json else line)
        if not (recent or as_json):
            tell("nothing was published")
