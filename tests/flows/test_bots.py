"""The bots of the repository: no problem in them, every conversation test passes, every step and branch is seen."""

from pathlib import Path

import pytest

from botkit.app import check_directory
from botkit.app.trials import Rehearsal
from botkit.app.trials_coverage import cover
from botkit.app.trials_reading import read_trials

BOTS = Path(__file__).resolve().parents[2] / "flows"
NAMES = sorted(path.name for path in BOTS.iterdir() if (path / "bot.yaml").is_file())


def test_the_shipped_bots_are_there() -> None:
    assert {"support", "minimal"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_bot_has_no_problem(name: str) -> None:
    assert [str(problem) for problem in check_directory(BOTS / name).problems] == []


@pytest.mark.parametrize("name", NAMES)
async def test_conversations_pass_and_see_every_step_and_branch(name: str) -> None:
    checked = check_directory(BOTS / name)
    assert checked.flows is not None
    trials, problems = read_trials(BOTS / name, checked.flows)
    assert not problems
    rehearsal = Rehearsal(checked)
    outcomes = [await rehearsal.play(trial) for trial in trials]
    failed = {outcome.trial.name: [str(complaint) for complaint in outcome.complaints] for outcome in outcomes}
    assert {title: complaints for title, complaints in failed.items() if complaints} == {}
    seen = cover(checked.flows, (visit for outcome in outcomes for visit in outcome.visits))
    missing = {flow.flow: (*flow.missing_steps, *flow.missing_branches) for flow in seen.flows}
    assert {flow: steps for flow, steps in missing.items() if steps} == {}


def test_the_smallest_bot_is_small() -> None:
    lines = (BOTS / "minimal" / "tea.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 25


def test_the_reference_bot_speaks_both_languages_with_examples_enough() -> None:
    flows = check_directory(BOTS / "support").flows
    assert flows is not None
    for intent in flows.intents.values():
        chinese = [example for example in intent.examples if not example.isascii()]
        assert len(chinese) >= 8, intent.name
        assert len(intent.examples) - len(chinese) >= 8, intent.name
    assert len(flows.answers) >= 12
