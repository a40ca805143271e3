"""None of several options: an answer where the question may have none, and no answer elsewhere."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - ask: extras
        title: {en: extras, zh: 附加服务}
        say: {en: Which extras?, zh: 要什么附加服务？}
        many: true
        optional: true
        options: {breakfast: {en: Breakfast, zh: 早餐}, cot: {en: Baby cot, zh: 婴儿床}}
      - {ask: note, say: Anything else to tell us?}
      - {confirm: {en: "OK?", zh: 对吗？}}
      - {do: shop.give, with: {a: "{{ extras }}"}}
"""


def at(*lines: str, bot: str = BOT) -> Talk:
    talk = Talk(build(bot))
    for line in ("/main", *lines):
        talk.say(line)
    return talk


NONE = [
    "none of them",
    "None",
    "nothing, thanks",
    "neither",
    "no thanks",
    "no",
    "I don't need any of those",
    "都不要",
    "都没有",
    "不用了",
    "什么都不要",
]


@pytest.mark.parametrize("reply", NONE)
def test_none_is_an_empty_list_where_it_may_be(reply: str) -> None:
    talk = at(reply)
    assert (talk.step, talk.slots) == ("ask:note", {"extras": []})


@pytest.mark.parametrize("reply", NONE)
def test_elsewhere_it_is_asked_again_or_the_flow_ends(reply: str) -> None:
    talk = at(reply, bot=BOT.replace("        optional: true\n", ""))
    assert (talk.step in {"ask:extras", None}, talk.slots) == (True, {})


def test_there_is_a_button_for_it() -> None:
    talk = at()
    assert talk.labels == ["Breakfast", "Baby cot", "None of these"]
    talk.press("None of these")
    assert talk.slots == {"extras": []}


def test_it_goes_when_one_is_pressed() -> None:
    talk = at()
    talk.press("Breakfast")
    assert talk.labels == ["Baby cot", "Done"]
    talk.press("Done")
    assert talk.slots == {"extras": ["breakfast"]}


@pytest.mark.parametrize("reply", ["no breakfast", "cancel", "none of your business", "what is a cot?", "没有早餐吗"])
def test_what_says_more_is_no_none(reply: str) -> None:
    assert at(reply).slots.get("extras") is None


@pytest.mark.parametrize(
    ("reply", "extras"),
    [
        ("no breakfast please", []),
        ("对，不过不要早餐", []),
        ("add a cot", ["breakfast", "cot"]),
        ("no cot", ["breakfast"]),
    ],
)
def test_a_correction_may_leave_none(reply: str, extras: list[str]) -> None:
    talk = at("breakfast", "nothing", reply)
    assert (talk.step, talk.slots["extras"]) == ("confirm", extras)


def test_an_empty_list_is_told_in_words() -> None:
    assert "changed Breakfast to None of these" in at("breakfast", "nothing", "no breakfast please").text


def test_an_empty_list_is_an_answer_that_is_not_asked_for_again() -> None:
    assert at("none", "nothing").step == "confirm"
