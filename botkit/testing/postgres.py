"""A PostgreSQL server of the tests' own: a free port of this machine, thrown away at the end.

    with running() as server:
        url = server.database()

It takes the newest server that is installed (Debian: `apt-get install postgresql`). PostgreSQL refuses to run as
root; there it runs as the user that Debian makes for it.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from uuid import uuid4

USER = "botkit"
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "max_connections=300",
    "fsync=off",  # it need not outlive the machine; tests of durability set it
    "autovacuum=off",
    "log_min_messages=fatal",
)


def find_binaries() -> Path | None:
    """Give the directory of the newest server on this machine, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """A running server; `database()` makes a new database and gives its URL."""

    def __init__(self, folder: Path, binaries: Path, settings: Sequence[str] = ()) -> None:
        self.port = _free_port()
        self._data = folder / "data"
        self._binaries = binaries
        self._settings = (*_SETTINGS, f"port={self.port}", f"unix_socket_directories={folder}", *settings)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        options = ("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", f"--username={USER}")
        self._run("initdb", "--pgdata", str(self._data), *options)

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._binaries / program), *words]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        with tempfile.TemporaryFile() as said:  # not a pipe: the server would keep it open
            done = subprocess.run(  # noqa: S603 - its own programs
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, cwd="/", check=False
            )
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program}: {said.read().decode(errors='replace')}")

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        options = " ".join(f"-c {setting}" for setting in self._settings)
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-o", options, "-l", str(self._data / "log"))

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop it; `immediate` is a crash."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", mode)

    @property
    def pid(self) -> int:
        """The process that began all others of the server."""
        return int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def database(self) -> str:
        """Make a database and give its URL."""
        name = f"test_{uuid4().hex}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"


@contextmanager
def running(settings: Sequence[str] = ()) -> Iterator[Server]:
    """Run a server for the length of a block. Raises RuntimeError where none is installed."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("there is no PostgreSQL server on this machine: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="botkit-postgres-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), binaries, settings)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
