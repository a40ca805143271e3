"""Flows as graphs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from botkit.app.directories import check_directory
from botkit.app.drawing import FINISH, START, Arrow, arrows_of, draw_dot, draw_mermaid
from botkit.model.definitions import Flow


def _flows(desk: Path, text: str) -> list[Flow]:
    (desk / "flows.yaml").write_text(text)
    checked = check_directory(desk)
    assert checked.flows is not None, checked.problems
    return [flow for flow in checked.flows.flows.values() if not flow.builtin]


ALL = """
flows:
  a:
    start: {commands: [a]}
    steps:
      - {say: hi, if: channel == 'web'}
      - {run: b}
      - {match: channel, cases: {sms: [{say: s}]}}
      - {confirm: Sure?}
      - {handoff: care}
  b:
    steps:
      - {say: b}
"""


def test_arrows(desk: Path) -> None:
    flow, _ = _flows(desk, ALL)
    assert arrows_of(flow) == [
        Arrow(START, "say"),
        Arrow("say", "run:b"),
        Arrow("say", "run:b", "skipped"),
        Arrow("run:b", "b", "runs", calls=True),
        Arrow("run:b", "match"),
        Arrow("match", "match/sms/say", "case sms"),
        Arrow("match", "confirm", "else"),
        Arrow("match/sms/say", "confirm"),
        Arrow("confirm", "handoff:care", "yes"),
        Arrow("confirm", FINISH, "no"),
    ]


def test_calls_lead_into_the_other_flow(desk: Path) -> None:
    drawn = draw_mermaid(_flows(desk, ALL))
    assert drawn.endswith("  f0n1 -.->|runs| f1s\n")
    assert drawn.count("subgraph") == drawn.count("  end\n") == 2


def test_calls_of_a_flow_that_is_not_drawn_are_left_out(desk: Path) -> None:
    assert "runs" not in draw_mermaid(_flows(desk, ALL)[:1])


@pytest.mark.parametrize(("draw", "quote"), [(draw_mermaid, "&quot;"), (draw_dot, '\\"')])
def test_words_that_mean_something_to_the_reader(draw: Callable[[list[Flow]], str], quote: str) -> None:
    drawn = draw([Flow(name='x"]\n-->', first="")])
    assert '"]\n-->' not in drawn
    assert quote in drawn


def test_a_flow_without_steps() -> None:
    assert arrows_of(Flow(name="x")) == [Arrow(START, FINISH)]
    assert "f0s --> f0e" in draw_mermaid([Flow(name="x")])
    assert "f0s -> f0e;" in draw_dot([Flow(name="x")])
