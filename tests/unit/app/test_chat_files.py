"""Files of chats, as OpenAI and TRL read them."""

import json
import stat
from pathlib import Path

import pytest

from botkit.app.chat_files import held_out_of, read_chats, write_chats
from botkit.errors import LoadError, UsageError
from botkit.model.completions import ChatMessage

CHAT = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "你好"),
    ChatMessage("assistant", "Hello\nyou"),
    ChatMessage("user", "bye"),
    ChatMessage("assistant", "Bye"),
)


def test_a_chat_a_line(tmp_path: Path) -> None:
    path = tmp_path / "new" / "talks.jsonl"
    assert write_chats(path, [CHAT, CHAT[1:3]]) == 2
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines[1] == {
        "messages": [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "Hello\nyou"}]
    }
    assert "你好" in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_chats(path) == [CHAT, CHAT[1:3]]


def test_an_answer_a_line(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    assert write_chats(path, [CHAT], "prompt-completion") == 2
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [len(line["prompt"]) for line in lines] == [2, 4]
    assert lines[1]["completion"] == [{"role": "assistant", "content": "Bye"}]
    assert read_chats(path) == [CHAT[:3], CHAT]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    write_chats(path, [CHAT])
    before = path.read_bytes()

    def broken() -> object:
        yield CHAT
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_chats(path, broken())  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["talks.jsonl"]


@pytest.mark.parametrize(("name", "beside"), [("a.jsonl", "a.held-out.jsonl"), ("a", "a.held-out.jsonl")])
def test_the_file_beside(name: str, beside: str) -> None:
    assert held_out_of(Path("x") / name) == Path("x") / beside


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "a line takes a mapping in JSON"),
        (b"[]", "a line takes a mapping in JSON"),
        (b"\xff\xfe", "a line takes a mapping in JSON"),
        (b"[" * 100_000, "a line takes a mapping in JSON"),
        (b"{}", "'prompt' takes a list of messages"),
        (b'{"messages": "hi"}', "'messages' takes a list of messages"),
        (b'{"prompt": [], "completion": "hi"}', "'completion' takes a list of messages"),
        (b'{"messages": ["hi"]}', "a message takes a role (system, user, assistant) and a text as its content"),
        (b'{"messages": [{"role": "bot", "content": "hi"}]}', "a message takes a role"),
        (b'{"messages": [{"role": ["user"], "content": "hi"}]}', "a message takes a role"),
        (b'{"messages": [{"role": "user", "content": 5}]}', "a message takes a role"),
        (b'{"messages": [{"role": "user", "content": "hi"}]}', "nobody answers in this chat"),
        (b'{"messages": []}', "nobody answers in this chat"),
    ],
)
def test_lines_that_are_no_chat(tmp_path: Path, line: bytes, message: str) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_bytes(b"\n" + line + b"\n")
    with pytest.raises(LoadError) as caught:
        read_chats(path)
    assert [(one.place.line, one.code) for one in caught.value.problems] == [(2, "wrong-type")]
    assert caught.value.problems[0].message.startswith(message)


def test_all_problems_at_once_and_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_text("{\n[]\n", "utf-8")
    with pytest.raises(LoadError) as caught:
        read_chats(path)
    assert [one.place.line for one in caught.value.problems] == [1, 2]
    path.write_text("\n", "utf-8")
    with pytest.raises(UsageError, match="there is no chat in"):
        read_chats(path)
