"""`botkit finetune`: a language model on this machine learns from conversations that went well."""

import asyncio
import json
import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.histories import Url
from botkit.cli.outcomes import INTERRUPTED, guarded, tell
from botkit.errors import UsageError

if TYPE_CHECKING:
    from types import FrameType

    from botkit.app.datasets import Gathered
    from botkit.llm.local.tuning import Progress, Tuned

finetune = typer.Typer(
    help="Fine-tune a language model on what was rated well.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Shape(StrEnum):
    """How a chat stands in a line."""

    MESSAGES = "messages"
    PROMPT_COMPLETION = "prompt-completion"


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"


ReportFormat = Annotated[Format, typer.Option("--format", help="text: for people; json: for programs.")]


@finetune.command()
@guarded
def data(
    directory: BotDirectory = HERE,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write: JSON lines.")] = Path("talks.jsonl"),
    store: Url = "",
    shape: Annotated[
        Shape, typer.Option(help="messages: a chat a line (OpenAI, TRL); prompt-completion: an answer a line (TRL).")
    ] = Shape.MESSAGES,
    least: Annotated[
        int, typer.Option("--min-score", metavar="N", min=0, help="The lowest rating to take; else the top alone.")
    ] = 0,
    since: Annotated[str, typer.Option(metavar="DATE", help="Only conversations since then, as 2026-01-31.")] = "",
    share: Annotated[
        float, typer.Option("--held-out", metavar="SHARE", min=0, max=0.9, help="Of conversations, to measure by.")
    ] = 0.1,
    hide: Annotated[list[str] | None, typer.Option(metavar="SLOT", help="Mask the values of this slot, too.")] = None,
    keep: Annotated[list[str] | None, typer.Option(metavar="SLOT", help="Do not mask those of this one.")] = None,
    system: Annotated[str, typer.Option(metavar="TEXT", help="A system message before each chat.")] = "",
    report: ReportFormat = Format.TEXT,
    *,
    unrated: Annotated[bool, typer.Option("--unrated", help="Also conversations that nobody rated.")] = False,
) -> None:
    """Write conversations that customers rated well as chats.

    They are to be learned from, and masked. The customer is the user, bot and people are the assistant. A share of
    the conversations, always the same ones, goes into FILE.held-out.jsonl. E-mail addresses, numbers, secrets, and
    what slots of free text hold give way to placeholders.

    \b
    botkit finetune data flows/support --out talks.jsonl
    botkit finetune data --min-score 4 --keep problem --hide birthday
    botkit finetune data --shape prompt-completion --format json
    """
    from botkit.app.audits import note_act, operator
    from botkit.app.chat_files import held_out_of, write_chats
    from botkit.app.datasets import Wishes, gather
    from botkit.app.directories import check_directory
    from botkit.app.histories import open_history

    wishes = Wishes(
        least=least,
        unrated=unrated,
        since=_moment(since),
        held_out=share,
        hide=frozenset(hide or ()),
        keep=frozenset(keep or ()),
        system=system,
    )
    checked = check_directory(directory)

    async def run() -> "Gathered":
        async with open_history(directory, store or None) as opened:
            found = await gather(opened, checked, wishes)
            names = dict.fromkeys(chat.conversation for chat in (*found.train, *found.held_out))
            await note_act(opened, operator(), "exported", *names)
            return found

    found = asyncio.run(run())
    beside = held_out_of(out)
    lines = write_chats(out, [chat.messages for chat in found.train], shape.value)
    tests = write_chats(beside, [chat.messages for chat in found.held_out], shape.value) if found.held_out else 0
    if not found.held_out:
        beside.unlink(missing_ok=True)  # of an earlier data set
    files = {str(out): lines, **({str(beside): tests} if tests else {})}
    print(json.dumps(_counts(found, files), ensure_ascii=False) if report is Format.JSON else _told(found, files))


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--since takes a date, not {text[:40]!r}", hint="2026-01-31, or 2026-01-31T12:00") from None
    if found is None:
        return 0.0
    return (found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)).timestamp()  # noqa: UP017


def _counts(found: "Gathered", files: dict[str, int]) -> dict[str, Any]:
    return {
        "conversations": found.conversations,
        "talks": found.sessions,
        "rated": found.rated,
        "repeated": found.repeated,
        "train": len(found.train),
        "held_out": len(found.held_out),
        "masked": dict(found.masked),
        "files": files,
    }


def _told(found: "Gathered", files: dict[str, int]) -> str:
    taken = len(found.train) + len(found.held_out)
    lines = [f"{found.conversations} conversations, {found.sessions} talks, {found.rated} of them rated"]
    lines += [f"{taken} taken, {found.repeated} more were the same"]
    lines += [f"masked: {', '.join(f'{count} {kind}' for kind, count in found.masked.items()) or 'nothing'}"]
    lines += [f"wrote {path}: {count} line{'' if count == 1 else 's'}" for path, count in files.items()]
    return "\n".join(lines)


@finetune.command()
@guarded
def train(
    talks: Annotated[Path, typer.Argument(metavar="FILE", help="As `botkit finetune data` writes it.")],
    model: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the model to begin with.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the model that it becomes: a new one.")],
    held_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What to measure by; else FILE.held-out.jsonl, if it is there."),
    ] = None,
    epochs: Annotated[float, typer.Option(min=0.01, max=1000, help="How often everything is learned.")] = 3.0,
    batch: Annotated[int, typer.Option(min=1, max=1024, help="Chats in a step.")] = 4,
    rate: Annotated[
        float | None, typer.Option(min=1e-9, max=1, help="The learning rate; else 5e-5, with --lora 2e-4.")
    ] = None,
    rank: Annotated[int, typer.Option("--lora-rank", min=1, max=1024, help="The rank of LoRA.")] = 8,
    window: Annotated[int, typer.Option(min=0, help="Most tokens of a chat; 0: as many as the model reads.")] = 0,
    every: Annotated[int, typer.Option(min=0, help="Steps between checkpoints; 0: a twentieth of all.")] = 0,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="What chance begins with.")] = 42,
    threads: Annotated[int, typer.Option(min=0, max=1024, help="That compute; 0: as PyTorch likes.")] = 0,
    report: ReportFormat = Format.TEXT,
    *,
    lora: Annotated[bool, typer.Option("--lora", help="Train small matrices beside the model's (LoRA).")] = False,
    resume: Annotated[
        bool | None,
        typer.Option(
            "--resume/--anew", help="Go on from a checkpoint, or not; else if there is one.", show_default=False
        ),
    ] = None,
) -> None:
    """Fine-tune a causal model in a folder, and measure it.

    It is measured before and after. It needs `pip install 'botkit[local]'`, and for --lora `botkit[lora]`. Nothing
    is downloaded. Ctrl-C ends it with a checkpoint, from which the same command goes on.

    \b
    botkit finetune train talks.jsonl --model models/gpt2 --out models/acme
    botkit finetune train talks.jsonl --model models/qwen --out models/acme --lora --epochs 2
    botkit finetune train talks.jsonl --model models/gpt2 --out models/acme --format json
    """
    from botkit.app.chat_files import held_out_of, read_chats
    from botkit.llm.local.folders import require_extra, require_folder
    from botkit.llm.local.tuning import Lora, Plan, tune

    require_folder(model)
    require_extra("lora" if lora else "local")
    beside = held_out or held_out_of(talks)
    plan = Plan(
        epochs=epochs,
        batch=batch,
        rate=rate or 0.0,
        lora=Lora(rank, 2 * rank) if lora else None,
        seed=seed,
        every=every,
        window=window,
        threads=threads,
    )
    chats = read_chats(talks)
    tests = read_chats(beside) if held_out is not None or beside.is_file() else []
    with _stopping() as stop, _bar() as progress:
        tuned = tune(model, out, chats, tests, plan, resume=resume, stop=stop, progress=progress)
    if report is Format.JSON:
        print(json.dumps(_measured(tuned)))
    else:
        print("\n".join(_table(tuned, out)))
    if not tuned.done:
        raise typer.Exit(INTERRUPTED)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Give what is set when somebody presses Ctrl-C, or the system ends the process; twice ends it at once."""
    stop = threading.Event()

    def hear(number: int, _frame: "FrameType | None") -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        tell(f"{signal.Signals(number).name}: it stops with the next step, and writes a checkpoint")

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar() -> "Iterator[Callable[[Progress], None] | None]":
    """Draw how far it is, for a person."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(at: "Progress") -> None:
            loss = f"loss {at.loss:.3f}" if at.loss is not None else ""
            bar.update(task, completed=at.step, total=at.of, description=loss)

        yield show


def _measured(tuned: "Tuned") -> dict[str, Any]:
    import msgspec

    return dict(msgspec.to_builtins(tuned))


def _table(tuned: "Tuned", out: Path) -> Iterator[str]:
    """Say what came of a training: losses before and after, and how many ways on a token that makes."""
    if not tuned.done:
        yield f"stopped at step {tuned.steps} of {tuned.of}: the same command goes on from there"
        return
    yield f"{'':<10}{'lessons':>9}{'loss before':>13}{'after':>9}{'perplexity before':>19}{'after':>9}"
    rows = (
        ("trained on", tuned.lessons, tuned.before, tuned.after),
        ("held out", tuned.held_out, tuned.held_out_before, tuned.held_out_after),
    )
    for name, lessons, before, after in rows:
        if before is not None and after is not None:
            ways = f"{_ways(before):>19}{_ways(after):>9}"
            yield f"{name:<10}{lessons:>9}{before:>13.4f}{after:>9.4f}{ways}"
    if not tuned.held_out:
        yield "nothing was held out: whether it learned to answer, or only what it read, nobody knows"
    elif (tuned.held_out_after or 0.0) > (tuned.held_out_before or 0.0):
        yield "it answers what it has not seen worse than before: fewer epochs, a lower --rate, or more talks"
    if tuned.too_long:
        yield f"left out: {tuned.too_long} answers that are longer than the model reads at once"
    resumed = f", {tuned.resumed} of them before" if tuned.resumed else ""
    yield f"{tuned.steps} steps{resumed}, {tuned.tokens} tokens of answers, {tuned.seconds:.0f} s"
    yield f"wrote {out}"


def _ways(loss: float) -> str:
    return f"{math.exp(loss):.2f}" if loss < 20 else "many"
