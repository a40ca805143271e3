"""Cutting texts: what it costs. What comes of it is in the tests of the channels."""

import pytest

from botkit import Run, cut_runs, plain_runs


@pytest.mark.parametrize(
    "runs",
    [
        [Run("word " * 80_000)],
        [Run("x" * 400_000)],
        [Run("x" * 400_000, ("pre",))],
        [Run("word ", ("code",)) for _ in range(80_000)],
    ],
)
def test_each_character_is_counted_a_few_times(runs: list[Run]) -> None:
    counted = 0

    def length(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return len(text)

    parts = cut_runs(runs, 4_000, length)
    assert "".join(map(plain_runs, parts)).replace(" ", "") == plain_runs(runs).replace(" ", "")
    assert max(len(plain_runs(part)) for part in parts) <= 4_000
    assert counted < 10 * len(plain_runs(runs))
