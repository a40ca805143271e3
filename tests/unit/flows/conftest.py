"""Locales for the tests of flows, and short ways to load them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from botkit.errors import Problem
from botkit.flows import load, repair_keys
from botkit.model.catalogue import ActionSpec, Catalogue
from botkit.model.definitions import Flow
from botkit.model.flowset import FlowSet, Settings
from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading


def make_locale(code: str) -> Locale:
    """Make a locale whose repair texts say their own key."""
    control: Mapping[Any, tuple[str, ...]] = {"person": ("a person",)}
    return Locale(code, code, dict(control), ("yes",), ("no",), {key: f"{code}:{key}" for key in repair_keys()})


def find_nothing(text: str, reading: Reading) -> list[Found]:
    return []


LOCALES = {code: make_locale(code) for code in ("en", "zh", "de")}
CATALOGUE = Catalogue(
    actions={"shop.find": ActionSpec("shop.find"), "shop.give": ActionSpec("shop.give", effect="write")},
    types={"colour": find_nothing},
    plugins=("shop",),
    models=True,
    articles=True,
)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.fixture(scope="session")
def locales() -> dict[str, Locale]:
    return LOCALES


@pytest.fixture(scope="session")
def load_files(catalogue: Catalogue, locales: dict[str, Locale]) -> Callable[..., Any]:
    """Load files (path → text) of a bot that speaks English and Chinese."""

    def run(sources: Mapping[str, str]) -> tuple[FlowSet | None, tuple[Problem, ...]]:
        return load(sources, Settings(locales=("en", "zh")), catalogue, locales)

    return run


@pytest.fixture(scope="session")
def said(load_files: Callable[..., Any]) -> Callable[[str], list[str]]:
    """Give the errors of one file, without its name."""

    def run(text: str) -> list[str]:
        _, problems = load_files({"f.yaml": text})
        return [str(problem).removeprefix("f.yaml:") for problem in problems if problem.severity == "error"]

    return run


@pytest.fixture(scope="session")
def wrapped() -> Callable[[str], str]:
    """Put steps into a flow of a file; they begin at line 5, column 7."""

    def run(steps: str) -> str:
        lines = "\n".join(f"      {line}" for line in steps.splitlines())
        return f"flows:\n  f:\n    start: {{commands: [f]}}\n    steps:\n{lines}\n"

    return run


@pytest.fixture(scope="session")
def bot_of(load_files: Callable[..., Any]) -> Callable[[str], FlowSet]:
    """Load one file, which has no errors but unknown references to other flows."""

    def run(text: str) -> FlowSet:
        flowset, problems = load_files({"f.yaml": text})
        assert [str(problem) for problem in problems if problem.severity == "error"] == []
        assert flowset
        return flowset  # type: ignore[no-any-return]

    return run


@pytest.fixture(scope="session")
def flow_of(bot_of: Callable[[str], FlowSet], wrapped: Callable[[str], str]) -> Callable[[str], Flow]:
    """Load the steps of one flow, which has no errors."""
    return lambda steps: bot_of(wrapped(steps)).flows["f"]
