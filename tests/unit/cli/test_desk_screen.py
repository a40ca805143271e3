"""The desk on a terminal: when a customer is shown that an answer is being typed."""

import asyncio
from typing import Any

import pytest
from rich.console import Console

from botkit.cli import desk_screen
from botkit.cli.desk_client import Me
from botkit.cli.desk_screen import Screen
from botkit.errors import ConfigError, DeskError
from botkit.ports.people import Case

MINE = Case("web:1", "web", "human", "care", "ann", 0.0, 0.0, 1)


class Desk:
    """A desk that keeps who was shown as writing; nothing else happens at it."""

    def __init__(self, *errors: Exception) -> None:
        self.typed: list[tuple[str, str]] = []
        self.errors = list(errors)
        self.enough = asyncio.Event()

    async def typing(self, conversation: str, agent: str) -> None:
        self.typed.append((conversation, agent))
        if len(self.typed) == 3:
            self.enough.set()
        if self.errors:
            raise self.errors.pop(0)

    async def watch(self) -> Any:
        await asyncio.Event().wait()
        yield


def screen(desk: Any = None, case: Case | None = MINE) -> Screen:
    made = Screen(desk, Console(), asyncio.get_running_loop())
    made.me = Me("ann", "Ann Lee", "agent", "Acme", (), ())
    made.open = case
    return made


@pytest.mark.parametrize("typed", ["H", "Hello", "你好", "1 moment", "  x"])
async def test_an_answer_begins(typed: str) -> None:
    assert screen()._begins_answer(typed, 100.0)


@pytest.mark.parametrize("typed", ["", "   ", "/", "/note not for customers", "12", " 7 "])
async def test_what_does_not_go_to_the_customer_is_no_answer(typed: str) -> None:
    assert not screen()._begins_answer(typed, 100.0)


@pytest.mark.parametrize(
    "case",
    [
        None,
        Case("web:1", "web", "human", "care", "bob", 0.0, 0.0, 1),
        Case("web:1", "web", "queue", "care", "", 0.0, 0.0, 1),
        Case("web:1", "web", "bot", "", "", 0.0, 0.0, 1),
    ],
)
async def test_nobody_else_s_conversation_is_told(case: Case | None) -> None:
    assert not screen(case=case)._begins_answer("Hello", 100.0)


async def test_the_customer_is_told_again_only_while_it_goes_on() -> None:
    one = screen()
    typed = [("H", 10.0), ("He", 11.0), ("He", 15.0), ("Hel", 15.5), ("Hel", 60.0), ("", 61.0), ("O", 62.0)]
    assert [one._begins_answer(text, at) for text, at in typed] == [True, False, False, True, False, False, True]


async def test_it_is_noticed_beside_the_prompt_whatever_the_desk_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(DeskError("taken", reason="taken"), ConfigError("the bot is away"))
    one = screen(desk)
    one._prompting = True
    typed = iter(range(1_000_000))
    monkeypatch.setattr(desk_screen, "_GLANCE", 0.0)
    monkeypatch.setattr(desk_screen, "_TYPING", 0.0)
    monkeypatch.setattr(desk_screen, "_typed", lambda: f"Hello {next(typed)}")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    watching = await one._begin()
    async with asyncio.timeout(5):
        await desk.enough.wait()
    await desk_screen._end(watching)
    assert set(desk.typed) == {("web:1", "ann")}


async def test_nothing_is_noticed_without_a_terminal_or_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_screen, "_GLANCE", 0.0)
    monkeypatch.setattr(desk_screen, "_typed", lambda: "Hello")
    for terminal, prompting in ((False, True), (True, False)):
        desk = Desk()
        one = screen(desk)
        one._prompting = prompting
        monkeypatch.setattr("sys.stdin.isatty", lambda terminal=terminal: terminal)
        watching = await one._begin()
        for _ in range(20):
            await asyncio.sleep(0)
        await desk_screen._end(watching)
        assert desk.typed == []
