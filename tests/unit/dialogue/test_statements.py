"""Statements that answer a yes-or-no question in its own words."""

from typing import Any

import pytest

from tests.unit.dialogue.talking import Talk, build

PAID = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: paid, say: {en: Have you already paid that bill?, zh: 您已经付了这张账单吗？}, type: boolean}
      - say: "{{ 'Paid.' if paid else 'Not paid.' }}"
"""


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("I have not paid it yet", False),
        ("not yet", False),
        ("I haven't paid the bill", False),
        ("I never paid that", False),
        ("i already paid it", True),
        ("I've paid", True),
        ("the bill is paid", True),
        ("I did", True),
        ("I did not", False),
        ("I haven't yet", False),
        ("I have", True),
        ("还没有", False),
        ("还没付", False),
        ("我没付", False),
        ("付过了", True),
        ("已经付了", True),
        ("我付了", True),
        ("没呢", False),
        ("yes", True),
        ("不是", False),
        ("the bill", None),
        ("账单", None),
        ("my friend paid it", None),
        ("I paid half of it", None),
        ("have I paid it?", None),
        ("I think I paid, but I am not sure", None),
        ("maybe I paid", None),
        ("which bill", None),
        ("", None),
        ("🙂", None),
        ("I " * 3000, None),
    ],
)
def test_what_is_said_to_a_yes_or_no_question(locale: str, said: str, value: Any) -> None:
    talk = Talk(build(PAID), locale=locale)
    talk.say("/main")
    talk.say(said)
    assert talk.step == ("ask:paid" if value is None else None)
    assert value is None or talk.text == ("Paid." if value else "Not paid.")
