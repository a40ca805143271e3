"""Counts: numbers of a day or of another unit are not how many; two side by side are asked about. Days from a known one."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: arrival, title: {en: arrival date, zh: 入住日期}, say: {en: When do you arrive?, zh: 哪天入住？}, type: date}
      - {ask: nights, title: {en: nights, zh: 晚数}, say: {en: How many nights?, zh: 住几晚？}, type: integer}
      - {ask: guests, title: {en: guests, zh: 人数}, say: {en: How many guests?, zh: 几位？}, type: integer}
      - ask: extras
        say: {en: Any extras?, zh: 要什么附加服务？}
        many: true
        options: {breakfast: {en: Breakfast, zh: 早餐}, cot: {en: Baby cot, zh: 婴儿床}}
      - {ask: pets, title: {en: pet, zh: 宠物}, say: {en: Will you bring a pet?, zh: 带宠物吗？}, type: boolean}
      - {ask: guest, title: {en: guest name, zh: 客人姓名}, say: {en: In whose name?, zh: 客人姓名是？}}
      - {ask: email, title: {en: e-mail, zh: 邮箱}, say: {en: Which mail?, zh: 哪个邮箱？}, type: email}
      - confirm: {en: "OK?", zh: 确认吗？}
      - {do: shop.give, with: {a: "{{ arrival }}{{ nights }}{{ guests }}{{ extras }}{{ pets }}{{ guest }}{{ email }}"}}
"""
ANSWERS = {"arrival": "May 20", "nights": "3", "guests": "4", "extras": "breakfast", "pets": "no", "guest": "Ann Lee", "email": "a@example.org"}  # fmt: skip


def at(slot: str, *lines: str) -> Talk:
    talk = Talk(build(BOT))
    talk.say("/main")
    for name, line in ANSWERS.items():
        if name == slot:
            break
        talk.say(line)
    for line in lines:
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    "reply",
    ["until May 23", "till the 23rd", "a week", "2 weeks", "住到23号", "一周", "一个星期", "两三晚", "两三个月",
     "3pm", "10:30", "at 3:30 pm", "half past nine", "at eleven", "11点", "下午三点半"],
)  # fmt: skip
def test_what_is_no_number_of_nights_fills_and_changes_nothing(reply: str) -> None:
    talk = at("nights", reply)
    assert (talk.step, str(talk.slots["arrival"]), talk.slots.get("nights")) == ("ask:nights", "2026-05-20", None)


@pytest.mark.parametrize(
    ("reply", "nights"),
    [
        ("3 nights", 3),
        ("3晚", 3),
        ("三天", 3),
        ("5 nights from May 20", 5),
        ("for 2 days", 2),
        ("3 nights, till May 23", 3),
        ("room 14 for 2 nights", 2),
        ("2 nights in room 14", 2),
        ("14号房住两晚", 2),
        ("房间14，住2晚", 2),
        ("5, no, 2 nights", 2),
        ("2 nights, no, 5", 5),
        ("2 nights, not 3", 2),
        ("三十四晚", 34),
        ("2 nights, we come at 3 pm", 2),
        ("keep it at 2", 2),
        ("about eleven", 11),
    ],
)
def test_a_number_of_the_unit_that_is_asked_for_is_taken(reply: str, nights: int) -> None:
    assert at("nights", reply).slots["nights"] == nights


@pytest.mark.parametrize(
    ("slot", "reply", "labels"),
    [
        ("nights", "two, maybe three", ["two", "three"]),
        ("nights", "两三晚", ["两", "三"]),
        ("nights", "三四天吧", ["三", "四"]),
        ("nights", "2、3晚", ["2", "3"]),
        ("nights", "2-3 nights", ["2", "3"]),
        ("nights", "between 2 and 3", ["2", "3"]),
        ("nights", "两到三晚", ["两", "三"]),
        ("guests", "两三个人", ["两", "三"]),
        ("guests", "2 big and 1 small", ["2", "1"]),
    ],
)
def test_two_numbers_in_one_clause_are_asked_about(slot: str, reply: str, labels: list[str]) -> None:
    talk = at(slot, reply)
    assert (talk.labels, talk.slots.get(slot)) == (labels, None)


@pytest.mark.parametrize(
    ("reply", "guests"),
    [
        ("2 adults and a child", 3),
        ("2 adults and 1 child", 3),
        ("two adults, two kids and a small baby", 5),
        ("2 adults with 1 child in room 14", 3),
        ("me and a friend", 2),
        ("me, my wife and 2 kids", 4),
        ("4 people", 4),
        ("a table for 4, not 3", 4),
        ("两大一小", 3),
        ("两个大人和一个孩子", 3),
        ("我和两个朋友", 3),
        ("我带两个孩子，3位", 3),
        ("我带一个孩子", 2),
        ("我和老婆带一个孩子", 3),
        ("只有我一个人", 1),
        ("my wife and 2 kids", None),
        ("my wife and the kids", None),
        ("我老婆和两个孩子", None),
    ],
)
def test_people_of_several_sorts_are_counted_together(reply: str, guests: int | None) -> None:
    assert at("guests", reply).slots.get("guests") == guests


@pytest.mark.parametrize(
    ("question", "reply", "value"),
    [
        ("How many adults?", "2 adults and a child", 2),
        ("How many children?", "2 adults and 1 child", 1),
        ("How many rooms?", "2 adults and a child", None),
        ("How many rooms?", "2 rooms for 3 adults and a child", 2),
        ("How many tickets?", "3 adults and a child", 4),
        ("几个大人？", "两个大人和一个孩子", None),
        ("How many people, adults and children?", "2 adults and a child", 3),
    ],
)
def test_people_are_counted_where_all_are_asked_for(question: str, reply: str, value: int | None) -> None:
    steps = f'{{ask: many, say: "{question}", type: integer}}'
    bot = f"flows:\n  main:\n    start: {{commands: [main]}}\n    steps:\n      - {steps}\n      - {{ask: end, say: End?}}\n"
    talk = Talk(build(bot))
    talk.say("/main")
    talk.say(reply)
    assert talk.slots.get("many") == value


@pytest.mark.parametrize(
    ("slot", "reply", "changed", "step"),
    [
        ("", "yes, 3 people", {"guests": 3}, "confirm"),
        ("", "对，3位", {"guests": 3}, "confirm"),
        ("", "yes, 2 nights for 3 guests", {"nights": 2, "guests": 3}, "confirm"),
        ("", "5 nights 3 guests", {"nights": 5, "guests": 3}, "confirm"),
        ("", "nights 5 guests 3", {"nights": 5, "guests": 3}, "confirm"),
        ("", "可以，改成5晚", {"nights": 5}, "confirm"),
        ("", "yes, 3 people and a dog", {}, "confirm"),
        ("", "everything is right except it's 3 guests", {}, "confirm"),
        ("guest", "等等，改成5晚", {"nights": 5}, "ask:guest"),
        ("guest", "wait, 5 nights", {"nights": 5}, "ask:guest"),
        ("guest", "wait, 2 people", {"guests": 2}, "ask:guest"),
        ("guests", "四个人住两晚", {"guests": 4}, "ask:extras"),
        ("guests", "4 nights", {"nights": 4}, "ask:guests"),
        ("nights", "3 people", {}, "ask:nights"),
        ("nights", "3个人", {}, "ask:nights"),
        ("nights", "3 guests, 2 nights", {"nights": 2}, "ask:guests"),
    ],
)
def test_a_number_of_what_another_slot_counts_is_of_that(
    slot: str, reply: str, changed: dict[str, int], step: str
) -> None:
    before = at(slot).slots
    talk = at(slot, reply)
    assert {name: value for name, value in talk.slots.items() if value != before.get(name)} == changed
    assert (talk.step, talk.called) == (step, [])


@pytest.mark.parametrize(
    ("reply", "done"),
    [
        ("对，3晚", 1),
        ("对，邮箱没错", 1),
        ("yes, the e-mail is right", 1),
        ("对，邮箱", 0),
        ("yes, the e-mail", 0),
        ("yes, nights", 0),
        ("yes, 4 guests", 1),
        ("yes, 4 extras", 0),
    ],
)
def test_a_yes_may_say_a_value_again_but_not_a_mere_name(reply: str, done: int) -> None:
    assert len(at("", reply).called) == done


@pytest.mark.parametrize(
    ("nights", "guests", "step"),
    [("2 bis 3 Nächte", None, "ask:nights"), ("für 2 Nächte", "3 Personen, 2 Nächte", "ask:end")],
)
def test_so_it_is_in_german(nights: str, guests: str | None, step: str) -> None:
    steps = ("nights, say: Wie viele Nächte?", "guests, say: Wie viele Gäste?")
    lines = [f"      - {{ask: {one}, type: integer}}" for one in steps] + ["      - {ask: end, say: End?}"]
    bot = "\n".join(["flows:", "  main:", "    start: {commands: [main]}", "    steps:", *lines])
    talk = Talk(build(bot, locales=("de",)))
    for line in ("/main", nights, *filter(None, [guests])):
        talk.say(line)
    assert (talk.step, talk.slots.get("nights"), talk.slots.get("guests")) == (
        step, 2 if guests else None, 3 if guests else None)  # fmt: skip


def test_what_leaves_a_number_open_starts_no_flow_that_it_is_near_to() -> None:
    intents = "intents:\n  stay: {examples: [我想住两晚, 住三晚优惠]}\n"
    other = "  other:\n    start: {intents: [stay]}\n    steps: [say: Other]\n"
    talk = Talk(build(intents + BOT.strip("\n") + "\n" + other))
    for line in ("/main", "May 20"):
        talk.say(line)
    talk.say("两三晚", intents={"stay": 0.9})
    assert (talk.step, talk.labels) == ("ask:nights", ["两", "三"])


@pytest.mark.parametrize("reply", ["breakfast costs how much?", "what is in the breakfast?"])
def test_an_option_of_several_that_is_asked_about_is_not_chosen(reply: str) -> None:
    assert at("extras", reply).slots.get("extras") is None


def test_an_option_of_several_that_is_proposed_is_chosen() -> None:
    assert at("extras", "can I have breakfast and a cot?").slots["extras"] == ["breakfast", "cot"]


@pytest.mark.parametrize(
    ("reply", "guest", "email"),
    [
        ("it's for Bob Hope", "Bob Hope", None),
        ("my name is Bob Hope", "Bob Hope", None),
        ("我叫张伟", "张伟", None),
        ("John Smith, john@example.org", "John Smith", "john@example.org"),
        ("张伟，zhang@example.org", "张伟", "zhang@example.org"),
        ("The Rock", "The Rock", None),
        ("Iti Isaacs", "Iti Isaacs", None),
        ("my wife's: Mary Lee", "Mary Lee", None),
        ("My wife’s name is Mary Lee", "Mary Lee", None),
        ("it's for my son, Bob Hope", "Bob Hope", None),
        ("Mary Lee (my wife)", "Mary Lee", None),
        ("Mary Lee, my wife, mary@example.org", "Mary Lee", "mary@example.org"),
        ("我老婆的：李丽", "李丽", None),
        ("我老婆叫李丽", "李丽", None),
        ("李丽，我老婆", "李丽", None),
        ("My Son, Bob & Co", "Bob & Co", None),
        ("Mother Hubbard", "Mother Hubbard", None),
        ("Wife Swap Ltd", "Wife Swap Ltd", None),
        ("Same Usual", "Same Usual", None),
        ("容嬷嬷", "容嬷嬷", None),
    ],
)
def test_a_name_is_taken_without_what_leads_in_to_it(reply: str, guest: str, email: str | None) -> None:
    talk = at("guest", reply)
    assert (talk.slots["guest"], talk.slots.get("email")) == (guest, email)


@pytest.mark.parametrize(
    "reply",
    ["same as before", "the same as last time, please", "sorry, the same", "the usual", "Same address as before",
     "跟上次一样", "和之前一样", "老样子", "还是原来那个", "同上", "my name", "mine please", "in my name", "see above",
     "same person as the e-mail", "thanks", "用我的名字", "就写我吧", "见上", "跟邮箱一样", "谢谢"],
)  # fmt: skip
def test_what_points_to_a_value_of_before_is_no_name(reply: str) -> None:
    talk = at("guest", reply)
    assert (talk.step, talk.slots.get("guest")) == ("ask:guest", None)


@pytest.mark.parametrize(
    "reply", ["No Name", "Will", "An Do", "So Young", "Sam Same", "Justin Above", "成行", "方向明"]
)
def test_a_name_of_small_words_is_one(reply: str) -> None:
    assert at("guest", reply).slots["guest"] == reply


@pytest.mark.parametrize(
    ("reply", "guest", "changed"),
    [
        ("John Smith, and make it 5 nights", "John Smith", {"nights": 5}),
        ("John Smith and make it May 22 please", "John Smith", {"arrival": "2026-05-22"}),
        ("John Smith, 5 nights", "John Smith", {"nights": 5}),
        ("I'm John, and the nights are 5", "John", {"nights": 5}),
        ("我是李雷，改成5晚", "李雷", {"nights": 5}),
        ("ann lee 0170 1234567", "ann lee 0170 1234567", {}),  # no slot is for a phone number
        ("ann lee ann@example.org", "ann lee", {"email": "ann@example.org"}),
        ("Smith, Sorry & Co", "Smith, Sorry & Co", {}),
    ],
)
def test_what_stands_behind_a_name_is_no_part_of_it(reply: str, guest: str, changed: dict[str, object]) -> None:
    before = at("guest").slots
    slots = {name: str(value) for name, value in at("guest", reply).slots.items() if value != before.get(name)}
    assert slots == {"guest": guest} | {name: str(value) for name, value in changed.items()}


@pytest.mark.parametrize(
    ("slot", "reply", "labels"),
    [
        ("arrival", "Monday and Tuesday", ["Monday", "Tuesday"]),
        ("arrival", "周一和周二", ["周一", "周二"]),
        ("arrival", "5月20号、21号", ["5月20号", "21号"]),
        ("arrival", "Friday and I leave on Sunday", []),
        ("email", "a@example.org & b@example.org", ["a@example.org", "b@example.org"]),
    ],
)
def test_two_values_with_an_and_between_them_are_asked_about(slot: str, reply: str, labels: list[str]) -> None:
    talk = at(slot, reply)
    assert (talk.labels if labels else [], talk.slots.get(slot) is None) == (labels, bool(labels))


@pytest.mark.parametrize("reply", ["hi, make it 5 nights", "等等，改成5晚", "ehm, 5 nights"])
def test_what_only_leads_in_to_a_correction_is_no_name(reply: str) -> None:
    talk = at("guest", reply)
    assert (talk.step, talk.slots["nights"], talk.slots.get("guest")) == ("ask:guest", 5, None)


@pytest.mark.parametrize(
    "reply", ["早餐不要了，加婴儿床", "不带早餐，要婴儿床", "breakfast is not needed, add a cot"]
)
def test_an_option_that_is_not_needed_is_taken_off(reply: str) -> None:
    before, talk = at("").slots, at("", reply)
    assert (before["extras"], talk.slots["extras"], talk.step) == (["breakfast"], ["cot"], "confirm")


@pytest.mark.parametrize("reply", ["we arrive a day later", "two days earlier", "推迟一天", "不带宠物对吧"])
def test_what_shifts_a_day_or_makes_sure_changes_no_value(reply: str) -> None:
    talk = at("", reply)
    assert (str(talk.slots["arrival"]), talk.slots["pets"], talk.called) == ("2026-05-20", False, [])


@pytest.mark.parametrize("reply", ["the 22nd, and what does it cost?", "the 22nd, please", "the 22nd"])
def test_a_day_counts_before_a_sign(reply: str) -> None:
    assert str(at("arrival", reply).slots["arrival"]) == "2026-05-22"


@pytest.mark.parametrize("reply", ["0301234567", "13812345678", "7", "七"])
def test_a_number_alone_corrects_no_count_at_another_question(reply: str) -> None:
    steps = "[{ask: bikes, say: How many?, type: integer}, {ask: way, say: How?, options: [Mail, Shop]}]"
    talk = Talk(build(f"flows:\n  main:\n    start: {{commands: [main]}}\n    steps: {steps}\n"))
    for line in ("/main", "2", reply):
        talk.say(line)
    assert (talk.step, talk.slots["bikes"]) == ("ask:way", 2)
