"""Rows of the public recognizers' cases: a text, its language, and the one value that it has, or none.

The folder is `../shared/data/recognizers` beside the repository, or `recognizers` in the folder that the
environment variable BOTKIT_CASES names. A file is one JSON list, or one JSON object a line; where a row does not
tell its language or its model, the file's path does (`Number/Chinese/NumberModel.json`, `NumberModel.zh.jsonl`).
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(os.environ.get("BOTKIT_CASES") or Path(__file__).parents[3] / "shared" / "data") / "recognizers"

_MOMENTS = ("date", "time", "datetime", "duration")
CLAIMED: Mapping[str, str] = {
    "boolean": "boolean",
    "email": "email",
    "number": "number",
    "integer": "number",
    "percentage": "number",
    "currency": "money",
    "money": "money",
    "phonenumber": "phone",
    "phone": "phone",
    **{kind: kind for kind in _MOMENTS},
}
"""What the cases call a type → the slot type that reads it. Other types (ranges, sets, ages) are not claimed."""

_MODELS: Mapping[str, tuple[str, ...]] = {
    "booleanmodel": ("boolean",),
    "emailmodel": ("email",),
    "numbermodel": ("number",),
    "percentmodel": ("number",),
    "currencymodel": ("money",),
    "phonenumbermodel": ("phone",),
    "datetimemodel": _MOMENTS,
    "dateparser": ("date",),
    "timeparser": ("time",),
    "datetimeparser": ("datetime",),
    "durationparser": ("duration",),
}
"""Model → the slot types that must find nothing where it finds nothing."""

_LANGUAGES = {"english": "en", "chinese": "zh", "en": "en", "zh": "zh"}
_PATH_PARTS = re.compile(r"[./\\_-]")


class Row(NamedTuple):
    """A text and what a slot of `type` must read in it: `resolution`, or nothing where that is None."""

    type: str
    language: str
    text: str
    resolution: Mapping[str, object] | None
    ref: datetime | None
    place: str
    kind: str = ""  # what the cases call the type: percentage


def read_rows(folder: Path = FOLDER) -> list[Row]:
    """Give the rows with exactly one value of a claimed type, and those with none; other languages are left out."""
    return [
        row
        for path in sorted(folder.rglob("*.json*"))
        for number, given in enumerate(_objects(path), 1)
        for row in _rows(given, path.relative_to(folder), f"{path.relative_to(folder)}:{number}")
    ]


def _objects(path: Path) -> Iterator[Mapping[str, Any]]:
    text = path.read_text("utf-8-sig")
    try:
        read = json.loads(text)
    except json.JSONDecodeError:
        read = [json.loads(line) for line in text.split("\n") if line.strip()]
    if isinstance(read, dict):
        read = (
            [read]
            if path.suffix == ".jsonl"
            else [each for value in read.values() if isinstance(value, list) for each in value]
        )
    return (_folded(each) for each in read if isinstance(each, dict))


def _folded(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row with its keys in small letters; `ReferenceDateTime`, `reference_date_time` are one."""
    return {key.lower().replace("_", ""): value for key, value in given.items()}


def _rows(given: Mapping[str, Any], path: Path, place: str) -> Iterator[Row]:
    text = _first(given, "input", "text", "utterance")
    language = _language(given, path)
    results = _first(given, "results", "expected")
    if not isinstance(text, str) or not language or results is None or _is_a_mode(path):
        return
    ref = _reference(given)
    if not results:
        for kind in _models(given, path):
            yield Row(kind, language, text, None, ref, place)
        return
    result = _folded(results[0] if isinstance(results, list) else results)
    kind = str(_first(result, "type", "typename") or _first(given, "type", "typename") or "")
    kind = kind.rpartition(".")[2].lower()
    resolution = _first(result, "resolution", "value")
    if (isinstance(results, list) and len(results) > 1) or kind not in CLAIMED or resolution is None:
        return
    meant = resolution if isinstance(resolution, dict) else result
    yield Row(CLAIMED[kind], language, text, meant, ref, place, kind)


def _first(given: Mapping[str, Any], *names: str) -> Any:
    return next((given[name] for name in names if name in given and given[name] is not None), None)


def _language(given: Mapping[str, Any], path: Path) -> str:
    own = _first(given, "language", "lang", "locale", "culture")
    parts = [str(own)] if own else _PATH_PARTS.split(str(path))
    for part in parts:
        name = part.lower()
        found = _LANGUAGES.get(name) or _LANGUAGES.get(name.partition("-")[0])
        if found:
            return found
    return ""


def _reference(given: Mapping[str, Any]) -> datetime | None:
    context = given.get("context")
    within = _folded(context) if isinstance(context, dict) else {}
    names = ("ref", "reference", "refdatetime", "referencedatetime")
    written = _first(given, *names) or _first(within, *names)
    return datetime.fromisoformat(written) if isinstance(written, str) else None


def _models(given: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    own = str(_first(given, "type", "typename") or "").rpartition(".")[2].lower()
    if own in CLAIMED:
        return (CLAIMED[own],)
    named = [str(_first(given, "model") or ""), *_PATH_PARTS.split(str(path))]
    return next((_MODELS[name.lower()] for name in named if name.lower() in _MODELS), ())


def _is_a_mode(path: Path) -> bool:
    """Leave out the cases of a recognizer's options: NumberModelPercentMode, OrdinalModelEnablePreview."""
    return re.search(r"(?i)model[a-z]", path.stem) is not None
