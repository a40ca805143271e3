"""Knowledge sources of plugins, as the Knowledge port."""

from botkit.model.events import Passage
from botkit.ports.clocks import Clock
from botkit.registry.contexts import Caller, Context
from botkit.registry.hooks import KnowledgeSource
from botkit.registry.hosts import Host


class BoundSource:
    """One source of a started plugin. A source that fails, is late or gives no passages has found nothing."""

    def __init__(self, source: KnowledgeSource, host: Host, clock: Clock) -> None:
        self.name = source.name
        self._source, self._host, self._clock = source, host, clock

    async def search(self, text: str, locale: str, most: int = 3) -> tuple[Passage, ...]:
        """Give at most `most` passages, in the plugin's order."""
        ctx = self._host.context(Caller(locale=locale), self._clock.now(), what=self.name)
        given, _ = await self._host.tell(self._search, ctx, text, what=self.name, timeout=self._source.timeout)
        return tuple(given or ())[:most]

    async def _search(self, ctx: Context, text: str) -> list[Passage]:
        found = await self._host.run(self._source.function, ctx, text, timeout=self._source.timeout)
        if not all(isinstance(one, Passage) for one in found or ()):
            raise TypeError("a knowledge source gives a list of Passage")
        return list(found or ())
