"""The desk over HTTP: who may see and do what, and requests that cannot be meant."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest

from botkit.app import desks
from botkit.app.bots import Bot
from botkit.app.metrics import Numbers
from botkit.app.secrets import keep_secret
from botkit.app.serving import build_app
from botkit.app.teams import Agent
from botkit.errors import StoreError
from botkit.ports.people import Case
from botkit.testing import sample

CONFIG = """
locales: [en]
api: {token: open sesame}
handoff:
  teams: {care: {}, orders: {}}
  agents:
    ann: {token: t-ann, name: Ann Lee, teams: [care]}
    bob: {token: t-bob}
    lee: {token: t-lee, role: lead}
    wei: {token: t-wei, role: viewer, teams: [care]}
    off: {token: "${NOBODY_SET_THIS:-}"}
"""
FLOWS = """
slots: {code: {type: any, title: The code}}
flows:
  care:
    start: {commands: [care]}
    steps: [{set: {code: "{{ now }}"}}, {handoff: care, reason: help, show: {day: "{{ now | date }}"}}]
  orders: {start: {commands: [orders]}, steps: [{handoff: orders}]}
  ask: {start: {commands: [ask]}, steps: [{ask: x, say: X?}]}
"""
CASES = "/api/desk/cases"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    (tmp_path / "bot.yaml").write_text(CONFIG)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        await bot.say("/care", "web:care")
        await bot.say("/orders", "web:orders")
        await bot.say("/ask", "web:bot")
        yield bot


@pytest.fixture
async def client(bot: Bot) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app(bot, Numbers()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield client


def by(name: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer t-{name}", **more}


async def seen(client: httpx.AsyncClient, headers: dict[str, str]) -> list[str]:
    answer = await client.get(CASES, headers=headers)
    assert answer.status_code == 200, answer.text
    return [case["conversation"] for case in answer.json()["cases"]]


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer t-nobody", "t-ann", "Basic t-ann", "Bearer t-ann ", "bearer t-ann"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/desk"), ("GET", CASES), ("GET", f"{CASES}/web:care"), ("GET", "/api/desk/live"),
     ("POST", "/api/desk/leave"), ("POST", f"{CASES}/web:care/claim")],
)  # fmt: skip
async def test_nobody_comes_without_a_token(client: httpx.AsyncClient, given: str, method: str, path: str) -> None:
    answer = await client.request(method, path, headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_guard_that_lets_everybody_in_would_be_seen(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks.Counter, "_who", lambda *_: Agent("x", "x", role="lead"))
    assert (await client.get(CASES)).status_code == 200


async def test_who_is_who(client: httpx.AsyncClient, bot: Bot) -> None:
    me = (await client.get("/api/desk", headers=by("ann"))).json()
    assert (me["agent"], me["name"], me["role"], me["bot"]) == ("ann", "Ann Lee", "agent", "bot")
    assert [team["name"] for team in me["teams"]] == ["care"]
    assert {"id": "ann", "name": "Ann Lee"} in me["agents"]
    assert "t-ann" not in json.dumps(me)
    house = f"Bearer {desks.token_of(keep_secret(bot.checked.directory))}"
    for token in (house, "Bearer open sesame"):
        found = (await client.get("/api/desk", headers={"Authorization": token, "Botkit-Agent": "ann"})).json()
        assert (found["agent"], found["name"], found["role"]) == ("ann", "Ann Lee", "lead")
        found = (await client.get("/api/desk", headers={"Authorization": token})).json()
        assert found["agent"] == "desk"
    mine = (await client.get("/api/desk", headers=by("ann", **{"Botkit-Agent": "lee"}))).json()
    assert (mine["agent"], mine["role"]) == ("ann", "agent")


async def test_everybody_sees_what_is_theirs(client: httpx.AsyncClient) -> None:
    assert await seen(client, by("ann")) == ["web:care"]
    assert await seen(client, by("wei")) == ["web:care"]
    assert await seen(client, by("bob")) == ["web:care", "web:orders"]
    assert await seen(client, by("lee")) == ["web:care", "web:orders"]
    for path, headers, status in (
        (f"{CASES}/web:orders", by("ann"), 404),
        (f"{CASES}/web:bot", by("ann"), 404),
        (f"{CASES}/web:bot", by("bob"), 200),
        (f"{CASES}/web:orders", by("bob"), 200),
    ):
        assert (await client.get(path, headers=headers)).status_code == status, path
    answer = await client.post(f"{CASES}/web:orders/claim", headers=by("ann"))
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown")
    await client.post(f"{CASES}/web:orders/reassign", headers=by("lee"), json={"to": "ann"})
    assert await seen(client, by("ann")) == ["web:care", "web:orders"]


async def test_who_looks_on_does_nothing(client: httpx.AsyncClient) -> None:
    for act in ("claim", "reply", "note", "return", "close", "reassign"):
        answer = await client.post(f"{CASES}/web:care/{act}", headers=by("wei"), json={})
        assert answer.status_code == 403, act
    assert (await client.post("/api/desk/leave", headers=by("wei"))).status_code == 403


async def test_leads_act_on_what_others_have(client: httpx.AsyncClient) -> None:
    path = f"{CASES}/web:care"
    assert (await client.post(f"{path}/claim", headers=by("ann"))).json()["case"]["agent"] == "ann"
    assert (await client.post(f"{path}/return", headers=by("bob"))).status_code == 409
    assert (await client.post(f"{path}/claim", headers=by("bob"), json={"from": "others"})).status_code == 409
    assert (await client.post(f"{path}/claim", headers=by("lee"))).status_code == 409
    taken = await client.post(f"{path}/claim", headers=by("lee"), json={"from": "others"})
    assert taken.json()["case"]["agent"] == "lee"
    unknown = await client.post(f"{path}/reassign", headers=by("lee"), json={"to": "nobody"})
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "unknown")


async def test_a_dossier_is_plain(client: httpx.AsyncClient) -> None:
    found = (await client.get(f"{CASES}/web:care", headers=by("ann"))).json()
    assert found["packet"]["titles"] == {"code": "The code"}
    assert "$" not in json.dumps(found["packet"])
    assert found["case"]["reason"] == "help"
    assert next(line["text"] for line in found["lines"]) == "/care"


async def test_files_of_the_customer_are_given_to_who_serves_them(client: httpx.AsyncClient, bot: Bot) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield sample("lamp.png")

    file = await bot.files.put("web:care", "../Lampe \u202e.png", content())
    await bot.say("look", "web:care", files=[file])
    line = (await client.get(f"{CASES}/web:care", headers=by("ann"))).json()["lines"][-1]
    (shown,) = line["files"]
    given = await client.get(f"{CASES}/web:care/files/{shown['ref']}", headers=by("ann"))
    assert (given.status_code, given.content) == (200, sample("lamp.png"))
    assert given.headers["content-disposition"].startswith("attachment;")
    assert (given.headers["x-content-type-options"], given.headers["cache-control"]) == ("nosniff", "no-store")
    for path, headers, status in (
        (f"{CASES}/web:orders/files/{shown['ref']}", by("bob"), 404),
        (f"{CASES}/web:care/files/{'0' * 64}", by("ann"), 404),
        (f"{CASES}/web:care/files/..%2fbot.db", by("ann"), 404),
        (f"{CASES}/web:care/files/{shown['ref']}", {}, 401),
    ):
        assert (await client.get(path, headers=headers)).status_code == status, path


async def test_an_act_that_is_sent_twice_is_one(client: httpx.AsyncClient, bot: Bot) -> None:
    path = f"{CASES}/web:care"
    await client.post(f"{path}/claim", headers=by("ann"))
    for _ in range(3):
        answer = await client.post(
            f"{path}/reply", headers=by("ann", **{"Idempotency-Key": "k"}), json={"text": "hello"}
        )
        assert answer.status_code == 200
    await client.post(f"{path}/note", headers=by("ann", **{"Idempotency-Key": "k"}), json={"text": "hello"})
    lines = (await bot.desk.look("web:care")).lines
    assert [(line.who, line.agent) for line in lines if line.text == "hello"] == [
        ("agent", "Ann Lee"),
        ("note", "ann"),
    ]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        (f"{CASES}/web:care/reply", b"", 400),
        (f"{CASES}/web:care/reply", b"{", 400),
        (f"{CASES}/web:care/reply", b"[]", 400),
        (f"{CASES}/web:care/reply", b'{"text": 3}', 400),
        (f"{CASES}/web:care/reply", b'{"text": null}', 400),
        (f"{CASES}/web:care/reply", b'{"txt": "x"}', 400),
        (f"{CASES}/web:care/reply", b'{"text": "\\ud800"}', 400),
        (f"{CASES}/web:care/reply", b'{"text": " "}', 400),
        (f"{CASES}/web:care/reply", b"\xff\xfe", 400),
        (f"{CASES}/web:care/reply", b'{"text": "' + b"x" * 300_000 + b'"}', 400),
        (f"{CASES}/web:care/close", b'{"text": "x"}', 400),
        (f"{CASES}/web:care/reassign", b"{}", 400),
        (f"{CASES}/web:care/reassign", b'{"team": "nobody"}', 404),
        (f"{CASES}/web:care/dance", b"", 404),
        (f"{CASES}/web:nobody/claim", b"", 404),
        (f"{CASES}/..%2f..%2fetc/claim", b"", 404),
        (f"{CASES}/%00/claim", b"", 404),
        (f"{CASES}/web:care/claim?x=1", b"", 400),
        ("/api/desk/leave?x=1", b"", 400),
    ],
)
async def test_what_cannot_be_meant(client: httpx.AsyncClient, path: str, content: bytes, status: int) -> None:
    answer = await client.post(path, headers=by("bob"), content=content)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True), answer.text
    assert (await client.get(CASES, headers=by("bob"))).json()["cases"][0]["owner"] == "queue"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999", "after=1&after=2", "team=x"])
async def test_questions_that_cannot_be_meant(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{CASES}/web:care?{query}", headers=by("bob"))).status_code == 400


async def test_a_store_that_fails_is_told(
    client: httpx.AsyncClient, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise StoreError("postgresql://user:secret@host is gone", reason="the database is away")

    monkeypatch.setattr(bot.store, "conversations", fail)
    answer = await client.get(CASES, headers=by("bob"))
    assert (answer.status_code, answer.json()["error"]) == (503, "the database is away")


async def test_what_happens_is_streamed(bot: Bot) -> None:
    leaving = [False]
    counter = desks.Counter(bot, lambda: leaving[0])
    ann = bot.checked.config.agents["ann"]
    async with asyncio.timeout(20), aclosing(counter._stream(ann)) as stream:
        assert await anext(stream) == "retry: 1000\n\n"
        first = await anext(stream)
        assert first.startswith("event: new\ndata: {")
        assert "web:care" in first
        await bot.say("/orders", "web:other")
        await bot.desk.claim("web:care", "ann")
        moved = await anext(stream)
        assert (moved.startswith("event: moved\n"), "web:other" in moved) == (True, False)
        leaving[0] = True
        assert [piece async for piece in stream] == []


@pytest.mark.parametrize(
    ("agent", "case", "may"),
    [
        (Agent("a", "a", teams=("x",)), Case("w:1", "w", "queue", "x", "", 0, 0, 1), True),
        (Agent("a", "a", teams=("x",)), Case("w:1", "w", "queue", "y", "", 0, 0, 1), False),
        (Agent("a", "a", teams=("x",)), Case("w:1", "w", "human", "y", "a", 0, 0, 1), True),
        (Agent("a", "a", teams=("x",)), Case("w:1", "w", "bot", "", "", 0, 0, 1), False),
        (Agent("a", "a"), Case("w:1", "w", "bot", "", "", 0, 0, 1), True),
        (Agent("a", "a", teams=("x",), role="lead"), Case("w:1", "w", "bot", "", "", 0, 0, 1), True),
    ],
)
def test_who_may_see(agent: Agent, case: Case, may: bool) -> None:
    assert desks.may_see(agent, case) == may


async def test_who_read_and_claimed_is_noted(client: httpx.AsyncClient, bot: Bot) -> None:
    await client.get(f"{CASES}/web:care", headers=by("wei"))
    await client.get(f"{CASES}/web:care?after=1", headers=by("wei"))
    await client.post(f"{CASES}/web:care/claim", headers=by("ann"))
    assert (await client.post(f"{CASES}/web:care/claim", headers=by("bob"))).status_code == 409
    assert (await client.get(f"{CASES}/web:orders", headers=by("ann"))).status_code == 404
    acts = [(act.who, act.what, act.about) for act in await bot.store.acts()]
    assert acts == [("ann", "claimed", "web:care"), ("wei", "read", "web:care")]


async def test_who_has_a_conversation_shows_that_they_write(
    client: httpx.AsyncClient, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(bot.engine.presence, "show", lambda *given: shown.append(given))
    path = f"{CASES}/web:care"
    assert (await client.post(f"{path}/typing", headers=by("ann"))).status_code == 409
    await client.post(f"{path}/claim", headers=by("ann"))
    answer = await client.post(f"{path}/typing", headers=by("ann"))
    assert (answer.status_code, answer.json()["case"]["agent"]) == (200, "ann")
    assert shown == [("web:care", "Ann Lee")]
    for who, status in (("bob", 409), ("wei", 403), ("lee", 409)):
        assert (await client.post(f"{path}/typing", headers=by(who))).status_code == status
    assert (await client.post(f"{CASES}/web:orders/typing", headers=by("ann"))).status_code == 404
    assert (await client.post(f"{path}/typing", headers=by("ann"), json={"text": "x"})).status_code == 400
    assert (await client.get(f"{path}/typing", headers=by("ann"))).status_code in (404, 405)
    assert len(shown) == 1
