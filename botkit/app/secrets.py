"""The secret of an installation: made once, kept beside the bot, the same after a restart."""

import os
import secrets
from pathlib import Path

PATH = Path(".botkit") / "secret"


def keep_secret(directory: Path) -> str:
    """Give the secret of a bot's directory and make it if there is none; empty where nothing can be written.

    Connectors sign with it what a browser keeps, so that a customer comes back to the own chat after a deploy.
    """
    path = directory / PATH
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            made = secrets.token_urlsafe(32)
            file.write(f"{made}\n")
    except (OSError, UnicodeDecodeError):
        return ""
    return made
