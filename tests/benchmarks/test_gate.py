"""The gate that needs no quiet machine: how many Python functions one turn calls."""

from tests.benchmarks.turns import calls_per_turn

MOST_CALLS = 217


def test_a_turn_calls_few_python_functions() -> None:
    assert calls_per_turn() < MOST_CALLS
