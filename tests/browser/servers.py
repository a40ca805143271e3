"""Bots that are served as processes of their own, so that they can be killed."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


class Server:
    """A bot that is served as a process of its own, so that it can be killed."""

    def __init__(self, directory: Path, program: tuple[str, ...] = ("-m", "botkit")) -> None:
        self.directory = directory
        self._program = program
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.begin()

    def begin(self) -> None:
        """Serve, and return when it is ready."""
        command = [sys.executable, *self._program, "run", str(self.directory), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server ended"
            try:
                with urllib.request.urlopen(f"{self.address}/ready", timeout=2):  # noqa: S310 - loopback
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server is not ready")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)
