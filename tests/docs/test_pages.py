"""The other documents say what is so, and leave nothing out."""

import re
from pathlib import Path

import msgspec
import pytest

from botkit.app import config, trials_reading
from botkit.app.directories import check_directory
from botkit.app.trials import Rehearsal
from botkit.flows import repair_keys
from botkit.model.locales import Dates, Formats, Locale, Numbers
from botkit.ports.people import Desk
from tests.docs.pages import PAGES, ROOT, blocks, code_words, prose

DOCS = ROOT / "docs"
LOYALTY = """
from pydantic import BaseModel

from botkit import Plugin


class Settings(BaseModel):
    points_per_euro: int = 10


plugin = Plugin("loyalty", settings=Settings)
"""


def _write(page: Path, directory: Path) -> None:
    for block in blocks(page, "yaml", "python"):
        if block.file:
            path = directory / block.file
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


def _words(page: str, *, after: str = "", before: str = "") -> set[str]:
    text = prose(DOCS / page)
    text = text.split(after, 1)[1] if after else text
    return code_words(text.split(before, 1)[0] if before else text)


# testing.md


async def test_the_conversation_tests_pass(tmp_path: Path) -> None:
    _write(DOCS / "testing.md", tmp_path)
    checked = check_directory(tmp_path)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.flows is not None
    trials, problems = trials_reading.read_trials(tmp_path, checked.flows)
    assert problems == []
    assert len(trials) == 6
    outcomes = [await Rehearsal(checked).play(trial) for trial in trials]
    assert {outcome.trial.name: outcome.complaints for outcome in outcomes if not outcome.passed} == {}


def test_every_key_of_a_test_is_explained(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Example\n", encoding="utf-8")
    flows = check_directory(tmp_path).flows
    assert flows is not None
    keys: set[str] = set()
    wrong = "tests: [{name: one, nothing: 1, talk: [{nothing: 1}, {user: hi, expect: {nothing: 1}}]}]"
    for problem in trials_reading.read_file_of_trials(wrong, "talks.yaml", flows)[1]:
        keys |= set(problem.hint.removeprefix("known: ").split(", ")) if problem.hint.startswith("known: ") else set()
    assert {"name", "user", "has", "called"} <= keys
    assert keys - {"expect"} <= _words("testing.md")
    assert set(trials_reading.ROUTES) <= _words("testing.md")


# hours.md


async def test_the_conversations_at_all_hours_pass(tmp_path: Path) -> None:
    _write(DOCS / "hours.md", tmp_path)
    checked = check_directory(tmp_path)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.flows is not None
    trials, problems = trials_reading.read_trials(tmp_path, checked.flows)
    assert problems == []
    outcomes = [await Rehearsal(checked).play(trial) for trial in trials]
    assert len(outcomes) == 5
    assert {outcome.trial.name: outcome.complaints for outcome in outcomes if not outcome.passed} == {}


# bot-yaml.md


def test_the_example_of_bot_yaml_is_sound(tmp_path: Path) -> None:
    _write(DOCS / "bot-yaml.md", tmp_path)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "loyalty.py").write_text(LOYALTY, encoding="utf-8")
    checked = check_directory(tmp_path)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.config.durability == "full"
    assert checked.config.store.endswith("acme.db")


def test_every_key_of_bot_yaml_is_explained() -> None:
    words = _words("bot-yaml.md")
    assert set(config.KEYS) <= words
    assert {"intent_threshold", "answer_threshold", "clarify_margin", "teams", "default", "hours", "token"} <= words


def test_defaults_are_those_of_the_code(tmp_path: Path) -> None:
    found, problems = config.read_config("", "bot.yaml", {})
    assert problems == ()
    settings = found.settings
    assert (settings.name, settings.locales, settings.timezone, settings.currency) == ("bot", ("en",), "UTC", "EUR")
    assert (settings.intent_threshold, settings.answer_threshold, settings.clarify_margin) == (None, None, 0.1)
    assert (settings.idle, settings.default_team, found.store) == (86_400, "support", "sqlite:///bot.db")


# locales.md


@pytest.mark.parametrize(
    ("kind", "after", "before"),
    [
        (Locale, "", "### formats"),
        (Formats, "### formats", "### numbers"),
        (Numbers, "### numbers", "### dates"),
        (Dates, "### dates", ""),
    ],
)
def test_every_key_of_a_locale_is_explained(kind: type[msgspec.Struct], after: str, before: str) -> None:
    assert set(kind.__struct_fields__) <= _words("locales.md", after=after, before=before)


def test_every_text_of_a_locale_is_explained() -> None:
    assert set(repair_keys()) <= _words("locales.md", before="## What makes it whole")


# architecture.md


def test_every_port_is_named() -> None:
    import botkit.ports
    from botkit.ports import __all__ as names

    protocols = {name for name in names if getattr(getattr(botkit.ports, name), "_is_protocol", False)}
    assert Desk.__name__ in protocols
    assert protocols <= _words("architecture.md")


# Paths


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_of_the_repository_exist(page: Path) -> None:
    words = code_words(prose(page))
    named = {word for word in words if re.fullmatch(r"(botkit|connectors|plugins|tests|docs)/[\w/.]+", word)}
    own = {"plugins/orders.py", "plugins/loyalty.py"}  # of a bot
    assert {word for word in named - own if not (ROOT / word).exists()} == set()
