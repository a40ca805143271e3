"""Whole bots against servers of models: for each fault, what the customer saw and what was stored."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.app.asked import asked_of
from botkit.model.catalogue import Capabilities
from botkit.model.events import Result
from botkit.model.replies import Reply
from botkit.model.turn import Record
from botkit.ports.connectors import Intake, StreamPart
from botkit.ports.stores import each_turn
from tests.llm.raw import HANG, Answer, call, delta, raw_server, refusal, sse, whole

BOT = """
name: Acme
plugins: [./plugins/desk.py]
llm:
  base_url: {url}
  model: m-1
  mode: {mode}
  retries: {retries}
  timeouts: {{connect: 2s, first: 1s, total: 4s}}
"""
FLOWS = """
answers: {hours: {questions: [when are you open], say: From 9 to 18.}}
flows:
  talk:
    start: {commands: [talk]}
    steps:
      - {ask: wish, say: What is it?}
      - agent: Help.
        tools: [desk.find]
        on_error: [{say: "Sorry: {{ error.code }}."}, end]
  note:
    start: {commands: [note]}
    steps:
      - {ask: wish, say: What is it?}
      - generate: Write about {{ wish }}.
        save: text
        on_error: [{say: "Sorry: {{ error.code }}."}, end]
      - say: "Noted: {{ text }}"
"""
PLUGIN = '''
from botkit import Context, Plugin

plugin = Plugin("desk")
CALLED = []


@plugin.action(effect="read")
async def find(ctx: Context, id: str, note: str = "") -> dict:
    """Find an order."""
    CALLED.append((id, note))
    return {"state": "sent"}
'''


class Page:
    """The platform's double: what was shown, and how it grew. With `streaming` answers grow on it."""

    name = "web"

    def __init__(self, *, streaming: bool) -> None:
        self.capabilities = Capabilities(streaming=streaming)
        self.shown: list[str] = []
        self.grown: list[StreamPart] = []

    async def start(self, intake: Intake) -> None:
        """Take part."""

    async def stop(self) -> None:
        """End."""

    async def send(self, chat: str, reply: Reply) -> str:  # noqa: ARG002 - the shape of a connector
        self.shown.append(reply.text)
        return reply.id

    async def stream(self, chat: str, part: StreamPart) -> None:  # noqa: ARG002 - the shape of a Streamer
        self.grown.append(part)

    def routes(self) -> Sequence[Any]:
        return ()


def write_bot(folder: Path, url: str, *, mode: str = "off", retries: int = 0) -> Path:
    (folder / "plugins").mkdir()
    (folder / "plugins" / "desk.py").write_text(PLUGIN)
    (folder / "flows.yaml").write_text(FLOWS)
    (folder / "bot.yaml").write_text(BOT.format(url=url, mode=mode, retries=retries))
    return folder


async def play(folder: Path, page: Page, *said: str) -> list[Record]:
    """Say something, look whether the bot is well afterwards, and give what was stored."""
    async with await Bot.load(folder, store="sqlite://", connectors=lambda _: {"web": page}) as bot:
        for text in said:
            await bot.say(text, "web:1")
        assert (await bot.say("when are you open", "web:2")).text.endswith("From 9 to 18."), "others are served"
        return [record async for record in each_turn(bot.store, "web:1")]


def failures(records: list[Record]) -> list[str]:
    """Give the failures that were stored as results."""
    results = [record.event for record in records if isinstance(record.event, Result)]
    return [result.failure.code for result in results if result.failure is not None]


STREAMED = pytest.mark.parametrize("streaming", [False, True])


@STREAMED
@pytest.mark.parametrize(
    ("said", "code"),
    [("rate me", "rate_limited"), ("break down", "unavailable"), ("nobody knows this", "rejected"),
     ("be bad", "refused"), ("say no more", "truncated")],
)  # fmt: skip
@pytest.mark.parametrize("flow", ["talk", "note"])
async def test_faults_of_aimock(
    tmp_path: Path, aimock: str, said: str, code: str, flow: str, streaming: bool
) -> None:
    page = Page(streaming=streaming)
    records = await play(write_bot(tmp_path, f"{aimock}/v1"), page, f"/{flow}", said)
    assert page.shown[-1] == f"Sorry: {code}." or page.shown[-2] == f"Sorry: {code}."
    assert failures(records) == [code]
    assert not [part for part in page.grown if part.state == "end"], "nothing stands that was not said"


@pytest.mark.parametrize(("said", "code"), [("cut it", "truncated"), ("be slow", "timeout")])
async def test_streams_of_aimock_that_break(tmp_path: Path, aimock: str, said: str, code: str) -> None:
    page = Page(streaming=True)
    records = await play(write_bot(tmp_path, f"{aimock}/v1"), page, "/talk", said)
    assert f"Sorry: {code}." in page.shown
    assert failures(records) == [code]
    assert [part.state for part in page.grown][-1:] in ([], ["abort"])


@STREAMED
async def test_a_talk_with_aimock_and_its_tools(tmp_path: Path, aimock: str, streaming: bool) -> None:
    page = Page(streaming=streaming)
    folder = write_bot(tmp_path, f"{aimock}/v1")
    records = await play(folder, page, "/talk", "greet me")
    assert "Good day to you, and welcome! 您好" in page.shown
    assert failures(records) == []
    used = [found for record in records if (found := asked_of(record.event)) is not None]
    assert [one.output > 0 for one in used] == [True]
    if streaming:
        assert "".join(part.text for part in page.grown) == "Good day to you, and welcome! 您好"
        assert page.grown[-1].state == "end"


FAULTS: dict[str, tuple[Answer, str]] = {
    "429": (refusal(429, "slow down"), "rate_limited"),
    "500": (refusal(500, "oh no"), "unavailable"),
    "503": (refusal(503, "away"), "unavailable"),
    "401": (refusal(401, "bad key"), "rejected"),
    "400": (refusal(400, "bad request"), "rejected"),
    "no JSON": (Answer(b"<html>"), "malformed"),
    "not the protocol": (Answer({"hello": 1}), "malformed"),
    "empty": (whole(""), "empty"),
    "null": (whole(None), "empty"),
    "refusal": (whole(None, refusal="I can't help with that"), "refused"),
    "filter": (whole("", finish="content_filter"), "refused"),
    "length": (whole("half a", finish="length"), "truncated"),
    "silence": (Answer(HANG), "timeout"),
    "a body that is cut": (Answer(b'{"choices": [', cut=True), "unavailable"),
}
STREAMS: dict[str, tuple[Answer, str]] = {
    "cut": (sse(delta(content="One. Two"), done=False, cut=True), "truncated"),
    "without an end": (sse(delta(content="One. Two"), done=False), "truncated"),
    "a malformed chunk": (sse(delta(content="One. Two"), b"data: {oops\n\n"), "malformed"),
    "length": (sse(delta(content="One. Two"), delta("length")), "truncated"),
    "filter": (sse(delta(content="One. Two"), delta("content_filter")), "refused"),
    "empty": (sse(delta("stop")), "empty"),
    "hangs": (sse(delta(content="One. Two"), HANG, done=False), "timeout"),
}


@pytest.mark.parametrize("flow", ["talk", "note"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_ends_in_a_good_reply(tmp_path: Path, fault: str, flow: str) -> None:
    answer, code = FAULTS[fault]
    async with raw_server(answer) as server:
        page = Page(streaming=False)
        records = await play(write_bot(tmp_path, server.url), page, f"/{flow}", "hello")
    assert f"Sorry: {code}." in page.shown, page.shown
    assert failures(records) == [code]
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", STREAMS)
async def test_every_broken_stream_ends_in_a_good_reply(tmp_path: Path, fault: str) -> None:
    answer, code = STREAMS[fault]
    async with raw_server(answer) as server:
        page = Page(streaming=True)
        records = await play(write_bot(tmp_path, server.url), page, "/talk", "hello")
    assert f"Sorry: {code}." in page.shown, page.shown
    assert failures(records) == [code]
    assert [part.state for part in page.grown][-1:] in ([], ["abort"]), "what grew is taken away"
    assert "One. Two" not in page.shown


@pytest.mark.parametrize("fault", ["429", "500", "no JSON", "empty", "400", "silence"])
async def test_the_router_goes_on_without_a_model_that_fails(tmp_path: Path, fault: str) -> None:
    answer, code = FAULTS[fault]
    async with raw_server(answer) as server:
        page = Page(streaming=False)
        folder = write_bot(tmp_path, server.url, mode="fallback")
        records = await play(folder, page, "hello", "zzz qqq zzz")
    assert failures(records)[-1:] == [code]
    assert records[-1].route == "no_match"
    assert page.shown[-2], "there is a reply"


async def test_what_may_help_is_tried_again_and_the_customer_sees_nothing_of_it(tmp_path: Path) -> None:
    answers = (refusal(429, "slow down", retry_after="0"), refusal(500, "oh no"), whole("Here I am."))
    async with raw_server(*answers) as server:
        page = Page(streaming=False)
        records = await play(write_bot(tmp_path, server.url, retries=2), page, "/talk", "hello")
        assert len(server.asked) == 3
    assert "Here I am." in page.shown
    assert failures(records) == []


async def test_malformed_arguments_go_back_to_the_model_which_mends_them(tmp_path: Path) -> None:
    answers = (
        whole(None, [call("find", "{broken", "c1")], "tool_calls"),
        whole(None, [call("find", '{"nobody": 1}', "c2")], "tool_calls"),
        whole(None, [call("erase", "{}", "c3")], "tool_calls"),
        whole(None, [call("find", '{"id": "17"}', "c4")], "tool_calls"),
        whole("It was sent."),
    )
    async with raw_server(*answers) as server:
        page = Page(streaming=False)
        folder = write_bot(tmp_path, server.url)
        async with await Bot.load(folder, store="sqlite://", connectors=lambda _: {"web": page}) as bot:
            await bot.say("/talk", "web:1")
            assert (await bot.say("where is 17", "web:1")).text == "It was sent."
            ledger = bot.checked.registry.host("desk").plugin.actions["find"].function.__globals__["CALLED"]
            assert ledger == [("17", "")]
        told = [body["messages"][-1]["content"] for body in server.bodies[1:]]
    assert ["bad_arguments" in text for text in told] == [True, True, False, False]
    assert "unknown_tool" in told[2]
    assert json.loads(told[3].split("\n")[1]) == {"state": "sent"}
