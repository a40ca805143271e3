"""What is derived from flows before their first turn, and what several bots share of it."""

from botkit.dialogue.prepared import prepare
from tests.unit.dialogue.talking import build

BOT = "flows:\n  echo:\n    start: {commands: [echo]}\n    steps: [{say: hello}]\n"


def test_bots_of_the_same_locales_share_their_phrases_and_repair_flows() -> None:
    one, other = build(BOT), build(BOT.replace("hello", "goodbye"))
    assert prepare(one).phrases is prepare(other).phrases
    assert one.flows["on_no_match"] is other.flows["on_no_match"]
    assert one.flows["echo"] is not other.flows["echo"]


def test_other_locales_have_phrases_of_their_own() -> None:
    one, other = build(BOT, locales=("en", "zh")), build(BOT, locales=("en",))
    assert "不" in prepare(one).phrases.no
    assert "不" not in prepare(other).phrases.no
    assert one.flows["on_no_match"] != other.flows["on_no_match"]


def test_a_default_team_is_in_the_repair_flows_of_its_bot_alone() -> None:
    one, other = build(BOT, default_team="sales"), build(BOT, default_team="care")
    assert "sales" in repr(one.flows["on_no_match"])
    assert "sales" not in repr(other.flows["on_no_match"])
