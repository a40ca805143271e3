"""At a confirm: what is no yes, what a no without steps says, and how the customer comes back to a question."""

import pytest

from tests.unit.dialogue.talking import Talk, build

SENDING = """
intents:
  begin: {examples: [begin now]}
answers:
  free: {questions: [is it free], say: It is free.}
flows:
  main:
    title: your return
    start: {intents: [begin]}
    steps:
      - {ask: item, say: Which item?}
      - {ask: address, say: Where to?}
      - {ask: method, say: How?, options: {mail: By mail, store: In store}}
      - confirm: "Send {{ item }} to {{ address }} by {{ method }}?"
        no: [{say: Nothing was changed.}, end]
      - do: shop.give
        with: {item: "{{ item }}", to: "{{ address }}"}
      - say: Done.
"""


def at_confirm(text: str = SENDING, *, locale: str = "") -> Talk:
    talk = Talk(build(text), {"shop.give": "T-1"}, locale=locale)
    for line in ("begin now", "a lamp", "12 High Street", "by mail"):
        talk.say(line)
    assert talk.step == "confirm"
    return talk


@pytest.mark.parametrize(
    "reply",
    [
        "is that address ok for you?",
        "what is the address of the drop off center?",
        "what is the address to send it to",
        "which item do you mean?",
        "the address is what I told you",
        "地址是什么？",
    ],
)
def test_a_question_with_a_slots_name_changes_nothing(reply: str) -> None:
    talk = at_confirm()
    before = talk.slots
    talk.say(reply)
    assert talk.slots == before
    assert (talk.step, talk.called) == ("confirm", [])


@pytest.mark.parametrize(
    ("reply", "address"),
    [
        ("the address is 13 Elm Street", "13 Elm Street"),
        ("yes, but the address should be 13 Elm Street", "13 Elm Street"),
        ("change the address to 13 Elm Street", "13 Elm Street"),
        ("address: 13 Elm Street", "13 Elm Street"),
        ("address = 13 Elm Street", "13 Elm Street"),
        ("address改成北京路5号", "北京路5号"),
        ("address：北京路5号", "北京路5号"),
    ],
)
def test_a_name_with_a_copula_behind_it_corrects_free_text(reply: str, address: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert talk.slots["address"] == address
    assert talk.step == "confirm"


def test_a_name_inside_a_value_is_no_correction() -> None:
    talk = at_confirm(SENDING.replace("address", "new"))
    talk.say("no, 98 New Street")
    assert talk.slots["new"] == "12 High Street"
    assert talk.text == "What shall I change?"


@pytest.mark.parametrize(
    "reply",
    [
        "ok but when will I get the label?",
        "yes if it costs nothing",
        "sure, how long does it take?",
        "sure how long does it take",
        "okay but not today",
        "yes I think so but I am not sure",
        "yes, can you also wrap it",
        "好的，但是要免运费",
        "可以，多久能到",
        "no problem but not today",
    ],
)
def test_a_yes_with_a_doubt_or_a_question_behind_it_is_none(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert (talk.step, talk.called) == ("confirm", [])
    assert not any("Done" in line for line in talk.text.splitlines())


@pytest.mark.parametrize(
    ("reply", "called", "step"),
    [
        ("👍", 1, None), ("👍🏽", 1, None), ("✅✅", 1, None), (" 👌 ", 1, None), ("好的👍", 1, None),
        ("👎", 0, None), ("❌", 0, None),
        ("🙂", 0, "confirm"), ("?", 0, "confirm"), ("？？", 0, "confirm"), ("...", 0, "confirm"), ("🤔", 0, "confirm"),
        ("yes?", 0, "confirm"), ("ok?", 0, "confirm"), ("sure?", 0, "confirm"), ("嗯？", 0, "confirm"), ("是？", 0, "confirm"),
        ("👍👎", 0, "confirm"), ("yes 👎", 0, "confirm"), ("，。", 0, "confirm"),
    ],
)  # fmt: skip
def test_of_signs_only_those_that_mean_it_are_a_yes_or_a_no(reply: str, called: int, step: str | None) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert (len(talk.called), talk.step) == (called, step)


@pytest.mark.parametrize("reply", ["yes", "yes please", "ok", "👍"])
def test_a_yes_to_what_shall_be_changed_confirms_nothing(reply: str) -> None:
    talk = at_confirm()
    assert talk.say("no, 98 New Street") == "What shall I change?"
    assert talk.say(reply) == "Send a lamp to 12 High Street by mail?"
    assert talk.called == []
    talk.say("yes")
    assert len(talk.called) == 1


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("I want to change the method", "How?"),
        ("begin with another method", "How?"),
        ("请改一下method", "How?"),
        ("is it the address?", "Send a lamp to 12 High Street by mail?"),
        ("the item and the address", "Send a lamp to 12 High Street by mail?"),
    ],
)
def test_what_shall_be_changed_may_be_said_in_a_sentence(reply: str, said: str) -> None:
    talk = at_confirm()
    assert talk.say("no, 98 New Street") == "What shall I change?"
    assert talk.say(reply, intents={"begin": 0.9}) == said
    assert (talk.stack, talk.called) == (["main"], [])


@pytest.mark.parametrize("reply", ["wait, my wife, yes", "sorry, not sure yes", "actually he says yes"])
def test_a_yes_at_the_end_of_something_else_is_none(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert (talk.step, talk.called) == ("confirm", [])


@pytest.mark.parametrize("reply", ["actually, yes", "wait, sorry, yes", "抱歉，是的"])
def test_a_yes_behind_words_of_correction_is_one(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert len(talk.called) == 1


@pytest.mark.parametrize("reply", ["yes, to 5 Elm Road", "ok, 14 Oak Street", "好的，寄到北京路5号"])
def test_a_yes_with_another_number_is_none(reply: str) -> None:
    talk = at_confirm()
    assert talk.say(reply) in ("What shall I change?", "请问要改哪一项？")
    assert talk.called == []


@pytest.mark.parametrize("reply", ["yes, to 12 High Street", "yes please, number 12"])
def test_a_yes_that_repeats_what_was_asked_is_one(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert len(talk.called) == 1


def test_the_question_behind_a_yes_is_answered_and_the_confirm_asked_again() -> None:
    talk = at_confirm()
    assert talk.say("yes, is it free?") == "It is free.\nSend a lamp to 12 High Street by mail?"
    assert talk.called == []


@pytest.mark.parametrize(
    "reply",
    [
        "yes please", "yes, send it back", "ok thanks", "yes, do it", "sure, why not", "yes, that's what I want",
        "yes is fine", "好的谢谢", "yes, go ahead, thanks", "yes, a lamp by mail", "yes please do send it by mail, thank you",
        "ok, the address is right", "no problem, send it", "no worries, go ahead", "yes, I agree, that's correct", "对，就这样", "好的，麻烦您了", "是的，帮我办理吧",
    ],
)  # fmt: skip
def test_a_yes_with_other_words_behind_it_is_one(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert talk.text == "Done."


PAYING = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: amount, say: How much?, type: money}
      - {ask: day, say: When?, type: date}
      - {ask: source, say: From?, options: {savings: {en: Savings, zh: 储蓄账户}, checking: {en: Checking, zh: 支票账户}}}
      - {ask: target, say: To?, options: {savings: {en: Savings, zh: 储蓄账户}, checking: {en: Checking, zh: 支票账户}}}
      - confirm:
          en: "We can move it today (free) or by courier. Move {{ amount | money }} from {{ source }} to {{ target }}?"
          zh: "把{{ amount | money }}从{{ '储蓄账户' if source == 'savings' else '支票账户' }}转到{{ '储蓄账户' if target == 'savings' else '支票账户' }}吗？"
      - do: shop.pay
        with: {amount: "{{ amount }}"}
      - say: Done.
"""


def at_payment(locale: str = "en") -> Talk:
    talk = Talk(build(PAYING), {"shop.pay": 1}, locale=locale)
    for line in ("/main", "€20", "2026-05-03", "Savings", "Checking"):
        talk.say(line)
    assert talk.step == "confirm"
    return talk


@pytest.mark.parametrize(
    ("locale", "reply"),
    [
        ("en", "yes, twenty euros please"),
        ("en", "yes, on May 3"),
        ("en", "yes, move it from savings to checking"),
        ("zh", "好的，转吧"),
        ("zh", "是的，从储蓄账户转到支票账户"),
        ("zh", "对，20欧元，谢谢"),
    ],
)
def test_a_yes_may_say_the_question_and_its_values_again(locale: str, reply: str) -> None:
    talk = at_payment(locale)
    talk.say(reply)
    assert talk.text == "Done."


@pytest.mark.parametrize(("reply", "done"), [("好的，打吧", 1), ("可以的话就打", 0), ("没问题的话，打给我吧", 0)])
def test_no_word_that_makes_a_condition_is_lost_among_those_that_add_nothing(reply: str, done: int) -> None:
    steps = "[{ask: phone, title: 电话, type: phone}, {confirm: 现在打给您吗？}, {do: shop.give, with: {to: '{{ phone }}'}}]"
    talk = Talk(build(f"flows:\n  main:\n    start: {{commands: [main]}}\n    steps: {steps}\n", locales=("zh",)))
    for line in ("/main", "13800138002", reply):
        talk.say(line)
    assert len(talk.called) == done


@pytest.mark.parametrize(
    ("locale", "reply"),
    [
        ("en", "yes, assuming it is free"),
        ("en", "yes but call me first"),
        ("en", "yes, and send it to my office instead"),
        ("en", "yes, from checking to savings"),
        ("en", "yes, after lunch"),
        ("en", "sure, once my wife has agreed"),
        ("en", "ok, seventy percent of it"),
        ("zh", "好的，不过先给我打电话"),
        ("zh", "好的，先给我打个电话"),
        ("zh", "可以，从支票账户转到储蓄账户"),
        ("zh", "好的，等我老婆同意"),
    ],
)
def test_a_yes_with_something_else_beside_it_confirms_nothing(locale: str, reply: str) -> None:
    talk = at_payment(locale)
    said = talk.say(reply)
    assert (talk.step, talk.called) == ("confirm", [])
    assert said.startswith({"en": "I haven't gone ahead with this yet.", "zh": "这一步还没有办理。"}[locale])
    assert talk.labels == {"en": ["Yes", "No"], "zh": ["是", "否"]}[locale]
    talk.say({"en": "yes", "zh": "是的"}[locale])
    assert talk.called == ["shop.pay"]


@pytest.mark.parametrize(
    ("reply", "done"), [("yes, seventy lamps", False), ("yes, seven lamp", True), ("yes, lam", False)]
)
def test_another_ending_is_the_same_word_but_no_other_number(reply: str, done: bool) -> None:
    talk = Talk(build(SENDING), {"shop.give": 1})
    for line in ("begin now", "seven lamps", "12 High Street", "by mail", reply):
        talk.say(line)
    assert bool(talk.called) is done


def test_a_yes_with_something_else_climbs_the_ladder_in_the_end() -> None:
    talk = at_payment()
    for _ in range(3):
        assert talk.say("yes but call me first").startswith("I haven't gone ahead")
    assert "didn't understand" in talk.say("yes but call me first")
    talk.say("yes but call me first")
    talk.say("yes but call me first")
    assert (talk.session.owner, talk.called) == ("queue", [])


def test_a_yes_with_something_else_gets_what_retry_says() -> None:
    text = PAYING.replace("      - do: shop.pay", "        retry: [Just yes or no.]\n      - do: shop.pay")
    talk = Talk(build(text), {"shop.pay": 1})
    for line in ("/main", "€20", "2026-05-03", "Savings", "Checking"):
        talk.say(line)
    assert talk.say("yes but call me first").endswith("\nJust yes or no.")
    assert talk.called == []


def test_a_yes_in_a_language_in_which_the_question_fails_is_compared_with_what_was_said() -> None:
    text = SENDING.replace('confirm: "Send', 'confirm: {zh: "{{ 1 // (address | length - 14) }}", en: "Send').replace(
        '{{ method }}?"', '{{ method }}?"}'
    )
    talk = at_confirm(text)
    talk.say("是的，12 High Street，谢谢")
    assert len(talk.called) == 1


@pytest.mark.parametrize(
    ("locale", "said"), [("en", "All right, I've stopped that."), ("zh", "好的，那这次就先不办了。")]
)
def test_a_no_without_steps_ends_the_flow_and_says_so(locale: str, said: str) -> None:
    text = SENDING.replace("        no: [{say: Nothing was changed.}, end]\n", "")
    talk = at_confirm(text, locale=locale)
    assert talk.say("no") == said
    assert talk.stack == []


def test_a_no_without_steps_says_what_on_cancel_says_and_the_caller_goes_on() -> None:
    text = """
flows:
  main:
    title: your order
    start: {commands: [main]}
    steps:
      - run: wrap
      - say: Next.
  wrap:
    steps:
      - confirm: Wrap it?
      - say: Wrapped.
  on_cancel:
    slots: {flow: {type: text}}
    steps: [{say: "Not {{ flow }}."}]
"""
    talk = Talk(build(text))
    talk.say("/main")
    assert talk.say("no") == "Not your order.\nNext."


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("no, the address is wrong", "Where to?"),
        ("no, wrong address", "Where to?"),
        ("no, the method", "How?"),
        ("the address", "Where to?"),
        ("不对，address", "Where to?"),
    ],
)
def test_a_no_that_names_a_slot_asks_for_it_again(reply: str, question: str) -> None:
    talk = at_confirm()
    assert talk.say(reply) == question
    answer = "In store" if question == "How?" else "98 New Street"
    talk.say(answer)
    assert talk.step == "confirm"
    talk.say("yes")
    assert talk.text == "Done."
    assert talk.called == ["shop.give"]


@pytest.mark.parametrize("reply", ["no, 98 New Street", "no, the number is 3348917502", "不是，北京路98号"])
def test_a_no_with_a_value_that_fits_nothing_asks_what_to_change(reply: str) -> None:
    talk = at_confirm()
    talk.say(reply)
    assert talk.labels == ["item", "address", "method"]
    assert talk.step == "confirm"
    talk.press("method")
    assert talk.text == "How?"
    talk.say("in store")
    assert talk.text == "Send a lamp to 12 High Street by store?"
    talk.say("no")
    assert talk.text == "Nothing was changed."


@pytest.mark.parametrize("reply", ["no", "no thanks", "no, I want to keep it", "no, I don't want to send the item"])
def test_a_bare_no_stays_one(reply: str) -> None:
    talk = at_confirm()
    assert talk.say(reply) == "Nothing was changed."


def test_a_question_is_not_opened_again_after_its_value_was_used() -> None:
    text = SENDING + '      - confirm: "More for {{ address }}?"\n      - say: More.\n'
    talk = at_confirm(text)
    talk.say("yes")
    assert talk.step == "confirm#2"
    talk.say("no, the address is wrong")
    assert "12 High Street" in talk.text
    assert talk.slots["address"] == "12 High Street"
    talk.say("no, the method is wrong")
    assert talk.text == "How?"


REFUSING = """
intents: {track: {examples: [where is my parcel]}}
flows:
  track: {start: {intents: [track]}, steps: [{say: On its way.}]}
  main:
    start: {commands: [main]}
    steps:
      - {ask: address, title: {en: address, zh: 地址}, say: {en: Address?, zh: 地址？}}
      - {ask: product, title: {en: product, zh: 商品}, say: {en: Product?, zh: 商品？}}
      - confirm: {en: "Ship {{ product }} to {{ address }}?", zh: "把{{ product }}寄到{{ address }}？"}
      - say: Done.
"""


def at_shipping(locale: str = "en", text: str = REFUSING) -> Talk:
    talk = Talk(build(text), locale=locale)
    for line in ("/main", "Canal Street", "jeans"):
        talk.say(line)
    assert talk.step == "confirm"
    return talk


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize(
    "reply",
    [
        "no, blue jeans", "no, jeans", "no, not jeans, a shirt", "nope, a shirt please", "no, ship it tomorrow",
        "no it's too expensive", "no, that's not what I said", "不，蓝色牛仔裤", "不对，要衬衫", "不用了，太贵了",
        "no " + "very " * 500 + "blue",
    ],
)  # fmt: skip
def test_a_no_with_something_else_beside_it_asks_what_to_change(locale: str, reply: str) -> None:
    talk = at_shipping(locale)
    talk.say(reply)
    assert (talk.step, talk.stack) == ("confirm", ["main"])
    assert talk.labels == (["address", "product"] if talk.session.locale == "en" else ["地址", "商品"])


@pytest.mark.parametrize(
    "reply",
    [
        "no", "nope", "no thanks", "no, don't", "no, don't ship it", "no please don't ship it to me", "no, leave it",
        "no i changed my mind", "no, I don't want it anymore", "no, sorry", "no, not now", "no maybe later", "👎",
        "不", "不用了", "不要了，谢谢", "不寄了", "不要寄了", "不，算了", "不，改天再说",
    ],
)  # fmt: skip
def test_a_plain_refusal_ends_the_flow(reply: str) -> None:
    talk = at_shipping()
    talk.say(reply)
    assert talk.stack == []


def test_a_no_with_a_wish_beside_it_is_answered_and_the_confirm_asked_again() -> None:
    talk = at_shipping()
    assert talk.say("no, where is my parcel").startswith("On its way.")
    assert talk.step == "confirm"


def test_a_no_with_something_else_goes_to_the_steps_for_it() -> None:
    talk = at_shipping(
        text=REFUSING.replace("      - say: Done.", "        no: [{say: Then not.}, end]\n      - say: Done.")
    )
    assert talk.say("no, blue jeans") == "Then not."


def test_a_no_with_something_else_ends_a_flow_that_has_nothing_to_change() -> None:
    text = "flows: {main: {start: {commands: [main]}, steps: [{confirm: Shall I?}, {say: Done.}]}}"
    talk = Talk(build(text))
    talk.say("/main")
    talk.say("no, blue jeans")
    assert talk.stack == []
