import pytest

from botkit.model.parsers import Reading
from botkit.understanding.values import PARSERS

YES = [
    "yes",
    "Yes!!!",
    "yes please",
    "y",
    "sure",
    "Sure!",
    "ok",
    "that's right",
    "go ahead",
    "yep, do it",
    "👌👌👌",
    "👌 It's ok",
    "agree, it is ok",
    "yes... I said no onions",
    "I think that would work. so yes I will.",
    "no problem",
    "on",
    "ja gerne",
    "نعم",
    "是的",
    "好",
    "好的，谢谢",
    "没问题",
    "可以",
    "对，就是这个",
    "行吧",
]
NO = [
    "no",
    "nope",
    "no thanks",
    "not really",
    "no, wait",
    "no. I said the fourth of July",
    "I don't thing so. no.",
    "disagree, it is not ok",
    "agree, it is not ok",
    "it's not ok",
    "off",
    "nein danke",
    "لا",
    "不是",
    "不要",
    "不用了谢谢",
    "不是我的",
    "不行",
    "不可以",
    "不好",
    "拒绝",
    "不对，是另一个",
]
NEITHER = [
    "",
    "   ",
    "I have no idea",
    "order no 5",
    "right now",
    "good morning",
    "nothing",
    "yessir",
    "A-10293",
    "please help me",
    "I am John",
    "好多",
    "可以帮我退货吗",
    "👀",
    "?",
]


@pytest.mark.parametrize("text", YES)
def test_yes(text: str, en: Reading) -> None:
    assert PARSERS["boolean"](text, en)[0].value is True


@pytest.mark.parametrize("text", NO)
def test_no(text: str, en: Reading) -> None:
    assert PARSERS["boolean"](text, en)[0].value is False


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str, en: Reading) -> None:
    assert PARSERS["boolean"](text, en) == []


def test_the_whole_phrase_is_the_span(zh: Reading) -> None:
    text = " Yes please! "
    found = PARSERS["boolean"](text, zh)[0]
    assert text[found.start : found.end] == "Yes please"
