"""A small bot around the steps that a test is about."""

import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from botkit.errors import Problem
from botkit.flows.loading import load
from botkit.model.catalogue import ActionSpec, Capabilities, Catalogue
from botkit.model.flowset import Settings
from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading

TEXT = {"type": "string"}
ORDER = {"type": "object", "properties": {"id": TEXT, "total": {"type": "number"}}}
NUMBER = {"type": "object", "properties": {"number": TEXT}, "required": ["number"]}


def found(text: str, reading: Reading) -> list[Found]:
    return [Found(text, 0, len(text))]


CATALOGUE = Catalogue(
    actions={
        spec.name: spec
        for spec in (
            ActionSpec("shop.find", "read", NUMBER, ORDER),
            ActionSpec("shop.cancel", "write", NUMBER, ORDER),
            ActionSpec("shop.log", "write"),
            ActionSpec("shop.anything", "read"),
        )
    },
    types=dict.fromkeys(("text", "integer", "choice", "date"), found),
    channels={"web": Capabilities(buttons=20, cards=True, images=True, files=True)},
    plugins=("shop",),
)


def locale(code: str) -> Locale:
    phrases: dict[Any, tuple[str, ...]] = dict.fromkeys(
        ("cancel", "repeat", "start_over", "person", "opt_out", "opt_in"), ("x",)
    )
    keys = (
        "no_match no_match_again talk_to_person clarify cancelled nothing_to_cancel corrected already_done resume "
        "nothing_to_repeat silence error outcome_unknown blocked handoff no_agent agent_left handoff_closed confirm attachment "
        "still yes no"
    )
    return Locale(code, code, phrases, ("yes",), ("no",), dict.fromkeys(keys.split(), "text"))


Problems = Callable[..., list[Problem]]
Codes = Callable[..., list[str]]


@pytest.fixture
def problems() -> Problems:
    """Load one file of YAML and give its problems.

    `locales`, `settings_channels`, `teams` and `hours` change the settings, other keywords the catalogue.
    """

    def look(text: str, **changes: Any) -> list[Problem]:
        settings = Settings(
            locales=changes.pop("locales", ("en",)),
            channels=changes.pop("settings_channels", ("web",)),
            teams=changes.pop("teams", ("support",)),
            hours=changes.pop("hours", None),
        )
        codes = {code: locale(code) for code in ("en", "zh", "de")}
        return list(load({"bot.yaml": textwrap.dedent(text)}, settings, replace(CATALOGUE, **changes), codes)[1])

    return look


@pytest.fixture
def codes(problems: Problems) -> Codes:
    """Give the codes of the problems in some steps of a flow, in the order of their places."""

    def look(steps: str, before: str = "", flow: str = "", after: str = "", **changes: Any) -> list[str]:
        inner = textwrap.indent(textwrap.dedent(steps).strip("\n"), "      ")
        keys = textwrap.indent(textwrap.dedent(flow).strip("\n"), "    ")
        text = f"""{textwrap.dedent(before)}
flows:
  main:
    start: {{commands: [go]}}
{keys}
    steps:
{inner}
{textwrap.indent(textwrap.dedent(after), "  ")}
"""
        return [problem.code for problem in problems(text, **changes)]

    return look
