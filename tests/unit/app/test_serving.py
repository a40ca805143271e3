"""Serving: addresses, channels, health and numbers, and what is taken up."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from botkit.app import serving
from botkit.app.bots import Bot
from botkit.app.directories import Checked, check_directory
from botkit.app.metrics import CountedConnector, Numbers
from botkit.app.serving import (
    Address,
    Service,
    build_app,
    build_channels,
    listen,
    refuse_missing,
    refuse_open_door,
    tell_of_missing,
)
from botkit.errors import ConfigError, DeliveryError, StoreError
from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.ports.connectors import Connector, Intake
from botkit.registry.connectors import ConnectorSpec
from botkit.runtime.receiving import Down


class Line:
    """A channel that keeps what it was given."""

    name = "line"
    capabilities = Capabilities()

    def __init__(self) -> None:
        self.intake: Intake | None = None
        self.sent: list[str] = []

    async def start(self, intake: Intake) -> None:
        self.intake = intake

    async def stop(self) -> None:
        self.intake = None

    async def send(self, chat: str, reply: Reply) -> str:
        if chat == "gone":
            raise DeliveryError("blocked", permanent=True)
        self.sent.append(reply.text)
        return "1"

    def routes(self) -> Sequence[Any]:
        return [Route("/line", lambda _: PlainTextResponse("line"))]


class LineSettings(BaseModel):
    token: str = ""


SPEC = ConnectorSpec("line", lambda *_: Line(), settings=LineSettings, secrets=("token",))


@pytest.fixture
def with_line(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The desk on the web and on a channel that needs a token."""
    from botkit.app import directories
    from botkit.registry.discovery import find_connector

    def find(name: str) -> ConnectorSpec:
        return SPEC if name == "line" else find_connector(name)

    monkeypatch.setattr(directories, "find_connector", find)
    monkeypatch.delenv("LINE_TOKEN", raising=False)
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text() + 'channels:\n  web: {}\n  line: {token: "${LINE_TOKEN}"}\n')
    return desk


# Addresses


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("192.168.0.1", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_loopback(host: str, inside: bool, checked: Checked) -> None:
    assert Address(host).loopback is inside
    if inside:
        refuse_open_door(checked, Address(host))
    else:
        with pytest.raises(ConfigError, match="BOTKIT_TOKEN"):
            refuse_open_door(checked, Address(host))


def test_a_token_opens_the_door(desk: Path) -> None:
    (desk / "bot.yaml").write_text((desk / "bot.yaml").read_text() + "api: {token: abc}\n")
    refuse_open_door(check_directory(desk), Address("0.0.0.0"))  # noqa: S104


def test_a_port_that_is_taken_is_named() -> None:
    with listen(Address(port=0)) as door:
        port = door.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port} .* is taken .*--port or BOTKIT_PORT"):
            listen(Address(port=port))


@pytest.mark.parametrize(
    "address", [Address("203.0.113.7", 0), Address("no.such.host.invalid", 0), Address(port=70_000)]
)
def test_addresses_that_cannot_be_had(address: Address) -> None:
    with pytest.raises(ConfigError):
        listen(address)


def test_ports_that_need_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ConfigError, match="above 1023"):
        listen(Address(port=80))


# Channels


def test_no_channels_mean_the_web_page(checked: Checked) -> None:
    said: list[str] = []
    assert list(build_channels(checked, Numbers(), said.append)) == ["web"]
    assert said == []


def test_a_channel_without_its_secret_is_skipped(with_line: Path) -> None:
    said: list[str] = []
    assert list(build_channels(check_directory(with_line), Numbers(), said.append)) == ["web"]
    assert said == ["Skipped: the channel 'line' has no token (set LINE_TOKEN)"]


def test_or_an_error_when_strict(with_line: Path) -> None:
    with pytest.raises(ConfigError, match=r"bot.yaml:7:3: the channel 'line' has no token \(set LINE_TOKEN\)"):
        build_channels(check_directory(with_line), Numbers(), print, strict=True)


def test_with_its_secret_it_is_served(with_line: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINE_TOKEN", "t")
    assert list(build_channels(check_directory(with_line), Numbers(), print)) == ["web", "line"]


def test_nothing_to_serve_is_an_error(with_line: Path) -> None:
    bot = with_line / "bot.yaml"
    bot.write_text(bot.read_text().replace("  web: {}\n", "").replace('{token: "${LINE_TOKEN}"}', "{}"))
    said: list[str] = []
    with pytest.raises(ConfigError, match="no channel can be served"):
        build_channels(check_directory(with_line), Numbers(), said.append)
    assert said == ["Skipped: the channel 'line' has no token (write it under channels: line:)"]


# HTTP


@pytest.fixture
async def served(desk: Path) -> AsyncIterator[tuple[Bot, Numbers, Line, httpx.AsyncClient]]:
    bot_yaml = desk / "bot.yaml"
    bot_yaml.write_text(bot_yaml.read_text() + "api: {token: sesame}\n")
    line, numbers = Line(), Numbers()

    def build(_: Checked) -> dict[str, Connector]:
        return {"line": CountedConnector(line, numbers)}

    async with await Bot.load(desk, store="sqlite://", connectors=build) as bot:
        for connector in bot.connectors.values():
            await connector.start(bot.engine)
        transport = httpx.ASGITransport(build_app(bot, numbers))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            yield bot, numbers, line, client


Served = tuple[Bot, Numbers, Line, httpx.AsyncClient]


async def test_health_and_the_connectors_paths(served: Served) -> None:
    client = served[3]
    assert (await client.get("/health")).json() == {"status": "ok"}
    assert (await client.get("/line")).text == "line"
    assert (await client.get("/nothing")).status_code == 404
    assert (await client.post("/health")).status_code == 405


async def test_ready(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, _, _, client = served
    assert (await client.get("/ready")).json() == {
        "status": "ok",
        "flows": bot.flows.version,
        "channels": ["line"],
    }

    async def fail() -> None:
        raise StoreError("disk full of 4111")

    monkeypatch.setattr(bot.store, "next_timer", fail)
    unready = await client.get("/ready")
    assert (unready.status_code, unready.json()["store"]) == (503, "StoreError")


@pytest.mark.parametrize(
    "why", ["the server cannot be reached (ConnectionRefusedError)", "the store does not answer"]
)
async def test_what_is_wrong_with_a_store_is_told_with_its_beginning(
    served: Served, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    bot, _, _, client = served

    async def fail() -> None:
        if why == "the store does not answer":
            await asyncio.Event().wait()
        raise StoreError(f"store postgresql://…@db/bikes: {why}", reason=why)

    monkeypatch.setattr(serving, "READY_WITHIN", 0.01)
    with monkeypatch.context() as away:
        away.setattr(bot.store, "next_timer", fail)
        first = await client.get("/ready")
        again = await client.get("/ready")
    assert (first.status_code, first.json()["store"]) == (503, why)
    assert first.json()["since"].endswith("Z")
    assert again.json() == first.json()
    await bot.engine.leftovers.look()
    assert (await client.get("/ready")).status_code == 200


async def test_channels_that_are_not_up_are_told_of(served: Served) -> None:
    bot, _, _, client = served
    bot.receiving.down["gone"] = Down("it cannot be reached", 1e9)
    assert (await client.get("/ready")).json() == {
        "status": "ok",
        "flows": bot.flows.version,
        "channels": ["line"],
        "down": {"gone": {"trouble": "it cannot be reached", "since": "2001-09-09T01:46:40Z"}},
    }
    numbers = (await client.get("/metrics", headers={"authorization": "Bearer sesame"})).text
    assert "\nbotkit_channels_down 1\n" in numbers
    bot.receiving.down["line"] = Down("ConnectionError", 1e9)
    unready = await client.get("/ready")
    assert (unready.status_code, unready.json()["status"], unready.json()["channels"]) == (503, "unavailable", [])
    bot.receiving.down.clear()
    assert "down" not in (await client.get("/ready")).json()


async def test_a_canary_is_told_of(served: Served) -> None:
    bot, _, _, client = served
    book = bot.engine.book
    book.publish_canary(msgspec.structs.replace(book.current, version="3f2a91c04d5e"), 10)
    told = (await client.get("/ready")).json()
    assert (told["flows"], told["canary"]) == (book.current.version, {"flows": "3f2a91c04d5e", "share": 10})
    book.publish(book.current)
    assert "canary" not in (await client.get("/ready")).json()


async def test_a_version_that_does_not_load_here_is_told_of(served: Served) -> None:
    bot, _, _, client = served
    token = {"authorization": "Bearer sesame"}
    assert "\nbotkit_version_refused 0\n" in (await client.get("/metrics", headers=token)).text
    bot.refused = "3f2a91c04d5e"
    ready = await client.get("/ready")
    assert (ready.status_code, ready.json()["refused"], ready.json()["flows"]) == (
        200,
        bot.refused,
        bot.flows.version,
    )
    assert "\nbotkit_version_refused 1\n" in (await client.get("/metrics", headers=token)).text


async def test_a_store_that_cannot_be_written_is_told_of_until_it_can(served: Served) -> None:
    bot, _, _, client = served
    bot.engine.health.note(StoreError("store /home/me/bot.db: the disk is full", reason="the disk is full"), 1e9)
    unready = await client.get("/ready")
    assert (unready.status_code, unready.json()) == (
        503,
        {"status": "unavailable", "store": "the disk is full", "since": "2001-09-09T01:46:40Z"},
    )
    await bot.engine.leftovers.look()
    assert (await client.get("/ready")).status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "sesame", "bearer sesame", "Bearer sesame ü"])
async def test_numbers_are_guarded(served: Served, header: str | None) -> None:
    headers = httpx.Headers([] if header is None else [(b"authorization", header.encode("latin-1"))])
    refused = await served[3].get("/metrics", headers=headers)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_a_start_tells_of_variables_that_nobody_set(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOTKIT_TOKEN", raising=False)
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text() + 'api: {token: "${BOTKIT_TOKEN}"}\n')
    told: list[str] = []
    tell_of_missing(check_directory(desk), told.append)
    (line,) = told
    assert "warning: missing-variable: 'token' needs the variable BOTKIT_TOKEN" in line
    monkeypatch.setenv("BOTKIT_TOKEN", "sesame")
    told.clear()
    tell_of_missing(check_directory(desk), told.append)
    assert told == []


# Taking up what was saved


async def test_what_is_taken_up(desk: Path) -> None:
    said: list[str] = []
    service = Service(desk, Address(), said.append)
    flows, bot_yaml, plugin = desk / "flows.yaml", desk / "bot.yaml", desk / "plugins" / "desk.py"
    sound = flows.read_text()
    async with await Bot.load(desk, store="sqlite://") as bot:
        flows.write_text(sound.replace("Hello!", "Hullo!"))
        await service.take_up(bot, frozenset({flows}))
        assert said == ["Taken up: flows.yaml"]
        assert (await bot.open("c:1")).text == "Hullo!"

        flows.write_text(sound.replace("start: {", "strt: {"))
        await service.take_up(bot, frozenset({flows}))
        assert "flows.yaml:19:5: unknown-key" in said[1]
        assert said[2] == "Not taken up: the version before goes on."
        assert (await bot.open("c:2")).text == "Hullo!"

        flows.write_text(sound.replace("Hello!", "Hullo!"))
        await service.take_up(bot, frozenset({flows}))
        assert said[3:] == ["Taken up: flows.yaml"]

        await service.take_up(bot, frozenset({flows}))
        assert len(said) == 4  # nothing changed

        await service.take_up(bot, frozenset({plugin}))
        bot_yaml.write_text(bot_yaml.read_text().replace("Desk", "Other"))
        await service.take_up(bot, frozenset({bot_yaml}))
        assert said[4:] == ["Plugins or bot.yaml changed: starting anew."] * 2


async def test_what_cannot_be_read_is_not_taken_up(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    async with await Bot.load(desk, store="sqlite://") as bot:

        async def fail() -> Checked:
            raise StoreError("the disk is full")

        monkeypatch.setattr(bot, "reload", fail)
        await Service(desk, Address(), said.append).take_up(bot, frozenset({desk / "flows.yaml"}))
    assert said == ["Not taken up: the disk is full"]


async def test_a_service_that_is_stopped_before_it_serves(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    service = Service(desk, Address(port=0), said.append)
    load = Bot.load

    async def stopped(*args: Any, **kwargs: Any) -> Bot:
        service.stop()
        return await load(*args, **kwargs)

    monkeypatch.setattr(Bot, "load", stopped)
    await service.run()
    assert said[0].startswith('Serving "Desk" on http://127.0.0.1:')


async def test_a_platform_that_is_down_keeps_no_other_channel_from_serving(
    with_line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINE_TOKEN", "t")
    monkeypatch.setattr("botkit.runtime.receiving.FIRST_PAUSE", 1.0)
    failures = [DeliveryError("line.example.com cannot be reached"), OSError("https://line.example.com/t")]

    async def start(self: Line, intake: Intake) -> None:
        if failures:
            raise failures.pop(0)
        self.intake = intake

    monkeypatch.setattr(Line, "start", start)
    said: asyncio.Queue[str] = asyncio.Queue()
    service = Service(with_line, Address(port=0), said.put_nowait)
    running = asyncio.create_task(service.run())
    assert await said.get() == (
        "The channel 'line' is not up: line.example.com cannot be reached. It is tried again; the others serve."
    )
    line = await said.get()
    async with httpx.AsyncClient(base_url=line.split(" ")[3]) as client, asyncio.timeout(10):
        assert "web" in (await client.get("/ready")).json()["channels"]
        assert await said.get() == "The channel 'line' is up."
        ready = (await client.get("/ready")).json()
        assert (ready["channels"], ready.get("down")) == (["line", "web"], None)
    service.stop()
    await running


async def test_a_service_from_start_to_end(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It serves, takes up a saved file, starts anew for a plugin, and ends when it is told to."""
    monkeypatch.setattr("botkit.app.serving.BETWEEN_LOOKS", 0.01)
    said: asyncio.Queue[str] = asyncio.Queue()
    service = Service(desk, Address(port=0), said.put_nowait)
    running = asyncio.create_task(service.run())
    address = (await said.get()).split(" ")[3]
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.get("/ready")).status_code == 200
        for path, old, new in (
            (desk / "flows.yaml", "Hello!", "Hullo!"),
            (desk / "plugins" / "desk.py", "54.04", "54.05"),
        ):
            path.write_text(path.read_text().replace(old, new))
            assert await said.get() in ("Taken up: flows.yaml", "Plugins or bot.yaml changed: starting anew.")
    assert (await said.get()).startswith(f'Serving "Desk" on {address} ')
    signal.raise_signal(signal.SIGTERM)
    await running
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_address_that_this_machine_has_not() -> None:
    with pytest.raises(ConfigError) as refused:
        listen(Address("192.0.2.1", 0))
    assert refused.value.message == "port 0 of 192.0.2.1 cannot be listened on: Cannot assign requested address"


def test_an_address_of_six_is_written_in_brackets() -> None:
    with listen(Address("::1", 0)) as door:
        assert door.family is socket.AF_INET6


def test_a_start_tells_of_a_language_model_without_its_key(desk: Path) -> None:
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text() + 'llm: {model: m, api_key: "${NO_SUCH_KEY}"}\n')
    checked, told = check_directory(desk), list[str]()
    tell_of_missing(checked, told.append)
    (line,) = told
    assert "missing-model: the language model has no api_key: the bot runs without it; set NO_SUCH_KEY" in line
    with pytest.raises(ConfigError, match="has no api_key"):
        refuse_missing(checked)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('channels: {web: {secret: "${NO_SUCH}"}}', "the channel 'web' needs the variable NO_SUCH"),
        ('api: {token: "${NO_SUCH}"}', "'token' needs the variable NO_SUCH"),
        ('api: {token: "${NO_SUCH:-}"}', ""),
        ('api: {token: "${NO_SUCH:-sesame}"}', ""),
    ],
)
def test_a_strict_start_wants_every_variable(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "bot.yaml").write_text(line + "\n")
    (tmp_path / "flows.yaml").write_text("flows: {on_start: {steps: [{say: Hi}]}}\n")
    checked = check_directory(tmp_path)
    with pytest.raises(ConfigError, match=says) if says else nullcontext():
        refuse_missing(checked)


def test_a_start_tells_of_an_embedder_that_lacks_something(desk: Path) -> None:
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text() + "understanding: {embedder: {onnx: ./none}}\n")
    told: list[str] = []
    tell_of_missing(check_directory(desk), told.append)
    (line,) = told
    assert "warning: missing-embedder: there is no model.onnx in" in line
