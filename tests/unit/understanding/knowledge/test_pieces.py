"""What texts and questions are made of, how words are mended, and how the pieces are weighed."""

import pytest

from botkit.understanding.knowledge.pieces import ASKED, WEAK, pieces_of, read_question
from botkit.understanding.knowledge.postings import Counted, Postings
from botkit.understanding.knowledge.spelling import Spelling


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Shipping costs for parcels", ("ship", "cost", "parcel")),
        ("please could you", ("pleas", "could", "you")),  # nothing but empty words: they are all there is
        ("退货运费", ("退", "货", "运", "费", "退货", "货运", "运费")),
        ("请问 refund", ("refund",)),
        ("x" * 100, ()),
        ("", ()),
    ],
)
def test_the_words_of_a_text(text: str, words: tuple[str, ...]) -> None:
    assert pieces_of(text).words == words


def test_things_are_the_same_in_other_words_and_languages() -> None:
    assert set(pieces_of("I send it back").things) & set(pieces_of("退货").things) == {"=return"}


def test_parts_let_forms_of_a_word_meet() -> None:
    shared = set(pieces_of("cancellation").parts) & set(pieces_of("cancelled").parts)
    assert shared == {"^can", "canc", "ance", "ncel", "cell"}


@pytest.mark.parametrize(
    ("question", "words", "thin"),
    [
        ("when does my parcel come?", {"when": WEAK, "parcel": 1.0, "com": WEAK}, True),
        ("how long does a parcel to Canada take", {"long": ASKED, "parcel": 1.0, "canada": 1.0}, False),
        ("多少钱", {}, True),
        ("运费多少", {"运": 1.0, "费": 1.0, "运费": 1.0}, True),
        ("羊毛衫怎么洗", {"羊": 1.0, "毛": 1.0, "衫": 1.0, "羊毛": 1.0, "毛衫": 1.0, "洗": 1.0}, False),
        ("", {}, True),
    ],
)
def test_what_makes_a_question_hardly_counts(question: str, words: dict[str, float], *, thin: bool) -> None:
    read = read_question(question)
    assert (dict(read.words), read.thin) == (words, thin)


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("recieved", "received"),
        ("delvery", "delivery"),
        ("bursh", "brush"),
        ("brush", "brush"),
        ("crush", ""),  # the first letter has to be right
        ("cat", ""),
        ("zzzzzz", ""),
        ("x" * 100, ""),
        ("刷子", ""),
        ("", ""),
    ],
)
def test_a_mistyped_word_is_the_nearest_known_one(word: str, mended: str) -> None:
    spelling = Spelling(["received", "delivery", "brush", "cats", "刷子"])
    assert spelling.mend(word) == mended
    assert spelling.mend(word) == mended  # as it is remembered


def test_rare_pieces_weigh_more_and_long_texts_less() -> None:
    postings = Postings([Counted.of([(text, 1.0)]) for text in ("ab", "a", "a" + "c" * 20)], 0.5)
    assert postings.rarity("zzz") == postings.rarity("b") > postings.rarity("a")
    one, short, long = postings.score({"a": 1.0, "zzz": 1.0})
    assert short > one > long
    assert list(postings.weigh({"a": 1.0, "b": 2.0})) == [3.0, 1.0, 1.0]


def test_no_texts_are_no_postings() -> None:
    assert list(Postings([], 0.5).score({"a": 1.0})) == []
