"""The slot types' parsers against the public cases of other recognizers: shares of right values, by language.

The cases lie outside the repository; where they are missing the comparison is skipped. `python -m
tests.values.test_recognizers` prints the table and every miss.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from botkit.model.values import Money
from tests.values.cases import FOLDER, Row, read_rows
from tests.values.judge import Verdict, is_right, judge, read_value, table

GOALS = {
    "boolean": 0.9,
    "email": 0.9,
    "number": 0.9,
    "money": 0.8,
    "phone": 0.8,
    "date": 0.6,
    "time": 0.6,
    "datetime": 0.6,
    "duration": 0.6,
}
ROW = Row("number", "en", "", None, None, "")


@cache
def _verdicts() -> Sequence[Verdict]:
    return tuple(judge(row) for row in read_rows())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("type_name", GOALS)
def test_enough_values_are_right(type_name: str, language: str) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the cases are not here: {FOLDER}")
    own = [one for one in _verdicts() if (one.row.type, one.row.language) == (type_name, language)]
    if not own:
        pytest.skip(f"no cases of {type_name} in {language}")
    misses = [f"{one.row.place}: {one.row.text!r} gave {one.got!r}" for one in own if not one.right]
    print(table(own))
    assert len(own) - len(misses) >= GOALS[type_name] * len(own), "\n".join([table(own), *misses])


def test_whole_numbers_are_whole_numbers_of_an_integer_slot_too() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the cases are not here: {FOLDER}")
    whole = [
        one for one in _verdicts() if one.right and type(one.got) is int and one.row.kind in {"number", "integer"}
    ]
    assert whole
    assert [one.row.text for one in whole if read_value(one.row, "integer") != one.got] == []


# The reader of the cases, and the judge


def _read(tmp_path: Path, name: str, rows: Any) -> list[Row]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows] if name.endswith(".jsonl") else [json.dumps(rows)]
    path.write_text("\n".join(lines), "utf-8")
    return read_rows(tmp_path)


def test_rows_of_the_recognizers_own_layout(tmp_path: Path) -> None:
    result = {"Text": "twelve", "TypeName": "number", "Resolution": {"value": "12"}}
    rows = [
        {"Input": "it is twelve", "NotSupported": "java", "Results": [result]},
        {"Input": "none here", "Results": []},
        {"Input": "two of them", "Results": [result, result]},
        {"Input": "the twelfth", "Results": [{**result, "TypeName": "ordinal"}]},
        {"Input": "found, not read", "Results": [{"Text": "twelve", "TypeName": "number"}]},
    ]
    read = _read(tmp_path, "Specs/Number/English/NumberModel.json", rows)
    assert [(row.type, row.language, row.text, row.resolution) for row in read] == [
        ("number", "en", "it is twelve", {"value": "12"}),
        ("number", "en", "none here", None),
    ]


def test_rows_of_one_object_a_line(tmp_path: Path) -> None:
    row = {"input": "明天", "language": "zh-cn", "ref": "2016-11-07T00:00:00"}
    values = {"values": [{"value": "2016-11-08"}]}
    rows = [
        {**row, "results": [{"text": "明天", "type": "datetimeV2.date", "resolution": values}]},
        {**row, "type": "currency", "results": []},
        {**row, "language": "fr", "results": []},
        {**row, "model": "TemperatureModel", "results": []},
        {**row, "results": None},
    ]
    first, second = _read(tmp_path, "all.jsonl", rows)
    assert (first.type, first.language, first.ref) == ("date", "zh", datetime.fromisoformat("2016-11-07"))
    assert first.resolution == values
    assert (second.type, second.resolution, second.place) == ("money", None, "all.jsonl:2")


def test_a_value_may_stand_in_the_result_itself(tmp_path: Path) -> None:
    expected = {"type": "currency", "value": "5", "unit": "Euro", "isoCurrency": "EUR"}
    (read,) = _read(tmp_path, "en/rows.json", {"rows": [{"text": "five euros", "expected": expected}]})
    assert (read.type, read.language) == ("money", "en")
    assert is_right(read, Money(Decimal(5), "EUR"))
    assert not is_right(read, Money(Decimal(5), "CHF"))


def test_parsers_have_their_moment_in_the_context_and_none_is_no_moment_at_all(tmp_path: Path) -> None:
    context = {"ReferenceDateTime": "2016-11-07T16:12:00"}
    value = {"FutureResolution": {"date": "2016-11-08"}, "PastResolution": {"date": "2016-11-08"}}
    rows = [
        {"Input": "tomorrow", "Context": context, "Results": [{"Type": "date", "Value": value}]},
        {"Input": "nothing", "Context": context, "Results": []},
    ]
    (read,) = _read(tmp_path / "one", "DateTime/English/DateParser.json", rows[:1])
    assert (read.type, read.ref, read.resolution) == ("date", datetime.fromisoformat("2016-11-07T16:12"), value)
    none = _read(tmp_path / "two", "DateTime/English/DateTimeModel.json", rows[1:])
    assert [row.type for row in none] == ["date", "time", "datetime", "duration"]


def test_a_recognizers_options_are_left_out(tmp_path: Path) -> None:
    rows = [{"Input": "10%", "Results": []}]
    assert _read(tmp_path, "Number/English/NumberModelPercentMode.json", rows) == []


@pytest.mark.parametrize(
    ("type_name", "resolution", "got", "right"),
    [
        ("number", {"value": "0.666666666666667"}, 2 / 3, True),
        ("number", {"value": "1E-10"}, 1e-10, True),
        ("number", {"value": "1E-10"}, 2e-10, False),
        ("number", {"value": "20%"}, 20, True),
        ("number", {"value": "20"}, 21, False),
        ("number", {"value": "20"}, None, False),
        ("number", None, None, True),
        ("number", None, 1, False),
        ("boolean", {"value": True}, True, True),
        ("boolean", {"value": "false"}, False, True),
        ("boolean", {"value": True}, False, False),
        ("email", {"value": "a@b.com"}, "A@b.com", True),
        ("email", {"value": "a@b.com"}, "a@b.co", False),
        ("phone", {"value": "+44 (0)7123 129683"}, "+447123129683", True),
        ("phone", {"value": "0044 07456934723"}, "+447456934723", True),
        ("phone", {"value": "0171 1234567"}, "01711234567", True),
        ("phone", {"value": "0171 1234567"}, "1711234567", False),
        ("phone", {"value": "837.824.1482x638"}, "8378241482", False),
        ("money", {"value": "5", "unit": "Euro", "isoCurrency": "EUR"}, Money(Decimal("5.0"), "EUR"), True),
        ("money", {"value": "5", "unit": "Euro", "isoCurrency": "EUR"}, Money(Decimal(5), "USD"), False),
        ("money", {"value": "5", "unit": "Dollar"}, Money(Decimal(5), "CAD"), True),
        ("money", {"value": "5", "unit": "Dollar"}, Money(Decimal(5), "EUR"), False),
        ("money", {"value": "50", "unit": "Cent"}, Money(Decimal("0.5"), "USD"), True),
        ("money", {"value": "50", "unit": "Cent"}, Money(Decimal(50), "USD"), False),
        ("money", {"value": "5", "unit": "Bottle cap"}, Money(Decimal(5), "USD"), False),
        ("date", {"values": [{"value": "2016-11-08"}]}, date(2016, 11, 8), True),
        ("date", {"values": [{"value": "2016-11-08"}]}, date(2016, 11, 9), False),
    ],
)
def test_the_judge(type_name: str, resolution: dict[str, object] | None, got: object, right: bool) -> None:
    assert is_right(ROW._replace(type=type_name, resolution=resolution), got) is right


def test_the_table_counts_by_type_and_language() -> None:
    verdicts = [Verdict(ROW, 1, True), Verdict(ROW, 1, False), Verdict(ROW._replace(language="zh"), 1, True)]
    assert [line.split() for line in table(verdicts).splitlines()[1:]] == [
        ["number", "en", "2", "1", "50.0%"],
        ["number", "zh", "1", "1", "100.0%"],
    ]


if __name__ == "__main__":
    print(table(_verdicts()))
    for miss in _verdicts():
        if not miss.right:
            print(miss.row.place, repr(miss.row.text), miss.row.resolution, "gave", repr(miss.got))
