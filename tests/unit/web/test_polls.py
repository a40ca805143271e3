"""Pages that get no socket: what they say and hear over plain HTTP, and what others do not."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from botkit import Message, Opened, Press, Reply, StoreError
from botkit.testing import FakeIntake
from botkit_web import WebConnector, WebSettings
from botkit_web.identity import read_identity
from tests.unit.web.test_socket import PATIENCE, SECRET, Page, running

SHOP = "https://shop.example"
FAR = ("203.0.113.7", 5_000)
SITE = "the secret of the site that has visitors"


class Poller:
    """A page that polls: it keeps its chat, its token and the last entry that it was told."""

    def __init__(
        self,
        connector: WebConnector,
        address: tuple[str, int] = ("127.0.0.1", 1),
        origin: str = "",
        hello: dict[str, str] | None = None,
    ) -> None:
        app = Starlette(routes=connector.routes())
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=address), base_url="http://bot.example"
        )
        self._headers = {"origin": origin} if origin else {}
        self.hello: dict[str, Any] = {"type": "hello", **(hello or {})}

    async def raw(self, body: bytes | str | AsyncIterator[bytes], method: str = "POST") -> httpx.Response:
        async with asyncio.timeout(PATIENCE):
            return await self._client.request(method, "/web/poll", content=body, headers=self._headers)

    async def ask(self, frames: list[dict[str, Any]], wait: float = 0.0) -> httpx.Response:
        return await self.raw(json.dumps({"hello": self.hello, "frames": frames, "wait": wait}))

    async def poll(self, wait: float = 0.0) -> list[dict[str, Any]]:
        """Hear what there is, and remember how far it was heard."""
        answer = await self.ask([], wait)
        assert answer.status_code == 200, answer.text
        frames: list[dict[str, Any]] = answer.json()["frames"]
        for frame in frames:
            if frame["type"] == "welcome":
                self.hello |= {"chat": frame["chat"], "token": frame["token"]}
            elif frame["type"] in ("reply", "said"):
                self.hello["last"] = frame["id"]
        return frames

    async def say(self, **frame: Any) -> dict[str, Any]:
        answer = await self.ask([frame])
        assert answer.status_code == 200, answer.text
        (told,) = answer.json()["frames"]
        return dict(told)


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        for _ in iter(met, True):
            await asyncio.sleep(0)


async def test_a_page_that_polls_talks_as_one_with_a_socket(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        page = Poller(connector, hello={"locale": "de"})
        (welcome,) = await page.poll(wait=20)
        assert (welcome["type"], welcome["name"], welcome["missed"], welcome["locale"]) == (
            "welcome",
            "Acme",
            0,
            "en",
        )
        assert await page.say(type="message", id="m1", text="hi") == {"type": "ack", "id": "m1"}
        assert (await page.say(type="press", id="m2", value="yes", label="Yes"))["type"] == "ack"
        events = [one.event for one in botkit_intake.received]
        assert events == [
            Opened(locale="de"),
            Message(text="hi", id="m1", locale="de"),
            Press(id="m2", value="yes", label="Yes", locale="de"),
        ]
        await connector.send(welcome["chat"], Reply("r1", "**Hello**"))
        told = await page.poll(wait=20)
        assert [frame["type"] for frame in told] == ["welcome", "said", "said", "reply"]
        assert (told[-1]["text"], told[-1]["body"]) == ("**Hello**", [["p", ["b", "Hello"]]])
        assert [frame["type"] for frame in await page.poll()] == ["welcome"]


async def test_a_poll_waits_and_is_answered_at_once_when_something_comes(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        waiting = asyncio.create_task(page.poll(wait=25))
        await until(lambda: connector.holds(page.hello["chat"]))
        await connector.send(page.hello["chat"], Reply("r1", "one"))
        await connector.send(page.hello["chat"], Reply("r2", "two"))
        told = await asyncio.wait_for(waiting, PATIENCE)
        assert [frame.get("text") for frame in told] == [None, "one", "two"]
        assert not connector.holds(page.hello["chat"])


async def test_a_poll_without_news_ends_after_its_time(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        assert [frame["type"] for frame in await page.poll(wait=0.01)] == ["welcome"]
        assert connector._visits.gate.open == 0


async def test_a_message_that_is_sent_again_is_known(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        for _ in range(3):
            assert (await page.say(type="message", id="m1", text="hi"))["type"] == "ack"
        assert len(botkit_intake.incoming) == 2
        told = await page.poll()
        assert [frame["type"] for frame in told] == ["welcome", "said"]


async def test_what_is_not_stored_is_not_acknowledged(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        botkit_intake.fail(StoreError("the disk is full"))
        refused = await page.say(type="message", id="m1", text="hi")
        assert (refused["code"], refused["id"], refused["retry_after"]) == ("unavailable", "m1", 3.0)
        botkit_intake.fail(None)
        assert (await page.say(type="message", id="m1", text="hi"))["type"] == "ack"


async def test_a_page_with_a_socket_and_one_that_polls_show_one_chat(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        page = Page(connector)
        welcome = await page.greet()
        poller = Poller(connector, hello={"chat": welcome["chat"], "token": welcome["token"]})
        await poller.say(type="message", id="m1", text="from the other")
        assert (await page.hear_kind("said"))["text"] == "from the other"
        page.say(type="message", id="m2", text="from here")
        await page.hear_kind("ack")
        assert [frame.get("text") for frame in await poller.poll()] == [None, "from the other", "from here"]
        await page.leave()


@pytest.mark.parametrize("hello", [{}, {"chat": "other"}, {"chat": "other", "token": "1.x"}, {"last": "r9"}])
async def test_nothing_is_taken_of_a_page_that_was_not_welcomed(
    botkit_intake: FakeIntake, hello: dict[str, str]
) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        page = Poller(connector, hello=hello)
        assert (await page.say(type="message", id="m1", text="hi"))["code"] == "hello_first"
        assert botkit_intake.received == []


async def test_nobody_hears_the_chat_of_another(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        ann, eve = Poller(connector), Poller(connector)
        await ann.poll()
        await eve.poll()
        await connector.send(ann.hello["chat"], Reply("r1", "for Ann"))
        eve.hello["chat"] = ann.hello["chat"]
        told = await eve.poll()
        assert told[0]["chat"] != ann.hello["chat"]
        assert "for Ann" not in json.dumps(told)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_message"),
        (b"[]", 400, "bad_message"),
        (b"\xff\xfe", 400, "bad_message"),
        (b'{"hello": {"type": "message"}}', 400, "bad_message"),
        (b'{"hello": {"type": "hello"}, "wait": 26}', 400, "bad_message"),
        (b'{"hello": {"type": "hello"}, "wait": -1}', 400, "bad_message"),
        (json.dumps({"hello": {"type": "hello"}, "frames": [{}] * 11}).encode(), 400, "bad_message"),
        (b"[" * 150_000, 400, "bad_message"),
        (b"x" * 200_000, 413, "too_long"),
    ],
)
async def test_what_is_no_poll_is_refused(botkit_intake: FakeIntake, body: bytes, status: int, code: str) -> None:
    async with running(botkit_intake) as connector:
        answer = await Poller(connector).raw(body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert botkit_intake.received == []
        assert connector._visits.gate.open == 0


async def test_a_body_that_takes_too_long_is_not_waited_for(botkit_intake: FakeIntake) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with running(botkit_intake, hello_seconds=0.01) as connector:
        answer = await Poller(connector).raw(body())
        assert (answer.status_code, answer.json()["code"]) == (408, "late")
        assert connector._visits.gate.open == 0


async def test_polls_of_a_chat_have_their_pace(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector, FAR)
        await page.poll()
        answers = [(await page.ask([])).status_code for _ in range(40)]
        assert answers == [200] * 30 + [429] * 10


async def test_a_frame_that_is_none_is_told_and_the_others_are_taken(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        good = {"type": "message", "id": "m1", "text": "hi"}
        answer = await page.ask([{"type": "x"}, good, {"type": "message", "id": "m2", "text": " "}])
        assert [one.get("code", one["type"]) for one in answer.json()["frames"]] == ["bad_message", "ack", "empty"]


async def test_a_site_that_is_not_allowed_gets_nothing(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, origins=[SHOP]) as connector:
        for method in ("POST", "OPTIONS"):
            answer = await Poller(connector, origin="https://evil.example").raw(b"{}", method)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin")
            assert [name for name in answer.headers if name.startswith("access-control")] == []
        allowed = await Poller(connector, origin=SHOP).ask([])
        assert allowed.headers["access-control-allow-origin"] == SHOP
        assert allowed.headers["vary"] == "origin"
        assert "access-control-allow-credentials" not in allowed.headers
        asked = await Poller(connector, origin=SHOP).raw(b"", "OPTIONS")
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, SHOP)


async def test_the_operator_is_told_once_of_a_site_that_is_refused(
    botkit_intake: FakeIntake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit_web.sites._refused", set())
    async with running(botkit_intake, origins=[SHOP]) as connector:
        for site in ("https://new.example", "https://new.example", f"https://{'x' * 500}.example", SHOP, ""):
            await Poller(connector, origin=site).ask([])
            await Page(connector, {"origin": site}).open()
        said = [record.getMessage() for record in caplog.records if record.name == "botkit_web.sites"]
        assert len(said) == 2
        assert (
            said[0]
            == "a page of https://new.example may not use the chat; write the site into `origins` if it is yours"
        )
        assert len(said[1]) < 300
        for number in range(200):
            await Poller(connector, origin=f"https://{number}.example").ask([])
        assert len([record for record in caplog.records if record.name == "botkit_web.sites"]) == 100


async def test_one_that_stopped_says_when_to_come_again(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        waiting = asyncio.create_task(page.poll(wait=25))
        await until(lambda: connector.holds(page.hello["chat"]))
        await connector.stop()
        assert [frame["type"] for frame in await asyncio.wait_for(waiting, PATIENCE)] == ["welcome"]
        answer = await page.ask([])
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "3")


# Limits of an address


async def test_an_address_opens_so_many_pages(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, sockets_per_address=2) as connector:
        pages = [Poller(connector, FAR) for _ in range(3)]
        for page in pages[:2]:
            await page.poll()
        waiting = [asyncio.create_task(page.poll(wait=20)) for page in pages[:2]]
        await until(lambda: connector._visits.gate.open == 2)
        refused = await pages[2].ask([])
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
            429,
            "too_many_here",
            "30",
        )
        elsewhere = Poller(connector, ("198.51.100.1", 1))
        assert (await elsewhere.poll())[0]["type"] == "welcome"
        for page, task in zip(pages, waiting, strict=False):
            await connector.send(page.hello["chat"], Reply("r1", "go"))
            await task
        assert (await pages[2].poll())[0]["type"] == "welcome"


async def test_an_address_is_as_fast_as_it_may(botkit_intake: FakeIntake) -> None:
    now = 0.0
    async with running(botkit_intake, lambda: now, address_rate=1, address_burst=3) as connector:
        answers = [await Poller(connector, FAR).ask([]) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert len(botkit_intake.received) == 3
        assert (await Poller(connector, ("2001:db8::1", 1)).ask([])).status_code == 200
        now = 1.0
        assert (await Poller(connector, FAR).ask([])).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "a-socket-of-this-machine"])
async def test_this_machine_has_no_limits_of_its_own(botkit_intake: FakeIntake, address: str) -> None:
    async with running(botkit_intake, address_rate=1, address_burst=1, sockets_per_address=1) as connector:
        answers = [await Poller(connector, (address, 1)).ask([]) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}


async def test_the_neighbours_of_an_address_share_its_limits(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, address_rate=1, address_burst=1) as connector:
        assert (await Poller(connector, ("2001:db8:1:2::1", 1)).ask([])).status_code == 200
        assert (await Poller(connector, ("2001:db8:1:2:ffff::9", 1)).ask([])).status_code == 429
        assert (await Poller(connector, ("2001:db8:1:3::1", 1)).ask([])).status_code == 200


async def test_all_pages_of_a_chat_share_its_rate(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET, rate=1, burst=2) as connector:
        page = Poller(connector)
        await page.poll()
        other = Poller(connector, hello=page.hello)
        assert (await page.say(type="message", id="m1", text="hi"))["type"] == "ack"
        assert (await other.say(type="message", id="m2", text="hi"))["type"] == "ack"
        refused = await page.say(type="message", id="m3", text="hi")
        assert (refused["code"], refused["retry_after"]) == ("too_fast", 1.0)


# Who somebody is


def hashed(who: str, secret: str = SITE) -> str:
    return hmac.new(secret.encode(), who.encode(), hashlib.sha256).hexdigest()


async def test_a_site_names_its_visitor_by_an_hmac(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET, user_hash_secret=SITE) as connector:
        page = Poller(connector, hello={"user": "李 42", "user_hash": hashed("李 42").upper()})
        (welcome,) = await page.poll()
        phone = await Page(connector).greet(user="李 42", user_hash=hashed("李 42"))
        assert phone["chat"] == welcome["chat"]
        await page.say(type="message", id="m1", text="hi")
        event = botkit_intake.received[-1].event
        assert isinstance(event, Message)
        assert (event.customer["id"], event.customer["verified"]) == ("李 42", "site")


async def test_a_hash_of_an_id_is_the_signature_of_no_token(botkit_intake: FakeIntake) -> None:
    """Somebody registers at the site under a name that is the beginning of a token, and is given its hash."""
    other = "another secret of the site that has visitors"
    parts = ({"alg": "HS256"}, {"sub": "victim", "exp": 9_999_999_999})
    name = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    signature = base64.urlsafe_b64encode(bytes.fromhex(hashed(name))).rstrip(b"=").decode()
    async with running(botkit_intake, secret=SECRET, identity_secret=other, user_hash_secret=SITE) as connector:
        (problem,) = await Poller(connector, hello={"identity": f"{name}.{signature}"}).poll()
        assert problem["code"] == "identity"
        (welcome,) = await Poller(connector, hello={"user": name, "user_hash": hashed(name)}).poll()
        assert welcome["type"] == "welcome"
    assert read_identity(f"{name}.{signature}", SITE).id == "victim"  # as it would be with one secret for both
    with pytest.raises(ValidationError, match="another one"):
        WebSettings.model_validate({"identity_secret": SITE, "user_hash_secret": SITE})


async def test_a_visitor_with_a_long_id_comes_back(botkit_intake: FakeIntake) -> None:
    who = "李" * 500
    async with running(botkit_intake, secret=SECRET, user_hash_secret=SITE) as connector:
        page = Poller(connector, hello={"user": who, "user_hash": hashed(who)})
        (first,) = await page.poll()
        (again,) = await page.poll()
        assert first["chat"] == again["chat"]
        socket = await Page(connector).greet(**{key: value for key, value in page.hello.items() if key != "type"})
        assert socket["chat"] == first["chat"]


@pytest.mark.parametrize(
    "hello",
    [
        {"user": "ann"},
        {"user_hash": hashed("ann")},
        {"user": "bob", "user_hash": hashed("ann")},
        {"user": "ann", "user_hash": hashed("ann", "another secret that is long enough to sign")},
        {"user": "ann", "user_hash": "é" * 64},
        {"user": " ", "user_hash": hashed(" ")},
        {"user": "ann\n", "user_hash": hashed("ann\n")},
    ],
)
async def test_no_other_hmac_names_anybody(botkit_intake: FakeIntake, hello: dict[str, str]) -> None:
    async with running(botkit_intake, secret=SECRET, user_hash_secret=SITE) as connector:
        (problem,) = await Poller(connector, hello=hello).poll()
        assert (problem["type"], problem["code"]) == ("error", "identity")
        own = Poller(connector)
        await own.poll()
        thief = Poller(connector, hello={**own.hello, **hello})
        assert (await thief.say(type="message", id="m1", text="hi"))["code"] == "hello_first"
        assert [one for one in botkit_intake.received if isinstance(one.event, Message)] == []


async def test_a_page_that_means_another_bot_is_told_so(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        (problem,) = await Poller(connector, hello={"bot": "Zenith"}).poll()
        assert problem["code"] == "other_bot"
        assert (await Poller(connector, hello={"bot": "Acme"}).poll())[0]["type"] == "welcome"
        page = Page(connector)
        assert (await page.greet(bot="Zenith"))["code"] == "other_bot"
        assert await page.hear() == {"closed": 1008}
        assert len(botkit_intake.received) == 1
