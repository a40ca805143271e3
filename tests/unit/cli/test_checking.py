"""`botkit check`."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from botkit.cli import checking
from botkit.cli.checking import summary


def test_a_sound_bot(botkit: Any, desk: Path) -> None:
    assert botkit("check", desk) == (0, "", "1 bot checked: no problems\n")


def test_problems_are_sorted_lines(botkit: Any, desk: Path) -> None:
    flows = desk / "flows.yaml"
    flows.write_text(
        flows.read_text().replace("goto: find", "goto: fnd").replace("order_number }}.", "order_numbr }}.")
    )
    code, out, err = botkit("check", desk)
    lines = out.splitlines()
    assert code == 1
    assert lines == sorted(lines, key=lambda line: int(line.split(":")[1]))
    assert any(line.startswith(f"{flows}:") and "did you mean 'find'?" in line for line in lines)
    assert err == f"1 bot checked: {len(lines)} errors, 0 warnings\n"


def test_json_for_editors(botkit: Any, desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x\n")
    code, out, _ = botkit("check", desk, "--format", "json")
    problems = json.loads(out)
    assert code == 1
    assert problems[0]["code"] == "unknown-key"
    assert list(problems[0]) == ["file", "line", "column", "code", "severity", "message", "hint"]
    assert (problems[0]["line"], problems[0]["column"], problems[0]["hint"]) == (1, 1, "did you mean 'name'?")


def test_json_of_a_sound_bot_is_an_empty_list(botkit: Any, desk: Path) -> None:
    code, out, _ = botkit("check", desk, "--format", "json")
    assert (code, json.loads(out)) == (0, [])


def test_strict_makes_warnings_errors(botkit: Any, desk: Path) -> None:
    flows = desk / "flows.yaml"
    flows.write_text(flows.read_text().replace("say: Another number?", "say: {en: Another?}"))
    relaxed = botkit("check", desk)
    strict = botkit("check", desk, "--strict", "--format", "json")
    assert relaxed.code == 0
    assert "warning: " in relaxed.out
    assert strict.code == 1
    assert {problem["severity"] for problem in json.loads(strict.out)} == {"error"}


def test_an_example_that_pulls_two_intents_together(botkit: Any, desk: Path) -> None:
    names = {"change": ["change", "please change", "update"], "show": ["what is"]}
    rows = {name: [f"{word} my default address" for word in words] for name, words in names.items()}
    rows["change"] += ["change the default address", "change my address"]
    rows["show"] += ["who am I", "show my profile", "profile please", "my data", "the profile"]
    intents = "".join(f"  {name}: {{examples: {json.dumps(texts)}}}\n" for name, texts in rows.items())
    starts = "".join(f"  {name}_: {{start: {{intents: [{name}]}}, steps: [{{say: hi}}]}}\n" for name in rows)
    (desk / "more.yaml").write_text(f"intents:\n{intents}flows:\n{starts}")
    code, out, _ = botkit("check", desk)
    assert (code, out.count("pulled-example")) == (0, 1)
    assert (
        "more.yaml:3:21: warning: pulled-example: intent 'show' has the example 'what is my default address'" in out
    )
    assert botkit("check", desk, "--strict").code == 1


def test_several_directories_each_once(botkit: Any, desk: Path, tmp_path: Path) -> None:
    code, out, err = botkit("check", desk, tmp_path / "none", desk)
    assert code == 1
    assert out.count("no-bot") == 1
    assert err == "2 bots checked: 1 error, 0 warnings\n"


def test_mistakes_in_conversation_tests_are_found(botkit: Any, desk: Path) -> None:
    (desk / "tests" / "bad.yaml").write_text("tests: [{name: x, talk: [{usr: hi}]}]")
    code, out, _ = botkit("check", desk)
    assert code == 1
    assert "bad.yaml:1:27: unknown-key" in out
    assert "did you mean 'user'?" in out


@pytest.mark.parametrize("words", [["check", "x", "--format", "xml"], ["check", "x", "--frob"], ["chek"]])
def test_wrong_usage(botkit: Any, words: list[str]) -> None:
    assert botkit(*words).code == 2


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((0, 0, 2), "2 bots checked: no problems"),
        ((1, 1, 1), "1 bot checked: 1 error, 1 warning"),
        ((0, 2, 1), "1 bot checked: 0 errors, 2 warnings"),
    ],
)
def test_summary(counts: tuple[int, int, int], line: str) -> None:
    assert summary(*counts) == line


def test_on_a_terminal(desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(checking, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    (desk / "bot.yaml").write_text("nam: '[bold]x'\n")
    with pytest.raises(typer.Exit):
        checking.check([desk], checking.Format.TEXT)
    assert f"{desk}/bot.yaml:1:1: unknown-key: bot.yaml has no key 'nam'" in capsys.readouterr().out


def test_without_a_directory_it_is_this_one(
    botkit: Any, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    assert botkit("check").code == 0
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes.yaml").write_text("no: bot", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    ended = botkit("check")
    assert ended.code == 1
    assert ended.out == "bot.yaml:1:1: no-bot: a bot's directory has a bot.yaml; botkit new NAME makes one\n"
