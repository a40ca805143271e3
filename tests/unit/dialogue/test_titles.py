"""Titles of slots: what the bot calls a slot, and what a customer may call it, in every locale."""

import pytest

from botkit.model.replies import HandOff
from tests.unit.dialogue.talking import Talk, build

PARCEL = """
flows:
  on_correct:
    slots: {slot: {type: text}, title: {type: text}, old: {type: any}, new: {type: any}, done: {type: boolean}}
    steps:
      - say: "{{ title }} ({{ slot }}): {{ new }}"
  main:
    start: {commands: [main]}
    steps:
      - {ask: addr, title: {en: delivery address, zh: 收货地址}, say: {en: Where to?, zh: 寄到哪里？}}
      - {ask: what, title: {en: E-Book, zh: 商品}, say: {en: What?, zh: 寄什么？}}
      - {ask: size_code, say: {en: Size?, zh: 尺码？}, pattern: '[SML]'}
      - {ask: tn, title: {en: "the {{ what }} town", zh: 市}, say: {en: Town?, zh: 城市？}}
      - confirm: {en: "Ship {{ what }} to {{ addr }}?", zh: "把{{ what }}寄到{{ addr }}？"}
      - say: Done.
"""


def confirming(locale: str, text: str = PARCEL) -> Talk:
    talk = Talk(build(text), locale=locale)
    for said in ("/main", "Elm 5", "Socks", "M", "York"):
        talk.say(said)
    assert talk.step == "confirm"
    return talk


@pytest.mark.parametrize(
    ("locale", "said", "labels"),
    [
        ("en", "no, 7 of them", ["delivery address", "E-Book", "size code", "the Socks town"]),
        ("zh", "不对，7个", ["收货地址", "商品", "size code", "市"]),
        ("zh-TW", "不对，7个", ["收货地址", "商品", "size code", "市"]),
    ],
)
def test_the_titles_are_the_buttons_of_what_to_change(locale: str, said: str, labels: list[str]) -> None:
    talk = confirming(locale)
    talk.say(said)
    assert talk.labels == labels


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("no, the delivery address is Oak 7", "addr", "Oak 7"),
        ("the Delivery-Address should be Oak 7", "addr", "Oak 7"),
        ("不对，收货地址是百老汇10号", "addr", "百老汇10号"),
        ("收货地址改成百老汇10号", "addr", "百老汇10号"),
        ("the addr is Oak 7", "addr", "Oak 7"),
        ("the e-book is Dune", "what", "Dune"),
        ("the e book is Dune", "what", "Dune"),
        ("商品：帽子", "what", "帽子"),
        ("no, the size code is L", "size_code", "L"),
    ],
)
def test_a_slot_is_corrected_by_its_title_in_any_locale(locale: str, said: str, slot: str, value: str) -> None:
    talk = confirming(locale)
    talk.say(said)
    assert talk.slots[slot] == value
    assert talk.step == "confirm"


@pytest.mark.parametrize(("locale", "title"), [("en", "delivery address"), ("zh", "收货地址")])
def test_on_correct_is_given_the_title(locale: str, title: str) -> None:
    talk = confirming(locale)
    assert f"{title} (addr): Oak 7" in talk.say("the delivery address is Oak 7")


@pytest.mark.parametrize(
    "said", ["the delivery address", "收货地址", "我想改收货地址", "I want to change the delivery address"]
)
def test_the_title_answers_what_to_change(said: str) -> None:
    talk = confirming("zh")
    talk.say("不对，7个")
    talk.say(said)
    assert talk.step == "ask:addr"


@pytest.mark.parametrize("said", ["no, the Socks town is Leeds", "不对，上海市是我的"])
def test_a_template_and_a_single_character_name_no_slot(said: str) -> None:
    talk = confirming("en")
    talk.say(said)
    assert talk.slots.get("tn") != "Leeds"
    assert talk.slots.get("tn") != "我的"


def test_a_title_that_fails_is_the_name() -> None:
    talk = confirming("en", PARCEL.replace("the {{ what }} town", "{{ 10 // ((what | length) - 5) }}"))
    talk.say("no, 7 of them")
    assert talk.labels[-1] == "tn"


def test_an_ask_without_a_question_says_the_title() -> None:
    text = "flows: {main: {start: {commands: [main]}, steps: [{ask: a, title: {en: zip code, zh: 邮编}}]}}"
    assert "zip code" in Talk(build(text)).say("/main")
    assert "邮编" in Talk(build(text), locale="zh").say("/main")


def test_an_agent_sees_the_titles_in_the_first_locale() -> None:
    talk = confirming("zh")
    talk.say("转人工")
    packet = next(effect.packet for effect in talk.effects if isinstance(effect, HandOff))
    assert packet["titles"] == {"addr": "delivery address", "what": "E-Book"}


def test_two_slots_of_one_title_mean_the_one_that_was_asked() -> None:
    text = """
    flows:
      main:
        start: {commands: [main]}
        steps:
          - {ask: one, title: street, say: One?}
          - confirm: OK?
            no: [{say: Bye.}]
          - {ask: two, title: street, say: Two?}
    """
    talk = Talk(build(text))
    talk.say("/main")
    talk.say("Elm 5")
    talk.say("no, the street is Oak 7")
    assert talk.slots["one"] == "Oak 7"


LABELS = """
slots: {way: {options: {mail: {en: By mail, zh: 邮寄}, store: {en: In the store, zh: 自提}}}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: way, say: {en: How?, zh: 怎么取？}}
      - {ask: extras, say: {en: What else?, zh: 还要什么？}, many: true, options: {a: {en: A card, zh: 贺卡}, b: {en: A bow, zh: 丝带}}}
      - set: {box: {way: store}}
      - say: "{{ way | label }}; {{ extras | label }}; {{ box.way | label('way') }}; {{ box.way | label('no') }}"
"""


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en", "By mail; A card, A bow; In the store; store"), ("zh", "邮寄; 贺卡、丝带; 自提; store")],
)
def test_the_label_of_a_value(locale: str, text: str) -> None:
    talk = Talk(build(LABELS), locale=locale)
    talk.say("/main")
    talk.say("1")
    assert talk.say("1 and 2") == text
