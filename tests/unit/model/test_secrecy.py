"""What is secret is hidden in all that a record says, and nothing else is."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.model.events import Entity, Evidence, Failure, Message, Opened, Outside, Part, Press, Result, Timer
from botkit.model.replies import Button, Call, Card, HandOff, Reply, SetTimer
from botkit.model.secrecy import HIDDEN, hide, hide_in, hide_record, long_secrets, texts_of
from botkit.model.turn import Candidate, Record, Visit
from botkit.model.values import Money

SECRET = "hunter2!"


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("a", ["a"]), ("", []), ("  ", []), (None, []), (True, []), (1234, ["1234"]), (Decimal("1.50"), ["1.50"]),
        (Money(Decimal(5), "EUR"), ["5"]), (date(2026, 1, 2), ["2026-01-02"]),
        ({"key": "tok_1234", "state": "open", "n": 7, "pin": 4815}, ["tok_1234", "4815"]), (["correct horse", "ok"], ["correct horse"]),
        ({"a": [{"b": "tok_1"}]}, ["tok_1"]),
    ],
)  # fmt: skip
def test_the_texts_of_a_value(value: Any, texts: list[str]) -> None:
    assert list(texts_of(value)) == texts


@pytest.mark.parametrize(
    ("text", "secrets", "hidden"),
    [
        ("it is hunter2!", (SECRET,), f"it is {HIDDEN}"),
        ("HUNTER2! twice: hunter2!", (SECRET,), f"{HIDDEN} twice: {HIDDEN}"),
        ("12 and 123 and 612", ("12",), f"{HIDDEN} and 123 and 612"),
        ("a1b12345c", ("12345",), f"a1b{HIDDEN}c"),
        ("abcdef abcd", ("abcd", "abcdef"), f"{HIDDEN} {HIDDEN}"),
        ("(.*) .", (".+",), "(.*) ."),
        ("a.b.c.d", (".b.c",), f"a{HIDDEN}.d"),
        ("nothing", (), "nothing"),
        ("nothing", ("",), "nothing"),
        ("密码是一二三四", ("一二三四",), f"密码是{HIDDEN}"),
    ],
)
def test_hiding(text: str, secrets: tuple[str, ...], hidden: str) -> None:
    assert hide(text, secrets) == hidden


def test_data_keeps_its_shape() -> None:
    data = {"pin": "1234", "n": 1234, "list": ["x 1234", None, True, 5], "1234": ("1234",)}

    assert hide_in(data, ("1234",)) == {
        "pin": HIDDEN,
        "n": HIDDEN,
        "list": [f"x {HIDDEN}", None, True, 5],
        "1234": (HIDDEN,),
    }


EVENTS = [
    Message(SECRET, "id", evidence=Evidence(entities=(Entity("pin", SECRET),)), customer={"a": SECRET}, parts=(Part(SECRET),)),
    Press(SECRET, SECRET, "question"),
    Outside("paid", {"a": [SECRET]}),
    Result("e", {"a": SECRET}, Failure("code", f"bad {SECRET}"), {"b": SECRET}),
    Result("e", SECRET),
    Opened(),
    Timer("q", "wait"),
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_a_record_is_shown_without_its_secrets(event: Any) -> None:
    buttons = (Button(SECRET, SECRET, url=f"https://example.com/?pin={SECRET}"),)
    record = Record(
        "web:1",
        3,
        event,
        candidates=(Candidate("slot", "ask:pin", 1.0, f"'{SECRET}' fits", taken=True),),
        replies=(Reply("web:1/3.0", f"You said {SECRET}", buttons, SECRET, SECRET, (Card(SECRET, SECRET, SECRET, SECRET, buttons),)),),
        effects=(Call("e0", "vault.open", {"pin": SECRET}), HandOff("e1", "team", SECRET, {"last": [["customer", SECRET]]}), SetTimer("e2", 1.0, "q", "wait")),
        visits=(Visit("flow", "step", f"is {SECRET}"),),
        secrets=(SECRET,),
    )  # fmt: skip

    shown = hide_record(record)

    assert SECRET not in str(shown)
    assert (shown.seq, shown.route, shown.visits[0].step, shown.effects[2]) == (3, "", "step", record.effects[2])


def test_a_record_without_secrets_is_shown_as_it_is() -> None:
    record = Record("web:1", 1, Message("hello"))

    assert hide_record(record) is record
    assert hide_record(record, ("hello",)).event == Message(HIDDEN)


def test_only_long_secrets_are_hidden_in_other_turns() -> None:
    assert long_secrets([Record("c", 1, Opened(), secrets=("no", SECRET)), Record("c", 2, Opened())]) == (SECRET,)


@given(st.text(min_size=1), st.text())
def test_no_text_makes_it_fail(secret: str, text: str) -> None:
    assert (
        secret.strip() == ""
        or len(secret) < 4
        or secret not in hide(f"{text} {secret}", (secret,)).replace(HIDDEN, "")
    )
