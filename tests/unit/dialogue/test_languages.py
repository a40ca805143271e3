"""The language of a whole conversation: followed when the customer changes, kept when a word is borrowed."""

from dataclasses import replace
from functools import partial

import pytest

from botkit.understanding.language import show
from botkit.understanding.letters import letters_of
from tests.unit.dialogue.talking import Talk, build

FLOWS = """
flows:
  complain:
    start: {commands: [complain]}
    steps:
      - {ask: problem, say: {en: What is it?, zh: 怎么了？, de: Was ist los?}}
      - say: {en: Thanks., zh: 谢谢。, de: Danke.}
"""


def talk_in(*locales: str) -> Talk:
    """Talk to a bot as one is built that has the extra `language`."""
    flows = build(FLOWS, locales=locales)
    talk = Talk(flows)
    letters = letters_of(tuple(flows.locales.values()))
    talk.recogniser = replace(talk.recogniser, shows=partial(show, letters=letters), known={})
    return talk


@pytest.mark.parametrize(
    "said",
    [
        ["where is my order → en", "ok danke → en", "hallo → en", "Wo bleibt mein Paket → de", "ok → de", "A-10293 → de"],
        ["Lampe funktioniert nicht mehr → de", "sorry → de", "iPhone 15 Pro → de", "the lamp is broken → en", "Maria Müller → en"],
        ["我要 return 这个 → zh", "ok thanks → zh", "A-10293 → zh", "hello → zh", "please send it back → en", "好的 → zh"],
        ["hotel → en", "A-10293 → en", "你好 → zh", "帮我 cancel 掉 subscription → zh", "Berlin → zh"],
        ["I want to return 小米手机 please → en", "thanks 谢谢 → en", "不要了 → zh"],
        ["hello → en", "/complain → en", "Hauptstraße Müllerstraße → en", "die kaputte Lampe → en", "mein Paket kam nie an → de"],
        ["/complain → en", "die Lampe funktioniert nicht mehr → de", "ok → de"],
        ["ja bitte → de", "merci → de", "je voudrais un remboursement → de", "gracias → de"],
    ],
    ids=lambda said: said[0],
)  # fmt: skip
def test_a_conversation_in_several_languages(said: list[str]) -> None:
    talk = talk_in("en", "zh", "de")
    found = []
    for line in said:
        text = line.partition(" → ")[0]
        talk.say(text)
        found.append(f"{text} → {talk.session.locale}")
    assert found == said


def test_what_the_customer_chose_is_never_changed() -> None:
    talk = talk_in("en", "de")
    talk.session = Talk(talk.flows, locale="en").session
    for text in ("Wo bleibt mein Paket", "ich möchte die Lampe zurückgeben"):
        talk.say(text)
        assert talk.session.locale == "en"
