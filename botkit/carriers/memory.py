"""A carrier within one process: its nodes share a hub. For tests, and for what is tried without a server."""

import asyncio
from collections import deque
from collections.abc import Sequence

from botkit.carriers.growths import Growths, read_growth, write_growth
from botkit.carriers.news import MOST_KEPT, News
from botkit.model.replies import Call
from botkit.ports.carriers import EVERYTHING, Growth, Job


class Hub:
    """What the nodes of one process share."""

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque(maxlen=MOST_KEPT)
        self.nodes: set[MemoryCarrier] = set()


class MemoryCarrier:
    """A node in this process."""

    def __init__(self, hub: Hub) -> None:
        self.news: News | None = None
        self.growths: Growths | None = None
        self.stirred = asyncio.Event()
        self._hub = hub
        self._closed = False

    async def open(self) -> None:
        """Begin."""
        self._hub.nodes.add(self)

    async def close(self) -> None:
        """End `take` and `hear`."""
        self._closed = True
        self._hub.nodes.discard(self)
        self.stirred.set()
        if self.news is not None:
            self.news.end()
        if self.growths is not None:
            self.growths.end()

    def wake(self, conversation: str) -> None:
        """Post that a worker should look at a conversation."""
        self._post(Job(conversation))

    def hand_out(self, conversation: str, call: Call) -> None:
        """Post that a worker should perform a call."""
        self._post(Job(conversation, call))

    def _post(self, job: Job) -> None:
        self._hub.jobs.append(job)
        for node in self._hub.nodes:
            node.stirred.set()

    def tell(self, conversation: str) -> None:
        """Post to every node that hears."""
        for node in self._hub.nodes:
            if node.news is not None:
                node.news.add(conversation)

    def grow(self, growth: Growth) -> None:
        """Post to every node that watches."""
        written = write_growth(growth)
        for node in self._hub.nodes:
            if written and node.growths is not None:
                node.growths.add(read_growth(written))

    async def take(self, most: int) -> Sequence[Job]:
        """Wait for jobs and give at most so many."""
        jobs = self._hub.jobs
        while not self._closed:
            if jobs:
                return [jobs.popleft() for _ in range(min(most, len(jobs)))]
            self.stirred.clear()
            await self.stirred.wait()
        return ()

    async def hear(self) -> Sequence[str]:
        """Wait for news."""
        if self._closed:
            return ()
        if self.news is None:
            self.news = News()
            self.news.add(EVERYTHING)
        return await self.news.take()

    async def watch(self) -> Sequence[Growth]:
        """Wait for answers that grow."""
        if self._closed:
            return ()
        if self.growths is None:
            self.growths = Growths()
        return await self.growths.take()
