"""Receiving: every channel begins by itself, and again where its platform cannot be reached, while others serve."""

import asyncio
import logging
from collections.abc import Callable, Mapping

import msgspec

from botkit.errors import BotkitError, ConfigError
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Connector, Intake
from botkit.ports.stores import Store
from botkit.runtime.duties import Duty, Guarded, poller_of

_log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a channel is begun again; each is twice the one before
WRONG_PAUSE = 600.0  # where the settings are wrong: a platform in trouble may take what is right for wrong
WITHIN = 30.0  # seconds that a start may take
SOON = 0.5  # seconds for which the start of a bot waits for those of its channels


class Down(msgspec.Struct, frozen=True):
    """Why a channel does not receive, and since when (seconds since the epoch)."""

    trouble: str
    since: float


class Receiving:
    """Lets channels receive what comes to `intake`. `tell` gets a line when one is not up, and when it is."""

    def __init__(self, store: Store, intake: Intake, clock: Clock) -> None:
        self.down: dict[str, Down] = {}
        self._store = store
        self._intake = intake
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._duties: dict[str, Duty] = {}

    async def start(self, connectors: Mapping[str, Connector], tell: Callable[[str], None]) -> None:
        """Begin all channels; returns when each was begun or has failed once, after `SOON` at the latest."""
        tried = [asyncio.Event() for _ in connectors]
        now = self._clock.now()
        for event, (name, connector) in zip(tried, connectors.items(), strict=True):
            self.down[name] = Down("it is starting", now)
            work = self._begin(name, connector, event, tell)
            self._tasks.append(asyncio.create_task(work, name=f"start {name}"))
        waits = [asyncio.create_task(event.wait()) for event in tried]
        if waits:
            await asyncio.wait(waits, timeout=SOON)
        for wait in waits:
            wait.cancel()

    async def stop(self) -> None:
        """Begin no more channels, and let go of what this process alone does. Stopping them is somebody else's."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(duty.stop() for duty in self._duties.values()))

    async def _begin(
        self, name: str, connector: Connector, tried: asyncio.Event, tell: Callable[[str], None]
    ) -> None:
        pause, told = FIRST_PAUSE, ""
        while True:
            try:
                async with asyncio.timeout(WITHIN):
                    await self._start(name, connector)
                break
            except Exception as error:  # noqa: BLE001 - a connector may raise anything, and the others go on
                # What another library says may have the secret of the channel in it, as part of an address.
                trouble = str(error) if isinstance(error, BotkitError) else type(error).__name__
                self.down[name] = Down(trouble, self.down[name].since)
                wrong = isinstance(error, ConfigError)
                if not told:
                    then = "Mend that and start again" if wrong else "It is tried again"
                    tell(f"The channel '{name}' is not up: {trouble}. {then}; the others serve.")
                elif told != trouble or (pause == LONGEST_PAUSE and not wrong):
                    _log.warning("channel %s is not up: %s", name, trouble, extra={"channel": name, "pause": pause})
                told = trouble
                await self._give_up(connector)
            tried.set()
            await self._clock.sleep(WRONG_PAUSE if wrong else pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        del self.down[name]
        tried.set()
        if told:
            tell(f"The channel '{name}' is up.")

    async def _start(self, name: str, connector: Connector) -> None:
        poller = poller_of(connector)
        if poller is None:
            await connector.start(self._intake)
            return
        duty = Duty(self._store, f"poll {connector.name}", poller.poll)
        await connector.start(Guarded(self._intake, duty))
        self._duties[name] = duty
        duty.start()

    async def _give_up(self, connector: Connector) -> None:
        """Close what a start that failed has opened."""
        try:
            await connector.stop()
        except Exception as error:  # noqa: BLE001 - it is begun again whatever that says
            _log.warning("channel %s did not stop: %s", connector.name, type(error).__name__)
