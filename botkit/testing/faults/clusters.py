"""Several nodes that share a PostgreSQL store, each with a wire of its own to it."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from msgspec.structs import replace

from botkit.app.nodes import Role
from botkit.ports.postgres import CONNECT_WITHIN, SETTINGS
from botkit.testing.faults.plans import ANYWHERE, Fault, Played
from botkit.testing.faults.platforms import Platform
from botkit.testing.faults.points import Order
from botkit.testing.faults.stages import BETWEEN, HOUR, INSTANTS, Gate
from botkit.testing.faults.wires import Wire
from botkit.testing.faults.workers import Worker
from botkit.testing.faults.working import Setup
from botkit.testing.postgres import Server

_SETTINGS = {**SETTINGS, "lock_timeout": "5s"}
_GUARD = """
CREATE TABLE fault_full ();
CREATE FUNCTION fault_full() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
  IF EXISTS (SELECT FROM fault_full) THEN
    RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
  END IF;
  RETURN NULL;
END $body$;
DO $body$ DECLARE name text; BEGIN
  FOR name IN SELECT oid::regclass FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'fault_full'
  LOOP
    EXECUTE 'CREATE TRIGGER fault_full BEFORE INSERT OR UPDATE ON ' || name || ' EXECUTE FUNCTION fault_full()';
  END LOOP;
END $body$
"""


class Node:
    """One process of the bot, what it does, and its way to the database."""

    def __init__(self, role: Role, wire: Wire, setup: Setup) -> None:
        self.role = role
        self.wire = wire
        self.setup = setup
        self.worker = Worker(setup)

    def comes_to(self, point: str) -> bool:
        """Tell whether a process of this role may come to a point."""
        method = point.partition(":")[0]
        if method == "take":
            return self.role == "all"
        return self.role != ("worker" if method == "accept" else "web")


class Cluster:
    """The stage of a play with PostgreSQL: it plays faults on any of the nodes, on their wires, and on the server."""

    def __init__(
        self,
        platform: Platform,
        setup: Setup,
        server: Server,
        roles: Sequence[Role],
        chance: random.Random,
        reached_within: float,
    ) -> None:
        self.crashed: list[str] = []
        self.marked: dict[str, float] = {}
        self._setup, self._server, self._roles, self._chance = setup, server, roles, chance
        self._reached_within = reached_within
        self._nodes: list[Node] = []
        self._wires = AsyncExitStack()
        self._gate = Gate(platform)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Have the nodes for the length of a block."""
        async with self._wires:
            try:
                for role in self._roles:
                    await self._add(role)
                await self._make_fillable()
                yield
            finally:
                for node in self._nodes:
                    node.worker.send(signal.SIGKILL)
                await asyncio.gather(*(node.worker.ended() for node in self._nodes))

    async def end(self) -> None:
        """Let every node drain and end."""
        await asyncio.gather(*(self._end(node.worker, signal.SIGTERM) for node in self._nodes))

    async def play(self, fault: Fault) -> Played:
        """Wait for the fault's point or instant on some node, play it, and see that all is at work afterwards."""
        for node in self._nodes:
            if node.worker.gone:
                self.crashed.append(f"a {node.role} ended by itself, with {node.worker.code}")
                await self._replace(node)
        if fault.kind == "restart":
            return await self._restart(fault)
        found = await self._reach(fault)
        if isinstance(found, str):
            return Played(fault, why=found)
        node, began = found
        worker = 0 if fault.kind in ("crash", "full") else node.worker.pid
        await self._do(fault, node)
        ended = time.monotonic()
        await asyncio.sleep(BETWEEN)
        return Played(fault, began, ended, worker=worker)

    async def _restart(self, fault: Fault) -> Played:
        """Have a new node up before an old one of the same role is told to end where it stands."""
        if fault.point == ANYWHERE:
            old = [self._chance.choice(self._nodes)]
        else:
            old = [node for node in self._nodes if node.comes_to(fault.point)]
        fresh = await self._add(old[0].role) if old else None
        found = await self._reach(fault, old)
        if isinstance(found, str):
            if fresh is not None:
                self._nodes.remove(fresh)
                await self._end(fresh.worker, signal.SIGTERM)
            return Played(fault, why=found)
        node, began = found
        self._nodes.remove(node)
        await self._end(node.worker, signal.SIGTERM)
        ended = time.monotonic()
        await asyncio.sleep(BETWEEN)
        return Played(fault, began, ended, worker=node.worker.pid)

    async def _reach(self, fault: Fault, among: Sequence[Node] = ()) -> tuple[Node, float] | str:
        """Give the node on which the fault is to fall, and since when it stands there; or why there is none."""
        if fault.point == ANYWHERE:
            await asyncio.sleep(self._chance.uniform(*INSTANTS))
            return self._chance.choice(among or self._nodes), time.monotonic()
        if fault.point == "platform:taken":
            sent = await self._gate.reach(fault.passes, self._reached_within)
            if sent is None:
                return "the platform was sent nothing"
            return next(node for node in self._nodes if node.worker.pid == sent.worker), sent.at
        return await self._reach_node(fault, [node for node in among or self._nodes if node.comes_to(fault.point)])

    async def _reach_node(self, fault: Fault, coming: Sequence[Node]) -> tuple[Node, float] | str:
        """Wait for the first that comes to the point; the others pass it."""
        waits: dict[asyncio.Task[bool], Node] = {}
        for node in coming:
            node.worker.at.clear()
            node.worker.tell(Order(stop_at=fault.point, passes=fault.passes))
            waits[asyncio.create_task(node.worker.at.wait())] = node
        if not waits:
            return "no node comes there"
        done, late = await asyncio.wait(waits, timeout=self._reached_within, return_when=asyncio.FIRST_COMPLETED)
        for task in late:
            task.cancel()
        there = waits[min(done, key=lambda task: waits[task].worker.point_since)] if done else None
        for node in coming:
            if node is not there:
                node.worker.tell(Order(stop_at="", go=True))
        if there is None:
            return f"not reached within {self._reached_within:g} s"
        return there, there.worker.point_since

    async def _do(self, fault: Fault, node: Node) -> None:
        match fault.kind:
            case "kill":
                await self._end(node.worker, signal.SIGKILL)
                await self._replace(node)
            case _:
                await self._trouble(fault, node, on=True)
                self._go_on(node.worker)
                await asyncio.sleep(fault.seconds)
                await self._trouble(fault, node, on=False)

    async def _trouble(self, fault: Fault, node: Node, *, on: bool) -> None:
        """Begin or end what the node lives through."""
        match fault.kind:
            case "freeze":
                node.worker.send(signal.SIGSTOP if on else signal.SIGCONT)
            case "clock":
                node.worker.tell(Order(clock=-HOUR if on else 0.0))
            case "cut" if on:
                node.wire.cut()
            case "silence" if on:
                node.wire.silence()
            case "cut" | "silence":
                node.wire.mend()
            case "crash" if on:
                await asyncio.to_thread(self._server.stop, "immediate")
            case "crash":
                await asyncio.to_thread(self._server.start)
            case "full":
                await self._fill(on=on)

    async def _make_fillable(self) -> None:
        """Put triggers on the tables that the nodes have made, before anybody talks to them."""
        await self._execute(_GUARD)

    async def _fill(self, *, on: bool) -> None:
        """Let the database refuse what it would have to write, with its own error for a full disk, or no more."""
        await self._execute("INSERT INTO fault_full DEFAULT VALUES" if on else "DELETE FROM fault_full")

    async def _execute(self, statement: str) -> None:
        """Run a statement of the play's own, which gives up where a node's would have to wait for it."""
        db = await asyncpg.connect(self._setup.store, timeout=CONNECT_WITHIN, server_settings=_SETTINGS)
        try:
            await db.execute(statement)
        finally:
            await db.close()

    def _go_on(self, worker: Worker) -> None:
        self._gate.open()
        worker.tell(Order(go=True))

    async def _end(self, worker: Worker, number: signal.Signals) -> None:
        """End a process by a signal, where it stands."""
        worker.send(number)
        self._go_on(worker)
        code = await worker.ended()
        self.marked |= worker.marked
        if code not in (0, -signal.SIGKILL):
            self.crashed.append(f"a node ended with {code}")

    async def _add(self, role: Role) -> Node:
        """Have one node more."""
        wire = await self._wires.enter_async_context(Wire(self._server.port))
        url = self._setup.store.replace(f":{self._server.port}/", f":{wire.port}/")
        node = Node(role, wire, replace(self._setup, store=url, role=role))
        self._nodes.append(node)
        await node.worker.start()
        return node

    async def _replace(self, node: Node) -> None:
        worker = Worker(node.setup)
        await worker.start()
        node.worker = worker
