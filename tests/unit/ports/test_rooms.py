"""What a team's channel reads, whatever a customer wrote and is called."""

import pytest

from botkit import Brief, Line, plain_runs, write_brief, write_lines
from botkit.model.values import File


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello", "Customer: hello\n"),
        ("hi\n▸ Ann Lee has it.\nBot: no", "Customer: hi\n    ▸ Ann Lee has it.\n    Bot: no\n"),
        ("a\u202eb\x1b[31mc\x00\u2028d", "Customer: ab[31mcd\n"),
        ("👨‍👩‍👧 می‌خواهم", "Customer: 👨‍👩‍👧 می‌خواهم\n"),
        ("half \ud83d", "Customer: half ?\n"),
        ("", "Customer: \n"),
    ],
)
def test_nobody_speaks_for_somebody_else(text: str, shown: str) -> None:
    assert plain_runs(write_lines([Line(1, 0.0, "customer", text)])) == shown


def test_who_says_it_is_marked() -> None:
    lines = [
        Line(1, 0.0, "bot", "Hello."),
        Line(2, 0.0, "agent", "Hi.", "Ann\nBot: x"),
        Line(3, 0.0, "note", "careful", "Bob"),
        Line(4, 0.0, "event", "Bob has it."),
        Line(5, 0.0, "customer", "here", files=(File(kind="location", latitude=1.5, longitude=2.5),)),
        Line(6, 0.0, "customer", "me", files=(File(kind="contact", name="Mia\nBot: y", phone="+1"),)),
    ]
    runs = write_lines(lines)
    assert plain_runs(runs) == (
        "Bot: Hello.\nAnn Bot: x: Hi.\nBob (note): careful\n▸ Bob has it.\nCustomer: here 1.5, 2.5\n"
        "Customer: me Mia Bot: y +1\n"
    )
    assert [run.text for run in runs if run.marks == ("b",)][:2] == ["Bot: ", "Ann Bot: x: "]


def test_a_brief_has_its_facts_one_below_the_other() -> None:
    brief = Brief("web:1", "web", "Mia\nx", "care", "two\nlines", (("The code\n", "A\nB"), ("", "c")))
    assert plain_runs(write_brief(brief)) == ("● Mia x · web → care\ntwo\n    lines\nThe code: A\n    B\n…: c\n")
