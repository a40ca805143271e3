"""What the words of a locale mean to the readers of values: phrases by their first atom, the longest first."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import msgspec

from botkit.model.locales import Locale
from botkit.understanding.values.atoms import Atom, spelled
from botkit.understanding.values.currencies import CURRENCIES

Domain = Literal["number", "money", "date", "time", "duration"]
Entry = tuple[tuple[str, ...], str, Any]  # atoms, kind, value
Lexicon = dict[str, tuple[Entry, ...]]
LARGE_UNITS = frozenset({"day", "week", "fortnight", "month", "year", "decade", "century"})
DAY, COMING = "day", "coming"  # values of ON before a day of the month, and of NEXT that means the nearest


class Words(msgspec.Struct, frozen=True):
    """A locale's words for one domain."""

    locale: Locale
    domain: Domain
    phrases: Lexicon  # what the domain itself knows
    numerals: Lexicon  # parts of numbers
    never: Lexicon
    vocabulary: frozenset[str]  # the first atoms of all of them
    telling: frozenset[str]  # first atoms without one of which the text holds no value of the domain
    leading: frozenset[str]  # first atoms that tell of a value together with digits


def exact(number: float) -> int | Decimal:
    """Give an int where that is exact, else a Decimal."""
    return int(number) if float(number).is_integer() else Decimal(str(number))


def match(lexicon: Lexicon, atoms: Sequence[Atom], at: int) -> Entry | None:
    """Find the longest phrase that begins at an atom."""
    for entry in lexicon.get(atoms[at].text, ()):
        phrase = entry[0]
        size = len(phrase)
        if size == 1 or (len(atoms) >= at + size and all(atoms[at + k].text == phrase[k] for k in range(1, size))):
            return entry
    return None


def _lexicon(entries: Iterable[tuple[str, str, Any]]) -> Lexicon:
    table: dict[str, dict[tuple[str, ...], Entry]] = {}
    for phrase, kind, value in entries:
        atoms = spelled(phrase)
        if atoms:
            table.setdefault(atoms[0], {})[atoms] = (atoms, kind, value)
    return {first: tuple(sorted(found.values(), key=lambda entry: -len(entry[0]))) for first, found in table.items()}


def _each(kind: str, phrases: Iterable[str], value: Any = None) -> list[tuple[str, str, Any]]:
    return [(phrase, kind, phrase if value is None else value) for phrase in phrases]


def _table(kind: str, table: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    return [(phrase, kind, value) for phrase, value in table.items()]


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii()


def _numerals(locale: Locale) -> list[tuple[str, str, Any]]:
    numbers = locale.numbers
    return [
        *_each("percent", ["%", *numbers.percent]),
        *_each("percent_before", numbers.percent_before),
        *_each("tenths", numbers.tenths),
        *_each("point", numbers.point),
        *_each("over", numbers.over),
        *_each("under", numbers.under),
        *_each("measure", numbers.measures),
        *_each("ordinal_before", numbers.ordinal_before),
        *_each("suffix", numbers.ordinal_suffixes),
        *_each("one", numbers.one),
        *_each("joiner", numbers.joiners),
        *_each("minus", numbers.minus),
        *_table("ordinal", numbers.ordinals),
        *_table("fraction", numbers.fractions),
        *_table("scale", {word: int(value) for word, value in numbers.scales.items()}),
        *_each("half", numbers.half, Decimal("0.5")),
        *_table("word", {word: exact(value) for word, value in numbers.words.items()}),
    ]


def _money(locale: Locale) -> list[tuple[str, str, Any]]:
    signs = {**CURRENCIES, **locale.currencies}
    return [
        *_each("-", ["-"]),
        *_table("C", signs),
        *_table("P", locale.parts_of_money),
        *_each("&", locale.numbers.joiners),
    ]


def _date(locale: Locale) -> list[tuple[str, str, Any]]:
    dates = locale.dates
    large = {word: unit for word, unit in dates.units.items() if unit in LARGE_UNITS and not _is_letter(word)}
    marks = [(word, {"year": "Y", "month": "m", "day": "d"}[unit], unit) for word, unit in dates.marks.items()]
    return [
        *_each("&", locale.numbers.joiners),
        *_each(",", dates.fillers),
        *_each("@", dates.on),
        *_each("@", dates.on_day, DAY),
        *_table("U", large),
        *marks,
        *_each("n", dates.next),
        *_each("n", dates.coming, COMING),
        *_each("l", dates.last),
        *_each("t", dates.this),
        *_each("I", dates.ahead),
        *_each("L", dates.later),
        *_each("A", dates.ago),
        *_each(">", dates.after),
        *_each("<", dates.before),
        *_each("E", dates.end, "end"),
        *_each("E", dates.start, "start"),
        *_table("N", dates.vague),
        *_table("S", dates.periods),
        *_table("M", dates.months),
        *_table("W", dates.weekdays),
        *_table("H", dates.holidays),
        *_table("R", dates.relative),
    ]


def _time(locale: Locale) -> list[tuple[str, str, Any]]:
    dates = locale.dates
    minutes = {
        word: unit for word, unit in dates.units.items() if unit in {"minute", "second"} and not _is_letter(word)
    }
    return [
        *_each(",", dates.fillers),
        *_table("u", minutes),
        *_each(">", dates.past),
        *_each("<", dates.to),
        *_each("@", dates.at),
        *_table("T", dates.times),
        *_table("P", dates.parts),
        *_table("q", dates.quarters),
        *_each("c", dates.oclock),
        *_each("a", dates.am, "am"),
        *_each("a", dates.pm, "pm"),
    ]


def _duration(locale: Locale) -> list[tuple[str, str, Any]]:
    dates = locale.dates
    return [
        *_each("&", locale.numbers.joiners),
        *_each("&", [","]),
        *_each(",", ["-", *locale.numbers.measures]),
        *_each("w", dates.whole),
        *_table("N", dates.vague),
        *_table("U", dates.units),
        *_each("I", dates.ahead),
        *_each("L", dates.later),
        *_each("A", dates.ago),
    ]


_TELLING = {"number": "", "money": "CP", "date": "MWRHUYmdSE", "time": "PTqca@<>", "duration": "U"}
_NUMERALS = frozenset({"word", "scale", "half", "fraction", "percent_before"})
_PHRASES = {"number": lambda _: [], "money": _money, "date": _date, "time": _time, "duration": _duration}
_kept: dict[tuple[int, Domain], Words] = {}


def words_of(locale: Locale, domain: Domain) -> Words:
    """Give a locale's words for a domain; made once per locale."""
    words = _kept.get((id(locale), domain))
    if words is None or words.locale is not locale:
        if len(_kept) > 512:
            _kept.clear()
        words = _kept[id(locale), domain] = _make(locale, domain)
    return words


def _make(locale: Locale, domain: Domain) -> Words:
    never = [*_each("never", locale.numbers.never)]
    if domain in {"date", "time"}:
        never += _each("never", locale.dates.never)
    phrases, numerals = _lexicon(_PHRASES[domain](locale)), _lexicon(_numerals(locale))
    telling = {first for first, entries in phrases.items() if any(entry[1] in _TELLING[domain] for entry in entries)}
    if domain in {"number", "time"}:
        telling |= {first for first, entries in numerals.items() if any(entry[1] in _NUMERALS for entry in entries)}
    if domain == "date":
        telling |= {first for first, entries in numerals.items() if any(entry[1] == "suffix" for entry in entries)}
    leading = {first for first, entries in phrases.items() if any(entry[1:] == ("@", DAY) for entry in entries)}
    lexicons = (phrases, numerals, _lexicon(never))
    vocabulary = frozenset({"-"}.union(*lexicons))
    return Words(locale, domain, *lexicons, vocabulary, frozenset(telling), frozenset(leading))
