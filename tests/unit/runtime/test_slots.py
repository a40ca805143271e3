"""Names of rates are short, and differ."""

from botkit.runtime.slots import LONGEST, name_of


def test_a_long_name_is_its_digest() -> None:
    names = ["web:1", "x" * LONGEST, "x" * (LONGEST + 1), "x" * LONGEST + "y", "\ud800" * 1000]
    made = [name_of(name) for name in names]
    assert made[:2] == names[:2]
    assert len(set(made)) == len(names)
    assert max(map(len, made)) <= LONGEST
