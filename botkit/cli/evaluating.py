"""`botkit eval`: how well a bot tells its intents and answers from each other."""

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.evaluation_screen import percent, show, show_comparison, spoken, summary
from botkit.cli.outcomes import FAILED, guarded, tell
from botkit.errors import LoadError, UsageError

if TYPE_CHECKING:
    from botkit.app.comparisons import Comparison
    from botkit.app.directories import Checked
    from botkit.app.evaluations import Embed, Evaluation, Labelled
    from botkit.model.flowset import FlowSet


class Format(StrEnum):
    """How an evaluation is written."""

    TEXT = "text"
    JSON = "json"


@guarded
def evaluate(
    directory: BotDirectory = HERE,
    on: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Try these labelled messages: YAML, or JSON lines (.jsonl).")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, max=20, help="Parts that the examples are cut into.")] = 5,
    format_: Annotated[Format, typer.Option("--format", help="text: tables; json: for programs.")] = Format.TEXT,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with the confusion matrix.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the matrix as a picture.")] = None,
    base: Annotated[
        str, typer.Option("--compare", metavar="BASE", help="A JSON report, another directory, a published version.")
    ] = "",
    least: Annotated[
        float | None, typer.Option("--min", metavar="SHARE", min=0, max=1, help="Fail below this accuracy, as 0.9.")
    ] = None,
    least_recall: Annotated[
        float | None,
        typer.Option(
            "--min-recall", metavar="SHARE", min=0, max=1, help="Fail if one intent or answer has less recall."
        ),
    ] = None,
    *,
    words: Annotated[bool, typer.Option("--words", help="Without the bot's embedder.")] = False,
    whole: Annotated[bool, typer.Option("--all", help="Every confusion with every example.")] = False,
) -> None:
    """Measure how well a bot tells its intents and answers apart.

    And how well from what means none of them. Each example is tried on a model that was trained without it
    (cross-validation), and the examples of whole intents on one that knows nothing of them. With --on the messages
    of a file are tried on the whole model: a list of `{text: ..., intent: NAME}`, `{text: ..., answer: NAME}`, or
    `{text: ...}` for what the bot does not know.

    Exits with 1 below --min or --min-recall, with 2 where there is nothing to try.

    \b
    botkit eval flows/support
    botkit eval flows/support --min 0.85 --min-recall 0.5
    botkit eval flows/support --html report.html --png matrix.png
    botkit eval flows/support --on messages.yaml --format json > before.json
    botkit eval flows/support --on messages.yaml --compare before.json
    """
    from botkit.app.directories import check_directory
    from botkit.app.labelled import read_labelled

    checked = check_directory(directory)
    if checked.flows is None:
        raise LoadError(checked.errors)
    labelled = read_labelled(on, checked.flows) if on is not None else None
    before = _read_base(base)
    embed = None if words else _embed_of(checked)
    found = _try_all(checked.flows, labelled, folds, embed)
    if least is not None and found.accuracy is None:
        raise UsageError("no message means an intent or an answer of the bot: --min has nothing to measure")
    compared = _compare(checked, found, before, base, lambda flows: _try_all(flows, labelled, folds, embed))
    _draw(found, html, png)
    if format_ is Format.JSON:
        print(_as_json(found, compared))
    else:
        show(found, whole=whole)
        if compared is not None:
            show_comparison(compared, whole=whole)
    complaints = list(below(found, least, least_recall))
    for complaint in complaints:
        tell(complaint)
    if complaints:
        raise typer.Exit(FAILED)


def _try_all(
    flows: "FlowSet", labelled: "Sequence[Labelled] | None", folds: int, embed: "Embed | None"
) -> "Evaluation":
    from botkit.app.evaluations import evaluate

    seen = sys.stderr.isatty()
    try:
        return evaluate(flows, labelled, folds, embed, progress=_progress if seen else None)
    finally:
        if seen:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def _progress(done: int, of: int) -> None:
    sys.stderr.write(f"\rtrained {done} of {of} times")
    sys.stderr.flush()


def _embed_of(checked: "Checked") -> "Embed | None":
    """Give what embeds texts for a bot with an embedder; None without one, or where it lacks a package."""
    from botkit.app.embedders import lacks

    settings = checked.config.embedder
    if settings is None:
        return None
    if (problem := lacks(settings, checked.directory, checked.config.embedder_place)) is not None:
        tell(str(problem))
        return None
    from botkit.app.vectors import embed_all

    return lambda texts: embed_all(checked, texts)


def _read_base(base: str) -> "Evaluation | None":
    """Read a report before the long work, so that a wrong one is told of at once."""
    if not base.casefold().endswith(".json"):
        return None
    from botkit.app.comparisons import read_report

    return read_report(Path(base))


def _compare(
    checked: "Checked",
    found: "Evaluation",
    before: "Evaluation | None",
    base: str,
    again: "Callable[[FlowSet], Evaluation]",
) -> "Comparison | None":
    if not base:
        return None
    from botkit.app.comparisons import compare, flows_before

    return compare(before if before is not None else again(flows_before(checked, base)), found)


def _draw(found: "Evaluation", html: Path | None, png: Path | None) -> None:
    """Write the pictures that are wanted."""
    if html is None and png is None:
        return
    from botkit.app.matrices import draw_page, draw_png

    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(draw_page(found, list(summary(found))), encoding="utf-8")
    if png is not None:
        drawn = draw_png(found)
        png.parent.mkdir(parents=True, exist_ok=True)
        png.write_bytes(drawn)


def _as_json(found: "Evaluation", compared: "Comparison | None") -> str:
    import msgspec

    data: dict[str, Any] = msgspec.to_builtins(found)
    if compared is not None:
        data["compared"] = msgspec.to_builtins(compared)
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def below(found: "Evaluation", least: float | None, least_recall: float | None) -> Iterator[str]:
    """Say what is worse than was asked for."""
    if least is not None and found.accuracy is not None and found.accuracy < least:
        yield f"the accuracy is {percent(found.accuracy)}, less than {percent(least)}"
    for one in found.names if least_recall is not None else ():
        if least_recall is not None and one.recall is not None and one.recall < least_recall:
            recall = percent(one.recall)
            yield f"{spoken(one.meaning)} has a recall of {recall}, less than {percent(least_recall)}"
