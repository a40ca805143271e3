"""Cases of the public YAML test suite: a text, and the values that it stands for or that it must be refused.

The folder is `../shared/data/yaml_suite` beside the repository, or `yaml_suite` in the folder that the environment
variable BOTKIT_CASES names. Read are the suite's sources (`src/*.yaml`, a list of cases with `yaml`, `json`, `fail`),
its releases (folders with `in.yaml`, `in.json`, `error`), and rows of JSON (a list, or one object a line).
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(os.environ.get("BOTKIT_CASES") or Path(__file__).parents[3] / "shared" / "data") / "yaml_suite"

_TABS = re.compile("—*»|<TAB>")
_SPACES = re.compile("[␣·]|<SPC>")
_MADE = frozenset({"in.yaml", "out.yaml", "emit.yaml"})


class Case(NamedTuple):
    """A text that must be refused, or the `values` of its documents; None where the suite gives no value."""

    name: str
    text: str
    values: tuple[Any, ...] | None = None
    refused: bool = False


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Give the cases of a folder by name; of a case that lies there in two forms, one."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return sorted({case.name: case for path in paths for case in _cases(path)}.values())


def _cases(path: Path) -> Iterator[Case]:
    if path.name == "in.yaml":
        yield _folder(path.parent)
    elif path.suffix == ".yaml" and path.name not in _MADE:
        yield from _rows(path.stem, yaml.load(_text(path), Loader=yaml.CSafeLoader))
    elif path.suffix in {".json", ".jsonl"} and path.name != "in.json":
        yield from _rows("", _objects(_text(path)))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")  # read_text would turn every line break into \n


def _folder(folder: Path) -> Case:
    name = f"{folder.parent.name}/{folder.name}" if folder.name.isdecimal() else folder.name
    values = folder / "in.json"
    return Case(
        name,
        _text(folder / "in.yaml"),
        _values(_text(values)) if values.exists() else None,
        (folder / "error").exists(),
    )


def _objects(text: str) -> Any:
    try:
        read = json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    if isinstance(read, dict) and _first(read, "yaml", "in_yaml", "in.yaml", "input") is None:
        return [{"id": name, **row} for name, row in read.items() if isinstance(row, dict)]
    return [read] if isinstance(read, dict) else read


def _rows(name: str, rows: Any) -> Iterator[Case]:
    """Give the cases of a list; in a file of the sources a row without values has those of the row before it."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    before: Any = None
    width = len(str(len(found) - 1)) + 1
    for number, row in enumerate(found):
        own = name if name and len(found) == 1 else f"{name}/{number:0{width}}".lstrip("/")
        text = _first(row, "yaml", "in_yaml", "in.yaml", "input")
        before = _first(row, "json", "in_json", "in.json", "expected") if _tells(row) else before if name else None
        if isinstance(text, str):
            refused = bool(_first(row, "fail", "error", "invalid"))
            yield Case(own if name else str(_first(row, "id", "name") or own), _seen(text), _values(before), refused)


def _tells(row: Mapping[str, Any]) -> bool:
    return any(key in row for key in ("json", "in_json", "in.json", "expected"))


def _first(row: Mapping[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _seen(text: str) -> str:
    """Give a text whose white space was written with letters that can be seen."""
    text = _SPACES.sub(" ", _TABS.sub("\t", text)).replace("←", "\r").replace("⇔", "\ufeff").replace("↵", "")
    return text.removesuffix("∎\n").removesuffix("∎")


def _values(given: Any) -> tuple[Any, ...] | None:
    """Read the JSON values that stand after each other in a text; what is no JSON text is the value itself."""
    if given is None:
        return None
    if not isinstance(given, str):
        return (given,)
    decoder, values, rest = json.JSONDecoder(), [], given.strip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except json.JSONDecodeError:
            return (given,)
        values.append(value)
        rest = rest[end:].lstrip()
    return tuple(values)
