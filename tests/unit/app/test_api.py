"""The API: conversations are listed, exported and erased, for whoever has the token."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from botkit.app.bots import Bot
from botkit.app.erasing import Target, erase, find_conversations
from botkit.app.exports import write_export
from botkit.app.metrics import Numbers
from botkit.app.serving import build_app
from botkit.errors import StoreError
from botkit.testing import FakeClock
from botkit.testing.stored import take

TOKEN = "open sesame"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
NAMES = ["web:1", "web:2", "telegram:3", "web:a/b c?d#é"]
PATHS = ["/api/conversations", "/api/conversations/web:1/export", "/api/customers/4711/export"]


@pytest.fixture
async def bot(desk: Path) -> AsyncIterator[Bot]:
    settings = (desk / "bot.yaml").read_text(encoding="utf-8")
    (desk / "bot.yaml").write_text(f"{settings}\napi: {{token: {TOKEN}}}\n", encoding="utf-8")
    clock = FakeClock()
    async with await Bot.load(desk, store="sqlite://", clock=clock) as bot:
        for name in NAMES:
            await bot.say("return my order", name)
            clock.advance(10)
        await know(bot, "web:1", "4711")
        await know(bot, "telegram:3", "4711")
        yield bot


async def know(bot: Bot, conversation: str, customer: str) -> None:
    """Say in the store who somebody is."""
    session = (await bot.store.load(conversation)).session
    assert session is not None
    await take(bot.store, conversation, session.seq + 1, customer=customer)


@pytest.fixture
async def client(bot: Bot) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app(bot, Numbers()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=HEADERS) as client:
        yield client


async def listed(bot: Bot) -> set[str]:
    return {one.conversation for one in await bot.store.conversations()}


async def test_conversations_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    whole = (await client.get("/api/conversations")).json()
    assert whole["next"] is None
    found = [one["conversation"] for one in whole["conversations"]]
    assert set(found) == set(NAMES)
    assert whole["conversations"][0].keys() >= {"conversation", "channel", "owner", "turns", "touched", "flow"}
    pages, after = [], ""
    while True:
        page = (await client.get("/api/conversations", params={"most": 3, "after": after})).json()
        pages += [one["conversation"] for one in page["conversations"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert pages == found
    assert (await client.get("/api/conversations", params={"owner": "queue"})).json()["conversations"] == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_conversation_is_exported(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/api/conversations/{quote(name, safe='')}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json()
    assert [one["conversation"] for one in document["conversations"]] == [name]
    assert "return my order" in json.dumps(document)


@pytest.mark.parametrize(
    ("method", "path", "looks"),
    [
        ("GET", "/api/conversations/web:1/export", ["holdings"]),
        ("DELETE", "/api/conversations/web:1", ["holdings"]),
        ("GET", "/api/conversations/web:1/export?everywhere=true", ["holdings", "conversations_of", "holdings"]),
        ("GET", "/api/customers/4711/export", ["conversations_of", "holdings", "holdings"]),
        ("DELETE", "/api/customers/4711", ["conversations_of", "conversations_of"]),  # the last: whether more came
    ],
)
async def test_who_is_meant_is_looked_up_once(
    method: str, path: str, looks: list[str], bot: Bot, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def noting(name: str) -> Any:
        known = getattr(bot.store, name)

        async def look(*args: Any) -> Any:
            looked.append(name)
            return await known(*args)

        return look

    for name in ("holdings", "conversations_of"):
        monkeypatch.setattr(bot.store, name, noting(name))
    assert (await client.request(method, path)).status_code == 200
    assert looked == looks


async def test_what_is_erased_while_it_is_looked_at_is_left_out(bot: Bot) -> None:
    found = await find_conversations(bot.store, Target(customer="4711"))
    await bot.store.erase(found.conversations[0], now=0.0)
    document = json.loads("".join([piece async for piece in write_export(bot.store, bot.files, found, 0.0)]))
    assert [one["conversation"] for one in document["conversations"]] == found.conversations[1:]
    assert (await erase(bot.store, bot.files, found, 0.0))["conversations"] == 1


async def test_a_customer_is_exported(client: httpx.AsyncClient) -> None:
    async def exported(path: str) -> list[str]:
        return [one["conversation"] for one in (await client.get(path)).json()["conversations"]]

    assert set(await exported("/api/customers/4711/export")) == {"web:1", "telegram:3"}
    assert await exported("/api/customers/4711/export?channel=web") == ["web:1"]
    assert set(await exported("/api/conversations/web:1/export?everywhere=true")) == {"web:1", "telegram:3"}
    assert await exported("/api/conversations/web:1/export?everywhere=false") == ["web:1"]


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("/api/conversations/web:1", {"web:1"}),
        ("/api/conversations/web:1?everywhere=true", {"web:1", "telegram:3"}),
        ("/api/conversations/web:2?everywhere=true", {"web:2"}),
        (f"/api/conversations/{quote(NAMES[3], safe='')}", {NAMES[3]}),
        ("/api/customers/4711", {"web:1", "telegram:3"}),
        ("/api/customers/4711?channel=telegram", {"telegram:3"}),
    ],
)
async def test_they_are_erased(client: httpx.AsyncClient, bot: Bot, path: str, gone: set[str]) -> None:
    answer = await client.delete(path)
    assert answer.status_code == 200
    assert answer.json()["erased"]["conversations"] == len(gone)
    assert await listed(bot) == set(NAMES) - gone
    assert all(name not in repr(bot.engine.sessions.known) for name in gone)
    assert (await client.delete(path)).status_code == 404
    assert len(await bot.store.erasures()) == len(gone)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer open",
        f"bearer {TOKEN}",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN} ",
        "é",
    ],
)
async def test_nobody_comes_in_without_the_token(bot: Bot, path: str, given: str | None) -> None:
    headers = {} if given is None else {b"authorization": given.encode("latin-1")}
    transport = httpx.ASGITransport(build_app(bot, Numbers()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as stranger:
        answer = await stranger.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "token" in answer.json()["error"]
        assert (await stranger.delete("/api/conversations/web:1", headers=headers)).status_code == 401
        assert (await stranger.delete("/api/customers/4711", headers=headers)).status_code == 401
    assert await listed(bot) == set(NAMES)


async def test_without_a_token_the_api_is_closed(desk: Path) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        transport = httpx.ASGITransport(build_app(bot, Numbers()))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
                answer = await client.get("/api/conversations", headers=headers)
                assert answer.status_code == 403
                assert "api: {token:" in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/conversations?most=0", 400),
        ("GET", "/api/conversations?most=1001", 400),
        ("GET", "/api/conversations?most=-1", 400),
        ("GET", "/api/conversations?most=ten", 400),
        ("GET", "/api/conversations?most=" + "9" * 5000, 400),
        ("GET", "/api/conversations?most=%D9%A3", 400),
        ("GET", "/api/conversations?after=nonsense", 400),
        ("GET", "/api/conversations?after=1:2:3", 400),
        ("GET", "/api/conversations?after=nan:1", 400),
        ("GET", "/api/conversations?after=1e999:" + "9" * 40, 400),
        ("GET", "/api/conversations?owner=Ann", 400),
        ("GET", "/api/conversations?most=5&most=6", 400),
        ("GET", "/api/conversations?offset=5", 400),
        ("DELETE", "/api/conversations/web:1?everywhere=perhaps", 400),
        ("DELETE", "/api/conversations/web:1?everywere=true", 400),
        ("DELETE", "/api/conversations/web:1?everywhere=true&everywhere=true", 400),
        ("DELETE", "/api/customers/4711?everywhere=true", 400),
        ("DELETE", "/api/customers/4711?channel=web&channel=telegram", 400),
        ("DELETE", "/api/customers/4711?channel=slack", 404),
        ("DELETE", "/api/conversations/web:nobody", 404),
        ("DELETE", "/api/conversations/", 404),
        ("DELETE", "/api/customers/", 404),
        ("DELETE", "/api/conversations/%00", 404),
        ("DELETE", "/api/conversations/" + "x" * 20_000, 404),
        ("DELETE", "/api/conversations/web:1'%20OR%20'1'='1", 404),
        ("DELETE", "/api/conversations/..%2F..%2Fetc%2Fpasswd", 404),
        ("GET", "/api/conversations/web:nobody/export", 404),
        ("GET", "/api/customers/nobody/export", 404),
        ("GET", "/api/conversations//export", 404),
        ("GET", "/api", 404),
        ("GET", "/api/customers/4711", 405),
        ("POST", "/api/conversations", 405),
        ("DELETE", "/api/conversations", 405),
    ],
)
async def test_bad_requests(client: httpx.AsyncClient, bot: Bot, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    if answer.headers["content-type"] == "application/json":
        assert answer.json()["error"]
    assert await listed(bot) == set(NAMES)


async def test_a_store_that_fails(client: httpx.AsyncClient, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise StoreError("store /home/secret/bot.db: the disk is full", reason="the disk is full")

    monkeypatch.setattr(bot.store, "erase", fail)
    answer = await client.delete("/api/conversations/web:1")
    assert (answer.status_code, answer.json()) == (503, {"error": "the disk is full"})
    assert answer.headers["retry-after"] == "5"


async def test_what_is_done_over_the_api_is_noted(client: httpx.AsyncClient, bot: Bot) -> None:
    await client.get("/api/conversations/web:1/export")
    await client.get("/api/customers/4711/export")
    await client.delete("/api/conversations/web:2")
    assert (await client.delete("/api/conversations/web:nobody")).status_code == 404
    whole = (await client.get("/api/audit")).json()
    assert [(act["who"], act["what"], act["about"]) for act in reversed(whole["acts"])] == [
        ("api", "exported", "web:1"),
        ("api", "exported", "telegram:3"),
        ("api", "exported", "web:1"),
        ("api", "erased", ""),
    ]
    first = (await client.get("/api/audit?most=3")).json()
    rest = (await client.get(f"/api/audit?most=3&before={first['next']}")).json()
    assert (first["acts"] + rest["acts"], rest["next"]) == (whole["acts"], None)
    for query in ("most=0", "most=x", "before=-1", "before=0", "after=1", "most=1&most=2"):
        assert (await client.get(f"/api/audit?{query}")).status_code == 400, query
    assert (await client.get("/api/audit", headers={"authorization": "Bearer no"})).status_code == 401
    assert len(await bot.store.acts()) == 4
