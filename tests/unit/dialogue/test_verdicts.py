"""Verdicts on free text by its name, and remarks that are neither a name nor an address."""

import pytest

from tests.unit.dialogue.talking import Talk, build

ADDED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: item, title: {en: item, zh: 商品}, say: Which item?}
      - {ask: address, title: {en: address, zh: 地址}, say: To which address?}
      - {ask: quantity, say: How many?, type: integer}
      - confirm: "{{ quantity }} of {{ item }} to {{ address }}?"
      - say: Done.
"""
ASKED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: name, title: {en: full name, zh: 姓名}, say: Your name?}
      - {ask: note, say: What shall I write?}
      - {ask: address, say: Your address?}
      - {ask: way, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 到店}}}
      - say: Done.
"""


def confirmed() -> Talk:
    talk = Talk(build(ADDED))
    for line in ("/main", "Nike shirt", "5 Elm Road", "3"):
        talk.say(line)
    assert talk.step == "confirm"
    return talk


@pytest.mark.parametrize(
    ("reply", "item", "address"),
    [
        ("the address is wrong, it is 9 Elm Road", "Nike shirt", "9 Elm Road"),
        ("the address is wrong, it should be 9 Elm Road", "Nike shirt", "9 Elm Road"),
        ("my address is not 5 Elm Road, it's 9 Elm Road", "Nike shirt", "9 Elm Road"),
        ("the address is misspelled, 9 Elm Road", "Nike shirt", "9 Elm Road"),
        ("the item is not a shirt but a hat", "hat", "5 Elm Road"),
        ("the address is fine but the item should be a hat", "hat", "5 Elm Road"),
        ("the item is a hat and the address is 9 Elm Road", "hat", "9 Elm Road"),
        ("地址错了，是南京路9号", "Nike shirt", "南京路9号"),
        ("商品不是衬衫，是帽子", "帽子", "5 Elm Road"),
        ("地址改成和平路9号", "Nike shirt", "和平路9号"),
    ],
)
def test_a_new_value_stands_behind_the_verdict(reply: str, item: str, address: str) -> None:
    talk = confirmed()
    talk.say(reply)
    assert (talk.slots["item"], talk.slots["address"], talk.slots["quantity"]) == (item, address, 3)
    assert talk.step == "confirm"


@pytest.mark.parametrize(
    "reply",
    [
        "the address is wrong",
        "my address is not 5 Elm Road",
        "the address is misspelled",
        "the address is too short",
        "地址写错了",
        "地址不是5号",
    ],
)
def test_a_verdict_alone_asks_again(reply: str) -> None:
    talk = confirmed()
    talk.say(reply)
    assert (talk.step, talk.slots.get("address")) == ("ask:address", None)


@pytest.mark.parametrize(
    "reply",
    [
        "the address is right",
        "the address is still the same",
        "the address is what I told you",
        "the item is out of stock, isn't it",
        "the item was out of stock before?",
        "地址没错",
        "地址是不是太短了",
        "商品有货吧，是吗",
    ],
)
def test_what_approves_or_asks_changes_nothing(reply: str) -> None:
    talk = confirmed()
    before = talk.slots
    talk.say(reply)
    assert (talk.slots, talk.step) == (before, "confirm")


def test_a_value_ends_before_what_another_slot_gets() -> None:
    talk = confirmed()
    talk.say("item: hat and 4")
    assert (talk.slots["item"], talk.slots["quantity"]) == ("hat", 4)


@pytest.mark.parametrize(
    "reply",
    [
        "I don't know",
        "I'd rather not say",
        "I already told you",
        "but not by mail please",
        "Can I use my office address?",
        "yes",
        "In store",
        "不知道",
        "不方便告诉你",
        "我刚才说过了",
        "能用公司地址吗？",
        "不要邮寄",
        "对",
        "?" * 500,
    ],
)
def test_a_remark_is_neither_a_name_nor_an_address(reply: str) -> None:
    talk = Talk(build(ASKED))
    talk.say("/main")
    talk.say(reply)
    assert (talk.step, talk.slots) == ("ask:name", {})


@pytest.mark.parametrize("name", ["Will Smith", "May Chen", "陈安", "No Name", "但丁"])
def test_names_are_names(name: str) -> None:
    talk = Talk(build(ASKED))
    talk.say("/main")
    talk.say(name)
    assert (talk.step, talk.slots["name"]) == ("ask:note", name)


def test_other_free_text_takes_any_sentence() -> None:
    talk = Talk(build(ASKED))
    for line in ("/main", "Ann Chen", "I don't know what to say, do you?"):
        talk.say(line)
    assert talk.slots["note"] == "I don't know what to say, do you?"
