"""A text that grows: whole characters, no stop, no white space around it, however it comes."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.llm.local.growing import GrowingText, Spelling

LETTERS = st.text("ab \n", max_size=30)


def wanted(text: str, stops: Sequence[str]) -> str:
    """Give what is left of a text, letter by letter."""
    for end in range(len(text) + 1):
        found = [len(stop) for stop in stops if stop and text[:end].endswith(stop)]
        if found:
            return text[: end - max(found)].strip()
    return text.strip()


@given(LETTERS, st.lists(st.text("ab\n", max_size=4), max_size=3), st.lists(st.integers(1, 5), max_size=30))
def test_its_parts_add_up_and_have_no_stop(text: str, stops: list[str], sizes: list[int]) -> None:
    parts: list[str] = []
    growing = GrowingText(stops, parts.append)
    at = 0
    for size in [*sizes, len(text)]:
        growing.take(text[at : at + size])
        at += size
    assert growing.end() == wanted(text, stops)
    assert "".join(parts) == growing.text
    assert "" not in parts


@pytest.mark.parametrize(
    ("pieces", "parts"),
    [
        (["  Hel", "lo", " ", "you ", "\n"], ["Hel", "lo", " you"]),
        (["Yes.", "\nUs", "er: hi"], ["Yes."]),
        (["Yes.", "\nUs", "eful"], ["Yes.", "\nUseful"]),
        (["\nUser:", "no"], []),
    ],
)
def test_what_is_heard(pieces: list[str], parts: list[str]) -> None:
    heard: list[str] = []
    growing = GrowingText(["\nUser:"], heard.append)
    for piece in pieces:
        growing.take(piece)
    growing.end()
    assert heard == parts


def decode(ids: Sequence[int]) -> str:
    return bytes(ids).decode("utf-8", "replace")


@given(st.text(max_size=30))
def test_spelling_gives_whole_characters(text: str) -> None:
    spelling = Spelling(decode)
    parts = [spelling.take(token) for token in text.encode("utf-8", "replace")]
    assert "".join([*parts, spelling.end()]) == text.encode("utf-8", "replace").decode()
    assert all(part in ("", *text) or "\ufffd" in text for part in parts)


def test_half_a_character_comes_at_the_end() -> None:
    spelling = Spelling(decode)
    assert [spelling.take(token) for token in "é".encode()[:1]] == [""]
    assert spelling.end() == "\ufffd"
