"""A write runs only after a confirm: every way in which a path can miss it, and the ways that are right."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[str]]

CONFIRMED = [
    pytest.param("- confirm: Sure?\n- do: shop.log", id="a yes before it"),
    pytest.param("- confirm: Sure?\n  yes: [{do: shop.log}]\n- say: Done.", id="inside of yes"),
    pytest.param("- confirm: Sure?\n  no: [{say: No.}, end]\n- do: shop.log", id="a no that leaves"),
    pytest.param("- confirm: Sure?\n  no: [{handoff: support}]\n- do: shop.log", id="a no that hands off"),
    pytest.param("- do: shop.log\n  confirmed: by flow", id="the stated exception"),
    pytest.param(
        """
        - ask: number
          say: Which?
        - confirm: Sure?
        - set: {other: 1}
        - do: shop.cancel
          with: {number: "{{ number }}"}
        - say: "{{ other }}"
        """,
        id="a change of what it does not read",
    ),
    pytest.param(
        """
        - confirm: Sure?
        - do: shop.log
        - confirm: Sure again?
        - do: shop.log
        """,
        id="one yes for each",
    ),
    pytest.param(
        """
        - confirm: Sure?
        - do: shop.log
        - do: shop.cancel
          with: {number: A-1}
        """,
        id="one yes for two different writes",
    ),
    pytest.param(
        """
        - id: ask
          ask: number
          again: true
          say: Which?
        - confirm: Sure?
          no: [{goto: ask}]
        - do: shop.cancel
          with: {number: "{{ number }}"}
          on_error: [{goto: ask}]
        """,
        id="a loop through the confirm",
    ),
    pytest.param(
        """
        - confirm: Sure?
          retry: [{steps: [{say: Yes or no?}]}]
        - do: shop.log
        """,
        id="a retry comes back to the confirm",
    ),
    pytest.param('- do: shop.find\n  with: {number: A-1}\n  save: order\n- say: "{{ order.id }}"', id="a read"),
]


@pytest.mark.parametrize("steps", CONFIRMED)
def test_a_confirmed_write_is_no_problem(codes: Codes, steps: str) -> None:
    assert codes(steps) == []


UNCONFIRMED = [
    pytest.param("- do: shop.log", id="no confirm at all"),
    pytest.param("- confirm: Sure?\n  no: [{do: shop.log}]", id="inside of no"),
    pytest.param("- confirm: Sure?\n  no: [{say: No.}]\n- do: shop.log", id="a no that goes on"),
    pytest.param(
        "- confirm: Sure?\n- confirm: Really?\n  no: [{say: No.}]\n- do: shop.log", id="a no takes a yes back"
    ),
    pytest.param("- confirm: Sure?\n  if: channel == 'web'\n- do: shop.log", id="a confirm that is passed over"),
    pytest.param("- match: channel\n  cases: {web: [{confirm: Sure?}]}\n- do: shop.log", id="a confirm in one case"),
    pytest.param("- wait: 2h\n- rate: Good?\n  low: [{do: shop.log}]", id="after a low score"),
    pytest.param("- do: shop.anything\n  on_error: [{do: shop.log}]\n- say: Done.", id="in on_error"),
    pytest.param("- ask: n\n  say: N?\n  retry: [{steps: [{do: shop.log}]}]", id="in retry"),
    pytest.param(
        """
        - ask: number
          say: Which?
        - confirm: Sure?
        - set: {number: A-2}
        - do: shop.cancel
          with: {number: "{{ number }}"}
        """,
        id="set after the confirm",
    ),
    pytest.param(
        """
        - ask: number
          say: Which?
        - confirm: Sure?
        - do: shop.find
          with: {number: "{{ number }}"}
          save: number
        - do: shop.cancel
          with: {number: "{{ number }}"}
        """,
        id="saved after the confirm",
    ),
    pytest.param(
        """
        - confirm: Sure?
        - id: log
          do: shop.log
        - ask: more
          again: true
          say: More?
        - goto: log
        """,
        id="a loop past the confirm",
    ),
    pytest.param(
        """
        - confirm: Sure?
        - id: log
          do: shop.log
          on_error: [{wait: 2m}, {goto: log}]
        """,
        id="tried again after an error",
    ),
]


@pytest.mark.parametrize("steps", UNCONFIRMED)
def test_an_unconfirmed_write_is_an_error(codes: Codes, steps: str) -> None:
    assert codes(steps) == ["unconfirmed-write"]


CHOOSING = """
choose:
  steps:
    - run: deeper
deeper:
  steps:
    - ask: number
      again: true
      say: Which?
"""
CANCEL = """
- ask: number
  say: Which?
- confirm: Sure?
- run: choose
- do: shop.cancel
  with: {number: "{{ number }}"}
"""


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param("slots: {number: {type: text}}", ["unconfirmed-write"], id="the shared slot may change"),
        pytest.param("", [], id="each flow has its own"),
    ],
)
def test_a_called_flow_takes_back_what_it_may_change(codes: Codes, before: str, expected: list[str]) -> None:
    assert codes(CANCEL, before=before, after=CHOOSING) == expected


def test_a_yes_in_a_called_flow_confirms_nothing_here(codes: Codes) -> None:
    called = "sure:\n  steps:\n    - confirm: Sure?\n"
    assert codes("- run: sure\n- do: shop.log", after=called) == ["unconfirmed-write"]


def test_a_way_that_a_called_flow_never_comes_back_from_does_not_count(codes: Codes) -> None:
    leaving = "leave:\n  steps:\n    - handoff: support\n"
    assert codes("- confirm: Sure?\n  no: [{run: leave}]\n- do: shop.log", after=leaving) == []


def test_every_unconfirmed_write_is_reported(codes: Codes) -> None:
    assert codes("- do: shop.log\n- do: shop.log") == ["unconfirmed-write", "unconfirmed-write"]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- do: shop.anything\n  cancel_on: message", []),
        ("- confirm: Sure?\n- do: shop.log\n  cancel_on: message", ["cancelled-write"]),
        ("- do: shop.log\n  cancel_on: message\n  confirmed: by flow", ["cancelled-write"]),
        ("- do: shop.log\n  cancel_on: message", ["cancelled-write", "unconfirmed-write"]),
        ("- do: shop.anything\n  cancel_on: event", ["unknown-value"]),
        ("- do: shop.anything\n  cancel_on: [message]", ["wrong-type"]),
        ("- do: shop.anything\n  cancel_on:", ["wrong-type"]),
    ],
)
def test_a_write_is_never_cancelled(codes: Codes, steps: str, expected: list[str]) -> None:
    assert codes(steps) == expected
