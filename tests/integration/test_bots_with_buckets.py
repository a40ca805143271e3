"""A whole bot whose files are in a bucket: one line of bot.yaml, the commands, the page, the numbers."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from botkit.app.bots import Bot
from botkit.app.directories import check_directory
from botkit.app.metrics import Numbers, read_metrics
from botkit.app.serving import refuse_missing
from botkit.cli.application import app
from botkit.errors import BucketError, ConfigError
from botkit.stores import BucketSettings
from botkit.testing.faults.wires import Wire
from botkit.testing.samples import sample
from tests import buckets

FLOW = """
flows:
  claim:
    start: {commands: [claim]}
    steps:
      - {ask: photo, type: image, say: A photo please.}
      - say: I have {{ photo.name }}.
"""
HERE = "library:1"


@pytest.fixture
def bucket(s3_server: buckets.Server) -> BucketSettings:
    return s3_server.bucket()


@pytest.fixture
def bot(tmp_path: Path, bucket: BucketSettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("S3_ID", bucket.key)
    monkeypatch.setenv("S3_SECRET", bucket.secret)
    line = (
        f"{{bucket: {bucket.bucket}, endpoint: '{bucket.endpoint}', prefix: {bucket.prefix}, "
        'access_key_id: "${S3_ID}", secret_access_key: "${S3_SECRET}"}'
    )
    (tmp_path / "bot.yaml").write_text(f"files: {{s3: {line}}}\nretention: {{files: 30d}}\n", encoding="utf-8")
    (tmp_path / "claim.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "lamp.png").write_bytes(sample("lamp.png", 700_000))
    return tmp_path


async def _claim(bot: Bot, directory: Path) -> None:
    await bot.say("/claim")
    photo = await bot.attach(directory / "lamp.png")
    exchange = await bot.say("", files=[photo])
    assert exchange.replies[0].text == "I have lamp.png."


def _run(*words: str) -> str:
    ended = CliRunner().invoke(app, list(words))
    assert ended.exit_code == 0, ended.output
    return ended.output


async def test_one_line_of_bot_yaml(bot: Path, s3_server: buckets.Server, bucket: BucketSettings) -> None:
    async with await Bot.load(bot) as one:
        await _claim(one, bot)
        assert b"botkit_files_away 0" in (await read_metrics(one, Numbers())).encode()
    names = await asyncio.to_thread(s3_server.names, bucket)
    assert len(names) == 1
    assert not (bot / "bot.db-files").exists()

    packed = bot / "copy.zip"
    words = ("--dir", str(bot), "--with-files", str(packed))
    await asyncio.to_thread(_run, "conversations", "export", HERE, *words)
    with zipfile.ZipFile(io.BytesIO(packed.read_bytes())) as opened:
        (listed,) = json.loads(opened.read("export.json"))["conversations"]
        (file,) = listed["files"]
        assert opened.read(f"files/{file['ref']}/lamp.png") == sample("lamp.png", 700_000)

    said = await asyncio.to_thread(_run, "conversations", "erase", HERE, "--dir", str(bot), "--yes")
    assert "1 file" in said
    assert "still in the bucket" not in said
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_an_erasure_that_cannot_reach_the_bucket_says_so(
    bot: Path, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    async with await Bot.load(bot) as one:
        await _claim(one, bot)
    store = f"sqlite:///{bot / 'bot.db'}"
    said = await asyncio.to_thread(
        _run, "conversations", "erase", HERE, "--store", store, "--dir", str(bot / "none"), "--yes"
    )
    assert "1 contents of files are still in the bucket" in said
    assert len(await asyncio.to_thread(s3_server.names, bucket)) == 1
    async with await Bot.load(bot) as one:
        await one.engine.sweep.once()
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_files_go_by_their_age(bot: Path, s3_server: buckets.Server, bucket: BucketSettings) -> None:
    async with await Bot.load(bot) as one:
        await _claim(one, bot)
        later = one.engine.clock.now() + 31 * 86_400
        one.retention._clock = type("Later", (), {"now": staticmethod(lambda: later)})()
        assert (await one.retention.once())["files"] == 1
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_a_bot_whose_keys_are_refused_does_not_start(bot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_SECRET", "quite another one")
    with pytest.raises(BucketError, match="refuses the keys") as refused:
        await Bot.load(bot)
    assert "quite another one" not in str(refused.value)


@pytest.mark.parametrize("silent", [False, True])
async def test_a_bot_starts_and_talks_while_the_bucket_is_down(
    bot: Path,
    s3_server: buckets.Server,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    silent: bool,
) -> None:
    monkeypatch.setattr("botkit.stores.objects._PATIENCE", 1.0)
    wire = Wire(s3_server.port)
    async with wire:
        text = (bot / "bot.yaml").read_text(encoding="utf-8")
        (bot / "bot.yaml").write_text(text.replace(f":{s3_server.port}'", f":{wire.port}'"), encoding="utf-8")
        if silent:
            wire.silence()
        else:
            wire.cut()
        async with await Bot.load(bot) as one:
            assert "the bucket of files fails" in caplog.text
            assert "botkit_files_away 1" in await read_metrics(one, Numbers())
            assert (await one.say("/claim")).replies[0].text == "A photo please."
            wire.mend()
            photo = await one.attach(bot / "lamp.png")
            assert (await one.say("", files=[photo])).replies[0].text == "I have lamp.png."
            assert "botkit_files_away 0" in await read_metrics(one, Numbers())


async def test_a_bot_without_the_keys_keeps_files_beside_its_store(
    bot: Path, s3_server: buckets.Server, bucket: BucketSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("S3_SECRET")
    checked = check_directory(bot)
    (problem,) = checked.problems
    assert (problem.code, problem.severity, problem.place.line) == ("missing-variable", "warning", 1)
    assert "the bucket of files needs S3_SECRET: files are kept beside the store" in str(problem)
    with pytest.raises(ConfigError, match="needs S3_SECRET"):
        refuse_missing(checked)
    async with await Bot.load(bot) as one:
        await _claim(one, bot)
    assert await asyncio.to_thread(s3_server.names, bucket) == []
    assert len([path for path in (bot / "bot.db-files").rglob("*") if path.is_file()]) == 1


def test_a_check_names_the_client_that_is_not_installed(bot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "botkit.stores.s3", raising=False)
    monkeypatch.setitem(sys.modules, "obstore", None)
    (problem,) = check_directory(bot).errors
    assert "obstore is not installed" in str(problem)
    assert "pip install 'botkit[s3]'" in str(problem)


def test_doctor_tries_the_bucket(bot: Path, bucket: BucketSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = f"the bucket '{bucket.bucket}' at {bucket.endpoint}"
    assert f"✓ {shown} keeps what it is given" in CliRunner().invoke(app, ["doctor", str(bot)]).output
    monkeypatch.setenv("S3_ID", "nobody")
    assert f"✗ {shown} refuses the keys (InvalidAccessKeyId)" in CliRunner().invoke(app, ["doctor", str(bot)]).output
    monkeypatch.delenv("S3_ID")
    assert "- the bucket of files is not used" in CliRunner().invoke(app, ["doctor", str(bot)]).output


async def test_a_page_reads_what_another_process_took(
    bot: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes, each with its own page, one PostgreSQL and one bucket."""
    from starlette.applications import Starlette

    from botkit_web.access import Signer

    (bot / "bot.yaml").write_text(
        (bot / "bot.yaml").read_text(encoding="utf-8") + f"store: {database}\n", encoding="utf-8"
    )

    def pages(checked: Any) -> dict[str, Any]:
        from botkit.app.serving import build_channels

        return build_channels(checked, Numbers(), print)

    async with (
        await Bot.load(bot, connectors=pages, role="web") as one,
        await Bot.load(bot, connectors=pages, role="web") as other,
    ):
        await one.receive()
        await other.receive()
        secret = (bot / ".botkit" / "secret").read_text(encoding="ascii").strip()
        headers = {"x-chat": "here", "x-chat-token": Signer(secret).sign("here")}

        def client(served: Bot) -> httpx.AsyncClient:
            routes = served.connectors["web"].routes()
            transport = httpx.ASGITransport(Starlette(routes=list(routes)), client=("127.0.0.1", 1))
            return httpx.AsyncClient(transport=transport, base_url="http://bot.example")

        async with client(one) as http:
            sent = await http.post(
                "/web/files", params={"name": "lamp.png"}, content=sample("lamp.png", 700_000), headers=headers
            )
            assert sent.status_code == 201, sent.text
        async with client(other) as http:
            given = await http.get("/" + sent.json()["url"])
            assert (given.status_code, given.content) == (200, sample("lamp.png", 700_000))
            mine = await http.get("/" + sent.json()["url"].replace("chat=here", "chat=there"))
            assert mine.status_code == 404
