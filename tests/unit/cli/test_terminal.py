"""A chat on a terminal: typed lines in, bubbles out."""

import builtins
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from botkit.app.talks import Opening, Talk
from botkit.cli.chatting import chat
from botkit.cli.terminal import chosen, converse
from botkit.errors import LoadError, StoreError
from botkit.model.replies import Button

Type = Callable[..., str]


@pytest.fixture
def type_lines(desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Type lines and give what the terminal showed; the end of the lines is Ctrl-D."""

    def run(*lines: str, conversation: str = "") -> str:
        typed: Iterator[str] = iter(lines)

        def read(_prompt: str) -> str:
            line = next(typed, None)
            if line is None:
                raise EOFError
            if line == "^C":
                raise KeyboardInterrupt
            return line

        monkeypatch.setattr(builtins, "input", read)
        monkeypatch.setenv("COLUMNS", "100")
        converse(Opening(desk, conversation))
        return capsys.readouterr().out

    return run


def test_bubbles_and_numbered_buttons(type_lines: Type) -> None:
    shown = type_lines("1", "A-10293", "  ", "1")
    assert "Desk (/help, /quit)" in shown
    assert "│ Hello! " in shown
    assert "│ 1 Return " in shown
    assert "│ 2 Site https://example.org │" in shown
    assert "│ Which order is it about? │" in shown
    assert "Done. Your reference is R1." in shown


def test_labels_and_addresses(type_lines: Type) -> None:
    shown = type_lines("site", "RETURN", "A-10293", "No")
    assert "\nhttps://example.org\n" in shown
    assert "All right, nothing was changed." in shown


def test_why_and_slots(type_lines: Type) -> None:
    shown = type_lines("/why", "/slots", "return my order", "A-10293", "/why", "/slots", "/help")
    assert "nothing to explain" in shown
    assert "no slots are filled" in shown
    assert " ▸  slot   ask:order_number  1.00   taken" in shown
    assert "order_number: A-10293" in shown
    assert "/restart   a new conversation" in shown


def test_restart(type_lines: Type) -> None:
    shown = type_lines("return my order", "/restart", "/slots", "/restart", "/quit", "never read")
    assert shown.count("Hello!") == 3


def test_a_conversation_goes_on(type_lines: Type) -> None:
    type_lines("return my order", conversation="9")
    shown = type_lines("A-10293", conversation="9")
    assert "Hello!" not in shown
    assert "€54.04" in shown


def test_silence_of_the_bot_is_said(type_lines: Type) -> None:
    shown = type_lines("I want to talk to a human", "anybody?")
    assert "(waiting for a person, so the bot is silent; /restart begins a new conversation)" in shown


def test_a_button_that_is_gone_is_an_error_of_one_line(type_lines: Type, desk: Path) -> None:
    flows = desk / "flows.yaml"
    flows.write_text(
        flows.read_text().replace("say: Hello!\n", "say: Hello!\n        cards: [{title: C, text: big}]\n")
    )
    assert "■ C big" in type_lines("/quit")


def test_control_c_leaves_nothing_open(type_lines: Type) -> None:
    with pytest.raises(KeyboardInterrupt):
        type_lines("return my order", "^C")
    assert "Hello!" in type_lines()


def test_a_bot_with_mistakes(type_lines: Type, desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x")
    with pytest.raises(LoadError):
        type_lines()


BUTTONS = (Button("Yes", value="yes"), Button("7", value="seven"), Button("Ünder", run="x"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("yes", "Yes"),
        ("1", "Yes"),
        ("2", "7"),
        ("7", "7"),
        ("3", "Ünder"),
        ("üNDER", "Ünder"),
        ("0", None),
        ("4", None),
        ("-1", None),
        ("١", None),
        ("9" * 5000, None),
        ("", None),
        ("ja", None),
    ],
)
def test_chosen(text: str, label: str | None) -> None:
    button = chosen(text, BUTTONS)
    assert (button.label if button else None) == label


def test_what_goes_wrong_is_one_line(type_lines: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_self: Talk, _text: str) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Talk, "say", fail)
    assert "\nthe disk is full\n" in type_lines("hi", "/quit")


def test_pictures_and_files_are_named(type_lines: Type, desk: Path) -> None:
    flows = desk / "flows.yaml"
    shown = "steps:\n      - say: Look\n        image: https://x.org/a.png\n        file: https://x.org/b.pdf\n"
    flows.write_text(flows.read_text().replace("steps:\n      - say: Hello!\n", shown, 1))
    assert "https://x.org/b.pdf" in type_lines()


def test_a_terminal_is_recognised(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Opening] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("botkit.cli.terminal.converse", opened.append)
    chat(desk, conversation="7", locale="zh", now="", store="")
    assert opened == [Opening(desk, "7", "zh")]
