"""What a question asks for, and whether a text has anything of that kind."""

import pytest

from botkit.understanding.knowledge.asking import kind_of, lacks


@pytest.mark.parametrize(
    ("question", "text", "unfit"),
    [
        ("what does a new brush cost?", "Clean the brush every week.", True),
        ("what does a new brush cost?", "A brush is 5 pounds.", False),
        ("is there a fee", "That is free.", False),
        ("how long does it take?", "We repair it in our workshop.", True),
        ("how long does it take?", "That takes three working days.", False),
        ("how many working days", "in 3 to 5 days", False),
        ("how many passengers?", "Passengers are welcome.", True),
        ("how old do I have to be?", "From 16 years.", False),
        ("when are you open?", "from nine on", False),
        ("when are you open?", "We are here for you", True),
        ("who repairs it?", "it is repaired", True),
        ("who repairs it?", "Our partner is Norbank Finance.", False),
        ("Was kostet das?", "Das ist kostenlos.", False),
        ("Wie lange dauert das?", "Das dauert.", True),
        ("多少钱", "免费", False),
        ("多少钱", "请清洗刷子", True),
        ("多久到账", "三个工作日到账", False),
        ("多久到账", "原路退回", True),
        ("كم يوم يستغرق الشحن", "يستغرق ثلاثة", True),
        ("is it blue", "no", False),
        ("", "", False),
    ],
)
def test_a_text_without_what_is_asked_for_does_not_fit(question: str, text: str, *, unfit: bool) -> None:
    assert lacks(text, kind_of(question)) is unfit


def test_a_long_question_is_read_soon() -> None:
    assert not lacks("x" * 5000 + " 3 days", kind_of("how long " + "what does " * 500))
