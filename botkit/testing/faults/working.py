"""A worker's process: a real bot that speaks to the platform's double, and does what the harness orders."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from botkit.app.bots import Bot
from botkit.app.directories import Checked
from botkit.app.nodes import Role
from botkit.carriers import open_carrier
from botkit.model.replies import Reply
from botkit.ports.connectors import Connector
from botkit.runtime.clocks import WallClock
from botkit.stores import Durability, SQLiteStore, open_store
from botkit.testing.faults.ledgers import PLACE
from botkit.testing.faults.lines import CHANNEL, LinesConnector
from botkit.testing.faults.points import (
    EitherIntake,
    Marks,
    Order,
    Points,
    Said,
    WatchedConnector,
    watch_actions,
    watch_store,
)

MOST_PAGES = 4_294_967_294  # SQLite's own bound


class Setup(msgspec.Struct, frozen=True):
    """What a worker has to know.

    `role` is its part where several share a store. `around` and `around_channel` name functions (module:name) that
    change its store and its connector, `paths` where Python finds them; `marks` makes it tell when the mark of each
    sent reply is durable. `preload` are modules that the first worker of a test run loads for all of them.
    """

    directory: str
    store: str
    durability: Durability
    port: int
    ledger: str
    log: str
    role: Role | None = None
    around: str = ""
    around_channel: str = ""
    paths: tuple[str, ...] = ()
    marks: bool = False
    preload: tuple[str, ...] = ()


def work(setup: Setup, line: Connection) -> None:
    """Run a worker until SIGTERM; what is left stays in the store."""
    logging.raiseExceptions = False  # a log that may not grow is no fault of the bot
    logging.basicConfig(
        filename=setup.log, level=logging.INFO, force=True, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    os.environ[PLACE] = setup.ledger
    sys.path[:0] = [path for path in setup.paths if path not in sys.path]
    gc.freeze()
    asyncio.run(_Worker(setup, line).run())


class _Worker:
    def __init__(self, setup: Setup, line: Connection) -> None:
        self._setup = setup
        self._line = line
        self._points = Points(line)
        self._clock = WallClock()
        self._kept = open_store(setup.store, setup.durability)
        self._store = watch_store(_changed(self._kept, setup.around), self._points)
        self._marks = Marks(self._kept, self._points) if setup.marks else None

    async def run(self) -> None:
        ending = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
        threading.Thread(target=self._obey, daemon=True).start()
        setup = self._setup
        bot = await Bot.load(
            setup.directory,
            store=self._store,
            clock=self._clock,
            connectors=self._connectors,
            role=setup.role,
            carrier=None if setup.role is None else open_carrier(setup.store),
        )
        engine = bot.engine
        for connector in bot.connectors.values() if bot.node is None or bot.node.receives else ():
            await connector.start(EitherIntake(engine, engine.take))
        self._points.tell(Said(ready=True))
        await ending.wait()
        await bot.close()

    def _connectors(self, checked: Checked) -> dict[str, Connector]:
        watch_actions(checked.registry, self._points)
        lines = LinesConnector("127.0.0.1", self._setup.port)
        watched = WatchedConnector(_changed(lines, self._setup.around_channel), self._points)
        return {CHANNEL: watched if self._marks is None else _Marking(watched, self._marks)}

    def _obey(self) -> None:
        """Follow the harness, in a thread: a point may hold the loop. Without a harness there is nothing to do."""
        while True:
            try:
                order = msgspec.json.decode(self._line.recv_bytes(), type=Order)
            except (EOFError, OSError):
                os._exit(1)
            if order.clock is not None:
                self._clock.offset = order.clock
            if order.room is not None:
                self._limit(MOST_PAGES if order.room else 1)
            self._points.follow(order)

    def _limit(self, pages: int) -> None:
        """Bound the database's size; one that is larger already can take no page more, as on a full disk."""
        assert isinstance(self._kept, SQLiteStore)
        self._kept._connections[0].execute(f"PRAGMA max_page_count = {pages}").fetchall()


class _Marking(WatchedConnector):
    """A watched connector that has the marks of its replies looked for."""

    def __init__(self, connector: Any, marks: Marks) -> None:
        self.__dict__ |= connector.__dict__
        self._marks = marks

    async def send(self, chat: str, reply: Reply) -> str:
        given = await super().send(chat, reply)
        self._marks.follow(f"{CHANNEL}:{chat}", reply.id)
        return given


def _changed(one: Any, around: str) -> Any:
    """Give a store or a connector as a test wants it changed."""
    if not around:
        return one
    module, _, name = around.partition(":")
    return getattr(import_module(module), name)(one)
