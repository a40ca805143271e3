"""Laws of all parsers: any text, any time, the same answer twice, spans within the text."""

from datetime import UTC, datetime

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from botkit.model.locales import Locale
from botkit.model.parsers import Reading
from botkit.model.values import from_json, to_json
from botkit.understanding.values import PARSERS

PIECES = [
    "1",
    "20",
    "٣",
    "½",
    "²",
    "and",
    "a",
    "half",
    "of",
    "May",
    "next",
    "two",
    "hundred",
    "ago",
    "in",
    "weeks",
    ":",
    "/",
    ".",
    ",",
    "-",
    "$",
    "€",
    "@",
    "+",
    "(",
    ")",
    "#",
    "%",
    "00",
    "noon",
    "over",
    "e",
    "^",
    "fifths",
    "dollars",
    "分之",
    "又",
    "折",
    "负",
    "https://",
    "past",
    "to",
    "am",
    "the",
    "3rd",
    "minus",
    "point",
    "third",
    "三",
    "十",
    "百",
    "万",
    "半",
    "点",
    "月",
    "号",
    "下",
    "周五",
    "后",
    "块",
    "毛",
    "分之",
    "百分之",
    "零",
    "差",
    "刻",
    "年",
    "天",
    "个",
    "İ",
    "ß",
    "\u200f",
    "👍",
    "\x00",
    "\ud83d",
    "yes",
    "no",
    "不",
    "好",
    " ",
    "  ",
    "\n",
    "9" * 30,
    "e",
    "x",
    "’",
    "end of",
    "first",
]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
)
TIMES = st.datetimes(timezones=st.just(UTC))


def test_every_type_with_values_of_its_own_has_a_parser() -> None:
    assert set(PARSERS) == {
        "number",
        "integer",
        "money",
        "date",
        "time",
        "datetime",
        "duration",
        "boolean",
        "email",
        "phone",
    }


@pytest.mark.parametrize("kind", sorted(PARSERS))
@pytest.mark.parametrize(
    "text", ["1^²", "1e²", "1/²", "2 ²/3", "2 1/²", "²", "1^-²", "+49 ²²²²²²²", "²:30", "May ²", "€²"]
)
def test_small_digits_above_the_line_raise_nothing(kind: str, text: str, en: Reading, zh: Reading) -> None:
    assert isinstance([*PARSERS[kind](text, en), *PARSERS[kind](text, zh)], list)


@pytest.mark.parametrize("kind", sorted(PARSERS))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, now=TIMES)
def test_no_text_raises(kind: str, text: str, now: datetime, en: Reading, zh: Reading) -> None:
    for reading in (msgspec.structs.replace(en, now=now), msgspec.structs.replace(zh, now=now)):
        found = PARSERS[kind](text, reading)
        assert found == PARSERS[kind](text, reading)
        for one in found:
            assert 0 <= one.start < one.end <= len(text)
            assert text[one.start : one.end].strip()
            assert from_json(to_json(one.value)) == one.value


@pytest.mark.parametrize("kind", sorted(PARSERS))
@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1-",
        "1 ",
        "1/2/",
        "one ",
        "一",
        "a@",
        "no, ",
        "($",
        "12:30 ",
        "五月三号",
        "and a half ",
        "2^3 ",
        "一又",
        "三分之",
        "百分之",
        "1 over ",
    ],
)
def test_a_huge_text_is_looked_at_once(kind: str, piece: str, en: Reading) -> None:
    found = PARSERS[kind](piece * 3000, en)
    assert all(one.end <= 4000 for one in found)


@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_without_locales_and_without_words_nothing_breaks(kind: str, en: Reading) -> None:
    bare = Locale(code="xx", name="xx", control={}, yes=(), no=(), repair={})
    for locales in ((), (bare,)):
        assert isinstance(
            PARSERS[kind]("yes, 20 on 2026-05-03 at 15:30 to a@b.com", msgspec.structs.replace(en, locales=locales)),
            list,
        )
