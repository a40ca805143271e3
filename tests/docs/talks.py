"""Examples in documents: written into a bot's directory, and their talks played."""

import re
from pathlib import Path
from typing import NamedTuple

from botkit import Bot
from botkit.app.exchanges import Exchange, exchange_of
from botkit.flows import read, seconds
from botkit.flows.language import FILE
from botkit.model.turn import Turn
from botkit.testing import FakeClock
from tests.docs.pages import Block, blocks, turns

CONVERSATION = "library:1"


class Example(NamedTuple):
    """A flow file or a list of steps, and the talks that follow it on the page."""

    block: Block
    talks: tuple[Block, ...]


def examples(page: Path) -> list[Example]:
    """List the examples of a page; blocks that name their file belong to all of them."""
    found: list[Example] = []
    for block in blocks(page, "yaml", "talk"):
        if block.language == "talk":
            found[-1] = found[-1]._replace(talks=(*found[-1].talks, block))
        elif not block.file:
            found.append(Example(block, ()))
    return found


def lay_out(page: Path, directory: Path, example: Example) -> None:
    """Write a bot of the page's own files and an example."""
    for block in blocks(page, "yaml", "python"):
        if block.file:
            path = directory / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    (directory / "example.yaml").write_text(flow_file(example.block.text), encoding="utf-8")


def flow_file(text: str) -> str:
    """Give an example as a flow file: a list of steps becomes the flow that the command /example starts."""
    node, _ = read(text, "example.yaml")
    assert node is not None
    if node.kind == "list":
        indented = "".join(f"      {line}" for line in text.splitlines(keepends=True))
        return f"flows:\n  example:\n    start: {{commands: [example]}}\n    steps:\n{indented}"
    assert {key.raw for key, _ in node.entries} <= set(FILE.names)
    return text


async def play(directory: Path, talk: str) -> None:
    """Play a talk; one that the bot begins starts with the command /example."""
    clock = FakeClock()
    async with await Bot.load(directory, store="sqlite://", clock=clock) as bot:
        for move, said in turns(talk):
            found = [line for line in shown(await make(bot, clock, move)) if line]
            assert found == said, f"after {move!r}"


async def make(bot: Bot, clock: FakeClock, move: str) -> Exchange:
    """Say what a customer says, or let the time pass."""
    later = re.fullmatch(r"\((.*) later\)", move)
    if later is None:
        return await bot.say(move.removeprefix("> ") if move else "/example", CONVERSATION)
    happened: list[Turn] = []
    clock.advance(seconds(later[1]) or 0)
    end = bot.engine.listeners.add(CONVERSATION, happened.append)
    await bot.engine.fire_timers()
    await bot.engine.settle(CONVERSATION)
    end()
    return exchange_of(tuple(happened), None)


def shown(exchange: Exchange) -> list[str]:
    """Give what a customer sees: each reply's lines, then its buttons."""
    lines: list[str] = []
    for reply in exchange.replies:
        lines += reply.text.splitlines()
        lines.append(" ".join(f"[{button.label}]" for button in reply.buttons))
    return lines
