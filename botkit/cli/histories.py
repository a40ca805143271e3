"""`botkit why` and `botkit conversations`: what was said, and why."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botkit.cli.arguments import HERE
from botkit.cli.outcomes import guarded, tell
from botkit.errors import StoreError, UsageError

if TYPE_CHECKING:
    from botkit.model.events import Event
    from botkit.model.turn import Record
    from botkit.ports.stores import Store

Directory = Annotated[Path, typer.Option("--dir", metavar="DIR", help="The bot whose store is read.")]
Place = Annotated[Path | None, typer.Argument(metavar="DIR", help="The bot, in place of --dir.")]
Url = Annotated[str, typer.Option("--store", metavar="URL", help="A store, instead of a bot's.")]
Name = Annotated[
    str,
    typer.Argument(
        metavar="CONVERSATION", help="As `botkit conversations list` names it; 42 is chat:42, of `botkit chat`."
    ),
]

Failure = Annotated[str, typer.Argument(metavar="ID", help="As `botkit conversations failed` names it.")]

_SHOWN = {
    "": "",
    "script": ", by its script",
    "words": ", by its words",
    "letters": ", by its letters",
    "characters": ", by some characters, which may be borrowed",
    "word": ", by one word, which may be borrowed",
}

conversations = typer.Typer(
    help="Stored conversations.", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def read(directory: Path, url: str, work: "Callable[[Store], Awaitable[None]]") -> None:
    """Do some work with the store of a bot, or the one at a URL."""
    from botkit.app.histories import open_history

    async def run() -> None:
        async with open_history(directory, url or None) as store:
            await work(store)

    asyncio.run(run())


@guarded
def why(
    conversation: Name,
    turn: Annotated[int | None, typer.Argument(metavar="TURN", min=1, help="Only this turn.")] = None,
    directory: Directory = HERE,
    store: Url = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a turn.")] = False,
) -> None:
    """Explain every turn of a conversation.

    What came, how it was taken, what was done and said.

    \b
    botkit why web:k3j2 --dir flows/support
    botkit why telegram:815 4 --store sqlite:///support.db
    botkit why web:k3j2 --json | jq .candidates
    """
    from botkit.app.audits import note_act, operator
    from botkit.app.histories import data_of, full_id, records_of

    conversation = full_id(conversation)

    async def explain_all(store: "Store") -> None:
        records = await records_of(store, conversation, turn or 1)
        with suppress(StoreError):  # who can read the file but not write it may look
            await note_act(store, operator(), "read", conversation)
        if turn is not None:
            records = [record for record in records if record.seq == turn]
            if not records:
                raise UsageError(f"conversation {conversation!r} has no turn {turn}")
        for record in records:
            if as_json:
                print(json.dumps(data_of(record), ensure_ascii=False))
            else:
                print("\n".join(explain(record)) + "\n")

    read(directory, store, explain_all)


def explain(record: "Record") -> Iterator[str]:
    """Give a turn's explanation, line by line, as a terminal may show it."""
    from botkit.app.transcripts import legible

    return map(legible, _explain(record))


def _explain(record: "Record") -> Iterator[str]:
    from botkit.app.transcripts import cause_of, line_of, moment, wording_of
    from botkit.model.events import NO_EVIDENCE, Message

    who, text = cause_of(record)
    yield f"turn {record.seq}  {moment(record.now)}  session {record.number}, flows {record.version[:12]}"
    yield f"  {who}: {text}"
    evidence = record.event.evidence if isinstance(record.event, Message) else NO_EVIDENCE
    if evidence.locale:
        yield f"  language: {evidence.locale}{_SHOWN[evidence.shown_by]}"
    yield from _model_lines(record.event)
    if record.route:
        yield f"  route: {record.route}"
    for one in record.candidates:
        because = f"  {one.why}" if one.why else ""
        yield f"    {'→' if one.taken else ' '} {one.route:<9} {one.name:<24} {one.score:.2f}{because}".rstrip()
    if record.visits:
        yield "  steps:"
    for visit in record.visits:
        yield f"      {visit.flow} / {visit.step}{f': {visit.note}' if visit.note else ''}"
    for effect in record.effects:
        yield f"  {wording_of(effect)}"
    for reply in record.replies:
        yield f"  bot: {line_of(reply)}"


def _model_lines(event: "Event") -> Iterator[str]:
    """Tell what a language model was asked and gave, what it used and how long it took."""
    from botkit.app.asked import asked_of, given_by

    asked = asked_of(event)
    if asked is None:
        return
    cost = f", cost {asked.cost:.6f}".rstrip("0") if asked.cost else ""
    cached = f" ({asked.cached} cached)" if asked.cached else ""
    yield f"  model: {asked.model}, {asked.input} tokens in{cached}, {asked.output} out{cost}"
    if asked.times > 1:
        yield f"    asked {asked.times} times, with what was tried again"
    yield f"    took {asked.seconds:.2f} s, the first token after {asked.first:.2f} s"
    for role, text in asked.sent:
        for number, line in enumerate(text.splitlines() or [""]):
            yield f"    {role if not number else '':>9} | {line}"
    gave = given_by(event)
    for command in gave.commands:
        yield f"    gave: {command}"
    for call in gave.calls:
        yield f"    calls: {call}"
    for line in gave.text.splitlines():
        yield f"    wrote: {line}"


@conversations.command("list")
@guarded
def list_(
    place: Place = None,
    directory: Directory = HERE,
    store: Url = "",
    owner: Annotated[str, typer.Option(metavar="OWNER", help="Only those of bot, queue or human.")] = "",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 100,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List conversations, the last touched first.

    \b
    botkit conversations list flows/support
    botkit conversations list --owner queue
    """
    from botkit.app.histories import summary_data
    from botkit.app.transcripts import moment

    if owner not in ("", "bot", "queue", "human"):
        raise UsageError(f"nobody is called {owner!r}", hint="bot, queue or human")

    async def list_all(store: "Store") -> None:
        found = await store.conversations(most, owner)
        for one in found:
            if as_json:
                print(json.dumps(summary_data(one), ensure_ascii=False))
            else:
                words = (one.conversation, moment(one.touched), one.owner, f"{one.turns} turns", one.flow)
                print("  ".join(word for word in words if word))
        if not (found or as_json):
            tell(f"no conversations{f' of the {owner}' if owner else ''}")

    read(place or directory, store, list_all)


@conversations.command()
@guarded
def show(conversation: Name, directory: Directory = HERE, store: Url = "") -> None:
    """Show what was said in a conversation.

    \b
    botkit conversations show web:k3j2 --dir flows/support
    """
    from botkit.app.audits import note_act, operator
    from botkit.app.histories import full_id, records_of
    from botkit.app.transcripts import legible, moment, transcript_of

    conversation = full_id(conversation)

    async def show_all(store: "Store") -> None:
        records = await records_of(store, conversation)
        with suppress(StoreError):  # who can read the file but not write it may look
            await note_act(store, operator(), "read", conversation)
        for record in records:
            for who, text in transcript_of(record):
                print(f"{moment(record.now)}  {who + ':':<10}{legible(text)}")

    read(directory, store, show_all)


@conversations.command()
@guarded
def failed(
    place: Place = None,
    directory: Directory = HERE,
    store: Url = "",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 100,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what failed for good, the newest first, with the reason.

    A reply could not be delivered; a message led to no turn, which the customer was told; of a call nobody knows
    whether it was done. What `retry` and `drop` take stands first.

    \b
    botkit conversations failed flows/support
    botkit conversations failed --json | jq -r 'select(.kind == "reply") | .id'
    """
    from botkit.app.failures import data_of, failures_of, line_of
    from botkit.app.transcripts import legible, moment

    async def list_all(store: "Store") -> None:
        found = await failures_of(store, most)
        for one in found:
            data = data_of(one)
            if as_json:
                print(json.dumps(data, ensure_ascii=False))
            else:
                print(f"{one.id}  {moment(one.at)}  {data['kind']}  {legible(f'{one.reason}: {line_of(one)}')}")
        if not (found or as_json):
            tell("nothing has failed for good")

    read(place or directory, store, list_all)


@conversations.command()
@guarded
def retry(which: Failure, directory: Directory = HERE, store: Url = "") -> None:
    """Try again what failed.

    A reply is sent in its place, a message has its turn after what waits. A running bot takes it up within seconds,
    else the next one does. A call is never made again: look whether it was done, and drop it.

    \b
    botkit conversations retry web:k3j2/4.0 --dir flows/support
    botkit conversations failed --json | jq -r .id | xargs -n1 botkit conversations retry
    """
    from botkit.app.audits import operator
    from botkit.app.failures import retry as retry_one

    async def retry_it(store: "Store") -> None:
        print(await retry_one(store, which, operator()))

    read(directory, store, retry_it)


@conversations.command()
@guarded
def drop(which: Failure, directory: Directory = HERE, store: Url = "") -> None:
    """Let go of what failed.

    It is not listed any more, and not tried again.

    \b
    botkit conversations drop web:k3j2/4.0 --dir flows/support
    """
    from botkit.app.audits import operator
    from botkit.app.failures import drop as drop_one

    async def drop_it(store: "Store") -> None:
        await drop_one(store, which, operator())
        print(f"dropped {which}")

    read(directory, store, drop_it)
