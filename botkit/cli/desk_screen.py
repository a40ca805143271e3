"""The desk on a terminal: who waits, a conversation with its transcript, and what is typed goes to the customer."""

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from botkit.app.briefs import facts_of
from botkit.app.transcripts import legible
from botkit.cli.desk_client import HTTPDesk, Me
from botkit.cli.terminal import give_editing, loop_beside
from botkit.errors import BotkitError, ConfigError, DeskError
from botkit.ports.people import Case, Change, Dossier, Line, Team

T = TypeVar("T")

HELP = """\
a number     open that conversation        /list        who waits, and who is served
/claim       take the open conversation    what you type then goes to the customer
/note TEXT   a note for colleagues only    /back        give it back to the bot
/pass NAME   to a colleague or a team      /close       end it
/leave       put all you have back into the queue, since you go
/more        the whole transcript          /save        the files that the customer sent, into this directory
/quit        leave (also Ctrl-D); what you have stays yours"""
_SHOWN = 12  # lines of a transcript at first
_STYLES: Mapping[str, str] = {"customer": "bold", "bot": "cyan", "agent": "green", "note": "yellow", "event": "dim"}
_GLANCE = 0.5  # seconds between looks at what is being typed
_TYPING = 4.0  # seconds for which a customer sees that somebody writes, or a little longer
_AGAIN = 3.0  # seconds after which a bot that is away is looked for again


def serve(desk: HTTPDesk, team: str) -> None:
    """Sit at the desk until the person leaves."""
    give_editing()
    with loop_beside() as loop:
        Screen(desk, Console(highlight=False), loop, team).run()


class Screen:
    """What stands on the terminal: the list, or the open conversation, and what happens meanwhile."""

    def __init__(self, desk: HTTPDesk, console: Console, loop: asyncio.AbstractEventLoop, team: str = "") -> None:
        self.desk = desk
        self.console = console
        self.team = team
        self.me: Me
        self.open: Case | None = None
        self.listed: Sequence[Case] = ()
        self._loop = loop
        self._seen = 0  # the last turn of the open conversation that was shown
        self._showing = threading.Lock()
        self._prompting = False
        self._glanced = ""  # what was typed at the last look
        self._told = -_TYPING  # when the customer was last shown that somebody writes (`time.monotonic`)

    def run(self) -> None:
        """Serve customers."""
        self.me = self.wait(self.desk.me())
        role = "" if self.me.role == "agent" else f", {self.me.role}"
        self.console.print(Text(f"{self.me.bot}: you are {self.me.name}{role} (/help, /quit)", "dim"))
        self.show_list()
        watching = self.wait(self._begin())
        try:
            while (line := self._read()) is not None:
                self.take(line)
        finally:
            self.wait(_end(watching))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that the desk does."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _read(self) -> str | None:
        while True:
            self._prompting = True
            try:
                line = input(self._prompt()).strip()
            except EOFError:
                return None
            finally:
                self._prompting = False
            if line in ("/quit", "/exit"):
                return None
            if line:
                return line

    def _prompt(self) -> str:
        if self.open is None:
            return "desk ▸ "
        mine = self.open.owner == "human" and self.open.agent == self.me.agent
        return f"{self.open.conversation} {'▸' if mine else '(not yours) ▹'} "

    def take(self, line: str) -> None:
        """Deal with a line; what goes wrong is said, and nothing is lost."""
        word, _, rest = line.partition(" ")
        try:
            if line.isascii() and line.isdigit():
                self._open_number(int(line[:6]))
            elif word in self._commands:
                self._commands[word](self, rest.strip())
            elif word.startswith("/"):
                self._tell(f"there is no {word}\n{HELP}", "yellow")
            else:
                self._answer(line)
        except BotkitError as error:
            self._tell(str(error), "red")

    # Looking

    def show_list(self, _: str = "") -> None:
        """Show who waits and who is served, and close what is open."""
        self.open = None
        cases, teams = self.wait(self.desk.cases(self.team)), self.wait(self.desk.me()).teams
        self.listed = cases
        table = Table(box=None, header_style="dim", pad_edge=False)
        for head in ("", "waits", "team", "has it", "conversation", "about", "last"):
            table.add_column(
                head, no_wrap=head != "last", overflow="ellipsis", max_width=None if head != "last" else 50
            )
        for number, case in enumerate(cases, start=1):
            told = (case.team, case.agent or "-", case.conversation, _short(case.reason, 30), _short(case.last, 50))
            cells = (str(number), _ago(case.since), *told)
            table.add_row(*(Text(cell, "" if case.owner == "queue" else "dim") for cell in cells))
        with self._showing:
            if teams:
                self.console.print(Text(_teams(teams), "dim"))
            self.console.print(table if cases else Text("nobody waits", "dim"))

    def _open_number(self, number: int) -> None:
        if not 1 <= number <= len(self.listed):
            self._tell(f"there is no number {number}; /list shows them", "yellow")
            return
        self._show_case(self.listed[number - 1].conversation)

    def _show_case(self, conversation: str, most: int = _SHOWN) -> None:
        dossier = self.wait(self.desk.look(conversation))
        self.open, self._seen = dossier.case, _last_turn(dossier)
        with self._showing:
            self.console.rule(
                Text(f"{conversation} · {dossier.case.team} · {dossier.case.reason}", "bold"), style="dim"
            )
            for name, value in facts_of(dossier.packet):
                self.console.print(Text.assemble((f"{name}: ", "dim"), _short(value, 200)))
            left = len(dossier.lines) - most
            if left > 0:
                self.console.print(Text(f"({left} lines before; /more shows them)", "dim"))
            for line in dossier.lines[-most:]:
                self.console.print(_line(line))
            if dossier.case.owner == "queue":
                self.console.print(Text("nobody has it: /claim takes it", "yellow"))
            elif dossier.case.agent != self.me.agent:
                self.console.print(Text(f"{dossier.case.agent or 'the bot'} has it", "yellow"))

    def _more(self, _: str) -> None:
        if self._opened():
            self._show_case(self._opened(), 10_000)

    def _save(self, _: str) -> None:
        """Save every file of the conversation here, under a name that is free."""
        conversation = self._opened()
        lines = self.wait(self.desk.look(conversation)).lines
        files = {file.ref: file for line in lines for file in line.files if file.ref}
        for file in files.values():
            path = _free(file.name)
            path.write_bytes(self.wait(_whole(self.desk.read(conversation, file.ref))))
            self._tell(f"saved {path}", "dim")
        if not files:
            self._tell("the customer sent no files", "yellow")

    # Acting

    def _opened(self) -> str:
        if self.open is None:
            raise DeskError("no conversation is open", reason="unclaimed", hint="type its number; /list shows them")
        return self.open.conversation

    def _answer(self, text: str) -> None:
        conversation = self._opened()
        if self.open is not None and self.open.owner != "human":
            self._tell("nobody has it: /claim takes it, then what you type goes to the customer", "yellow")
            return
        self._moved(self.wait(self.desk.reply(conversation, self.me.agent, text)))

    def _claim(self, rest: str) -> None:
        conversation = self._opened()
        case = self.wait(self.desk.claim(conversation, self.me.agent, lead=rest == "!"))
        self._moved(case)

    def _note(self, text: str) -> None:
        self._moved(self.wait(self.desk.note(self._opened(), self.me.agent, text)))

    def _back(self, _: str) -> None:
        self.wait(self.desk.give_back(self._opened(), self.me.agent))
        self.show_list()

    def _close(self, _: str) -> None:
        self.wait(self.desk.close(self._opened(), self.me.agent))
        self.show_list()

    def _pass(self, name: str) -> None:
        conversation = self._opened()
        agents, teams = [one["id"] for one in self.me.agents], [team.name for team in self.me.teams]
        if name not in (*agents, *teams):
            known = ", ".join([*sorted(agents), *teams]) or "bot.yaml has none under `handoff`"
            self._tell(f"nobody and no team is called {name!r}: {known}" if name else f"to whom? {known}", "yellow")
            return
        to, team = (name, "") if name in agents else ("", name)
        self.wait(self.desk.reassign(conversation, self.me.agent, to=to, team=team))
        self.show_list()

    def _leave(self, _: str) -> None:
        left = self.wait(self.desk.leave(self.me.agent))
        self._tell(f"{left} went back into the queue", "dim")
        self.show_list()

    def _help(self, _: str) -> None:
        self._tell(HELP, "dim")

    _commands: Mapping[str, Callable[["Screen", str], None]] = {
        "/list": show_list,
        "/more": _more,
        "/save": _save,
        "/claim": _claim,
        "/note": _note,
        "/back": _back,
        "/close": _close,
        "/pass": _pass,
        "/leave": _leave,
        "/help": _help,
    }

    # What happens meanwhile

    async def _begin(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._attend(), name="watching")

    async def _attend(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            if sys.stdin.isatty():
                group.create_task(self._show_typing())

    async def _show_typing(self) -> None:
        """Let the customer see that an answer is being typed."""
        while True:
            await asyncio.sleep(_GLANCE)
            if self._prompting and self.open is not None and self._begins_answer(_typed(), time.monotonic()):
                with suppress(BotkitError):
                    await self.desk.typing(self.open.conversation, self.me.agent)

    def _begins_answer(self, typed: str, now: float) -> bool:
        """Tell whether what is typed goes to the customer, has changed, and the customer does not know it yet."""
        before, self._glanced = self._glanced, typed
        mine = self.open is not None and self.open.owner == "human" and self.open.agent == self.me.agent
        answers = typed.strip() and not typed.startswith("/") and not (typed.isascii() and typed.strip().isdigit())
        if not (mine and answers) or typed == before or now - self._told < _TYPING:
            return False
        self._told = now
        return True

    async def _watch(self) -> None:
        while True:
            try:
                async for change in self.desk.watch():
                    await self._changed(change)
            except ConfigError as error:
                self._tell(f"{error}; trying again", "red")
                await asyncio.sleep(_AGAIN)

    async def _changed(self, change: Change) -> None:
        case = change.case
        if self.team and case.team != self.team:
            return
        if self.open is not None and case.conversation == self.open.conversation:
            dossier = await self.desk.look(case.conversation, self._seen)
            self.open = dossier.case
            self._show_new(dossier)
        elif change.kind == "new" and case.conversation not in {one.conversation for one in self.listed}:
            self.listed = (*self.listed, case)
            self._tell(
                f"{len(self.listed)} waits: {case.conversation} · {case.team} · {_short(case.reason, 60)}", "yellow"
            )
        elif change.kind == "moved" and case.agent == self.me.agent:
            self._tell(f"{case.conversation}: {_short(case.last, 80)}", "bold")

    def _moved(self, case: Case) -> None:
        """Show what one's own act has added."""
        self._show_new(self.wait(self.desk.look(case.conversation, self._seen)))
        self.open = case

    def _show_new(self, dossier: Dossier) -> None:
        fresh = [line for line in dossier.lines if line.turn > self._seen]
        self._seen = max(self._seen, _last_turn(dossier))
        if fresh:
            self._print(*(_line(line) for line in fresh))

    def _tell(self, text: str, style: str) -> None:
        self._print(Text(text, style))

    def _print(self, *lines: Text) -> None:
        """Print above what is being typed."""
        with self._showing:
            if self._prompting and sys.stdin.isatty():
                sys.stdout.write("\r\x1b[K")
            for line in lines:
                self.console.print(line)
            if self._prompting and sys.stdin.isatty():
                sys.stdout.write(self._prompt() + _typed())
                sys.stdout.flush()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


def _free(name: str) -> Path:
    """Give a path in this directory that nothing has; what a customer called a file names no other place."""
    plain = Path(name).name.lstrip(".") or "file"
    tries = (Path(plain), *(Path(f"{Path(plain).stem}-{number}{Path(plain).suffix}") for number in range(2, 1000)))
    return next(path for path in tries if not path.exists())


def _typed() -> str:
    try:
        import readline
    except ImportError:
        return ""
    return readline.get_line_buffer()


def _line(line: Line) -> Text:
    who = line.agent or line.who
    mark = f"note of {who}" if line.who == "note" else who
    at = time.strftime("%H:%M", time.localtime(line.at))
    if line.who == "event":
        return Text(f"{at} · {legible(line.text)}{f' by {line.agent}' if line.agent else ''}", "dim")
    return Text.assemble((f"{at} ", "dim"), (f"{mark}: ", _STYLES[line.who]), legible(line.text))


def _last_turn(dossier: Dossier) -> int:
    return max((line.turn for line in dossier.lines), default=0)


def _teams(teams: Sequence[Team]) -> str:
    told = []
    for team in teams:
        state = f"{team.waiting} waiting, {team.served} served"
        if not team.open:
            opens = time.strftime("%a %H:%M", time.localtime(team.opens)) if team.opens is not None else ""
            state += f", closed{f' until {opens}' if opens else ''}"
        told.append(f"{team.name}: {state}")
    return " · ".join(told)


def _ago(since: float) -> str:
    seconds = max(0, int(time.time() - since))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172_800 else f"{seconds // 86_400} d"


def _short(text: str, most: int) -> str:
    line = legible(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
