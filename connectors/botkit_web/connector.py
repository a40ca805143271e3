"""The connector: pages in, replies out."""

import logging
import math
import time
from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute, WebSocketRoute

from botkit import BotInfo, Capabilities, DeliveryError, Intake, Reply, StreamPart
from botkit_web.access import DAY, Gate, Signer
from botkit_web.page import page_routes
from botkit_web.polls import Polls
from botkit_web.protocol import frames_of, write_typing
from botkit_web.settings import WebSettings
from botkit_web.sockets import RESTART, Sockets
from botkit_web.uploads import Uploads
from botkit_web.visits import CHANNEL, Visits

_log = logging.getLogger(__name__)


class WebConnector:
    """Implements botkit's Connector: serves the page and its socket, and keeps the last entries of each chat.

    The last entries are kept in memory, so that a page that comes back is shown them; those before a restart, or of
    another server of the same bot, are read from the history. `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        settings: WebSettings,
        bot: BotInfo,
        *,
        capabilities: Capabilities,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = CHANNEL
        self.capabilities = capabilities
        self._bot = bot
        self._clock = clock
        self._intake: Intake | None = None
        self._page = page_routes(bot, settings.origins, shop=settings.page == "shop")
        secret = settings.secret.get_secret_value() if settings.secret else bot.secret
        if not secret:
            _log.warning("the chats of pages end with this process: it has no secret, and could not keep one")
        signer = Signer(secret, settings.visitor_days * DAY)
        gate = Gate(settings.sockets_per_address, settings.address_rate, settings.address_burst, clock)
        self._uploads = Uploads(settings, signer, gate, lambda: self._intake, clock)
        most = capabilities.text_length
        self._visits = Visits(settings, bot, signer, self._uploads, gate, lambda: self._intake, most, clock)
        self._chats = self._visits.chats
        self._sockets = Sockets(settings, self._visits)
        self._polls = Polls(settings, self._visits, clock)

    async def start(self, intake: Intake) -> None:
        """Begin to take what pages send; the routes have to be served by somebody."""
        self._intake = intake

    async def stop(self) -> None:
        """Close all sockets; pages try to come back by themselves."""
        self._intake = None
        self._chats.drop_previews()
        for line in self._chats.lines():
            line.close(RESTART)

    async def send(self, chat: str, reply: Reply) -> str:
        """Show a reply on every page of a chat, now or when one comes back; its id is the reply's own."""
        if self._intake is None:
            raise DeliveryError("the web channel is not running")
        there = self._chats.get(chat)
        frames = frames_of(self._uploads.linked(chat, reply), self.capabilities.text_length)
        if len(frames) > 1:  # the preview would stand between the first part and the last
            there.previews.take(StreamPart(reply.id, "abort"))
        self._visits.show(there, frames)
        return reply.id

    async def typing(self, chat: str, agent: str = "") -> None:
        """Tell the pages of a chat that are open here that somebody writes."""
        if self.holds(chat):
            self._chats.get(chat).tell(write_typing(agent))

    async def stream(self, chat: str, part: StreamPart) -> None:
        """Show a part of an answer on every page of a chat that is open here, or comes back before its reply."""
        if self._intake is not None and not (there := self._chats.get(chat)).knows(part.id):
            there.previews.take(part)

    def holds(self, chat: str) -> bool:
        """Tell whether a page shows this chat."""
        return bool(self._chats.get(chat).lines) if chat in self._chats else False

    def held(self, lately: float | None = None) -> Sequence[str]:
        """Give the chats that pages show; those in which a customer wrote in the last `lately` seconds."""
        since = -math.inf if lately is None else self._clock() - lately
        return [name for name, chat in self._chats.shown() if chat.wrote >= since]

    async def look(self, chat: str) -> None:
        """Show what was said and is not known here yet."""
        if self.holds(chat):
            await self._visits.catch_up(chat, self._chats.get(chat))

    async def forget(self) -> None:
        """Keep nothing of chats that no page shows; a page whose chat was erased comes back, and begins anew."""
        self._chats.drop_unshown()
        for name, chat in self._chats.shown():
            if chat.empty or await self._visits.is_whole(name, chat):
                continue
            chat.clear()
            chat.anew = True
            for line in list(chat.lines):
                line.close(RESTART)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the page on `/`, its parts, its files and its socket under `/web`."""
        socket = WebSocketRoute("/web/socket", self._sockets.serve)
        return [
            *self._page,
            *self._uploads.routes(),
            *self._polls.routes(),
            socket,
        ]
