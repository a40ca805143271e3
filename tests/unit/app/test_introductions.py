"""Names by which somebody is introduced, greeted, or signs; and words that stand where a name could."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.app.introductions import LONGEST, introduced


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I'm John and my lamp is late", ("John",)),
        ("i'm john", ("john",)),
        ("I’m José, hello", ("José",)),
        ("I'm Oluwaseun, hello", ("Oluwaseun",)),
        ("I'm Oluwaseun hello", ()),
        ("my name is Okonkwo Adeyemi", ("Okonkwo Adeyemi",)),
        ("my name is marigold hobbes", ("marigold hobbes",)),
        ("my name is on the invoice", ()),
        ("my name is spelled Zsofia", ("Zsofia",)),
        ("Name: Thaddeus Quill", ("Thaddeus Quill",)),
        ("name: the blue lamp", ()),
        ("Where is it?\nBest regards,\nAnselm von Hohenfels", ("Anselm von Hohenfels",)),
        ("Where is it?\nBest regards,\nYour Team", ()),
        ("Dear Mrs. van der Berg,", ("van der Berg",)),
        ("Hello Hector, it is here", ("Hector",)),
        ("Hello Support, where is it", ()),
        ("This is Ashcroft speaking", ("Ashcroft",)),
        ("This is Ridiculous", ()),
        ("I will pay in May, mark it", ()),
        ("我叫王小明，你好", ("王小明",)),
        ("我是李雷", ("李雷",)),
        ("我是学生", ()),
        ("我是高中生", ()),
        ("我是欧阳锋。", ("欧阳锋",)),
        ("姓名：赵丽颖", ("赵丽颖",)),
        ("谢谢\n黄晓明", ("黄晓明",)),
        ("谢谢\n马上处理", ()),
        ("王先生您好", ("王先生",)),
        ("我是Tom，在北京", ("Tom",)),
        ("免贵姓王", ("姓王", "王先生", "王女士", "王小姐")),
    ],
)
def test_what_is_a_name_by_the_words_around_it(text: str, names: tuple[str, ...]) -> None:
    assert introduced([text]) == names


def test_a_name_is_listed_once_and_texts_are_read_so_far() -> None:
    assert introduced(["I'm John.", "hi John,", "my name is Ann Lee"]) == ("John", "Ann Lee")
    assert introduced(["x" * LONGEST + " my name is Ann Lee"]) == ()


@given(st.text(st.sampled_from("aI'm Jnoh.,\n\t是我叫王小-—:名 \u200b\U0001f642"), max_size=80))
def test_whatever_is_written_it_stands_in_the_text(text: str) -> None:
    for name in introduced([text]):
        assert name
        assert name in " ".join(text.split()) or name in text or name[0] in text
