from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from botkit.model.definitions import Reading
from botkit.understanding.values import PARSERS

ENGLISH = {
    "today": "2026-05-13",
    "tomorrow": "2026-05-14",
    "the day after tomorrow": "2026-05-15",
    "next day": "2026-05-14",
    "Friday": "2026-05-15",
    "wednesday": "2026-05-20",
    "this Friday": "2026-05-15",
    "next Friday": "2026-05-22",
    "last Sunday": "2026-05-10",
    "next week on Friday": "2026-05-22",
    "on Friday next week": "2026-05-22",
    "in two weeks": "2026-05-27",
    "two weeks from now": "2026-05-27",
    "in a month": "2026-06-13",
    "3 days ago": "2026-05-10",
    "a few days ago": "2026-05-10",
    "1 year and 2 months ago": "2025-03-13",
    "a week from Friday": "2026-05-22",
    "two days before yesterday": "2026-05-10",
    "the 3rd of May": "2027-05-03",
    "May 3": "2027-05-03",
    "May 13": "2026-05-13",
    "May 3 next year": "2027-05-03",
    "May twenty-first": "2026-05-21",
    "twenty second of June": "2026-06-22",
    "Oct. 2": "2026-10-02",
    "Oct-2": "2026-10-02",
    "15 June 2016": "2016-06-15",
    "Monday January 12th, 2016": "2016-01-12",
    "Wed, 22 of Jan": "2027-01-22",
    "feb 29": "2028-02-29",
    "Thursday the 21st": "2026-05-21",
    "I need it on the 21st": "2026-05-21",
    "by the 12th.": "2026-06-12",
    "the 15th of next month": "2026-06-15",
    "the first friday of july": "2026-07-03",
    "first monday of april": "2027-04-05",
    "the first friday in this month": "2026-05-01",
    "end of the month": "2026-05-31",
    "beginning of next month": "2026-06-01",
    "end of the year": "2026-12-31",
    "2026-05-03": "2026-05-03",
    "2026/5/3": "2026-05-03",
    "3/5/2026": "2026-03-05",
    "22/04/2016": "2016-04-22",
    "3.5.26": "2026-05-03",
    "1/2/71": "1971-01-02",
    "on 4/6": "2027-04-06",
    "12/25": "2026-12-25",
}

CHINESE = {
    "明天": "2026-05-14",
    "后天": "2026-05-15",
    "大后天可以吗": "2026-05-16",
    "前天": "2026-05-11",
    "下周五": "2026-05-22",
    "下下周三": "2026-05-27",
    "本周五": "2026-05-15",
    "上周一": "2026-05-04",
    "这个星期一": "2026-05-11",
    "礼拜日": "2026-05-17",
    "五月三号": "2027-05-03",
    "5月3日": "2027-05-03",
    "5月20日送到": "2026-05-20",
    "2026年5月3日": "2026-05-03",
    "二零零四年八月十五": "2004-08-15",
    "15年5月6日": "2015-05-06",
    "明年5月3号": "2027-05-03",
    "10月12号，星期一": "2026-10-12",
    "上个月15号": "2026-04-15",
    "去年本月十日": "2025-05-10",
    "29日": "2026-05-29",
    "12号": "2026-06-12",
    "三天后": "2026-05-16",
    "两个月后": "2026-07-13",
    "三周前": "2026-04-22",
    "再过两天": "2026-05-15",
    "月底": "2026-05-31",
    "下个月底": "2026-06-30",
    "三月初一": "2027-03-01",
    "2010.01.29": "2010-01-29",
    "你13.5.2015有时间吗": "2015-05-13",
}


@pytest.mark.parametrize(("text", "value"), ENGLISH.items())
def test_english_dates(text: str, value: str, en: Reading) -> None:
    assert [one.value for one in PARSERS["date"](text, en)] == [date.fromisoformat(value)]


@pytest.mark.parametrize(("text", "value"), CHINESE.items())
def test_chinese_dates(text: str, value: str, zh: Reading) -> None:
    assert [one.value for one in PARSERS["date"](text, zh)] == [date.fromisoformat(value)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A-10293",
        "#W2378156",
        "iPhone 15",
        "10115 Berlin",
        "24/7",
        "size 5/8",
        "version 1.2.3",
        "order 2026-0503",
        "I may 3 times try",
        "I bought 2 may I return",
        "march in 5 minutes",
        "he sat on it",
        "the second one",
        "the 2nd item",
        "next week",
        "99999999 days ago",
        "February 30",
        "31/31/2026",
        "2026-13-01",
        "99/99",
        "3号楼",
        "1点",
        "下个月",
        "三星手机",
        "订单号123",
        "2月30日",
        "2026年后",
        "0 May",
    ],
)
def test_no_date(text: str, en: Reading, zh: Reading) -> None:
    assert PARSERS["date"](text, en) == []
    assert PARSERS["date"](text, zh) == []


def test_the_order_of_digits_is_the_countrys(en: Reading) -> None:
    british = msgspec.structs.replace(en, country="GB")
    assert PARSERS["date"]("3/5/2026", british)[0].value == date(2026, 5, 3)
    assert PARSERS["date"]("on 3/5", british)[0].value == date(2027, 5, 3)


def test_short_years_and_orders_of_other_locales(en: Reading, zh: Reading, de: Reading) -> None:
    assert PARSERS["date"]("26/5/3", zh)[0].value == date(2026, 5, 3)
    assert PARSERS["date"]("13/31/26", zh) == []
    assert PARSERS["date"]("31/5/26", en)[0].value == date(2026, 5, 31)
    assert PARSERS["date"]("3/5/2026", de)[0].value == date(2026, 5, 3)
    assert PARSERS["date"]("half a year ago", en)[0].value == date(2025, 11, 12)
    assert PARSERS["date"]("May 3 2 boxes", en)[0].value == date(2027, 5, 3)


@pytest.mark.parametrize(
    "text", ["end of the decade", "next month on Friday", "the 6th friday of july", "the first friday of 9999999"]
)
def test_what_the_calendar_does_not_have(text: str, en: Reading) -> None:
    assert all(one.value.weekday() == 4 for one in PARSERS["date"](text, en))


def test_two_dates_in_one_text(en: Reading) -> None:
    text = "not tomorrow but May 20"
    assert [text[one.start : one.end] for one in PARSERS["date"](text, en)] == ["tomorrow", "May 20"]


@pytest.mark.parametrize(
    "text",
    [
        "in 3 years",
        "next friday",
        "tomorrow",
        "in 2 weeks",
        "the 31st",
        "end of the week",
        "a decade from now",
        "a week from friday",
    ],
)
def test_the_end_of_the_calendar_is_no_error(text: str, en: Reading) -> None:
    late = msgspec.structs.replace(en, now=datetime(9999, 12, 31, 23, 59, tzinfo=ZoneInfo("UTC")))
    for kind in ("date", "datetime"):
        PARSERS[kind](text, late)
    early = msgspec.structs.replace(en, now=datetime(1, 1, 1, 0, 0, tzinfo=ZoneInfo("UTC")))
    for before in ("3 years ago", "yesterday", "last friday", "last month on the 3rd", "5 hours ago"):
        assert PARSERS["date"](before, early) == []
