"""A workspace of Slack: who is in it, what its channels show, and what the app asked for."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final, NamedTuple

Params = dict[str, Any]

BOT_TOKEN: Final = "xoxb-4242-777-AAdoubleOfTheWebApi"
APP_TOKEN: Final = "xapp-1-A4242-888-doubleOfSocketMode"
SIGNING_SECRET: Final = "5e11d0ub1e5e11d0ub1e5e11d0ub1e42"
TEAM: Final = "T4242"
APP: Final = "A4242"
BOT_USER: Final = "U4242BOT"
BOT: Final = "B4242"
SCOPES: Final = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "reactions:write",
    "users:read",
)


class RefusalError(Exception):
    """The API answers `ok: false`, or with a status of its own."""

    def __init__(self, error: str, *, status: int = 200, retry_after: int | None = None, **more: Any) -> None:
        self.error = error
        self.status = status
        self.retry_after = retry_after
        self.more = more
        super().__init__(error)


class HangUpError(Exception):
    """The connection ends without an answer."""


def slow(seconds: int = 1) -> RefusalError:
    """Give the refusal of somebody who asks too often."""
    return RefusalError("ratelimited", status=429, retry_after=seconds)


class Made(NamedTuple):
    """A call that was accepted."""

    method: str
    params: Params


class Workspace:
    """The state of it all. `messages` are those of each channel, in order; `calls` what the app was granted.

    `trouble` is raised instead of the next calls of its method, in order, or awaited if it can be; `before` and
    `after` may raise whenever a call comes, and when it was accepted. `asks` has all calls, refused or not.
    `slow_until` refuses a method in one channel for a while. `images` tells which pictures can be fetched.
    """

    def __init__(self) -> None:
        self.base = ""
        self.scopes: set[str] = set(SCOPES)
        self.gone = ""  # how each token is refused from now on, as `token_revoked`
        self.users: dict[str, Params] = {}
        self.channels: dict[str, Params] = {}
        self.messages: dict[str, list[Params]] = {}
        self.whispers: list[Params] = []
        self.files: dict[str, Params] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.prompts: dict[tuple[str, str], list[Params]] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.reactions: set[tuple[str, str, str]] = set()
        self.triggers: dict[str, float] = {}
        self.answering: dict[str, Params] = {}
        self.views: list[Params] = []
        self.tickets: set[str] = set()
        self.calls: list[Made] = []
        self.asks: list[tuple[str, str]] = []
        self.trouble: dict[str, list[RefusalError | HangUpError | Callable[[], Any]]] = {}
        self.slow_until: dict[tuple[str, str], float] = {}
        self.images: Callable[[str], bool] = lambda _: True
        self.before: Callable[[str, Params], None] = lambda *_: None
        self.after: Callable[[str, Params], None] = lambda *_: None
        self.changed = asyncio.Condition()
        self._ts = count(1)
        self._ids = count(1)
        self.add_user(BOT_USER, "acme", is_bot=True)

    # Who is there

    def add_user(self, user: str, name: str = "", *, locale: str = "en-US", **more: Any) -> Params:
        """Let somebody into the workspace."""
        known: Params = {"id": user, "team_id": TEAM, "name": name or user.lower(), "deleted": False, "is_bot": False}
        shown = name or "Mia Chen"
        known |= {"real_name": shown, "tz": "Europe/Berlin", "locale": locale, "updated": 1_780_000_000}
        known["profile"] = {"real_name": shown, "display_name": shown, "team": TEAM}
        self.users[user] = known | more
        return self.users[user]

    def open_dm(self, user: str) -> str:
        """Give the direct message between a user and the bot; who is not known yet is let in."""
        if user not in self.users:
            self.add_user(user)
        channel = "D" + user[1:]
        if channel not in self.channels:
            self.channels[channel] = {"id": channel, "is_im": True, "user": user, "is_archived": False}
        return channel

    def add_channel(self, channel: str, name: str = "orders", *, member: bool = True) -> str:
        """Make a public channel; `member`: the bot is in it."""
        self.channels[channel] = {"id": channel, "is_channel": True, "name": name, "is_archived": False}
        self.channels[channel]["is_member"] = member
        return channel

    # What is shown

    def next_ts(self) -> str:
        """Give the time stamp of a new message, later than all others."""
        return f"1780000000.{next(self._ts):06d}"

    def next_id(self, kind: str) -> str:
        """Give a new id."""
        return f"{kind}{next(self._ids):08d}"

    def keep(self, channel: str, **message: Any) -> Params:
        """Put a message into a channel."""
        message = {"type": "message", "ts": self.next_ts(), **message, "channel": channel}
        self.messages.setdefault(channel, []).append(message)
        return message

    def find(self, channel: str, ts: str) -> Params | None:
        """Give a message."""
        return next((one for one in self.messages.get(channel, ()) if one["ts"] == ts), None)

    def thread(self, channel: str, root: str) -> list[Params]:
        """Give the messages of a thread, its root first."""
        return [one for one in self.messages.get(channel, ()) if root in (one["ts"], one.get("thread_ts"))]

    def of_bot(self, chat: str) -> list[Params]:
        """Give what the bot says in a chat: a channel, or a thread of one, `C1.1780000000.000001`."""
        channel, _, root = chat.partition(".")
        found = self.thread(channel, root) if root else self.messages.get(channel, [])
        return [one for one in found if one.get("bot_id") == BOT]

    # What happens

    async def tell(self) -> None:
        """Let those look again who wait."""
        async with self.changed:
            self.changed.notify_all()

    async def until(self, what: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something is so that a call changes."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(what)

    @contextmanager
    def limited(self, method: str, channel: str = "", seconds: float = 1000.0) -> Iterator[None]:
        """Refuse a method, in one channel or in all, as asked too often."""
        self.slow_until[method, channel] = asyncio.get_running_loop().time() + seconds
        try:
            yield
        finally:
            del self.slow_until[method, channel]
