"""A chat on a terminal: bubbles, numbered buttons, and what the bot thought of it."""

import asyncio
import importlib
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from rich.box import ROUNDED
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from botkit.app.exchanges import Exchange
from botkit.app.talks import Opening, Talk, open_talk
from botkit.app.transcripts import readable
from botkit.errors import BotkitError
from botkit.model.replies import Button, Reply

T = TypeVar("T")

HELP = """\
/quit      leave (also Ctrl-D)
/why       every way in which your last message could have been taken
/slots     what the bot knows now
/restart   a new conversation
/attach    send a file: /attach photo.jpg This is what arrived
What customers can always do, they can do here: /cancel, /repeat, /person.
Type a button's number or its label to press it."""

_SILENT = {"queue": "waiting for a person", "human": "a person has the conversation"}


def converse(opening: Opening) -> None:
    """Talk until the customer leaves. The bot lives beside, so that it can speak while somebody types."""
    give_editing()
    console = Console(highlight=False)
    with loop_beside() as loop:
        Screen(console, loop).run(opening)


def give_editing() -> None:
    """Give `input` a history and editing, where the system has them."""
    with suppress(ImportError):
        importlib.import_module("readline")


@contextmanager
def loop_beside() -> Iterator[asyncio.AbstractEventLoop]:
    """Lend a loop that runs in a thread, while this one waits for what somebody types."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="bot", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Screen:
    """What stands on the terminal, and who writes next."""

    def __init__(self, console: Console, loop: asyncio.AbstractEventLoop) -> None:
        self.console = console
        self.buttons: Sequence[Button] = ()
        self.last: Exchange | None = None
        self._loop = loop
        self._restarts = 0

    def run(self, opening: Opening) -> None:
        """Load the bot and talk."""
        opened = open_talk(opening, self.show)
        talk = self.wait(opened.__aenter__())
        try:
            self.console.print(Text(f"{talk.bot.flows.settings.name} (/help, /quit)", "dim"))
            self.show(self.wait(talk.open()))
            while (text := self.read()) is not None:
                talk = self.take(talk, text)
        finally:
            self.wait(opened.__aexit__(None, None, None))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that the bot does."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        with self.console.status("…", spinner="dots"):
            return future.result()

    def read(self) -> str | None:
        """Give what the customer types, None when they leave."""
        while True:
            try:
                text = input("you ▸ ").strip()
            except EOFError:
                return None
            if text in ("/quit", "/exit"):
                return None
            if text:
                return text

    def take(self, talk: Talk, text: str) -> Talk:
        """Deal with a line; gives the talk that goes on, a new one after /restart."""
        match text:
            case "/help":
                self.console.print(Text(HELP, "dim"))
            case "/why":
                self.explain()
            case "/slots":
                self.console.print(Text(_slots(self.last), "dim"))
            case "/restart":
                return self.restart(talk)
            case _:
                self.send(talk, text)
        return talk

    def send(self, talk: Talk, text: str) -> None:
        """Say something, or press the button that was meant."""
        button = chosen(text, self.buttons)
        if button is not None and button.url:
            self.console.print(Text(button.url, "underline"))
            return
        try:
            self.show(self.wait(talk.press(button.label) if button is not None else talk.say(text)))
        except BotkitError as error:
            self.console.print(Text(str(error), "red"))

    def restart(self, talk: Talk) -> Talk:
        """Begin a conversation of its own beside the one before."""
        talk.close()
        self._restarts += 1
        again = Talk(talk.bot, f"{talk.conversation}-{self._restarts}", self.show)
        self.console.rule(style="dim")
        self.show(self.wait(again.open()))
        return again

    def show(self, exchange: Exchange) -> None:
        """Show what the bot said."""
        self.last = exchange
        for reply in exchange.replies:
            self.buttons = _buttons(reply)
            self.console.print(_bubble(reply, self.buttons))
        if exchange.owner != "bot" and not exchange.replies:
            who = _SILENT[exchange.owner]
            self.console.print(Text(f"({who}, so the bot is silent; /restart begins a new conversation)", "dim"))

    def explain(self) -> None:
        """Show every way in which the last message could have been taken."""
        candidates = self.last.candidates if self.last is not None else ()
        table = Table("", "route", "name", "score", "why", box=None, header_style="dim")
        for one in candidates:
            texts = ("▸" if one.taken else "", one.route, one.name, f"{one.score:.2f}", one.why)
            table.add_row(*(Text(part) for part in texts))
        self.console.print(table if candidates else Text("nothing to explain", "dim"))


def _slots(exchange: Exchange | None) -> str:
    slots = readable(exchange.slots) if exchange is not None else {}
    return "\n".join(f"{name}: {value}" for name, value in slots.items()) or "no slots are filled"


def chosen(text: str, buttons: Sequence[Button]) -> Button | None:
    """Give the button that is meant by its label or its number."""
    for button in buttons:
        if button.label.casefold() == text.casefold():
            return button
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(buttons):
        return buttons[int(text) - 1]
    return None


def _buttons(reply: Reply) -> tuple[Button, ...]:
    return (*reply.buttons, *(button for card in reply.cards for button in card.buttons))


def _bubble(reply: Reply, buttons: Sequence[Button]) -> Padding:
    body = Text(reply.text)
    for card in reply.cards:
        body.append(f"\n■ {card.title}", "bold").append(f" {card.text} {card.url}".rstrip())
    for what in (reply.image, reply.file):
        if what:
            body.append(f"\n{what}", "underline")
    for number, button in enumerate(buttons, start=1):
        body.append(f"\n{number} ", "cyan").append(button.label, "bold").append(f" {button.url}".rstrip(), "dim")
    if not reply.text:
        body = Text(body.plain.lstrip("\n"))
    return Padding(Panel(body, box=ROUNDED, border_style="cyan", expand=False), (0, 12, 0, 0))
