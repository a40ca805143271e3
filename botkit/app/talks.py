"""Talks: one conversation with a bot, from its opening on, with all that it says unasked."""

import shlex
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from botkit.app.bots import Bot
from botkit.app.config import FILE, read_config
from botkit.app.directories import read_file
from botkit.app.exchanges import Exchange, exchange_of
from botkit.app.histories import full_id
from botkit.app.trials_reading import read_moment
from botkit.errors import FileError, UsageError
from botkit.model.turn import Turn
from botkit.model.values import File
from botkit.runtime.clocks import FixedClock

ATTACH = "/attach"


class Opening(msgspec.Struct, frozen=True):
    """How a talk is opened; what is empty is as usual: a new conversation in memory, the clock on the wall."""

    directory: Path
    conversation: str = ""
    locale: str = ""
    now: str = ""
    store: str = ""


class Talk:
    """One conversation. What the bot says by itself comes before its next answer, or at once to `unasked`."""

    def __init__(self, bot: Bot, conversation: str, unasked: Callable[[Exchange], None] | None = None) -> None:
        self.bot = bot
        self.conversation = conversation
        self._turns: list[Turn] = []
        self._talking = False
        self._unasked = unasked
        self._end: Callable[[], None] = bot.engine.listeners.add(conversation, self._hear)

    def _hear(self, turn: Turn) -> None:
        if self._unasked is not None and not self._talking:
            self._unasked(exchange_of((turn,), None))
        else:
            self._turns.append(turn)

    async def open(self) -> Exchange:
        """Open the chat; a bot that speaks first greets, if nobody has talked yet."""
        self._talking = True
        return self._take(await self.bot.open(self.conversation))

    async def say(self, text: str) -> Exchange:
        """Say something; `/attach PATH ...` sends a file, with what stands behind it as the text.

        Raises UsageError for a file that cannot be read.
        """
        path, said = read_attach(text)
        files = [await attach(self.bot, path, self.conversation)] if path is not None else ()
        self._talking = True
        return self._take(await self.bot.say(said, self.conversation, files))

    async def press(self, label: str) -> Exchange:
        """Press a button that was shown last."""
        self._talking = True
        return self._take(await self.bot.press(label, self.conversation))

    def _take(self, exchange: Exchange) -> Exchange:
        self._talking = False
        turns, self._turns = tuple(self._turns), []
        return exchange_of(turns, None) if len(turns) > len(exchange.turns) else exchange

    def close(self) -> None:
        """Hear no more; may be called twice."""
        end, self._end = self._end, _nothing
        end()


def read_attach(text: str) -> tuple[Path | None, str]:
    """Give the path and the text of `/attach PATH TEXT`; the path may be in quotes. Else no path."""
    command, _, rest = text.strip().partition(" ")
    if command != ATTACH:
        return None, text
    try:
        words = shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"{ATTACH}: {error}", hint=f'{ATTACH} "my photo.jpg" This is what arrived.') from None
    if not words:
        raise UsageError(f"{ATTACH} needs a path", hint=f'{ATTACH} "my photo.jpg" This is what arrived.')
    return Path(words[0]).expanduser(), " ".join(words[1:])


async def attach(bot: Bot, path: Path, conversation: str, content: bytes | None = None) -> File:
    """Upload a file of this machine, or other content under its name; one that is refused says why."""
    try:
        if content is None:
            return await bot.attach(path, conversation)
        return await bot.files.put(conversation, path.name, _once(content))
    except FileError as error:
        return File(name=path.name, refused=error.reason)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _nothing() -> None:
    """End what has ended."""


@asynccontextmanager
async def open_talk(opening: Opening, unasked: Callable[[Exchange], None] | None = None) -> AsyncIterator[Talk]:
    """Load a bot and begin to talk to it. Raises LoadError, and UsageError for a locale or a time that is none."""
    conversation = opening.conversation or "1"
    store = opening.store or (None if opening.conversation else "sqlite://")
    clock = FixedClock(_instant(opening)) if opening.now else None
    loading = Bot.load(opening.directory, store=store, clock=clock, locale=opening.locale, patience=0)
    async with await loading as bot:
        if opening.locale and opening.locale not in bot.flows.locales:
            known = ", ".join(bot.flows.locales)
            raise UsageError(f"the bot does not speak {opening.locale!r}", hint=f"it speaks {known}")
        talk = Talk(bot, full_id(conversation), unasked)
        try:
            yield talk
        finally:
            talk.close()


def _instant(opening: Opening) -> float:
    """Read a time, in the bot's own zone if it names none."""
    text = read_file(opening.directory / FILE, []) or ""
    zone = ZoneInfo(read_config(text, FILE, {})[0].settings.timezone)
    at = read_moment(opening.now, zone)
    if at is None:
        raise UsageError(f"{opening.now!r} is no date and time", hint="write it like 2026-05-01T10:00:00")
    return at
