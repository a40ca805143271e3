"""Refusals of the open flow, and statements: neither starts another flow."""

import pytest

from botkit.dialogue import meanings
from botkit.dialogue.work import Work
from tests.unit.dialogue.talking import Talk, build

SHOP = r"""
intents:
  refund: {examples: [I want a refund, I would like my money back, 我要退款, 我想把钱退回来, ich möchte eine Erstattung]}
  back: {examples: [I want to return my jeans, the color is wrong and I want to return it, 我要退货, 颜色不对想退回去]}
  pay: {examples: [I want to change my payment method, can I pay in another way, switch to another card, 我想更改付款方式]}
  end: {examples: [cancel my subscription, 取消订阅]}
flows:
  refund:
    title: {en: your refund, zh: 退款, de: Erstattung}
    start: {intents: [refund]}
    steps:
      - {ask: order_id, pattern: '\d{10}', say: Which order?, retry: [It has ten digits.]}
      - {ask: reason, say: Why?, options: {late: It came too late, changed: I don't need it any more}}
      - confirm: "Refund {{ order_id }}?"
      - {do: shop.give, with: {a: "{{ order_id }}"}}
      - say: Done.
  back:
    title: {en: your return, zh: 退货}
    start: {intents: [back]}
    steps: [{confirm: Send it back?}, {do: shop.give}]
  pay:
    start: {intents: [pay]}
    steps: [{ask: way, say: Which way?, options: {card: Credit card, paypal: PayPal}}]
  end:
    start: {intents: [end]}
    steps: [{ask: when, say: As of when?, type: date}]
"""
TO = {"order": ["I want a refund"], "reason": ["I want a refund", "3348917502"],
      "confirm": ["I want a refund", "3348917502", "It came too late"]}  # fmt: skip


def talk_to(place: str, *lines: str) -> Talk:
    talk = Talk(build(SHOP, locales=("en", "zh", "de")), {"shop.give": "T-1"})
    for line in (*TO.get(place, []), *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize("place", ["order", "reason", "confirm"])
@pytest.mark.parametrize(
    "said",
    ["I don't want a refund", "no refund please", "cancel the refund", "I no longer want the refund", "forget it, I changed my mind",
     "sorry, I changed my mind", "please don't refund it", "先不退款", "不想退了", "不退款了", "先别退", "算了，不退了", "不用退款了",
     "ich will keine Erstattung"],
)  # fmt: skip
def test_who_refuses_the_open_flow_ends_it(place: str, said: str) -> None:
    talk = talk_to(place, said)
    assert talk.stack == []
    assert talk.called == []
    assert talk.text in {
        "All right, I've stopped that.",
        "好的，那这次就先不办了。",
        "In Ordnung, ich habe das abgebrochen.",
    }


@pytest.mark.parametrize(
    "said",
    ["no wait", "no", "why no refund?", "is there no refund?", "no refund by mail, only by card", "no sorry, refund order 12", "特别",
     "不对，退款", "x" * 5000, "no " * 500],
)  # fmt: skip
def test_what_says_more_or_less_does_not(said: str) -> None:
    assert talk_to("order", said).stack == ["refund"]


def test_a_no_at_a_confirm_goes_its_way() -> None:
    text = SHOP.replace("confirm: Send it back?", "confirm: Send it back?, no: [{say: Kept.}, end]")
    talk = Talk(build(text, locales=("en", "zh", "de")), {"shop.give": "T-1"})
    talk.say("I want to return my jeans")
    assert talk.say("no, I don't want to return them") == "Kept."


@pytest.mark.parametrize(
    "said", ["cancel my return", "取消退货", "I won't return it", "I don't want to return it", "先不退货", "不退货了"]
)
def test_what_is_refused_starts_no_flow(said: str) -> None:
    talk = talk_to("", said)
    assert (talk.stack, talk.route) == ([], "no_match")


def test_the_record_says_why() -> None:
    talk = talk_to("", "cancel my return")
    assert [one.why for one in talk.turns[-1].candidates if one.name == "back"] == [
        "it is refused; near to 'I want to return my jeans'"
    ]


@pytest.mark.parametrize(
    ("said", "flow"),
    [
        ("I don't want a refund, I want to return it", "back"),
        ("no, I want to return my jeans", "back"),
        ("颜色不对，我要退货", "back"),
        ("特别想退货", "back"),
        ("有别的退货办法吗，我要退货", "back"),
        ("没问题，我要退货", "back"),
        ("不过我要退货", "back"),
        ("cancel my subscription", "end"),
        ("取消订阅", "end"),
        ("I want a refund", "refund"),
    ],
)
def test_what_is_wished_beside_it_starts_its_flow(said: str, flow: str) -> None:
    assert talk_to("", said).stack == [flow]


def test_a_flow_for_cancelling_is_not_ended_by_its_own_word() -> None:
    assert talk_to("", "cancel my subscription", "cancel my subscription").stack == ["end"]
    assert talk_to("", "cancel my subscription", "don't cancel my subscription").stack == []


@pytest.mark.parametrize("said", ["I paid by credit card", "I've paid already", "I had paid another way"])
def test_what_is_only_told_starts_no_flow_while_a_question_is_open(said: str) -> None:
    talk, other = talk_to("order"), talk_to("")
    for one in (talk, other):
        one.say(said, intents={"pay": 0.7})
    flows = [{visit.flow for visit in one.turns[-1].visits} - {"on_start"} for one in (talk, other)]
    assert (talk.stack, "pay" in flows[0], "pay" in flows[1]) == (["refund"], False, True)


def test_whether_something_is_wished_is_looked_at_once_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(_work: Work, _text: str, flow: str) -> bool:
        looked.append(flow)
        return False

    talk = talk_to("order")
    monkeypatch.setattr(meanings, "is_refused", look)
    talk.say("please do not pay", intents={"pay": 0.7, "back": 0.65})
    assert sorted(looked) == ["back", "pay"]


def test_a_wish_beside_what_is_told_starts_its_flow() -> None:
    assert talk_to("order", "I paid and want to change my payment method").stack == ["refund", "pay"]


@pytest.mark.parametrize("said", ["hold on", "one moment please", "稍等", "等会儿再退", "Wait, let me check"])
def test_a_pause_at_a_confirm_keeps_it_open(said: str) -> None:
    talk = talk_to("confirm", said)
    assert (talk.step, talk.top.misses, talk.called) == ("confirm", 0, [])
    assert talk.text in {"Take your time.", "好的，您慢慢来。"}


@pytest.mark.parametrize(
    "said", ["yes. no wait, no", "wait, no", "wait, the order is wrong", "hold on, it is order 12"]
)
def test_what_objects_beside_a_pause_is_more_than_one(said: str) -> None:
    talk = talk_to("confirm", said)
    assert talk.text != "Take your time."
    assert talk.called == []


@pytest.mark.parametrize("said", ["I changed my mind about the color", "oh I changed my mind"])
def test_what_cancels_chooses_no_option(said: str) -> None:
    assert talk_to("reason", said).slots.get("reason") is None
    assert talk_to("reason", "it changed").slots.get("reason") == "changed"


PERSONS = ["give me a manager", "let me talk to your supervisor", "can a human call me", "I'd like to speak with your manager", "叫你们主管来",
           "我要找你们领导", "让你们经理来", "geben Sie mir einen Menschen", "ich möchte mit Ihrem Vorgesetzten sprechen",
           "أريد المدير", "أريد التحدث مع المشرف"]  # fmt: skip
COMPLAINTS = [
    "I want to complain",
    "I'd like to make a complaint",
    "我要投诉",
    "投诉",
    "ich möchte mich beschweren",
    "أريد تقديم شكوى",
]
STOPS = ["stop, leave it as it is", "I'd like to stop here", "let's leave it at that", "我不想弄了", "先别办了", "保持原样", "lassen Sie es so",
         "ich möchte abbrechen", "أريد التوقف هنا"]  # fmt: skip
ALL = build(SHOP, locales=("en", "zh", "de", "ar"))


@pytest.mark.parametrize("place", ["order", "reason", "confirm"])
@pytest.mark.parametrize("said", [*PERSONS, *COMPLAINTS])
def test_who_wants_a_person_gets_one(place: str, said: str) -> None:
    talk = Talk(ALL)
    for line in TO[place]:
        talk.say(line)
    talk.say(said)
    assert (talk.session.owner, talk.route) == ("queue", "control")


@pytest.mark.parametrize("said", STOPS)
def test_who_stops_is_let_go(said: str) -> None:
    talk = Talk(ALL)
    for line in TO["order"]:
        talk.say(line)
    talk.say(said)
    assert (talk.stack, talk.session.owner, talk.route) == ([], "bot", "control")


@pytest.mark.parametrize("said", ["I want to complain", "我要投诉"])
def test_a_flow_for_complaints_takes_them(said: str) -> None:
    text = SHOP.replace("intents:", "intents:\n  moan: {examples: [I want to complain, 我要投诉]}", 1)
    talk = Talk(
        build(
            f"{text}  moan: {{start: {{intents: [moan]}}, steps: [{{ask: about, say: What about?}}]}}\n",
            locales=("en", "zh", "de"),
        )
    )
    talk.say(said)
    assert (talk.stack, talk.session.owner) == (["moan"], "bot")


@pytest.mark.parametrize("said", ["my manager told me to", "the neighbour complained", "经理说的", "it manages"])
def test_who_only_names_them_does_not(said: str) -> None:
    assert talk_to("order", said).session.owner == "bot"


@pytest.mark.parametrize("said", ["I'm late, sorry", "it's too late now", "I paid late"])
def test_a_word_that_is_no_label_is_kept_for_no_later_question(said: str) -> None:
    talk = talk_to("order", said)
    assert (talk.step, [one.text for one in talk.top.heard]) == ("ask:order_id", ["I want a refund"])
    assert talk_to("order", said, "3348917502").step == "ask:reason"


@pytest.mark.parametrize("said", ["It came too late", "late", "late please"])
def test_a_label_or_the_word_alone_is(said: str) -> None:
    assert talk_to("order", said, "3348917502").step == "confirm"


ASIDE = """
intents:
  promo: {examples: [my promo code does not work, the promo code is invalid, 优惠码不能用]}
answers:
  hours: {questions: [when are you open, what are your opening hours], say: From 9 to 18.}
flows:
  main:
    start: {commands: [main]}
    steps: [{ask: day, say: Which day?, type: date}, {say: Thanks.}]
  promo:
    title: {en: your promo code, zh: 优惠码}
    start: {intents: [promo]}
    steps: [{ask: code, say: Which code?, pattern: '[A-Z]{3,8}\\d{2}'}, {say: Thanks.}]
"""


@pytest.mark.parametrize("lines", [(), ("/main",)])
@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("my promo code is not working", "ask:code"),
        ("the promo code doesn't work", "ask:code"),
        ("优惠码不能用了", "ask:code"),
        ("I don't want the promo code", None),
        ("no promo code please", None),
    ],
)
def test_what_does_not_work_is_not_refused(lines: tuple[str, ...], said: str, step: str | None) -> None:
    talk = Talk(build(ASIDE))
    for line in (*lines, said):
        talk.say(line)
    assert talk.step == (step or ("ask:day" if lines else None))


@pytest.mark.parametrize("said", ["they were damaged when i opened the box", "it was open when it arrived"])
def test_what_happened_asks_no_frequent_question(said: str) -> None:
    talk = Talk(build(ASIDE))
    talk.say("/main")
    assert "9 to 18" not in talk.say(said)


@pytest.mark.parametrize(
    "said", ["when are you open", "I want to know when you are open", "tell me when you are open"]
)
def test_a_frequent_question_is_still_one(said: str) -> None:
    talk = Talk(build(ASIDE))
    talk.say("/main")
    assert "9 to 18" in talk.say(said)


PAIN = r"""
intents:
  pain: {examples: [my tooth hurts, I have a toothache, my gums are bleeding, 我牙疼, mein Zahn tut weh]}
  parcel: {examples: [where is my parcel, my parcel is late, track my parcel]}
  check: {examples: [I want a check-up, book a check-up]}
flows:
  pain: {start: {intents: [pain]}, steps: [{ask: since, say: Since when?, type: date}]}
  parcel: {start: {intents: [parcel]}, steps: [{ask: number, pattern: '\d{10}', say: Which one?}]}
  check: {start: {intents: [check]}, steps: [{ask: day, say: Which day?, type: date}]}
"""


@pytest.mark.parametrize(
    ("said", "flow"),
    [
        ("my tooth doesn't hurt", ""),
        ("my tooth doesn't really hurt any more", ""),
        ("I don't have a toothache", ""),
        ("my gums aren't bleeding", ""),
        ("我牙不疼了", ""),
        ("mein Zahn tut nicht weh", ""),
        ("my parcel isn't late", ""),
        ("my tooth hurts", "pain"),
        ("my tooth hurts and it does not stop", "pain"),
        ("doesn't my tooth hurt?", "pain"),
        ("my parcel isn't here", "parcel"),
        ("my tooth doesn't hurt, I want a check-up", "check"),
    ],
)
def test_the_contrary_of_an_example_starts_nothing(said: str, flow: str) -> None:
    talk = Talk(build(PAIN, locales=("en", "zh", "de")))
    talk.say(said)
    assert talk.stack == ([flow] if flow else [])


def test_the_record_says_that_it_is_denied() -> None:
    talk = Talk(build(PAIN, locales=("en", "zh", "de")))
    talk.say("my tooth doesn't hurt")
    assert talk.turns[-1].candidates[0].why == "it is denied; near to 'my tooth hurts'"


@pytest.mark.parametrize(
    "said",
    ["never mind, I don't want it", "forget it, no appointment", "算了，不约了", "算了，不预约了"],
)
def test_who_gives_up_in_a_clause_ends_the_flow_and_is_no_name(said: str) -> None:
    """To any question: a name, an address, any text."""
    for asked in ("What is your name?", "Which address?", "What happened?"):
        talk = Talk(
            build(f"""
flows:
  main:
    title: {{en: your appointment, zh: 预约}}
    start: {{commands: [main]}}
    steps: [{{ask: it, say: {asked}}}, {{confirm: OK?}}, {{do: shop.give}}]
""")
        )
        talk.say("/main")
        assert (talk.say(said), talk.stack) in (
            ("All right, I've stopped that.", []),
            ("好的，那这次就先不办了。", []),
        )


@pytest.mark.parametrize("said", ["3:30 pm", "0171 5556677", "tomorrow 3pm", "12月3号下午3点"])
def test_a_person_is_not_called_by_a_number_or_a_time(said: str) -> None:
    steps = "[{ask: guest, say: What is your name?}, {ask: note, say: Any wish?}]"
    talk = Talk(build(f"flows:\n  main:\n    start: {{commands: [main]}}\n    steps: {steps}\n"))
    talk.say("/main")
    talk.say(said)
    assert talk.slots.get("guest") is None
    talk.say("Ann Lee 3rd")
    assert talk.slots["guest"] == "Ann Lee 3rd"
    talk.say(said)
    assert talk.stack == []
