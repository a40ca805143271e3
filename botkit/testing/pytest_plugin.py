"""The pytest plugin: fixtures for tests of plugins and connectors. Importing it imports nothing of botkit's."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from botkit.testing.clocks import FakeClock
    from botkit.testing.intakes import FakeIntake


@pytest.fixture
def botkit_clock() -> "FakeClock":
    """A clock that stands at 2026-05-01 10:00 UTC until the test moves it."""
    from botkit.testing.clocks import FakeClock

    return FakeClock()


@pytest.fixture
def botkit_intake() -> "FakeIntake":
    """An intake that keeps what a connector hands over."""
    from botkit.testing.intakes import FakeIntake

    return FakeIntake()
