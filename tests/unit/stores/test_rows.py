"""Rows as values: what a list shows of a conversation."""

import pytest

from botkit.model.codec import encode_session
from botkit.model.session import Session
from botkit.stores.packing import pack
from botkit.stores.rows import summary


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ((("customer", "it is bent"), ("bot", "One person is before you.")), "it is bent"),
        ((("customer", "it is bent"), ("bot", "I pass you on."), ("agent", "Hello, I am Ann.")), "Hello, I am Ann."),
        ((("bot", "Welcome!"),), "Welcome!"),
        ((), ""),
    ],
)
def test_a_list_shows_what_a_person_said_last(lines: tuple[tuple[str, str], ...], last: str) -> None:
    row = pack(encode_session(Session("web:1", lines=lines)))
    assert summary("web:1", "web", "queue", 3, 0.0, row).last == last
