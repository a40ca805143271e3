"""A page of a served bot: it is told while an action takes long, who has the conversation, who writes, and of a scale."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.integration.test_run import PATIENCE, serve

CONFIG = """
name: Desk
locales: [en]
plugins: [./plugins/slow.py]
api: {token: open sesame}
handoff: {teams: {care: {}}, agents: {mia: {token: token-of-mia, name: Mia}}}
"""
FLOWS = """
flows:
  slow: {start: {commands: [slow]}, steps: [{do: slow.wait, save: done}, {say: "{{ done }}"}]}
  help: {start: {commands: [help]}, steps: [{handoff: care}]}
  rate: {start: {commands: [rate]}, steps: [{rate: How did we do?, scale: 3}]}
"""
PLUGIN = '''
import asyncio

from botkit import Context, Plugin

plugin = Plugin("slow")


@plugin.action(effect="read")
async def wait(ctx: Context) -> str:
    """Take a while."""
    await asyncio.sleep(1.5)
    return "Here it is."
'''
MIA = {"Authorization": "Bearer token-of-mia"}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "plugins").mkdir()
    for name, text in (("bot.yaml", CONFIG), ("flows.yaml", FLOWS), ("plugins/slow.py", PLUGIN)):
        (tmp_path / name).write_text(text)
    with serve(tmp_path, "--no-reload") as (_, address):
        yield address


def until_reply(page: ClientConnection) -> list[dict[str, Any]]:
    """Give what the page was told, up to a reply."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != "reply":
        frames.append(json.loads(page.recv(timeout=PATIENCE)))
    return frames


def test_a_page_knows_who_is_at_it(address: str) -> None:
    with connect(f"{address.replace('http', 'ws')}/web/socket") as page:
        page.send(json.dumps({"type": "hello"}))
        chat = json.loads(page.recv(timeout=PATIENCE))["chat"]

        page.send(json.dumps({"type": "message", "id": "m1", "text": "/slow"}))
        told = [frame for frame in until_reply(page) if frame.get("id") != "m1"]
        assert [frame["type"] for frame in told] == ["typing", "typing", "reply"]  # when it came, and while it lasts
        assert (told[-1]["text"], told[-1]["owner"], told[-1]["scale"]) == ("Here it is.", "", 0)

        page.send(json.dumps({"type": "message", "id": "m2", "text": "/rate"}))
        asked = until_reply(page)[-1]
        assert (asked["scale"], [button["label"] for button in asked["buttons"]]) == (3, ["1", "2", "3"])
        page.send(json.dumps({"type": "press", "id": "m3", "value": "3", "question": asked["question"]}))
        assert until_reply(page)[-1]["scale"] == 0

        page.send(json.dumps({"type": "message", "id": "m4", "text": "/help"}))
        assert until_reply(page)[-1]["owner"] == "queue"

        case = f"{address}/api/desk/cases/web:{chat}"
        assert httpx.post(f"{case}/typing", headers=MIA).status_code == 409
        for act in ("claim", "typing"):
            assert httpx.post(f"{case}/{act}", headers=MIA).status_code == 200
        assert json.loads(page.recv(timeout=PATIENCE)) == {"type": "typing", "agent": "Mia"}
        assert httpx.post(f"{case}/reply", headers=MIA, json={"text": "I am here."}).status_code == 200
        said = until_reply(page)[-1]
        assert (said["text"], said["agent"], said["owner"]) == ("I am here.", "Mia", "human")
