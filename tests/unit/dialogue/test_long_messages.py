"""Long messages cost as much more as they are longer: four times the text takes four times the calls, not sixteen."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from botkit.dialogue.filling import MOST_VALUES
from botkit.dialogue.phrases import gather_phrases
from botkit.dialogue.splicing import denied_in
from tests.unit.dialogue.talking import Talk, build, known_locales

PHRASES = gather_phrases((known_locales()["en"], known_locales()["zh"]))
BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: address, say: Your address?, type: text}
      - {ask: day, say: Which day?, type: date}
      - {ask: color, say: Which color?, options: {red: Red, blue: Blue}}
      - confirm: "{{ address }} {{ day | date }} {{ color }}?"
      - say: Done.
"""
LINES = ("/main", "9 Elm Road", "May 4", "red")


def calls_of(work: Callable[[], Any]) -> int:
    """Count the calls of Python and C functions that some work takes."""
    calls = 0

    def count(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("words", ["word ", "12 or ", "not 9 ", "not ", "不是12号", "May 12 or 13, "])
def test_the_search_for_a_denial(words: str) -> None:
    def said(many: int) -> int:
        return calls_of(lambda: denied_in(PHRASES, f"no, {words * many}"))

    assert said(800) < 6 * said(200)


@pytest.mark.parametrize("words", ["word ", "12 or ", "不是12号", "May 12 or 13, "])
@pytest.mark.parametrize("answered", range(1, 5))
def test_a_whole_turn(words: str, answered: int) -> None:
    def said(many: int) -> int:
        talk = Talk(build(BOT))
        for line in LINES[:answered]:
            talk.say(line)
        return calls_of(lambda: talk.say(f"no, {words * many}"))

    said(40)  # what is made once is made
    assert said(240) < 6 * said(60)


ASKED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: asked, say: How many?, type: integer}
      - say: "Noted: {{ asked }}."
"""


def test_of_many_values_none_is_meant() -> None:
    talk = Talk(build(ASKED))
    talk.say("/main")
    assert "Noted" not in str(talk.say(", ".join(map(str, range(1, MOST_VALUES + 2)))))
    assert "Noted: 7." in str(talk.say("7"))


@pytest.mark.parametrize("text", ["no, not 9 but 11", "no, sorry, it is not 9 but 11", "no, not at 9 but 11"])
def test_a_denial_is_found_behind_what_leads_in_to_it(text: str) -> None:
    denied = denied_in(PHRASES, text)
    assert denied is not None
    assert (denied.old[-1], text[denied.start : denied.end]) == ("9", "11")
