"""Connectors: adapters to chat platforms."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import msgspec

from botkit.model.catalogue import Capabilities
from botkit.model.events import Message, Opened, Outside, Press
from botkit.model.presses import LocatedButton, press_of
from botkit.model.replies import Button, Reply
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


class Fetched(NamedTuple):
    """What an address has: its content, and the type that it says that is (`application/pdf`)."""

    content: bytes
    mime: str


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

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        """Give what was said in one turn, however long ago; nothing if there is none. Raises errors.StoreError."""
        ...

    async def asked(self, conversation: str) -> str:
        """Give the question that the bot waits to have answered, as `Reply.question` names it; "" for none.

        For platforms that show in a message what was chosen there: the buttons of another question answer nothing.
        What is accepted and waits for its turn may change it. Raises errors.StoreError.
        """
        ...


async def find_press(
    intake: Intake,
    channel: str,
    chat: str,
    located: LocatedButton,
    shown: Callable[[Button], bool] = lambda _: True,
) -> Press | None:
    """Give what a button of a reply stands for, however long ago that was; None where it cannot be found.

    `shown` tells which of a reply's buttons are buttons on the platform. Raises errors.StoreError.
    """
    conversation = f"{channel}:{chat}"
    if located.turn:
        entries = await intake.turn(conversation, located.turn)
    else:  # its name does not tell
        entries = await intake.history(conversation)
    for reply in [entry.reply for entry in entries if entry.reply is not None]:
        buttons = (*reply.buttons, *(button for card in reply.cards for button in card.buttons))
        press = press_of(chat, reply, [one for one in buttons if shown(one)], located)
        if press is not None:
            return press
    return None


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
class FileSender(Protocol):
    """A connector that sends files which conversations hold: a reply's `image` and `file` may be the `ref` of one."""

    def lend(self, files: Files) -> None:
        """Take the files of all conversations, before the first reply; also where it receives nothing."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A connector, or a gateway to language models, that keeps what was said, beside the store: what was erased there
    has to go here too."""

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


class StreamPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of an answer that is still being made: a preview, which is never in the store.

    `id` is that of the reply which will stand in its place. `text` is what a `delta` adds; `agent` is who speaks, if
    a person does.
    """

    id: str
    state: Literal["start", "delta", "end", "abort"]
    text: str = ""
    agent: str = ""


@runtime_checkable
class Typist(Protocol):
    """A connector that can show that an answer is being written. It declares `Capabilities(typing=True)`."""

    async def typing(self, chat: str, agent: str = "") -> None:
        """Show for some seconds that the bot writes, or the person `agent`; the next reply ends it.

        It is a courtesy: who calls it passes over whatever it raises.
        """
        ...


@runtime_checkable
class Streamer(Protocol):
    """A connector that can show an answer while it grows. It declares `Capabilities(streaming=True)`.

    The parts of a stream come in order, those of several chats in any. A delta of an id that is not known begins
    its stream. The reply of that id takes the preview's place, and parts that come after it change nothing; `abort`
    takes the preview away, and only a `start` begins it again. After `end` no delta is taken. A start, end or abort
    may come twice. What a platform cannot show of a preview it leaves out: the reply has it.
    """

    async def stream(self, chat: str, part: StreamPart) -> None:
        """Show a part of an answer; who calls it passes over whatever it raises, and the reply comes all the same."""
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
