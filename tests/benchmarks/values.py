"""What botkit's readers of values and other libraries make of the same rows: `python -m tests.benchmarks.values`.

The rows are those of `tests/values/cases.py`. A library that is not installed is told so; they need not be where
botkit is: a path of theirs in PYTHONPATH will do. Read the ratios, not the times.
"""

import importlib
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import botkit.understanding.values as own
from botkit.model.values import Money
from tests.values.cases import FOLDER, Row, read_rows
from tests.values.judge import UNITS, is_right, locale_of, read_value

TYPES = ("boolean", "email", "number", "money", "phone")
MOST = 150  # rows of one type and language that a library reads
Reader = Callable[[Row], object]


class Candidate(NamedTuple):
    """A library: what has to be installed, and for each type and language how it reads a row."""

    name: str
    installed: tuple[str, ...]
    readers: Mapping[tuple[str, str], Reader]


def _call(module: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


_CULTURES = {"en": "en-us", "zh": "zh-cn"}
_COUNTRIES = {"en": "US", "zh": "CN"}


def _recognized(module: str, name: str) -> Reader:
    def read(row: Row) -> object:
        results = _call(module, name)(row.text, _CULTURES[row.language])
        value = next((result.resolution["value"] for result in results if result.resolution["value"]), None)
        return _number(value) if row.type == "number" else value

    return read


def _number(value: object) -> object:
    return None if value is None else float(str(value).replace("%", ""))


def _recognized_number(row: Row) -> object:
    """A percentage is a number for botkit, and another model's matter for the recognizers."""
    name = "recognize_percentage" if row.kind == "percentage" else "recognize_number"
    return _recognized("recognizers_number", name)(row)


def _recognized_money(row: Row) -> object:
    results = _call("recognizers_number_with_unit", "recognize_currency")(row.text, _CULTURES[row.language])
    found = next((result.resolution for result in results if result.resolution.get("value")), None)
    if found is None:
        return None
    codes, parts = UNITS.get(found["unit"].lower(), (frozenset[str](), 1))
    currency = found.get("isoCurrency") or min(codes, default="")
    if not currency and found["unit"] == (row.resolution or {}).get("unit"):
        currency = str((row.resolution or {}).get("isoCurrency", ""))
    return Money(Decimal(found["value"]) / parts, currency)


def _priced(row: Row) -> object:
    price = _call("price_parser", "parse_price")(row.text)
    if price.amount is None:
        return None
    sign = (price.currency or "").lower()
    codes = locale_of(row.language).currencies.get(sign, sign.upper()).split()
    return Money(price.amount, codes[0] if codes else "")


def _dialled(row: Row) -> object:
    leniency = _call("phonenumbers", "Leniency").POSSIBLE  # type: ignore[attr-defined]
    matcher = _call("phonenumbers", "PhoneNumberMatcher")(row.text, _COUNTRIES[row.language], leniency)
    return next((match.raw_string for match in matcher), None)


def _babel(row: Row) -> object:
    return float(_call("babel.numbers", "parse_decimal")(row.text.strip(), locale=row.language, strict=True))


def _spelled(row: Row) -> object:
    return _call("text_to_num", "text2num")(row.text.strip(), "en")


CANDIDATES = (
    Candidate("botkit", (), MappingProxyType({(kind, lang): read_value for kind in TYPES for lang in ("en", "zh")})),
    Candidate(
        "recognizers-text",
        ("recognizers-text-suite",),
        MappingProxyType(
            {
                **{("boolean", lang): _recognized("recognizers_choice", "recognize_boolean") for lang in _CULTURES},
                **{("email", lang): _recognized("recognizers_sequence", "recognize_email") for lang in _CULTURES},
                **{
                    ("phone", lang): _recognized("recognizers_sequence", "recognize_phone_number")
                    for lang in _CULTURES
                },
                **{("number", lang): _recognized_number for lang in _CULTURES},
                **{("money", lang): _recognized_money for lang in _CULTURES},
            }
        ),
    ),
    Candidate("phonenumbers", ("phonenumbers",), MappingProxyType({("phone", lang): _dialled for lang in _CULTURES})),
    Candidate("price-parser", ("price-parser",), MappingProxyType({("money", lang): _priced for lang in _CULTURES})),
    Candidate("babel", ("babel",), MappingProxyType({("number", lang): _babel for lang in _CULTURES})),
    Candidate("text2num", ("text2num",), MappingProxyType({("number", "en"): _spelled})),
    Candidate(
        "word2number",
        ("word2number",),
        MappingProxyType({("number", "en"): lambda row: _call("word2number.w2n", "word_to_num")(row.text)}),
    ),
    Candidate(
        "number-parser",
        ("number-parser",),
        MappingProxyType({("number", "en"): lambda row: _call("number_parser", "parse_number")(row.text, "en")}),
    ),
    Candidate(
        "cn2an",
        ("cn2an",),
        MappingProxyType({("number", "zh"): lambda row: _call("cn2an", "cn2an")(row.text.strip(), "smart")}),
    ),
)


def weigh(candidate: Candidate) -> int | None:
    """Give the kilobytes of a library with what it needs itself; None if it is not installed."""
    if not candidate.installed:
        return _weigh_own()
    seen: set[str] = set()
    try:
        return sum(_sizes(candidate.installed[0], seen)) // 1024
    except metadata.PackageNotFoundError:
        return None


def _weigh_own() -> int:
    package = Path(own.__file__).parent
    locales = package.parents[1] / "locales"
    files = [*package.glob("*.py"), *(locales / f"{code}.yaml" for code in ("en", "zh"))]
    return sum(path.stat().st_size for path in files) // 1024


def _sizes(name: str, seen: set[str]) -> Iterator[int]:
    if name.lower() in seen:
        return
    seen.add(name.lower())
    found = metadata.distribution(name)
    yield sum(
        Path(str(file.locate())).stat().st_size for file in found.files or () if Path(str(file.locate())).exists()
    )
    for needed in found.requires or ():
        if ";" not in needed:
            yield from _sizes(_name(needed), seen)


def _name(requirement: str) -> str:
    end = next((at for at, char in enumerate(requirement) if not (char.isalnum() or char in "-_.")), len(requirement))
    return requirement[:end]


def measure(reader: Reader, rows: Sequence[Row]) -> tuple[int, float]:
    """Give how many rows are read right, and the microseconds a call; a reader that raises found nothing."""
    right, spent = 0, 0.0
    for row in rows:
        began = time.perf_counter()
        got = _attempt(reader, row)
        spent += time.perf_counter() - began
        right += is_right(row, got)
    return right, spent / len(rows) * 1e6


def _attempt(reader: Reader, row: Row) -> object:
    try:
        return reader(row)
    except Exception:  # noqa: BLE001 — each library has errors of its own for «no value»
        return None


def main() -> None:
    """Print a line for each library, type and language."""
    warnings.simplefilter("ignore")  # the libraries', about regular expressions
    rows = read_rows() if FOLDER.is_dir() else []
    if not rows:
        print(f"the cases are not here: {FOLDER}")
        return
    print(f"{'type':8} {'language':8} {'library':18} {'right':>11} {'share':>7} {'µs/call':>10} {'kB':>8}")
    for kind in TYPES:
        for language in ("en", "zh"):
            _compare(kind, language, [row for row in rows if (row.type, row.language) == (kind, language)][:MOST])


def _compare(kind: str, language: str, rows: Sequence[Row]) -> None:
    for candidate in CANDIDATES if rows else ():
        reader = candidate.readers.get((kind, language))
        weight = weigh(candidate) if reader else None
        line = f"{kind:8} {language:8} {candidate.name:18}"
        if reader and weight is None:
            print(f"{line} not installed")
        elif reader:
            _attempt(reader, rows[0])  # what is loaded at the first call
            right, spent = measure(reader, rows)
            print(f"{line} {right:5}/{len(rows):5} {right / len(rows):7.1%} {spent:10.1f} {weight:8}")


if __name__ == "__main__":
    main()
