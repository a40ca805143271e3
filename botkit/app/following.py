"""Following what is published: a node serves what the store says, or tells it what it found in its own files."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from botkit.app.bots import Bot
from botkit.app.directories import rebuild_checked
from botkit.app.publishing import RECENT, WHOLE, drop_unneeded, sort_out
from botkit.errors import StoreError
from botkit.model.flowset import FlowSet
from botkit.ports.stored import Publication
from botkit.runtime.background import Background
from botkit.runtime.chores import Chore

_log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between two looks at the store
_SHORT = 12  # letters of a version that people see


class Follower:
    """Keeps a running bot at the version that is published."""

    def __init__(self, bot: Bot, tell: Callable[[str], None]) -> None:
        self._bot = bot
        self._tell = tell
        self._seen = 0
        self._background = Background(self._follow, "publications")
        self._tidying = Chore(bot.store, "tidy versions", self._tidy)

    async def begin(self, *, saved: bool) -> None:
        """Find out what to serve.

        A node that takes up files as they are saved serves its directory. Any other serves what `botkit publish`
        published last, and its directory only where nothing was.
        """
        recent = await self._bot.store.publications(RECENT)
        if saved or not recent or recent[0].by == "directory":
            await self.publish_own()
            return
        own = self._bot.flows.version
        await self._take(recent)
        serving = self._bot.flows.version
        if serving != own:
            self._tell(f"The flows of this directory differ from version {serving[:_SHORT]}, which was published.")

    def start(self) -> None:
        """Follow from now on."""
        self._background.start()
        self._tidying.start()

    async def stop(self) -> None:
        """Follow no more."""
        await self._tidying.stop()
        await self._background.stop()

    async def publish_own(self) -> None:
        """Let the other nodes serve what this one does, unless they do."""
        version = self._bot.flows.version
        recent = await self._bot.store.publications(RECENT)
        serving = sort_out(recent)
        if serving.canary is None and serving.whole is not None and serving.whole.version == version:
            self._seen = recent[0].number
            return
        published = await self._bot.store.publish(version, WHOLE, "directory", self._bot.engine.clock.now())
        self._seen = published.number

    async def look(self) -> bool:
        """Take up what was published since the last look; tell whether there was something."""
        newest = await self._bot.store.publications(1)
        if not newest or newest[0].number == self._seen:
            return False
        await self._take(await self._bot.store.publications(RECENT))
        return True

    async def _take(self, recent: Sequence[Publication]) -> None:
        """Serve what some publications come to; a version that does not load here changes nothing."""
        serving = sort_out(recent)
        self._bot.refused = ""
        whole = await self._build(serving.whole.version) if serving.whole is not None else None
        canary = await self._build(serving.canary.version) if serving.canary is not None else None
        self._seen = recent[0].number  # not before: where the store failed the next look takes it up
        book = self._bot.engine.book
        if whole is not None and (serving.canary is None or whole.version != book.current.version):
            book.publish(whole)
            if serving.canary is None:
                self._tell(f"Taken up: version {whole.version[:_SHORT]}")
        if canary is not None and serving.canary is not None:
            book.publish_canary(canary, serving.canary.share)
            self._tell(
                f"Taken up: version {canary.version[:_SHORT]} for {serving.canary.share} % of the conversations"
            )

    async def _build(self, version: str) -> FlowSet | None:
        book, checked = self._bot.engine.book, self._bot.checked
        for known in (book.current, book.canary, checked.flows):
            if known is not None and known.version == version:
                return known
        sources = await self._bot.store.version(version)
        if sources is None:
            self._refuse(version, "it is not in the store any more")
            return None
        flows, errors = await asyncio.to_thread(rebuild_checked, checked, version, sources, book.current.settings)
        if flows is None:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            self._refuse(version, f"{errors[0]}{more}" if errors else "it has mistakes")
            return None
        await self._bot.understanding.prepare(flows)
        return flows

    def _refuse(self, version: str, why: str) -> None:
        self._bot.refused = version
        _log.error(
            "version %s was published and does not load here, the one before goes on: %s", version[:_SHORT], why
        )

    async def _tidy(self) -> None:
        await drop_unneeded(self._bot.store, self._bot.engine.clock.now())

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except StoreError as error:
                self._bot.engine.health.note(error, self._bot.engine.clock.now())
            except Exception as error:  # noqa: BLE001 - nobody else would follow on
                _log.warning("what is published could not be looked at", exc_info=error)
