"""The socket, spoken to as an ASGI server speaks to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message as Asgi

from botkit import (
    Accepted,
    BotInfo,
    Button,
    DeliveryError,
    Entry,
    Incoming,
    Message,
    Opened,
    Press,
    Reply,
    StoreError,
)
from botkit.testing import FakeIntake
from botkit_web import CAPABILITIES, WebConnector, WebSettings
from botkit_web.access import Signer

PATIENCE = 5.0
SECRET = "a secret for the tests alone"


class Page:
    """One page: what it sends and what it hears."""

    def __init__(self, connector: WebConnector, headers: dict[str, str] | None = None) -> None:
        self._app = Starlette(routes=connector.routes())
        self._up: asyncio.Queue[Asgi] = asyncio.Queue()
        self._down: asyncio.Queue[Asgi] = asyncio.Queue()
        raw = {"host": "bot.example"} | (headers or {})
        self._scope = {
            "type": "websocket",
            "path": "/web/socket",
            "raw_path": b"/web/socket",
            "root_path": "",
            "scheme": "ws",
            "query_string": b"",
            "headers": [(key.encode(), value.encode()) for key, value in raw.items()],
            "subprotocols": [],
            "state": {},
        }
        self.welcome: dict[str, Any] = {}

    async def open(self) -> Asgi:
        """Connect; gives what the server did first (accept or close)."""
        self._up.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self._scope, self._up.get, self._down.put))
        return await asyncio.wait_for(self._down.get(), PATIENCE)

    async def greet(self, **hello: Any) -> dict[str, Any]:
        """Connect and say hello; gives the answer."""
        await self.open()
        self.say(type="hello", **hello)
        self.welcome = await self.hear()
        return self.welcome

    def say(self, **frame: Any) -> None:
        self.raw(json.dumps(frame))

    def raw(self, text: str) -> None:
        self._up.put_nowait({"type": "websocket.receive", "text": text})

    def blob(self, data: bytes) -> None:
        self._up.put_nowait({"type": "websocket.receive", "bytes": data})

    async def hear(self) -> dict[str, Any]:
        """Give the next frame, or {"closed": code}."""
        event = await asyncio.wait_for(self._down.get(), PATIENCE)
        if event["type"] == "websocket.close":
            return {"closed": event["code"]}
        frame: dict[str, Any] = json.loads(event["text"])
        return frame

    async def hear_kind(self, *kinds: str) -> dict[str, Any]:
        """Give the next frame of one of these types."""
        while (frame := await self.hear()).get("type") not in kinds:
            assert "closed" not in frame
        return frame

    def heard(self) -> list[dict[str, Any]]:
        """Give what has come and was not heard yet."""
        frames = []
        while not self._down.empty():
            frames.append(json.loads(self._down.get_nowait()["text"]))
        return frames

    async def leave(self) -> None:
        self._up.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self._task, PATIENCE)

    async def ended(self) -> None:
        await asyncio.wait_for(self._task, PATIENCE)


@asynccontextmanager
async def running(
    intake: FakeIntake, clock: Callable[[], float] = lambda: 0.0, **settings: Any
) -> AsyncIterator[WebConnector]:
    connector = WebConnector(
        WebSettings(**settings), BotInfo(name="Acme", locales=("en", "zh")), capabilities=CAPABILITIES, clock=clock
    )
    await connector.start(intake)
    try:
        yield connector
    finally:
        await connector.stop()


async def test_a_new_page_gets_a_chat_and_the_bot_may_greet(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet(locale="zh-CN")
        assert welcome["type"] == "welcome"
        assert (welcome["name"], welcome["missed"], welcome["most"]) == ("Acme", 0, 8_192)
        assert len(welcome["chat"]) >= 24
        await botkit_intake.wait(1)
        (opened,) = botkit_intake.received
        assert (opened.channel, opened.chat, opened.event) == ("web", welcome["chat"], Opened(locale="zh-CN"))
        await connector.send(welcome["chat"], Reply("r0", "Hello"))
        assert (await page.hear())["text"] == "Hello"
        await page.leave()


async def test_a_message_is_stored_and_then_acknowledged(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet(locale="en-GB"))["chat"]
        page.say(type="message", id="m1", text="Where is my <order>?\x00\x07")
        assert await page.hear() == {"type": "typing", "agent": ""}
        assert await page.hear() == {"type": "ack", "id": "m1"}
        incoming = botkit_intake.received[-1]
        assert incoming.id == f"{chat}:m1"
        assert incoming.event == Message(text="Where is my <order>?", id="m1", locale="en-GB")
        await page.leave()


async def test_a_press_carries_its_question(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
        page.say(type="press", id="p1", value="yes", label="Yes, please", question="q7")
        page.say(type="press", id="p2", run="return_item", label="Return")
        await page.hear_kind("ack")
        await page.hear_kind("ack")
        events = [one.event for one in botkit_intake.received[-2:]]
        assert events == [
            Press(id="p1", value="yes", label="Yes, please", question="q7"),
            Press(id="p2", run="return_item", label="Return"),
        ]
        await page.leave()


async def test_no_acknowledgement_before_it_is_stored(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
        await botkit_intake.wait(1)
        botkit_intake.hold()
        page.say(type="message", id="m1", text="hi")
        await botkit_intake.wait(2)
        assert [frame["type"] for frame in page.heard()] in ([], ["typing"])
        botkit_intake.release()
        assert (await page.hear_kind("ack"))["id"] == "m1"
        await page.leave()


async def test_what_cannot_be_stored_is_not_acknowledged_and_may_be_sent_again(
    botkit_intake: FakeIntake, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        botkit_intake.fail(StoreError("the disk is full of 'swordfish'"))
        page.say(type="message", id="m1", text="swordfish")
        error = await page.hear_kind("error")
        assert (error["code"], error["id"]) == ("unavailable", "m1")
        assert error["retry_after"] > 0
        assert "StoreError" in caplog.text
        assert "swordfish" not in caplog.text
        botkit_intake.fail(None)
        page.say(type="message", id="m1", text="swordfish")
        assert (await page.hear_kind("ack"))["id"] == "m1"
        other = Page(connector)
        await other.greet(chat=welcome["chat"], token=welcome["token"])
        assert (await other.hear())["text"] == "swordfish"
        await page.leave()
        await other.leave()


async def test_a_chat_that_cannot_be_opened_goes_on(botkit_intake: FakeIntake) -> None:
    botkit_intake.fail(RuntimeError("no"))
    async with running(botkit_intake) as connector:
        page = Page(connector)
        assert (await page.greet())["type"] == "welcome"
        botkit_intake.fail(None)
        page.say(type="message", id="m1", text="hi")
        assert await page.hear_kind("ack")
        await page.leave()


async def test_a_message_sent_again_is_passed_on_under_its_id_and_shown_once(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        for _ in range(2):
            page.say(type="message", id="m1", text="hi")
            await page.hear_kind("ack")
        assert len(botkit_intake.received) == 3
        assert len(botkit_intake.incoming) == 2
        assert page.heard() == []
        other = Page(connector)
        assert (await other.greet(chat=welcome["chat"], token=welcome["token"]))["missed"] == 1
        await page.leave()
        await other.leave()


async def test_a_reload_shows_the_chat_again_in_order(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        chat, token = welcome["chat"], welcome["token"]
        await connector.send(chat, Reply("r0", "Hello"))
        page.say(type="message", id="m1", text="hi")
        await page.hear_kind("ack")
        await connector.send(chat, Reply("r1", "What is it?", (Button("Track", value="track"),), question="q1"))
        await page.leave()
        await connector.send(chat, Reply("r2", "Are you there?"))
        again = Page(connector)
        assert await again.greet(chat=chat, token=token) == {**welcome, "missed": 4}
        frames = [await again.hear() for _ in range(4)]
        assert [(frame["type"], frame["id"]) for frame in frames] == [
            ("reply", "r0"),
            ("said", "m1"),
            ("reply", "r1"),
            ("reply", "r2"),
        ]
        assert frames[2]["buttons"] == [{"label": "Track", "value": "track", "run": "", "url": ""}]
        await again.leave()
        later = Page(connector)
        assert (await later.greet(chat=chat, token=token, last="r1"))["missed"] == 1
        assert (await later.hear())["id"] == "r2"
        assert [one.chat for one in botkit_intake.received if isinstance(one.event, Opened)] == [chat]
        await later.leave()


async def test_a_reply_that_comes_while_the_message_is_stored_stands_after_it(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        await botkit_intake.wait(1)
        botkit_intake.hold()
        page.say(type="message", id="m1", text="hi")
        await botkit_intake.wait(2)
        await connector.send(welcome["chat"], Reply("r1", "Hello"))
        botkit_intake.release()
        await page.hear_kind("ack")
        other = Page(connector)
        await other.greet(chat=welcome["chat"], token=welcome["token"])
        assert [(await other.hear())["type"] for _ in range(2)] == ["said", "reply"]
        await page.leave()
        await other.leave()


async def test_two_pages_of_a_chat_show_the_same(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        one, two, stranger = Page(connector), Page(connector), Page(connector)
        welcome = await one.greet()
        await two.greet(chat=welcome["chat"], token=welcome["token"])
        await stranger.greet()
        one.say(type="message", id="m1", text="hi")
        assert await two.hear_kind("said") == {"type": "said", "id": "m1", "text": "hi"}
        await one.hear_kind("ack")
        await connector.send(welcome["chat"], Reply("r1", "Hello"))
        for page in (one, two):
            assert (await page.hear_kind("reply"))["text"] == "Hello"
        assert stranger.heard() == []
        for page in (one, two, stranger):
            await page.leave()


@pytest.mark.parametrize("token", ["", "wrong", "é"])
async def test_a_chat_without_its_token_is_not_shown(botkit_intake: FakeIntake, token: str) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        await connector.send(chat, Reply("r1", "secret"))
        thief = Page(connector)
        welcome = await thief.greet(chat=chat, token=token)
        assert welcome["chat"] != chat
        assert welcome["missed"] == 0
        await connector.send(chat, Reply("r2", "secret"))
        assert thief.heard() == []
        await page.leave()
        await thief.leave()


async def test_with_a_secret_a_chat_outlives_the_server(botkit_intake: FakeIntake) -> None:
    secret = "a secret that stays the same"
    async with running(botkit_intake, secret=secret) as connector:
        page = Page(connector)
        before = await page.greet()
        await page.leave()
    async with running(botkit_intake, secret=secret) as connector:
        page = Page(connector)
        after = await page.greet(chat=before["chat"], token=before["token"], last="r9")
        assert after["chat"] == before["chat"]
        assert len(botkit_intake.incoming) == 1
        await page.leave()


async def test_only_the_last_entries_are_kept(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, history=3) as connector:
        page = Page(connector)
        welcome = await page.greet()
        for n in range(10):
            await connector.send(welcome["chat"], Reply(f"r{n}", str(n)))
        again = Page(connector)
        assert (await again.greet(chat=welcome["chat"], token=welcome["token"], last="r1"))["missed"] == 3
        assert [(await again.hear())["text"] for _ in range(3)] == ["7", "8", "9"]
        await page.leave()
        await again.leave()


async def test_a_reply_to_a_chat_that_nobody_shows_is_taken(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        assert await connector.send("nobody", Reply("r1", "Hello")) == "r1"


async def test_a_connector_that_does_not_run_sends_nothing(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        pass
    with pytest.raises(DeliveryError) as caught:
        await connector.send("c", Reply("r1", "Hello"))
    assert not caught.value.permanent


async def test_stop_closes_sockets_and_later_ones_at_once(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
    assert await page.hear() == {"closed": 1012}
    page.say(type="message", id="m1", text="hi")
    await page.ended()
    assert len(botkit_intake.received) == 1
    late = Page(connector)
    assert (await late.open())["type"] == "websocket.accept"
    assert await late.hear() == {"closed": 1012}
    await late.ended()


@pytest.mark.parametrize(
    ("origins", "origin", "first"),
    [
        ((), "https://bot.example", "websocket.accept"),
        ((), "https://evil.example", "websocket.close"),
        (("https://shop.example",), "https://shop.example", "websocket.accept"),
    ],
)
async def test_only_pages_of_allowed_sites_get_in(
    botkit_intake: FakeIntake, origins: tuple[str, ...], origin: str, first: str
) -> None:
    async with running(botkit_intake, origins=origins) as connector:
        page = Page(connector, {"origin": origin})
        assert (await page.open())["type"] == first
        await page.leave()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "bad_json"),
        ("[]", "bad_message"),
        ('{"type": "nonsense"}', "bad_message"),
        ('{"type": "message", "id": "m1", "text": 5}', "bad_message"),
        ('{"type": "message", "id": "m1", "text": "\\ud800"}', "bad_json"),
        ('{"type": "hello"}', "hello_again"),
        ('{"type": "message", "id": "m1", "text": ""}', "empty"),
        ('{"type": "message", "id": "m1", "text": " \\n\\u0000"}', "empty"),
        ('{"type": "press", "id": "m1"}', "empty"),
        (json.dumps({"type": "message", "id": "m1", "text": "x" * 8_193}), "too_long"),
        (json.dumps({"type": "message", "id": "m1", "text": "字" * 3_000}), "too_long"),
        ("", "binary"),
    ],
)
async def test_unusable_frames_get_an_error_and_the_socket_stays(
    botkit_intake: FakeIntake, frame: str, code: str
) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
        page.raw(frame)
        error = await page.hear()
        assert (error["type"], error["code"]) == ("error", code)
        assert error["message"]
        page.say(type="message", id="m2", text="still there?")
        assert (await page.hear_kind("ack"))["id"] == "m2"
        assert len(botkit_intake.received) == 2
        await page.leave()


async def test_the_longest_message_is_taken(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
        page.say(type="message", id="m1", text="x" * 8_192)
        assert await page.hear_kind("ack", "error") == {"type": "ack", "id": "m1"}
        await page.leave()


async def test_a_binary_frame_gets_an_error(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
        page.blob(b"\x00\xff")
        assert (await page.hear())["code"] == "binary"
        await page.leave()


@pytest.mark.parametrize("binary", [True, False])
async def test_a_huge_frame_closes_the_socket(botkit_intake: FakeIntake, binary: bool) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.greet()
        if binary:
            page.blob(b"x" * 2_000_000)
        else:
            page.raw("x" * 2_000_000)
        assert (await page.hear())["code"] == "too_long"
        assert await page.hear() == {"closed": 1009}
        await page.ended()


async def test_before_hello_nothing_else_is_taken(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.open()
        page.say(type="message", id="m1", text="hi")
        error = await page.hear()
        assert (error["code"], error["id"]) == ("hello_first", "m1")
        page.raw("{")
        assert (await page.hear())["code"] == "bad_json"
        page.say(type="hello")
        assert (await page.hear())["type"] == "welcome"
        await page.leave()
    assert [one.event for one in botkit_intake.received] == [Opened()]


async def test_who_never_says_hello_is_closed(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, hello_seconds=0.01) as connector:
        page = Page(connector)
        await page.open()
        assert (await page.hear())["code"] == "hello_late"
        assert await page.hear() == {"closed": 1008}
        await page.ended()


async def test_who_keeps_talking_nonsense_is_closed(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        for greeted in (True, False):
            page = Page(connector)
            if greeted:
                await page.greet()
            else:
                await page.open()
            for _ in range(30):
                page.raw("{")
            codes = [(await page.hear())["code"] for _ in range(20)]
            assert set(codes) == {"bad_json"}
            assert await page.hear() == {"closed": 1008}
            await page.leave()


async def test_who_leaves_before_hello_is_gone(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        await page.open()
        await page.leave()
    assert botkit_intake.received == []


async def test_a_flood_is_slowed_down_politely_and_goes_on_later(botkit_intake: FakeIntake) -> None:
    now = 0.0
    async with running(botkit_intake, clock=lambda: now, rate=2, burst=3) as connector:
        page = Page(connector)
        await page.greet()
        for n in range(5):
            page.say(type="message", id=f"m{n}", text="hi")
        answers = [await page.hear_kind("ack", "error") for _ in range(5)]
        assert [answer.get("code", "ack") for answer in answers] == ["ack"] * 3 + ["too_fast"] * 2
        assert answers[-1]["id"] == "m4"
        assert answers[-1]["retry_after"] == pytest.approx(0.5)
        now = 0.5
        page.say(type="message", id="m3", text="hi")
        assert (await page.hear_kind("ack", "error"))["type"] == "ack"
        await page.leave()
    assert len(botkit_intake.incoming) == 5


async def test_a_flood_that_does_not_end_is_closed(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, burst=1) as connector:
        page = Page(connector)
        await page.greet()
        for n in range(100):
            page.say(type="message", id=f"m{n}", text="hi")
        codes = []
        while "closed" not in (frame := await page.hear()):
            codes.append(frame.get("code"))
        assert frame["closed"] == 1008
        assert codes.count("too_fast") == 20
        await page.leave()
    assert len(botkit_intake.received) == 2


async def test_a_chat_has_so_many_pages(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, sockets_per_chat=2) as connector:
        pages = [Page(connector) for _ in range(3)]
        welcome = await pages[0].greet()
        await pages[1].greet(chat=welcome["chat"], token=welcome["token"])
        assert (await pages[2].greet(chat=welcome["chat"], token=welcome["token"]))["code"] == "too_many"
        assert await pages[2].hear() == {"closed": 1013}
        await pages[2].leave()
        await pages[1].leave()
        again = Page(connector)
        assert (await again.greet(chat=welcome["chat"], token=welcome["token"]))["type"] == "welcome"
        await again.leave()
        await pages[0].leave()


async def test_all_chats_together_have_so_many_pages(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, sockets=1) as connector:
        one, two = Page(connector), Page(connector)
        assert (await one.greet())["type"] == "welcome"
        assert (await two.greet())["code"] == "too_many"
        await one.leave()
        await two.leave()
        three = Page(connector)
        assert (await three.greet())["type"] == "welcome"
        await three.leave()


async def test_a_long_reply_comes_in_parts(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        text = "word " * 2_000
        await connector.send(welcome["chat"], Reply("r1", text))
        frames = [await page.hear() for _ in range(2)]
        assert [frame["id"] for frame in frames] == ["r1.1", "r1"]
        assert " ".join(frame["text"].strip() for frame in frames) == text.strip()
        await page.leave()


TALK = [
    Entry(1, reply=Reply("r0", "Hello!")),
    Entry(2, said=Message(text="Where is it?", id="m1")),
    Entry(2, reply=Reply("r1", "Which order?")),
    Entry(3, said=Press(label="The last", value="last", id="m2")),
    Entry(3, reply=Reply("r2", "On its way.")),
]


async def _comes_back(page: Page, chat: str, last: str = "") -> list[tuple[str, str]]:
    welcome = await page.greet(chat=chat, token=Signer(SECRET).sign(chat), last=last)
    frames = [await page.hear() for _ in range(welcome["missed"])]
    return [(frame["type"], frame["text"]) for frame in frames]


WHOLE = [
    ("reply", "Hello!"),
    ("said", "Where is it?"),
    ("reply", "Which order?"),
    ("said", "The last"),
    ("reply", "On its way."),
]


async def test_a_page_is_shown_what_was_said_before_this_server_began(botkit_intake: FakeIntake) -> None:
    botkit_intake.entries["web:anna"] = TALK
    async with running(botkit_intake, secret=SECRET) as connector:
        assert await _comes_back(Page(connector), "anna") == WHOLE
        assert await _comes_back(Page(connector), "anna", last="r1") == WHOLE[3:]
        assert await _comes_back(Page(connector), "anna", last="m2") == WHOLE[4:]
        assert await _comes_back(Page(connector), "anna", last="r2") == []
        assert await _comes_back(Page(connector), "bo") == []


async def test_what_was_sent_before_a_page_came_stands_behind_what_was_said_before(botkit_intake: FakeIntake) -> None:
    botkit_intake.entries["web:anna"] = TALK[:-1]
    async with running(botkit_intake, secret=SECRET) as connector:
        await connector.send("anna", Reply("r2", "On its way."))
        assert await _comes_back(Page(connector), "anna") == WHOLE


async def test_what_is_read_and_sent_is_shown_once(botkit_intake: FakeIntake) -> None:
    botkit_intake.entries["web:anna"] = TALK
    async with running(botkit_intake, secret=SECRET) as connector:
        page = Page(connector)
        assert await _comes_back(page, "anna") == WHOLE
        await connector.send("anna", Reply("r2", "On its way."))
        await connector.send("anna", Reply("r3", "Anything else?"))
        assert [frame["text"] for frame in [await page.hear()]] == ["Anything else?"]
        assert page.heard() == []


async def test_what_another_server_took_is_shown_on_the_next_visit(botkit_intake: FakeIntake) -> None:
    botkit_intake.entries["web:anna"] = TALK[:3]
    async with running(botkit_intake, secret=SECRET) as connector:
        first = Page(connector)
        assert await _comes_back(first, "anna") == WHOLE[:3]
        botkit_intake.entries["web:anna"] = TALK
        assert await _comes_back(Page(connector), "anna", last="r1") == WHOLE[3:]
        assert [(await first.hear())["text"] for _ in range(2)] == ["The last", "On its way."]


async def test_a_history_that_cannot_be_read_keeps_nobody_out(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        await connector.send("anna", Reply("r9", "Still there"))
        botkit_intake.fail(StoreError("gone"))
        assert await _comes_back(Page(connector), "anna") == [("reply", "Still there")]
        botkit_intake.fail(None)
        botkit_intake.entries["web:anna"] = TALK
        assert await _comes_back(Page(connector), "anna") == [*WHOLE, ("reply", "Still there")]


async def test_entries_without_an_id_are_told_apart(botkit_intake: FakeIntake) -> None:
    botkit_intake.entries["web:anna"] = [Entry(n, said=Message(text=f"line {n}")) for n in (1, 2)]
    async with running(botkit_intake, secret=SECRET) as connector:
        assert await _comes_back(Page(connector), "anna") == [("said", "line 1"), ("said", "line 2")]


class Erased(FakeIntake):
    """An intake whose conversations were erased: what was opened is known, and of no conversation."""

    late = False  # whether that is so long ago that it is not known any more

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take a delivery."""
        if incoming.chat == "gone" and not self.late:
            return Accepted(incoming.conversation, 0, duplicate=True)
        return await super().accept(incoming)


async def test_a_page_whose_chat_was_erased_gets_a_new_one() -> None:
    intake = Erased()
    async with running(intake, secret=SECRET) as connector:
        visitor = Page(connector)
        token = Signer(SECRET).sign("gone")
        welcome = await visitor.greet(chat="gone", token=token, last="m7")
        assert welcome["chat"] != "gone"
        assert Signer(SECRET).owner_of(welcome["chat"], welcome["token"]) == ""
        await intake.wait(1)
        assert [(one.chat, type(one.event)) for one in intake.incoming] == [(welcome["chat"], Opened)]


async def test_a_page_whose_chat_was_erased_long_ago_begins_anew() -> None:
    intake = Erased()
    intake.late = True
    async with running(intake, secret=SECRET) as connector:
        visitor = Page(connector)
        welcome = await visitor.greet(chat="gone", token=Signer(SECRET).sign("gone"), last="m7")
        assert (welcome["chat"], welcome["fresh"], welcome["missed"]) == ("gone", True, 0)
        assert [one.id for one in intake.incoming] == ["gone#opened"]


async def test_a_page_that_has_said_nothing_keeps_its_chat(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        visitor = Page(connector)
        first = await visitor.greet()
        welcome = await Page(connector).greet(chat=first["chat"], token=first["token"])
        assert welcome["chat"] == first["chat"]
        assert "fresh" not in welcome
        assert len(botkit_intake.incoming) == 1


async def test_a_store_that_fails_costs_nobody_the_chat(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        visitor = Page(connector)
        botkit_intake.fail(StoreError("away"))
        welcome = await visitor.greet(chat="mine", token=Signer(SECRET).sign("mine"))
        assert welcome["chat"] == "mine"
        assert "fresh" not in welcome


async def test_what_is_said_right_after_an_erasure_brings_nothing_back(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        page.say(type="message", id="m1", text="a secret")
        await page.hear_kind("ack")
        page.say(type="message", id="m2", text="after the erasure")
        await page.hear_kind("ack")
        entries = botkit_intake.entries[f"web:{chat}"] = [Entry(1, said=Message("a secret", id="m1"))]
        await connector.forget()
        assert connector.holds(chat)
        entries[:] = [Entry(1, said=Message("after the erasure", id="m2"))]
        await connector.forget()
        assert await page.hear() == {"closed": 1012}
        await page.leave()
        back = Page(connector)
        welcome = await back.greet(chat=chat, token=page.welcome["token"], last="m1")
        assert (welcome["chat"], welcome["fresh"], welcome["missed"]) == (chat, True, 1)
        assert (await back.hear())["text"] == "after the erasure"
        again = await Page(connector).greet(chat=chat, token=page.welcome["token"], last="m2")
        assert "fresh" not in again


async def test_an_erasure_leaves_no_page_that_just_comes_without_answers(botkit_intake: FakeIntake) -> None:
    reading, go_on = asyncio.Event(), asyncio.Event()
    read = botkit_intake.history

    async def read_slowly(conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        reading.set()
        await go_on.wait()
        return await read(conversation, after, most)

    async with running(botkit_intake, secret=SECRET, chats=1) as connector:
        botkit_intake.entries["web:one"] = [Entry(1, said=Message("hi", id="m1"))]
        botkit_intake.history = read_slowly  # type: ignore[method-assign]
        page = Page(connector)
        greeting = asyncio.create_task(page.greet(chat="one", token=Signer(SECRET).sign("one")))
        await asyncio.wait_for(reading.wait(), PATIENCE)
        await connector.forget()  # somebody else was erased
        await connector.send("two", Reply("r0", "more chats than are kept"))
        await connector.send("three", Reply("r0", "more chats than are kept"))
        go_on.set()
        assert (await greeting)["chat"] == "one"
        await connector.send("one", Reply("r1", "an answer"))
        assert (await page.hear_kind("reply"))["text"] == "an answer"


async def test_what_was_erased_is_forgotten(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET) as connector:
        kept, erased, silent = pages = [Page(connector) for _ in range(3)]
        chats = [(await one.greet())["chat"] for one in pages]
        for chat in (*chats[:2], "closed"):
            await connector.send(chat, Reply("r1", "a secret"))
        botkit_intake.entries[f"web:{chats[0]}"] = [Entry(1, reply=Reply("r1", "a secret"))]
        for one in (kept, erased):
            assert (await one.hear())["type"] == "reply"
        await connector.forget()
        assert await erased.hear() == {"closed": 1012}
        await erased.leave()
        assert set(connector.held()) == {chats[0], chats[2]}
        held = repr([chat.after("") for chat in connector._chats._chats.values()])
        assert held.count("a secret") == 1
        botkit_intake.fail(StoreError("away"))
        await connector.forget()
        assert set(connector.held()) == {chats[0], chats[2]}
        assert silent.heard() == kept.heard() == []
