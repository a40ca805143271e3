"""Actions reach public addresses, and what bot.yaml allows, whatever a name, a redirect or a name server says."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import certifi
import httpcore
import httpx
import pytest

from botkit import Context, Plugin
from botkit.app.bots import Bot
from botkit.errors import OutboundError
from botkit.safety import open_client, transport
from botkit.safety import outbound as module
from botkit.testing import PluginHarness

Answer = Callable[[str, dict[str, str]], bytes]
LOCAL = ("127.0.0.1",)


def ok(body: bytes = b"hello", *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def moved(where: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


class Server:
    """A server on this machine: what it was asked, and where it is."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def serving(answers: dict[str, bytes]) -> AsyncIterator[Server]:
    server = Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        server.asked.append(head)
        try:
            writer.write(answers.get(path, ok()))
            await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def names(known: dict[str, Sequence[str]]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    async def resolve(name: str, port: int) -> Sequence[str]:
        return known.get(name, ())

    return resolve


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{}/", "http://localhost:{}/", "http://LOCALHOST.:{}/", "http://127.1:{}/", "http://2130706433:{}/",
        "http://0x7f000001:{}/", "http://0177.0.0.1:{}/", "http://0:{}/", "http://0.0.0.0:{}/", "http://[::1]:{}/", "http://[::]:{}/",
        "http://[::ffff:127.0.0.1]:{}/", "http://[::ffff:7f00:1]:{}/", "http://user:pw@127.0.0.1:{}/",
    ],
)  # fmt: skip
async def test_this_machine_is_not_reached(url: str) -> None:
    async with serving({}) as server, open_client() as client:
        with pytest.raises((OutboundError, httpx.ConnectError, httpx.InvalidURL)):
            await client.get(url.format(server.port))

    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "127.0.0.53",
        "0.0.0.1", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.192", "168.63.129.16", "198.18.0.1", "192.0.2.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:db8::1", "::ffff:169.254.169.254",
        "fec0::1", "feff:ffff::1",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(OutboundError, match="not public"):
        await module.Doors(resolve=names({"a.test": [address]})).open("a.test", 80)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "2002:101:101::"]
)
async def test_a_public_address_is_reached(address: str) -> None:
    assert await module.Doors(resolve=names({"a.test": [address, address]})).open("A.test.", 80) == [address]


async def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(OutboundError):
        await module.Doors(resolve=names({"a.test": ["1.1.1.1", "10.0.0.1"]})).open("a.test", 80)


@pytest.mark.parametrize(
    ("allowed", "name", "may"),
    [
        (("a.test",), "a.test", True), (("A.test.",), "a.TEST", True), (("*.test",), "a.test", True), (("*.a.test",), "a.test", False),
        (("10.0.0.0/8",), "a.test", True), (("10.0.0.1",), "a.test", True), (("10.0.0.2",), "a.test", False), (("b.test",), "a.test", False),
        (("est",), "a.test", False), (("fc00::/7",), "a.test", False),
    ],
)  # fmt: skip
async def test_what_bot_yaml_allows(allowed: tuple[str, ...], name: str, may: bool) -> None:
    doors = module.Doors(allowed, names({"a.test": ["10.0.0.1"]}))
    if may:
        assert await doors.open(name, 80) == ["10.0.0.1"]
    else:
        with pytest.raises(OutboundError):
            await doors.open(name, 80)


async def test_what_is_allowed_may_come_one_by_one() -> None:
    doors = module.Doors(
        iter(("10.0.0.0/8", "a.test", "B.test")), names({"b.test": ["127.0.0.1"], "c.test": ["10.0.0.1"]})
    )
    assert await doors.open("b.test", 80) == ["127.0.0.1"]
    assert await doors.open("c.test", 80) == ["10.0.0.1"]


async def test_a_network_allows_an_address_that_ipv6_carries() -> None:
    assert await module.Doors(("10.0.0.0/8",), names({"a.test": ["::ffff:10.0.0.1"]})).open("a.test", 80)


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    async with serving({}) as server, open_client(LOCAL, names({"shop.test": ["127.0.0.1"]})) as client:
        answer = await client.get(server.url("/x", "shop.test"))

    assert answer.text == "hello"
    assert f"Host: shop.test:{server.port}".lower() in server.asked[0].lower()


async def test_a_second_answer_of_the_name_server_is_checked_as_the_first() -> None:
    answers = iter((["127.0.0.1"], ["10.0.0.1"]))

    async def resolve(name: str, port: int) -> Sequence[str]:
        return next(answers)

    async with serving({}) as server, open_client(LOCAL, resolve) as client:
        assert (await client.get(server.url("/", "shop.test"))).text == "hello"
        with pytest.raises(OutboundError, match="not public"):
            await client.get(server.url("/", "shop.test"))


@pytest.mark.parametrize(
    "where", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://evil.test/", "//10.0.0.1/", "http://[::1]/"]
)  # fmt: skip
async def test_a_redirect_is_checked_as_the_first_address(where: str) -> None:
    resolve = names({
        "127.0.0.1": ["127.0.0.1"], "10.0.0.1": ["10.0.0.1"], "169.254.169.254": ["169.254.169.254"], "evil.test": ["10.9.9.9"], "::1": ["::1"],
    })  # fmt: skip
    async with serving({"/": moved(where)}) as server, open_client(LOCAL, resolve) as client:
        with pytest.raises(OutboundError, match="not public"):
            await client.get(server.url())


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
async def test_a_redirect_to_something_else_than_http_is_refused(where: str) -> None:
    async with serving({"/": moved(where)}) as server, open_client(LOCAL) as client:
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get(server.url())


async def test_redirects_end() -> None:
    async with serving({"/": moved("/")}) as server, open_client(LOCAL) as client:
        with pytest.raises(httpx.TooManyRedirects):
            await client.get(server.url())

    assert len(server.asked) == transport.MOST_REDIRECTS + 1


async def test_an_answer_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 1000)
    async with serving({"/a": ok(b"x" * 1000), "/b": ok(b"x" * 1001)}) as server, open_client(LOCAL) as client:
        assert len((await client.get(server.url("/a"))).content) == 1000
        with pytest.raises(OutboundError, match="more than 1,000 bytes"):
            await client.get(server.url("/b"))


async def test_what_is_compressed_is_not_taken() -> None:
    bomb = gzip.compress(b"\0" * 1_000_000)
    async with serving({"/": ok(bomb, "Content-Encoding: gzip")}) as server, open_client(LOCAL) as client:
        with pytest.raises(OutboundError, match="compressed"):
            await client.get(server.url())

    assert "accept-encoding: identity" in server.asked[0].lower()


async def test_an_answer_that_drips_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST", -1.0)
    async with serving({}) as server, open_client(LOCAL) as client:
        with pytest.raises(OutboundError, match="takes longer"):
            await client.get(server.url())


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving({}) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url())
        monkeypatch.setenv("ALL_PROXY", server.url())
        async with open_client(resolve=names({"a.test": ["10.0.0.1"]})) as client:
            with pytest.raises(OutboundError):
                await client.get("http://a.test/")

    assert server.asked == []


async def test_a_name_that_is_not_found() -> None:
    async def failing(name: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolve in (failing, names({})):
        with pytest.raises(OutboundError, match=r"was not found|has no address"):
            await module.Doors(resolve=resolve).open("x" * 5000, 80)


async def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESOLVED_WITHIN", 0.01)

    async def waiting(name: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    with pytest.raises(OutboundError, match="was not found"):
        await module.Doors(resolve=waiting).open("a.test", 80)


async def test_a_check_that_is_switched_off_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_public", lambda address: True)
    async with serving({}) as server, open_client() as client:
        assert (await client.get(server.url())).text == "hello"

    assert not ip_address("127.0.0.1").is_global


plugin = Plugin("caller")


@plugin.action(effect="read")
async def get(ctx: Context, url: str) -> str:
    """Fetch a page."""
    return (await ctx.http.get(url)).text


@plugin.action(effect="read")
async def get_twice(ctx: Context, url: str) -> bool:
    """Fetch a page twice, with one client."""
    first = ctx.http
    await first.get(url)
    return first is ctx.http


async def test_actions_have_the_client() -> None:
    async with serving({}) as server:
        async with PluginHarness(plugin, allow_hosts=LOCAL) as harness:
            assert await harness.call("get", url=server.url()) == "hello"
            assert await harness.call("get_twice", url=server.url()) is True
        async with PluginHarness(plugin) as harness:
            with pytest.raises(OutboundError, match="not public"):
                await harness.call("get", url=server.url())
            result = await harness.perform("get", url=server.url())
    assert result.failure is not None


BOT = """
from botkit import Context, Plugin

plugin = Plugin("caller")


@plugin.action(effect="read")
async def get(ctx: Context, url: str) -> str:
    return (await ctx.http.get(url)).text
"""


@pytest.mark.parametrize(("safety", "said"), [("{}", "It failed."), ("{allow_hosts: [127.0.0.1]}", "It says hello.")])
async def test_a_bot_reaches_what_its_bot_yaml_allows(safety: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(BOT)
    (tmp_path / "bot.yaml").write_text(f"name: Test\nstore: sqlite://\nplugins: [./caller.py]\nsafety: {safety}\n")
    (tmp_path / "flows.yaml").write_text(
        "flows:\n  get:\n    start: {commands: [get]}\n    steps:\n      - {ask: url, say: Where?}\n"
        "      - {do: caller.get, with: {url: '{{ url }}'}, save: page, on_error: [{say: It failed.}, end]}\n"
        "      - {say: 'It says {{ page }}.'}\n"
    )
    async with serving({}) as server, await Bot.load(tmp_path) as bot:
        await bot.say("/get")
        assert (await bot.say(server.url())).text == said


async def test_a_session_of_one_customer_is_not_sent_for_another() -> None:
    """A plugin has one client for all of them."""
    answers = {"/in": ok(b"", "Set-Cookie: session=of-ada; Path=/"), "/own": ok()}
    async with serving(answers) as server, open_client(LOCAL) as client:
        await client.get(server.url("/in"))
        await client.get(server.url("/own"))
        await client.get(server.url("/own"), headers={"cookie": "session=of-bob"})

    assert "of-ada" not in "".join(server.asked)
    assert "session=of-bob" in server.asked[-1]


def test_it_trusts_whom_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, made = ssl.create_default_context, list[ssl.SSLContext]()

    def make(**named: Any) -> ssl.SSLContext:
        made.append(known(**named))
        return made[-1]

    bundle, end = Path(certifi.where()).read_text("ascii", "replace"), "-----END CERTIFICATE-----"
    (tmp_path / "own.pem").write_text(bundle[bundle.index("-----BEGIN") : bundle.index(end)] + end)
    monkeypatch.setattr(ssl, "create_default_context", make)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    pool = transport.Transport(module.Doors())._pool

    assert isinstance(pool, httpcore.AsyncConnectionPool)
    assert [len(context.get_ca_certs()) for context in made] == [1]
    assert pool._ssl_context is made[0]
