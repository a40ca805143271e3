"""`botkit run`: serving a bot."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.logs import make_voice, set_up_logging
from botkit.cli.outcomes import ending, guarded
from botkit.errors import UsageError


@guarded
def run(
    directory: BotDirectory = HERE,
    host: Annotated[str, typer.Option(help="Where to listen. Others than this machine need api: {token: ...}.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(envvar="BOTKIT_PORT", min=0, max=65535, help="0 takes any free one.")] = 8000,
    *,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="A variable that nobody set, a channel, language model or bucket without its secret, is an error.",
        ),
    ] = False,
    role: Annotated[
        str, typer.Option(help="What this process does: all, or, with PostgreSQL, web or worker.")
    ] = "all",
    log_format: Annotated[
        str, typer.Option(envvar="BOTKIT_LOG_FORMAT", help="json or text; else text on a terminal, json elsewhere.")
    ] = "",
    log_turns: Annotated[
        bool, typer.Option("--log-turns", envvar="BOTKIT_LOG_TURNS", help="A line in the log for each turn.")
    ] = False,
    reload: Annotated[bool, typer.Option("--reload/--no-reload", help="Take up files as they are saved.")] = True,
) -> None:
    """Serve a bot on all its channels, with a web page to try it.

    Stops on Ctrl-C or SIGTERM: what runs ends first, what is left stays in the store.

    \b
    botkit run flows/support
    BOTKIT_PORT=9000 botkit run flows/support --no-reload
    botkit run flows/support --host 0.0.0.0 --strict
    botkit run flows/support --role worker --port 8001
    """
    from botkit.app.nodes import ROLES
    from botkit.app.serving import Address, Service
    from botkit.monitoring.spans import exporting

    form = set_up_logging(log_format)
    say, complain = make_voice(form, sys.stdout, logging.INFO), make_voice(form, sys.stderr, logging.ERROR)
    with ending(complain):
        chosen = next((known for known in ROLES if known == role), None)
        if chosen is None:
            raise UsageError(f"there is no role {role!r}", hint=f"it is {', '.join(ROLES[:-1])} or {ROLES[-1]}")
        where = Address(host, port)
        with exporting() as spans, asyncio.Runner(loop_factory=_fastest_loop()) as runner:
            service = Service(
                directory, where, say, strict=strict, watch=reload, role=chosen, log_turns=log_turns, spans=spans
            )
            runner.run(service.run())


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give uvloop's loop where it is installed (`botkit[fast]`), None for Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
