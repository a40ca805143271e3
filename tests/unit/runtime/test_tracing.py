"""Spans of turns and their parts: what they name, how they hang together, and that no word is in them."""

import asyncio
import gzip
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from botkit.app.bots import Bot
from botkit.app.metrics import Numbers
from botkit.app.serving import build_app
from botkit.errors import ConfigError, DeliveryError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.monitoring import spans as module
from botkit.monitoring.spans import SPANS, Spans, exporting, make_provider, wanted
from botkit.ports.connectors import Connector, Incoming, Intake
from botkit.runtime import tracing

PLANTED = "Quetzalcoatl"
FLOWS = """
slots: {note: {type: text}}
flows:
  read: {start: {commands: [read]}, steps: [{ask: note, say: What?}, {do: odd.look, with: {text: "{{ note }}"}, save: x}, {say: "{{ x }}"}]}
  slow: {start: {commands: [slow]}, steps: [{do: odd.slow, save: x}, {say: "{{ x }}"}]}
  fail: {start: {commands: [fail]}, steps: [{ask: note, say: What?}, {do: odd.fail, with: {text: "{{ note }}"}, on_error: [{say: Sorry.}]}]}
  refuse: {start: {commands: [refuse]}, steps: [{ask: note, say: What?}, {do: odd.refuse, with: {text: "{{ note }}"}, on_error: [{say: Sorry.}]}]}
"""
PLUGIN = """
import asyncio
import gzip
from botkit import ActionError, Context, Plugin

plugin = Plugin("odd")


@plugin.action(effect="read", inline=True)
def look(ctx: Context, text: str) -> str:
    return text


@plugin.action(effect="read")
async def slow(ctx: Context) -> str:
    await asyncio.sleep(0.1)
    return "here"


@plugin.action(effect="read", retries=0)
async def fail(ctx: Context, text: str) -> str:
    raise ValueError(text)


@plugin.action(effect="read", retries=0)
async def refuse(ctx: Context, text: str) -> str:
    raise ActionError(text, error=text)
"""


class Echo:
    """A channel with a path of its own."""

    name = "echo"
    capabilities = Capabilities()

    async def start(self, intake: Intake) -> None:
        self.intake = intake

    async def stop(self) -> None:
        pass

    async def send(self, chat: str, reply: Reply) -> str:
        if chat == "gone":
            raise DeliveryError(f"{PLANTED}: {reply.text}", permanent=True)
        return "1"

    def routes(self) -> Sequence[Any]:
        async def hook(request: Request) -> Response:
            await self.intake.accept(Incoming("echo", "hook", "1", Message((await request.body()).decode())))
            return PlainTextResponse("ok")

        return [Route("/hook", hook, methods=["POST"])]


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


@pytest.fixture
def spans(told: InMemorySpanExporter) -> Spans:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(told))
    return Spans(provider.get_tracer("botkit"))


@pytest.fixture
async def bot(tmp_path: Path, spans: Spans) -> AsyncIterator[Bot]:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "bot.yaml").write_text("name: Odd\nplugins: [./plugins/odd.py]\n")
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "plugins" / "odd.py").write_text(PLUGIN)
    built: dict[str, Connector] = {"echo": Echo()}
    async with await Bot.load(tmp_path, store="sqlite://", connectors=lambda _: built, spans=spans) as bot:
        await built["echo"].start(bot.engine)
        yield bot


async def say(bot: Bot, chat: str, *texts: str) -> None:
    """Say something as a platform delivers it, and wait for what comes of it."""
    for number, text in enumerate(texts):
        await bot.engine.accept(Incoming("echo", chat, f"{chat}{number}", Message(text)))
        await bot.engine.settle(f"echo:{chat}")


async def all_sent(bot: Bot, conversation: str) -> None:
    """Wait until the outbox of a conversation is empty."""
    async with asyncio.timeout(10):
        for _ in iter(int, 1):
            if not await bot.store.outgoing(conversation):
                return
            await asyncio.sleep(0)


def trees(told: InMemorySpanExporter) -> list[tuple[str, list[str]]]:
    """Give the turns with what hangs below each, in order."""
    found = sorted(told.get_finished_spans(), key=lambda span: span.start_time or 0)
    below: dict[int, list[str]] = {}
    for span in found:
        if span.parent is not None:
            below.setdefault(span.parent.span_id, []).append(span.name.removeprefix("botkit."))
    return [
        (str(values(span).get("route")), sorted(below.get(span.context.span_id, [])))
        for span in found
        if span.name == "botkit.turn"
    ]


def values(span: ReadableSpan) -> dict[str, Any]:
    return {name.removeprefix("botkit."): value for name, value in (span.attributes or {}).items()}


async def test_a_turn_is_a_span_with_its_parts(bot: Bot, told: InMemorySpanExporter) -> None:
    await say(bot, "a", "/read", "a hat")
    await all_sent(bot, "echo:a")
    first, second = (span for span in told.get_finished_spans() if span.name == "botkit.turn")
    assert values(first) == {
        "conversation": "echo:a",
        "channel": "echo",
        "turn": 1,
        "route": "control",
        "flow": "read",
    }
    assert values(second) == {"conversation": "echo:a", "channel": "echo", "turn": 2, "route": "slot", "flow": "read"}
    assert trees(told) == [
        ("control", ["commit", "deliver", "recognise"]),
        ("slot", ["action", "commit", "deliver", "recognise"]),
    ]
    action = next(span for span in told.get_finished_spans() if span.name == "botkit.action")
    assert values(action) == {"action": "odd.look", "effect": "read", "call": values(action)["call"], "outcome": "ok"}
    assert {span.name for span in told.get_finished_spans()} == set(SPANS) - {"botkit.model"}  # no model is asked


async def test_a_call_that_lasts_and_the_turn_of_its_result_are_of_the_same_trace(
    bot: Bot, told: InMemorySpanExporter
) -> None:
    await say(bot, "a", "/slow")
    await all_sent(bot, "echo:a")
    assert trees(told)[0] == ("control", ["action", "commit", "recognise", "turn"])
    assert trees(told)[1] == ("result", ["commit", "deliver"])
    assert len({span.context.trace_id for span in told.get_finished_spans()}) == 1


async def test_conversations_do_not_meet_in_a_trace(bot: Bot, told: InMemorySpanExporter) -> None:
    for chat in ("a", "b"):
        await say(bot, chat, "hello")
    assert len({span.context.trace_id for span in told.get_finished_spans() if span.name == "botkit.turn"}) == 2


async def test_messages_of_one_commit_have_a_span_each(bot: Bot, told: InMemorySpanExporter) -> None:
    for number in range(3):
        await bot.store.accept(Incoming("echo", "a", str(number), Message("hello")), 1.0)
    await bot.engine.look_at("echo:a")
    turns = [values(span)["turn"] for span in told.get_finished_spans() if span.name == "botkit.turn"]
    assert sorted(turns) == [1, 2, 3]


@pytest.mark.parametrize(
    ("command", "kind", "outcome"), [("/fail", "failed", "failed"), ("/refuse", None, "refused")]
)
async def test_how_an_action_ended_is_told(
    bot: Bot, told: InMemorySpanExporter, command: str, kind: str | None, outcome: str
) -> None:
    await say(bot, "a", command, PLANTED)
    (action,) = (span for span in told.get_finished_spans() if span.name == "botkit.action")
    assert (values(action).get("error.type"), values(action)["outcome"]) == (kind, outcome)


async def test_a_send_that_is_refused_is_blamed(bot: Bot, told: InMemorySpanExporter) -> None:
    await say(bot, "gone", "hello")
    await bot.engine.delivery.close()
    sent = next(span for span in told.get_finished_spans() if span.name == "botkit.deliver")
    assert values(sent)["error.type"] == "DeliveryError"
    assert (sent.status.is_ok, sent.status.description, sent.events) == (False, None, ())


async def test_a_turn_that_fails_is_blamed_and_made_again(
    bot: Bot, told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bot.store.take

    async def fail(*given: Any) -> Any:
        raise ValueError(repr(given))

    monkeypatch.setattr(bot.store, "take", fail)
    with pytest.raises(ValueError, match="hello"):
        await say(bot, "a", "hello")
    turn = next(span for span in told.get_finished_spans() if span.name == "botkit.turn")
    assert values(turn) == {"error.type": "ValueError", "stored": False}
    monkeypatch.setattr(bot.store, "take", real)
    await say(bot, "a", "hello")
    assert trees(told)[-1][0] == "no_match"


TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("header", "kept"),
    [(f"00-{TRACE}-b7ad6b7169203331-01", True), ("00-zz-zz-01", False), ("", False), ("x" * 5000, False)],
)
async def test_the_trace_of_a_request_goes_on(
    bot: Bot, spans: Spans, told: InMemorySpanExporter, header: str, kept: bool
) -> None:
    app: Any = spans.taking_over(build_app(bot, Numbers()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:
        assert (await client.post("/hook", content="hello", headers={"traceparent": header})).text == "ok"
        await bot.engine.settle("echo:hook")
        await say(bot, "later", "hello")
    first, second = (span for span in told.get_finished_spans() if span.name == "botkit.turn")
    assert (f"{first.context.trace_id:032x}" == TRACE) is kept
    assert f"{second.context.trace_id:032x}" != TRACE


# No word is in them


async def leaks(bot: Bot, told: InMemorySpanExporter) -> list[str]:
    """Say the planted word in every way, and name the spans in which it is."""
    await say(bot, "a", PLANTED, "/read", PLANTED, "/fail", PLANTED, "/refuse", PLANTED, f"call {PLANTED} 4711")
    await say(bot, "gone", PLANTED)
    await bot.engine.delivery.close()
    return sorted({span.name for span in told.get_finished_spans() if PLANTED in span.to_json()})


async def test_no_word_of_a_customer_is_in_a_span(bot: Bot, told: InMemorySpanExporter) -> None:
    assert await leaks(bot, told) == []


async def test_a_span_with_a_text_would_be_seen(
    bot: Bot, told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "_described", lambda turns: {"botkit.text": getattr(turns[0].event, "text", "")})
    assert await leaks(bot, told) == ["botkit.turn"]


async def test_a_span_with_what_an_error_says_would_be_seen(
    bot: Bot, told: InMemorySpanExporter, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def around(name: str, attributes: Any, context: Any = None) -> Iterator[Any]:
        with spans.tracer.start_as_current_span(name, context, attributes=attributes) as span:
            yield span

    monkeypatch.setattr(spans, "around", around)
    assert "botkit.deliver" in await leaks(bot, told)


# Off


async def test_a_bot_that_is_not_traced_has_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Plain\n")
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        await bot.say("hello")
        assert bot.engine.meter.tell is None
        for owner, names in (
            (bot.engine, tracing._SCOPES),
            (bot.store, tracing._COMMITS),
            (bot.engine.registry, ("perform", "perform_inline")),
            (bot.engine.turning, ("make",)),
        ):
            assert not set(names) & vars(owner).keys()


def test_what_is_off_is_not_loaded() -> None:
    code = "import sys, botkit.app.serving, botkit.runtime.tracing; print([n for n in sys.modules if 'opentelemetry' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


# Settings


@pytest.mark.parametrize(
    ("environ", "exporters"),
    [
        ({}, ()),
        ({"OTEL_SERVICE_NAME": "x"}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, ()),
        ({"OTEL_TRACES_EXPORTER": "console"}, ("console",)),
        ({"OTEL_TRACES_EXPORTER": "OTLP, console"}, ("otlp", "console")),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, ()),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "True"}, ()),
    ],
)
def test_the_standard_variables_are_read(environ: dict[str, str], exporters: tuple[str, ...]) -> None:
    assert wanted(environ) == exporters


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_EXPORTER": "zipkin"},
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"},
    ],
)
def test_what_there_is_not_is_said(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        wanted(environ)


def test_a_provider_is_as_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    provider = make_provider(("otlp", "console"))
    assert provider.resource.attributes["service.name"] == "botkit"
    provider.shutdown()
    monkeypatch.setenv("OTEL_SERVICE_NAME", "support")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=prod")
    provider = make_provider(())
    found = provider.resource.attributes
    assert (found["service.name"], found["deployment.environment"]) == ("support", "prod")
    provider.shutdown()


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"pip install 'botkit\[otel\]'"):
        make_provider(("otlp",))
    assert module.NAME == "botkit"


class _Collector(BaseHTTPRequestHandler):
    """Takes what is exported."""

    got: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(
            (self.path, self.headers["content-type"], gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        )
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_spans_reach_a_collector_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), _Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "support")
        with exporting() as spans:
            assert spans is not None
            with spans.around("botkit.turn", {"botkit.route": "intent"}):
                pass
        server.shutdown()
        thread.join()
    ((path, kind, body),) = _Collector.got
    assert (path, kind) == ("/v1/traces", "application/x-protobuf")
    assert all(word in body for word in (b"botkit.turn", b"intent", b"support"))


def test_nothing_is_exported_where_nobody_asks() -> None:
    with exporting({}) as spans:
        assert spans is None
