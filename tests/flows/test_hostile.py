"""Hostile text goes every way there is: nothing fails, nothing of it is evaluated, and an echo of it is the same."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from unicodedata import category
from urllib.parse import unquote

import pytest
from starlette.types import Message as AsgiMessage

from botkit.app import transcripts
from botkit.app.bots import Bot
from botkit.app.erasing import Found
from botkit.app.exports import write_export
from botkit.app.histories import data_of, records_of
from botkit.app.metrics import Numbers
from botkit.app.serving import build_app, build_channels
from botkit.app.transcripts import legible, transcript_of
from botkit.cli.histories import explain
from botkit.dialogue.work import Work
from botkit.expressions import template
from botkit.model.events import Message, Press
from botkit.ports.connectors import Incoming
from botkit.testing import sample

TEXTS = [
    "{{ 7 * 7 }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% for a in b %}{% endfor %}", "{# x #}", "{{", "${HOME}", "#{7*7}",
    "$(touch {marker})", "`touch {marker}`", "; touch {marker};", "| cat /etc/passwd", "__import__('os').system('touch {marker}')",
    "'; DROP TABLE turns; --", '" OR 1=1 --', "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd",
    "%s%s%s%n", "{0.__class__.__init__.__globals__}", "../../../../etc/passwd", "..\\..\\windows", "file:///etc/passwd",
    "a\x00b", "\x00", "\x1b[2J\x1b]0;title\x07 hi", "\x07\x08\x0b\x0c", "a\rb", "\r\nSet-Cookie: a=b", "\u202eabc\u202c", "\u2066x\u2069",
    "\u200b\u200d\ufeff", "👩‍👩‍👧‍👦🏳️‍🌈", "e\u0301" * 500, "𝕏𝓎", "\u2028\u2029", "\x85\x9b31m", "\ud800", "x\udfffy", "\ud83d\ude00", "﷽" * 300,
    "true", "null", "[]", "---\na: b", "!!python/object/apply:os.system ['id']", "&a [*a]", "*" * 3000, "(" * 3000, "/" * 3000, "/x\x00y", "NaN",
    "9" * 4000, "1e999", "-0", "٣" * 100, "Ⅷ", "ß" * 100, "İ" * 100, "\n" * 500 + "x", " " * 3000 + "x",
]  # fmt: skip

FLOWS = """
slots:
  code: {type: text, pattern: '[^ ]+', carry: silent}
flows:
  on_no_match: {steps: [{say: What?}]}
  echo:
    start: {commands: [echo]}
    steps:
      - {ask: said, say: What?}
      - say: "You said {{ said }}!"
        buttons: [{label: "{{ said }}", value: "{{ said }}"}]
      - {set: {kept: "{{ said }}"}}
      - {ask: pressed, say: "Again, {{ customer.platform.name }}?"}
      - {say: "<{{ pressed }}|{{ kept }}|{{ customer.platform.name }}>"}
  file:
    start: {commands: [file]}
    steps: [{ask: photo, type: image, say: A photo?}, {say: "It is {{ photo.name }}."}]
  sent:
    start: {events: [sent]}
    slots: {event: {type: any}}
    steps: [{say: "Note {{ event.note }}!"}]
"""


def mended(text: str) -> str:
    """Give a text as it is stored: halves of surrogate pairs are U+FFFD, whole ones the character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text(
        "name: Test\nstore: sqlite:///bot.db\nchannels: {web: {}}\nlimits: {message: 5000}\n"
        "safety: {repeats: 8, block: {words: [zzzz], patterns: ['z{9}']}, links: [example.com]}\n"
    )
    (tmp_path / "flows.yaml").write_text(FLOWS)
    return tmp_path


@pytest.fixture
async def bot(directory: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bot]:
    caplog.set_level(logging.DEBUG)
    async with await Bot.load(directory) as loaded:
        yield loaded
    failed = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert failed == []
    assert not (directory / "marker").exists()


def given(text: str, directory: Path) -> str:
    return text.replace("{marker}", str(directory / "marker"))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:30])
async def test_what_is_said_is_echoed_as_it_was(text: str, bot: Bot, directory: Path) -> None:
    text = given(text, directory)
    await bot.say("/echo")
    said = await bot.say(text)
    if text.startswith("/"):  # nothing is a command by that name
        assert said.route in {"slot", "control"}
    elif mended(text).strip():
        assert mended(said.replies[0].text) == f"You said {mended(text).strip()}!"
    else:
        assert set(said.text.splitlines()) == {"What?"}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:30])
async def test_names_presses_and_slots(text: str, bot: Bot, directory: Path) -> None:
    text = given(text, directory)

    async def come(event: Message | Press) -> None:
        await bot.engine.accept(Incoming("web", "7", "", event, {"name": text}))
        await bot.engine.settle("web:7")

    for event in (Message("/echo"), Message("safe"), Press(value=text, label=text, question=text, run=text, id=text)):
        await come(event)
    await come(Message("blue"))
    records = await bot.store.turns("web:7", 1, 50)
    replies = [mended(reply.text) for record in records for reply in record.replies]

    assert f"Again, {mended(text)}?" in replies
    assert f"<blue|safe|{mended(text)}>" in replies


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:30])
async def test_events_and_files(text: str, bot: Bot, directory: Path) -> None:
    text = given(text, directory)
    await bot.say("hello", "web:8")
    turns: list[Any] = []
    end = bot.engine.listeners.add("web:8", turns.append)
    await bot.emit("sent", {"note": mended(text)}, conversation="web:8")
    await bot.engine.settle("web:8")
    end()
    assert mended(turns[-1].replies[-1].text) == f"Note {mended(text)}!"

    async def content() -> AsyncIterator[bytes]:
        yield sample("lamp.png")

    file = await bot.files.put("web:9", text, content())
    assert "/" not in file.name
    assert "\x00" not in file.name
    await bot.say("/file", "web:9")
    assert (await bot.say("", "web:9", (file,))).text == f"It is {file.name}."


async def test_what_is_shown_of_it_is_legible(bot: Bot, directory: Path) -> None:
    for text in TEXTS:
        await bot.say(given(text, directory), "web:10")
    records = await records_of(bot.store, "web:10")
    lines = [line for record in records for line in explain(record)]
    lines += [legible(text) for record in records for _, text in transcript_of(record)]

    moving = {"Cc", "Cs", "Cf", "Zl", "Zp"}
    assert [
        line for line in lines if any(category(one) in moving and one not in "\n\t\u200c\u200d" for one in line)
    ] == []
    for record in records:
        json.loads(json.dumps(data_of(record), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    found = Found(["web:10"])
    export = "".join([piece async for piece in write_export(bot.store, bot.files, found, 0.0, "")])
    assert len(json.loads(export)["conversations"][0]["turns"]) == len(records)


@pytest.mark.parametrize("piece", ["x", "{{ 1 }}", "\n", "1 ", "a@", "我", "\u202e", "\x00"])
async def test_a_megabyte_is_refused_and_does_no_harm(piece: str, bot: Bot) -> None:
    await bot.say("/echo")

    told = await bot.say(piece * (1_000_000 // len(piece)))

    assert told.route == "safety"


async def test_an_echo_that_is_evaluated_is_noticed(
    bot: Bot, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Work.say

    def evaluating(self: Work, text: str, **more: Any) -> None:
        known(self, template(text).render({}), **more)

    monkeypatch.setattr(Work, "say", evaluating)

    with pytest.raises(AssertionError):
        await test_what_is_said_is_echoed_as_it_was("{{ 7 * 7 }}", bot, directory)


async def test_what_is_shown_as_it_came_is_noticed(
    bot: Bot, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "legible", lambda text: text)

    with pytest.raises(AssertionError):
        await test_what_is_shown_of_it_is_legible(bot, directory)


def test_what_is_legible() -> None:
    assert legible("a\x1b[2J\u202eb\x9b\x00") == "a\\x1b[2J\\u202eb\\x9b\\x00"
    assert legible("one\ntwo\tthree 你好 👩‍👩‍👧") == "one\n    two\tthree 你好 👩‍👩‍👧"


PATHS = [
    "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/web/../../../etc/passwd", "/web/files/../../../../etc/passwd",
    "/web/files/..%2f..%2f..%2fbot.db", "/web/files/%00", "/web/%2e%2e%2fbot.yaml", "/bot.yaml", "/.env", "/.botkit/secret", "/static/../bot.yaml",
    "/web/words/..%2f..%2f..%2fbot.yaml", "/web/shop.js/../../bot.yaml", "//etc/passwd", "/web//etc/passwd", "/\\..\\..\\etc\\passwd", "/web/..%5c..%5cbot.db", "/widget.js/..",
    "/api/conversations/../../bot.db/export", "/api/conversations/..%2f..%2fbot.db/export", "/api/customers/../../x/export", "/desk/../bot.yaml",
    "/" + "../" * 500 + "etc/passwd", "/" + "a" * 100_000, "/web/files/" + "%2e" * 3000, "/%ff%fe", "/\u202e",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
async def test_no_path_leads_out_of_what_is_served(path: str, directory: Path) -> None:
    (directory / ".env").write_text("MARKED=root:x:0:0\n")
    (directory / "bot.yaml").write_text(
        (directory / "bot.yaml").read_text() + "# root:x:0:0\napi: {token: abcdefgh}\n"
    )
    async with await Bot.load(directory, connectors=lambda checked: build_channels(checked, Numbers(), print)) as bot:
        await bot.receive()
        status, body = await ask(build_app(bot, Numbers()), path)

    assert status in {400, 401, 403, 404, 405}
    assert b"root:x:0:0" not in body
    assert b"SQLite format" not in body


Asgi = Callable[..., Awaitable[None]]


async def ask(app: Asgi, path: str) -> tuple[int, bytes]:
    """Ask for a path as it is written, which clients would tidy up before."""
    sent: list[AsgiMessage] = []

    async def receive() -> AsgiMessage:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: AsgiMessage) -> None:
        sent.append(message)

    raw = path.encode("utf-8", "surrogatepass")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": unquote(path),
        "raw_path": raw, "query_string": b"", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
