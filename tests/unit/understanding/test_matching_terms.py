"""What the matcher sees of a text."""

import pytest

from botkit.understanding.terms import EMPTY, FULL, WEAK, clauses, stem


def keys(text: str) -> list[str]:
    found = clauses(text)
    return [term.key for term in found[0].terms] if found else []


def content(text: str) -> list[str]:
    found = clauses(text)
    return [term.key for term in found[0].terms if term.most > EMPTY] if found else []


@pytest.mark.parametrize(
    ("words", "root"),
    [
        ("ship ships shipped shipping", "ship"),
        ("address addresses addressed", "addres"),
        ("reply replies replied", "repli"),
        ("change changes changed changing", "chang"),
        ("box boxes", "box"),
        ("cancel cancelled canceled cancelling", "cancel"),
        ("status", "status"),
        ("this", "this"),
        ("red", "red"),
        ("bring", "bring"),
        ("send sent", "send"),
        ("größe", "größe"),
    ],
)
def test_stem(words: str, root: str) -> None:
    assert {stem(word) for word in words.split()} == {root}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("send this thing back", "=return"),
        ("refunds", "=refund"),
        ("get my money back", "=refund"),
        ("退货", "=return"),
        ("运费", "=cost"),
        ("运费", "=ship"),
        ("how long", "=duration"),
    ],
)
def test_words_for_one_thing_share_a_key(text: str, key: str) -> None:
    assert key in keys(text)


def test_a_phrase_does_not_reach_too_far() -> None:
    assert "=return" not in keys("send four or five more letters back")


@pytest.mark.parametrize(
    "text",
    ["A-10293", "#W1234567", "me@example.org", "https://example.org/return-order", "12.50", "+49 170 1234567", ""],
)
def test_values_give_no_terms(text: str) -> None:
    assert keys(text) == []


def test_values_between_words_leave_the_words() -> None:
    assert keys("return W1234 refund") == ["=return", "=refund"]
    assert keys("订单A-10293退货") == ["=order", "=return"]


def test_empty_and_weak_words_weigh_little() -> None:
    (clause,) = clauses("please where lighthouse")
    assert [term.most for term in clause.terms] == [EMPTY, WEAK, FULL]


def test_a_text_is_cut_into_clauses_with_the_whole_first() -> None:
    found = clauses("The shoes hurt. I want to return them, please!")
    assert [[term.key for term in clause.terms if term.most > EMPTY] for clause in found] == [
        ["sho", "hurt", "=return"],
        ["sho", "hurt"],
        ["=return"],
        [],
    ]


def test_unknown_chinese_gives_characters_and_pairs_of_the_weight_of_its_words() -> None:
    (clause,) = clauses("蓝鲸币")
    assert [term.key for term in clause.terms] == ["蓝", "鲸", "币", "蓝鲸", "鲸币"]
    assert sum(term.most for term in clause.terms) == pytest.approx(1.5)


def test_refusals_and_denials_are_marked() -> None:
    assert clauses("I do not want to cancel")[0].refused
    assert clauses("请不要取消")[0].refused
    assert not clauses("我不要了")[0].refused
    assert not clauses("it does not work")[0].refused
    assert clauses("it does not work")[0].denied


@pytest.mark.parametrize("text", ["word, " * 5_000, "a" * 20_000, "我要退货。" * 5_000])
def test_a_huge_text_gives_few_terms(text: str) -> None:
    found = clauses(text)
    assert len(found) <= 17
    assert all(len(clause.terms) <= 48 for clause in found)
