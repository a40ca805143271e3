"""Whether a value that a slot read is the one that a row of the recognizers' cases means."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import botkit
from botkit.flows import read_locale
from botkit.model.locales import Locale
from botkit.model.parsers import Reading
from botkit.model.values import Money
from botkit.understanding.values import PARSERS
from tests.values.cases import Row
from tests.values.moments import same_moment

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
CURRENCY = {"en": "USD", "zh": "CNY"}

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD"})
_CENTS = _DOLLARS | {"EUR"}
_POUNDS = frozenset({"GBP", "EGP", "LBP"})
_YUAN = frozenset({"CNY"})
UNITS: Mapping[str, tuple[frozenset[str], int]] = {
    "dollar": (_DOLLARS, 1),
    "cent": (_CENTS, 100),
    "pound": (_POUNDS, 1),
    "penny": (_POUNDS, 100),
    "pence": (_POUNDS, 100),
    "euro": (frozenset({"EUR"}), 1),
    "yuan": (_YUAN, 1),
    "chinese yuan": (_YUAN, 1),
    "jiao": (_YUAN, 10),
    "fen": (_YUAN, 100),
    "yen": (frozenset({"JPY"}), 1),
    "rupee": (frozenset({"INR", "PKR", "LKR", "NPR"}), 1),
    "franc": (frozenset({"CHF", "FRF", "BEF"}), 1),
    "krone": (frozenset({"DKK", "NOK"}), 1),
    "krona": (frozenset({"SEK", "ISK"}), 1),
    "peso": (frozenset({"MXN", "ARS", "CLP", "COP", "PHP"}), 1),
    "won": (frozenset({"KRW"}), 1),
    "ruble": (frozenset({"RUB"}), 1),
    "lira": (frozenset({"TRY", "ITL"}), 1),
    "dinar": (frozenset({"KWD", "IQD", "JOD", "BHD", "RSD", "TND", "DZD", "LYD"}), 1),
    "mark": (frozenset({"DEM"}), 1),
    "peseta": (frozenset({"ESP"}), 1),
    "netherlands guilder": (frozenset({"NLG"}), 1),
    "finnish markka": (frozenset({"FIM"}), 1),
    "deutsche mark": (frozenset({"DEM"}), 1),
}
"""Unit of a row without a currency's code → the currencies that it may mean, and its parts in one of them."""


class Verdict(NamedTuple):
    """A row, what was read in it, and whether that is right."""

    row: Row
    got: object
    right: bool


@cache
def locale_of(language: str) -> Locale:
    """Give a locale that botkit ships."""
    path = Path(botkit.__file__).parent / "locales" / f"{language}.yaml"
    locale = read_locale(path.read_text("utf-8"), path.name)[0]
    assert locale is not None
    return locale


def reading_of(language: str, ref: datetime | None = None) -> Reading:
    """Give what a slot knows in a bot of one language: its money, and no country, so that digits stay as given."""
    return Reading((locale_of(language),), _aware(ref), CURRENCY[language])


def _aware(ref: datetime | None) -> datetime:
    return ref.replace(tzinfo=ref.tzinfo or UTC) if ref else NOW


def read_value(row: Row, type_name: str = "") -> object:
    """Read a row's text as the open question of a slot would: the best value found in the message, or None."""
    found = PARSERS[type_name or row.type](row.text, reading_of(row.language, row.ref))
    return found[0].value if found else None


def judge(row: Row) -> Verdict:
    """Read a row and compare."""
    got = read_value(row)
    return Verdict(row, got, is_right(row, got))


def is_right(row: Row, got: object) -> bool:
    """Tell whether a value is the row's; a row without a value is met by None."""
    if row.resolution is None:
        return got is None
    if row.type in {"date", "time", "datetime", "duration"}:
        return same_moment(row.type, row.resolution, got, _aware(row.ref))
    if got is None:
        return False
    value = row.resolution.get("value")
    match row.type:
        case "boolean":
            return got is value or str(got).lower() == str(value).lower()
        case "email":
            return str(got).lower() == str(value).lower()
        case "phone":
            return _same_phone(str(value), str(got))
        case "money":
            return isinstance(got, Money) and same_money(row.resolution, got)
        case _:
            return isinstance(got, int | float) and same_number(str(value), got)


def same_number(written: str, got: float) -> bool:
    """Compare as the cases are written: fifteen digits, a percentage by its number."""
    want = float(written.replace("%", "").replace(",", ""))
    return abs(want - got) <= 1e-12 * max(1.0, abs(want)) or f"{want:.14g}" == f"{got:.14g}"


def same_money(resolution: Mapping[str, object], got: Money) -> bool:
    """Compare the amount, and the currency by its code, or by its unit's name where the row has no code."""
    written = Decimal(str(resolution.get("value")))
    unit = str(resolution.get("unit") or "").lower()
    code = str(resolution.get("isoCurrency") or resolution.get("isocurrency") or "")
    if len(code) == 3 and code.isalpha():
        return got.currency == code and got.amount == written
    codes, parts = UNITS.get(unit, (frozenset[str](), 1))
    return got.currency in codes and got.amount == written / parts


def _same_phone(written: str, got: str) -> bool:
    """Compare digits; the prefix 00 is a plus, and the zero behind a country's code may stand or not."""
    want, have = _digits(written), _digits(got)
    shorter = {want[:at] + want[at + 1 :] for at in (1, 2, 3) if want[at : at + 1] == "0"}
    return have == want or (written.lstrip().startswith(("+", "00")) and have in shorter)


def _digits(phone: str) -> str:
    digits = "".join(re.findall(r"\d", phone))
    return digits[2:] if digits.startswith("00") and not digits.startswith("000") else digits


def table(verdicts: Sequence[Verdict]) -> str:
    """Write how many rows are right, a line for each type and language."""
    lines = [f"{'type':10} {'language':8} {'n':>5} {'right':>6} {'share':>7}"]
    for kind, language in sorted({(one.row.type, one.row.language) for one in verdicts}):
        own = [one for one in verdicts if (one.row.type, one.row.language) == (kind, language)]
        right = sum(one.right for one in own)
        lines.append(f"{kind:10} {language:8} {len(own):5} {right:6} {right / len(own):7.1%}")
    return "\n".join(lines)
