from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from botkit.model.parsers import Reading
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
    "the coming Friday": "2026-05-15",
    "this coming Tuesday": "2026-05-19",
    "in a week's time": "2026-05-20",
    "a week today": "2026-05-20",
    "a week after next Friday": "2026-05-29",
    "3 days after June 5": "2026-06-08",
    "half a year from now": "2026-11-13",
    "30th": "2026-05-30",
    "on the 5th please": "2026-06-05",
    "on the 15": "2026-05-15",
    "I'll be back on 20": "2026-05-20",
    "by the 27.": "2026-05-27",
    "the 15th day of next month": "2026-06-15",
    "the 5th of the month": "2026-05-05",
    "the first of June": "2026-06-01",
    "the twenty third day of September": "2026-09-23",
    "the last Friday of the month": "2026-05-29",
    "the last Sunday of March 2027": "2027-03-28",
    "last Friday, May 8": "2026-05-08",
    "the last day of June": "2026-06-30",
    "the last day of next month": "2026-06-30",
    "the end of February": "2027-02-28",
    "the end of June 2027": "2027-06-30",
    "start of July": "2026-07-01",
    "second Sunday": "2026-06-14",
    "fourth Sunday": "2026-05-24",
    "Jan 1st 2000": "2000-01-01",
    "January twenty five nineteen eighty six": "1986-01-25",
    "fifteen August nineteen hundred ninety three": "1993-08-15",
    "May 22, 2026 3:00 PM": "2026-05-22",
    "2 years 1 month and 21 days ago": "2024-03-23",
    "it cost $12 December 27": "2026-12-27",
    "Tim says:30 December": "2026-12-30",
    "16 days from 01/02/2027": "2027-01-18",
    "a week before 5/30 please": "2026-05-23",
    "born on 15 April of 87": "1987-04-15",
    "June 5 87 boxes": "2026-06-05",
    "Friday 7/6": "2026-07-06",
    "Friday 5/8": "2026-05-08",
    "on Friday 7-6": "2026-07-06",
    "Friday 2026-7-6": "2026-07-06",
    "22/05 (Fri)": "2026-05-22",
    "next Friday 5/22": "2026-05-22",
    "Monday two weeks from now": "2026-05-25",
    "3 weeks after Christmas on Friday": "2027-01-15",
    "in 3 days on Friday": "2026-05-15",
    "May 22 (Fri)": "2026-05-22",
    "in a fortnight's time": "2026-05-27",
    "black friday": "2026-11-27",
    "Friday (May 15)": "2026-05-15",
    "this Friday-May-15": "2026-05-15",
    "Tuesday May 12": "2026-05-12",
    "6 jan 2027 - early": "2027-01-06",
    "fri 22 may": "2026-05-22",
    "Christmas": "2026-12-25",
    "by Christmas eve": "2026-12-24",
    "next Easter": "2027-03-28",
    "last Easter": "2026-04-05",
    "good friday 2027": "2027-03-26",
    "Thanksgiving": "2026-11-26",
    "memorial day": "2026-05-25",
    "Christmas next year": "2027-12-25",
    "two days before Christmas": "2026-12-23",
    "the day after Christmas": "2026-12-26",
    "08/12, 2026": "2026-08-12",
    "2026 05 16": "2026-05-16",
    "it is 20260516": "2026-05-16",
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
    "大大后天": "2026-05-17",
    "後天你有空吗": "2026-05-15",
    "下週三": "2026-05-20",
    "禮拜一": "2026-05-18",
    "10月1日（周四）": "2026-10-01",
    "周五（6月5日）": "2026-06-05",
    "六月底": "2026-06-30",
    "明年2月底": "2027-02-28",
    "明年年初": "2027-01-01",
    "下个月最后一天": "2026-06-30",
    "六月的第一个星期一": "2026-06-01",
    "下个月的第二个周五": "2026-06-12",
    "明年三月第一个周一": "2027-03-01",
    "2027年三月的第二个周一": "2027-03-08",
    "三月第一个周一": "2027-03-01",
    "二六年六月五日": "2026-06-05",
    "2026年农历三月初一": "2026-03-01",
    "半年后": "2026-11-13",
    "正月初一2点": "2027-01-01",
    "一周前的周五": "2026-05-08",
    "元旦那天": "2027-01-01",
    "明年国庆节": "2027-10-01",
    "圣诞节去可以吗": "2026-12-25",
    "2026 05 16": "2026-05-16",
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
        "in the sun",
        "he sat 3 times on the sun",
        "I live on 5th avenue",
        "the 3rd floor",
        "the 5th time",
        "the first week of May",
        "I depend on 2",
        "on 15 boxes",
        "for the 3 of us",
        "the end of the story",
        "the first time",
        "happy new year!",
        "in the new year sale",
        "a Christmas present",
        "my easter eggs arrived broken",
        "my order 20260516 is late",
        "20269999",
        "call 0171 2026 05 16",
        "at 10:30",
        "五一路在哪里",
        "几号",
        "两三天后",
        "十几天后",
        "六月第一周",
        "一年三月初一",
    ],
)
def test_no_date(text: str, en: Reading, zh: Reading) -> None:
    assert PARSERS["date"](text, en) == []
    assert PARSERS["date"](text, zh) == []


@pytest.mark.parametrize(("text", "ref", "value"), [("Friday June 15", "2018-06-20", "2018-06-15")])
def test_the_weekday_tells_the_year(text: str, ref: str, value: str, en: Reading) -> None:
    now = datetime.fromisoformat(ref).replace(tzinfo=en.now.tzinfo)
    found = PARSERS["date"](text, msgspec.structs.replace(en, now=now))
    assert [one.value for one in found] == [date.fromisoformat(value)]


def test_the_order_of_digits_is_the_countrys(en: Reading) -> None:
    british = msgspec.structs.replace(en, country="GB")
    assert PARSERS["date"]("3/5/2026", british)[0].value == date(2026, 5, 3)
    assert PARSERS["date"]("on 3/5", british)[0].value == date(2027, 5, 3)


def test_short_years_and_orders_of_other_locales(en: Reading, zh: Reading, de: Reading) -> None:
    assert PARSERS["date"]("26/5/3", zh)[0].value == date(2026, 5, 3)
    assert PARSERS["date"]("13/31/26", zh) == []
    assert PARSERS["date"]("31/5/26", en)[0].value == date(2026, 5, 31)
    assert PARSERS["date"]("3/5/2026", de)[0].value == date(2026, 5, 3)
    assert PARSERS["date"]("half a year ago", en)[0].value == date(2025, 11, 13)
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
