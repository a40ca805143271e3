"""The scripted source of a stream: an answer as a language model would say it, part by part, for tests and demos."""

from collections.abc import Iterator
from typing import Self

import msgspec

from botkit.model.replies import Reply
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Streamer, StreamPart


class ScriptedStream(msgspec.Struct, frozen=True):
    """What is said, in order: texts, and seconds of silence between them. `aborts`: it breaks off at its end.

    `id` is that of the reply which takes its place.
    """

    id: str
    script: tuple[str | float, ...]
    agent: str = ""
    aborts: bool = False

    @classmethod
    def cut(cls, id: str, text: str, size: int, pause: float = 0.0) -> Self:  # noqa: A002 - the Reply's name for it
        """Make one of a text that comes in pieces of `size` characters, with `pause` seconds after each."""
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        return cls(id, tuple(step for piece in pieces for step in ((piece, pause) if pause else (piece,))))

    @property
    def text(self) -> str:
        """All that is said."""
        return "".join([step for step in self.script if isinstance(step, str)])

    def parts(self) -> Iterator[StreamPart]:
        """Give the parts, without the silence between them."""
        return (step for step in self._steps() if isinstance(step, StreamPart))

    def reply(self) -> Reply:
        """Give the reply that is committed when the whole text was said."""
        return Reply(self.id, self.text, agent=self.agent)

    async def play(self, streamer: Streamer, chat: str, clock: Clock) -> None:
        """Let a connector show it, in the time of a clock: a FakeClock takes none. The reply is not sent."""
        for step in self._steps():
            if isinstance(step, StreamPart):
                await streamer.stream(chat, step)
            else:
                await clock.sleep(step)

    def _steps(self) -> Iterator[StreamPart | float]:
        yield StreamPart(self.id, "start", agent=self.agent)
        for step in self.script:
            yield StreamPart(self.id, "delta", step, self.agent) if isinstance(step, str) else step
        yield StreamPart(self.id, "abort" if self.aborts else "end", agent=self.agent)
