"""`POST /events`: who may tell the bot what happened."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from botkit.app.bots import Bot
from botkit.app.metrics import Numbers
from botkit.app.serving import build_app
from botkit.app.webhooks import sign
from botkit.errors import StoreError
from botkit.testing import FakeClock

SECRET, OLD = "sesame", "whsec_" + base64.b64encode(b"older").decode()
NOW = 1_777_629_600
FLOWS = "flows: {shipped: {start: {events: [shipped]}, steps: [{say: Shipped.}]}}\n"
Post = Callable[..., Any]


@pytest.fixture
async def bot(desk: Path) -> AsyncIterator[Bot]:
    (desk / "news.yaml").write_text(FLOWS, encoding="utf-8")
    settings = (desk / "bot.yaml").read_text(encoding="utf-8")
    (desk / "bot.yaml").write_text(f"{settings}\napi: {{events_secret: [{SECRET}, {OLD}]}}\n", encoding="utf-8")
    async with await Bot.load(desk, store="sqlite://", clock=FakeClock(NOW)) as bot:
        await bot.say("hello", "web:1")
        yield bot


@pytest.fixture
async def post(bot: Bot) -> AsyncIterator[Post]:
    transport = httpx.ASGITransport(build_app(bot, Numbers()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:

        async def send(
            body: bytes | None = None, *, key: str = "k1", at: Any = NOW, secret: str = SECRET, **headers: str
        ) -> httpx.Response:
            body = json.dumps({"name": "shipped", "conversation": "web:1"}).encode() if body is None else body
            signed = {
                "webhook-id": key,
                "webhook-timestamp": str(at),
                "webhook-signature": sign(secret, key, at, body) if isinstance(at, int) else "v1,x",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            }
            return await client.post(
                "/events", content=body, headers={name.encode(): value.encode() for name, value in signed.items()}
            )

        yield send


async def told(bot: Bot) -> int:
    await bot.engine.settle("web:1")
    replies = [reply.text for record in await bot.store.turns("web:1") for reply in record.replies]
    return replies.count("Shipped.")


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification."""
    body = b'{"test": 2432232314}'
    key, at, secret = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert sign(secret, key, at, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, OLD])
async def test_a_signed_event_is_told(bot: Bot, post: Post, secret: str) -> None:
    answer = await post(secret=secret)
    stored = {"conversation": "web:1", "id": "k1", "duplicate": False, "warning": ""}
    assert (answer.status_code, answer.json()) == (202, stored)
    assert await told(bot) == 1


async def test_an_event_that_no_flow_hears_is_stored_and_warned_of(bot: Bot, post: Post, desk: Path) -> None:
    waits = FLOWS.strip()[:-1] + ", pay: {start: {commands: [pay]}, steps: [{wait: {event: paid}}]}}\n"
    for flows, chat in ((waits, "web:1"), (FLOWS, "web:2")):
        (desk / "news.yaml").write_text(flows, encoding="utf-8")
        await bot.reload()
        await bot.say("/pay", chat)
    for name, chat, why in (
        ("shiped", "web:1", "no flow starts with the event 'shiped' or waits for it (did you mean 'shipped'?)"),
        ("paid", "web:2", "no flow starts with the event 'paid' or waits for it (known are: shipped)"),
        ("paid", "web:1", ""),  # the version that it has waits for it
    ):
        answer = await post(json.dumps({"name": name, "conversation": chat}).encode(), key=name + chat)
        assert (answer.status_code, answer.json()["warning"]) == (202, why)


async def test_a_repeated_one_is_told_once(bot: Bot, post: Post) -> None:
    assert [(await post()).json()["duplicate"] for _ in range(3)] == [False, True, True]
    assert await told(bot) == 1


async def test_one_of_several_signatures_is_enough(bot: Bot, post: Post) -> None:
    body = b'{"name": "shipped", "conversation": "web:1"}'
    right = sign(SECRET, "k1", NOW, body)
    assert (await post(body, webhook_signature=f"v1,other v2,x {right}")).status_code == 202
    assert await told(bot) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "other"},
        {"secret": ""},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1,é"},
        {"webhook_id": "k2"},
        {"webhook_timestamp": str(NOW - 1)},
        {"at": NOW - 301},
        {"at": NOW + 301},
        {"at": "-5"},
        {"at": "soon"},
        {"at": "9" * 400},
        {"at": "²"},
    ],
)
async def test_what_is_not_signed_is_refused(bot: Bot, post: Post, change: dict[str, Any]) -> None:
    assert (await post(**change)).status_code == 401
    assert await told(bot) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"name": "shipped"}', 422),
        (b'{"name": "shipped", "customer": "c-1"}', 422),
        (b'{"name": "shipped", "customer": "c-1", "channel": "web"}', 422),
        (b'{"name": "shipped", "customer": 7, "channel": "web"}', 400),
        (b'{"name": 7, "conversation": "web:1"}', 400),
        (b'{"name": "shipped", "conversation": "web:1", "x": 1}', 400),
        (b'{"name": "shipped", "conversation": "web:1", "data": [1]}', 400),
        (b'{"name": "not a name", "conversation": "web:1"}', 422),
        (b'{"name": "shipped", "conversation": "web:other"}', 422),
        (b'{"name": "shipped", "conversation": "web"}', 422),
        (b'{"name": "shipped", "conversation": "web:1", "data": {"a": "' + b"x" * 66_000 + b'"}}', 422),
        (b" " * 80_000, 413),
    ],
)
async def test_what_is_no_event_is_refused(bot: Bot, post: Post, body: bytes, status: int) -> None:
    answer = await post(body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert await told(bot) == 0


async def test_a_store_that_fails_asks_for_patience(bot: Bot, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> Any:
        raise StoreError("no disk at /secret/path")

    monkeypatch.setattr(bot.engine, "accept", fail)
    answer = await post()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "secret" not in answer.text
    monkeypatch.undo()
    assert (await post()).status_code == 202


async def test_without_a_secret_no_event_is_taken(desk: Path) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        transport = httpx.ASGITransport(build_app(bot, Numbers()))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            answer = await client.post("/events", content=b"{}")
    assert answer.status_code == 403
    assert "events_secret" in answer.json()["error"]
