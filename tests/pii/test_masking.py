"""Masking against texts in which somebody marked what is to be masked: those of others, and made ones."""

from pathlib import Path

import pytest

from botkit.safety.finding import KINDS
from tests.pii.cases import FOLDER, Case, read_cases
from tests.pii.judging import judge
from tests.pii.made import make_cases

RECALL, PRECISION = 0.95, 0.90


@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_is_found_and_little_else_in_what_is_made(seed: int) -> None:
    shares = judge(make_cases(seed))

    assert {kind for _, kind in shares} == set(KINDS)
    short = {key: share for key, share in shares.items() if share.recall < RECALL or share.precision < PRECISION}
    assert short == {}


def test_every_kind_is_found_and_little_else_in_what_others_marked() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the cases are not here: {FOLDER}")
    shares = {key: share for key, share in judge(read_cases()).items() if key[1] in KINDS}

    assert shares
    short = {key: share for key, share in shares.items() if share.recall < RECALL or share.precision < PRECISION}
    assert short == {}


def test_what_is_not_found_and_what_is_wrong_counts() -> None:
    missed = Case("my name is Mia", "en", (("email", 11, 14),))
    wrong = Case("write to mia@example.com", "en", (("phone", 0, 5),))

    shares = judge([missed, wrong])

    assert shares["en", "email"].recall == 0
    assert shares["en", "email"].precision == 0
    assert shares["en", "phone"] == (1, 0, 0)


def test_marks_are_read_in_the_forms_that_files_have(tmp_path: Path) -> None:
    rows = [
        '{"text": "a@b.de", "spans": [{"label": "EMAIL", "start": 0, "end": 6}]}',
        '{"full_text": "电话 1", "entities": [[3, 4, "PHONE_NUMBER"]]}',
        '{"source_text": "x", "privacy_mask": [{"entity_type": "PERSON", "start_position": 0, "end_position": 1}]}',
    ]
    (tmp_path / "one.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "two.json").write_text(f"[{rows[0]}]", encoding="utf-8")

    cases = read_cases(tmp_path)

    assert [case.spans for case in cases] == [
        (("email", 0, 6),),
        (("phone", 3, 4),),
        (("PERSON", 0, 1),),
        (("email", 0, 6),),
    ]
    assert [case.language for case in cases] == ["en", "zh", "en", "en"]
