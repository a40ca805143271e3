"""`botkit chat` through pipes, in this process and in one of its own."""

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from botkit.app.exchanges import Exchange
from botkit.cli.chatting import turn_of
from botkit.model.replies import Button, Card, Reply

KEYS = ["turn", "input", "replies", "flow", "step", "slots", "route", "owner"]


def _turns(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_the_shape_of_a_turn(botkit: Any, desk: Path) -> None:
    code, out, err = botkit("chat", desk, "--json", given="return my order\n\nA-10293\nyes\n")
    turns = _turns(out)
    assert (code, err) == (0, "")
    assert [list(turn) for turn in turns] == [KEYS, KEYS, [*KEYS, "calls"], [*KEYS, "calls"]]
    assert [turn.get("calls") for turn in turns[2:]] == [
        [{"action": "desk.find_order", "with": {"number": "A-10293"}}],
        [{"action": "desk.return_order", "with": {"number": "A-10293"}}],
    ]
    del turns[2]["calls"]
    assert turns[0] == {
        "turn": 0,
        "input": None,
        "replies": [
            {
                "text": "Hello!",
                "buttons": [
                    {"label": "Return", "value": "Return"},
                    {"label": "Site", "value": "Site", "url": "https://example.org"},
                ],
            }
        ],
        "flow": None,
        "step": None,
        "slots": {},
        "route": None,
        "owner": "bot",
    }
    assert turns[2] == {
        "turn": 2,
        "input": "A-10293",
        "replies": [
            {
                "text": "Send back A-10293 for €54.04?",
                "buttons": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}],
            }
        ],
        "flow": "return_item",
        "step": "confirm",
        "slots": {
            "order_number": "A-10293",
            "order": {"number": "A-10293", "total": "54.04 EUR", "day": "2026-04-02"},
        },
        "route": "slot",
        "owner": "bot",
    }
    assert turns[3]["replies"][0]["text"] == "Done. Your reference is R1."
    assert "€" in out


def test_why_through_a_pipe(botkit: Any, desk: Path) -> None:
    turns = _turns(botkit("chat", desk, "--json", given="/why\nreturn my order\n/why\nA-10293\n").out)
    assert [turn.get("turn") for turn in turns] == [0, None, 1, None, 2]
    assert turns[1] == {"input": "/why", "why": []}
    taken = [one for one in turns[3]["why"] if one["taken"]]
    assert [(one["route"], one["name"]) for one in taken] == [("intent", "return_item")]
    assert "* intent return_item 1.00" in botkit("chat", desk, given="return my order\n/why\n").out


def test_slots_through_a_pipe(botkit: Any, desk: Path) -> None:
    turns = _turns(botkit("chat", desk, "--json", given="/slots\nreturn my order\nA-10293\n/slots\n").out)
    assert [turn.get("turn") for turn in turns] == [0, None, 1, 2, None]
    assert turns[1] == {"input": "/slots", "slots": {}}
    assert turns[4]["slots"] == turns[3]["slots"]
    assert turns[4]["slots"]["order_number"] == "A-10293"
    assert "order_number: A-10293\n" in botkit("chat", desk, given="return my order\nA-10293\n/slots\n").out


def test_a_bot_with_a_command_of_that_name_gets_it(botkit: Any, desk: Path) -> None:
    flows = desk / "flows.yaml"
    flows.write_text(flows.read_text() + "  reasons: {start: {commands: [why]}, steps: [{say: Because.}]}\n")
    turns = _turns(botkit("chat", desk, "--json", given="/why\n").out)
    assert turns[-1]["replies"][0]["text"] == "Because."


def test_a_bot_that_does_not_speak_first(botkit: Any, desk: Path) -> None:
    flows = desk / "flows.yaml"
    text = flows.read_text()
    flows.write_text(text[: text.index("  on_start:")] + text[text.index("  return_item:\n    desc") :])
    turns = _turns(botkit("chat", desk, "--json", given="when are you open").out)
    assert [turn["turn"] for turn in turns] == [1]
    assert turns[0]["route"] == "answer"


def test_every_run_is_a_new_one_without_a_conversation(botkit: Any, desk: Path) -> None:
    for _ in range(2):
        turns = _turns(botkit("chat", desk, "--json", given="return my order\n").out)
        assert [turn["turn"] for turn in turns] == [0, 1]
    assert not (desk / "bot.db").exists()


def test_a_conversation_goes_on(botkit: Any, desk: Path) -> None:
    botkit("chat", desk, "--json", "--conversation", "42", given="return my order\n")
    turns = _turns(botkit("chat", desk, "--json", "--conversation", "42", given="A-10293\n").out)
    assert [(turn["turn"], turn["step"]) for turn in turns] == [(1, "confirm")]
    assert (desk / "bot.db").is_file()


def test_another_store(botkit: Any, desk: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    botkit("chat", desk, "--json", "--conversation", "web:7", "--store", url, given="hi\n")
    assert botkit("conversations", "list", "--store", url).out.startswith("web:7  ")
    assert not (desk / "bot.db").exists()


def test_the_clock_and_the_language(botkit: Any, desk: Path) -> None:
    flows = desk / "flows.yaml"
    flows.write_text(flows.read_text().replace("say: Hello!", 'say: {en: "{{ now }}", zh: 你好}'))
    at = botkit("chat", desk, "--json", "--now", "2026-05-01T10:00:00", given="")
    assert _turns(at.out)[0]["replies"][0]["text"] == "2026-05-01, 10:00 am"
    in_chinese = botkit("chat", desk, "--json", "--locale", "zh", given="")
    assert _turns(in_chinese.out)[0]["replies"][0]["text"] == "你好"


@pytest.mark.parametrize(
    "words",
    [
        ["--now", "yesterday"],
        ["--now", "9999-99-99"],
        ["--locale", "tlh"],
        ["--conversation", ":"],
        ["--conversation", "web:"],
        ["--frob"],
    ],
)
def test_wrong_usage(botkit: Any, desk: Path, words: list[str]) -> None:
    ended = botkit("chat", desk, "--json", *words, given="hi\n")
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_a_bot_with_mistakes(botkit: Any, desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x")
    code, out, err = botkit("chat", desk, "--json", given="hi\n")
    assert (code, out) == (1, "")
    assert "unknown-key" in err


@pytest.mark.parametrize("url", ["mysql://x", "sqlite:////nowhere/at/all/x.db", "postgresql://u:secret@h/d"])
def test_a_store_that_cannot_be_had(botkit: Any, desk: Path, url: str) -> None:
    ended = botkit("chat", desk, "--json", "--store", url, given="hi\n")
    assert ended.code == 1
    assert "secret" not in ended.err
    assert "Traceback" not in ended.err


def test_plain_text_where_nobody_looks(botkit: Any, desk: Path) -> None:
    code, out, _ = botkit("chat", desk, given="when are you open\n")
    assert (code, out) == (0, "Hello! [Return] [Site]\nWe are here from 9 to 18 o'clock.\n")


def test_what_a_reply_may_carry() -> None:
    card = Card(title="Shoe", text="red", buttons=(Button("Take", value="shoe-1"),))
    reply = Reply(id="1", text="Look", image="a.png", file="b.pdf", cards=(card,))
    exchange = Exchange((reply,), "answer", None, None, {}, "bot", "en", ())
    assert turn_of(1, "x", exchange)["replies"] == [
        {
            "text": "Look",
            "buttons": [],
            "image": "a.png",
            "file": "b.pdf",
            "cards": [{"title": "Shoe", "text": "red", "buttons": [{"label": "Take", "value": "shoe-1"}]}],
        }
    ]


def _process(desk: Path, given: bytes, **how: Any) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "botkit", "chat", str(desk), "--json"]
    return subprocess.run(command, input=given, capture_output=True, timeout=60, check=False, **how)


def test_hostile_input_through_a_pipe(desk: Path) -> None:
    hours = b"when are you open"
    lines = [b"\xff\xfe\x00 bad", b"x" * 300_000, hours, "{{ 7 * 7 }} 😀".encode(), b"   ", hours]
    done = _process(desk, b"\r\n".join(lines))
    turns = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [turn["turn"] for turn in turns] == [0, 1, 2, 3, 4, 5]
    assert turns[1]["input"].startswith("\ufffd\ufffd")
    assert len(turns[2]["input"]) == 300_000
    assert "49" not in turns[4]["replies"][0]["text"]
    assert turns[5]["route"] == "answer"


def test_a_file_as_input_and_another_locale_of_the_machine(desk: Path, tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("return my order\nA-10293\n", encoding="utf-8")
    with talk.open("rb") as given:
        command = [sys.executable, "-m", "botkit", "chat", str(desk), "--json"]
        env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PATH": "/usr/bin"}
        done = subprocess.run(command, stdin=given, capture_output=True, timeout=60, check=False, env=env)
    assert done.returncode == 0
    assert "€54.04" in done.stdout.decode("utf-8")


def test_each_answer_comes_before_the_next_message(desk: Path) -> None:
    command = [sys.executable, "-m", "botkit", "chat", str(desk), "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["turn"] == 0
        for number, text in enumerate(("return my order", "A-10293", "yes"), start=1):
            process.stdin.write(f"{text}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["turn"] == number
        process.stdin.close()
        assert process.wait(10) == 0


def test_control_c_ends_it_quietly(desk: Path) -> None:
    command = [sys.executable, "-m", "botkit", "chat", str(desk), "--json"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    hear = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # tests that run in the background ignore it
    with subprocess.Popen(command, text=True, preexec_fn=hear, **pipes) as process:  # noqa: PLW1509 - nothing forks here
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["turn"] == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read() == ""
