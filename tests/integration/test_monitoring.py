"""What operators see of `botkit run` itself: its log, its numbers, its spans; and of a turn that another node took in."""

import json
import shutil
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from botkit import Bot
from botkit.model.events import Message
from botkit.ports.connectors import Incoming
from tests.benchmarks.talk import BOT
from tests.integration.test_run import DESK, PATIENCE, serve

SAID = "Quetzalcoatl"


class _Collector(BaseHTTPRequestHandler):
    got: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _say(address: str, text: str) -> None:
    """Say something on the page's socket, and wait for the answer."""
    with connect(f"{address.replace('http', 'ws')}/web/socket") as socket:
        socket.send(json.dumps({"type": "hello"}))
        while "text" not in json.loads(socket.recv(timeout=PATIENCE)):
            pass
        socket.send(json.dumps({"type": "message", "text": text, "id": "m1"}))
        while json.loads(socket.recv(timeout=PATIENCE)).get("type") != "reply":
            pass


def test_a_process_tells_operators_and_quotes_nobody(tmp_path: Path) -> None:
    desk = Path(shutil.copytree(DESK, tmp_path / "desk"))
    with HTTPServer(("127.0.0.1", 0), _Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        words = ("--no-reload", "--log-format", "json", "--log-turns")
        with serve(desk, *words, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_EXPORTER_OTLP_COMPRESSION="none") as (
            served,
            address,
        ):
            _say(address, f"{SAID} wants something")
            text = httpx.get(f"{address}/metrics").text
            assert served.end(signal.SIGTERM) == 0
            assert served.process.stderr is not None
            logged = served.process.stderr.read()
        server.shutdown()
    found = {
        sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples
    }
    assert found["botkit_turn_seconds_count"] == 2
    turns = [json.loads(line) for line in logged.splitlines()]
    assert [one["message"] for one in turns] == ["turn", "turn"]
    assert {one["channel"] for one in turns} == {"web"}
    spans = b"".join(_Collector.got)
    assert b"botkit.turn" in spans
    assert b"botkit.deliver" in spans
    assert SAID not in text + logged + spans.decode("latin-1")


async def test_a_turn_is_timed_from_where_its_delivery_was_stored(database: str) -> None:
    """Another node took it in; the clock of the database tells how long ago that was."""
    async with await Bot.load(BOT, store=database) as bot:
        await bot.store.accept(Incoming("web", "1", "1", Message("hello")), 1.0)
        db = await asyncpg.connect(database)
        await db.execute("UPDATE inbox SET at = at - 7")
        await db.close()
        await bot.engine.look_at("web:1")
        stored = bot.engine.meter.stored
    assert sum(stored.counts) == 1
    assert 7 <= stored.total < 60
