"""The recorded scripts: read from `../shared/data/botframework` beside the checkout, or from where BOTKIT_CASES says.

The folder, and folders in it, hold files of one script each (`*.json`, `*.dialog`), or files with a list of scripts, a
mapping of them by name, or one a line (`*.jsonl`). A script has `dialog` and `script`; its name is its `name`, else
the file's. A file that is a dialog itself can be begun by its name. Comments and commas before a closing bracket are
passed over, as Bot Framework does.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.flows.botframework.dialogs import Spec, kind_of

FOLDER = (
    Path(os.environ.get("BOTKIT_CASES") or Path(__file__).resolve().parents[4] / "shared" / "data") / "botframework"
)
ENDINGS = ("*.json", "*.jsonl", "*.dialog")
COMMENTS = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
COMMAS = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])')


@dataclass(frozen=True)
class Case:
    """A script with its dialog."""

    name: str
    dialog: Spec
    script: list[Spec]
    others: dict[str, Spec] = field(default_factory=dict)
    """Dialogs that stand in files of their own, by name."""


def parse(text: str) -> Any:
    """Read JSON with comments, and with commas too many."""
    for loose in (COMMENTS, COMMAS):
        text = loose.sub(lambda found: found[1] or "", text)
    return json.loads(text)


def read(folder: Path = FOLDER) -> list[Case]:
    """Give the scripts of a folder, sorted by name; none if there is no such folder."""
    documents = list(_documents(folder))
    others = {name: found for name, found in documents if kind_of(found) == "AdaptiveDialog"}
    cases = [_case(name, found, others) for name, found in documents if "script" in found and "dialog" in found]
    return sorted(cases, key=lambda case: case.name)


def _case(name: str, found: Spec, others: dict[str, Spec]) -> Case:
    dialog = parse(found["dialog"]) if isinstance(found["dialog"], str) else found["dialog"]
    script = parse(found["script"]) if isinstance(found["script"], str) else found["script"]
    own = found.get("dialogs") or {}
    return Case(str(found.get("name") or name), dialog, script, {**others, **own})


def _documents(folder: Path) -> Iterator[tuple[str, Spec]]:
    for path in sorted({path for ending in ENDINGS for path in folder.rglob(ending)}):
        text = path.read_text(encoding="utf-8-sig")
        name = re.sub(r"(\.test)?(\.dialog)?(\.jsonl?)?$", "", path.name)
        if path.suffix == ".jsonl":
            yield from _named(name, [parse(line) for line in text.splitlines() if line.strip()])
        else:
            yield from _named(name, parse(text))


def _named(name: str, found: Any) -> Iterator[tuple[str, Spec]]:
    """Give the documents in a file, by their names."""
    if isinstance(found, dict) and "cases" in found:
        found = found["cases"]
    if isinstance(found, list):
        for number, item in enumerate(found):
            yield from _named(f"{name}:{number}", item)
    elif isinstance(found, dict) and ("script" in found or kind_of(found)):
        yield name, found
    elif isinstance(found, dict):
        for key, item in found.items():
            yield from _named(key, item)
