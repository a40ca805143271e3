import pytest

from botkit.model.parsers import Reading
from botkit.understanding.values import PARSERS

ENGLISH = [
    ("192.", 192),
    (".08", 0.08),
    ("4.800", 4.8),
    ("1,234,567", 1234567),
    ("1,234.5", 1234.5),
    ("1.234,5", 1234.5),
    ("12,50", 12.5),
    ("１２３", 123),
    (" -9.25", -9.25),
    ("minus five", -5),
    ("- 1 4/5", -1.8),
    ("2 1/4", 2.25),
    ("10k", 10000),
    ("- 10  k", -10000),
    ("2 million", 2000000),
    ("322 hundred", 32200),
    ("sixteen", 16),
    ("twenty-three", 23),
    ("fifty - two", 52),
    ("two hundred and five", 205),
    ("Three hundred  and  thirty one", 331),
    ("two hundred and two thousand", 202000),
    ("two thousand and two hundred", 2200),
    ("twenty-one trillion and three hundred", 21000000000300),
    ("a dozen", 12),
    ("half a  dozen", 6),
    ("three hundred and two dozens", 324),
    ("half a million", 500000),
    ("one and a half", 1.5),
    ("five and a quarter", 5.25),
    ("a half", 0.5),
    ("three quarters", 0.75),
    ("one eighth", 0.125),
    ("twenty and three fifths", 20.6),
    ("twenty-three fifths", 4.6),
    ("one hundred and three quarters", 100.75),
    ("two hundred point zero three", 200.03),
    ("two hundred point seventy-one", 200.71),
    ("20%", 20),
    ("20 percent", 20),
    ("an increase of 12 percentage points", 12),
    ("one over four", 0.25),
    ("3 over eight.", 0.375),
    ("minus one over 50", -0.02),
    ("one twenty-fourth", 1 / 24),
    ("seven thirty fifths", 0.2),
    ("thirty fifths", 6),
    ("one hundred and forty fifths", 28),
    ("3e4", 30000),
    ("-2.5e-3", -0.0025),
    ("1.5E+2 or so", 150),
    ("2^10", 1024),
    ("4^-1", 0.25),
    ("I'd like 3 shirts", 3),
]

CHINESE = [
    ("三百零五", 305),
    ("两万三千", 23000),
    ("一点五", 1.5),
    ("十二", 12),
    ("二十", 20),
    ("半", 0.5),
    ("一个半", 1.5),
    ("3万5", 35000),
    ("1.5万", 15000),
    ("4，５６５", 4565),
    ("百分之二十", 20),
    ("三成", 30),
    ("三分之二", 2 / 3),
    ("负三十二", -32),
    ("负四分之一", -0.25),
    ("8分之3", 0.375),
    ("两百分之一", 0.005),
    ("二又四分之一", 2.25),
    ("三百又五分之二", 300.4),
    ("一千又三十", 1030),
    ("百分之百", 100),
    ("百分之两百", 200),
    ("十成", 100),
    ("六成五", 65),
    ("四成半", 45),
    ("打八折", 80),
    ("八五折", 85),
    ("95折", 95),
    ("6.5折", 65),
    ("三十几万", 300000),
    ("两百零几万", 2000000),
    ("三百多萬", 3000000),
    ("壹億兩千萬", 120000000),
    ("二零二六", 2026),
    ("四百五", 450),
    ("一千零五", 1005),
    ("一万三", 13000),
    ("肆佰陸拾", 460),
    ("十余万", 100000),
    ("四万万", 400000000),
    ("4.78万亿", 4780000000000),
    ("7 万5 千4 百", 75400),
    ("四亿五千六百四十二万零一十五", 456420015),
    ("五兆六十二亿四万五千二", 5006200045200),
    ("百三", 130),
    ("半百", 50),
    ("五十打", 600),
    ("199个", 199),
    ("我要三件", 3),
]

NONE = [
    "",
    "   ",
    "a",
    "this one",
    "the third one",
    "second",
    "A-10293",
    "#W2378156",
    "iPhone15",
    "180ml",
    "29km",
    "the May 4th",
    "192.168.1.2",
    "1" * 4000,
    "一" * 4000,
    "万",
    "三五百",
    "二三十",
    "两三",
    "七八百个",
    "大陆",
    "https://shop.example/item?id=12&size=40%25",
    "www.shop.example/2026/05",
    "1" * 30 + "e99",
    "10^99",
    "0^0",
    "0^-1",
    "1e",
    "1e5x",
    "1e500",
    "一下",
    "一些",
    "十分感谢",
    "第三",
    "👍",
]


@pytest.mark.parametrize(("text", "value"), ENGLISH)
def test_english_numbers(text: str, value: float, en: Reading) -> None:
    found = PARSERS["number"](text, en)
    assert [one.value for one in found] == [pytest.approx(value)]
    assert type(found[0].value) is (int if value == int(value) else float)


@pytest.mark.parametrize(("text", "value"), CHINESE)
def test_chinese_numbers(text: str, value: float, zh: Reading) -> None:
    assert [one.value for one in PARSERS["number"](text, zh)] == [pytest.approx(value)]


@pytest.mark.parametrize("text", NONE)
def test_no_number(text: str, en: Reading, zh: Reading) -> None:
    assert PARSERS["number"](text, en) == []
    assert PARSERS["number"](text, zh) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1, 234, 567", [1, 234, 567]),
        ("five and six", [5, 6]),
        ("10-12", [10, 12]),
        ("eight forty", [8, 40]),
        ("10000 over 3 years", [10000, 3]),
        ("5 over 0", [5, 0]),
        ("it is 3 over", [3]),
        ("3成功", [3]),
        ("2折叠", [2]),
        ("see https://a.example/3 for 4", [4]),
        ("3 or 三件", [3, 3]),
    ],
)
def test_several_numbers_in_order(text: str, values: list[int], en: Reading) -> None:
    found = PARSERS["number"](text, en)
    assert [one.value for one in found] == values
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_spans_are_of_the_text_as_given(en: Reading) -> None:
    text = "Well, İ need  Ｔwenty-three  of them"
    (found,) = PARSERS["number"](text, en)
    assert text[found.start : found.end] == "Ｔwenty-three"


def test_german_groups_come_before_english_ones(de: Reading) -> None:
    assert [one.value for one in PARSERS["number"]("1.234", de)] == [1234]
    assert [one.value for one in PARSERS["number"]("3,5", de)] == [3.5]


@pytest.mark.parametrize(
    ("text", "values"),
    [("3", [3]), ("twenty", [20]), ("2.0", [2]), ("2.5", []), ("20%", []), ("八折", []), ("one and a half", [])],
)
def test_integers(text: str, values: list[int], en: Reading) -> None:
    assert [one.value for one in PARSERS["integer"](text, en)] == values
