"""Examples that pull two intents together are told of, at their places, and others are not."""

import sys
from pathlib import Path

import pytest

from botkit.app import pulls
from botkit.app.directories import check_directory
from botkit.app.pulls import find_pulled
from botkit.errors import Problem

FLOWS = """\
intents:
  change:
    examples:
      - change my default address
      - change the default address
      - please change my default address
      - update my default address
      - change my address
  show:
    examples:
      - who am I
      - show my profile
      - profile please
      - "what is my default [address](place)"
      - |
        my data
        the profile
flows:
  one: {start: {intents: [change]}, steps: [{say: hi}]}
  two: {start: {intents: [show]}, steps: [{say: hi}]}
"""
MORE = "      - what is my address\n      - what is the default\n      - what is my name\n"


def found(directory: Path, flows: str) -> list[Problem]:
    (directory / "bot.yaml").write_text("name: x\n")
    (directory / "flows.yaml").write_text(flows, encoding="utf-8")
    checked = check_directory(directory)
    assert checked.flows is not None, checked.problems
    return find_pulled(directory, checked.flows, checked.sources)


def test_a_planted_example_is_told_of_with_both_places(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, FLOWS)
    assert (problem.code, problem.severity, problem.place.line) == ("pulled-example", "warning", 14)
    assert "'what is my default address', which the bot would take for intent 'change' (0." in problem.message
    assert f"'change my default address' ({tmp_path / 'flows.yaml'}:4:9) is near" in problem.message
    assert problem.hint.startswith("give intent 'show' more examples")


def test_more_examples_of_its_kind_settle_it(tmp_path: Path) -> None:
    assert found(tmp_path, FLOWS.replace("      - |\n", f"{MORE}      - |\n")) == []


def test_what_is_not_surely_another_s_is_not_told_of(tmp_path: Path) -> None:
    assert found(tmp_path, FLOWS.replace("what is my default [address](place)", "where do you send my things")) == []


@pytest.mark.parametrize(
    "intents",
    [
        "",
        "intents:\n  a: {examples: [only this]}\n",
        "intents:\n  a: {examples: [one]}\n  b: {examples: [two]}\n",
        "intents:\n  a: {examples: [24/7, '!!']}\n  b: {examples: ['365', '??']}\n",
    ],
)
def test_bots_with_few_examples(tmp_path: Path, intents: str) -> None:
    assert found(tmp_path, f"{intents}flows:\n  f: {{start: {{commands: [f]}}, steps: [{{say: hi}}]}}\n") == []


def test_nothing_is_loaded_where_there_are_no_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botkit.understanding.intents.classifier", None)  # its import fails
    assert found(tmp_path, "flows:\n  f: {start: {commands: [f]}, steps: [{say: hi}]}\n") == []


def test_too_many_examples_are_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "MOST", 10)
    assert found(tmp_path, FLOWS) == []


def test_the_place_of_a_line_in_a_block(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\n")
    (tmp_path / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    checked = check_directory(tmp_path)
    assert checked.flows is not None
    places = pulls._Places(tmp_path, checked.flows, checked.sources)
    lines = FLOWS.splitlines()
    for text in ("my data", "the profile", "who am I"):
        assert text in lines[places.find("intent show", text).line - 1]
    assert places.find("intent show", "none of these").line == 9
