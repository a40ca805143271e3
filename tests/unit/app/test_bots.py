"""A bot as a library."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from botkit.app.bots import Bot, locate_store
from botkit.errors import FileError, LoadError, RegistryError, StoreError, UsageError
from botkit.stores import open_store
from botkit.testing import sample


async def test_talking(desk: Path) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        assert (await bot.open()).text == "Hello!"
        asked = await bot.say("return my order")
        assert (asked.flow, asked.step, asked.route) == ("return_item", "ask:order_number", "intent")
        assert [one.name for one in asked.candidates if one.taken] == ["return_item"]
        assert [visit.step for visit in asked.visits] == ["ask:order_number"]
        assert (await bot.say("A-10293")).slots["order"]["number"] == "A-10293"
        assert (await bot.press("yes")).text == "Done. Your reference is R1."
        assert await bot.ask("when are you open") == "We are here from 9 to 18 o'clock."


def test_a_bot_waits_for_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Plain\nlocales: [en]\n", encoding="utf-8")
    heavy = (
        "sqlalchemy",
        "pydantic",
        "typer",
        "rich",
        "starlette",
        "uvicorn",
        "dotenv",
        "importlib.metadata",
        "botkit.safety.phones",
    )
    code = (
        "import asyncio, sys\n"
        "from botkit import Bot\n"
        "async def main():\n"
        "    async with await Bot.load(sys.argv[1], store='sqlite://') as bot:\n"
        "        await bot.say('hello')\n"
        "asyncio.run(main())\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


async def test_conversations_are_apart(desk: Path) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        texts = await asyncio.gather(*(bot.say("return my order", f"web:{n}") for n in range(20)))
        assert {exchange.step for exchange in texts} == {"ask:order_number"}


async def test_opening_twice_says_nothing_new(desk: Path) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        await bot.open()
        assert (await bot.open()).replies == ()


@pytest.mark.parametrize("name", ["", "web", "web:"])
async def test_names_that_name_no_conversation(desk: Path, name: str) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        with pytest.raises(UsageError, match="named channel:chat"):
            await bot.say("hi", name)


async def test_what_is_no_text(desk: Path) -> None:
    async with await Bot.load(desk, store="sqlite://") as bot:
        with pytest.raises(UsageError, match="not int"):
            await bot.say(3)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="no button 'Yes'"):
            await bot.press("Yes")


async def test_mistakes_come_all_at_once(desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x\ntimezone: Mars\n")
    with pytest.raises(LoadError) as raised:
        await Bot.load(desk)
    assert {"unknown-key", "unknown-value"} <= {problem.code for problem in raised.value.problems}


async def test_a_store_of_ones_own(desk: Path) -> None:
    store = open_store("sqlite://")
    async with await Bot.load(desk, store=store) as bot:
        assert bot.store is store


async def test_a_write_that_has_begun_has_ten_seconds_more_to_end(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = await Bot.load(desk, store="sqlite://")
    stop, given = bot.engine.stop, []

    async def note(**seconds: float) -> None:
        given.append(seconds)
        await stop(**seconds)

    monkeypatch.setattr(bot.engine, "stop", note)
    await bot.close()
    assert given == [{"writes": 10.0}]


async def test_a_plugin_that_cannot_start_closes_the_store(desk: Path) -> None:
    plugin = desk / "plugins" / "desk.py"
    plugin.write_text(plugin.read_text().replace('return {"returns": 0}', 'raise OSError("no desk")'))
    store = open_store("sqlite://")
    with pytest.raises(RegistryError, match="no desk"):
        await Bot.load(desk, store=store)
    with pytest.raises(StoreError):
        await store.next_timer()


async def test_the_version_before_goes_on_where_the_new_one_does_not_fit(desk: Path) -> None:
    """A conversation that waits at a step which is gone stays with its version, also after a restart."""
    flows = desk / "flows.yaml"
    sound = flows.read_text()
    async with await Bot.load(desk) as bot:
        await bot.say("return my order", "web:1")
    flows.write_text(
        sound.replace("ask: order_number\n        say: Which order", "ask: other\n        say: Which one")
    )
    flows.write_text(flows.read_text().replace("order_number }}", "other }}"))
    async with await Bot.load(desk) as bot:
        assert "€54.04" in (await bot.say("A-10293", "web:1")).text
        assert "Which one" in (await bot.say("return my order", "web:2")).text


async def test_only_what_is_sound_is_taken_up(desk: Path) -> None:
    flows = desk / "flows.yaml"
    async with await Bot.load(desk, store="sqlite://") as bot:
        before = bot.flows.version
        flows.write_text("flows: [")
        assert (await bot.reload()).flows is None
        assert bot.flows.version == before


@pytest.fixture
def odd(desk: Path) -> Path:
    return desk.rename(desk.parent / "a %41 b#c?d")


async def test_odd_paths(odd: Path) -> None:
    async with await Bot.load(odd) as bot:
        await bot.say("hi")
    assert (odd / "bot.db").is_file()


@pytest.mark.parametrize(
    ("url", "located"),
    [
        ("sqlite:///a.db", "sqlite:////bots/x/a.db"),
        ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("sqlite://", "sqlite://"),
        ("postgresql://h/d", "postgresql://h/d"),
    ],
)
def test_stores_are_located(url: str, located: str) -> None:
    assert locate_store(url, Path("/bots/x")) == located


async def test_a_customer_sends_a_file(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "lamp.png").write_bytes(sample("lamp.png", 300_000))
    async with await Bot.load(desk, store=f"sqlite:///{tmp_path}/bot.db") as bot:
        photo = await bot.attach(tmp_path / "lamp.png", "web:1")
        said = await bot.say("", "web:1", [photo])
        assert said.route == "control"
        (kept,) = await bot.files.files("web:1")
        assert (kept.file, kept.sent) == (photo, True)
        with pytest.raises(UsageError, match=r"nothing\.png cannot be read"):
            await bot.attach(tmp_path / "nothing.png", "web:1")
        with pytest.raises(FileError):
            await bot.attach(tmp_path / "bot.db", "web:1")


@pytest.mark.parametrize("usable", [False, True])
async def test_a_start_tells_of_a_folder_for_files_that_cannot_be_used(
    desk: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, usable: bool
) -> None:
    folder = tmp_path / "own.db-files"
    folder.mkdir() if usable else folder.touch()
    async with await Bot.load(desk, store=f"sqlite:///{tmp_path}/own.db") as bot:
        assert (await bot.say("hello")).text == "Hello!"
    said = f"files cannot be kept: this user cannot use the folder {folder}"
    assert (said in caplog.messages) is not usable
