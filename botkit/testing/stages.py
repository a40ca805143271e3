"""What the contract of connectors is played on: a connector, and the double of its platform."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

import msgspec
import pytest

from botkit.model.events import Message, Opened
from botkit.model.markup import without_markup
from botkit.ports.connectors import Connector, Incoming, Poller
from botkit.testing.intakes import FakeIntake

PATIENCE = 10.0  # seconds for what has to happen
HOSTILE = (
    "<b>bold</b> & <script>alert(1)</script>",
    "*stars* _lines_ ~waves~ `ticks` [link](https://example.org)",
    "<!channel> <@U123> @everyone &lt;b&gt; &amp;",
    "{{ 7 * 7 }} {% raw %} ${HOME} %s \\n",
    "'; DROP TABLE conversations; --",
)
WORLD = (
    "订单 A-10293 在哪里？",
    "أين طلبي رقم ١٢؟",
    "Grüße, œuvre, naïve",
    "👩‍👩‍👧 👍🏽 🇩🇪",
    "e\u0301 \u200f\u202babc\u202c z",
)


class Shown(msgspec.Struct, frozen=True):
    """One message as the platform shows it now: the text that a customer reads, and what stands beside it.

    A link whose label is not its address is read as `label (address)`, an item of a list as `- item` or `1. item`.
    `buttons` are their labels, `file` and `image` the addresses of what it offers, `agent` the name under which it
    stands where the platform has names (a platform without them shows the name in the text). `partial`: it is a
    preview of an answer that is still being made.
    """

    text: str
    buttons: tuple[str, ...] = ()
    id: str = ""
    file: str = ""
    image: str = ""
    agent: str = ""
    partial: bool = False


class Attachment(msgspec.Struct, frozen=True):
    """A file as a customer's device sends it: what it calls the file and its type, true or not, and the bytes."""

    name: str
    mime: str
    content: bytes


class Platform(Protocol):
    """A double of the platform, on the other side of its protocol. It refuses what its platform would refuse."""

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:
        """Deliver a customer's message once, as the platform does; True when the connector acknowledged it."""
        ...

    async def shown(self, chat: str) -> Sequence[Shown]:
        """Give what a chat shows of the bot now, in order."""
        ...

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        """Refuse the next message of the bot, for good or for so many seconds."""
        ...


@runtime_checkable
class FilePlatform(Protocol):
    """A double of a platform on which customers send files; asked for where a connector declares `files`."""

    async def attach(self, chat: str, message_id: str, text: str, files: Sequence[Attachment]) -> bool:
        """Deliver a message with files once; True when the connector acknowledged it, False if it refused a part."""
        ...


@runtime_checkable
class TypingPlatform(Protocol):
    """A double of a platform that shows who writes; asked for where a connector declares `typing`."""

    async def typing(self, chat: str) -> bool:
        """Tell whether a chat shows now that the bot, or a person, is writing."""
        ...


class Stage(msgspec.Struct, frozen=True):
    """A connector that is built and not started, the double that it speaks to, and two chats of that platform."""

    connector: Connector
    platform: Platform
    chats: tuple[str, str] = ("1001", "1002")

    def read(self, text: str) -> str:
        """Give a text as a customer reads it here: without its marks where the connector shows markup."""
        return without_markup(text) if self.connector.capabilities.markdown else text


Staged = AbstractAsyncContextManager[Stage]


class Started:
    """A connector that runs for the length of a block."""

    def __init__(self, stage: Stage, intake: FakeIntake) -> None:
        self._connector, self._intake = stage.connector, intake
        self._polling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        await self._connector.start(self._intake)
        if isinstance(self._connector, Poller) and self._connector.polls:
            self._polling = asyncio.create_task(self._connector.poll())

    async def __aexit__(self, *_: object) -> None:
        self._intake.release()
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        await self._connector.stop()


async def until(what: str, happened: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until something happened that a platform may show a little later; fail if it does not."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not await happened():
        if asyncio.get_running_loop().time() > end:
            pytest.fail(f"it did not happen: {what}")
        await asyncio.sleep(0.02)


def messages(deliveries: Sequence[Incoming]) -> list[Incoming]:
    """Give the deliveries that are not a chat's opening, which a connector may tell of before."""
    return [one for one in deliveries if not isinstance(one.event, Opened)]


def message_of(incoming: Incoming) -> Message:
    """Give the message that was delivered."""
    assert isinstance(incoming.event, Message)
    return incoming.event
