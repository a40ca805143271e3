"""`botkit desk`: people take conversations over, in the terminal."""

import os
from pathlib import Path
from typing import Annotated

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.outcomes import guarded
from botkit.errors import ConfigError


@guarded
def desk(
    directory: BotDirectory = HERE,
    url: Annotated[
        str, typer.Option(metavar="URL", help="Where the bot is served; this machine's port 8000 if not given.")
    ] = "",
    token: Annotated[
        str,
        typer.Option(envvar="BOTKIT_AGENT_TOKEN", help="Yours, of handoff: agents: in bot.yaml.", show_default=False),
    ] = "",
    name: Annotated[
        str,
        typer.Option(
            "--as", metavar="NAME", help="Who you are, without a token of your own: here, the directory is."
        ),
    ] = "",
    team: Annotated[str, typer.Option(metavar="TEAM", help="Only what waits for that team.")] = "",
) -> None:
    """Take conversations over from the bot.

    See who waits, claim, answer, note, pass on, give back, close. The bot has to be served (`botkit run`). Who can
    read its directory needs no token.

    \b
    botkit desk flows/support
    botkit desk flows/support --as ann --team orders
    BOTKIT_AGENT_TOKEN=... botkit desk --url https://bot.example.org
    """
    from botkit.cli.desk_client import HTTPDesk
    from botkit.cli.desk_screen import serve

    if not token:
        token = _token_of(directory)
        name = name or os.environ.get("USER", "") or "desk"
    url = url or f"http://127.0.0.1:{os.environ.get('BOTKIT_PORT', '8000')}"
    serve(HTTPDesk(url, token, name), team)


def _token_of(directory: Path) -> str:
    """Give the token that goes with the bot's directory. Raises ConfigError where there is none."""
    from botkit.app.desks import token_of
    from botkit.app.secrets import keep_secret

    if not (directory / "bot.yaml").is_file():
        raise ConfigError(f"there is no bot in {directory}", hint="name its directory, or --url and --token")
    found = token_of(keep_secret(directory))
    if not found:
        raise ConfigError(f"{directory} cannot be written to, so there is no token", hint="name one with --token")
    return found
