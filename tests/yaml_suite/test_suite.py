"""The reader of flows against the public YAML test suite, side by side with PyYAML, and against texts of our own.

The suite lies outside the repository; where it is missing the comparison is skipped. `python -m
tests.yaml_suite.test_suite` prints the table and every case that our reader has wrong.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.yaml_suite.cases import FOLDER, Case, read_cases
from tests.yaml_suite.judge import Read, Verdict, counted, judge, read_ours, read_pyyaml, same, table
from tests.yaml_suite.own import OWN, Own

VALUES = [own for own in OWN if not own.line]
REFUSALS = [own for own in OWN if own.line]
FOREIGN = "cannot be read as YAML"  # begins the words for what libyaml says and we do not


@cache
def _suite() -> Sequence[Case]:
    return tuple(read_cases())


@pytest.fixture
def suite() -> Sequence[Case]:
    if not _suite():
        pytest.skip(f"the cases are not here: {FOLDER}")
    return _suite()


def _say(wrong: Verdict) -> str:
    wanted = "a refusal" if wrong.case.refused else wrong.case.values
    return f"{wrong.case.name}: {wrong.case.text!r}: {wrong.got.refusal or wrong.got.values!r}, not {wanted!r}"


def test_not_fewer_are_right_than_with_pyyaml(suite: Sequence[Case]) -> None:
    cases = counted(suite)
    ours = [judge(case, read_ours) for case in cases]
    theirs = [judge(case, read_pyyaml) for case in cases]
    print(table(cases))
    wrong = [_say(one) for one, other in zip(ours, theirs, strict=True) if other.right and not one.right]
    assert sum(one.right for one in ours) >= sum(one.right for one in theirs), "\n".join([table(cases), *wrong])


def _misplaced(case: Case, got: Read) -> list[str]:
    last = max(len(case.text.splitlines()), 1)
    return [
        f"{case.name}: {problem}"
        for problem in got.problems
        if not 1 <= problem.place.line <= last or FOREIGN in problem.message
    ]


def test_each_refusal_of_the_suite_has_a_line_and_our_words(suite: Sequence[Case]) -> None:
    assert [line for case in suite for line in _misplaced(case, read_ours(case.text))] == []


# Texts of our own


@pytest.mark.parametrize("own", VALUES, ids=lambda own: own.name)
def test_a_text_stands_for_its_value(own: Own) -> None:
    got = read_ours(own.text)
    assert got.refusal == ""
    assert (list(got.values) or [None]) == [own.value]
    assert judge(Case(own.name, own.text, (own.value,)), read_ours).right


@pytest.mark.parametrize("own", REFUSALS, ids=lambda own: own.name)
def test_a_text_is_refused_in_its_line(own: Own) -> None:
    problems = read_ours(own.text).problems
    assert [(problem.place.line, problem.code) for problem in problems] == [(own.line, own.code)]
    assert _misplaced(Case(own.name, own.text), read_ours(own.text)) == []


def test_a_reader_of_yaml_1_1_loses_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.flows.reader.resolve", yaml.safe_load)
    cases = [Case(own.name, own.text, (own.value,)) for own in VALUES]
    lost = {case.name for case in cases if not judge(case, read_ours).right}
    assert lost >= {"answers are texts", "clocks and days are texts", "numbers of YAML 1.1 are texts"}


# The reader of the cases, and the judge


def test_cases_of_the_sources(tmp_path: Path) -> None:
    text = (
        '- name: tabs\n  yaml: "a:———»b␣·<SPC><TAB>\\r←⇔↵\\n∎\\n"\n  json: "[1]\\n[2]"\n'
        "- yaml: b\n- {yaml: c, json: null}\n- {yaml: d, json: '', fail: true}\n- {from: e}\n"
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "AB12.yaml").write_text(text, "utf-8")
    (tmp_path / "src" / "CD34.yaml").write_text("- {yaml: x, json: '\"x\"'}\n", "utf-8")
    (tmp_path / "src" / "none.yaml").write_text("a: 1\n", "utf-8")
    assert read_cases(tmp_path) == [
        Case("AB12/00", "a:\tb   \t\r\r\ufeff\n", ([1], [2])),
        Case("AB12/01", "b", ([1], [2])),
        Case("AB12/02", "c"),
        Case("AB12/03", "d", (), refused=True),
        Case("CD34", "x", ("x",)),
    ]


def test_cases_of_the_releases_and_not_what_is_made_of_them(tmp_path: Path) -> None:
    for name, files in {
        "data/AB12": {"in.yaml": "a\r\n", "in.json": '"a"', "out.yaml": "- {yaml: x}", "emit.yaml": "- {yaml: x}"},
        "data/CD34/01": {"in.yaml": "[", "error": ""},
        "data/EF56": {"in.yaml": "? [a]"},
    }.items():
        (tmp_path / name).mkdir(parents=True)
        for file, text in files.items():
            (tmp_path / name / file).write_bytes(text.encode())
    assert read_cases(tmp_path) == [
        Case("AB12", "a\r\n", ("a",)),
        Case("CD34/01", "[", refused=True),
        Case("EF56", "? [a]"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "all.json",
            json.dumps([{"id": "A", "yaml": "a", "json": '"a"'}, {"id": "B", "in_yaml": "[", "fail": True}]),
        ),
        ("all.jsonl", '{"id": "A", "yaml": "a", "expected": ["a"][0]}'.replace('["a"][0]', '"a"')),
        ("one.json", '{"id": "A", "yaml": "a", "json": "a"}'),
        ("by_id.json", '{"A": {"yaml": "a", "json": "\\"a\\""}}'),
    ],
)
def test_cases_as_rows_of_json(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text + "\n", "utf-8")
    found = read_cases(tmp_path)
    assert found[0] == Case("A", "a", ("a",))
    assert [case.refused for case in found] == [False, True][: len(found)]


def test_no_folder_has_no_cases(tmp_path: Path) -> None:
    assert read_cases(tmp_path / "missing") == []


@pytest.mark.parametrize(
    ("got", "wanted", "right"),
    [
        (450.0, 450, True),
        (float("nan"), float("nan"), True),
        (True, 1, False),
        (1, True, False),
        ("1", 1, False),
        (None, None, True),
        (0, None, False),
        ({1: "a", True + 1: "b"}, {"1": "a", "2": "b"}, True),
        ({True: 1, None: 2}, {"true": 1, "": 2}, True),
        ({1: "a", "1": "b"}, {"1": "a"}, False),
        ({1: "a", "1": "b"}, {"1": "b", "2": "a"}, False),
        ({"a", "b"}, {"a": None, "b": None}, True),
        ([("a", 1)], [{"a": 1}], True),
        ([1, 2], [1], False),
        ("ab", ["a", "b"], False),
        (["a"], {"a": None}, False),
        (b"a", "a", False),
    ],
)
def test_values_are_the_same_by_the_rules(got: Any, wanted: Any, right: bool) -> None:
    assert same(got, wanted) is right


@pytest.mark.parametrize(
    ("case", "ours", "theirs"),
    [
        (Case("empty", "# a", ()), True, True),
        (Case("several", "--- a\n--- b", ("a", "b")), False, False),
        (Case("one of several", "a", ("a", "b")), False, False),
        (Case("refused", "[", refused=True), True, True),
        (Case("not refused", "a", refused=True), False, False),
        (Case("day", "2024-05-01", ("2024-05-01",)), True, False),
        (Case("no day", "2024-15-41", ("2024-15-41",)), True, False),
        (Case("twice", "{a: 1, a: 2}", ({"a": 2},)), False, True),
    ],
    ids=lambda given: given.name if isinstance(given, Case) else None,
)
def test_both_readers_are_judged_alike(case: Case, ours: bool, theirs: bool) -> None:
    assert (judge(case, read_ours).right, judge(case, read_pyyaml).right) == (ours, theirs)


def test_a_case_without_a_value_or_a_refusal_is_not_counted() -> None:
    cases = [Case("a", "a"), Case("b", "b", ("b",)), Case("c", "[", refused=True)]
    assert counted(cases) == cases[1:]
    assert [line.split() for line in table(cases[1:]).splitlines()] == [
        ["n", "botkit", "PyYAML"],
        ["values", "1", "1", "1"],
        ["refusals", "1", "1", "1"],
        ["all", "2", "2", "2"],
    ]


if __name__ == "__main__":
    verdicts = [judge(case, read_ours) for case in counted(_suite())]
    print(table([one.case for one in verdicts]))
    print("\n".join(_say(one) for one in verdicts if not one.right))
