"""`botkit run` as a process of its own: serves, reloads, and ends in good order."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

DESK = Path(__file__).parents[1] / "data" / "desk"
PATIENCE = 30.0


class Served:
    """A running process: its address, and the lines that it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said: Queue[str] = Queue()
        self.heard: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with suppress(ValueError):  # the test is over, and its pipes are closed
            for line in self.process.stdout:
                self.said.put(line.rstrip("\n"))
        self.said.put("(ended)")

    def hears(self, pattern: str) -> re.Match[str]:
        """Wait for a line."""
        while True:
            line = self.said.get(timeout=PATIENCE)
            self.heard.append(line)
            found = re.search(pattern, line)
            if found:
                return found
            assert line != "(ended)", (self.heard, self.process.stderr and self.process.stderr.read())

    def end(self, number: signal.Signals) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DESK, tmp_path / "desk"))


@contextlib.contextmanager
def serve(desk: Path, *words: str, **variables: str) -> Iterator[tuple[Served, str]]:
    """Serve a bot on a free port; gives the process and its address."""
    command = [sys.executable, "-m", "botkit", "run", str(desk), *words]
    env = {**os.environ, "BOTKIT_PORT": "0", **variables}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=env, **pipes) as process:
        served = Served(process)
        try:
            found = served.hears(r"Serving .*Desk.* on (http://\S+) - try it there; Ctrl-C stops")
            yield served, found[1]
        finally:
            if process.poll() is None:
                process.kill()


def _hello(address: str) -> list[dict[str, Any]]:
    """Open a chat on the page's socket and give what came until the bot greeted."""
    with connect(f"{address.replace('http', 'ws')}/web/socket") as socket:
        socket.send(json.dumps({"type": "hello"}))
        frames: list[dict[str, Any]] = []
        while not any("text" in frame for frame in frames):
            frames.append(json.loads(socket.recv(timeout=PATIENCE)))
        return frames


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_and_ends_in_good_order(desk: Path, number: signal.Signals) -> None:
    with serve(desk, "--no-reload") as (served, address):
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        assert httpx.get(f"{address}/ready").json()["channels"] == ["web"]
        assert "<html" in httpx.get(f"{address}/").text
        assert _hello(address)[-1]["text"] == "Hello!"
        assert "botkit_replies_sent_total 1\n" in httpx.get(f"{address}/metrics").text
        assert served.end(number) == 0
        assert served.process.stderr is not None
        assert served.process.stderr.read() == ""
    assert (desk / "bot.db").is_file()


def test_an_open_page_does_not_keep_it_from_ending(desk: Path) -> None:
    with serve(desk, "--no-reload") as (served, address), connect(f"{address.replace('http', 'ws')}/web/socket"):
        assert served.end(signal.SIGTERM) == 0


def test_saved_files_are_taken_up(desk: Path) -> None:
    flows, plugin = desk / "flows.yaml", desk / "plugins" / "desk.py"
    sound = flows.read_text()
    with serve(desk) as (served, address):
        flows.write_text(sound.replace("Hello!", "Hullo!"))
        served.hears("Taken up: flows.yaml")
        assert _hello(address)[-1]["text"] == "Hullo!"
        flows.write_text(sound.replace("start: {", "strt: {"))
        served.hears("flows.yaml:19:5: unknown-key")
        served.hears("the version before goes on")
        assert _hello(address)[-1]["text"] == "Hullo!"
        flows.write_text(sound)
        served.hears("Taken up: flows.yaml")
        plugin.write_text(plugin.read_text() + "\n# changed\n")
        served.hears("starting anew")
        served.hears("Serving")
        assert _hello(address)[-1]["text"] == "Hello!"
        assert served.end(signal.SIGTERM) == 0
        lines = [json.loads(line) for line in served.heard]  # as the log's, which no terminal reads
        assert {(line["logger"], line["level"]) for line in lines} == {("botkit.run", "info")}


def _run(desk: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "botkit", "run", str(desk), *words]
    env = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=env)


def test_a_port_that_is_taken(desk: Path) -> None:
    with serve(desk, "--no-reload") as (_, address):
        port = address.rpartition(":")[2]
        ended = _run(desk, "--port", port, BOTKIT_LOG_FORMAT="text")
    assert ended.returncode == 1
    assert ended.stderr == (
        f"botkit: port {port} of 127.0.0.1 is taken by another program (choose another with --port or BOTKIT_PORT)\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--host", "0.0.0.0", "--port", "0"], 1, "BOTKIT_TOKEN"),  # noqa: S104
        (["--port", "x"], 2, "--port"),
        (["--port", "70000"], 2, "--port"),
        (["--frob"], 2, "--frob"),
    ],
)
def test_what_is_refused(desk: Path, words: list[str], code: int, said: str) -> None:
    ended = _run(desk, *words)
    assert ended.returncode == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_bot_with_mistakes_is_not_served(desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x")
    ended = _run(desk, BOTKIT_PORT="0")
    assert (ended.returncode, ended.stdout) == (1, "")
    said = [json.loads(line) for line in ended.stderr.splitlines()]
    assert {(line["logger"], line["level"]) for line in said} == {("botkit.run", "error")}
    assert said[0]["message"] == f"{desk}/bot.yaml:1:1: unknown-key: bot.yaml has no key 'nam'; did you mean 'name'?"


def test_numbers_behind_a_token_for_other_machines(desk: Path) -> None:
    (desk / "bot.yaml").write_text((desk / "bot.yaml").read_text() + 'api: {token: "${BOTKIT_TOKEN}"}\n')
    with serve(desk, "--host", "0.0.0.0", BOTKIT_TOKEN="sesame") as (served, address):  # noqa: S104
        here = address.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        assert httpx.get(f"{here}/metrics").status_code == 401
        assert httpx.get(f"{here}/metrics", headers={"authorization": "Bearer sesame"}).status_code == 200
        assert served.end(signal.SIGTERM) == 0


def test_the_next_process_waits_until_this_one_has_drained(desk: Path) -> None:
    with serve(desk, "--no-reload") as (first, address):
        port = address.rpartition(":")[2]
        command = [sys.executable, "-m", "botkit", "run", str(desk), "--no-reload", "--port", "0"]
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            second = Served(process)
            second.hears(f"waiting for process {first.process.pid} to end: one process at a time")
            assert httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200
            assert first.end(signal.SIGTERM) == 0
            found = second.hears(r"Serving .* on (http://\S+)")
            assert _hello(found[1])[-1]["text"] == "Hello!"
            assert second.end(signal.SIGTERM) == 0
            assert [line for line in second.heard if "waiting" in line] == second.heard[:1]


def test_a_process_that_waits_ends_when_it_is_told_to(desk: Path) -> None:
    with serve(desk, "--no-reload"):
        command = [sys.executable, "-m", "botkit", "run", str(desk), "--no-reload", "--port", "0"]
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            second = Served(process)
            second.hears("waiting for process")
            assert second.end(signal.SIGTERM) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""


def _botkit(*words: object, given: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "botkit", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, input=given)


def test_commands_beside_a_running_bot(desk: Path) -> None:
    with serve(desk, "--no-reload") as (served, address):
        _hello(address)
        listed = _botkit("conversations", "list", "--dir", desk)
        assert (listed.returncode, listed.stderr) == (0, "")
        name = listed.stdout.split()[0]
        for words in (["conversations", "show", name], ["conversations", "export", name], ["why", name]):
            shown = _botkit(*words, "--dir", desk)
            assert (shown.returncode, shown.stderr) == (0, "")
            assert "Hello!" in shown.stdout
        refused = _botkit("chat", desk, "--conversation", "42", given="hi\n")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"process {served.process.pid} serves from it since" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert _botkit("chat", desk, given="hi\n").returncode == 0
        assert _botkit("conversations", "erase", name, "--dir", desk, "--yes").returncode == 0
        assert _hello(address)[-1]["text"] == "Hello!"
        assert served.end(signal.SIGTERM) == 0
    assert _botkit("chat", desk, "--conversation", "42", given="hi\n").returncode == 0
