"""`botkit new`, `schema` and `graph`."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest


def test_new_bot_is_sound_and_its_tests_pass(botkit: Any, tmp_path: Path) -> None:
    target = tmp_path / "shop"
    code, out, _ = botkit("new", target)
    assert code == 0
    assert f"{target / 'bot.yaml'}" in out.splitlines()
    assert botkit("check", target, "--strict").code == 0
    assert botkit("test", target).code == 0


def test_what_a_new_bot_suggests_can_be_used(botkit: Any, tmp_path: Path) -> None:
    target = tmp_path / "shop"
    botkit("new", target)
    config = target / "bot.yaml"
    config.write_text(re.sub(r"(?m)^( *)# (?=\w+: )", r"\1", config.read_text()))
    assert "\nplugins: [./plugins/orders.py]" in config.read_text()
    (target / "plugins").mkdir()
    (target / "plugins" / "orders.py").write_text("from botkit import Plugin\n\nplugin = Plugin('orders')\n")
    assert botkit("check", target, "--strict").code == 0


@pytest.mark.parametrize("kind", ["bot", "plugin", "connector"])
def test_the_commands_after_new_can_be_pasted(
    botkit: Any, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My work").mkdir()
    flags = [] if kind == "bot" else [f"--{kind}"]
    _, _, err = botkit("new", Path("My work") / "desk", *flags)
    commands = [shlex.split(command) for command in err.strip().removeprefix("Now: ").split(", ")]
    assert commands[0] == (["botkit", "check", "My work/desk"] if kind == "bot" else ["cd", "My work/desk"])


@pytest.mark.parametrize("kind", ["plugin", "connector"])
def test_new_package(botkit: Any, tmp_path: Path, kind: str) -> None:
    code, out, err = botkit("new", tmp_path / "loyalty", f"--{kind}")
    assert code == 0
    assert f"{tmp_path / 'loyalty' / 'pyproject.toml'}" in out.splitlines()
    assert "pip install" in err


def test_new_touches_nothing(botkit: Any, desk: Path, tmp_path: Path) -> None:
    before = (desk / "bot.yaml").read_text()
    assert botkit("new", desk).code == 2
    assert botkit("new", tmp_path / "x", "--plugin", "--connector").code == 2
    assert botkit("new", tmp_path / "Ä Ä", "--plugin").code == 2
    assert (desk / "bot.yaml").read_text() == before
    assert not (tmp_path / "x").exists()


def test_schema(botkit: Any, tmp_path: Path) -> None:
    printed = json.loads(botkit("schema").out)
    out = tmp_path / "deep" / "schema.json"
    assert botkit("schema", "--out", out).out == ""
    assert json.loads(out.read_text()) == printed
    assert "flows" in printed["properties"]


def test_schema_where_nothing_can_be_written(botkit: Any, tmp_path: Path) -> None:
    ended = botkit("schema", "--out", tmp_path)
    assert ended.code == 1
    assert ended.err.startswith("botkit: Is a directory")


def test_graph(botkit: Any, desk: Path) -> None:
    out = botkit("graph", desk).out
    assert out.startswith('flowchart TD\n  subgraph f0["on_start"]\n')
    assert 'f1n0["ask:order_number"]' in out
    assert 'f1n4 -->|"then"| f1n5' in out
    assert "on_no_match" not in out


def test_graph_of_one_flow(botkit: Any, desk: Path) -> None:
    out = botkit("graph", desk, "--flow", "return_item", "--format", "dot").out
    assert out.startswith("digraph bot {")
    assert "on_start" not in out


def test_graph_of_what_is_not_there(botkit: Any, desk: Path) -> None:
    ended = botkit("graph", desk, "--flow", "retrun_item")
    assert ended.code == 2
    assert "did you mean 'return_item'?" in ended.err
    (desk / "bot.yaml").write_text("nam: x")
    assert botkit("graph", desk).code == 1
