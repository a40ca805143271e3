"""New projects from templates: a bot, a plugin, a connector."""

import json
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from botkit.errors import UsageError

Kind = Literal["bot", "plugin", "connector"]

_PACKAGE = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_SUFFIX = ".tmpl"


def scaffold(kind: Kind, name: str, target: Path) -> list[Path]:
    """Write a new project into the directory `target` and give its files.

    Nothing that exists is touched: raises UsageError for a `target` that is not empty, or a name that cannot be one.
    """
    if kind not in ("bot", "plugin", "connector"):
        raise UsageError(f"there is no template for '{kind}'", hint="bot, plugin or connector")
    words = _words(kind, name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not empty", hint="give another name")
    written = {
        target / _fill(path, words): _fill(text, words)
        for path, text in _templates(files("botkit.cli") / "templates" / kind, "")
    }
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(written)


def _words(kind: Kind, name: str) -> dict[str, str]:
    """Give what stands for each `@@word@@` of a template."""
    if kind == "bot":
        if not name.strip() or len(name) > 60 or not name.isprintable():
            raise UsageError("a bot's name is a line of 1 to 60 characters")
        return {"name": name.strip(), "quoted": json.dumps(name.strip(), ensure_ascii=False)}
    if not _PACKAGE.fullmatch(name) or len(name) > 40:
        hint = "small letters, digits and hyphens, beginning with a letter, 40 at most"
        raise UsageError(f"'{name}' is no name for a {kind}", hint=hint)
    short = name.replace("-", "_").removeprefix("botkit_")
    title = "".join(part.capitalize() for part in short.split("_"))
    dashed = short.replace("_", "-")
    return {
        "name": short,
        "module": f"botkit_{short}",
        "project": f"botkit-{dashed}",
        "title": title,
        "path": dashed,
        "upper": short.upper(),
    }


def _fill(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@@(\w+)@@", lambda match: words[match[1]], text)


def _templates(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            found += _templates(item, f"{prefix}{item.name}/")
        elif item.name.endswith(_SUFFIX):
            found.append((prefix + item.name.removesuffix(_SUFFIX), item.read_text(encoding="utf-8")))
    return found
