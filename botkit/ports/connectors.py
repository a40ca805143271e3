"""Connectors: adapters to chat platforms."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from botkit.model.definitions import Capabilities
from botkit.model.events import Message, Opened, Outside, Press
from botkit.model.replies import Reply
from botkit.ports.files import Files


class Incoming(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a platform delivered: who wrote where, and what.

    `id` is the platform's own id of the delivery: a second one with the same channel and id is dropped. One without
    an id, from the same process, cannot come twice.
    `customer` are facts that the platform knows (name, user id); flows see them as `customer.platform`. They never
    identify a customer by themselves.
    """

    channel: str
    chat: str
    id: str
    event: Message | Press | Opened | Outside
    customer: dict[str, Any] = {}

    @property
    def conversation(self) -> str:
        """The conversation's id: the channel and the chat."""
        return f"{self.channel}:{self.chat}"


class Accepted(msgspec.Struct, frozen=True):
    """What became of a delivery: durably stored when this is returned; `duplicate` if it was known.

    `waiting` is how many of its conversation wait for their turn, it included; 0 if nobody counted.
    """

    conversation: str
    seq: int
    duplicate: bool = False
    wake: bool = False
    waiting: int = 0


class Entry(msgspec.Struct, frozen=True):
    """Something that was said in the turn `seq` of a conversation: by the customer, or by the bot."""

    seq: int
    said: Message | Press | None = None
    reply: Reply | None = None


class Intake(Protocol):
    """Where a connector puts what it received. The platform gets its OK after `accept` returned."""

    async def accept(self, incoming: Incoming) -> Accepted:
        """Store the delivery durably and see that its turn comes."""
        ...

    @property
    def files(self) -> Files:
        """Where files are put before the message in which they come is accepted."""
        ...

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        """Give what was said in a conversation after the turn `after`, in order; from the beginning the last `most`.

        For platforms that keep no history of their own: a page that comes back. What still waits for its turn may
        stand at the end, with the number of the turn before it; it is given again then, with its own. An entry is
        known by the id of its event or reply. Raises errors.StoreError.
        """
        ...


@runtime_checkable
class Holder(Protocol):
    """A connector that holds its customers' connections, as those of pages: replies are shown where they are held.

    Where a bot runs on several nodes, its `send` is called on the node that made the turn. The nodes that hold pages
    of the chat hear of it and call `look`; what is to be shown then is in the intake's `history`.
    """

    def holds(self, chat: str) -> bool:
        """Tell whether a page of a chat is connected here."""
        ...

    def held(self, lately: float | None = None) -> Sequence[str]:
        """Give the chats of which a page is connected here; those in which a customer wrote in the last seconds."""
        ...

    async def look(self, chat: str) -> None:
        """Show what the history of a chat has that was not shown yet."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A connector that keeps what was said, beside the store: what was erased there has to go here too."""

    async def forget(self) -> None:
        """Let go of what the history does not have any more. Of whom something was erased is not said."""
        ...


@runtime_checkable
class Poller(Protocol):
    """A connector that fetches what its platform has. Of several nodes one at a time does; `polls` says if it does.

    Its `start` keeps the intake and returns. What the intake refuses is not acknowledged to the platform: another
    node polls by now, and is given it.
    """

    @property
    def polls(self) -> bool:
        """Whether it fetches, as it is configured; else it receives like any other."""
        ...

    async def poll(self) -> None:
        """Fetch, and hand over to the intake, until cancelled; what was in the middle is fetched again."""
        ...


class Connector(Protocol):
    """An adapter to one platform. One object serves one configured channel of a bot."""

    name: str
    capabilities: Capabilities

    async def start(self, intake: Intake) -> None:
        """Begin to receive; returns when receiving goes on in the background.

        Where the platform cannot be reached it raises DeliveryError (or whatever its library does), and is called
        again later, after `stop`; so it is where its settings are refused, with ConfigError. It has half a minute.
        """
        ...

    async def stop(self) -> None:
        """Stop receiving and close what was opened; may be called twice, and after a start that failed."""
        ...

    async def send(self, chat: str, reply: Reply) -> str:
        """Send one reply and give the platform's id of it. Raises errors.DeliveryError."""
        ...

    def routes(self) -> Sequence[Any]:
        """Give the Starlette routes that this connector serves, under paths of its own."""
        ...


def layers_of(connector: Connector) -> Iterator[object]:
    """Give the connector, what it wraps (`wrapped`), and so on: one of these polls, holds pages, or remembers."""
    inner: object = connector
    while inner is not None:
        yield inner
        inner = getattr(inner, "wrapped", None)
