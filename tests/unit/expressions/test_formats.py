"""Money, numbers and moments as each locale writes them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.model.locales import Formats
from botkit.model.values import Money

GERMAN: dict[str, Any] = {
    "decimal": ",",
    "group": ".",
    "currency": "{amount} {symbol}",
    "percent": "{number} %",
    "date": {"short": "{dd}.{mm}.{yyyy}", "long": "{weekday}, {d}. {month} {yyyy}"},
    "time": {"short": "{hh}:{mi} Uhr"},
    "datetime": {"short": "{date}, {time}"},
    "months": [
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
        "November", "Dezember",
    ],
    "weekdays": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    "plural": "one-other",
    "quotes": ["„", "“"],
    "units": {"day": ["Tag", "Tage"], "hour": ["Stunde", "Stunden"]},
    "currency_symbols": {"EUR": "€"},
}  # fmt: skip
CHINESE: dict[str, Any] = {
    "date": {"short": "{yyyy}年{m}月{d}日", "long": "{yyyy}年{m}月{d}日{weekday}"},
    "time": {"short": "{ampm}{h12}:{mi}"},
    "datetime": {"short": "{date}{time}"},
    "weekdays": ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
    "am": "上午",
    "pm": "下午",
    "plural": "other",
    "list_separator": "、",
    "units": {"day": ["天"], "hour": ["小时"]},
}
# As botkit.model has it: a struct with flat names.
MODEL = Formats(money="{amount}{symbol}", symbols={"EUR": "Eu"}, date_short="{d}/{m}/{yy}", plural="arabic")
FORMS: dict[str, Any] = {"en": None, "de": GERMAN, "zh": CHINESE, "model": MODEL}

VALUES: dict[str, Any] = {
    "price": Money(Decimal("1234.5"), "EUR"),
    "yen": Money(Decimal("1234.5"), "JPY"),
    "dinar": Money(Decimal("1.5"), "KWD"),
    "franc": Money(Decimal(-5), "CHF"),
    "yuan": Money(Decimal("54.04"), "CNY"),
    "plain": {"amount": "54.04", "currency": "EUR"},
    "bare": {"amount": 2},
    "decimal": Decimal("12.50"),
    "big": Decimal("1234567.891"),
    "thousand": Decimal("1E+3"),
    "day": date(2026, 5, 1),
    "now": datetime(2026, 5, 1, 22, 5, tzinfo=UTC),
    "naive": datetime(2026, 5, 1, 9, 5),  # noqa: DTZ001  shown as it is
    "clock": time(9, 5, 7),
    "iso": "2026-05-01T22:05:00Z",
    "isoday": "2026-05-01",
    "span": timedelta(hours=26),
    "unset": None,
    "items": ["a", "b"],
    "nan": Decimal("NaN"),
}

TABLE = [
    ("{{ price }}", "€1,234.50", "1.234,50 €", "€1,234.50", "1,234.50\N{NO-BREAK SPACE}Eu"),
    ("{{ price | money }}", "€1,234.50", "1.234,50 €", "€1,234.50", "1,234.50\N{NO-BREAK SPACE}Eu"),
    ("{{ yen | money }}", "¥1,235", "1.235 ¥", "¥1,235", "1,235¥"),
    ("{{ dinar }}", "KWD\N{NO-BREAK SPACE}1.500", "1,500 KWD", "KWD\N{NO-BREAK SPACE}1.500", None),
    ("{{ franc }}", "-CHF\N{NO-BREAK SPACE}5.00", "-5,00 CHF", None, None),
    ("{{ yuan }}", "¥54.04", "54,04 ¥", "¥54.04", None),
    ("{{ plain | money }}", "€54.04", "54,04 €", None, None),
    ("{{ bare | money }}", "€2.00", "2,00 €", None, None),
    ("{{ 54.04 | money }}", "€54.04", "54,04 €", None, None),
    ("{{ '54.04' | money('USD') }}", "$54.04", "54,04 $", None, None),
    ("{{ 0.005 | money }}{{ -0.001 | money }}", "€0.01-€0.00", None, None, None),
    ("{{ unset | money }}{{ unset | number }}{{ unset | percent }}", "", "", "", ""),
    ("{{ unset | date }}{{ unset | time }}{{ unset | datetime }}", "", "", "", ""),
    ("{{ decimal }}", "12.50", "12,50", "12.50", "12.50"),
    ("{{ 2.5 }}", "2.5", "2,5", "2.5", "2.5"),
    ("{{ 3.0 }}{{ thousand }}", "31000", "31000", None, None),
    ("{{ nan }}", "NaN", None, None, None),
    ("{{ big | number }}", "1,234,567.891", "1.234.567,891", "1,234,567.891", None),
    ("{{ big | number(1) }}", "1,234,567.9", "1.234.567,9", None, None),
    ("{{ 1234 | number }} {{ thousand | number }}", "1,234 1,000", "1.234 1.000", None, None),
    ("{{ 0.256 | percent }}", "26%", "26 %", "26%", None),
    ("{{ 0.2564 | percent(1) }}", "25.6%", "25,6 %", None, None),
    ("{{ day }}", "1 May 2026", "01.05.2026", "2026年5月1日", "1/5/26"),
    ("{{ day | date('long') }}", "Friday, 1 May 2026", "Freitag, 1. Mai 2026", "2026年5月1日星期五", "May 1, 2026"),
    ("{{ isoday | date }}", "1 May 2026", "01.05.2026", None, None),
    ("{{ now }}", "2 May 2026, 00:05", "02.05.2026, 00:05 Uhr", "2026年5月2日上午12:05", "2/5/26 00:05"),
    ("{{ now | datetime }}", "2 May 2026, 00:05", "02.05.2026, 00:05 Uhr", None, None),
    ("{{ now | datetime('long') }}", "Saturday, 2 May 2026, 00:05", "Samstag, 2. Mai 2026, 00:05 Uhr", None, None),
    ("{{ iso | time }}", "00:05", "00:05 Uhr", "上午12:05", "00:05"),
    ("{{ iso | date(form='short') }}", "2 May 2026", "02.05.2026", None, None),
    ("{{ clock }}", "09:05", "09:05 Uhr", "上午9:05", None),
    ("{{ clock | time('long') }}", "09:05:07", "09:05 Uhr", None, None),
    ("{{ '22:05' | time }}{{ naive | time }}", "22:0509:05", None, None, None),
    ("{{ day | datetime }}|{{ clock | datetime }}", "1 May 2026|09:05", "01.05.2026|09:05 Uhr", None, None),
    ("{{ span }}", "1 day 2 hours", "1 Tag 2 Stunden", "1天2小时", None),
    (
        "{{ span | duration }}|{{ 59.9 | duration }}|{{ 0 | duration }}",
        "1 day 2 hours|59 seconds|0 seconds",
        None,
        None,
        None,
    ),
    ("{{ -3661 | duration }}{{ unset | duration }}", "-1 hour 1 minute 1 second", None, None, None),
    ("{{ 'a' | quote }}", "“a”", "„a“", "“a”", None),
    ("{{ items }}", "a, b", "a, b", "a、b", "a, b"),
    ("{{ 1 | plural('item', 'items') }}", "item", "item", "items", None),
    ("{{ 3 | plural('item', 'items') }}", "items", "items", "items", None),
    ("{{ unset | plural('item', 'items') }}", "items", "items", "items", None),
    ("{{ items | plural('item', 'items') }}", "items", None, None, None),
    ("{{ 2 | plural('件') }}", "件", "件", "件", "件"),
]
ROWS = [
    (source, locale, shown)
    for source, *row in TABLE
    for locale, shown in zip(FORMS, row, strict=True)
    if shown is not None
]


@pytest.mark.parametrize(("source", "locale", "shown"), ROWS)
def test_locale(source: str, locale: str, shown: str) -> None:
    scope = {**VALUES, "locale": locale, "__currency__": "EUR", "__timezone__": "Europe/Berlin"}
    if FORMS[locale] is not None:
        scope["__formats__"] = FORMS[locale]
    assert expressions.render(source, scope) == shown


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "zero"), (1, "one"), (2, "two"), (3, "few"), (103, "few"), (11, "many"), (99, "many"), (100, "other"),
     (102, "other"), (1.5, "other")],
)  # fmt: skip
def test_arabic_plural(number: float, word: str) -> None:
    source = "{{ n | plural('zero', 'one', 'two', 'few', 'many', 'other') }}"
    assert expressions.render(source, {"n": number, "__formats__": {"plural": "arabic"}}) == word


def test_without_the_optional_keys() -> None:
    assert expressions.render("{{ 2 | money }} {{ now }}", VALUES) == "2.00 1 May 2026, 22:05"


def test_an_unknown_field_stays_as_it_is_written() -> None:
    scope = {**VALUES, "__formats__": {"date": {"short": "{d} {era.__class__} {quarter}"}}}
    assert expressions.render("{{ day }}", scope) == "1 {era.__class__} {quarter}"


@pytest.mark.parametrize(
    "source",
    [
        "nan | money",
        "items | money",
        "'x' | number",
        "true | number",
        "day | time",
        "clock | date",
        "5 | date",
        "'soon' | datetime",
        "n | plural",
        "'x' | plural('a')",
        "day | date(form=items)",
        "1 | number(2.5)",
        "1 | percent(99)",
    ],
)
def test_filter_refuses(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate(source, VALUES)
