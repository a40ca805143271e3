"""Secrets that pass through within one turn are hidden as those that stay are."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from botkit.model.events import Owned
from botkit.model.secrecy import hide_record, long_secrets
from botkit.model.turn import Record
from botkit.model.values import Money
from tests.unit.dialogue.talking import Talk, build

PIN = "4711"
ASK = (
    "{ask: pin, say: Your PIN?, pattern: '\\d{4}', type: text, secret: true, "
    "check: [{if: \"pin == '4712'\", say: 'Not {{ pin }}.'}]}"
)
TOKEN = "{token: {type: any, secret: true}}"


def start(steps: str, own: str = "{}", said: str = "/give", more: str = "") -> Talk:
    talk = Talk(
        build(
            f"flows:\n  give: {{start: {{commands: [give]}}, slots: {own}, steps: {steps}}}\n"
            f"  chat: {{start: {{commands: [chat]}}, steps: [{{ask: topic, say: What about?, type: text}}]}}\n{more}"
        )
    )
    talk.say(said)
    return talk


def shown(talk: Talk) -> str:
    """Give all that others than the customer are shown of a talk."""
    records = [Record.of(turn) for turn in talk.turns]
    return f"{[hide_record(record, long_secrets(records)) for record in records]} {talk.session.lines}"


def test_an_answer_whose_flow_ends_with_it() -> None:
    talk = start(f"[{ASK}, {{say: 'Your PIN is {{{{ pin }}}}.'}}]")

    assert talk.say(f"my pin is {PIN}, please") == f"Your PIN is {PIN}."
    assert PIN not in shown(talk)
    assert "please" not in shown(talk)


def test_a_result_whose_flow_ends_with_it() -> None:
    talk = start("[{do: shop.find, save: token}, {say: 'It is {{ token }}.'}]", own=TOKEN)

    assert talk.finish("tok_9f8e") == "It is tok_9f8e."
    assert "tok_9f8e" not in shown(talk)


def test_what_is_given_to_a_flow_that_ends() -> None:
    talk = start(
        "[{run: tell, with: {token: 'tok_{{ 9 + 1 }}xyz'}}, {say: Bye.}]",
        more=f"  tell: {{slots: {TOKEN}, steps: [{{say: 'It is {{{{ token }}}}.'}}]}}",
    )

    assert talk.text == "It is tok_10xyz.\nBye."
    assert "tok_10xyz" not in shown(talk)


def test_messages_that_waited_for_a_call() -> None:
    talk = start(f"[{{do: shop.find}}, {ASK}, {{say: 'It is {{{{ pin }}}}.'}}]")
    talk.say(f"my pin is {PIN}, please")
    talk.say("/chat")

    assert f"It is {PIN}." in talk.finish("x")
    assert "What about?" in talk.text
    assert PIN not in shown(talk)
    assert "please" not in str(hide_record(Record.of(talk.turns[-1])).replies)
    assert f"my pin is {PIN}, please" in talk.turns[-1].secrets


def test_what_misses_the_question_for_a_secret_while_others_wait() -> None:
    talk = start(f"[{{do: shop.find}}, {ASK}, {{say: Thanks.}}]")
    talk.say("it is 48151")
    talk.say("it was 48152")
    talk.finish("x")

    assert {"it is 48151", "it was 48152"} <= set(talk.turns[-1].secrets)


@pytest.mark.parametrize("said", ["4712", "my pin is 4712", "4711 or 4713"])
def test_what_the_bot_says_of_a_value_that_it_does_not_take(said: str) -> None:
    talk = start(f"[{ASK}, {{say: Thanks.}}]")

    assert "471" in talk.say(said)
    assert "471" not in shown(talk)


def test_what_is_refused_where_something_else_is_asked_for() -> None:
    talk = start(f"[{ASK}, {{ask: more, say: More?, type: number}}, {{say: Bye.}}]")
    talk.say(PIN)

    assert "Not 4712." in talk.say("sorry, my pin is 4712")
    assert "4712" not in shown(talk)


def test_what_is_said_before_its_question() -> None:
    talk = start("[{ask: size, say: Size?, type: number}, {ask: mail, say: Mail?, type: email, secret: true}]")

    assert "made a note of that" in talk.say("oh, it is a@bcd.example")
    assert "a@bcd.example" not in shown(talk)


def test_a_correction_of_what_was_used() -> None:
    steps = f"[{ASK}, {{confirm: Go?}}, {{do: shop.pay, with: {{a: '{{{{ pin }}}}'}}}}, {{ask: more, say: More?, type: text}}, {{say: Bye.}}]"
    talk = start(steps)
    talk.say(PIN)
    talk.say("yes")
    talk.finish("x")
    talk.say("sorry, my pin is 4719")

    assert talk.stack[0] == "give"
    assert "4719" not in shown(talk)
    assert "sorry" not in shown(talk)


def test_who_takes_over_is_shown_none_of_a_flow_that_ended() -> None:
    talk = start(f"[{ASK}, {{say: 'It is {{{{ pin }}}}.'}}, {{handoff: desk}}]")
    talk.say(PIN)

    assert talk.session.handed is not None
    assert PIN in talk.session.handed.secrets
    assert PIN not in str(talk.session.handed.packet)
    talk.take(Owned("claimed", "ann"))
    assert talk.session.handed is not None
    assert PIN in talk.session.handed.secrets


def test_who_takes_over_in_a_flow_is_shown_none_of_it() -> None:
    talk = start(f"[{ASK}, {{ask: more, say: 'It is {{{{ pin }}}}. More?', type: text}}, {{say: Bye.}}]")
    talk.say(PIN)
    talk.take(Owned("claimed", "ann"))

    assert talk.session.handed is not None
    assert PIN in talk.session.handed.secrets


@pytest.mark.parametrize("value", [Money(Decimal("1234.5"), "USD"), [Money(Decimal("1234.5"), "USD")]])
def test_an_amount_as_the_bot_writes_it(value: Any) -> None:
    talk = start("[{do: shop.find, save: token}, {say: 'It is {{ token }}.'}]", own=TOKEN)

    assert "$1,234.50" in talk.finish(value)
    assert "1,234.50" not in shown(talk)


def test_a_day_as_the_bot_writes_it() -> None:
    talk = start("[{ask: born, say: When?, type: date, secret: true}, {say: \"So {{ born | date('long') }}.\"}]")

    assert talk.say("2026-06-03") == "So June 3, 2026."
    assert "June 3" not in shown(talk)


@pytest.mark.parametrize(
    ("form", "written"), [("", "2026-06-03, 2:30 pm"), ("| date", "2026-06-03"), ("| date('long')", "June 3, 2026")]
)
def test_a_moment_as_the_bot_writes_it(form: str, written: str) -> None:
    talk = start(f'[{{do: shop.find, save: token}}, {{say: "So {{{{ token {form} }}}}."}}]', own=TOKEN)

    assert written in talk.finish(datetime(2026, 6, 3, 14, 30, tzinfo=UTC))
    assert written not in shown(talk)


def test_a_number_with_its_groups() -> None:
    talk = start("[{do: shop.find, save: token}, {say: 'So {{ token | number }}.'}]", own=TOKEN)

    assert talk.finish(1234567) == "So 1,234,567."
    assert "1,234,567" not in shown(talk)


def test_an_option_by_its_label() -> None:
    options = "[{value: f1, label: Crème brûlée}, {value: f2, label: Gelato}]"
    talk = start(
        f"[{{ask: pin, say: Which?, options: {options}, secret: true}}, {{say: 'So {{{{ pin | label }}}}.'}}]"
    )

    assert talk.say("gelato") == "So Gelato."
    assert "So Gelato" not in shown(talk)


def test_a_long_one_whose_line_is_cut() -> None:
    long = "".join(f"{at:04}-" for at in range(240))
    talk = start("[{do: shop.find, save: token}, {say: 'It is {{ token }}.'}, {handoff: desk}]", own=TOKEN)

    assert long in talk.finish(long)
    assert "0100-" not in shown(talk)
    assert all(len(text) <= 1000 for _, text in talk.session.lines)


def test_lines_are_cut_where_nothing_is_secret_yet() -> None:
    talk = start(f"[{ASK}, {{say: Thanks.}}]", said="/chat")
    talk.say("x" * 3000)

    assert max(len(text) for _, text in talk.session.lines) == 1000
