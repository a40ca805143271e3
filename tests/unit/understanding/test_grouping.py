"""Wordings that say about the same stand together."""

import random

import pytest

from botkit.understanding.grouping import group, telling

SAID = [
    ["礼品卡怎么买", "你们有礼品卡吗", "我想买礼品卡", "can I buy a gift card", "do you have gift cards"],
    ["do you accept PayPal", "can i pay by paypal", "paypal?"],
    ["wrong invoice", "invoce wrong", "the invoice has a mistake"],
    ["where is my refund", "I want my refund now", "refnud status please"],
    ["shipping to Norway", "do you ship to Norway", "can you deliver to norway?"],
    ["能寄到挪威吗", "可以发货到挪威吗"],
    ["is the sofa fire retardant"],
    ["lol"],
]


def grouped(texts: list[str]) -> set[frozenset[str]]:
    return {frozenset(texts[at] for at in places) for places in group(texts)}


@pytest.mark.parametrize("seed", range(3))
def test_the_same_concern_is_one_group_in_every_order(seed: int) -> None:
    texts = [text for texts in SAID for text in texts]
    random.Random(seed).shuffle(texts)
    assert grouped(texts) == {frozenset(texts) for texts in SAID}


def test_the_largest_first_and_its_leader_first() -> None:
    texts = ["lol", "Gift card?", "gift card", "where is the lamp"]
    groups = group(texts, [1, 2, 5, 4])
    assert [[texts[at] for at in places] for places in groups] == [
        ["Gift card?", "gift card"],
        ["where is the lamp"],
        ["lol"],
    ]


def test_every_text_is_in_one_group() -> None:
    texts = ["", "  ", "?!", "👍", "123", "A-10293", "the", "a" * 5000, "的", "the"]
    places = [at for places in group(texts) for at in places]
    assert sorted(places) == list(range(len(texts)))
    assert group([]) == ()


def test_what_says_nothing_stands_alone() -> None:
    assert grouped(["👍", "the", "123"]) == {frozenset(["👍"]), frozenset(["the"]), frozenset(["123"])}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("do you have Gift Cards?", ("gift card",)),
        ("is it fire retardant", ("fir", "retardant")),
        ("地板怎么办", ("板", "办")),
        ("我要退货", ("退货",)),
        *((text, ()) for text in ("ok thanks", "👍", "A-10293", "好的", "")),
    ],
)
def test_telling_words(text: str, words: tuple[str, ...]) -> None:
    assert telling(text) == words
