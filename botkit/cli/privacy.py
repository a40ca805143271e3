"""`botkit conversations export`, `erase` and `retain`: a copy for a customer, and what goes, asked for or by age."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.histories import Directory, Url, read
from botkit.cli.outcomes import agreed, guarded, tell

if TYPE_CHECKING:
    from botkit.app.erasing import Target
    from botkit.ports.stores import Store

Name = Annotated[str, typer.Argument(metavar="CONVERSATION", help="As `botkit conversations list` names it.")]
Customer = Annotated[str, typer.Option(metavar="ID", help="All conversations of whom a plugin knows by this id.")]
Channel = Annotated[str, typer.Option(metavar="NAME", help="Of a customer, only those on this channel.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="And all others of the same customer.")]
_SHOWN = 5  # names in a question
_DAY = 86_400


def _target(conversation: str, customer: str, channel: str, *, everywhere: bool) -> "Target":
    from botkit.app.erasing import Target, check_target

    target = Target(conversation, everywhere, customer, channel)
    check_target(target)
    return target


@guarded
def export(
    conversation: Name = "",
    directory: Directory = HERE,
    store: Url = "",
    customer: Customer = "",
    channel: Channel = "",
    *,
    everywhere: Everywhere = False,
    with_files: Annotated[
        Path | None, typer.Option("--with-files", metavar="PATH", help="Into a new directory, or a .zip, with files.")
    ] = None,
) -> None:
    """Write all that is stored of a conversation or a customer.

    It is one JSON document. With --with-files it goes into a new directory or a .zip, as `export.json` beside the
    content of the files.

    \b
    botkit conversations export web:k3j2 --with-files k3j2.zip
    botkit conversations export web:k3j2 --dir flows/support > k3j2.json
    botkit conversations export web:k3j2 --everywhere | jq '.conversations[].turns[].event.text'
    botkit conversations export --customer 4711 --channel telegram
    """
    from botkit.app.audits import note_act, operator
    from botkit.app.erasing import find_conversations
    from botkit.app.exports import write_export
    from botkit.app.histories import bucket_of, files_of
    from botkit.app.keepers import started_keepers
    from botkit.app.packing import FILE, write_with_files

    target = _target(conversation, customer, channel, everywhere=everywhere)

    async def export_all(store: "Store") -> None:
        found, files = await find_conversations(store, target), files_of(store, bucket_of(directory))
        await note_act(store, operator(), "exported", *found.conversations)
        async with started_keepers(directory, lambda plugin: plugin.exporting, tell) as keepers:
            document = write_export(store, files, found, time.time(), customer, keepers)
            if with_files is not None:
                count = await write_with_files(with_files, document, files, found.conversations)
                print(f"wrote {with_files}: {FILE} and {count} file{'s' if count != 1 else ''}")
                return
            async for piece in document:
                sys.stdout.write(piece)

    read(directory, store, export_all)


@guarded
def erase(
    conversation: Name = "",
    directory: Directory = HERE,
    store: Url = "",
    customer: Customer = "",
    channel: Channel = "",
    *,
    everywhere: Everywhere = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove everything that is stored of a conversation or a customer. It cannot be undone.

    It works beside a running bot: whoever is at work with it begins anew. Figures stay, which name nobody.

    \b
    botkit conversations erase web:k3j2 --dir flows/support --yes
    botkit conversations erase telegram:815 --everywhere
    botkit conversations erase --customer 4711
    """
    from botkit.app.audits import note_act, operator
    from botkit.app.erasing import erase as erase_them
    from botkit.app.erasing import find_conversations, told
    from botkit.app.histories import bucket_of, files_of
    from botkit.app.keepers import notify_keepers, started_keepers

    target = _target(conversation, customer, channel, everywhere=everywhere)

    async def erase_all(store: "Store") -> None:
        found = await find_conversations(store, target)
        names = found.conversations
        shown = ", ".join([*names[:_SHOWN], *(["..."] if len(names) > _SHOWN else [])])
        many = "" if len(names) == 1 else f" in {len(names)} conversations"
        if not yes and not agreed(f"Erase everything{many} of {shown}?"):
            raise typer.Exit(1)
        await note_act(store, operator(), "erased", *found.conversations)
        files = files_of(store, bucket_of(directory))
        async with started_keepers(directory, lambda plugin: plugin.erasing, tell) as keepers:
            names = [name for one in keepers for name in one.erasers]
            counts = await erase_them(store, files, found, time.time(), names)
            print(f"erased {told(counts) or 'nothing'}")
            if done := await notify_keepers(store, keepers, time.time(), tell):
                print(f"and what plugins kept: {', '.join(done)}")
        if remains := await files.remains():
            tell(f"{remains} contents of files are still in the bucket: a bot that runs removes them within the hour")

    read(directory, store, erase_all)


@guarded
def retain(
    directory: BotDirectory = HERE,
    named: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="The bot, as DIR.")] = None,
    store: Url = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as one JSON object.")] = False,
) -> None:
    """Let go of what is older than `retention` in bot.yaml says.

    A bot that runs does it by itself, every hour.

    \b
    botkit conversations retain flows/support --dry-run
    botkit conversations retain flows/support
    """
    from botkit.app.erasing import scrub, told
    from botkit.app.histories import config_of, files_of, open_history
    from botkit.app.keepers import notify_keepers, started_keepers
    from botkit.runtime.clocks import WallClock
    from botkit.runtime.retention import Retention, foresee

    directory = named or directory
    config = config_of(directory)
    ages, idle = config.retention, config.settings.idle
    if ages.none:
        print("{}" if as_json else "bot.yaml has no `retention`: nothing goes by its age")
        return

    async def run() -> None:
        async with open_history(directory, store or None) as opened:
            files = files_of(opened, config.bucket)
            if dry_run:
                counts = await foresee(opened, files, ages, idle, time.time())
            else:
                async with started_keepers(directory, lambda plugin: plugin.erasing, tell) as keepers:
                    names = [name for one in keepers for name in one.erasers]
                    counts = await Retention(opened, files, WallClock(), ages, idle, names).once()
                    await scrub(opened)
                    await notify_keepers(opened, keepers, time.time(), tell)
        if as_json:
            print(json.dumps(dict(counts)))
        else:
            print(f"{'would go' if dry_run else 'gone'}: {told(counts) or 'nothing'}")

    asyncio.run(run())


@guarded
def figures(
    directory: Directory = HERE,
    store: Url = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Count turns by day, channel, flow, route and outcome.

    Those of erased conversations too.

    \b
    botkit conversations figures --dir flows/support
    botkit conversations figures --json | jq -s 'map(select(.outcome == "handoff") | .count) | add'
    """
    from botkit.app.figures import count_figures
    from botkit.app.transcripts import moment

    async def count(store: "Store") -> None:
        counted = await count_figures(store)
        for one in counted:
            day = moment(one.day * _DAY)[:10]
            if as_json:
                fields = {"flow": one.flow, "route": one.route, "outcome": one.outcome, "count": one.count}
                print(
                    json.dumps({"day": day, "channel": one.channel, "kind": one.kind, **fields}, ensure_ascii=False)
                )
            else:
                words = (day, one.channel, one.kind, one.flow, one.route, one.outcome)
                print(f"{one.count:>8}  {'  '.join(word for word in words if word)}")
        if not (counted or as_json):
            tell("no turns")

    read(directory, store, count)
