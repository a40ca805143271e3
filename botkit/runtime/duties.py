"""Duties: what one process of several does all the time. If it dies, another one takes over within seconds."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from botkit.errors import StoreError
from botkit.ports.connectors import Accepted, Connector, Entry, Incoming, Intake, Poller, layers_of
from botkit.ports.files import Files
from botkit.ports.sharing import Lease
from botkit.ports.stores import Store
from botkit.runtime.background import Background

_log = logging.getLogger(__name__)

LEASE = 5.0  # seconds for which a duty is claimed; it is renewed three times in them
LOOKS = 1.0  # seconds between looks whether a duty has become free
PAUSE = 1.0  # seconds before work that failed is begun again
FAREWELL = 5.0  # seconds that work has to end


class Duty:
    """Does `work` for as long as this process has the duty `name`, and claims it whenever it is nobody's.

    `work` goes on until it is cancelled; one that returns or fails is begun again. It is cancelled before the lease
    is over. A process that slept longer than that finds out from `is_ours` before it does any harm.
    """

    def __init__(self, store: Store, name: str, work: Callable[[], Awaitable[None]], seconds: float = LEASE) -> None:
        self._store = store
        self._name = name
        self._work = work
        self._seconds = seconds
        self._lease: Lease | None = None
        self._background = Background(self._go_on, name)

    @property
    def is_ours(self) -> bool:
        """Whether this process has the duty now."""
        return self._left() > 0

    def start(self) -> None:
        """Begin to ask for the duty."""
        self._background.start()

    async def stop(self) -> None:
        """End the work, and let another process have the duty at once."""
        await self._background.stop()
        if self._lease is not None:
            self._lease = None
            try:
                await self._store.shared.release(self._name)
            except StoreError as error:
                _log.warning("a duty could not be released: %s", error, extra={"duty": self._name})

    async def _go_on(self) -> None:
        news = False  # that it is ours from the start is none
        while True:
            await self._claim()
            if self._lease is None:
                await asyncio.sleep(min(LOOKS, self._seconds / 3))
            else:
                if news:
                    _log.info("took a duty", extra={"duty": self._name})
                await self._do()
            news = True

    async def _claim(self) -> None:
        """Claim or renew; while the store does not answer, what was claimed stays until it is over."""
        try:
            self._lease = await self._store.shared.claim(self._name, self._seconds)
        except StoreError as error:
            _log.warning("a duty could not be claimed: %s", error, extra={"duty": self._name})
        if not self.is_ours:
            self._lease = None

    async def _do(self) -> None:
        """Work until the duty is lost."""
        working = asyncio.create_task(self._work_on(), name=self._name)
        try:
            while self.is_ours:
                await asyncio.sleep(min(self._seconds / 3, self._left()))
                try:
                    async with asyncio.timeout(min(self._seconds, self._left())):
                        await self._claim()
                except TimeoutError:
                    self._lease = None
        finally:
            working.cancel()
            await asyncio.wait({working}, timeout=FAREWELL)

    def _left(self) -> float:
        """Give the seconds for which the duty is ours."""
        return max(self._lease.until - time.monotonic(), 0.0) if self._lease is not None else 0.0

    async def _work_on(self) -> None:
        while True:
            try:
                await self._work()
            except Exception as error:  # noqa: BLE001 - nobody else would begin again
                _log.error("what a duty does failed", exc_info=error, extra={"duty": self._name})
            await asyncio.sleep(PAUSE)


class Guarded:
    """An intake for what a duty receives: what comes after the duty was lost is refused, and not acknowledged."""

    def __init__(self, intake: Intake, duty: Duty) -> None:
        self._intake = intake
        self._duty = duty

    async def accept(self, incoming: Incoming) -> Accepted:
        """Store a delivery. Raises StoreError where another process receives by now."""
        if not self._duty.is_ours:
            raise StoreError("another process polls by now", hint="the platform gives it what is left")
        return await self._intake.accept(incoming)

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


def poller_of(connector: Connector) -> Poller | None:
    """Give what polls: the connector, or one that it wraps; None if it does not poll."""
    return next((one for one in layers_of(connector) if isinstance(one, Poller) and one.polls), None)
