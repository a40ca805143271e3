"""With aimock, an independent server: everything that an endpoint gives, by both APIs, and its faults."""

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from botkit.errors import ModelError
from botkit.llm import Endpoint, Timeouts, open_model
from botkit.llm.settings import Api
from botkit.model.completions import ChatMessage, Completion, Tool
from botkit.ports.models import LanguageModel, Media, ModelRequest
from botkit.understanding.embedders import EmbedderSettings, open_embedder
from tests.llm.conftest import HERE

TOOLS = (Tool("shop.find_order", "Finds an order.", {"type": "object", "properties": {"id": {"type": "string"}}}),)
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}, "word": {"type": "string"}}}


@pytest.fixture(params=["chat", "responses", "azure"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def model(aimock: str, api: str) -> AsyncIterator[LanguageModel]:
    url, version = (aimock, "2024-10-21") if api == "azure" else (f"{aimock}/v1", "")
    endpoint = Endpoint(
        "gpt-5-mini",
        url,
        "key",
        cast("Api", "chat" if api == "azure" else api),
        version,
        timeouts=Timeouts(2.0, 1.0, 5.0),
    )
    opened, _ = await open_model(endpoint)
    yield opened
    await opened.close()


@pytest.fixture
async def media(aimock: str) -> AsyncIterator[Media]:
    endpoint = Endpoint(
        "m", f"{aimock}/v1", image="gpt-image-1", speech="tts-1", transcribe="whisper-1", moderation="omni"
    )
    model, opened = await open_model(endpoint)
    assert opened is not None
    yield opened
    await model.close()


async def say(model: LanguageModel, text: str, texts: list[str] | None = None, **more: Any) -> Completion:
    request = ModelRequest([ChatMessage("system", "Be kind."), ChatMessage("user", text)], **more)
    return await model.complete(request, None if texts is None else texts.append)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_chat(model: LanguageModel, streamed: bool) -> None:
    texts: list[str] = []
    made = await say(model, "greet me", texts if streamed else None)
    assert (made.text, made.finish, made.calls) == ("Good day to you, and welcome! 您好", "stop", ())
    assert ("".join(texts), len(texts) > 5) == ((made.text, True) if streamed else ("", False))
    assert made.usage.output > 0
    assert made.first <= made.seconds


@pytest.mark.parametrize("streamed", [False, True])
async def test_tools_and_their_results(model: LanguageModel, streamed: bool) -> None:
    made = await say(model, "where is order 17", [] if streamed else None, tools=TOOLS)
    assert (made.finish, [call.name for call in made.calls]) == ("tools", ["shop.find_order"] * 2)
    assert [json.loads(call.arguments) for call in made.calls] == [
        {"id": "17", "note": 'a "quoted" 名字'},
        {"id": "18"},
    ]
    assert len({call.id for call in made.calls}) == 2
    talk = [
        ChatMessage("user", "where is order 17"),
        ChatMessage("assistant", "", made.calls),
        *(ChatMessage("tool", '{"state": "sent"}', call=call.id) for call in made.calls),
    ]
    assert (await model.complete(ModelRequest(talk, TOOLS))).text == "Order 17 is on its way."


@pytest.mark.parametrize("streamed", [False, True])
async def test_structured_output(model: LanguageModel, streamed: bool) -> None:
    made = await say(model, "give me json", [] if streamed else None, schema=SCHEMA)
    assert json.loads(made.text) == {"n": 3, "word": "drei"}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rate me", "rate_limited"),
        ("break down", "unavailable"),
        ("nobody knows this", "rejected"),
        ("be bad", "refused"),
    ],
)
async def test_faults(model: LanguageModel, api: str, text: str, reason: str, streamed: bool) -> None:
    with pytest.raises(ModelError) as caught:
        await say(model, text, [] if streamed else None)
    if text == "be bad" and api == "responses":
        reason = "unavailable"  # this server says `failed` there, and not why
    assert caught.value.reason == reason


@pytest.mark.parametrize(("text", "reason"), [("cut it", "truncated"), ("be slow", "timeout")])
async def test_faults_of_streams(model: LanguageModel, text: str, reason: str) -> None:
    with pytest.raises(ModelError) as caught:
        await say(model, text, [])
    assert (caught.value.reason, caught.value.temporary) == (reason, True)


async def test_an_answer_at_its_limit(model: LanguageModel) -> None:
    made = await say(model, "say no more")
    assert (made.text, made.finish) == ("This is too lo", "length")


async def test_media(media: Media) -> None:
    picture = await media.draw("a red dot")
    assert (picture.mime, picture.content[:4]) == ("image/png", b"\x89PNG")
    assert await media.speak("Good day") == b"OggS a sound"
    assert await media.transcribe(b"OggS", name="voice.ogg", language="en") == "Where is my order?"
    assert await media.moderate("I hate you") == ("hate",)
    assert await media.moderate("I like you") == ()


async def test_media_that_bot_yaml_does_not_name(aimock: str) -> None:
    model, media = await open_model(Endpoint("m", f"{aimock}/v1"))
    assert media is not None
    for asked in (media.draw("x"), media.speak("x"), media.transcribe(b"x", name="x.ogg"), media.moderate("x")):
        with pytest.raises(ModelError) as caught:
            await asked
        assert caught.value.reason == "unsupported"
    await model.close()


async def test_media_that_break(media: Media) -> None:
    with pytest.raises(ModelError) as caught:
        await media.draw("what nobody knows")
    assert caught.value.reason == "rejected"


async def test_embeddings(aimock: str) -> None:
    embedder = await open_embedder(
        EmbedderSettings("endpoint", f"{aimock}/v1", "text-embedding-3-small", "key"), HERE
    )
    assert (await embedder.embed(["north"], patience=5.0)).tolist() == [[0.0, 1.0, 0.0]]
    await embedder.close()
