"""An evaluation on a terminal: figures, tables, and what differs from another one."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botkit.cli.outcomes import on_terminal

if TYPE_CHECKING:
    from rich.table import Table

    from botkit.app.comparisons import Comparison, Turned
    from botkit.app.evaluations import Case, Confusion, Cut, Evaluation, Measured
    from botkit.app.misses import Meaning

SHOWN = 3  # examples of a confusion, unless all are wanted
MOST_SHOWN = 12  # confusions, overlaps


def show(found: "Evaluation", *, whole: bool) -> None:
    """Print an evaluation: what is most worth knowing stands first."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True, width=None if on_terminal() else 200)
    for line in summary(found):
        console.print(Text(line))
    console.print("")
    console.print(_measured(found.names), soft_wrap=False)
    for title, lines in (
        ("Confusions, and the examples that cause them", list(_confusions(found.confusions, whole=whole))),
        ("Pairs that overlap", list(_overlaps(found, whole=whole))),
    ):
        if lines:
            console.print(Text(f"\n{title}", "bold"))
        for line in lines:
            console.print(Text(line, "" if line.startswith("  ") and not line.startswith("    ") else "dim"))


def summary(found: "Evaluation") -> Iterator[str]:
    """Say in a few lines how it went."""
    how = f"{found.folds} folds" if found.how == "folds" else "the messages of a file"
    yield f"{found.bot}: {found.tried} messages of {len(found.names)} intents and answers, by {how}"
    yield f"  right                 {percent(found.accuracy)}"
    if found.outside_auroc is not None:
        kind = "of intents and answers that it was not taught" if found.how == "folds" else "that mean none"
        yield f"  out of scope, AUROC   {found.outside_auroc:.3f}  ({found.outside} messages {kind})"
    if found.calibration_error is not None:
        yield f"  calibration error     {found.calibration_error:.3f}"
    for cut in found.cuts:
        yield f"  {_threshold(cut):<21} {_effect(cut)}"
    if found.known:
        yield f"  {found.known} of the messages are examples of the bot, word by word"
    if found.untried:
        named = ", ".join(spoken(one) for one in found.untried[:5])
        more = f" and {len(found.untried) - 5} more" if len(found.untried) > 5 else ""
        yield f"  not tried, since there is one example alone: {named}{more}"


def _threshold(cut: "Cut") -> str:
    if cut.of == "bot.yaml":
        both = f"{cut.intent:.2f}" if cut.intent == cut.answer else f"{cut.intent:.2f}/{cut.answer:.2f}"
        return f"bot.yaml's {both}"
    return f"threshold {cut.intent:.2f}"


def _effect(cut: "Cut") -> str:
    parts = [(cut.right, "taken rightly"), (cut.wrong, "taken wrongly"), (cut.refused, "not taken")]
    said = ", ".join(f"{percent(share)} {what}" for share, what in parts if share is not None)
    if cut.outside_refused is not None:
        said += f"{'; ' if said else ''}out of scope {percent(cut.outside_refused)} refused"
    spread = f"  (of the folds {cut.least:.2f} to {cut.most:.2f})" if cut.of == "calibrated" else ""
    return said + (spread if cut.least != cut.most else "")


def percent(share: float | None) -> str:
    """Give a share as people read it."""
    return "-" if share is None else f"{share * 100:.1f} %"


def spoken(meaning: "Meaning | None") -> str:
    """Name an intent or an answer, or neither."""
    return f"{meaning.kind} '{meaning.name}'" if meaning is not None else "nothing"


def _measured(names: "Sequence[Measured]") -> "Table":
    """Give the table of intents and answers, the worst first."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if on_terminal() else None, pad_edge=False, show_edge=False)
    table.add_column("")
    for title in ("examples", "tried", "precision", "recall", "F1"):
        table.add_column(title, justify="right")
    for one in sorted(names, key=lambda one: (one.f1 is None, one.f1 or 0.0, one.meaning)):
        color = "red" if one.f1 is not None and one.f1 < 0.5 else "yellow" if (one.f1 or 1.0) < 0.8 else ""
        shares = [percent(share) for share in (one.precision, one.recall, one.f1)]
        cells = [spoken(one.meaning), str(one.examples), str(one.tried), *shares]
        table.add_row(*(Text(cell, color) for cell in cells))
    return table


def _confusions(confusions: "Sequence[Confusion]", *, whole: bool) -> Iterator[str]:
    shown = confusions if whole else confusions[:MOST_SHOWN]
    for one in shown:
        yield f"  {spoken(one.meant)} taken for {spoken(one.taken)}: {len(one.cases)}"
        yield from (f"    {_example(case)}" for case in (one.cases if whole else one.cases[:SHOWN]))
        if not whole and len(one.cases) > SHOWN:
            yield f"    … and {len(one.cases) - SHOWN} more"
    if len(shown) < len(confusions):
        yield f"    … and {len(confusions) - len(shown)} pairs more (--all)"


def _example(case: "Case") -> str:
    from botkit.app.transcripts import legible

    near = f"  near {legible(case.near)!r}" if case.near else ""
    return f"{legible(case.text)!r}{near}  {case.score:.2f}{'' if case.accepted else ', not sure enough'}"


def _overlaps(found: "Evaluation", *, whole: bool) -> Iterator[str]:
    shown = found.overlaps if whole else found.overlaps[:MOST_SHOWN]
    for one in shown:
        yield f"  {spoken(one.one)} and {spoken(one.other)}: {one.count} messages, {percent(one.share)} of both"
    if len(shown) < len(found.overlaps):
        yield f"    … and {len(found.overlaps) - len(shown)} more (--all)"


# Two of them


def show_comparison(found: "Comparison", *, whole: bool) -> None:
    """Print what got better and what got worse."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in differences(found, whole=whole):
        color = "green" if line.startswith("  +") else "red" if line.startswith("  -") else ""
        console.print(Text(line, color))


def differences(found: "Comparison", *, whole: bool = True) -> Iterator[str]:
    """Say what differs, message by message; of each intent and answer when it moved."""
    yield f"\nright before {percent(found.accuracy_before)}, now {percent(found.accuracy_after)}"
    yield f"{len(found.better)} messages are right now, {len(found.worse)} are not right any more"
    if found.added or found.removed:
        yield f"{found.added} messages are new, {found.removed} are gone"
    most = max(len(found.better), len(found.worse)) if whole else MOST_SHOWN
    for mark, turned in (("-", found.worse), ("+", found.better)):
        yield from (f"  {mark} {_turned(one)}" for one in turned[:most])
        if len(turned) > most:
            yield f"  {mark} … and {len(turned) - most} more (--all)"
    moved = sorted(found.moved, key=lambda one: abs((one.after or 0.0) - (one.before or 0.0)), reverse=True)
    if moved:
        yield "F1 of intents and answers"
    yield from (
        f"    {spoken(one.meaning)}: {percent(one.before)} before, {percent(one.after)} now"
        for one in (moved if whole else moved[:MOST_SHOWN])
    )


def _turned(one: "Turned") -> str:
    from botkit.app.transcripts import legible

    before, after = ((spoken(case.taken), f"{case.score:.2f}") for case in (one.before, one.after))
    was = f"was {before[0]} {before[1]}, is {after[0]} {after[1]}"
    return f"{legible(one.after.text)!r} ({spoken(one.after.meant)}): {was}"
