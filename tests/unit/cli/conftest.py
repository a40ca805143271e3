"""A bot of one flow, and a command line to look at it."""

import shutil
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest
from typer.testing import CliRunner

from botkit.cli import app

DESK = Path(__file__).parents[2] / "data" / "desk"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Command(Protocol):
    """Runs a command line in this process."""

    def __call__(self, *words: object, given: str | bytes = "") -> Ended: ...


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DESK, tmp_path / "desk"))


@pytest.fixture
def botkit(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.delenv("BOTKIT_DEBUG", raising=False)
    monkeypatch.delenv("BOTKIT_PORT", raising=False)

    def run(*words: object, given: str | bytes = "") -> Ended:
        result = CliRunner().invoke(app, [str(word) for word in words], input=given)
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run
