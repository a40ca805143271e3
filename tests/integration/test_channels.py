"""One conversation on every channel, over each one's wire: the same is said, in the shapes that each one has."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import msgspec
import pytest

from botkit import Bot, without_markup
from botkit.testing import Stage
from botkit.testing.stages import until
from tests.contract.test_connectors import open_web_stage
from tests.slack.test_contract import staged
from tests.telegram.test_contract import polled, posted

SUPPORT = Path(__file__).parents[2] / "flows" / "support"
TALK = (
    "hello",
    "where is my order?",
    "A-10293",
    "when are you open?",
    "I want to send something back",
    "never mind",
    "can I talk to a person?",
)
CHANNELS = {
    "web": open_web_stage,
    "telegram, aiogram": partial(polled, "aiogram"),
    "telegram, python-telegram-bot": partial(polled, "ptb"),
    "telegram, posts": partial(posted, "aiogram"),
    "slack, socket": partial(staged, "socket", thread=False),
    "slack, posts": partial(staged, "http", thread=False),
    "slack, a thread": partial(staged, "socket", thread=True),
}


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # the library's advice to itself
@pytest.mark.parametrize("opened", CHANNELS.values(), ids=CHANNELS.keys())
async def test_it_says_there_what_it_says_anywhere(opened: Callable[[], AbstractAsyncContextManager[Stage]]) -> None:
    async with opened() as stage:
        connector, chat = stage.connector, stage.chats[0]
        connector.capabilities = msgspec.structs.replace(connector.capabilities, per_second=0, per_chat=0)
        here, there = "library:1", f"{connector.name}:{chat}"
        make = {connector.name: connector}
        async with await Bot.load(SUPPORT, store="sqlite://", connectors=lambda _: make) as bot:
            await bot.receive()
            for number, line in enumerate(TALK):
                assert await stage.platform.deliver(chat, f"m{number}", line)
                await bot.engine.settle(there)
                await bot.say(line, here)
            records = [await bot.store.turns(name, 1, 100) for name in (here, there)]
            said, found = [
                [(reply.text, reply.buttons, reply.image) for record in one for reply in record.replies]
                for one in records
            ]
            assert found == said
            assert len(said) >= len(TALK)
            wanted = [(without_markup(text), tuple(one.label for one in buttons)) for text, buttons, _ in said]

            async def shows() -> bool:
                shown = await stage.platform.shown(chat)
                return len(shown) == len(wanted)

            await until("everything is shown", shows)
            assert [(one.text, one.buttons) for one in await stage.platform.shown(chat)] == wanted
