"""Confidences: the secrets that an installation was given, so that no language model can be made to say one."""

from collections.abc import Iterator
from pathlib import Path

from botkit.app.clear_secrets import looks_secret, named_secrets, secret_parts
from botkit.app.config import FILE, VARIABLE, fill_variables
from botkit.app.directories import dotenv_of, variables_of
from botkit.app.secrets import PATH
from botkit.flows import read


def confidences_of(directory: Path) -> tuple[str, ...]:
    """Give the secrets of bot.yaml with its variables filled in, those of .env, and the installation's own."""
    return tuple(dict.fromkeys(one for one in _known(directory) if one))


def _known(directory: Path) -> Iterator[str]:
    text = (directory / FILE).read_text(encoding="utf-8-sig")
    variables = variables_of(directory)
    node, _ = read(text, FILE)
    if node is not None:
        yield from (fill_variables(one, variables, []) for one in named_secrets(node))
    named = {match[1] for match in VARIABLE.finditer(text)} | set(dotenv_of(directory))
    yield from (variables.get(name, "") for name in named if looks_secret(name))
    yield from secret_parts(fill_variables(text, variables, []))
    own = directory / PATH
    if own.is_file():
        yield own.read_text(encoding="ascii", errors="ignore").strip()
