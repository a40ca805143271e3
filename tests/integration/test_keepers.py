"""Plugins that keep something of customers themselves: the commands and the API ask them, whatever happens."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from botkit.app.bots import Bot
from botkit.app.metrics import Numbers
from botkit.app.serving import build_app
from botkit.cli.application import app
from botkit.stores import SQLiteStore

TOKEN = "open sesame"
CRM = """
import json
import os
import signal
from pathlib import Path

from pydantic import BaseModel

from botkit import Context, Erased, Plugin


class Settings(BaseModel):
    folder: str


plugin = Plugin("crm", settings=Settings)


@plugin.start
def start(settings: Settings) -> Path:
    folder = Path(settings.folder)
    if (folder / "closed").exists():
        raise OSError("the CRM is closed")
    return folder


@plugin.action(effect="read")
async def know(ctx: Context, number: str) -> str:
    \"\"\"Say who somebody is, and keep it.\"\"\"
    ctx.identify(id=number)
    with (ctx.state / "rows.jsonl").open("a") as rows:
        rows.write(json.dumps({"conversation": ctx.conversation, "number": number}) + "\\n")
    return number


def _rows(folder: Path) -> list[dict]:
    path = folder / "rows.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@plugin.erase()
def erase(ctx: Context, erased: Erased) -> None:
    with (ctx.state / "told.jsonl").open("a") as told:
        line = {"id": erased.id, "conversation": erased.conversation, "customer": erased.customer, "why": erased.why}
        told.write(json.dumps({**line, "last": erased.last}) + "\\n")
    if (ctx.state / "die").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if (ctx.state / "broken").exists():
        raise ValueError("no")
    left = [row for row in _rows(ctx.state) if row["conversation"] != erased.conversation]
    (ctx.state / "rows.jsonl").write_text("".join(json.dumps(row) + "\\n" for row in left))


@plugin.export()
def export(ctx: Context) -> dict:
    if (ctx.state / "broken").exists():
        raise ValueError("no")
    return {"rows": [row for row in _rows(ctx.state) if row["conversation"] == ctx.conversation]}
"""
LOGIN = """
flows:
  login:
    start: {commands: [login]}
    steps: [{ask: number, type: text, say: Your number?}, {do: crm.know, with: {number: "{{ number }}"}, save: known}, {say: Thanks.}]
"""


def make(tmp_path: Path) -> Path:
    """Make a bot with a CRM in which 4711 talks in two conversations, and 815 in one."""
    bot, crm = tmp_path / "bot", tmp_path / "crm"
    (bot / "plugins").mkdir(parents=True)
    crm.mkdir()
    (bot / "plugins" / "crm.py").write_text(CRM, encoding="utf-8")
    (bot / "login.yaml").write_text(LOGIN, encoding="utf-8")
    settings = f"plugins: [./plugins/crm.py: {{folder: '{crm}'}}]\napi: {{token: {TOKEN}}}\nretention: {{conversations: 1d}}\n"
    (bot / "bot.yaml").write_text(settings, encoding="utf-8")

    async def talk() -> None:
        async with await Bot.load(bot) as one:
            for name, number in (("web:1", "4711"), ("web:2", "4711"), ("web:3", "815")):
                await one.say("/login", name)
                assert (await one.say(number, name)).text == "Thanks."

    asyncio.run(talk())
    return bot


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return make(tmp_path)


def _crm(directory: Path) -> Path:
    return directory.parent / "crm"


def _lines(directory: Path, name: str) -> list[dict[str, Any]]:
    path = _crm(directory) / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _kept(directory: Path) -> set[str]:
    return {row["conversation"] for row in _lines(directory, "rows")}


def _run(*words: object) -> Result:
    ended = CliRunner().invoke(app, [*map(str, words)])
    assert ended.exit_code == 0, ended.output
    return ended


def _erase(directory: Path, *words: str) -> Result:
    return _run("conversations", "erase", *words, "--dir", directory, "--yes")


def _left(directory: Path) -> int:
    async def count() -> int:
        store = SQLiteStore(str(directory / "bot.db"))
        await store.open()
        try:
            return await store.notices.count()
        finally:
            await store.close()

    return asyncio.run(count())


def test_an_erasure_asks_the_plugins_of_the_bot(directory: Path) -> None:
    ended = _erase(directory, "web:3")
    assert ended.stdout.splitlines()[-1] == "and what plugins kept: crm"
    assert _kept(directory) == {"web:1", "web:2"}
    (told,) = _lines(directory, "told")
    assert {**told, "id": ""} == {
        "id": "",
        "conversation": "web:3",
        "customer": "815",
        "why": "request",
        "last": True,
    }
    assert _left(directory) == 0


def test_one_of_several_conversations_is_not_the_last(directory: Path) -> None:
    _erase(directory, "web:1")
    assert [(told["conversation"], told["last"]) for told in _lines(directory, "told")] == [("web:1", False)]
    assert _kept(directory) == {"web:2", "web:3"}


def test_a_customer_is_erased_everywhere(directory: Path) -> None:
    _run("conversations", "erase", "--customer", "4711", "--dir", directory, "--yes")
    told = _lines(directory, "told")
    assert {(one["conversation"], one["customer"], one["last"]) for one in told} == {
        ("web:1", "4711", True),
        ("web:2", "4711", True),
    }
    assert len({one["id"] for one in told}) == 2
    assert _kept(directory) == {"web:3"}


def test_a_plugin_that_fails_is_named_and_asked_again(directory: Path) -> None:
    (_crm(directory) / "broken").touch()
    ended = _erase(directory, "web:3")
    assert "erased 1 conversation" in ended.stdout
    assert "what plugins kept" not in ended.stdout
    assert "the plugin 'crm' failed (ValueError): what it keeps may still be there" in ended.stderr
    assert "asked again by a bot that runs, and by the next erasure: crm" in ended.stderr
    assert "web:3" not in _run("conversations", "list", "--dir", directory).stdout
    assert _left(directory) == 1
    (_crm(directory) / "broken").unlink()

    async def serve() -> None:
        async with await Bot.load(directory) as bot:
            later = bot.engine.clock.now() + 60
            bot.notifying._clock = type("Later", (), {"now": staticmethod(lambda: later)})()
            assert await bot.notifying.once() == {}

    asyncio.run(serve())
    first, second = _lines(directory, "told")
    assert first == second
    assert _kept(directory) == {"web:1", "web:2"}
    assert _left(directory) == 0


def test_a_plugin_that_cannot_start_is_asked_by_the_bot(directory: Path) -> None:
    (_crm(directory) / "closed").touch()
    ended = _erase(directory, "web:3")
    assert "plugin 'crm' could not start" in ended.stderr
    assert "asked again by a bot that runs, and by the next erasure: crm" in ended.stderr
    assert _left(directory) == 1
    (_crm(directory) / "closed").unlink()
    assert "and what plugins kept: crm" in _erase(directory, "web:2").stdout
    assert [told["conversation"] for told in _lines(directory, "told")] == ["web:3", "web:2"]
    assert _left(directory) == 0


def test_a_plugin_that_cannot_be_loaded_is_named(directory: Path) -> None:
    (directory / "plugins" / "crm.py").write_text("import nothing_of_this_name", encoding="utf-8")
    ended = _erase(directory, "web:3")
    assert "a plugin was not asked: " in ended.stderr
    assert "crm.py" in ended.stderr
    assert "erased 1 conversation" in ended.stdout


def test_where_no_directory_is_known_nobody_is_asked(directory: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{directory / 'bot.db'}"
    words = ("--store", store, "--dir", tmp_path)
    ended = _run("conversations", "erase", "web:3", *words, "--yes")
    assert "plugins were not asked" in ended.stderr
    assert _kept(directory) == {"web:1", "web:2", "web:3"}
    assert _left(directory) == 0
    ended = _run("conversations", "export", "web:1", *words)
    assert "plugins were not asked" in ended.stderr
    (one,) = json.loads(ended.stdout)["conversations"]
    assert "plugins" not in one


def test_an_export_has_what_plugins_keep(directory: Path) -> None:
    ended = _run("conversations", "export", "--customer", "4711", "--dir", directory)
    found = json.loads(ended.stdout)["conversations"]
    assert {one["conversation"]: one["plugins"] for one in found} == {
        name: {"crm": {"rows": [{"conversation": name, "number": "4711"}]}} for name in ("web:1", "web:2")
    }
    (_crm(directory) / "broken").touch()
    (one,) = json.loads(_run("conversations", "export", "web:3", "--dir", directory).stdout)["conversations"]
    assert one["plugins_failed"] == ["crm"]
    assert "plugins" not in one
    assert one["turns"]


def test_what_goes_by_its_age_is_told_too(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    now = time.time() + 3 * 86_400
    monkeypatch.setattr(time, "time", lambda: now)
    _run("conversations", "retain", directory)
    assert {(told["conversation"], told["why"]) for told in _lines(directory, "told")} == {
        (f"web:{number}", "retention") for number in (1, 2, 3)
    }
    assert _kept(directory) == set()


def test_a_process_that_is_killed_in_the_hook_asks_again_with_the_same_id(directory: Path) -> None:
    (_crm(directory) / "die").touch()
    command = ("-m", "botkit", "conversations", "erase", "web:3", "--dir", str(directory), "--yes")

    async def run() -> int:
        killed = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        return await killed.wait()

    assert asyncio.run(run()) == -signal.SIGKILL
    assert "web:3" not in _run("conversations", "list", "--dir", directory).stdout
    assert "web:3" in _kept(directory)
    (_crm(directory) / "die").unlink()

    async def serve() -> None:
        async with await Bot.load(directory) as bot:
            assert await bot.notifying.once() == {}

    asyncio.run(serve())
    first, second = _lines(directory, "told")
    assert first == second
    assert _kept(directory) == {"web:1", "web:2"}


# The API


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with await Bot.load(await asyncio.to_thread(make, tmp_path)) as bot:
        yield bot


async def _ask(bot: Bot, method: str, path: str) -> Any:
    transport = httpx.ASGITransport(build_app(bot, Numbers()))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=headers) as client:
        answer = await client.request(method, path)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_the_api_says_which_plugins_have_let_go(bot: Bot) -> None:
    directory = bot.checked.directory
    (one,) = (await _ask(bot, "GET", "/api/conversations/web:3/export"))["conversations"]
    assert one["plugins"]["crm"]["rows"] == [{"conversation": "web:3", "number": "815"}]
    assert (await _ask(bot, "DELETE", "/api/conversations/web:3"))["plugins"] == {"crm": "done"}
    (_crm(directory) / "broken").touch()
    answer = await _ask(bot, "DELETE", "/api/customers/4711")
    assert answer["erased"]["conversations"] == 2
    assert answer["plugins"] == {"crm": "failed"}
    assert _kept(directory) == {"web:1", "web:2"}
    assert await bot.store.notices.count() == 2


async def test_a_node_whose_plugins_have_not_started_leaves_it_to_others(bot: Bot) -> None:
    await bot.checked.registry.stop()
    assert (await _ask(bot, "DELETE", "/api/conversations/web:3"))["plugins"] == {"crm": "waiting"}
    assert await bot.store.notices.count() == 1


async def test_an_answer_does_not_wait_for_a_slow_plugin(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.app.api.TELLING", 0.0)
    assert (await _ask(bot, "DELETE", "/api/conversations/web:3"))["plugins"] == {"crm": "waiting"}
    assert await bot.store.notices.count() == 1
