"""Inside a worker: named points, and what stands around the store, the connector and the actions to pass them."""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from multiprocessing.connection import Connection
from typing import Any, cast

import msgspec

from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.ports.connectors import Accepted, Connector, Entry, Incoming, Intake
from botkit.ports.files import Files
from botkit.ports.stores import Store
from botkit.registry.hooks import Action
from botkit.registry.registry import Registry
from botkit.testing.faults.plans import COMMITS

LOOKS = 0.0002  # seconds between two looks whether a mark is durable


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker tells the harness: it is ready, it stands at a point, a reply's mark is durable, its clock."""

    ready: bool = False
    at: str = ""
    marked: str = ""
    when: float = 0.0


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the harness tells a worker: stop at a point, go on, move the clock, let the database grow or not."""

    stop_at: str | None = None
    passes: int = 1
    go: bool = False
    clock: float | None = None
    room: bool | None = None


class Points:
    """Counts how often points are passed; at the one that the harness named it says so, and waits."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._stop_at = ""
        self._left = 0
        self._go = threading.Event()

    def tell(self, said: Said) -> None:
        """Tell the harness something."""
        with self._lock:
            self._line.send_bytes(msgspec.json.encode(said))

    def follow(self, order: Order) -> None:
        """Do what the harness orders."""
        if order.stop_at is not None:
            with self._lock:
                self._stop_at, self._left = order.stop_at, order.passes
        if order.go:
            self._go.set()

    def reach(self, point: str) -> None:
        """Pass a point. It blocks the thread: where a fault falls, nothing else may go on."""
        if point != self._stop_at:
            return
        with self._lock:
            self._left -= 1
            if self._left or point != self._stop_at:
                return
            self._stop_at = ""
            self._go.clear()
        self.tell(Said(at=point, when=time.monotonic()))
        self._go.wait()


class WatchedStore:
    """A store with a point before and after each of its commits."""

    def __init__(self, store: Store, points: Points) -> None:
        self._store = store
        self._points = points

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        return self._watched(name, method) if name in COMMITS else method

    def _watched(self, name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def watched(*args: Any, **named: Any) -> Any:
            self._points.reach(f"{name}:before")
            given = await method(*args, **named)
            self._points.reach(f"{name}:after")
            return given

        self.__dict__[name] = watched
        return watched


def watch_store(store: Store, points: Points) -> Store:
    """Give a store that passes the points of its commits."""
    return cast("Store", WatchedStore(store, points))


class WatchedConnector:
    """A connector with a point before and after each send; its intake takes turns in both ways that there are."""

    def __init__(self, connector: Connector, points: Points) -> None:
        self.name = connector.name
        self.capabilities: Capabilities = connector.capabilities
        self._connector = connector
        self._points = points

    async def start(self, intake: Intake) -> None:
        """Begin to receive."""
        await self._connector.start(intake)

    async def stop(self) -> None:
        """Stop receiving."""
        await self._connector.stop()

    async def send(self, chat: str, reply: Reply) -> str:
        """Send one reply."""
        self._points.reach("send:before")
        given = await self._connector.send(chat, reply)
        self._points.reach("send:after")
        return given

    def routes(self) -> tuple[()]:
        """Serve nothing over HTTP."""
        return ()


class EitherIntake:
    """An intake that takes every other message with its turn in one transaction, as a library's user does."""

    def __init__(self, intake: Intake, take: Callable[[Incoming], Awaitable[Accepted]]):
        self._intake = intake
        self._ways = (intake.accept, take)
        self._count = 0

    async def accept(self, incoming: Incoming) -> Accepted:
        """Store a delivery."""
        self._count += 1
        return await self._ways[self._count % 2](incoming)

    @property
    def files(self) -> Files:
        """Where files are put."""
        return self._intake.files

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        """Give what was said."""
        return await self._intake.history(conversation, after, most)

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        """Give what was said in a turn."""
        return await self._intake.turn(conversation, turn)

    async def asked(self, conversation: str) -> str:
        """Give the question that is open."""
        return await self._intake.asked(conversation)


def watch_actions(registry: Registry, points: Points) -> None:
    """Put points into every action of a bot's plugins, at the beginning and the end of its work."""
    for name, (action, host) in registry._actions.items():
        registry._actions[name] = (msgspec.structs.replace(action, function=_watched(action, points)), host)


def _watched(action: Action, points: Points) -> Callable[..., Any]:
    function, effect = action.function, action.spec.effect

    @wraps(function)
    async def awaited(*args: Any, **named: Any) -> Any:
        points.reach(f"{effect}:begun")
        given = await function(*args, **named)
        points.reach(f"{effect}:done")
        return given

    @wraps(function)
    def called(*args: Any, **named: Any) -> Any:
        points.reach(f"{effect}:begun")
        given = function(*args, **named)
        points.reach(f"{effect}:done")
        return given

    return awaited if inspect.iscoroutinefunction(function) else called


class Marks:
    """Tells the harness when the mark of each sent reply is durable."""

    def __init__(self, store: Store, points: Points) -> None:
        self._store = store
        self._points = points
        self._looking: set[asyncio.Task[None]] = set()

    def follow(self, conversation: str, reply: str) -> None:
        """Look for a reply's mark until it is there."""
        task = asyncio.create_task(self._look(conversation, reply))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look(self, conversation: str, reply: str) -> None:
        while all(one.reply != reply for one in await self._store.deliveries(conversation)):  # noqa: ASYNC110
            await asyncio.sleep(LOOKS)
        self._points.tell(Said(marked=reply, when=time.monotonic()))
