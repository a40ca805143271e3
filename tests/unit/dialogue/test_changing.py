"""What a reply to a confirm changes: wordings, denied values, what was said before its slot was named."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BILL = """
flows:
  main:
    title: your bill
    start: {commands: [main]}
    steps:
      - {ask: pin, say: PIN?, pattern: '\\d{4}', secret: true, fill: when_asked}
      - {ask: charged, title: {en: charged, zh: 扣款金额}, say: How much were you charged?, type: money}
      - {ask: expected, title: {en: expected, zh: 应付金额}, say: How much should it have been?, type: money}
      - {ask: address, title: {en: address, zh: 地址}, say: Address?}
      - {ask: way, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 到店}}}
      - confirm: "Refund {{ (charged - expected) | money }} to {{ address }}, {{ way }}?"
        no: [{say: Nothing was changed.}, end]
      - do: shop.give
        with: {a: "{{ charged }}", b: "{{ expected }}", c: "{{ address }}", d: "{{ way }}"}
      - say: Done.
"""
LINES = ("4821", "60", "50", "5 Canal Street", "by mail")


def at_confirm(*lines: str) -> Talk:
    talk = Talk(build(BILL, currency="USD"), {"shop.give": "T-1"})
    for line in ("/main", *(lines or LINES)):
        talk.say(line)
    assert (talk.step, talk.called) == ("confirm", [])
    return talk


@pytest.mark.parametrize(
    ("reply", "address"),
    [
        ("no, 7 Canal Street", "7 Canal Street"),
        ("yes but make it 7228 Canal Street", "7228 Canal Street"),
        ("sorry, 5 Canal Street, apartment 4", "5 Canal Street, apartment 4"),
        ("no, it's 7 Canal Street please", "7 Canal Street"),
        ("7 Canal Street", "7 Canal Street"),
        ("not 5 Canal Street", "5 Canal Street"),
        ("5 Canal Street is wrong", "5 Canal Street"),
        ("is it 7 Canal Street?", "5 Canal Street"),
    ],
)
def test_another_wording_of_free_text_corrects_it_and_no_digits_in_it_anything_else(reply: str, address: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert talk.slots["address"] == address
    assert talk.slots["pin"] == "4821"
    assert (talk.step, talk.called) == ("confirm", [])


def test_another_wording_in_chinese() -> None:
    talk = at_confirm("4821", "60", "50", "北京路5号", "邮寄")
    talk.say("不对，应该是北京路7号")
    assert talk.slots["address"] == "北京路7号"


@pytest.mark.parametrize("reply", ["no, 7228 Elm Road", "yes but make it 7228 Elm Road", "不对，榆树路7228号"])
def test_digits_in_other_words_change_no_number(reply: str) -> None:
    talk = at_confirm()
    before = talk.slots
    assert talk.say(reply) in {"What shall I change?", "请问要改哪一项？"}
    assert talk.slots == before


@pytest.mark.parametrize("reply", ["no, 7228", "yes but 7228", "不对，7228"])
def test_digits_alone_correct_the_one_slot_of_their_pattern(reply: str) -> None:
    talk = Talk(build(BILL.replace("type: money", "type: email")))
    for line in ("/main", "4821", "a@example.org", "b@example.org", "5 Canal Street"):
        talk.say(line)
    talk.say(reply.replace("yes but", "sorry,"))
    assert talk.slots["pin"] == "7228"


@pytest.mark.parametrize("named", ["the charged one", "charged", "扣款金额那个", "the charged", "扣款金额"])
def test_a_value_said_before_its_slot_is_named_is_used(named: str) -> None:
    talk = at_confirm()
    assert talk.say("no, 65") == "What shall I change?"
    talk.say(named)
    assert (str(talk.slots["charged"]), str(talk.slots["expected"])) == ("65 USD", "50 USD")
    assert (talk.step, talk.called) == ("confirm", [])


@pytest.mark.parametrize(
    ("said", "named", "slot", "value"),
    [
        ("no, 98 Elm Road", "the address", "address", "98 Elm Road"),
        ("yes, to 98 Elm Road", "address", "address", "98 Elm Road"),
        ("不对，榆树路98号", "地址", "address", "榆树路98号"),
        ("no, $70 and my way is in store", "charged", "way", "store"),
    ],
)
def test_so_is_free_text_and_what_else_was_said(said: str, named: str, slot: str, value: str) -> None:
    talk = at_confirm()
    assert talk.say(said) in {"What shall I change?", "请问要改哪一项？"}
    talk.say(named)
    assert (talk.step, talk.slots[slot]) == ("confirm", value)
    assert talk.called == []


@pytest.mark.parametrize(
    ("said", "named"), [("no, $70 and $40", "charged"), ("no, 65", "address"), ("no, 65", "way")]
)
def test_without_a_value_that_fits_what_is_named_is_asked_for(said: str, named: str) -> None:
    talk = at_confirm()
    talk.say(said)
    talk.say(named)
    assert (talk.step, talk.slots[named]) == (f"ask:{named}", None)


@pytest.mark.parametrize("reply", ["the charged one", "扣款金额那一项"])
def test_a_pronoun_is_no_number(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert talk.step == "ask:charged"


def test_a_number_word_behind_a_name_is_one_where_it_can_be() -> None:
    talk = at_confirm()
    talk.say("charged: one")
    assert str(talk.slots["charged"]) == "1 USD"


@pytest.mark.parametrize(
    "reply", ["yes, refund $10", "yes, $10", "ok, 10 dollars", "yes, refund $10.00", "好的，10美元"]
)
def test_a_yes_that_says_the_amount_of_the_question_again_is_one(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert talk.called == ["shop.give"]


@pytest.mark.parametrize("reply", ["no, $10", "yes, refund $12", "yes, $60 and $12"])
def test_another_amount_is_asked_about(reply: str) -> None:
    talk = at_confirm()
    before = talk.slots
    assert talk.say(reply) == "What shall I change?"
    assert (talk.slots, talk.called) == (before, [])


@pytest.mark.parametrize("reply", ["$60", "5 Canal Street", "the address is 5 Canal Street", "by mail", "60美元"])
def test_a_value_said_again_is_neither_yes_nor_no_and_is_told_so(reply: str) -> None:
    talk = at_confirm()
    before = talk.slots
    assert talk.say(reply).startswith(("I haven't gone ahead with this yet.", "这一步还没有办理。"))
    assert (talk.step, talk.slots, talk.called) == ("confirm", before, [])


@pytest.mark.parametrize("reply", ["hm", "zzz", "🙂"])
def test_what_says_nothing_is_no_value_said_again(reply: str) -> None:
    talk = at_confirm()
    assert "I haven't gone ahead" not in talk.say(reply)
    assert (talk.step, talk.called) == ("confirm", [])


@pytest.mark.parametrize(
    "reply",
    ["no, not by mail", "not by mail", "yes, but not by mail", "不要邮寄", "好的，但不要邮寄", "the way is wrong"],
)
def test_a_denied_value_is_asked_for_again(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert (talk.step, talk.slots["way"], talk.called) == ("ask:way", None, [])
    talk.say("in store")
    talk.say("yes")
    assert talk.calls[-1].args["d"] == "store"


@pytest.mark.parametrize(
    "reply", ["no, charged was $70 and the address is wrong", "不对，扣款金额是70美元，地址错了"]
)
def test_a_slot_that_is_only_called_wrong_beside_a_correction_is_asked_for(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert (talk.step, str(talk.slots["charged"])) == ("ask:address", "70 USD")
    talk.say("1 Oak Street")
    talk.say("yes")
    assert [talk.calls[0].args[name] for name in "cd"] == ["1 Oak Street", "mail"]
