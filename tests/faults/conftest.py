"""A server that may be harmed."""

from collections.abc import Iterator

import pytest

from botkit.testing import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """Give a PostgreSQL server of these tests' own."""
    if postgres.find_binaries() is None:
        pytest.skip("there is no PostgreSQL server on this machine: apt-get install postgresql")
    with postgres.running() as made:
        yield made
