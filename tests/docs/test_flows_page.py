"""docs/flows.md says what is so: its examples load and go as they are written, and nothing is left out."""

import re
from pathlib import Path

import pytest

from botkit.app.directories import Locales, check_directory
from botkit.expressions import FILTER_NAMES, TEST_NAMES
from botkit.flows import RESERVED, TYPES, reference, repair_flows, repair_names
from tests.docs.made import FLOWS, RECEIVES, SECTIONS
from tests.docs.pages import code_words, section
from tests.docs.talks import Example, examples, lay_out, play

EXAMPLES = examples(FLOWS)


def _line(example: Example) -> str:
    return f"line-{example.block.line}"


@pytest.mark.parametrize("example", EXAMPLES, ids=_line)
def test_an_example_has_no_problems(example: Example, tmp_path: Path) -> None:
    lay_out(FLOWS, tmp_path, example)
    problems = check_directory(tmp_path).problems
    assert [str(problem) for problem in problems if problem.code != "not-configured"] == []


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.talks], ids=_line)
async def test_an_example_goes_as_it_is_written(example: Example, tmp_path: Path) -> None:
    lay_out(FLOWS, tmp_path, example)
    for talk in example.talks:
        await play(tmp_path, talk.text)


def test_the_examples_are_found() -> None:
    assert len(EXAMPLES) > 15
    assert sum(len(example.talks) for example in EXAMPLES) > 15


async def test_a_talk_that_goes_otherwise_is_found(tmp_path: Path) -> None:
    lay_out(FLOWS, tmp_path, EXAMPLES[0])
    with pytest.raises(AssertionError, match="after '> When do you open"):
        await play(tmp_path, "> When do you open?\nNever.")


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_that_is_made_is_new(name: str) -> None:
    assert section(FLOWS, name) == SECTIONS[name](), "python -m tests.docs writes it anew"


def test_what_repair_flows_receive_is_what_they_declare() -> None:
    flows = repair_flows(Locales(), "support")
    for name, flow in flows.items():
        assert set(flow.slots) == code_words(RECEIVES.get(name, "")) - {"{label, run}", "error.code", "error.message"}


def test_every_key_of_the_language_is_there() -> None:
    words = code_words(section(FLOWS, "keys"))
    assert {row[1] for row in reference()} <= words


def test_every_type_name_filter_and_test_is_there() -> None:
    page = FLOWS.read_text(encoding="utf-8").split("## Every key")[0]
    words = code_words(page)
    assert set(TYPES) <= words
    assert set(RESERVED) <= words
    assert words >= FILTER_NAMES
    assert words >= TEST_NAMES - {"lteq", "gteq"}
    assert set(repair_names()) <= words


def test_every_step_kind_has_a_place() -> None:
    text = FLOWS.read_text(encoding="utf-8")
    kinds = {row[0].removeprefix("step ") for row in reference() if row[0].startswith("step ")}
    headings = set(re.split(r"[, ]+| and ", " ".join(re.findall(r"^### (.*)$", text, re.MULTILINE))))
    assert kinds <= headings
