"""What names a person gives way to a placeholder, always the same one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.app.unnaming import unname
from botkit.model.secrecy import HIDDEN


@pytest.mark.parametrize(
    ("values", "text", "shown"),
    [
        ({"Mia Okonkwo": "name"}, "Hello Mia Okonkwo, or MIA  okonkwo", "Hello [name 1], or [name 1]"),
        ({"Mia Okonkwo": "name"}, "Dear Mia, dear Okonkwo, miami, mia", "Dear [name 1], dear [name 1], miami, mia"),
        ({"mia okonkwo": "name"}, "mia has a parcel", "mia has a parcel"),  # two words that may be anything
        ({"王小明": "name"}, "我是王小明，你好", "我是[name 1]，你好"),
        ({"A-1": "order"}, "A-1, A-10, BA-1, (A-1)", "[order 1], A-10, BA-1, ([order 1])"),
        ({"a": "x", "b@example.org": "mail"}, "b@example.org is not a", "[email 1] is not [x 1]"),
        (
            {"12 Elm St": "place"},
            "to 12 Elm St or b@example.org, c@example.org",
            "to [address 1] or [email 1], [email 2]",
        ),
        ({"Bob": "email"}, "Bob is b@example.org", "[email 2] is [email 1]"),
        ({"Ann": "name", "Ann Lee": "name"}, "Ann Lee and Ann", "[name 1] and [name 2]"),
        ({}, f"my PIN is {HIDDEN}", "my PIN is [secret]"),
        ({"x.*": "rule"}, "x.* and xyz", "[rule 1] and xyz"),
        ({"Bob": "name"}, "\ue000\ue100\ue001 Bob", " [name 1]"),
    ],
)
def test_what_is_taken_out(values: dict[str, str], text: str, shown: str) -> None:
    assert unname([text], values).texts == (shown,)


@pytest.mark.parametrize(
    ("names", "text", "shown"),
    [
        (["Mia Okonkwo"], "Dear Mia, mia okonkwo, miami", "Dear [name 1], [name 1], miami"),
        (["Mark"], "Mark, please mark it. Marks", "[name 1], please mark it. Marks"),
        (["john"], "john and John, JOHN", "[name 1] and [name 1], JOHN"),
        (["王小明", "姓王"], "我姓王，王小明的灯", "我[name 1]，[name 2]的灯"),
        (["Bob"], "Bob is Bob", "[slot 1] is [slot 1]"),
    ],
)
def test_names_by_which_people_were_introduced_are_taken_out(names: list[str], text: str, shown: str) -> None:
    values = {"Bob": "slot"} if names == ["Bob"] else {}
    assert unname([text], values, names).texts == (shown,)


def test_the_same_value_is_the_same_in_all_texts_and_counted() -> None:
    found = unname(
        ["I am Bob, b@example.org", "Bob? No, Eve", "call b@example.org, Eve"], {"Bob": "name", "Eve": "name"}
    )
    assert found.texts == ("I am [name 1], [email 1]", "[name 1]? No, [name 2]", "call [email 1], [name 2]")
    assert found.counts == {"name": 4, "email": 2}


@given(st.lists(st.text(max_size=40), max_size=4), st.text("aBc 王-1.", min_size=2, max_size=9).filter(str.strip))
def test_no_value_is_left(texts: list[str], value: str) -> None:
    found = unname([*texts, f"here: {value.strip()}!"], {value: "thing"})
    assert f"here: {value.strip()}!" not in found.texts[-1]
    assert len(found.texts) == len(texts) + 1
    assert not any("\ue000" <= letter <= "\uf8ff" for text in found.texts for letter in text)
