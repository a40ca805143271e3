"""Voice on Telegram, whole: a voice message is what it says, and is answered by voice, by both libraries.

Telegram is the double of the Bot API, the Audio API a server of the test, asked through OpenAI's own library.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from botkit import Bot
from botkit.testing import sample
from tests.telegram.api import BotApi
from tests.telegram.platform import Customers, connector_of, said

OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
FLOWS = """
intents: {status: {examples: [where is my order, where is my parcel]}}
flows:
  on_start: {steps: [{say: Hello!}]}
  status:
    start: {intents: [status]}
    steps: [{say: "It is **on its way**."}]
  draw:
    start: {commands: [draw]}
    steps:
      - do: content.image
        with: {prompt: a lamp}
        save: picture
      - say: Here it is.
        image: "{{ picture.ref }}"
"""
BOT = """
name: Voice
plugins:
  - content: {{listen: true, speak: {speak}}}
llm:
  base_url: "{url}"
  model: m
  mode: off
  retries: 0
  image: draws
  speech: {{model: speaks, voice: alloy}}
  transcribe: listens
"""
PATIENCE = 20.0


class Audio:
    """A server of the Audio and Images APIs: what was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.heard = "Where is my order?"
        self.broken = False
        self.base = ""

    async def transcribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.asked.append(("transcribe", (form["model"], file.filename, file.file.read())))
        if self.broken:
            return web.json_response({"error": {"message": "down"}}, status=500)
        return web.json_response({"text": self.heard})

    async def speak(self, request: web.Request) -> web.Response:
        self.asked.append(("speak", await request.json()))
        return web.Response(body=b"" if self.broken else OGG, status=500 if self.broken else 200)

    async def draw(self, request: web.Request) -> web.Response:
        import base64

        self.asked.append(("draw", await request.json()))
        return web.json_response(
            {"created": 1, "data": [{"b64_json": base64.b64encode(sample("lamp.png")).decode()}]}
        )


@pytest_asyncio.fixture
async def audio() -> AsyncIterator[Audio]:
    made = Audio()
    app = web.Application()
    app.add_routes(
        [
            web.post("/v1/audio/transcriptions", made.transcribe),
            web.post("/v1/audio/speech", made.speak),
            web.post("/v1/images/generations", made.draw),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield made
    await runner.cleanup()


class Chat:
    """A customer who speaks to the bot."""

    def __init__(self, api: BotApi, bot: Bot) -> None:
        self.bot, self.api, self.customers, self.number = bot, api, Customers(api), 0

    @property
    def shown(self) -> list[dict[str, Any]]:
        return self.api.messages.get(815, [])

    async def send(self, **message: Any) -> dict[str, Any]:
        """Send a message and give the bot's last one, once it has answered."""
        before = len(self.shown)
        self.number += 1
        assert await self.customers.push({"message": said("815", self.number, **message)})
        await self.api.until(lambda: len(self.shown) > before, PATIENCE)
        return self.shown[-1]

    async def voice(self) -> dict[str, Any]:
        self.api.files["documents/v1"] = OGG
        voice = {
            "file_id": "v1",
            "file_unique_id": "u",
            "duration": 2,
            "mime_type": "audio/ogg",
            "file_size": len(OGG),
        }
        return await self.send(voice=voice)


@pytest.fixture
def chatting(api: BotApi, driver: str, audio: Audio, tmp_path: Path) -> Any:
    async def begin(speak: str = "answer") -> Bot:
        (tmp_path / "bot.yaml").write_text(BOT.format(url=audio.base, speak=speak))
        (tmp_path / "flows.yaml").write_text(FLOWS)
        connector = connector_of(api, driver)
        connector.capabilities = msgspec.structs.replace(connector.capabilities, per_second=0, per_chat=0)
        bot = await Bot.load(tmp_path, store="sqlite://", connectors=lambda _: {"telegram": connector})
        await bot.receive()
        return bot

    return begin


async def test_a_voice_message_is_understood_and_answered_by_voice(api: BotApi, audio: Audio, chatting: Any) -> None:
    async with await chatting() as bot:
        chat = Chat(api, bot)
        assert (await chat.send(text="/start"))["file"] == ""
        answer = await chat.voice()
        assert (answer["voice"], answer["content"], answer["text"]) == (True, OGG, "It is on its way.")
        assert audio.asked[0] == ("transcribe", ("listens", "voice.ogg", OGG))
        what, spoken = audio.asked[1]
        assert what == "speak"
        assert (spoken["model"], spoken["voice"], spoken["input"]) == ("speaks", "alloy", "It is on its way.")
        written = await chat.send(text="where is my parcel")  # who writes is answered in writing
        assert (written["file"], written["text"]) == ("", "It is on its way.")
        lines = [line.text for line in (await bot.desk.look("telegram:815")).lines]
        assert "Where is my order? <audio voice.ogg>" in lines


async def test_a_bot_that_only_listens(api: BotApi, audio: Audio, chatting: Any) -> None:
    async with await chatting("never") as bot:
        chat = Chat(api, bot)
        await chat.send(text="/start")
        answer = await chat.voice()
    assert (answer["file"], answer["text"]) == ("", "It is on its way.")
    assert [what for what, _ in audio.asked] == ["transcribe"]


async def test_whoever_takes_no_voice_messages_reads(api: BotApi, audio: Audio, chatting: Any) -> None:
    api.silent.add(815)
    async with await chatting() as bot:
        chat = Chat(api, bot)
        await chat.send(text="/start")
        answer = await chat.voice()
    assert (answer["file"], answer["text"]) == ("", "It is on its way.")


async def test_where_nobody_listens_the_message_is_a_file_and_where_nobody_speaks_a_text(
    api: BotApi, audio: Audio, chatting: Any
) -> None:
    async with await chatting() as bot:
        chat = Chat(api, bot)
        await chat.send(text="/start")
        audio.broken = True
        assert "received your file" in (await chat.voice())["text"]
        audio.broken = False
        audio.heard = " "
        assert "received your file" in (await chat.voice())["text"]


async def test_a_picture_that_was_made_is_shown(api: BotApi, audio: Audio, chatting: Any) -> None:
    async with await chatting() as bot:
        chat = Chat(api, bot)
        await chat.send(text="/start")
        shown = await chat.send(text="/draw")
    assert (shown["image"], shown["content"], shown["text"]) == ("picture.png", sample("lamp.png"), "Here it is.")
