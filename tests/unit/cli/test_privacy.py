"""`botkit conversations export` and `erase`."""

import asyncio
import json
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from botkit.app.bots import Bot
from botkit.app.exports import FORMAT, VERSION
from botkit.app.histories import files_of
from botkit.stores import SQLiteStore

TEXTS = ("return my order", "A-10293", "54.04", "I need a human please")
IDENTIFYING = """
from botkit import Plugin, Context

plugin = Plugin("who")


@plugin.action(effect="read")
async def know(ctx: Context, number: str) -> str:
    \"\"\"Say who somebody is.\"\"\"
    ctx.identify(id=number)
    return number
"""
KNOWING = """
flows:
  login:
    start: {commands: [login]}
    steps: [{ask: number, type: text, say: Your number?}, {do: who.know, with: {number: "{{ number }}"}, save: known}]
"""


@pytest.fixture
def talked(botkit: Any, desk: Path) -> Path:
    for name, text in (("42", "return my order\nA-10293\nyes\n"), ("web:7", "I need a human please\nhello?\n")):
        assert botkit("chat", desk, "--json", "--conversation", name, given=text).code == 0
    return desk


@pytest.fixture
def known(botkit: Any, desk: Path) -> Path:
    """Give a bot in which 4711 talks on two channels, and 815 on one."""
    (desk / "plugins").mkdir(exist_ok=True)
    (desk / "plugins" / "who.py").write_text(IDENTIFYING, encoding="utf-8")
    (desk / "login.yaml").write_text(KNOWING, encoding="utf-8")
    settings = (desk / "bot.yaml").read_text(encoding="utf-8")
    (desk / "bot.yaml").write_text(settings.replace("plugins: [", "plugins: [./plugins/who.py, "), encoding="utf-8")
    for name, number in (("web:1", "4711"), ("library:2", "4711"), ("web:3", "815")):
        ended = botkit("chat", desk, "--json", "--conversation", name, given=f"/login\n{number}\n")
        assert ended.code == 0, ended.err
    return desk


def _names(botkit: Any, desk: Path) -> set[str]:
    lines = botkit("conversations", "list", "--dir", desk).out.splitlines()
    return {line.partition("  ")[0] for line in lines}


def test_an_export_has_everything_of_a_conversation(botkit: Any, talked: Path) -> None:
    ended = botkit("conversations", "export", "chat:42", "--dir", talked)
    document = json.loads(ended.out)
    assert (document["format"], document["version"]) == (FORMAT, VERSION)
    (one,) = document["conversations"]
    assert list(one) == [
        *("conversation", "channel", "customer", "owner", "touched", "session", "waiting", "deliveries", "calls"),
        *("timers", "failures", "files", "seen", "threads", "turns"),
    ]
    assert [turn["seq"] for turn in one["turns"]] == list(range(1, len(one["turns"]) + 1))
    assert one["turns"][1]["event"]["text"] == "return my order"
    assert one["session"]["slots"]["order_number"] == "A-10293"
    assert {call["state"] for call in one["calls"]} == {"done"}
    again = json.loads(botkit("conversations", "export", "chat:42", "--dir", talked).out)
    assert {**again, "at": document["at"]} == document


def test_an_export_gives_a_turn_a_line(botkit: Any, talked: Path) -> None:
    out = botkit("conversations", "export", "chat:42", "--dir", talked).out
    assert sum(line.startswith('{"at"') for line in out.splitlines()) == out.count('"event": ')


def test_a_customer_is_exported_from_everywhere(botkit: Any, known: Path) -> None:
    def exported(*words: str) -> list[str]:
        ended = botkit("conversations", "export", *words, "--dir", known)
        assert ended.code == 0, ended.err
        return [one["conversation"] for one in json.loads(ended.out)["conversations"]]

    assert exported("--customer", "4711") == ["library:2", "web:1"]
    assert exported("--customer", "4711", "--channel", "web") == ["web:1"]
    assert exported("web:1") == ["web:1"]
    assert exported("web:1", "--everywhere") == ["web:1", "library:2"]


def test_erase_asks_first(botkit: Any, talked: Path) -> None:
    for given in ("n\n", "", "perhaps\n"):
        assert botkit("conversations", "erase", "chat:42", "--dir", talked, given=given).code == 1
    assert botkit("why", "chat:42", "--dir", talked).code == 0
    ended = botkit("conversations", "erase", "chat:42", "--dir", talked, given="y\n")
    assert (ended.code, ended.err) == (0, "")
    assert "Erase everything of chat:42? [y/N]: " in ended.out
    assert "erased 1 conversation, 6 turns, " in ended.out
    assert botkit("why", "chat:42", "--dir", talked).code == 2
    assert botkit("conversations", "erase", "chat:42", "--dir", talked, "--yes").code == 2


def test_erasing_leaves_no_byte_in_the_file(botkit: Any, talked: Path) -> None:
    files = [talked / "bot.db", talked / "bot.db-wal"]

    def found() -> set[str]:
        held = b"".join([file.read_bytes() for file in files if file.exists()])
        return {text for text in TEXTS if text.encode() in held}

    assert found() == set(TEXTS)
    for name in ("chat:42", "web:7"):
        assert botkit("conversations", "erase", name, "--dir", talked, "--yes").code == 0
    assert found() == set()


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["--customer", "4711"], {"web:3"}),
        (["--customer", "4711", "--channel", "library"], {"web:1", "web:3"}),
        (["web:1", "--everywhere"], {"web:3"}),
        (["web:1"], {"library:2", "web:3"}),
        (["web:3", "--everywhere"], {"library:2", "web:1"}),
    ],
)
def test_a_customer_is_erased(botkit: Any, known: Path, words: list[str], left: set[str]) -> None:
    assert _names(botkit, known) == {"web:1", "library:2", "web:3"}
    ended = botkit("conversations", "erase", *words, "--dir", known, "--yes")
    assert ended.code == 0, ended.err
    assert _names(botkit, known) == left


def test_erase_names_whom_it_means(botkit: Any, known: Path) -> None:
    ended = botkit("conversations", "erase", "--customer", "4711", "--dir", known, given="n\n")
    assert "Erase everything in 2 conversations of library:2, web:1? [y/N]: " in ended.out
    assert _names(botkit, known) == {"web:1", "library:2", "web:3"}


@pytest.mark.parametrize("command", ["export", "erase"])
@pytest.mark.parametrize(
    "words",
    [
        [],
        [""],
        ["web:nobody"],
        ["chat:42' OR '1'='1"],
        ["chat:42", "--customer", "4711"],
        ["--customer", "nobody"],
        ["--customer", ""],
        ["chat:42", "--channel", "web"],
        ["--everywhere"],
        ["--customer", "4711", "--everywhere"],
        ["chat:42", "web:7"],
        ["x" * 10_000],
    ],
)
def test_whom_nobody_is(botkit: Any, talked: Path, command: str, words: list[str]) -> None:
    ended = botkit("conversations", command, *words, "--dir", talked, *(["--yes"] if command == "erase" else []))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err
    assert _names(botkit, talked) == {"chat:42", "web:7"}


def test_erasing_beside_a_bot_that_serves(botkit: Any, desk: Path) -> None:
    """The other process is this one: what counts is another connection to the same file."""

    async def talk() -> list[str]:
        said = []
        async with await Bot.load(desk) as bot:
            said.append((await bot.say("return my order", "library:1")).text)
            beside = SQLiteStore(str(desk / "bot.db"))
            await beside.open()
            await beside.erase("library:1", now=0.0)
            await beside.close()
            said.append((await bot.say("A-10293", "library:1")).text)
            turns = await bot.store.turns("library:1")
            assert turns[0].seq == 1
        return said

    first, then = asyncio.run(talk())
    assert "Which order is it about?" in first
    assert "Send back A-10293" not in then


# retain


def _retaining(desk: Path, ages: str) -> None:
    settings = (desk / "bot.yaml").read_text(encoding="utf-8")
    (desk / "bot.yaml").write_text(f"{settings}\nretention: {ages}\n", encoding="utf-8")


def _age(desk: Path, days: float) -> None:
    """Let everything that is stored be older."""
    db = sqlite3.connect(desk / "bot.db")
    db.execute("UPDATE conversations SET touched = touched - ?, hour = hour - ?", (days * 86_400, days * 24))
    db.commit()
    db.close()


def test_retain_lets_go_of_what_is_old(botkit: Any, talked: Path) -> None:
    _age(talked, 91)
    _retaining(talked, "{conversations: 90d}")
    dry = botkit("conversations", "retain", talked, "--dry-run")
    assert (dry.code, dry.out) == (0, "would go: 1 conversation, 6 turns\n")
    assert _names(botkit, talked) == {"chat:42", "web:7"}
    assert json.loads(botkit("conversations", "retain", talked, "--dry-run", "--json").out) == {
        "conversations": 1,
        "turns": 6,
    }
    assert botkit("conversations", "retain", "--dir", talked, "--dry-run").out == dry.out
    ended = botkit("conversations", "retain", talked)
    assert ended.code == 0
    assert ended.out.startswith("gone: 1 conversation, 6 turns")
    assert _names(botkit, talked) == {"web:7"}  # it waits for a person
    assert botkit("conversations", "retain", talked).out == "gone: nothing\n"


def test_retain_lets_go_of_what_is_audited(botkit: Any, talked: Path) -> None:
    botkit("conversations", "export", "web:7", "--dir", talked)
    db = sqlite3.connect(talked / "bot.db")
    db.execute("UPDATE audits SET at = at - ?", (31 * 86_400,))
    db.commit()
    db.close()
    _retaining(talked, "{audits: 30d}")
    assert botkit("conversations", "retain", talked, "--dry-run").out == "would go: 1 entry of the audit\n"
    assert botkit("conversations", "retain", talked).out.startswith("gone: 1 entry of the audit")
    assert botkit("audit", "--dir", talked, "--json").out == ""


def test_nothing_goes_by_itself(botkit: Any, talked: Path) -> None:
    _age(talked, 10_000)
    ended = botkit("conversations", "retain", talked)
    assert (ended.code, ended.out) == (0, "bot.yaml has no `retention`: nothing goes by its age\n")
    assert botkit("conversations", "retain", talked, "--json").out == "{}\n"
    assert _names(botkit, talked) == {"chat:42", "web:7"}


def test_retain_where_nothing_can_be_retained(botkit: Any, desk: Path, tmp_path: Path) -> None:
    assert botkit("conversations", "retain", tmp_path / "none").code == 2
    _retaining(desk, "{conversations: 90d}")
    never = botkit("conversations", "retain", desk)
    assert never.code == 2
    assert "there is no store at" in never.err
    _retaining(desk, "{conversations: 90m}")
    assert botkit("conversations", "retain", desk).code == 1


# files


@pytest.fixture
def with_files(talked: Path) -> Path:
    """Let two conversations hold files, one of them in common."""

    async def put() -> None:
        store = SQLiteStore(str(talked / "bot.db"))
        await store.open()
        files = files_of(store)
        for name, texts in (("chat:42", ("one", "two")), ("web:7", ("two",))):
            for text in texts:
                await files.put(name, f"{text}.txt", _streamed(text))
        await files.close()
        await store.close()

    asyncio.run(put())
    return talked


async def _streamed(text: str) -> AsyncIterator[bytes]:
    yield f"This is {text}.".encode()


def test_an_export_lists_files(botkit: Any, with_files: Path) -> None:
    (one,) = json.loads(botkit("conversations", "export", "chat:42", "--dir", with_files).out)["conversations"]
    assert {(file["name"], file["size"], file["mime"]) for file in one["files"]} == {
        ("one.txt", 12, "text/plain"),
        ("two.txt", 12, "text/plain"),
    }
    assert all(len(file["ref"]) == 64 and file["sent"] is False for file in one["files"])


@pytest.mark.parametrize("target", ["copy", "copy.zip", "Copy.ZIP"])
def test_an_export_with_files(botkit: Any, with_files: Path, tmp_path: Path, target: str) -> None:
    path = tmp_path / target
    ended = botkit("conversations", "export", "chat:42", "--dir", with_files, "--with-files", path)
    assert (ended.code, ended.out) == (0, f"wrote {path}: export.json and 2 files\n")
    if path.suffix:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "copy")
    found = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "copy").rglob("*") if file.is_file()}
    assert json.loads(found.pop("export.json"))["conversations"][0]["conversation"] == "chat:42"
    assert found == {"one.txt": "This is one.", "two.txt": "This is two."}
    assert path.stat().st_mode & 0o077 == 0
    assert {one.name for one in tmp_path.iterdir()} <= {target, "copy", "desk"}
    again = botkit("conversations", "export", "chat:42", "--dir", with_files, "--with-files", path)
    assert again.code == 2
    assert "is there already" in again.err


def test_an_export_that_fails_leaves_nothing(botkit: Any, with_files: Path, tmp_path: Path) -> None:
    for words in (
        ["web:nobody", "--with-files", tmp_path / "copy"],
        ["chat:42", "--with-files", tmp_path / "no/copy"],
    ):
        assert botkit("conversations", "export", *words, "--dir", with_files).code == 2
    assert {one.name for one in tmp_path.iterdir()} == {"desk"}


def test_erasing_removes_files_that_nobody_else_holds(botkit: Any, with_files: Path) -> None:
    def contents() -> set[str]:
        folder = with_files / "bot.db-files"
        return {path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}

    assert contents() == {"This is one.", "This is two."}
    assert "2 files" in botkit("conversations", "erase", "chat:42", "--dir", with_files, "--yes").out
    assert contents() == {"This is two."}
    assert "1 file" in botkit("conversations", "erase", "web:7", "--dir", with_files, "--yes").out
    assert contents() == set()


# figures


def test_figures_outlive_what_they_count(botkit: Any, talked: Path) -> None:
    def counted() -> str:
        ended = botkit("conversations", "figures", "--dir", talked)
        assert ended.code == 0
        return str(ended.out)

    before = counted()
    assert "  chat  conversation\n" in before
    assert "  chat  turn  return_item  intent\n" in before
    assert "handoff" in before
    for name in ("chat:42", "web:7"):
        assert botkit("conversations", "erase", name, "--dir", talked, "--yes").code == 0
        assert counted() == before
    lines = botkit("conversations", "figures", "--dir", talked, "--json").out.splitlines()
    figures = [json.loads(line) for line in lines]
    assert sum(one["count"] for one in figures if one["kind"] == "conversation") == 2
    assert all(list(one) == ["day", "channel", "kind", "flow", "route", "outcome", "count"] for one in figures)
