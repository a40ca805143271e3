"""Who has which conversation, as this process knows it, and who wants to hear of changes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from botkit.model.session import Owner, Session


class Handed:
    """The conversations that people have, with the epoch of each; and listeners to all that is not the bot's."""

    def __init__(self) -> None:
        self._epochs: dict[str, int] = {}
        self._away: dict[str, Owner] = {}  # conversations that wait for a person, or that one has
        self._listening: list[Changed] = []

    def note(self, session: Session) -> None:
        """Note how a conversation stands after a turn that is stored."""
        conversation, before = session.conversation, self._away.get(session.conversation)
        if session.owner == "bot":
            if before is None:
                return
            del self._away[conversation]  # given back; or erased by another process, and begun anew
        else:
            self._away[conversation] = session.owner
        if session.owner == "human":
            self._epochs[conversation] = session.epoch
        else:
            self._epochs.pop(conversation, None)
        for one in self._listening:
            if before != session.owner or not one.moves_alone:
                one.tell()

    def epoch_of(self, conversation: str) -> tuple[int, bool]:
        """Give the owner's epoch, and whether a person has the conversation."""
        epoch = self._epochs.get(conversation)
        return (0, False) if epoch is None else (epoch, True)

    @contextmanager
    def listening(self, *, moves_alone: bool = False) -> "Iterator[Changed]":
        """Hear of changes in this process, from here on; of `moves_alone`, only when one has another owner."""
        listener = Changed(moves_alone=moves_alone)
        self._listening.append(listener)
        try:
            yield listener
        finally:
            self._listening.remove(listener)


class Changed:
    """Whether something changed since it was last waited for."""

    def __init__(self, *, moves_alone: bool) -> None:
        self.moves_alone = moves_alone
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Note a change."""
        self._event.set()

    async def wait(self, most: float) -> None:
        """Wait for a change, at most so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._event.wait()
        self._event.clear()
