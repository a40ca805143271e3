"""Carriers: what brings work to workers, and news to nodes that hold customers' pages. Truth is in the store."""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

import msgspec

from botkit.model.replies import Call

EVERYTHING: Final = ""  # in place of a conversation: news may have been missed, look at all


class Job(msgspec.Struct, frozen=True):
    """What one worker should see to: a call to perform, or, without one, a conversation to look at."""

    conversation: str
    call: Call | None = None


MOST_GROWN: Final = 7_000  # bytes of a growth as JSON: PostgreSQL carries 8,000


class Growth(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of an answer that is still being made, for the nodes that hold pages of its conversation.

    `id` is that of the reply to come, `node` whoever makes it. `number` grows with what a node tells; `text` goes on
    after the first `at` characters of the answer.
    """

    conversation: str
    id: str
    node: str
    number: int
    state: Literal["delta", "end", "abort"]
    at: int = 0
    text: str = ""
    agent: str = ""


class Carrier(Protocol):
    """Carries jobs, each to one of the workers that take, and news, to every node that hears. One object is one node.

    It may lose or repeat everything, and change the order: the store says what there is to do, and a sweep finds what
    was lost. So whoever posts never waits and is never refused; what cannot be carried for a while is kept, the
    newest ten thousand. Raises errors.CarrierError only where it says so.
    """

    async def open(self) -> None:
        """Connect, and make what the carrier needs on the other side. Raises CarrierError. May be called twice."""
        ...

    async def close(self) -> None:
        """Carry what was posted, as far as it goes in a second, and end; may be called twice."""
        ...

    def wake(self, conversation: str) -> None:
        """Post that a worker should look at a conversation."""
        ...

    def hand_out(self, conversation: str, call: Call) -> None:
        """Post that a worker should perform a call of a conversation."""
        ...

    def tell(self, conversation: str) -> None:
        """Post to every node that hears: a conversation has something new to show."""
        ...

    def grow(self, growth: Growth) -> None:
        """Post to every node that watches: an answer grows. It is lost where it cannot be carried at once."""
        ...

    async def take(self, most: int) -> Sequence[Job]:
        """Wait for jobs and give at most so many; none once the carrier is closed.

        What one worker has no room for is another's: nothing is fetched before it is asked for.
        """
        ...

    async def hear(self) -> Sequence[str]:
        """Wait for news and give the conversations that have some; none once the carrier is closed.

        The first call gives EVERYTHING as soon as nothing more can be missed, and so does one after a gap (a lost
        connection, a reader that is too slow).
        """
        ...

    async def watch(self) -> Sequence[Growth]:
        """Wait for answers that grow, one's own among them, and give what came; none once the carrier is closed."""
        ...
