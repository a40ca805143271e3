"""Texts in which somebody marked what may identify a person; they lie outside the repository."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(os.environ.get("BOTKIT_CASES") or Path(__file__).parents[3] / "shared" / "data") / "pii"
LABELS = {
    "email": ("EMAIL", "EMAIL_ADDRESS", "EMAILADDRESS"),
    "phone": ("PHONE", "PHONE_NUMBER", "PHONENUMBER", "TELEPHONE", "TELEPHONENUM", "MOBILE"),
    "card": ("CARD", "CREDIT_CARD", "CREDIT_CARD_NUMBER", "CREDITCARDNUMBER", "BANK_CARD"),
    "iban": ("IBAN", "IBAN_CODE"),
    "id": (
        "ID",
        "US_SSN",
        "SSN",
        "SOCIALNUM",
        "NATIONAL_ID",
        "ID_CARD",
        "CN_ID",
        "UK_NINO",
        "DE_TAX_ID",
        "IDCARDNUM",
    ),
    "address": ("ADDRESS", "STREET_ADDRESS", "FULL_ADDRESS"),
}
_KINDS = {label: kind for kind, labels in LABELS.items() for label in labels}


class Case(NamedTuple):
    """A text, its language, and what is in it: (kind, start, end); `marked` are the labels that the file knows."""

    text: str
    language: str
    spans: tuple[tuple[str, int, int], ...]


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Read every `.jsonl` and `.json` file: rows with `text` and `spans`, each of these with a label and its place."""
    return [case for path in sorted([*folder.rglob("*.jsonl"), *folder.rglob("*.json")]) for case in _read(path)]


def _read(path: Path) -> Iterator[Case]:
    for row in _rows(path):
        text = row.get("text") or row.get("full_text") or row.get("source_text") or ""
        spans = row.get("spans") or row.get("entities") or row.get("privacy_mask") or ()
        if text:
            yield Case(text, _language(row, text), tuple(_spans(spans)))


def _rows(path: Path) -> Iterable[Mapping[str, Any]]:
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in content.splitlines() if line.strip()]
    loaded = json.loads(content)
    return loaded if isinstance(loaded, list) else loaded.get("rows", ())


def _language(row: Mapping[str, Any], text: str) -> str:
    han = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return str(row.get("language") or row.get("lang") or ("zh" if han else "en"))[:2]


def _spans(spans: Iterable[Any]) -> Iterator[tuple[str, int, int]]:
    for span in spans:
        if isinstance(span, Mapping):
            label = span.get("label") or span.get("type") or span.get("entity_type") or span.get("kind") or ""
            start, end = span.get("start", span.get("start_position")), span.get("end", span.get("end_position"))
        else:
            start, end, label = sorted(span, key=lambda item: isinstance(item, str))
        yield _KINDS.get(str(label).upper(), str(label)), int(start or 0), int(end or 0)
