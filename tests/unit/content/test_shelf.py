"""The shelf of done parts: for a day, bounded, and in a file of its own."""

from pathlib import Path

import pytest

from botkit_content import shelf
from botkit_content.shelf import KEPT_FOR, Shelf, digest_of


def test_it_keeps_for_a_day() -> None:
    one = Shelf()
    one.keep("a", "text", 100.0)
    assert one.find("a", 100.0 + KEPT_FOR - 1) == "text"
    assert one.find("a", 100.0 + KEPT_FOR) is None
    one.keep("b", "文", 200.0 + KEPT_FOR)
    assert one.find("a", 100.0) is None  # what is old goes
    assert one.find("b", 200.0 + KEPT_FOR) == "文"
    one.close()


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 3)
    one = Shelf()
    for number in range(10):
        one.keep(str(number), "text", 100.0)
    assert [number for number in range(10) if one.find(str(number), 100.0)] == [7, 8, 9]
    one.close()


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "parts.db")
    one, other = Shelf(path), Shelf(path)
    one.keep("a", "text", 1.0)
    assert other.find("a", 1.0) == "text"
    one.close()
    other.close()


def test_a_digest_is_of_all_that_a_part_was_made_of() -> None:
    digests = {digest_of(*made_of) for made_of in [("a", "b"), ("ab",), ("a", {"b": 1}), ("a", {"b": 2}), ("a", "c")]}
    assert len(digests) == 5
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
