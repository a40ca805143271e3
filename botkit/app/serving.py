"""Serving a bot: its channels, its health and its numbers over HTTP, flows taken up as they are saved."""

import asyncio
import errno
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from botkit.app.api import api_routes, may_see
from botkit.app.bots import Bot, Waiting
from botkit.app.config import Channel
from botkit.app.desks import desk_routes
from botkit.app.directories import Checked
from botkit.app.doors import Doors
from botkit.app.fetching import fetch_public
from botkit.app.following import Follower
from botkit.app.metrics import CountedConnector, Numbers, read_metrics
from botkit.app.nodes import Role
from botkit.app.secrets import keep_secret
from botkit.app.transcripts import moment
from botkit.app.watching import Watch
from botkit.app.webhooks import event_routes
from botkit.errors import NOWHERE, BotkitError, ConfigError, StoreError
from botkit.monitoring import CONTENT_TYPE, Meter, log_turn
from botkit.monitoring.spans import Spans
from botkit.ports.connectors import Connector
from botkit.registry.connectors import BotInfo, missing_secrets
from botkit.registry.discovery import build_connector, find_connector
from botkit.runtime.collecting import spare_collector

BETWEEN_LOOKS = 0.5  # seconds between two looks at the bot's files
GRACE = 5.0  # seconds that open requests have to end
_LONGEST_FRAME = 2_097_152  # bytes over a WebSocket: a longer one is not read to its end
READY_WITHIN = 2.0  # seconds that the store has to answer

Tell = Callable[[str], None]


class Address(msgspec.Struct, frozen=True):
    """Where to listen; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def listen(address: Address) -> socket.socket:
    """Bind an address. Raises ConfigError that names the port and the option to change it."""
    if not 0 <= address.port <= 65_535:
        raise ConfigError(f"{address.port} is no port", hint="0 to 65535")
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            what, hint = "is taken by another program", "choose another with --port or BOTKIT_PORT"
        elif error.errno == errno.EACCES:
            what, hint = "needs rights that this user has not", "choose one above 1023 with --port or BOTKIT_PORT"
        else:
            why = (error.strerror or str(error)).partition(" (while ")[0]
            what, hint = f"cannot be listened on: {why}", "look at --host"
        raise ConfigError(f"port {address.port} of {address.host} {what}", hint=hint) from error


# Channels


def build_channels(checked: Checked, numbers: Numbers, tell: Tell, *, strict: bool = False) -> dict[str, Connector]:
    """Build the channels of bot.yaml, or the web page if it names none.

    A channel without its secret is skipped, and said so; with `strict` it is a ConfigError.
    """
    config = checked.config
    bot = BotInfo(config.settings.name, config.settings.locales, keep_secret(checked.directory), fetch_public)
    channels: Mapping[str, Channel] = config.channels or {"web": Channel({}, NOWHERE)}
    built: dict[str, Connector] = {}
    for name, channel in channels.items():
        spec = checked.connectors.get(name) or find_connector(name)
        secrets = missing_secrets(spec, channel.settings)
        if secrets:
            lacks = f"the channel '{name}' has no {' and no '.join(secrets)}"
            unset = f"set {', '.join(channel.missing)}" if channel.missing else f"write it under channels: {name}:"
            if strict:
                raise ConfigError(lacks, place=channel.place, hint=unset)
            tell(f"Skipped: {lacks} ({unset})")
            continue
        built[name] = CountedConnector(build_connector(spec, channel.settings, bot), numbers)
    if not built:
        raise ConfigError("no channel can be served", hint="give one its secret, or add `web: {}` under channels:")
    return built


def refuse_open_door(checked: Checked, address: Address) -> None:
    """Raise ConfigError where other machines could reach what no token guards."""
    if not address.loopback and not checked.config.token:
        raise ConfigError(
            f"{address.host} can be reached by other machines, and nothing guards the bot's numbers and its API",
            hint='write `api: {token: "${BOTKIT_TOKEN}"}` in bot.yaml and set BOTKIT_TOKEN',
        )


def tell_of_missing(checked: Checked, tell: Tell) -> None:
    """Tell of what is missing and without which the bot runs: variables that nobody set, what an embedder and a
    language model need."""
    for problem in checked.problems:
        if problem.code in ("missing-variable", "missing-embedder", "missing-model"):
            tell(str(problem))


def refuse_missing(checked: Checked) -> None:
    """Raise ConfigError for a variable that nobody set, and a language model that cannot be asked on this machine."""
    for problem in checked.problems:
        if problem.code in ("missing-model", "missing-variable"):
            raise ConfigError(problem.message, place=problem.place, hint=problem.hint)


# HTTP


def build_app(bot: Bot, numbers: Numbers, leaving: Callable[[], bool] = lambda: False) -> Doors:
    """Give the web application: health, readiness, numbers, and every channel's own paths.

    Streams end when the server is `leaving`.
    """

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        health = bot.engine.health
        try:
            async with asyncio.timeout(READY_WITHIN):
                await bot.store.next_timer()
        except StoreError as error:
            health.note(error, bot.engine.clock.now())
        except TimeoutError:
            health.note(StoreError(reason="the store does not answer"), bot.engine.clock.now())
        if health.trouble:
            told = {"status": "unavailable", "store": health.trouble, "since": moment(health.since)}
            return JSONResponse(told, 503)
        down = bot.receiving.down
        up = sorted(name for name in bot.connectors if name not in down)
        shown: dict[str, Any] = {"status": "ok" if up else "unavailable", "flows": bot.flows.version, "channels": up}
        book = bot.engine.book
        if book.canary is not None:
            shown["canary"] = {"flows": book.canary.version, "share": book.share}
        if bot.refused:
            shown["refused"] = bot.refused
        if down:
            shown["down"] = {name: {"trouble": one.trouble, "since": moment(one.since)} for name, one in down.items()}
        return JSONResponse(shown, 200 if up else 503)

    async def metrics(request: Request) -> Response:
        token = bot.checked.config.token
        if token and not may_see(request, token):
            return PlainTextResponse("a token is needed\n", 401, {"WWW-Authenticate": "Bearer"})
        return PlainTextResponse(await read_metrics(bot, numbers), media_type=CONTENT_TYPE)

    routes: list[BaseRoute] = [Route("/health", alive), Route("/ready", ready), Route("/metrics", metrics)]
    routes += desk_routes(bot, leaving)
    routes += api_routes(bot, bot.checked.config.token)
    if bot.node is None or bot.node.receives:
        routes += event_routes(bot, bot.checked.config.events_secrets)
        for connector in bot.connectors.values():
            routes += connector.routes()
    return Doors(routes)


# At work


class Service:
    """Serves a bot until it is told to stop; starts anew when what only a start reads was changed."""

    def __init__(
        self,
        directory: Path,
        address: Address,
        tell: Tell,
        *,
        strict: bool = False,
        watch: bool = True,
        role: Role = "all",
        log_turns: bool = False,
        spans: Spans | None = None,
    ):
        self.directory = directory
        self.address = address
        self._tell = tell
        self._strict = strict
        self._watched = watch
        self._role = role
        self._numbers = Numbers()
        self._meter = Meter()
        self._log_turns = log_turns
        self._spans = spans
        self._server: uvicorn.Server | None = None
        self._follower: Follower | None = None
        self._stopping = False
        self._anew = False
        self._broken = False

    async def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`; then what runs ends, and the rest stays in the store.

        Raises LoadError for a bot with problems and ConfigError for an address or a channel that cannot be had.
        """
        with self._signals(), listen(self.address) as door:
            while not self._stopping:
                self._anew = False
                await self._serve(door)
                if not self._anew:
                    break

    def stop(self) -> None:
        """Stop serving."""
        self._stopping = True
        if self._server is not None:
            self._server.should_exit = True

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Take the signals where uvicorn does not: while the bot loads, and while it is closed."""

        def end(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def _serve(self, door: socket.socket) -> None:
        def channels(checked: Checked) -> Mapping[str, Connector]:
            refuse_open_door(checked, self.address)
            if self._strict:
                refuse_missing(checked)
            tell_of_missing(checked, self._tell)
            return build_channels(checked, self._numbers, self._tell, strict=self._strict)

        async def prepare(bot: Bot) -> None:
            self._follower = Follower(bot, self._tell)
            await self._follower.begin(saved=self._watched)

        self._meter.tell = log_turn if self._log_turns else None
        watch = Watch(self.directory)
        waiting = Waiting(self._tell)
        try:
            bot = await Bot.load(
                self.directory,
                connectors=channels,
                role=self._role,
                prepare=prepare,
                meter=self._meter,
                spans=self._spans,
                keep_waiting=lambda holder: waiting(holder) and not self._stopping,
            )
        except StoreError:
            if self._stopping:
                return
            raise
        try:
            await bot.receive(self._tell)
            spare_collector()
            await self._serve_bot(bot, door, watch)
        finally:
            await bot.close()

    async def _serve_bot(self, bot: Bot, door: socket.socket, watch: Watch) -> None:
        app: Any = build_app(bot, self._numbers, lambda: self._server is not None and self._server.should_exit)
        config = uvicorn.Config(
            app if self._spans is None else self._spans.taking_over(app),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=_LONGEST_FRAME,
            timeout_graceful_shutdown=int(GRACE),
        )
        self._server = uvicorn.Server(config)
        watching = asyncio.create_task(self._follow(bot, watch)) if self._watched else None
        if self._follower is not None:
            self._follower.start()
        port = door.getsockname()[1]
        host = f"[{self.address.host}]" if ":" in self.address.host else self.address.host
        name, address = bot.flows.settings.name, f"http://{host}:{port}"
        if self._role == "worker":
            self._tell(f'Working for "{name}", /ready on {address}; Ctrl-C stops')
        else:
            self._tell(f'Serving "{name}" on {address} - try it there; Ctrl-C stops')
        try:
            if not self._stopping:
                await self._server.serve(sockets=[door.dup()])
        finally:
            if not self._anew:
                door.close()  # the next process may listen there while this one drains
            if watching is not None:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
            if self._follower is not None:
                await self._follower.stop()

    async def _follow(self, bot: Bot, watch: Watch) -> None:
        while True:
            await asyncio.sleep(BETWEEN_LOOKS)
            changed = watch.look()
            if changed and await self.take_up(bot, changed) and self._follower is not None:
                await self._follower.publish_own()

    async def take_up(self, bot: Bot, changed: frozenset[Path]) -> bool:
        """Take up saved files: flows at once, plugins and bot.yaml by starting anew, mistakes not at all.

        Tells whether there are other flows now.
        """
        try:
            before = bot.flows.version
            checked = await bot.reload()
        except BotkitError as error:
            self._tell(f"Not taken up: {error}")
            return False
        if checked.errors:
            self._tell("\n".join(map(str, checked.errors)))
            self._tell("Not taken up: the version before goes on.")
            self._broken = True
            return False
        if checked.config != bot.checked.config or any(path.suffix in (".py", ".env") for path in changed):
            self._tell("Plugins or bot.yaml changed: starting anew.")
            self._anew = True
            if self._server is not None:
                self._server.should_exit = True
        elif bot.flows.version != before or self._broken:
            self._tell(f"Taken up: {', '.join(sorted(path.name for path in changed))}")
        self._broken = False
        return bot.flows.version != before
