"""`botkit desk` as somebody uses it: a process of its own beside a served bot, with a customer on the web page."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.integration.test_run import PATIENCE, Served, serve


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Give a bot that hands over."""
    (tmp_path / "bot.yaml").write_text(
        "name: Desk\nlocales: [en]\nhandoff: {teams: {care: {}, orders: {}}, agents: {bob: {token: t-bob}}}\n"
    )
    (tmp_path / "flows.yaml").write_text(
        "flows:\n"
        "  help:\n"
        "    start: {commands: [help]}\n"
        "    steps: [{ask: code, say: Which code?}, {handoff: care, reason: 'about {{ code }}'}]\n"
    )
    return tmp_path


class Customer:
    """A customer on the web page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        socket.send(json.dumps({"type": "hello"}))

    def say(self, text: str) -> None:
        self._number += 1
        self._socket.send(json.dumps({"type": "message", "id": f"m{self._number}", "text": text}))

    def hears(self, text: str) -> dict[str, Any]:
        """Wait for a reply that has this text."""
        while True:
            frame: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE))
            if frame["type"] == "reply" and text in frame["text"]:
                return frame


@contextlib.contextmanager
def seated(*words: str, **variables: str) -> Iterator[Served]:
    """Sit down at the desk; what is written goes to its standard input."""
    command = [sys.executable, "-u", "-m", "botkit", "desk", *words]
    env = {**os.environ, "COLUMNS": "200", **variables}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, env=env, **pipes) as process:
        try:
            yield Served(process)
        finally:
            if process.poll() is None:
                process.kill()


def write(served: Served, line: str) -> None:
    """Type a line."""
    assert served.process.stdin is not None
    served.process.stdin.write(f"{line}\n")
    served.process.stdin.flush()


def test_a_person_serves_a_customer(desk: Path) -> None:
    with serve(desk, "--no-reload") as (served, address):
        port = address.rpartition(":")[2]
        with connect(f"{address.replace('http', 'ws')}/web/socket") as socket:
            customer = Customer(socket)
            customer.say("/help")
            customer.hears("Which code?")
            with seated(str(desk), "--as", "ann", BOTKIT_PORT=port) as ann:
                ann.hears("Desk: you are ann, lead")
                ann.hears("care: 0 waiting, 0 served · orders: 0 waiting, 0 served")
                ann.hears("nobody waits")
                customer.say("X1 <b>你好</b>")
                customer.hears("I'm passing you on")
                ann.hears("1 waits: web:.* · care · about X1 <b>你好</b>")
                write(ann, "1")
                ann.hears("code: X1 <b>你好</b>")
                ann.hears("nobody has it: /claim takes it")
                write(ann, "too early")
                ann.hears("nobody has it: /claim takes it, then")
                write(ann, "/claim")
                ann.hears("claimed by ann")
                write(ann, "Hello, I'm Ann {{ 7 * 7 }}")
                assert customer.hears("Hello, I'm Ann")["agent"] == "ann"
                customer.say("are you a person?")
                ann.hears("customer: are you a person\\?")
                write(ann, "/note suspicious")
                ann.hears("note of ann: suspicious")
                write(ann, "/pass nobody")
                ann.hears("nobody and no team is called 'nobody': bob, care, orders")
                write(ann, "/what")
                ann.hears("there is no /what")
                write(ann, "/pass bob")
                ann.hears("bob +web:")
                write(ann, "/quit")
                assert ann.process.wait(PATIENCE) == 0
            with seated("--url", address, "--token", "t-bob") as bob:
                bob.hears("Desk: you are bob \\(")
                bob.hears("1 +.*care +bob +web:")
                write(bob, "1")
                bob.hears("note of ann: suspicious")
                write(bob, "I'm Bob")
                assert customer.hears("I'm Bob")["agent"] == "bob"
                write(bob, "/back")
                customer.hears("I'm back to help")
                bob.hears("nobody waits")
                assert bob.process.stdin is not None
                bob.process.stdin.close()
                assert bob.process.wait(PATIENCE) == 0
                assert "destroyed" not in "".join(bob.heard)
        assert served.end(signal.SIGTERM) == 0


def test_a_desk_that_is_open_does_not_keep_the_bot_from_ending(desk: Path) -> None:
    with serve(desk, "--no-reload") as (served, address), seated(str(desk), "--url", address) as ann:
        ann.hears("nobody waits")
        assert served.end(signal.SIGTERM) == 0
        ann.hears("nothing answers at .*; trying again")
        write(ann, "/list")
        ann.hears("start the bot with `botkit run`")
        write(ann, "/quit")
        assert ann.process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--url", "http://127.0.0.1:9"], r"nothing answers at http://127.0.0.1:9: Connection refused \(start"),
        (["--url", "ftp://x"], "is no address of a bot"),
        (["--url", "http://"], "is no address of a bot"),
    ],
)
def test_where_there_is_no_desk(desk: Path, words: list[str], said: str) -> None:
    with seated(str(desk), *words) as ann:
        ann.hears(said)
        assert ann.process.wait(PATIENCE) in (1, 2)


def test_no_bot_and_a_wrong_token(desk: Path, tmp_path: Path) -> None:
    with seated(str(tmp_path / "nowhere")) as ann:
        ann.hears("there is no bot in")
    with serve(desk, "--no-reload") as (_, address), seated("--url", address, "--token", "wrong") as ann:
        ann.hears("the desk at .* refuses: a token is needed")
        assert ann.process.wait(PATIENCE) == 1
