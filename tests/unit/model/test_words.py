"""Texts as they are compared, and where their letters stand."""

import pytest

from botkit.model.words import fold, fold_placed, lowered


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("", ""),
        ("Hello", "hello"),
        ("STRASSE", "strasse"),
        ("Straße UND Weg", "straße und weg"),
        ("ŉ İ ﬁ ẞ Ab", "ŉ İ ﬁ ẞ ab"),
        ("地址 OK", "地址 ok"),
    ],
)
def test_small_letters_stand_where_the_letters_stood(text: str, small: str) -> None:
    assert lowered(text) == small
    assert len(small) == len(text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("cafe\u0301 X", (0, 1, 2, 3, 5, 6)),
        ("caf\u00e9 X", (0, 1, 2, 3, 4, 5)),
        (" don't!", (1, 2, 3, 5)),
        ("\u304b\u3099x", (0, 2)),
        ("\u0301a", (1,)),
        ("", ()),
    ],
)
def test_where_folded_letters_stand(text: str, places: tuple[int, ...]) -> None:
    assert fold_placed(text) == (fold(text), places)


def test_where_they_stand_in_letters_of_parts_is_not_said() -> None:
    assert fold_placed("\u1112\u1161\u11ab") is None
