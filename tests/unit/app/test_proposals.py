"""Where the messages that a bot missed belong."""

from pathlib import Path

import pytest

from botkit.app.directories import check_directory
from botkit.app.misses import Meaning, Miss, Reason
from botkit.app.proposals import Proposal, mark_of, propose, wording_of, wordings_of
from botkit.model.events import NO_EVIDENCE, Evidence, Match, Passage
from botkit.model.flowset import FlowSet

LAMPS = Path(__file__).parents[2] / "data" / "lamps"


@pytest.fixture(scope="module")
def flows() -> FlowSet:
    found = check_directory(LAMPS).flows
    assert found is not None
    return found


def miss(text: str, n: int = 1, reason: Reason = "no match", locale: str = "en", wrong: str = "") -> Miss:
    return Miss(text, f"web:{n}", float(n), reason, locale, (Meaning("intent", wrong),) if wrong else ())


NEAR = {
    "parcel": Evidence(intents=(Match("order_status", 0.5),)),
    "countries": Evidence(answers=(Match("shipping", 0.55),), intents=(Match("return_item", 0.32),)),
    "where is my order": Evidence(intents=(Match("order_status", 0.8),), answers=(Match("shipping", 0.4),)),
    "track": Evidence(intents=(Match("order_status", 0.8), Match("return_item", 0.75))),
    "how to clean": Evidence(passages=(Passage("With a cloth.", score=0.9),), intents=(Match("order_status", 0.4),)),
    "how to mend": Evidence(passages=(Passage("With glue.", score=0.52),)),
    "hardly": Evidence(intents=(Match("order_status", 0.25),)),
    "vaguely": Evidence(intents=(Match("order_status", 0.4),)),
}


def recall(text: str, _locale: str) -> Evidence:
    return next((evidence for word, evidence in NEAR.items() if word in text), NO_EVIDENCE)


def proposed(flows: FlowSet, misses: list[Miss], ignored: tuple[str, ...] = ()) -> list[Proposal]:
    return propose(misses, flows, recall, ignored)


@pytest.mark.parametrize(
    ("texts", "do", "name"),
    [
        (["my parcel please", "parcel, parcel!"], "add", "order_status"),
        (["my parcel please", "a parcel, what of it?", "has it left, the parcel"], "add", "order_status"),
        (["hardly a lamp"], "new", "hardly_lamp"),
        (["vaguely a lamp"], "new", "vaguely_lamp"),
        (["do you send to countries abroad as well"], "add", "shipping"),
        (["do you sell gift cards", "gift card"], "new", "gift_card"),
        (["你们有礼品卡吗", "礼品卡怎么买"], "new", "礼品卡"),
        (["lol"], "ignore", ""),
        (["ok thanks"], "ignore", ""),
        (["👍", "👍"], "ignore", ""),
        (["warranty", "warranty", "warranty"], "new", "warranty"),
    ],
)
def test_what_is_proposed(flows: FlowSet, texts: list[str], do: str, name: str) -> None:
    (one,) = proposed(flows, [miss(text, n) for n, text in enumerate(texts)])
    assert (one.do, one.to.name if one.to is not None else one.name) == (do, name)
    assert bool(one.wordings) == (do != "ignore")
    assert one.id == mark_of(one.texts[0][0])


def test_the_largest_group_comes_first_with_what_there_is_to_it(flows: FlowSet) -> None:
    misses = [
        miss("lol", 1),
        *(miss("gift card?", n, "unclear", "") for n in (2, 3)),
        miss("do you sell gift cards", 2),
        miss("你们有礼品卡吗", 4, locale="zh"),
    ]
    first, second = proposed(flows, misses)
    assert first.texts == (("gift card?", 2), ("你们有礼品卡吗", 1), ("do you sell gift cards", 1))
    assert (first.count, first.conversations, first.first, first.last) == (4, 3, 2.0, 4.0)
    assert (first.reasons, first.locales) == ({"no match": 2, "unclear": 2}, {"en": 1, "zh": 1})
    assert first.as_json()["proposal"] == {
        "do": "new",
        "kind": "intent",
        "name": "gift_card",
        "wordings": ["gift card?", "你们有礼品卡吗", "do you sell gift cards"],
    }
    assert second.as_json()["proposal"] == {"do": "ignore", "wordings": []}


def test_what_the_bot_understands_by_now_is_left_out(flows: FlowSet) -> None:
    assert proposed(flows, [miss("where is my order"), miss("where is my order, 小姐", locale="zh")]) == []
    assert len(proposed(flows, [miss("track it")])) == 1  # two are about as near


def test_what_an_article_answers_surely_by_now_is_left_out(flows: FlowSet) -> None:
    assert proposed(flows, [miss("how to clean the lamp")]) == []
    assert len(proposed(flows, [miss("how to clean the lamp", reason="wanted a person")])) == 1  # it did not help
    assert len(proposed(flows, [miss("how to mend the lamp")])) == 1  # hardly


def test_what_took_a_message_wrongly_is_not_proposed_for_it(flows: FlowSet) -> None:
    (one,) = proposed(flows, [miss("track it", reason="cancelled", wrong="order_status")])
    assert one.near == ((Meaning("intent", "return_item"), 0.75),)
    assert one.to == Meaning("intent", "return_item")
    (one,) = proposed(flows, [miss("where is my order", reason="cancelled", wrong="order_status")])
    assert one.near == ((Meaning("answer", "shipping"), 0.4),)
    assert proposed(flows, [miss("where is my order", reason="cancelled", wrong="return_item")]) == []  # mended


def test_what_is_ignored_does_not_come_again(flows: FlowSet) -> None:
    misses = [miss("gift card"), miss("do you sell gift cards", 2), miss("gift cards please", 3)]
    assert proposed(flows, misses, (mark_of("GIFT  card!"), mark_of("do you sell gift cards"))) == []
    (one,) = proposed(flows, misses, (mark_of("gift card"),))
    assert {text for text, _ in one.texts} == {"do you sell gift cards", "gift cards please"}


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("gift card?", "gift card?"),
        ("my mail is [email 1], gift card", "my mail is , gift card"),
        ("where is lamp A-10293", "where is lamp"),
        ("[track](me) {{ lamp }}", "track (me) lamp"),
        ("see https://example.org/x lamp", "see lamp"),
        ("a\x07lamp\nis  here", "a lamp is here"),
        ("lamp " * 40, ""),
        ("[card 1]", ""),
        ("ok", ""),
        ("", ""),
    ],
)
def test_a_message_as_an_example(text: str, wording: str) -> None:
    assert wording_of(text) == wording


def test_wordings_differ_and_name_nobody() -> None:
    texts = [("do you sell gift cards", 1), ("do you sell gift card", 9), ("gift card for [email 1]", 30)]
    assert wordings_of(texts) == ("do you sell gift card",)
    assert wordings_of(texts[2:]) == ("gift card for",)
    assert len(wordings_of([(f"{word} lamp", 1) for word in ("green", "huge", "kitchen", "outdoor", "cheap")])) == 3


@pytest.mark.parametrize("said", ["I don't want to send a parcel", "我不想寄 parcel", "I do not want a parcel"])
def test_what_refuses_is_no_example_of_what_it_refuses(flows: FlowSet, said: str) -> None:
    (one,) = proposed(flows, [miss(said, 1), miss(said, 2)])
    assert (one.do, one.to, one.wordings) == ("ignore", None, ())
