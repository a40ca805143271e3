"""An intake that a test looks into."""

import asyncio
from collections.abc import Sequence

from botkit.ports.connectors import Accepted, Entry, Incoming
from botkit.ports.files import FileLimits, Files
from botkit.stores.files import KeptFiles
from botkit.stores.memory import MemoryShelf
from botkit.testing.clocks import FakeClock


class FakeIntake:
    """Keeps what a connector hands over. `received` has every delivery, `incoming` each (channel, id) once.

    `entries` is what `history` and `turn` give of each conversation, `questions` what `asked` does; `files` are kept
    in memory, within the limits of `limit_files`. `hold` makes `accept` block
    until `release`; `fail` lets the next calls raise.
    """

    def __init__(self) -> None:
        self.received: list[Incoming] = []
        self.incoming: list[Incoming] = []
        self._open = asyncio.Event()
        self._open.set()
        self._error: Exception | None = None
        self._changed = asyncio.Condition()
        self._seqs: dict[tuple[str, str], Accepted] = {}
        self._counts: dict[str, int] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.questions: dict[str, str] = {}
        self.files: Files = KeptFiles(MemoryShelf(), FileLimits(), FakeClock())

    def limit_files(self, limits: FileLimits) -> None:
        """Take only such files from now on; those that were put before are gone."""
        self.files = KeptFiles(MemoryShelf(), limits, FakeClock())

    def hold(self) -> None:
        """Let `accept` block from now on."""
        self._open.clear()

    def release(self) -> None:
        """Let what is blocked go on."""
        self._open.set()

    def fail(self, error: Exception | None) -> None:
        """Let `accept` raise from now on, or no longer (None)."""
        self._error = error

    async def wait(self, count: int, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - a test's patience
        """Wait until so many deliveries were handed over. Raises TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= count)

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        """Give what `entries` holds."""
        if self._error is not None:
            raise self._error
        return [entry for entry in self.entries.get(conversation, ()) if entry.seq > after][-most:]

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        """Give what `entries` holds of a turn."""
        if self._error is not None:
            raise self._error
        return [entry for entry in self.entries.get(conversation, ()) if entry.seq == turn]

    async def asked(self, conversation: str) -> str:
        """Give what `questions` holds."""
        if self._error is not None:
            raise self._error
        return self.questions.get(conversation, "")

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take a delivery as a store would."""
        async with self._changed:
            self.received.append(incoming)
            self._changed.notify_all()
        await self._open.wait()
        if self._error is not None:
            raise self._error
        key = (incoming.channel, incoming.id)
        if known := self._seqs.get(key):
            return Accepted(known.conversation, known.seq, duplicate=True)
        conversation = incoming.conversation
        self._counts[conversation] = self._counts.get(conversation, 0) + 1
        accepted = Accepted(conversation, self._counts[conversation], wake=True)
        self._seqs[key] = accepted
        self.incoming.append(incoming)
        return accepted
