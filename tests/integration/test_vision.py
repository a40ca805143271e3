"""Pictures of customers in a talk with a model that sees: the talk keeps refs, the model is shown the pictures."""

from pathlib import Path

import pytest

from botkit import Bot
from botkit.registry.pictures import MOST
from botkit.testing import ScriptedModel, sample

FLOWS = """
flows:
  on_start: {steps: [{say: Hello!}]}
  on_attachment: {steps: [{say: A file that nobody asked for.}]}
  look:
    start: {commands: [look]}
    steps:
      - agent: Say what the customer shows you.
        limits: {turns: 20}
        on_error: [{say: "Sorry: {{ error.code }}"}]
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "flows.yaml").write_text(FLOWS)
    write(tmp_path, "true")
    for number in range(6):
        (tmp_path / f"lamp{number}.png").write_bytes(sample("lamp.png", 500 + number))
    (tmp_path / "terms.pdf").write_bytes(sample("terms.pdf"))
    return tmp_path


def write(directory: Path, vision: str) -> None:
    (directory / "bot.yaml").write_text(
        f"name: V\nllm: {{model: m, base_url: 'http://127.0.0.1:9/v1', mode: off, vision: {vision}}}\n"
    )


async def show(bot: Bot, directory: Path, name: str, text: str = "") -> str:
    file = await bot.attach(directory / name, "web:1")
    return (await bot.say(text, "web:1", files=[file])).replies[-1].text


def images(model: ScriptedModel) -> list[int]:
    """Give how many pictures each message of the last request has."""
    return [len(message.images) for message in model.last.messages if message.role == "user"]


async def test_a_picture_is_shown_with_and_without_words(directory: Path) -> None:
    model = ScriptedModel("Show me.", "A lamp.", "Another lamp.")
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        await bot.say("/look", "web:1")
        assert await show(bot, directory, "lamp0.png", "Is it broken?") == "A lamp."
        assert await show(bot, directory, "lamp1.png") == "Another lamp."
        session = (await bot.store.load("web:1", most=0)).session
    assert session is not None
    talk = session.stack[-1].talk
    assert talk is not None
    kept = [message.images for message in talk.messages if message.images]
    assert [len(refs[0]) for refs in kept] == [64, 64]  # a ref, never the picture
    shown = [url for message in model.last.messages for url in message.images]
    assert len(shown) == 2
    assert all(url.startswith("data:image/png;base64,") for url in shown)


async def test_the_picture_that_begins_a_talk(directory: Path) -> None:
    model = ScriptedModel("A lamp.")
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        assert await show(bot, directory, "lamp0.png", "/look") == "A lamp."
    assert sum(images(model)) == 1


async def test_the_last_ones_are_shown(directory: Path) -> None:
    model = ScriptedModel(otherwise="A lamp.")
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        await bot.say("/look", "web:1")
        for number in range(6):
            await show(bot, directory, f"lamp{number}.png")
    assert images(model)[-6:] == [0, 0, 1, 1, 1, 1]
    assert sum(images(model)) == MOST


async def test_one_that_was_erased_is_left_out(directory: Path) -> None:
    model = ScriptedModel(otherwise="A lamp.")
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        await bot.say("/look", "web:1")
        await show(bot, directory, "lamp0.png")
        await bot.engine.files.forget("web:1")
        assert (await bot.say("And now?", "web:1")).replies[-1].text == "A lamp."
    assert sum(images(model)) == 0


async def test_other_files_are_nobodys(directory: Path) -> None:
    model = ScriptedModel("Show me.")
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        await bot.say("/look", "web:1")
        assert await show(bot, directory, "terms.pdf") != "A lamp."
    assert len(model.asked) == 1


@pytest.mark.parametrize("features", [("images",), ()])
async def test_a_model_that_sees_nothing_is_shown_nothing(directory: Path, features: tuple[str, ...]) -> None:
    write(directory, "false" if features else "true")
    model = ScriptedModel("Show me.", otherwise="I can't see.", features=features)
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        await bot.say("/look", "web:1")
        await show(bot, directory, "lamp0.png", "What is it?")
    assert sum(images(model)) == 0
