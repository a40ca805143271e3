"""The web channel behind a real server, spoken to by a real client, both on loopback."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from botkit import Accepted, Bot, BotInfo, Button, Entry, Incoming, Message, Opened, Press, Reply
from botkit.ports.files import Files
from botkit.testing import FakeIntake, sample
from botkit_web import CAPABILITIES, WebConnector, WebSettings


class EchoBot:
    """An intake that answers at once, as a bot with an embedded runtime does."""

    def __init__(self) -> None:
        self.connector: WebConnector | None = None
        self.seen: set[str] = set()

    async def accept(self, incoming: Incoming) -> Accepted:
        again = incoming.id in self.seen
        self.seen.add(incoming.id)
        if not again and self.connector is not None:
            await self.connector.send(incoming.chat, Reply(f"to {incoming.id}", self.answer(incoming)))
        return Accepted(incoming.conversation, len(self.seen), duplicate=again)

    @property
    def files(self) -> Files:
        """Keep none."""
        return FakeIntake().files

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        """Keep none: what the connector remembers is enough for one process."""
        del conversation, after, most
        return ()

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        """Keep none."""
        del conversation, turn
        return ()

    async def asked(self, conversation: str) -> str:
        """Ask nothing."""
        del conversation
        return ""

    @staticmethod
    def answer(incoming: Incoming) -> str:
        match incoming.event:
            case Opened():
                return "Hello!"
            case Message(text=text):
                return f"You said: {text}"
            case Press(label=label):
                return f"You pressed: {label}"
            case _:
                return "?"


@asynccontextmanager
async def serving(intake: FakeIntake | EchoBot, **settings: Any) -> AsyncIterator[tuple[WebConnector, str]]:
    """Serve the channel on a free port; gives it and the address."""
    connector = WebConnector(WebSettings(**settings), BotInfo(name="Acme"), capabilities=CAPABILITIES)
    if isinstance(intake, EchoBot):
        intake.connector = connector
    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=connector.routes())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await connector.start(intake)
    try:
        yield connector, f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await connector.stop()
        server.should_exit = True
        await task


async def hear(page: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(page.recv(), 5))
    return frame


async def hear_kinds(page: ClientConnection, *kinds: str) -> list[dict[str, Any]]:
    """Hear until each of these kinds has come; give them, whatever order they came in."""
    left, found = list(kinds), []
    while left:
        frame = await hear(page)
        if frame["type"] in left:
            left.remove(frame["type"])
            found.append(frame)
    return sorted(found, key=lambda frame: kinds.index(frame["type"]))


async def say(page: ClientConnection, **frame: Any) -> None:
    await page.send(json.dumps(frame))


@pytest.mark.parametrize(("shown", "goods"), [("plain", False), ("shop", True)])
async def test_the_page_and_its_parts_are_served(shown: str, goods: bool) -> None:
    async with (
        serving(FakeIntake(), page=shown) as (_, address),
        httpx.AsyncClient(base_url=f"http://{address}") as http,
    ):
        page = await http.get("/")
        assert page.status_code == 200
        assert "<title>Acme</title>" in page.text
        assert ("Harbor" in page.text, "order" in page.text) == (goods, goods), (
            "a bot of one's own sells no headphones"
        )
        assert f"ws://{address}" in page.headers["content-security-policy"]
        for part in ("web/shop.js", "web/shop.css", "web/icon.svg", "widget.js"):
            assert part in page.text
            assert (await http.get(f"/{part}")).status_code == 200
        assert (await http.get("/web/socket")).status_code == 404


async def test_a_conversation_and_a_reload() -> None:
    async with serving(EchoBot()) as (connector, address):
        url = f"ws://{address}/web/socket"
        async with connect(url, origin=f"http://{address}") as page:  # type: ignore[arg-type]
            await say(page, type="hello", locale="en")
            welcome, greeting = await hear_kinds(page, "welcome", "reply")
            assert greeting["text"] == "Hello!"
            await say(page, type="message", id="m1", text="订单在哪里? 🙂")
            ack, reply = await hear_kinds(page, "ack", "reply")
            assert ack["id"] == "m1"
            assert reply["text"] == "You said: 订单在哪里? 🙂"
            await connector.send(welcome["chat"], Reply("q", "Sure?", (Button("Yes", value="yes"),), question="q1"))
            (question,) = await hear_kinds(page, "reply")
            await say(page, type="press", id="m2", value="yes", label="Yes", question=question["question"])
            _, reply = await hear_kinds(page, "ack", "reply")
            assert reply["text"] == "You pressed: Yes"
        async with connect(url) as page:
            await say(page, type="hello", chat=welcome["chat"], token=welcome["token"])
            again = await hear(page)
            assert again["chat"] == welcome["chat"]
            frames = [await hear(page) for _ in range(again["missed"])]
            assert [frame["text"] for frame in frames] == [
                "Hello!",
                "订单在哪里? 🙂",
                "You said: 订单在哪里? 🙂",
                "Sure?",
                "Yes",
                "You pressed: Yes",
            ]


async def test_a_message_sent_again_after_a_lost_acknowledgement_is_answered_once() -> None:
    bot = EchoBot()
    async with serving(bot) as (_, address):
        url = f"ws://{address}/web/socket"
        async with connect(url) as page:
            await say(page, type="hello")
            welcome, _ = await hear_kinds(page, "welcome", "reply")
            await say(page, type="message", id="m1", text="hi")
            await hear_kinds(page, "ack")
        async with connect(url) as page:
            await say(page, type="hello", chat=welcome["chat"], token=welcome["token"])
            missed = (await hear(page))["missed"]
            texts = [(await hear(page))["text"] for _ in range(missed)]
            await say(page, type="message", id="m1", text="hi")
            assert await hear(page) == {"type": "ack", "id": "m1"}
            assert texts == ["Hello!", "hi", "You said: hi"]
    assert len(bot.seen) == 2


async def test_a_page_of_another_site_is_turned_away() -> None:
    async with serving(FakeIntake()) as (_, address):
        with pytest.raises(InvalidStatus) as caught:
            async with connect(f"ws://{address}/web/socket", origin="https://evil.example"):  # type: ignore[arg-type]
                pass
        assert caught.value.response.status_code == 403


async def test_a_page_of_a_named_site_is_let_in() -> None:
    async with (
        serving(FakeIntake(), origins=("https://shop.example",)) as (_, address),
        connect(f"ws://{address}/web/socket", origin="https://shop.example") as page,  # type: ignore[arg-type]
    ):
        await say(page, type="hello")
        assert (await hear(page))["type"] == "welcome"


async def test_stopping_tells_pages_to_come_back() -> None:
    async with serving(FakeIntake()) as (connector, address), connect(f"ws://{address}/web/socket") as page:
        await say(page, type="hello")
        await hear(page)
        await connector.stop()
        with pytest.raises(ConnectionClosed) as caught:
            await hear(page)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1012


async def test_a_huge_frame_closes_that_socket_alone() -> None:
    async with serving(EchoBot()) as (_, address):
        url = f"ws://{address}/web/socket"
        async with connect(url) as rude, connect(url) as polite:
            for page in (rude, polite):
                await say(page, type="hello")
                await hear_kinds(page, "welcome", "reply")
            await rude.send("x" * 3_000_000)
            assert (await hear(rude))["code"] == "too_long"
            with pytest.raises(ConnectionClosed):
                await hear(rude)
            await say(polite, type="message", id="m1", text="hi")
            assert (await hear_kinds(polite, "reply"))[0]["text"] == "You said: hi"


async def test_many_pages_at_once_each_get_their_own_answers() -> None:
    async def talk(url: str, n: int) -> list[str]:
        async with connect(url) as page:
            await say(page, type="hello")
            await hear_kinds(page, "welcome", "reply")
            texts = []
            for turn in range(3):
                await say(page, type="message", id=f"m{turn}", text=f"page {n} turn {turn}")
                _, reply = await hear_kinds(page, "ack", "reply")
                texts.append(reply["text"])
            return texts

    async with serving(EchoBot()) as (_, address):
        url = f"ws://{address}/web/socket"
        heard = await asyncio.gather(*(talk(url, n) for n in range(30)))
    assert heard == [[f"You said: page {n} turn {turn}" for turn in range(3)] for n in range(30)]


FLOWS = """
flows:
  on_start: {steps: [{say: Hello!}]}
  pick:
    start: {commands: [pick]}
    steps:
      - {ask: colour, say: Which?, options: {red: Red, blue: Blue}}
      - {say: "You took {{ colour }}."}
"""


@asynccontextmanager
async def at_work(directory: Path) -> AsyncIterator[str]:
    """Serve a bot over the web channel, its store in a file; gives the address."""
    connector = WebConnector(
        WebSettings.model_validate({"secret": "a secret for the tests"}), BotInfo(), capabilities=CAPABILITIES
    )
    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=connector.routes())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", log_config=None, lifespan="off"))
    async with await Bot.load(directory, connectors=lambda _: {"web": connector}) as bot:
        await connector.start(bot.engine)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/web/socket"
        finally:
            await connector.stop()
            server.should_exit = True
            await task


async def test_after_a_restart_a_new_page_is_shown_all_of_it_in_order_once(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Desk\nchannels: {web: {}}\n")
    (tmp_path / "flows.yaml").write_text(FLOWS)
    async with at_work(tmp_path) as url, connect(url) as page:
        await say(page, type="hello")
        welcome, _ = await hear_kinds(page, "welcome", "reply")
        await say(page, type="message", id="m1", text="/pick")
        _, question = await hear_kinds(page, "ack", "reply")
    async with at_work(tmp_path) as url, connect(url) as page:
        assert await _shown(page, welcome) == ["Hello!", "/pick", "Which?"]
        red = question["buttons"][0]
        await say(
            page, type="press", id="m2", question=question["question"], **{k: red[k] for k in ("value", "label")}
        )
        await hear_kinds(page, "ack", "reply")
        async with connect(url) as other:
            assert await _shown(other, welcome) == ["Hello!", "/pick", "Which?", "Red", "You took red."]
    async with at_work(tmp_path) as url, connect(url) as page, connect(url) as other:
        assert await _shown(page, welcome, last="m2") == ["You took red."]
        assert await _shown(other, welcome) == ["Hello!", "/pick", "Which?", "Red", "You took red."]


async def _shown(page: ClientConnection, welcome: dict[str, Any], last: str = "") -> list[str]:
    await say(page, type="hello", chat=welcome["chat"], token=welcome["token"], last=last)
    missed = (await hear(page))["missed"]
    return [(await hear(page))["text"] for _ in range(missed)]


async def _signed(address: str) -> dict[str, str]:
    """Open a chat, and give what an upload to it says of itself."""
    async with connect(f"ws://{address}/web/socket") as page:
        await say(page, type="hello")
        (welcome,) = await hear_kinds(page, "welcome")
    return {"x-chat": welcome["chat"], "x-chat-token": welcome["token"]}


async def test_a_file_streams_in_and_out() -> None:
    content = sample("lamp.png", 5_000_000)
    async with serving(FakeIntake()) as (_, address), httpx.AsyncClient(base_url=f"http://{address}") as http:
        headers = await _signed(address)
        file = (await http.post("/web/files?name=lamp.png", content=content, headers=headers)).json()
        assert file["size"] == 5_000_000
        assert (await http.get(file["url"])).content == content
        async with http.stream("GET", file["url"]) as left_early:
            async for _ in left_early.aiter_raw():
                break
        assert (await http.get(file["url"], headers={"range": "bytes=0-1"})).status_code == 200


async def test_a_cut_upload_leaves_nothing() -> None:
    intake = FakeIntake()
    async with serving(intake) as (connector, address):
        headers = await _signed(address)
        host, _, port = address.partition(":")
        for length in ("content-length: 900000", "transfer-encoding: chunked"):
            _, writer = await asyncio.open_connection(host, int(port))
            said = "".join(f"{name}: {value}\r\n" for name, value in {**headers, "host": address}.items())
            writer.write(f"POST /web/files?name=a.png HTTP/1.1\r\n{said}{length}\r\n\r\n".encode())
            part = sample("a.png", 100_000)
            writer.write(f"{len(part):x}\r\n".encode() + part if "chunked" in length else part)
            await writer.drain()
            await _until(lambda: bool(connector._uploads._under_way))
            writer.close()
            await _until(lambda: not connector._uploads._under_way)
        assert await intake.files.files(f"web:{headers['x-chat']}") == []
        answer = await _post(address, headers, sample("a.png"))
        assert answer.status_code == 201


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")


async def _post(address: str, headers: dict[str, str], content: bytes) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        return await http.post("/web/files", params={"name": "a.png"}, content=content, headers=headers)


async def test_what_is_too_large_is_answered_before_it_is_read() -> None:
    async with serving(FakeIntake()) as (_, address):
        answer = await _post(address, await _signed(address), bytes(10_000_001))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("settings", "kept", "told"),
    [({}, "", 1), ({}, "the installation's own", 0), ({"secret": "a secret for the tests"}, "", 0)],
)
def test_a_channel_that_could_keep_no_secret_says_what_that_means(
    settings: dict[str, str], kept: str, told: int, caplog: pytest.LogCaptureFixture
) -> None:
    WebConnector(WebSettings.model_validate(settings), BotInfo(secret=kept), capabilities=CAPABILITIES)
    said = "the chats of pages end with this process: it has no secret, and could not keep one"
    assert caplog.messages == [said] * told
