from datetime import datetime, time, timedelta

import pytest

from botkit.model.parsers import Reading
from botkit.understanding.values import PARSERS

ENGLISH = {
    "3pm": "15:00",
    "12am": "00:00",
    "12pm": "12:00",
    "15:30": "15:30",
    "7:56:30 pm": "19:56:30",
    "noon": "12:00",
    "midnight": "00:00",
    "12 noon": "12:00",
    "half past two": "02:30",
    "half past 8pm": "20:30",
    "quarter to nine": "08:45",
    "a quarter past eight": "08:15",
    "three minutes to eight": "07:57",
    "20 min past eight in the evening": "20:20",
    "7 o'clock": "07:00",
    "8 in the morning": "08:00",
    "8 in the night": "20:00",
    "in the afternoon at 7": "19:00",
    "afternoon 7:00:05": "19:00:05",
    "tonight at 8": "20:00",
    "eight forty": "08:40",
    "ten fifty five p. m.": "22:55",
    "340pm": "15:40",
    "1140 a.m.": "11:40",
    "11-ish": "11:00",
    "be back at 7": "07:00",
    "at seven": "07:00",
    "7": "07:00",
    "it is 9": "09:00",
    "9:05 in the evening": "21:05",
    "3.30pm": "15:30",
    "at 14.30": "14:30",
    "20 to 9": "08:40",
    "1 o'clock lunchtime": "13:00",
    "lunchtime": "12:00",
    "on the 15 8pm": "20:00",
    "meet @ 5": "05:00",
}

CHINESE = {
    "下午三点半": "15:30",
    "三点一刻": "03:15",
    "晚上8点": "20:00",
    "中午": "12:00",
    "中午12点": "12:00",
    "晚上12点": "00:00",
    "晚上一点": "01:00",
    "下午5:00": "17:00",
    "晚上19:30": "19:30",
    "凌晨2点半": "02:30",
    "早上十点左右": "10:00",
    "零点整": "00:00",
    "差一刻三点": "02:45",
    "三点五十": "03:50",
    "8点20分30秒": "08:20:30",
    "今晚八点": "20:00",
    "明早9点": "09:00",
    "十五点": "15:00",
    "三点钟": "03:00",
    "20时30分": "20:30",
    "三点十分": "03:10",
    "差十分九点": "08:50",
    "九点差十分": "08:50",
    "三点差一刻": "02:45",
    "三点过五分": "03:05",
    "6點半": "06:30",
    "下午6時30分": "18:30",
    "一点吧": "01:00",
    "晚上8": "20:00",
    "晚八点": "20:00",
    "改到一点": "01:00",
    "明天一点": "01:00",
    "一点半": "01:30",
    "2:00pm可以吗": "14:00",
}


@pytest.mark.parametrize(("text", "value"), ENGLISH.items())
def test_english_times(text: str, value: str, en: Reading) -> None:
    assert [one.value for one in PARSERS["time"](text, en)] == [time.fromisoformat(value)]


@pytest.mark.parametrize(("text", "value"), CHINESE.items())
def test_chinese_times(text: str, value: str, zh: Reading) -> None:
    assert [one.value for one in PARSERS["time"](text, zh)] == [time.fromisoformat(value)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A-10293",
        "iPhone 15",
        "5 items",
        "3 shirts at 20 dollars",
        "99:99",
        "25:00",
        "10:5",
        "order 12:345",
        "at 20%",
        "in the morning",
        "有一点问题",
        "快点",
        "上午",
        "9 to 5",
        "it costs 3.30",
        "at 3.30 dollars",
        "便宜一点",
        "一点小事",
        "十分感谢",
        "几点",
        "住4晚",
        "再加一晚",
        "晚一天入住",
        "上午两个人",
    ],
)
def test_no_time(text: str, en: Reading, zh: Reading) -> None:
    assert PARSERS["time"](text, en) == []
    assert PARSERS["time"](text, zh) == []


MOMENTS = {
    "tomorrow at 5pm": "2026-05-14T17:00",
    "next Monday morning at 9": "2026-05-18T09:00",
    "9 in the morning tomorrow": "2026-05-14T09:00",
    "May 3, 15:30": "2027-05-03T15:30",
    "May 3 at noon": "2027-05-03T12:00",
    "tonight at 8": "2026-05-13T20:00",
    "in 2 hours": "2026-05-13T12:00",
    "half an hour from now": "2026-05-13T10:30",
    "3 hours ago": "2026-05-13T07:00",
    "2026-05-03T15:30": "2026-05-03T15:30",
    "2026-05-03 15:30": "2026-05-03T15:30",
    "at 5pm": "2026-05-13T17:00",
    "at 9am": "2026-05-14T09:00",
    "now": "2026-05-13T10:00",
    "call me right now!": "2026-05-13T10:00",
    "7:00 on next Sunday afternoon": "2026-05-24T19:00",
    "on the 15th at 8:00": "2026-05-15T08:00",
    "a quarter to seven tomorrow": "2026-05-14T06:45",
    "8pm in the evening, 1 June": "2026-06-01T20:00",
    "明天下午三点": "2026-05-14T15:00",
    "下周一上午九点": "2026-05-18T09:00",
    "今晚八点": "2026-05-13T20:00",
    "5月20日15:30": "2026-05-20T15:30",
    "半小时后": "2026-05-13T10:30",
    "后天中午12点": "2026-05-15T12:00",
    "10:30 on June 5": "2026-06-05T10:30",
    "on the 5th at 10am": "2026-06-05T10:00",
    "on 15, 8pm": "2026-05-15T20:00",
    "8pm on the 15": "2026-05-15T20:00",
    "at seven on 15": "2026-05-15T07:00",
    "5/18/26 @ 17:49": "2026-05-18T17:49",
    "5/18/26 2pm": "2026-05-18T14:00",
    "Monday at 2.30": "2026-05-18T02:30",
    "9 tomorrow morning": "2026-05-14T09:00",
    "Christmas eve at 6pm": "2026-12-24T18:00",
    "Sunday late evening at 10:00": "2026-05-17T22:00",
    "May 22, 2026 3:00 PM": "2026-05-22T15:00",
    "midnight tonight": "2026-05-14T00:00",
    "as soon as possible": "2026-05-13T10:00",
    "in an hour and a half": "2026-05-13T11:30",
    "1 month 2 days 2 hours ago": "2026-04-11T08:00",
    "in 2 days and 3 hours": "2026-05-15T13:00",
    "end of tomorrow": "2026-05-14T23:59:59",
    "the end of the day": "2026-05-13T23:59:59",
    "end of day on Friday": "2026-05-15T23:59:59",
    "the start of next Monday": "2026-05-18T00:00",
    "六月的第一个星期一上午九点": "2026-06-01T09:00",
    "10月1日（周四）下午3点": "2026-10-01T15:00",
    "元旦上午9点": "2027-01-01T09:00",
}


@pytest.mark.parametrize(("text", "value"), MOMENTS.items())
def test_points_in_time_are_in_the_bots_zone(text: str, value: str, en: Reading) -> None:
    found = PARSERS["datetime"](text, en)
    assert [one.value for one in found] == [datetime.fromisoformat(value).replace(tzinfo=en.now.tzinfo)]
    assert found[0].value.utcoffset() == timedelta(hours=1 if found[0].value.month in {1, 12} else 2)


def test_a_zone_in_the_text_is_kept(en: Reading) -> None:
    assert PARSERS["datetime"]("2026-05-03T15:30:00Z", en)[0].value.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "in 2 days",
        "明天",
        "end of the month",
        "the end of the story",
        "end of",
        "A-10293",
        "2026-02-31T10:00",
        "tomorrow I will buy shirts",
    ],
)
def test_a_date_alone_is_no_point_in_time(text: str, en: Reading) -> None:
    assert PARSERS["datetime"](text, en) == []


def test_a_time_far_from_the_date_does_not_belong_to_it(en: Reading) -> None:
    (found,) = PARSERS["datetime"]("tomorrow I leave, so please call me at 5pm", en)
    assert found.value.day == 13


DURATIONS = {
    "two hours": 7200,
    "1h30m": 5400,
    "3h": 10800,
    "an hour and a half": 5400,
    "half an hour": 1800,
    "half-hour": 1800,
    "90 minutes": 5400,
    "two and a half hours": 9000,
    "1 hour, 5 minutes and 3 seconds": 3903,
    "3 days": 259200,
    "a couple of weeks": 1209600,
    "all day": 86400,
    "3.5 second": 3.5,
    "twenty and four hours": 86400,
    "a fortnight": 1209600,
    "two months": 5184000,
    "3 days 5 weeks": 259200,
    "两个小时": 7200,
    "半小时": 1800,
    "半个小时": 1800,
    "一个半小时": 5400,
    "三小时半": 12600,
    "十分钟": 600,
    "5分30秒": 330,
    "三天": 259200,
    "两周": 1209600,
    "半个月": 1296000,
    "一刻钟": 900,
    "五个月": 12960000,
    "三年": 94608000,
    "2h30": 9000,
    "1h 20": 4800,
    "1:30 hours": 5400,
    "2:30 minutes": 150,
    "3/4 hour": 2700,
    "1 1/2 hours": 5400,
    "three quarters of an hour": 2700,
    "a quarter of an hour": 900,
    "another week": 604800,
    "1小时20": 4800,
    "一个半月": 3888000,
    "8天20时": 763200,
    "三週": 1814400,
}


@pytest.mark.parametrize(("text", "seconds"), DURATIONS.items())
def test_durations(text: str, seconds: float, en: Reading) -> None:
    assert [one.value for one in PARSERS["duration"](text, en)] == [timedelta(seconds=seconds)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the second one",
        "iPhone 15",
        "A10h",
        "0 days",
        "10" * 9 + " years",
        "十分感谢",
        "2026年",
        "5月3日",
        "8时",
        "20时30分",
        "两三天",
        "三四个小时",
        "十几分钟",
        "a second wave of it",
        "1/0 hours",
    ],
)
def test_no_duration(text: str, en: Reading, zh: Reading) -> None:
    assert PARSERS["duration"](text, en) == []
    assert PARSERS["duration"](text, zh) == []
