"""`botkit run`: what it refuses."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_role_on_sqlite_is_refused(botkit: Command, desk: Path, role: str) -> None:
    ended = botkit("run", desk, "--role", role, "--port", "0")
    assert ended.code == 1
    assert f"a {role} node works together with others, and SQLite is one process's own" in ended.err
    assert "store: postgresql://" in ended.err


@pytest.mark.parametrize("role", ["", "Web", "workers", "all,web", "工人"])
def test_an_unknown_role_is_refused(botkit: Command, desk: Path, role: str) -> None:
    ended = botkit("run", desk, "--role", role)
    assert ended.code == 2
    why = f"botkit: there is no role {role!r} (it is all, web or worker)"
    assert [json.loads(line)["message"] for line in ended.err.splitlines()] == [why]
    assert botkit("run", desk, "--role", role, "--log-format", "text") == (2, "", f"{why}\n")
