"""Servers of tools: a connection to an MCP server that is kept up, and what its tools give as plain data.

It lives on the loop of its plugin. A server that cannot be reached, dies or hangs fails the calls that it has, and is
connected anew with pauses that grow; nothing else of the bot notices.
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from botkit.errors import ActionError, ConfigError, ResultError
from botkit.registry.offers import MOST, Listed, read_offers

if TYPE_CHECKING:
    from mcp import Client

CONNECT_WITHIN: Final = 20.0  # seconds
CALL_WITHIN: Final = 8.0  # seconds that a call waits for a connection
WAITS: Final = 0.8  # of a call's own time, for a connection
CLOSE_WITHIN: Final = 8.0  # seconds: the protocol gives a program two to end by itself, and two before it is killed
LIVED: Final = 60.0  # seconds after which a connection that ends is none that fails again and again
LONGEST_PAUSE: Final = 60.0
MOST_LATE: Final = 3  # calls in a row that come to no end, after which the connection is made anew
MOST_TEXT: Final = 2_000  # characters of an error that a flow gets to see
MOST_PAGES: Final = 20  # of a list of tools

_log = logging.getLogger(__name__)

Told = Callable[[Listed], None]
"""Hears of the tools of a server whenever it was connected."""


class ToolSettings(msgspec.Struct, frozen=True):
    """What bot.yaml says of a tool; where it says nothing, the server's timeout holds."""

    effect: Literal["", "read", "write"] = ""
    timeout: float = 0.0
    idempotent: bool = False


_AS_THE_SERVER: Final = ToolSettings()


class ServerSettings(msgspec.Struct, frozen=True):
    """A server under `mcp:` of bot.yaml: a program that is started, or an address.

    With `trust` a tool that says that it only reads is taken for a read. `directory` is where the program runs;
    `stderr` lets what it writes there be seen.
    """

    name: str
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    url: str = ""
    headers: Mapping[str, str] = {}
    directory: str = ""
    trust: bool = False
    timeout: float = 10.0
    stderr: bool = False
    tools: Mapping[str, ToolSettings] = {}

    def __repr__(self) -> str:
        """Give it without its secrets."""
        return f"ServerSettings({self.name})"


def require() -> None:
    """Raise ConfigError, with the mend, where the library of the protocol is not there; it is not loaded."""
    if find_spec("mcp") is None:
        raise ConfigError("MCP servers need the package mcp", hint="pip install 'botkit[mcp]'")


class Connection:
    """Keeps a server connected. `pause` gives the seconds before the next try, by how many failed in a row."""

    def __init__(
        self, settings: ServerSettings, told: Told | None = None, pause: Callable[[int], float] | None = None
    ) -> None:
        self.settings = settings
        self._told = told
        self._pause = pause or (lambda tries: min(2.0 ** (tries - 1), LONGEST_PAUSE))
        self._client: Client | None = None
        self._ready = asyncio.Event()
        self._broken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._late = 0

    def open(self) -> None:
        """Begin to connect; nobody waits for it but calls. Without its variables it has nowhere to connect to."""
        if not self.settings.command and not self.settings.url:
            return
        try:
            require()
        except ConfigError:
            return  # told when the bot was checked
        self._serving = asyncio.create_task(self._serve(), name=f"mcp {self.settings.name}")

    async def close(self) -> None:
        """Disconnect; a program that was started ends."""
        self._stopping.set()
        self._broken.set()
        task, self._serving = self._serving, None
        if task is None:
            return
        done, _ = await asyncio.wait({task}, timeout=CLOSE_WITHIN)
        if not done:
            task.cancel()

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """Call a tool and give its result as plain data.

        Raises ActionError for what the server says went wrong, or where it is away; ConnectionError where it went
        away or failed meanwhile (of a write nobody knows then whether it was done); ResultError for a result that
        is not as the tool describes it.
        """
        client = await self._connected(tool)
        late = True
        try:
            result = await client.call_tool(tool, dict(arguments))
            late = False
        except Exception as error:  # noqa: BLE001 - of a library that a server leads
            late = False
            raise self._meant(error) from None
        finally:
            self._count(late=late)
        return plain_result(result)

    async def _connected(self, tool: str) -> "Client":
        if self._broken.is_set():
            self._ready.clear()
        if self._serving is not None and not self._ready.is_set():
            own = self.settings.tools.get(tool, _AS_THE_SERVER).timeout or self.settings.timeout
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), min(CALL_WITHIN, own * WAITS))
        if self._client is None or self._broken.is_set():
            raise ActionError(f"the MCP server {self.settings.name} is away", error="unavailable")
        return self._client

    def _count(self, *, late: bool) -> None:
        self._late = self._late + 1 if late else 0
        if self._late >= MOST_LATE:
            self._broken.set()

    def _meant(self, error: Exception) -> Exception:
        """Give what an error of the library means for a call."""
        from mcp.shared.exceptions import MCPError
        from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND

        code = error.code if isinstance(error, MCPError) else 0
        if code in (INVALID_PARAMS, METHOD_NOT_FOUND):
            return ActionError(str(error)[:MOST_TEXT], error="bad_arguments")
        if isinstance(error, RuntimeError | ValueError) and not isinstance(error, MCPError):
            return ResultError(f"the tool gave what it does not describe ({type(error).__name__})")
        self._broken.set()
        return ConnectionError(f"the MCP server {self.settings.name} failed: {type(error).__name__} {code}")

    # Keeping it up

    async def _serve(self) -> None:
        loop, tries = asyncio.get_running_loop(), 0
        while not self._stopping.is_set():
            began, why = loop.time(), "it ended"
            self._broken.clear()
            try:
                async with connect(self.settings, self._broken) as (client, listed):
                    self._client, self._late = client, 0
                    self._ready.set()
                    if self._told is not None:
                        await asyncio.to_thread(self._told, listed)
                    await self._broken.wait()
            except Exception as error:  # noqa: BLE001 - it may be a group of whatever a server led to
                why = named(error)
            finally:
                self._client = None
                self._ready.clear()
            if self._stopping.is_set():
                return
            tries = 1 if loop.time() - began > LIVED else tries + 1
            pause = self._pause(tries)
            ids = {"plugin": self.settings.name}
            _log.warning("MCP server %s is away (%s): again in %.0f s", self.settings.name, why, pause, extra=ids)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)


def named(error: BaseException) -> str:
    """Give the names of the innermost errors: their texts may have what others wrote."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(dict.fromkeys(map(named, error.exceptions)))
    if isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
        return "its program is not there, or may not be run"
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_WITHIN:.0f} s"
    return type(error).__name__


@asynccontextmanager
async def connect(
    settings: ServerSettings, ended: asyncio.Event | None = None
) -> "AsyncIterator[tuple[Client, Listed]]":
    """Connect to a server and ask it for its tools; `ended` is set when its program ends.

    Raises what the library raises, TimeoutError and OSError among it.
    """
    from mcp import Client

    for name in ("mcp", "httpx2", "httpcore2"):  # their lines have what is sent
        logging.getLogger(name).setLevel(logging.CRITICAL)
    async with AsyncExitStack() as stack:
        transport = _program(settings, ended) if settings.command else _address(settings)
        client = Client(transport, cache=None)
        async with asyncio.timeout(CONNECT_WITHIN):
            await stack.enter_async_context(client)
            listed = await _list(client)
        yield client, listed


async def _list(client: "Client") -> Listed:
    tools: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        tools += [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in page.tools]
        cursor = page.next_cursor
        if cursor is None or len(tools) > MOST:
            break
    return read_offers(tools)


@asynccontextmanager
async def _program(settings: ServerSettings, ended: asyncio.Event | None) -> "AsyncIterator[Any]":
    """Start a server's program, and notice when it ends."""
    import anyio
    from mcp import StdioServerParameters, stdio_client

    command, *arguments = settings.command
    started = StdioServerParameters(
        command=command, args=arguments, env=dict(settings.env), cwd=settings.directory or None
    )
    with open(os.devnull if not settings.stderr else "/dev/stderr", "w") as errors:  # noqa: ASYNC230, PTH123 - a device
        async with stdio_client(started, errlog=errors) as (read, write), anyio.create_task_group() as group:
            send, receive = anyio.create_memory_object_stream[Any](0)

            async def pass_on() -> None:
                with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                    async with send:
                        async for message in read:
                            await send.send(message)
                if ended is not None:
                    ended.set()

            group.start_soon(pass_on)
            try:
                yield receive, write
            finally:
                group.cancel_scope.cancel()


@asynccontextmanager
async def _address(settings: ServerSettings) -> "AsyncIterator[Any]":
    """Speak to a server over streamable HTTP."""
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    timeout = httpx2.Timeout(CONNECT_WITHIN, read=300.0)
    async with (
        httpx2.AsyncClient(headers=dict(settings.headers), timeout=timeout, trust_env=False) as client,
        streamable_http_client(settings.url, http_client=client) as streams,
    ):
        yield streams


# Results


def plain_result(result: Any) -> Any:
    """Give the result of a tool as plain data.

    What is structured comes as it is; of other content the text, as JSON where it is an object or a list; what is
    no text is named beside it: `{"text": ..., "left_out": ["image image/png"]}`. Raises ActionError where the tool
    says that it failed.
    """
    texts = [str(one.text) for one in result.content if getattr(one, "type", "") == "text"]
    text = "\n".join(texts)
    if result.is_error:
        raise ActionError(text[:MOST_TEXT] or "the tool failed", error="tool_error")
    if result.structured_content is not None:
        return result.structured_content
    left_out = [_other(one) for one in result.content if getattr(one, "type", "") != "text"]
    if left_out:
        return {"text": text, "left_out": left_out[:MOST]}
    return _as_json(text) if len(texts) == 1 else text


def _other(content: Any) -> str:
    kind = str(getattr(content, "type", "content"))
    named = getattr(content, "mime_type", None) or getattr(content, "uri", None) or ""
    return f"{kind} {str(named)[:200]}".strip()


def _as_json(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return text
