"""`botkit audit`: who of the house did what."""

import getpass
import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def talked(botkit: Any, desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(getpass, "getuser", lambda: "mia")
    for name in ("web:1", "web:2"):
        assert botkit("chat", desk, "--json", "--conversation", name, given="return my order\n").code == 0
    return desk


def acts(botkit: Any, desk: Path) -> list[tuple[str, str, str]]:
    """Give what was done, the oldest first."""
    out = botkit("audit", "--dir", desk, "--json").out
    found = [json.loads(line) for line in out.splitlines()]
    return [(act["who"], act["what"], act["about"]) for act in reversed(found)]


def test_what_was_done_stands_below_each_other(botkit: Any, talked: Path) -> None:
    botkit("publish", talked, "--yes", "--no-tests")
    flows = talked / "flows.yaml"
    flows.write_text(flows.read_text(encoding="utf-8").replace("Hello!", "Hullo!"), encoding="utf-8")
    botkit("publish", talked, "--yes", "--no-tests")
    botkit("rollback", talked, "--yes")
    back, on, first = botkit("audit", "--dir", talked).out.splitlines()
    assert {line.index(line.split()[-1]) for line in (back, on, first)} == {back.index("rolled back") + 13}


def test_what_operators_do_is_noted(botkit: Any, talked: Path) -> None:
    for words in (
        ("publish", talked, "--yes", "--no-tests"),
        ("why", "web:1", "--dir", talked),
        ("conversations", "show", "web:2", "--dir", talked),
        ("conversations", "export", "web:1", "--dir", talked),
        ("conversations", "erase", "web:2", "--dir", talked, "--yes"),
    ):
        ended = botkit(*words)
        assert ended.code == 0, (words, ended.err)
    (version, *rest) = acts(botkit, talked)
    assert (version[:2], len(version[2]) > 20) == (("mia (command)", "published"), True)
    assert rest == [
        ("mia (command)", "read", "web:1"),
        ("mia (command)", "read", ""),  # its name went with it
        ("mia (command)", "exported", "web:1"),
        ("mia (command)", "erased", ""),
    ]
    lines = botkit("audit", "--dir", talked, "--most", "2").out.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("mia (command)         erased")


def test_what_was_not_done_is_not_noted(botkit: Any, talked: Path) -> None:
    assert botkit("why", "web:9", "--dir", talked).code == 2
    assert botkit("conversations", "export", "web:9", "--dir", talked).code == 2
    assert botkit("conversations", "erase", "web:1", "--dir", talked, given="n\n").code == 1
    assert botkit("publish", talked, "--dry-run", "--no-tests").code == 0
    assert acts(botkit, talked) == []


def test_a_user_without_a_name(botkit: Any, talked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no such user")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert botkit("why", "web:1", "--dir", talked).code == 0
    assert acts(botkit, talked) == [("somebody (command)", "read", "web:1")]


def test_where_nothing_can_be_written_one_may_look(
    botkit: Any, talked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botkit.errors import StoreError
    from botkit.stores import SQLiteStore

    async def refuse(*_: Any, **__: Any) -> None:
        raise StoreError("read-only")

    monkeypatch.setattr(SQLiteStore, "note_act", refuse)
    assert botkit("why", "web:1", "--dir", talked).code == 0
    assert botkit("conversations", "export", "web:1", "--dir", talked).code == 1
    assert botkit("conversations", "erase", "web:1", "--dir", talked, "--yes").code == 1
    monkeypatch.undo()
    assert botkit("why", "web:1", "--dir", talked).code == 0  # it was not erased
