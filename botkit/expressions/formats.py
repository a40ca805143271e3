"""How a locale writes numbers, money and moments: pure functions from a value and forms to text.

Forms are what a scope gives as `__formats__`: a mapping or a struct with the keys of `ENGLISH`, each of which
may be missing. Patterns hold fields in braces: of dates `{d} {dd} {m} {mm} {mon} {month} {yy} {yyyy}
{weekday}`, of times `{h} {hh} {h12} {mi} {ss} {ampm}`, and of both together also `{date} {time}`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Literal

from botkit.errors import ExpressionError, ExpressionLimitError

Form = Literal["short", "long"]

ENGLISH: Mapping[str, Any] = {
    "decimal": ".",
    "group": ",",
    "currency": "{symbol}{amount}",
    "percent": "{number}%",
    "date": {"short": "{d} {mon} {yyyy}", "long": "{weekday}, {d} {month} {yyyy}"},
    "time": {"short": "{hh}:{mi}", "long": "{hh}:{mi}:{ss}"},
    "datetime": {"short": "{date}, {time}", "long": "{date}, {time}"},
    "months": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    "months_short": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "weekdays": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "am": "am",
    "pm": "pm",
    "plural": "one-other",
    "quotes": ("“", "”"),
    "list_separator": ", ",
    "units": {
        "day": ("day", "days"), "hour": ("hour", "hours"), "minute": ("minute", "minutes"),
        "second": ("second", "seconds"),
    },
    "currency_symbols": {
        "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪",
        "INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TRY": "₺", "TWD": "NT$",
        "UAH": "₴", "USD": "$", "VND": "₫",
    },
}  # fmt: skip

# ISO 4217: currencies whose minor unit is not a hundredth.
_MINOR: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
# The model's locales write these flat, under other names.
_ALIASES: Mapping[str, str] = {"currency": "money", "currency_symbols": "symbols"}
_EXACT = Context(prec=100)
_LARGEST = 60
_FIELD = re.compile(r"\{(\w+)\}")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def form(formats: Any, name: str) -> Any:
    """Give one of the forms, or the English one where it is missing or empty."""
    return _given(formats, name) or _given(formats, _ALIASES.get(name, name)) or ENGLISH[name]


def _given(formats: Any, name: str) -> Any:
    if formats is None:
        return None
    return formats.get(name) if isinstance(formats, Mapping) else getattr(formats, name, None)


def pattern(formats: Any, name: str, length: Form) -> str:
    """Give the pattern of `date`, `time` or `datetime`; a missing long one is written like the short one."""
    for wanted in dict.fromkeys((length, "short")):
        nested = _given(formats, name)
        found = nested.get(wanted) if isinstance(nested, Mapping) else None
        found = found or _given(formats, f"{name}_{wanted}")
        if found:
            return str(found)
    return str(ENGLISH[name][length])


def filled(source: str, fields: Mapping[str, str]) -> str:
    """Fill the fields of a pattern; an unknown field stays as it is written."""
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), source)


def within_reach(value: Decimal) -> Decimal:
    """Give back a number, or raise ExpressionLimitError if it has more than 60 digits before the point."""
    if not value.is_finite():
        raise ExpressionError("the number is not finite")
    if value.adjusted() > _LARGEST:
        raise ExpressionLimitError(f"a number has more than {_LARGEST} digits")
    return value


def rounded(value: Decimal, digits: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to so many digits after the point; half up, the way bills are written."""
    return within_reach(value).quantize(Decimal((0, (1,), -digits)), rounding, _EXACT)


def number(value: Decimal, digits: int | None, formats: Any) -> str:
    """Write a number with groups of thousands; without `digits` it keeps the ones it has (12 at most)."""
    if digits is None:
        exponent = value.as_tuple().exponent
        digits = min(12, max(0, -exponent)) if isinstance(exponent, int) else 0
    exact = rounded(value, digits)
    return _localised(f"{exact + 0 if exact.is_zero() else exact:,f}", formats)


def _localised(digits: str, formats: Any) -> str:
    marks = {",": str(form(formats, "group")), ".": str(form(formats, "decimal"))}
    return "".join(marks.get(character, character) for character in digits)


def percent(value: Decimal, digits: int, formats: Any) -> str:
    """Write 0.256 as 26%."""
    return filled(
        form(formats, "percent"), {"number": number(within_reach(value).scaleb(2, _EXACT), digits, formats)}
    )


def money(amount: Decimal, currency: str, formats: Any) -> str:
    """Write an amount with its currency's symbol and number of digits; a bare one if it has no currency."""
    shown = number(abs(within_reach(amount)), _MINOR.get(currency, 2), formats)
    sign = "-" if amount < 0 else ""
    if not currency:
        return sign + shown
    symbol = str(
        form(formats, "currency_symbols").get(currency) or ENGLISH["currency_symbols"].get(currency, currency)
    )
    layout = str(form(formats, "currency"))
    if symbol[-1:].isalpha():
        layout = layout.replace("{symbol}{amount}", f"{{symbol}}{_NO_BREAK}{{amount}}")
    if symbol[:1].isalpha():
        layout = layout.replace("{amount}{symbol}", f"{{amount}}{_NO_BREAK}{{symbol}}")
    return sign + filled(layout, {"symbol": symbol, "amount": shown})


def plain_number(value: float | Decimal, formats: Any) -> str:
    """Write a number without groups and without noise: 3.0 as 3, a decimal with the digits it has."""
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    else:
        plain = value.is_finite() and abs(value.adjusted()) <= _LARGEST
        text = format(value, "f") if plain else str(value)
    return text.replace(".", str(form(formats, "decimal")))


def moment(value: date | time, name: str, length: Form, formats: Any) -> str:
    """Write a date, a time or a moment with the pattern called `name`."""
    fields: dict[str, str] = {}
    if isinstance(value, date):
        fields |= _date_fields(value, formats)
    if isinstance(value, (time, datetime)):
        fields |= _time_fields(value, formats)
    if name == "datetime":
        fields["date"] = filled(pattern(formats, "date", length), fields)
        fields["time"] = filled(pattern(formats, "time", "short"), fields)
    return filled(pattern(formats, name, length), fields)


def _date_fields(value: date, formats: Any) -> dict[str, str]:
    return {
        "d": str(value.day),
        "dd": f"{value.day:02}",
        "m": str(value.month),
        "mm": f"{value.month:02}",
        "mon": _short_months(formats)[value.month - 1],
        "month": form(formats, "months")[value.month - 1],
        "yy": f"{value.year % 100:02}",
        "yyyy": f"{value.year:04}",
        "weekday": form(formats, "weekdays")[value.weekday()],
    }


def _short_months(formats: Any) -> Any:
    """A locale that has only full names of months uses them for the short ones."""
    return _given(formats, "months_short") or _given(formats, "months") or ENGLISH["months_short"]


def _time_fields(value: time | datetime, formats: Any) -> dict[str, str]:
    return {
        "h": str(value.hour),
        "hh": f"{value.hour:02}",
        "h12": str(value.hour % 12 or 12),
        "mi": f"{value.minute:02}",
        "ss": f"{value.second:02}",
        "ampm": str(form(formats, "am" if value.hour < 12 else "pm")),
    }


def duration(value: timedelta, formats: Any) -> str:
    """Write a length of time in the locale's words, without fractions of a second: 1 day 2 hours."""
    left = abs(int(value.total_seconds()))
    parts: list[str] = []
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, seconds)
        if count or (unit == "second" and not parts):
            parts.append(_counted(count, unit, formats))
    sign = "-" if value.total_seconds() <= -1 else ""
    return sign + ("" if _is_wide(parts[0][-1]) else " ").join(parts)


def _counted(count: int, unit: str, formats: Any) -> str:
    words = form(formats, "units").get(unit) or ENGLISH["units"][unit]
    word = plural(Decimal(count), tuple(words), formats)
    return f"{count}{'' if _is_wide(word[0]) else ' '}{word}"


def _is_wide(letter: str) -> bool:
    """Tell a Chinese, Japanese or Korean character: words of these stand without spaces."""
    return "\u2e80" <= letter <= "\uffdc"


def plural(count: Decimal, words: tuple[str, ...], formats: Any) -> str:
    """Choose the word for a number; a locale that has more forms than words were given takes the last."""
    rule = form(formats, "plural")
    if rule == "other":
        position = len(words) - 1
    elif rule == "arabic":
        position = _arabic(count)
    else:
        position = 0 if abs(count) == 1 else 1
    return words[min(position, len(words) - 1)]


def _arabic(count: Decimal) -> int:
    """Positions of CLDR's zero, one, two, few, many, other."""
    if count in {0, 1, 2}:
        return int(count)
    if count != count.to_integral_value():
        return 5
    rest = count % 100
    if 3 <= rest <= 10:
        return 3
    return 4 if rest >= 11 else 5
