"""`botkit why` and `botkit conversations`."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from botkit.app.exports import describe_holdings
from botkit.app.histories import locate_history, opened_at
from botkit.model.replies import HandOff
from botkit.model.session import Handed, Session
from botkit.ports.stored import Holdings, Summary


@pytest.fixture
def talked(botkit: Any, desk: Path) -> Path:
    for name, text in (("42", "return my order\nA-10293\nyes\n"), ("web:7", "I need a human please\nhello?\n")):
        assert botkit("chat", desk, "--json", "--conversation", name, given=text).code == 0
    return desk


def test_a_conversation_of_chat_needs_no_channel(botkit: Any, talked: Path) -> None:
    assert botkit("why", "42", "--dir", talked).out == botkit("why", "chat:42", "--dir", talked).out != ""
    assert botkit("conversations", "show", "42", "--dir", talked).out.startswith("20")
    code, _, err = botkit("why", "7", "--dir", talked)
    assert code == 2
    assert "there is no conversation 'chat:7'" in err


def test_lists_take_a_directory_as_others_do(botkit: Any, talked: Path) -> None:
    assert botkit("conversations", "list", talked).out == botkit("conversations", "list", "--dir", talked).out
    assert "chat:42  " in botkit("conversations", "list", talked).out
    assert botkit("conversations", "failed", talked).code == 0


def test_where_nothing_is_that_is_said_beside_the_output(botkit: Any, desk: Path) -> None:
    async def begin() -> None:
        async with opened_at(locate_history(desk)):
            pass

    for looks in (("publish", desk, "--history"), ("publish", desk, "--dry-run", "--no-tests"), ("rollback", desk)):
        botkit(*looks)
    assert "there is no store at" in botkit("conversations", "list", desk).err  # looking has made none
    asyncio.run(begin())
    empty: tuple[tuple[tuple[object, ...], str], ...] = (
        (("conversations", "list", desk), "no conversations\n"),
        (("conversations", "list", desk, "--owner", "queue"), "no conversations of the queue\n"),
        (("conversations", "figures", "--dir", desk), "no turns\n"),
        (("conversations", "failed", desk), "nothing has failed for good\n"),
        (("audit", "--dir", desk), "nothing was done that is audited\n"),
        (("publish", desk, "--history"), "nothing was published\n"),
    )
    for words, says in empty:
        assert botkit(*words) == (0, "", says)
        assert botkit(*words, "--json") == (0, "", "")


def test_why_explains_every_turn(botkit: Any, talked: Path) -> None:
    code, out, _ = botkit("why", "chat:42", "--dir", talked)
    assert code == 0
    assert "turn 1  " in out
    assert "  opened: the customer opened the chat\n" in out
    assert (
        "  customer: return my order\n  language: en, by its words\n  route: intent\n    → intent    return_item "
        in out
    )
    assert '  calls desk.find_order (read) with {"number": "A-10293"}\n' in out
    assert "      return_item / find: done\n      return_item / if: else\n      return_item / confirm: asked\n" in out
    assert "  sets the timer 'silence' for " in out
    assert "  bot: Done. Your reference is R1.\n" in out


def test_why_tells_by_what_a_language_is_shown(botkit: Any, desk: Path) -> None:
    said = "where is my order\nhello\n这个 size 有点小，想换大一号\nA-10293\n"
    assert botkit("chat", desk, "--json", "--conversation", "1", given=said).code == 0
    out = botkit("why", "chat:1", "--dir", desk).out
    assert [line for line in out.splitlines() if line.startswith("  language: ")] == [
        "  language: en, by its words",
        "  language: en, by one word, which may be borrowed",
        "  language: zh, by its script",
    ]


def test_why_of_one_turn(botkit: Any, talked: Path) -> None:
    out = botkit("why", "chat:42", "2", "--dir", talked).out
    assert out.startswith("turn 2  ")
    assert "\nturn " not in out


def test_why_as_json(botkit: Any, talked: Path) -> None:
    lines = botkit("why", "chat:42", "2", "--dir", talked, "--json").out.splitlines()
    (turn,) = map(json.loads, lines)
    assert (turn["seq"], turn["route"]) == (2, "intent")
    assert turn["candidates"][0]["taken"] is True


def test_a_handoff_is_told(botkit: Any, talked: Path) -> None:
    out = botkit("conversations", "show", "web:7", "--dir", talked).out
    assert "  customer: I need a human please\n" in out
    assert "  handoff:  hands off to support" in out
    assert botkit("conversations", "list", "--dir", talked, "--owner", "queue").out.startswith("web:7  ")
    assert botkit("conversations", "list", "--dir", talked, "--owner", "human").out == ""


def test_list(botkit: Any, talked: Path) -> None:
    lines = botkit("conversations", "list", "--dir", talked).out.splitlines()
    assert {line.partition("  ")[0] for line in lines} == {"chat:42", "web:7"}
    assert len(botkit("conversations", "list", "--dir", talked, "--most", "1").out.splitlines()) == 1
    rows = [json.loads(line) for line in botkit("conversations", "list", "--dir", talked, "--json").out.splitlines()]
    assert {row["conversation"]: row["owner"] for row in rows} == {"chat:42": "bot", "web:7": "queue"}


def test_json_tells_every_time_alike(botkit: Any, talked: Path) -> None:
    assert botkit("publish", talked, "--yes", "--no-tests").code == 0
    found: set[str] = set()

    def look(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                look(item, key)
        elif isinstance(value, list):
            for item in value:
                look(item, name)
        elif isinstance(value, str) and re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
            found.add(name)
        else:
            assert not isinstance(value, int | float) or value < 1e9, (name, value)

    for words in (
        ("why", "web:7", "--dir", talked, "--json"),
        ("why", "chat:42", "--dir", talked, "--json"),
        ("conversations", "list", "--dir", talked, "--json"),
        ("publish", talked, "--history", "--json"),
        ("audit", "--dir", talked, "--json"),
    ):
        for line in botkit(*words).out.splitlines():
            look(json.loads(line))
    look(json.loads(botkit("conversations", "export", "web:7", "--dir", talked).out))
    handed = Session("web:7", touched=2e9, handed=Handed(HandOff("h", "care"), since=2e9, unanswered=2e9))
    look(describe_holdings(Holdings(Summary("web:7", "web", "human", 1, 2e9), "", handed), ())["session"])
    assert found == {"at", "touched", "due", "since", "unanswered"}


@pytest.mark.parametrize(
    "words",
    [
        ["why", "nobody:1"],
        ["why", "chat:42", "99"],
        ["why", "chat:42", "0"],
        ["why", "chat:42", "two"],
        ["conversations", "show", "x' OR '1'='1"],
        ["conversations", "list", "--owner", "Ann"],
        ["conversations", "list", "--most", "0"],
        ["conversations", "frob"],
    ],
)
def test_wrong_usage(botkit: Any, talked: Path, words: list[str]) -> None:
    where = ["--dir", talked] if "frob" not in words else []
    ended = botkit(*words, *where)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


@pytest.mark.parametrize("command", ["list", "failed"])
def test_a_directory_without_a_bot_or_a_store(botkit: Any, desk: Path, tmp_path: Path, command: str) -> None:
    nobody = botkit("conversations", command, "--dir", tmp_path / "none")
    assert nobody.code == 2
    assert "it has no bot.yaml" in nobody.err
    never = botkit("conversations", command, "--dir", desk)
    assert never.code == 2
    assert "there is no store at" in never.err
    assert not (desk / "bot.db").exists()


def test_a_bot_yaml_with_mistakes(botkit: Any, desk: Path) -> None:
    (desk / "bot.yaml").write_text("store: [1")
    ended = botkit("conversations", "list", "--dir", desk)
    assert ended.code == 1
    assert "bot.yaml:" in ended.err


def test_a_file_that_is_no_store(botkit: Any, tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_text("this is no database" * 100)
    ended = botkit("conversations", "list", "--store", f"sqlite:///{file}")
    assert ended.code == 1
    assert "Traceback" not in ended.err
