"""`botkit db`: bring a store's tables forward, or copy it into another one."""

import asyncio
from typing import Annotated

import typer

from botkit.cli.outcomes import FAILED, agreed, guarded, tell

db = typer.Typer(
    help="Databases of bots.", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


@db.command("upgrade")
@guarded
def upgrade(
    store: Annotated[str, typer.Argument(metavar="URL|DIR", help="A store, or a bot's directory.")],
) -> None:
    """Bring the tables of a store forward to this release. A bot does that too when it starts.

    \b
    botkit db upgrade flows/support
    botkit db upgrade postgresql://support@db.example.org/support
    """
    from botkit.app.databases import locate_database, upgrade_database

    print(asyncio.run(upgrade_database(locate_database(store))))


@db.command("copy")
@guarded
def copy(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A store, or a bot's directory.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The store that it becomes.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace what the target holds.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before that.")] = False,
) -> None:
    """Copy everything of a store into another one.

    End every worker of both first. Both are compared row by row before the copy stands.

    \b
    botkit db copy sqlite:///support.db postgresql://support@db.example.org/support
    botkit db copy postgresql://support@db.example.org/support sqlite:///support.db
    botkit db copy flows/support sqlite:///backup.db --force --yes
    """
    from botkit.app.databases import copy_database, locate_database
    from botkit.stores.copying import counted

    def show(table: str, done: int, every: int) -> None:
        if done and (done == every or done % 100_000 == 0):
            tell(f"{table}: {done:,} of {every:,}")

    def sure(question: str) -> bool:
        return yes or agreed(question)

    ends = (locate_database(source), locate_database(target))
    copied = asyncio.run(copy_database(*ends, show, force=force, agreed=sure))
    if copied is None:
        raise typer.Exit(FAILED)
    if copied["objects"]:
        stay = f"{copied['objects']:,} contents of files stay in the bucket"
        tell(f"{stay}: give the target's bot the same `files: {{s3: ...}}`, and let go of the source")
    conversations, rows = counted(copied["conversations"], "conversation"), counted(sum(copied.values()), "row")
    print(f"copied {conversations}, {rows} in all; both are equal")
