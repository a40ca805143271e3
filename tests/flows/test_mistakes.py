"""Every kind of mistake, in a file of its own, gives exactly the problems that `mistakes/expected.txt` lists."""

from pathlib import Path
from time import process_time
from typing import get_args

import pytest

from botkit.flows.checks.findings import Code
from botkit.flows.loading import load
from botkit.flows.locales import read_locale
from botkit.model.catalogue import ActionSpec, Capabilities, Catalogue
from botkit.model.flowset import FlowSet, Settings
from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading

MISTAKES = Path(__file__).parent / "mistakes"
EXPECTED = (MISTAKES / "expected.txt").read_text(encoding="utf-8").splitlines()
FILES = sorted(path.name for path in MISTAKES.glob("*.yaml"))

TEXT = {"type": "string"}
ORDER = {
    "type": "object",
    "properties": {
        "number": TEXT,
        "total": {"type": "number"},
        "address": {"$ref": "#/$defs/Address"},
    },
    "$defs": {"Address": {"type": "object", "properties": {"street": TEXT, "city": TEXT}}},
}
NUMBER = {"type": "object", "properties": {"number": TEXT}, "required": ["number"]}
SEARCH = {
    "type": "object",
    "properties": {"words": {"type": "array", "items": TEXT}, "limit": {"type": "integer"}},
    "required": ["words"],
}
ACTIONS = {
    spec.name: spec
    for spec in (
        ActionSpec(
            "shop.find_order", "read", NUMBER, {"anyOf": [ORDER, {"type": "null"}]} | {"$defs": ORDER["$defs"]}
        ),
        ActionSpec("shop.cancel_order", "write", NUMBER),
        ActionSpec("shop.search", "read", SEARCH),
    )
}


def any_text(text: str, reading: Reading) -> list[Found]:
    return [Found(text, 0, len(text))]


TYPES = ("text", "number", "integer", "date", "choice", "email")
SETTINGS = Settings(locales=("en", "zh"), channels=("web", "kiosk"), teams=("support", "orders"))
CATALOGUE = Catalogue(
    actions=ACTIONS,
    types=dict.fromkeys(TYPES, any_text),
    channels={
        "web": Capabilities(buttons=20, cards=True, images=True, files=True),
        "kiosk": Capabilities(buttons=4, cards=True, button_length=24),
    },
    plugins=("shop", "crm"),
    unlisted=("crm",),
)


def locales() -> dict[str, Locale]:
    found = {}
    for code in ("en", "zh"):
        text = (Path(__file__).parents[2] / "botkit" / "locales" / f"{code}.yaml").read_text(encoding="utf-8")
        locale, problems = read_locale(text, f"{code}.yaml")
        assert locale is not None, problems
        found[code] = locale
    return found


@pytest.fixture(scope="module", name="locales")
def _locales() -> dict[str, Locale]:
    return locales()


def read(text: str, file: str, locales: dict[str, Locale]) -> tuple[FlowSet | None, list[str]]:
    flowset, problems = load({file: text}, SETTINGS, CATALOGUE, locales)
    return flowset, [str(problem) for problem in problems]


@pytest.mark.parametrize("file", FILES)
def test_a_mistake_gives_exactly_its_problems(file: str, locales: dict[str, Locale]) -> None:
    expected = [line for line in EXPECTED if line.startswith(f"{file}:")]
    _, problems = read((MISTAKES / file).read_text(encoding="utf-8"), file, locales)
    assert expected
    assert problems == expected


def test_every_expected_line_has_its_file() -> None:
    assert {line.partition(":")[0] for line in EXPECTED} == set(FILES)


def steps(count: int, step: str) -> str:
    lines = "".join(f"      - {step.format(n=n)}\n" for n in range(count))
    return f"flows:\n  main:\n    start: {{commands: [go]}}\n    steps:\n{lines}"


ALIASES = "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))

HUGE = [
    pytest.param(
        steps(40_000, "say: This is the line with number {n} of a file that is too big."),
        ["bot.yaml:1:1: file-too-large: the file has 2.9 MiB; at most 1 MiB is read; split it into several"],
        id="2 MB",
    ),
    pytest.param(
        f"flows:\n  a0: &a0 [end]\n{ALIASES}",
        ["bot.yaml:7:42: too-many-values: with its aliases the file has more than 100,000 values up to here"],
        id="alias bomb",
    ),
    pytest.param(steps(10_000, "say: Hello."), [], id="10,000 steps"),
    pytest.param(steps(10_000, "{{id: s{n}, if: locale, goto: s}}"), ["unknown-step"] * 10_000, id="10,000 mistakes"),
    pytest.param(
        "flows: " + "[" * 100_000,
        ["bot.yaml:1:71: too-deep: more than 64 levels stand in each other here"],
        id="deep",
    ),
    pytest.param("", [], id="empty"),
]


@pytest.mark.parametrize(("text", "expected"), HUGE)
def test_a_huge_file_gets_a_clear_answer(text: str, expected: list[str], locales: dict[str, Locale]) -> None:
    began = process_time()
    _, problems = read(text, "bot.yaml", locales)
    took = process_time() - began
    assert len(problems) == len(expected)
    assert [problem for problem, said in zip(problems, expected, strict=True) if said not in problem] == []
    assert took < 20  # far above the second that it takes: a bound against what grows with the square


@pytest.mark.parametrize("code", get_args(Code))
def test_every_code_of_the_checks_has_its_mistake(code: str) -> None:
    assert any(f": {code}: " in line for line in EXPECTED)
