"""A process that serves spares the garbage collector."""

import gc
from collections.abc import Iterator

import pytest

from botkit.runtime.collecting import spare_collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_is_loaded_is_passed_over_and_what_comes_is_still_collected() -> None:
    spare_collector()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] > 700
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() >= 1
