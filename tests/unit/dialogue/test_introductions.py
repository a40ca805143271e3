"""Introductions: a name without the words that introduce it, and one that is said instead of it."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - ask: guest
        title: {en: name, zh: 姓名, de: Name}
        say: {en: What is your name?, zh: 您贵姓？, de: Wie heißen Sie?}
      - {ask: day, title: {en: day, zh: 日期, de: Tag}, say: {en: Which day?, zh: 哪天？, de: Wann?}, type: date}
      - confirm: {en: "OK?", zh: 好吗？, de: "Gut?"}
      - {do: shop.give, with: {a: "{{ guest }}{{ day }}"}}
"""
TWO = BOT.replace(
    "      - {ask: day", "      - {ask: partner, title: partner's name, say: And the other name?}\n      - {ask: day"
)


def at(*lines: str, bot: str = BOT) -> Talk:
    talk = Talk(build(bot, locales=("en", "zh", "de")))
    for line in ("/main", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("reply", "name", "day"),
    [
        ("Max Lee, on May 20, 2026", "Max Lee", "2026-05-20"),
        ("Max Lehmann, am 20.5.2026", "Max Lehmann", "2026-05-20"),
        ("李丽，2026年5月20日", "李丽", "2026-05-20"),
        ("Max Lee, 3rd", "Max Lee, 3rd", "None"),
        ("meine Frau: Maria Lehmann", "Maria Lehmann", "None"),
    ],
)
def test_a_day_of_a_later_question_is_no_part_of_a_name(reply: str, name: str, day: str) -> None:
    talk = at(reply)
    assert (talk.slots["guest"], str(talk.slots.get("day"))) == (name, day)


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("ok, in the name of Lee Ann", "Lee Ann"),
        ("the name is spelled Anne Lee", "Anne Lee"),
        ("the name is spelt Anne", "Anne"),
    ],
)
def test_a_name_is_corrected_without_what_leads_in_to_it(reply: str, name: str) -> None:
    talk = at("Ann Lee", "May 20", reply)
    assert (talk.step, talk.slots["guest"]) == ("confirm", name)


@pytest.mark.parametrize(
    "reply", ["derselbe wie letztes Mal", "mein Name", "siehe oben", "ich", "danke", "mine", "用我的名字"]
)
def test_what_points_to_somebody_is_no_name(reply: str) -> None:
    talk = at(reply)
    assert (talk.step, talk.slots.get("guest")) == ("ask:guest", None)


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("I'm John", "John"),
        ("I’m John Smith.", "John Smith"),
        ("im john", "john"),
        ("I am Mary-Ann O'Neill", "Mary-Ann O'Neill"),
        ("Hi, my name is John Smith", "John Smith"),
        ("you can call me Ann, please", "Ann"),
        ("sure, I'm John and I want to bring my son", "John"),
        ("I'm in a hurry, it's John", "John"),
        ("this is Mary Lee, nice to meet you", "Mary Lee"),
        ("我是张伟", "张伟"),
        ("你好，我是张伟", "张伟"),
        ("您可以叫我小李", "小李"),
        ("我叫欧阳娜娜，你好", "欧阳娜娜"),
        ("ich bin Peter Müller", "Peter Müller"),
        ("Guten Tag, mein Name ist Petra", "Petra"),
        ("ich heiße Jürgen Groß", "Jürgen Groß"),
        ("Iman Amin", "Iman Amin"),
        ("Ian Imrie", "Ian Imrie"),
        ("it's for my son, Bob Hope", "Bob Hope"),
    ],
)
def test_a_name_is_taken_without_its_introduction(reply: str, name: str) -> None:
    talk = at(reply)
    assert (talk.step, talk.slots["guest"]) == ("ask:day", name)


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("John Smith, I'm in a hurry", "John Smith, I'm in a hurry"),
        ("John Smith. This is urgent", "John Smith. This is urgent"),
        ("John Smith, call me on my mobile", "John Smith, call me on my mobile"),
        ("Will, I'm in a hurry", "Will, I'm in a hurry"),
        ("It's Smith, John", "Smith, John"),
        ("I'm Dr. Ann Lee", "I'm Dr. Ann Lee"),
        ("my first name is Ann, my last name is Lee", "my first name is Ann, my last name is Lee"),
        ("张伟，我是会员", "张伟，我是会员"),
        ("我是替我妈订的，她叫李梅", "我是替我妈订的，她叫李梅"),
        ("Peter Müller, das ist dringend", "Peter Müller, das ist dringend"),
    ],
)
def test_what_is_said_beside_a_name_does_not_take_its_place(reply: str, name: str) -> None:
    assert at(reply).slots["guest"] == name


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("It's John, I'm in a hurry", "John"),
        ("I'm John, it's urgent", "John"),
        ("My name is John, call me back please", "John"),
        ("Hi, im john", "john"),
        ("我叫张伟，想退货", "张伟"),
    ],
)
def test_a_name_is_introduced_once(reply: str, name: str) -> None:
    assert at(reply).slots["guest"] == name


@pytest.mark.parametrize("reply", ["I'm not telling", "I am not sure", "我是忘了"])
def test_a_remark_about_oneself_is_no_name(reply: str) -> None:
    assert at(reply).step == "ask:guest"


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("no, I'm Jon", "Jon"),
        ("no i'm jon", "jon"),
        ("sorry, my name is Peter", "Peter"),
        ("no, call me Johnny please", "Johnny"),
        ("no, I'm Jon, not John", "Jon"),
        ("No, it's Mary Lee", "Mary Lee"),
        ("nein, ich heiße Jens", "Jens"),
        ("不对，我叫张玮", "张玮"),
    ],
)
def test_another_name_that_is_introduced_corrects_it(reply: str, name: str) -> None:
    for lines in (["John", "May 20"], ["John"]):
        talk = at(*lines, reply)
        assert talk.slots["guest"] == name
        assert talk.step == ("confirm" if len(lines) > 1 else "ask:day")


@pytest.mark.parametrize(
    "reply",
    [
        "no, I'm late",
        "no, I'm busy",
        "no, I am not sure",
        "no, I'm not John",
        "nein, ich bin Rentner",
        "no, I'm in a hurry",
        "call me back later",
        "no, just call me on my phone",
        "the name's misspelled",
        "my name is already on file",
        "no, it is Way Too Late",
        "叫我等了很久",
        "不对，叫我老板来",
        "我叫你改一下",
        "不对，名字是错的",
    ],
)
def test_what_somebody_says_of_himself_is_no_other_name(reply: str) -> None:
    assert at("John", "May 20", reply).slots["guest"] == "John"


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("no, my name is spelled with an h", "John"),
        ("my name is on the list", "John"),
        ("the name's misspelled", "John"),
        ("名字是错的", "John"),
        ("no, my name is spelled Jon", "Jon"),
        ("no, my name is Peter Long", "Peter Long"),
    ],
)
def test_what_is_said_of_a_name_is_none(reply: str, name: str) -> None:
    bot = BOT.replace("{en: name, zh: 姓名, de: Name}", "guest")
    assert at("John", "May 20", reply, bot=bot).slots["guest"] == name


def test_of_two_names_none_is_corrected_by_an_introduction() -> None:
    talk = at("John", "Mary", "May 20", "no, I'm Jon", bot=TWO)
    assert (talk.slots["guest"], talk.slots["partner"]) == ("John", "Mary")


def test_beside_other_free_text_capitals_make_no_name() -> None:
    talk = at("John", "5 Elm Road", "May 20", "No, it's Oak Street", bot=TWO.replace("partner", "street"))
    assert (talk.slots["guest"], talk.slots["street"]) == ("John", "5 Elm Road")


def test_an_address_is_not_introduced() -> None:
    bot = BOT.replace("name, zh: 姓名, de: Name", "address, zh: 地址, de: Adresse").replace(
        "your name", "your address"
    )
    bot = bot.replace("您贵姓", "地址是").replace("Wie heißen Sie", "Ihre Adresse")
    assert at("I am Berg 5", bot=bot).slots["guest"] == "I am Berg 5"
