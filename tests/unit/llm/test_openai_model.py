"""A model at a server: what is sent, what comes back, and what becomes of each fault; over HTTP with OpenAI's library."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import pytest

from botkit.errors import ModelError
from botkit.llm import Timeouts
from botkit.llm.openai_model import OpenAIModel
from botkit.model.completions import ChatMessage, Completion, Tool, ToolCall
from botkit.ports.models import ModelRequest
from tests.llm.raw import HANG, Answer, RawServer, call, delta, raw_server, refusal, sse, whole

HELLO = ModelRequest([ChatMessage("system", "Be kind."), ChatMessage("user", "Hi")])
TOOLS = (
    Tool("shop.find_order", "Finds an order.", {"type": "object", "properties": {"id": {"type": "string"}}}),
    Tool("shop_find_order"),
)
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
JSON = ModelRequest(HELLO.messages, schema=SCHEMA)


async def ask(
    server: RawServer, request: ModelRequest = HELLO, texts: list[str] | None = None, **settings: Any
) -> Completion:
    model = OpenAIModel(server.endpoint(**settings))
    try:
        return await model.complete(request, texts.append if texts is not None else None)
    finally:
        await model.close()


async def fault(
    answer: Answer, request: ModelRequest = HELLO, *, streamed: bool = False, **settings: Any
) -> ModelError:
    async with raw_server(answer) as server:
        with pytest.raises(ModelError) as caught:
            await ask(server, request, [] if streamed else None, **settings)
    return caught.value


async def test_what_is_sent_and_what_comes_back() -> None:
    async with raw_server(whole("Good day")) as server:
        made = await ask(server, temperature=0.2, max_tokens=50)
    path, headers, body = server.asked[0]
    assert (path, headers["authorization"]) == ("/v1/chat/completions", "Bearer key-1")
    assert body == {
        "model": "m-1",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
        "max_tokens": 50,
        "temperature": 0.2,
    }
    assert (made.text, made.finish, made.model, made.usage.input, made.usage.output, made.usage.guessed) == (
        "Good day", "stop", "m-1-2026", 7, 2, False,
    )  # fmt: skip
    assert 0 < made.first <= made.seconds < 20


async def test_the_key_of_the_environment_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    async with raw_server(whole()) as server:
        await ask(server, api_key="")
    assert "theirs" not in str(server.asked)
    assert "sk-admin" not in str(server.asked)


async def test_a_talk_with_calls_pictures_and_results() -> None:
    talk = (
        ChatMessage("user", "Look", images=("data:image/png;base64,AA==",)),
        ChatMessage("assistant", "", (ToolCall("c9", "shop.find_order", '{"id":"1"}'),)),
        ChatMessage("tool", '{"ok":true}', call="c9"),
    )
    async with raw_server(
        whole("", [call("shop_find_order_2", '{"id": "7"}'), call("shop_find_order", id_="")])
    ) as server:
        made = await ask(server, ModelRequest(talk, TOOLS, choice="shop.find_order", parallel=False), vision=True)
    sent = server.bodies[0]
    assert [one["function"]["name"] for one in sent["tools"]] == ["shop_find_order_2", "shop_find_order"]
    assert sent["tool_choice"]["function"]["name"] == "shop_find_order_2"
    assert sent["parallel_tool_calls"] is False
    assert sent["messages"][0]["content"][1] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,AA=="},
    }
    assert sent["messages"][1]["tool_calls"][0]["function"] == {
        "name": "shop_find_order_2",
        "arguments": '{"id":"1"}',
    }
    assert sent["messages"][2] == {"role": "tool", "tool_call_id": "c9", "content": '{"ok":true}'}
    assert made.calls == (
        ToolCall("call-1", "shop.find_order", '{"id": "7"}'),
        ToolCall("call_2", "shop_find_order", "{}"),
    )
    assert made.finish == "tools"


async def test_a_picture_goes_to_no_model_that_is_blind() -> None:
    async with raw_server(whole()) as server:
        with pytest.raises(ModelError) as caught:
            await ask(server, ModelRequest([ChatMessage("user", "Look", images=("https://x.org/a.png",))]))
    assert (caught.value.reason, server.asked) == ("unsupported", [])


async def test_a_stream() -> None:
    texts: list[str] = []
    parts = (delta(role="assistant", content=""), delta(content="Good "), delta(content="day"), delta("stop"))
    async with raw_server(sse(*parts, delta(usage=(9, 3)))) as server:
        made = await ask(server, texts=texts)
    assert texts == ["Good ", "day"]
    assert (made.text, made.usage.input, made.usage.output) == ("Good day", 9, 3)
    assert server.bodies[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("sizes", [(1,), (3, 2), (50,)])
@pytest.mark.parametrize("indexed", [True, False])
async def test_calls_that_are_split_over_parts(sizes: Sequence[int], indexed: bool) -> None:
    def parts(number: int, name: str, arguments: str) -> list[Any]:
        index = number if indexed else 0
        made = [delta(tool_calls=[{"index": index, "id": f"c{number}", "function": {"name": name, "arguments": ""}}])]
        at = 0
        while at < len(arguments):
            size = sizes[at % len(sizes)]
            piece = {"index": index, "function": {"arguments": arguments[at : at + size]}}
            made.append(delta(tool_calls=[piece]))
            at += size
        return made

    stream = sse(
        *parts(0, "shop_find_order_2", '{"id": "阿1"}'), *parts(1, "other", '{"a": [1]}'), delta("tool_calls")
    )
    async with raw_server(stream) as server:
        made = await ask(server, ModelRequest(HELLO.messages, TOOLS), [])
    assert made.calls == (
        ToolCall("c0", "shop.find_order", '{"id": "阿1"}'),
        ToolCall("c1", "other", '{"a": [1]}'),
    )
    assert made.finish == "tools"


async def test_arguments_that_are_no_json_are_passed_on() -> None:
    async with raw_server(whole("", [call("t", '{"id": ')], "tool_calls")) as server:
        assert (await ask(server)).calls[0].arguments == '{"id": '


async def test_figures_are_guessed_where_the_server_has_none() -> None:
    async with raw_server(sse(delta(content="Good day to you"), delta("stop"))) as server:
        made = await ask(server, texts=[])
    assert made.usage.guessed
    assert (8 <= made.usage.input <= 20, 3 <= made.usage.output <= 8) == (True, True)


# Faults


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("answer", "reason", "temporary", "after"),
    [
        (refusal(429, "slow down", retry_after="3"), "rate_limited", True, 3.0),
        (refusal(429, "pay", code="insufficient_quota"), "rejected", False, None),
        (refusal(500, "oops"), "unavailable", True, None),
        (refusal(503, "busy", retry_after="0.5"), "unavailable", True, 0.5),
        (Answer(b"<html>Bad gateway</html>", status=502, content_type="text/html"), "unavailable", True, None),
        (refusal(400, "bad request from Anna"), "rejected", False, None),
        (refusal(401, "key-1 is wrong", code="invalid_api_key"), "rejected", False, None),
        (refusal(404, "no such model"), "rejected", False, None),
        (refusal(400, "filtered", code="content_filter"), "refused", False, None),
    ],
)
async def test_statuses(answer: Answer, reason: str, temporary: bool, after: float | None, streamed: bool) -> None:
    error = await fault(answer, streamed=streamed)
    assert (error.reason, error.temporary, error.retry_after) == (reason, temporary, after)
    assert "key-1" not in str(error)
    assert "Anna" not in str(error)


@pytest.mark.parametrize(
    ("answer", "reason", "temporary"),
    [
        (whole(None), "empty", True),
        (whole(" \n"), "empty", True),
        (whole("", finish="length"), "truncated", False),
        (whole("", [call("t", '{"a":')], "length"), "truncated", False),
        (whole("I can't", finish="content_filter"), "refused", False),
        (whole(None, refusal="I will not"), "refused", False),
        (whole("", [call("")]), "malformed", True),
        (Answer(b"{"), "malformed", True),
        (Answer(b"hello", content_type="text/plain"), "malformed", True),
        (Answer({"choices": []}), "malformed", True),
        (Answer({"choices": None}), "malformed", True),
        (Answer([]), "malformed", True),
        (Answer({"error": {"code": "rate_limit_exceeded"}}), "rate_limited", True),
        (Answer({"error": "Anna's order is not known"}), "unavailable", True),
    ],
)
async def test_answers_that_are_none(answer: Answer, reason: str, temporary: bool) -> None:
    error = await fault(answer)
    assert (error.reason, error.temporary) == (reason, temporary)
    assert "Anna" not in str(error)


@pytest.mark.parametrize(
    ("answer", "reason", "temporary"),
    [
        (sse(delta(content="Good "), done=False), "truncated", True),
        (sse(delta(content="Good ")), "truncated", True),
        (sse(delta(content="Good "), done=False, cut=True), "truncated", True),
        (sse(delta(content="Good "), b'data: {"choices": [\n\n'), "malformed", True),
        (sse(delta(content="Good "), b"data: \xff\xfe\n\n"), "malformed", True),
        (sse(delta(content="Good "), ["no object"]), "malformed", True),
        (sse(delta(content={"no": "text"})), "malformed", True),
        (sse(delta(content="Good "), {"error": {"message": "Anna", "code": "server_error"}}), "unavailable", True),
        (
            sse(delta(content="Good "), {"error": {"message": "Anna", "code": "rate_limit_exceeded"}}),
            "rate_limited",
            True,
        ),
        (sse(delta("stop")), "empty", True),
        (sse(delta(refusal="no"), delta("stop")), "refused", False),
        (sse(delta(content="Go"), delta("content_filter")), "refused", False),
        (Answer(b"", content_type="text/event-stream"), "truncated", True),
        (Answer({"choices": []}), "truncated", True),
    ],
)
async def test_streams_that_break(answer: Answer, reason: str, temporary: bool) -> None:
    error = await fault(answer, streamed=True)
    assert (error.reason, error.temporary) == (reason, temporary)
    assert "Anna" not in str(error)


async def test_a_text_that_reached_its_limit_is_a_text() -> None:
    async with raw_server(whole("Good", finish="length")) as server:
        made = await ask(server)
    assert (made.text, made.finish) == ("Good", "length")
    assert (await fault(whole('{"n": 1', finish="length"), JSON)).reason == "truncated"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_server_that_says_nothing(streamed: bool) -> None:
    async with raw_server(Answer(HANG, content_type="text/event-stream")) as server:
        with pytest.raises(ModelError) as caught:
            short = Timeouts(1.0, 0.1 if streamed else 60.0, 60.0 if streamed else 0.1)
            async with asyncio.timeout(10):
                await ask(server, HELLO, [] if streamed else None, timeouts=short)
        assert (caught.value.reason, caught.value.temporary) == ("timeout", True)
        await asyncio.wait_for(server.closed.wait(), 5)  # the connection is let go


async def test_a_role_is_no_first_token_and_a_thought_is_one() -> None:
    short = Timeouts(5.0, 0.2, 60.0)
    async with asyncio.timeout(10):
        assert (await fault(sse(delta(role="assistant"), HANG), streamed=True, timeouts=short)).reason == "timeout"
    thought = sse(delta(reasoning_content="Hm"), delta(content="Yes"), delta("stop"))
    async with raw_server(thought) as server:
        assert (await ask(server, texts=[])).text == "Yes"


async def test_a_stream_that_does_not_end_after_its_last_word_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.llm.openai_model._REST", 0.05)
    for end in ([HANG], [b"data: {\n\n"]):
        async with raw_server(sse(delta(content="Good day"), delta("stop"), *end)) as server:
            assert (await ask(server, texts=[])).text == "Good day"
    async with raw_server(sse(delta(content="Good day"), delta("stop"), done=False, cut=True)) as server:
        assert (await ask(server, texts=[])).text == "Good day"


async def test_nobody_is_there() -> None:
    async with raw_server(whole()) as server:
        pass
    with pytest.raises(ModelError) as caught:
        await ask(server)
    assert (caught.value.reason, caught.value.temporary) == ("unavailable", True)


async def test_who_gives_up_lets_go_of_the_connection() -> None:
    async with raw_server(sse(delta(content="Good "), HANG)) as server:
        said = asyncio.Event()
        model = OpenAIModel(server.endpoint())
        task = asyncio.create_task(model.complete(HELLO, lambda _: said.set()))
        await said.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.close()
        await asyncio.wait_for(server.closed.wait(), 5)


async def test_what_is_said_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with raw_server(whole("Good day, Anna")) as server:
        await ask(server, ModelRequest([ChatMessage("user", "I am Anna")]))
    assert "Anna" not in caplog.text
    assert "key-1" not in caplog.text


# What servers do not take


async def test_a_server_that_takes_no_newer_options_is_asked_without_them_from_then_on() -> None:
    answers = (
        refusal(400, "unknown field `stream_options`"),
        refusal(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", param="max_tokens"),
        refusal(422, "temperature does not support 0.2 with this model"),
        sse(delta(content="Yes"), delta("stop")),
    )
    async with raw_server(*answers) as server:
        model = OpenAIModel(server.endpoint(temperature=0.2))
        assert (await model.complete(HELLO, lambda _: None)).text == "Yes"
        assert (await model.complete(HELLO, lambda _: None)).text == "Yes"
        await model.close()
    assert len(server.asked) == 5
    for body in server.bodies[3:]:
        assert body.keys() == {"model", "messages", "max_completion_tokens", "stream"}


async def test_a_refusal_that_names_nothing_is_not_asked_twice() -> None:
    async with raw_server(refusal(400, "this is too long for me")) as server:
        with pytest.raises(ModelError):
            await ask(server, texts=[])
    assert len(server.asked) == 1


async def test_structured_output() -> None:
    async with raw_server(whole('{"n": 3}')) as server:
        made = await ask(server, JSON)
    assert made.text == '{"n": 3}'
    shape = {"name": "reply", "schema": SCHEMA, "strict": True}
    assert server.bodies[0]["response_format"] == {"type": "json_schema", "json_schema": shape}


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_server_without_it_is_made_to_call_a_tool(streamed: bool) -> None:
    answer = whole("", [call("reply", '{"n": 3}')], "tool_calls")
    if streamed:
        piece = {"index": 0, "id": "c", "function": {"name": "reply", "arguments": '{"n": 3}'}}
        answer = sse(delta(tool_calls=[piece]), delta("tool_calls"))
    async with raw_server(refusal(400, "This response_format type is unavailable now"), answer) as server:
        model = OpenAIModel(server.endpoint())
        texts: list[str] = []
        for _ in range(2):
            made = await model.complete(JSON, texts.append if streamed else None)
            assert (made.text, made.calls, made.finish) == ('{"n": 3}', (), "stop")
        await model.close()
    assert texts == (['{"n": 3}'] * 2 if streamed else [])
    assert len(server.asked) == 3
    assert server.bodies[2]["tools"][0]["function"]["parameters"] == SCHEMA
    assert server.bodies[2]["tool_choice"]["function"]["name"] == "reply"
    assert "response_format" not in server.bodies[2]


async def test_a_server_with_neither_is_told_in_words() -> None:
    answers = (
        refusal(400, "response_format is not supported"),
        refusal(400, "this model does not support tools"),
        whole('Here you are:\n```json\n{"n": {"deep": "}"}}\n```\nAnything else?'),
    )
    async with raw_server(*answers) as server:
        made = await ask(server, JSON)
    assert made.text == '{"n": {"deep": "}"}}'
    assert "JSON Schema" in server.bodies[2]["messages"][0]["content"]
    assert server.bodies[2]["messages"][0]["content"].startswith("Be kind.")
    assert server.bodies[2].keys() == {"model", "messages", "max_tokens"}


async def test_a_server_that_takes_the_format_and_ignores_it_is_asked_otherwise_the_next_time() -> None:
    answers = (whole("Sure! I like 3."), whole("", [call("reply", '{"n": 3}')], "tool_calls"))
    async with raw_server(*answers) as server:
        model = OpenAIModel(server.endpoint())
        with pytest.raises(ModelError) as caught:
            await model.complete(JSON)
        assert (caught.value.reason, caught.value.temporary) == ("malformed", True)
        assert (await model.complete(JSON)).text == '{"n": 3}'
        await model.close()
