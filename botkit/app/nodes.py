"""Nodes: the processes that run one bot together, and what each of them does.

A `web` node takes what platforms deliver and holds customers' pages; a `worker` makes turns and sends; `all` does
both. They need a store that they can share, and a carrier between them. A process that is alone needs neither.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from botkit.carriers import open_carrier
from botkit.errors import ConfigError
from botkit.ports.carriers import Carrier
from botkit.ports.connectors import Connector, Holder, Streamer, layers_of
from botkit.runtime.engine import Engine
from botkit.runtime.growing import Growing
from botkit.runtime.showing import Posted, Showing
from botkit.runtime.streaming import streamer_of
from botkit.runtime.working import Worker

Role = Literal["all", "web", "worker"]
ROLES: tuple[Role, ...] = get_args(Role)


def find_carrier(url: str, role: Role, chosen: str = "") -> Carrier | None:
    """Give the carrier for a store's URL, not open yet; None where the process is alone.

    `chosen` is the URL of another than the one that goes with the store, `carrier:` of bot.yaml.

    Raises ConfigError for a role that needs others, with a store that only one process can use.
    """
    if url.startswith("sqlite") and role == "all":
        return None
    if url.startswith("sqlite"):
        raise ConfigError(
            f"a {role} node works together with others, and SQLite is one process's own",
            hint="write `store: postgresql://...` in bot.yaml, or run one process without --role",
        )
    return open_carrier(url, chosen)


class Node:
    """What a process does beside its engine where there are several: it hears the news, and takes jobs."""

    def __init__(self, role: Role, carrier: Carrier) -> None:
        self.role = role
        self.carrier = carrier
        self._growing = Growing(carrier)
        self._holders: dict[str, Holder] = {}
        self._streamers: dict[str, Streamer] = {}
        self._showing: Showing | None = None
        self._worker: Worker | None = None

    @property
    def turns(self) -> bool:
        """Whether turns are made here."""
        return self.role != "web"

    @property
    def receives(self) -> bool:
        """Whether channels receive here."""
        return self.role != "worker"

    def around(self, connectors: Mapping[str, Connector]) -> dict[str, Connector]:
        """Give the connectors as this node has them: what is sent to pages that others hold is told to them."""
        made: dict[str, Connector] = {}
        for name, connector in connectors.items():
            holder = next((one for one in layers_of(connector) if isinstance(one, Holder)), None)
            if holder is None:
                made[name] = connector
                continue
            made[name] = Posted(connector, self.carrier, here=self.receives, growing=self._growing)
            if self.receives:
                self._holders[name] = holder
                streamer = streamer_of(connector)
                self._streamers |= {name: streamer} if streamer is not None else {}
        return made

    async def start(self, engine: Engine) -> None:
        """Begin to hear and to take."""
        if self.receives:
            self._showing = Showing(self.carrier, self._holders, self._streamers, self._growing.node)
            self._showing.start()
        if self.turns:
            self._worker = Worker(engine, self.carrier)
            self._worker.start()

    async def stop(self) -> None:
        """Take no more jobs; the carrier goes on until `close`, for what the engine ends."""
        if self._worker is not None:
            await self._worker.stop()

    async def close(self) -> None:
        """Hear no more, and let go of the carrier."""
        if self._showing is not None:
            await self._showing.stop()
        self._growing.close()
        await self.carrier.close()
