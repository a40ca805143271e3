"""README.md can be followed: its bot is sound, its tests pass, its snippet prints what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from botkit.app.directories import check_directory
from botkit.app.trials import Rehearsal
from botkit.app.trials_reading import read_trials
from botkit.cli import app
from tests.docs.pages import PAGES, ROOT, blocks, code_words, prose

README = ROOT / "README.md"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The bot whose files the README shows."""
    for block in blocks(README, "yaml", "python"):
        if block.file:
            path = tmp_path / block.file
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return tmp_path


def test_the_bot_is_sound(directory: Path) -> None:
    assert (directory / "plugins" / "orders.py").exists()
    assert [str(problem) for problem in check_directory(directory).problems] == []


async def test_its_tests_pass(directory: Path) -> None:
    checked = check_directory(directory)
    assert checked.flows is not None
    trials, problems = read_trials(directory, checked.flows)
    assert (len(trials), problems) == (1, [])
    outcome = await Rehearsal(checked).play(trials[0])
    assert outcome.complaints == ()


def test_the_snippet_prints_what_the_readme_says(directory: Path) -> None:
    snippet = next(block for block in blocks(README, "python") if not block.file)
    printed = next(iter(blocks(README, "text")))
    done = subprocess.run(
        [sys.executable, "-c", snippet.text], cwd=directory, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == (printed.text, "")


def commands_in(page: Path) -> list[str]:
    """List what a page shows as code: the lines of its blocks, and what stands in backticks."""
    lines = [line.strip() for block in blocks(page, "sh", "") for line in block.text.splitlines()]
    return [*lines, *code_words(prose(page))]


def _commands() -> set[str]:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return set(group.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists(page: Path) -> None:
    named = {match for text in commands_in(page) for match in re.findall(r"^(?:\.venv/bin/)?botkit ([a-z]+)", text)}
    assert named <= _commands()


def test_every_command_is_named() -> None:
    text = README.read_text(encoding="utf-8")
    assert {name for name in _commands() if f"botkit {name}" not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {match for text in commands_in(page) for match in re.findall(r"^make ([a-z-]+)", text)} <= targets
