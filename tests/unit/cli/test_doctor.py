"""`botkit doctor`."""

import socket
from pathlib import Path
from typing import Any

import pytest

from botkit.cli import doctor as looked
from botkit.cli.doctor import Finding


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def test_a_machine_that_is_fine(botkit: Any, port: int) -> None:
    code, out, _ = botkit("doctor", "--port", port)
    assert code == 0
    assert "✗" not in out
    assert "✓ PyYAML" in out
    assert f"✓ port {port} is free" in out


def test_a_bot_that_is_fine(botkit: Any, desk: Path, port: int) -> None:
    (desk / "bot.yaml").write_text((desk / "bot.yaml").read_text() + "channels: {web: {}}\n")
    code, out, _ = botkit("doctor", desk, "--port", port)
    assert code == 0
    assert f"✓ {desk} is sound" in out
    assert f"✓ the store's directory {desk} can be written" in out
    assert "✓ channel web" in out


def test_a_bot_that_is_not(botkit: Any, desk: Path, port: int) -> None:
    (desk / "bot.yaml").write_text("nam: x\nstore: sqlite:////nowhere/at/all.db\n")
    code, out, _ = botkit("doctor", desk, "--port", port)
    assert code == 1
    assert f"mistakes  → botkit check {desk}" in out
    assert "✗ the store's directory /nowhere/at cannot be written" in out


def test_a_port_that_is_taken(botkit: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        taken = door.getsockname()[1]
        code, out, _ = botkit("doctor", "--port", taken)
    assert code == 1
    assert f"✗ port {taken} of 127.0.0.1 is taken by another program  → choose another" in out


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(looked, "find_spec", lambda _: None)
    monkeypatch.setattr(looked, "_SQLITE", (99, 0, 0))
    findings = list(looked.examine_machine(port))
    assert Finding(None, "botkit[slack]", "pip install 'botkit[slack]'") in findings
    assert any(one.what.startswith("SQLite") and one.fine is False for one in findings)


def test_no_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.delattr(yaml, "CBaseLoader")
    assert looked._libyaml().fine is False


def test_no_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    import zoneinfo

    def lost(name: str) -> None:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", lost)
    assert looked._zones() == Finding(False, "no time zone data", "pip install tzdata")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    assert looked._journal(tmp_path / "none").fine is False
    assert looked._place(tmp_path / "none").fine is False


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (Finding(True, "a"), "\x1b[32m✓\x1b[0m a"),
        (Finding(False, "a", "b"), "\x1b[31m✗\x1b[0m a  → b"),
        (Finding(None, "a"), "\x1b[2m-\x1b[0m a"),
    ],
)
def test_lines_on_a_terminal(finding: Finding, line: str) -> None:
    assert looked._line(finding, color=True) == line
