"""Options in corrections: what comes to several, what goes from them, and parts of a text that mean one."""

import pytest
from msgspec.structs import replace

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    title: your parcel
    start: {commands: [main]}
    steps:
      - {ask: problem, title: {en: problem, zh: 问题}, say: What is wrong?, options: {a: {en: Wrong size, zh: 尺码不对}, b: {en: Wrong color, zh: 颜色不对}}}
      - {ask: way, title: {en: way of return, zh: 退货方式}, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 门店退货}, ups: UPS}}
      - {ask: day, say: When?, type: date}
      - {ask: extras, title: {en: extras, zh: 附加}, say: What else?, many: true, options: {w: {en: Gift wrap, zh: 礼品包装}, n: {en: Note, zh: 贺卡}, f: {en: Fast shipping, zh: 加急}}}
      - confirm: "{{ problem }} {{ way }} {{ day | date }} {{ extras | join('+') }}?"
      - say: Done.
"""


def confirmed(extras: str = "note and gift wrap") -> Talk:
    talk = Talk(build(BOT))
    for line in ("/main", "wrong color", "by mail", "May 4", extras):
        talk.say(line)
    assert talk.step == "confirm"
    return talk


@pytest.mark.parametrize(
    ("reply", "extras"),
    [
        ("remove the note", ["w"]),
        ("no gift wrap please", ["n"]),
        ("no wrap", ["n"]),
        ("without the gift wrap", ["n"]),
        ("add fast shipping", ["w", "n", "f"]),
        ("no, fast shipping too", ["w", "n", "f"]),
        ("no, just the note", ["n"]),
        ("no, fast shipping", ["f"]),
        ("all but the note", ["w", "f"]),
        ("add fast shipping but no note", ["w", "f"]),
        ("去掉礼品包装", ["n"]),
        ("不要贺卡了", ["w"]),
        ("再加上加急", ["w", "n", "f"]),
        ("除了贺卡都要", ["w", "f"]),
        ("不，只要加急", ["f"]),
        ("yes, but also add fast shipping", ["w", "n", "f"]),
        ("yes, and fast shipping too", ["w", "n", "f"]),
        ("yes, I'd also like fast shipping", ["w", "n", "f"]),
        ("对，不过要加加急", ["w", "n", "f"]),
        ("好的，再加个加急", ["w", "n", "f"]),
        ("对，加急也要", ["w", "n", "f"]),
        ("对，不过改成加急", ["f"]),
    ],
)
def test_a_correction_of_several_options_adds_and_takes_off(reply: str, extras: list[str]) -> None:
    talk = confirmed()
    talk.say(reply)
    assert (talk.step, talk.slots["extras"]) == ("confirm", extras)


@pytest.mark.parametrize(
    "reply", ["no fast shipping", "remove fast shipping", "note and gift wrap", "礼品包装和贺卡"]
)
def test_what_changes_nothing_of_several_options_is_no_correction(reply: str) -> None:
    talk = confirmed()
    talk.say(reply)
    assert "changed" not in talk.text
    assert talk.slots["extras"] == ["w", "n"]


def test_several_options_of_which_all_are_denied_are_asked_for_again() -> None:
    talk = confirmed()
    talk.say("no note and no gift wrap")
    assert (talk.step, talk.slots.get("extras")) == ("ask:extras", None)


def test_pressed_options_and_what_is_said_beside_them() -> None:
    talk = Talk(build(BOT))
    for line in ("/main", "wrong color", "by mail", "May 4"):
        talk.say(line)
    talk.press("Note")
    talk.press("Gift wrap")
    talk.say("no note, but fast shipping")
    assert talk.slots["extras"] == ["w", "f"]


@pytest.mark.parametrize(
    ("reply", "problem", "way", "day"),
    [
        ("no, in store, and it's the size that is wrong", "a", "store", "2026-05-04"),
        ("no, the size is wrong and May 5", "a", "mail", "2026-05-05"),
        ("不，用UPS，从5月5号开始", "b", "ups", "2026-05-05"),
        ("换成UPS", "b", "ups", "2026-05-04"),
        ("不，门店，5月5号", "b", "store", "2026-05-05"),
        ("不对，是尺码的问题，送到门店", "a", "store", "2026-05-04"),
        ("不对，5月5号，去门店退货，尺码有问题", "a", "store", "2026-05-05"),
        ("不，退货，5月5号", "b", "mail", "2026-05-05"),
        ("不是邮寄，是UPS", "b", "ups", "2026-05-04"),
        ("not by mail, UPS", "b", "ups", "2026-05-04"),
    ],
)
def test_a_correction_takes_all_that_it_says(reply: str, problem: str, way: str, day: str) -> None:
    talk = confirmed()
    talk.say(reply)
    assert (talk.slots["problem"], talk.slots["way"], str(talk.slots["day"])) == (problem, way, day)
    assert talk.step == "confirm"


def test_one_message_fills_all_questions_wherever_its_labels_stand() -> None:
    talk = Talk(build(BOT))
    talk.say("/main")
    talk.say("wrong size, in store on May 5")
    assert (talk.slots["problem"], talk.slots["way"], str(talk.slots["day"])) == ("a", "store", "2026-05-05")


def test_what_is_wrong_is_told_by_what_does_not_suit() -> None:
    for reply, problem in (("wrong size, it is too small", "a"), ("the wrong color isn't what I ordered", "b")):
        talk = Talk(build(BOT))
        talk.say("/main")
        talk.say(reply)
        assert talk.slots["problem"] == problem


def test_instead_at_the_end_makes_a_correction() -> None:
    talk = Talk(build(BOT))
    for line in ("/main", "wrong color", "by mail"):
        talk.say(line)
    talk.say("May 5, and in store instead")
    assert (talk.slots["way"], str(talk.slots["day"])) == ("store", "2026-05-05")


def test_a_label_inside_a_longer_word_is_none() -> None:
    text = "flows: {main: {start: {commands: [main]}, steps: [{ask: way, say: How?, options: [mail, store]}, say: Done.]}}"
    for reply in ("my e-mail is ann@example.com", "write to ann@mail.com", "the in-store-card"):
        talk = Talk(build(text))
        talk.say("/main")
        talk.say(reply)
        assert (talk.step, talk.slots) == ("ask:way", {})


@pytest.mark.parametrize(
    ("off", "other", "said", "chosen"),
    [
        ("バッテリー 没有", "サイズ", "バッテリー", None),
        ("バッテリー 没有", "サイズ", "没有バッテリー", "off"),
        ("안 켜져요", "색이 달라요", "켜져요", None),
        ("안 켜져요", "색이 달라요", "달라요", "other"),
        ("不 été", "其他", "été", None),
        ("はい", "いいえ", "わたしは、あした、いきます", None),
    ],
)
def test_a_label_that_denies_what_is_said_in_any_script(off: str, other: str, said: str, chosen: str | None) -> None:
    text = f"""
flows:
  main:
    start: {{commands: [main]}}
    steps:
      - {{ask: why, say: Why?, options: {{"off": "{off}", other: "{other}"}}}}
      - say: Thanks.
      - {{ask: more, say: More?, type: text}}
"""
    flows = build(text)
    locales = {code: replace(locale, nots=(*locale.nots, "안")) for code, locale in flows.locales.items()}
    talk = Talk(replace(flows, locales=locales))
    talk.say("/main")
    talk.say(said)
    assert talk.slots.get("why") == chosen


PLACES = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: where, say: {en: Where?, zh: 放哪里？}, options: {door: {en: At the door, zh: 门口}, hall: {en: In the hall, zh: 大厅}}}
      - {ask: shade, say: {en: Which shade?, zh: 什么颜色？}, options: {blue: {en: Blue, zh: 蓝色}, dark red: {en: Dark red, zh: 深红色}}}
      - {ask: more, say: More?, type: text}
"""


@pytest.mark.parametrize(
    ("replies", "chosen"),
    [
        (["leave it at the back door"], None),
        (["at the side door, please"], None),
        (["放在后门口"], None),
        (["放对面大厅"], None),
        (["leave it at the door"], {"where": "door"}),
        (["right at the front door"], {"where": "door"}),
        (["以后都放门口"], {"where": "door"}),
        (["送到后门口，谢谢"], None),
        (["到货后大厅就行"], {"where": "hall"}),
        (["an extra hall please, in the hall"], {"where": "hall"}),
        (["at the door", "dark blue"], {"where": "door"}),
        (["at the door", "深蓝色"], {"where": "door"}),
        (["at the door", "a dark red one"], {"where": "door", "shade": "dark red"}),
        (["at the door", "深红色"], {"where": "door", "shade": "dark red"}),
        (["at the door", "blue, not dark blue"], {"where": "door", "shade": "blue"}),
    ],
)
def test_what_makes_another_thing_of_an_option_is_asked_about(
    replies: list[str], chosen: dict[str, str] | None
) -> None:
    talk = Talk(build(PLACES))
    for line in ("/main", *replies):
        talk.say(line)
    assert talk.slots == (chosen or {})
