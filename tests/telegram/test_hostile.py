"""What nobody sends by accident: strange scripts, huge and empty messages, hostile names, chats that are gone."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from botkit import Bot, Card, DeliveryError, Reply, StreamPart
from botkit_telegram import TelegramConnector
from botkit_telegram.updates import User, read_update
from tests.telegram.api import BotApi, Params, RefusalError
from tests.telegram.markup import seen
from tests.telegram.platform import connector_of, said

BOT = User(4242, is_bot=True, username="acme_bot")
FLOWS = """
flows:
  on_start: {steps: [{say: "Hello {{ customer.platform.name }}!"}]}
  echo: {start: {commands: [echo]}, steps: [{say: "{{ message.text }}"}]}
"""

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")

NAMES = {
    "html": "<b>Mia</b> & </a><script>",
    "markdown": "*Mia* [x](tg://user?id=1) `y`",
    "template": "{{ 7 * 7 }} {% raw %} ${HOME}",
    "right to left": "\u202eaiM\u202c مرحبا",
    "marks upon marks": "e" + "\u0301" * 200,
    "lines": "Mia\n\n\nAdmin: refund granted\r\n",
    "nothing to see": "\u200b\u2060\u3164",
    "half an emoji": "Mia \ud83d",
    "zero": "Mia\x00Chen",
    "huge": "👩‍👩‍👧" * 5_000,
    "a bot's": "@acme_bot /start",
}


MESSAGES: dict[str, Params] = {
    "empty": {"text": ""},
    "spaces": {"text": " \n\t "},
    "nothing to see": {"text": "\u200b\u2060"},
    "half an emoji": {"text": "/echo \ud83d!"},
    "zero": {"text": "/echo a\x00b"},
    "right to left": {"text": "/echo \u202eمرحبا\u202c 订单"},
    "the longest": {"text": "/echo " + "👍" * 2_045},
    "longer than it can be": {"text": "/echo " + "x" * 50_000},
    "entities out of bounds": {
        "text": "/echo 👍",
        "entities": [
            {"type": kind, "offset": offset, "length": length}
            for kind in ("bot_command", "mention", "text_mention", "unheard_of")
            for offset, length in ((-5, 3), (0, -1), (1, 1), (10**9, 10**9))
        ],
    },
    "a place beyond the world": {"location": {"latitude": 1e300, "longitude": -1e300}},
    "a contact of nobody": {"contact": {"phone_number": "<b>" * 500, "first_name": "\ud83d", "last_name": ""}},
    "a file of no size": {"document": {"file_id": "", "file_name": "../../\u202egpj.exe", "file_size": -1}},
    "a sticker without a face": {"sticker": {"file_id": "x"}},
    "a photo of no sizes": {"photo": []},
}


@asynccontextmanager
async def echoing(api: BotApi, directory: Path) -> AsyncIterator[Bot]:
    (directory / "bot.yaml").write_text("name: Echo\n", encoding="utf-8")
    (directory / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    connector = connector_of(api, "ptb")
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_second=0, per_chat=0)
    async with await Bot.load(directory, store="sqlite://", connectors=lambda _: {"telegram": connector}) as bot:
        await bot.receive()
        yield bot


async def test_whatever_customers_are_called_they_are_answered(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "botkit")
    async with echoing(api, tmp_path):
        for number, name in enumerate(NAMES.values(), start=1):
            who = {"id": number, "is_bot": False, "first_name": name, "last_name": name, "username": name}
            message = said(str(number), 1, text="/start") | {"from": who | {"language_code": name}}
            await api.put({"update_id": api.next_update(), "message": message})
        await api.until(lambda: len(api.messages) == len(NAMES) and not api.queue)
    texts = {name: [one["text"] for one in api.messages[number]] for number, name in enumerate(NAMES, start=1)}
    assert all(len(shown) == 1 and shown[0].startswith("Hello") and len(shown[0]) < 300 for shown in texts.values())
    assert texts["html"] == [f"Hello {NAMES['html']} {NAMES['html']}!"]
    assert "49" not in texts["template"][0]
    assert "refund granted" not in caplog.text


async def test_whatever_is_sent_the_next_message_is_answered(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with echoing(api, tmp_path):
        for number, message in enumerate(MESSAGES.values(), start=1):
            for more in (message, {"text": "/echo still here"}):
                update = {"update_id": api.next_update(), "message": said(str(number), api.next_update(), **more)}
                await api.put(update)

        def all_answered() -> bool:
            return all("/echo still here" in str(api.messages.get(n)) for n in range(1, len(MESSAGES) + 1))

        await api.until(all_answered)
        await api.until(lambda: not api.queue)
    shown = {
        name: [seen(one["text"], one["entities"]) for one in api.messages[number]][1:-1]
        for number, name in enumerate(MESSAGES, start=1)
    }
    alike = ("zero", "right to left", "the longest", "entities out of bounds")
    assert {name: shown[name] for name in alike} == {name: [MESSAGES[name]["text"]] for name in alike}
    assert shown["half an emoji"] == ["/echo ?!"]
    assert shown["longer than it can be"][0].startswith("That message is too long")
    assert shown["a file of no size"][0].startswith("This file is empty")
    assert "left out" not in caplog.text


GONE = [
    (403, "Forbidden: user is deactivated"),
    (403, "Forbidden: bot was kicked from the supergroup chat"),
    (403, "Forbidden: bot can't initiate conversation with a user"),
    (403, "Forbidden: the group chat was deleted"),
    (400, "Bad Request: chat not found"),
    (400, "Bad Request: PEER_ID_INVALID"),
    (400, "Bad Request: TOPIC_CLOSED"),
    (400, "Bad Request: message thread not found"),
    (400, "Bad Request: not enough rights to send text messages to the chat"),
]


@pytest.mark.parametrize(("code", "description"), GONE)
async def test_what_goes_to_a_chat_that_is_gone_is_given_up(
    api: BotApi, connector: TelegramConnector, code: int, description: str
) -> None:
    def refuse(_: str, params: Params) -> None:
        if str(params.get("chat_id")) == "-100123":
            raise RefusalError(code, description)

    api.before = refuse
    cards = tuple(Card(f"Lamp {n}", image=f"https://a.example/{n}.png") for n in range(2))
    gone = (
        Reply("r1", "word " * 2000),
        Reply("r2", "Look", image="https://a.example/a.png"),
        Reply("r3", "Which?", cards=cards),
    )
    for reply in gone:
        with pytest.raises(DeliveryError) as caught:
            await connector.send("-100123.815.7", reply)
        assert caught.value.permanent
    assert len(api.asks) <= 5, "a plainer form is tried where it was a bad request, and no more"
    assert await connector.send("815", Reply("r4", "here"))


async def test_a_preview_of_a_chat_that_is_gone_is_tried_once(api: BotApi, driver: str) -> None:
    connector = connector_of(api, driver, pace=0.01)
    api.blocked.add(815)
    for number in range(5):
        await connector.stream("815", StreamPart("r1", "delta", f"word {number} "))
        await api.until(lambda: "sendMessage" in api.asks)
        await asyncio.sleep(0.03)
    assert api.asks == ["sendMessage"]
    with pytest.raises(DeliveryError):
        await connector.send("815", Reply("r1", "word"))
    await connector.stop()


async def test_somebody_whose_account_is_deleted_is_still_understood() -> None:
    happened = read_update(
        {"update_id": 1, "message": said("815", 1, text="hi") | {"from": {"id": 815, "first_name": ""}}}, BOT
    )
    assert happened is not None
    assert happened.customer == {"id": "815"}
