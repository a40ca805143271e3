"""Metrics: what passed through the channels, and how a bot stands when somebody looks."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

import botkit
from botkit.app.bots import Bot
from botkit.errors import BotkitError
from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.monitoring import State, write_metrics
from botkit.monitoring.series import MOST_SERIES, OTHER, Counts
from botkit.ports.connectors import Accepted, Connector, Entry, Incoming, Intake
from botkit.ports.files import Files
from botkit.ports.stored import Summary
from botkit.stores.files import KeptFiles

WITHIN: Final = 2.0  # seconds that the store has to answer
MOST_AWAY: Final = 2000  # conversations in queues, and as many that people have, that are looked at
_PAGE: Final = 200  # of them at a time, between which turns go on


class Numbers:
    """What passed through the channels since the start."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.messages = 0
        self.duplicates = 0
        self.sent = 0
        self.refused = 0


class CountedIntake:
    """An intake that counts what passes through it."""

    def __init__(self, intake: Intake, numbers: Numbers) -> None:
        self._intake = intake
        self._numbers = numbers

    async def accept(self, incoming: Incoming) -> Accepted:
        """Store a delivery."""
        accepted = await self._intake.accept(incoming)
        self._numbers.messages += 1
        self._numbers.duplicates += accepted.duplicate
        return accepted

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


class CountedConnector:
    """A connector that counts what goes out of the one that it wraps."""

    def __init__(self, connector: Connector, numbers: Numbers) -> None:
        self.name = connector.name
        self.capabilities: Capabilities = connector.capabilities
        self.wrapped = connector
        self._numbers = numbers

    async def start(self, intake: Intake) -> None:
        """Begin to receive."""
        await self.wrapped.start(CountedIntake(intake, self._numbers))

    async def stop(self) -> None:
        """Stop receiving."""
        await self.wrapped.stop()

    async def send(self, chat: str, reply: Reply) -> str:
        """Send one reply."""
        try:
            platform_id = await self.wrapped.send(chat, reply)
        except Exception:
            self._numbers.refused += 1
            raise
        self._numbers.sent += 1
        return platform_id

    def routes(self) -> Sequence[Any]:
        """Give the connector's routes."""
        return self.wrapped.routes()


async def read_metrics(bot: Bot, numbers: Numbers) -> str:
    """Give what `/metrics` says; while the store does not answer, without what only it knows."""
    state = _own(bot, numbers)
    try:
        async with asyncio.timeout(WITHIN):
            queued, served = await _away(bot, "queue"), await _away(bot, "human")
            state = msgspec.structs.replace(
                state,
                backlog=await bot.store.backlog(),
                queue=_waits(queued, bot.engine.clock.now()),
                served=_counts(served),
            )
    except (BotkitError, TimeoutError):
        state = msgspec.structs.replace(state, trouble=True)
    return write_metrics(bot.engine.meter, state)


def _own(bot: Bot, numbers: Numbers) -> State:
    """Give what this process knows by itself."""
    receives, down = bot.node is None or bot.node.receives, bot.receiving.down
    return State(
        version=botkit.__version__,
        uptime=time.monotonic() - numbers.since,
        messages=numbers.messages,
        duplicates=numbers.duplicates,
        sent=numbers.sent,
        refused=numbers.refused,
        channels={name: name not in down for name in bot.connectors} if receives else {},
        down=len(down),
        trouble=bool(bot.engine.health.trouble),
        unloaded=bool(bot.refused),
        lost=bot.checked.registry.lost,
        paused=bot.checked.registry.paused,
        files_away=bot.files.away if isinstance(bot.files, KeptFiles) else None,
        models_away=bot.models.away if bot.models is not None else None,
        away=bot.understanding.embedding.away if bot.understanding.embedding is not None else None,
    )


async def _away(bot: Bot, owner: str) -> Sequence[Summary]:
    """Give the conversations that wait for a person, or that one has, the last touched first."""
    found: dict[str, Summary] = {}
    after = ""
    while len(found) < MOST_AWAY and (page := await bot.store.conversations(_PAGE, owner, after)):
        found.update((one.conversation, one) for one in page)
        after = page[-1].cursor
        if len(page) < _PAGE:
            break
        await asyncio.sleep(0)
    return list(found.values())


def _waits(queued: Sequence[Summary], now: float) -> Mapping[str, tuple[int, float]]:
    """Give by team how many wait, and how many seconds the first of them."""
    waits: dict[str, tuple[int, float]] = {}
    for one in queued:
        team = one.team if one.team in waits or len(waits) < MOST_SERIES else OTHER
        count, longest = waits.get(team, (0, 0.0))
        waits[team] = count + 1, max(longest, now - (one.since or one.touched))
    return waits


def _counts(served: Sequence[Summary]) -> Mapping[str, int]:
    counts = Counts()
    for one in served:
        counts.add(one.team)
    return {team: int(count) for (team,), count in counts.values.items()}
