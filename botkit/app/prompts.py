"""Prompts: the files of a bot's folder `prompts/`, each in place of one that comes with botkit."""

from pathlib import Path
from typing import Final

from jinja2 import TemplateSyntaxError

from botkit.errors import Place, Problem, UsageError
from botkit.flows import shapes
from botkit.llm.prompting import NAMES, Prompts

FOLDER: Final = "prompts"
SUFFIX: Final = ".jinja"
MOST_BYTES: Final = 100_000


def read_prompts(directory: Path, problems: list[Problem]) -> dict[str, str]:
    """Read a bot's own prompts by their names; what is none of them, or broken, is a problem."""
    found: dict[str, str] = {}
    for path in sorted((directory / FOLDER).glob("*")) if (directory / FOLDER).is_dir() else ():
        if path.name.startswith("."):
            continue
        problem = _check(path, found)
        if problem is not None:
            problems.append(problem)
    return found


def copy_prompt(directory: Path, name: str, known: Prompts) -> Path:
    """Copy a prompt into a bot's folder, to be changed there. Raises UsageError where it has its own."""
    path = directory / FOLDER / f"{name}{SUFFIX}"
    if path.exists():
        raise UsageError(f"{path} is there already")
    path.parent.mkdir(exist_ok=True)
    path.write_text(known.source(name), encoding="utf-8")
    return path


def _check(path: Path, found: dict[str, str]) -> Problem | None:
    place, name = Place(str(path)), path.name.removesuffix(SUFFIX)
    if path.suffix != SUFFIX or name not in NAMES:
        known = ", ".join(f"{one}{SUFFIX}" for one in NAMES)
        hint = shapes.mean(name, NAMES) or f"the prompts are {known}"
        return Problem(place, "unknown-prompt", f"'{path.name}' is no prompt", hint, "warning")
    try:
        text = path.read_text(encoding="utf-8-sig") if path.stat().st_size <= MOST_BYTES else ""
    except (OSError, UnicodeDecodeError) as error:
        why = f"'{path.name}' cannot be read: {type(error).__name__}"
        return Problem(place, "unreadable", why, "save it as UTF-8")
    if not text.strip():
        return Problem(place, "empty-prompt", f"'{path.name}' is empty, or longer than {MOST_BYTES} bytes")
    try:
        own = Prompts({name: text})
        own.compiled(name)
        if unknown := own.unknown(name):
            line = next((n for n, one in enumerate(text.splitlines(), 1) if unknown[0] in one), 1)
            return Problem(Place(str(path), line), "unknown-name", f"nothing gives the prompt '{unknown[0]}'")
    except TemplateSyntaxError as error:
        return Problem(Place(str(path), error.lineno), "template-syntax", (error.message or "").rstrip("."))
    found[name] = text
    return None
