"""Who has which conversation, as this process knows it, and who wants to hear of changes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from botkit.model.session import Session


class Handed:
    """The conversations that people have, with the epoch of each; and listeners to all that is not the bot's."""

    def __init__(self) -> None:
        self._epochs: dict[str, int] = {}
        self._away: set[str] = set()  # conversations that wait for a person, or that one has
        self._listening: list[Changed] = []

    def note(self, session: Session) -> None:
        """Note how a conversation stands after a turn that is stored."""
        conversation = session.conversation
        if session.owner == "bot":
            if conversation not in self._away:
                return
            self._away.discard(conversation)  # given back; or erased by another process, and begun anew
        else:
            self._away.add(conversation)
        if session.owner == "human":
            self._epochs[conversation] = session.epoch
        else:
            self._epochs.pop(conversation, None)
        for one in self._listening:
            one.tell()

    def epoch_of(self, conversation: str) -> tuple[int, bool]:
        """Give the owner's epoch, and whether a person has the conversation."""
        epoch = self._epochs.get(conversation)
        return (0, False) if epoch is None else (epoch, True)

    @contextmanager
    def listening(self) -> "Iterator[Changed]":
        """Hear of changes in this process, from here on."""
        listener = Changed()
        self._listening.append(listener)
        try:
            yield listener
        finally:
            self._listening.remove(listener)


class Changed:
    """Whether something changed since it was last waited for."""

    def __init__(self) -> None:
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
