"""`botkit test`: playing a bot's conversation tests."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.outcomes import FAILED, guarded, on_terminal, say_problems, tell
from botkit.errors import LoadError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from botkit.app.trials import Outcome
    from botkit.app.trials_coverage import Coverage
    from botkit.app.trials_reading import Trial


@guarded
def play(
    directory: BotDirectory = HERE,
    name: Annotated[str, typer.Option("-k", metavar="NAME", help="Only tests with this in their name.")] = "",
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML as well.")] = None,
    fail_under: Annotated[
        float, typer.Option("--fail-under", metavar="N", min=0, max=100, help="Fail below this coverage in percent.")
    ] = 0.0,
    *,
    record: Annotated[
        bool,
        typer.Option("--record", help="Ask the language model what has no recorded answer."),
    ] = False,
    coverage: Annotated[bool, typer.Option("--coverage/--no-coverage", help="Say what was never seen.")] = True,
) -> None:
    """Play the conversation tests of a bot, tests/*.yaml.

    A language model is not asked: its answers are those that were recorded beside the tests.

    Exits with 1 if one fails, or if less is covered than --fail-under asks for.

    \b
    botkit test flows/support
    botkit test flows/support -k return --no-coverage
    botkit test flows/support --junit report.xml --fail-under 90
    botkit test flows/content --record      ask the model anew where no answer is kept
    """
    from botkit.app.directories import check_directory
    from botkit.app.trials import play_all
    from botkit.app.trials_coverage import cover
    from botkit.app.trials_reading import read_trials

    checked = check_directory(directory)
    if checked.flows is None:
        raise LoadError(checked.errors)
    trials, problems = read_trials(directory, checked.flows)
    if problems:
        say_problems(problems)
        if any(problem.severity == "error" for problem in problems):
            raise typer.Exit(FAILED)
    chosen = [trial for trial in trials if name.casefold() in trial.name.casefold()]
    if not chosen:
        raise UsageError(_nothing(directory, name, trials))
    outcomes = asyncio.run(play_all(checked, chosen, report, record=record, prune=len(chosen) == len(trials)))
    if junit is not None:
        _write_junit(junit, outcomes)
    seen = cover(checked.flows, (visit for outcome in outcomes for visit in outcome.visits))
    if coverage:
        report_coverage(seen)
    failed = sum(not outcome.passed for outcome in outcomes)
    seconds = sum(outcome.seconds for outcome in outcomes)
    print(f"\n{len(outcomes) - failed} passed, {failed} failed in {seconds:.2f} s; {seen.percent:.0f} % covered")
    if seen.percent < fail_under:
        tell(f"{seen.percent:.1f} % of steps and branches are covered, less than {fail_under:g} %")
    if failed or seen.percent < fail_under:
        raise typer.Exit(FAILED)


def _nothing(directory: Path, name: str, trials: "list[Trial]") -> str:
    return f"no test has {name!r} in its name" if trials else f"there are no tests in {directory / 'tests'}"


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def report(outcome: "Outcome") -> None:
    """Print a test's line, and of a failed one the transcript with what was expected."""
    if outcome.passed and not on_terminal():
        print(f"ok    {outcome.trial.name}")
        return
    from rich.text import Text

    console = _console()
    mark = Text("ok    ", "green") if outcome.passed else Text("FAIL  ", "bold red")
    console.print(mark + Text(outcome.trial.name) + Text("" if outcome.passed else f"  {outcome.trial.place}", "dim"))
    if outcome.passed:
        return
    for line in outcome.transcript:
        console.print(Text(f"      {line.who + ':':<10}{line.text}", "dim" if line.who == "action" else ""))
    for complaint in outcome.complaints:
        console.print(Text(f"    ! {complaint.place}: {complaint.message}", "red"))


def report_coverage(coverage: "Coverage") -> None:
    """Print what of each flow was seen, and what was missed."""
    from rich.text import Text

    console = _console()
    console.print("")
    width = max((len(flow.flow) for flow in coverage.flows), default=0)
    for flow in coverage.flows:
        steps, branches = flow.steps - len(flow.missing_steps), flow.branches - len(flow.missing_branches)
        whole = not flow.missing_steps and not flow.missing_branches
        line = f"{flow.flow:<{width}}  steps {steps}/{flow.steps}  branches {branches}/{flow.branches}"
        console.print(Text(line, "" if whole else "yellow"))
        for what in (*flow.missing_steps, *flow.missing_branches):
            console.print(Text(f"    never: {what}", "dim"))


def _write_junit(path: Path, outcomes: "list[Outcome]") -> None:
    from botkit.app.trials_junit import write_junit

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_junit(outcomes))
