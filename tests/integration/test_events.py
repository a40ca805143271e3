"""A shipped order tells the customer, once, after a restart: real processes, a real page, one store."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from botkit.app.webhooks import sign
from tests.integration.test_run import PATIENCE, desk, serve

__all__ = ["desk"]

SECRET = "sesame"
NEWS = "flows: {shipped: {start: {events: [shipped]}, slots: {event: {type: any}}, steps: [{say: 'Sent {{ event.n }}.'}]}}\n"


def hear(page: ClientConnection, text: str) -> list[dict[str, Any]]:
    """Hear what the page is told until a text comes."""
    frames: list[dict[str, Any]] = []
    while not any(frame.get("text") == text for frame in frames):
        frames.append(json.loads(page.recv(timeout=PATIENCE)))
    return frames


def emit(bot: Path, conversation: str, *words: str) -> str:
    command = [sys.executable, "-m", "botkit", "emit", "shipped", "-c", conversation, "--dir", str(bot), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout


def post(address: str, conversation: str) -> httpx.Response:
    body = json.dumps({"name": "shipped", "conversation": conversation, "data": {"n": 2}}).encode()
    at = int(time.time())
    headers = {
        "webhook-id": "shipment-2",
        "webhook-timestamp": str(at),
        "webhook-signature": sign(SECRET, "shipment-2", at, body),
    }
    return httpx.post(f"{address}/events", content=body, headers=headers)


def conversation_in(bot: Path) -> str:
    command = [sys.executable, "-m", "botkit", "conversations", "list", "--dir", str(bot), "--json"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    return str(json.loads(out)["conversation"])


def test_a_shipped_order_tells_the_customer_once_after_a_restart(desk: Path) -> None:
    (desk / "news.yaml").write_text(NEWS, encoding="utf-8")
    with (desk / "bot.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"\napi: {{events_secret: {SECRET}}}\n")
    with serve(desk, "--no-reload") as (served, address):
        with connect(f"{address.replace('http', 'ws')}/web/socket") as page:
            page.send(json.dumps({"type": "hello"}))
            welcome = hear(page, "Hello!")[0]
        assert served.end(signal.SIGKILL) != 0
    conversation = conversation_in(desk)
    event = ("--data", '{"n": 1}', "--key", "shipment-1")
    assert emit(desk, conversation, *event).startswith("stored")
    assert emit(desk, conversation, *event).startswith("known already")

    with serve(desk, "--no-reload") as (served, address):
        assert "started" in emit(desk, conversation, *event, "--wait", "20", "--json")
        with connect(f"{address.replace('http', 'ws')}/web/socket") as page:
            page.send(json.dumps({"type": "hello", "chat": welcome["chat"], "token": welcome["token"]}))
            assert post(address, conversation).status_code == 202
            frames = hear(page, "Sent 2.")
            assert "sent: Sent 3." in emit(desk, conversation, "--data", '{"n": 3}', "--wait", "20")  # while it runs
            frames += hear(page, "Sent 3.")
        assert [frame["text"] for frame in frames if "Sent" in frame.get("text", "")] == [
            "Sent 1.",
            "Sent 2.",
            "Sent 3.",
        ]
        assert "botkit_replies_sent_total 3\n" in httpx.get(f"{address}/metrics").text
        assert served.end(signal.SIGTERM) == 0
