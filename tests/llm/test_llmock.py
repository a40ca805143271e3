"""With llmock, an independent server that breaks on demand and judges the client: retries, pauses, streams that break."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from llmock.pytest_plugin import LLMock

from botkit.errors import ModelError
from botkit.llm import Endpoint, Timeouts, open_model
from botkit.llm.gateway import Gateway, Served
from botkit.llm.settings import Api
from botkit.model.completions import ChatMessage, Completion, Tool
from botkit.ports.models import Asking, ModelRequest
from botkit.runtime.clocks import WallClock

TOOLS = (Tool("find", "Finds.", {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}),)
Say = Callable[..., Any]


@pytest.fixture(params=["chat", "responses"])
async def say(llmock: LLMock, request: pytest.FixtureRequest) -> AsyncIterator[Say]:
    timeouts = Timeouts(2.0, 1.5, 8.0)
    model, media = await open_model(
        Endpoint("gpt-5-mini", llmock.base_url(), "key", cast("Api", request.param), timeouts=timeouts)
    )
    gateway = Gateway([Served(model)], WallClock(), timeouts=timeouts, media=media)

    async def ask(texts: list[str] | None = None, **more: Any) -> Completion:
        asked = ModelRequest([ChatMessage("user", "How are you?")], **more)
        return await gateway.complete(asked, Asking("web:1"), None if texts is None else texts.append)

    yield ask
    await gateway.close()


async def test_a_chat(llmock: LLMock, say: Say) -> None:
    llmock.reply("Well, thank you", times=2)
    assert (await say()).text == "Well, thank you"
    texts: list[str] = []
    assert (await say(texts)).text == "Well, thank you"
    assert "".join(texts) == "Well, thank you"
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_busy_server_is_asked_again_when_it_says(llmock: LLMock, say: Say, streamed: bool) -> None:
    llmock.rate_limit(times=1, retry_after=0.6).fail(503).reply("Well, thank you")
    made = await say([] if streamed else None)
    assert (made.text, made.tries) == ("Well, thank you", 3)
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_does_not_help_is_not_done_twice(llmock: LLMock, say: Say, status: int) -> None:
    llmock.fail(status, times=None)
    with pytest.raises(ModelError) as caught:
        await say()
    assert (caught.value.reason, len(llmock.requests)) == ("rejected", 1)
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
async def test_a_stream_that_breaks_is_begun_anew(llmock: LLMock, say: Say, fault: str) -> None:
    llmock.reply("One two three four five six seven eight", times=2)
    getattr(llmock, fault)(after_chunks=4)
    texts: list[str] = []
    made = await say(texts)
    assert (made.text, made.tries) == ("One two three four five six seven eight", 2)
    shown = "".join(texts[texts.index("") + 1 :]) if "" in texts else "".join(texts)
    assert shown == made.text
    llmock.assert_resilient(strict=fault != "corrupt")  # its warning is for a try that ended while it still wrote


async def test_a_server_that_is_slow_at_first_is_left(llmock: LLMock, say: Say) -> None:
    llmock.slow_first_token(5.0, times=1).reply("Well, thank you", times=2)
    assert (await say([])).tries == 2


async def test_tools(llmock: LLMock, say: Say) -> None:
    llmock.call_tool("find", {"id": "17"})
    (call,) = (await say(tools=TOOLS)).calls
    assert (call.name, call.arguments.replace(" ", "")) == ("find", '{"id":"17"}')


@pytest.mark.parametrize("streamed", [False, True])
async def test_arguments_that_are_no_json_come_as_they_are(llmock: LLMock, say: Say, streamed: bool) -> None:
    llmock.break_tool_call("malformed_arguments")
    (call,) = (await say([] if streamed else None, tools=TOOLS)).calls
    assert call.name == "find"
    with pytest.raises(ValueError, match=r".+"):
        json.loads(call.arguments)


async def test_a_tool_that_was_never_offered_comes_as_it_is(llmock: LLMock, say: Say) -> None:
    llmock.break_tool_call("unknown_tool")
    (call,) = (await say(tools=TOOLS)).calls
    assert call.name != "find"


async def test_a_talk_that_is_too_long_for_the_model(llmock: LLMock, say: Say) -> None:
    llmock.context_overflow(times=None)
    with pytest.raises(ModelError, match="context_length_exceeded") as caught:
        await say()
    assert caught.value.reason == "rejected"


async def test_an_outage_ends_in_time(llmock: LLMock, say: Say) -> None:
    llmock.outage()
    with pytest.raises(ModelError) as caught:
        await say()
    assert (caught.value.reason, len(llmock.requests)) == ("unavailable", 3)
    llmock.assert_resilient(strict=True)
