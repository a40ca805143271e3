"""What leaves: over HTTP, by both libraries, to a double that refuses what the API refuses."""

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module

import pytest

from botkit import Button, ButtonSigner, Card, DeliveryError, Reply, StreamPart
from botkit.runtime import previews
from botkit.testing import FakeIntake, sample
from botkit_telegram import TelegramConnector
from botkit_telegram.buttons import DATA
from tests.telegram.api import TOKEN, BotApi, Params, RefusalError
from tests.telegram.conftest import Running
from tests.telegram.markup import seen
from tests.telegram.platform import Customers, connector_of, said

LAMP = "https://shop.example/lamp.png"
BILL = "https://shop.example/bill.pdf"

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


def texts(api: BotApi, chat: int = 815) -> list[str]:
    return [seen(one["text"], one["entities"]) for one in api.messages.get(chat, ())]


async def test_it_sends_without_a_start(api: BotApi, connector: TelegramConnector) -> None:
    assert await connector.send("815", Reply("r1", "**hello** <b>")) == "101"
    assert texts(api) == ["hello <b>"]
    assert api.messages[815][0]["entities"] == [{"type": "b", "offset": 0, "length": 5}]


async def test_a_picture_has_its_text_and_buttons(api: BotApi, connector: TelegramConnector) -> None:
    await connector.send("815", Reply("r1", "The lamp", (Button("Buy", value="b"),), image=LAMP))
    (shown,) = api.messages[815]
    assert (shown["text"], shown["image"], len(shown["markup"])) == ("The lamp", LAMP, 1)


async def test_a_file_of_the_chat_is_sent_without_a_start(api: BotApi, connector: TelegramConnector) -> None:
    """As on a worker node, which receives nothing."""
    files = FakeIntake().files

    async def chunks() -> AsyncIterator[bytes]:
        yield sample("lamp.png")

    picture = await files.put("telegram:815", "picture.png", chunks())
    connector.lend(files)
    await connector.send("815", Reply("r1", "The lamp", image=picture.ref))
    (shown,) = api.messages[815]
    assert (shown["text"], shown["content"]) == ("The lamp", sample("lamp.png"))


async def test_a_long_text_stands_behind_its_picture(api: BotApi, connector: TelegramConnector) -> None:
    await connector.send("815", Reply("r1", "word " * 300, (Button("Buy", value="b"),), image=LAMP, file=BILL))
    assert [(one["image"], one["file"], len(one["markup"])) for one in api.messages[815]] == [
        (LAMP, "", 0),
        ("", BILL, 0),
        ("", "", 1),
    ]


@pytest.mark.parametrize("reply", [Reply("r1", "Look", image=LAMP), Reply("r1", "Look", file=LAMP)])
async def test_what_telegram_cannot_fetch_is_a_link(api: BotApi, connector: TelegramConnector, reply: Reply) -> None:
    api.known_images = lambda _: False
    assert await connector.send("815", reply)
    assert texts(api) == [f"Look\n{LAMP}"]


async def test_an_address_that_telegram_never_fetches_is_a_text(api: BotApi, connector: TelegramConnector) -> None:
    buttons = (Button("Site", url="ftp://a.example"), Button("Shop", url="https://a.example"))
    await connector.send("815", Reply("r1", "Look", buttons, image="/lamp.png"))
    assert texts(api) == ["Look\n\nSite: ftp://a.example\n\n/lamp.png"]
    assert [one["text"] for row in api.messages[815][0]["markup"] for one in row] == ["Shop"]


async def test_cards_with_pictures_are_an_album(api: BotApi, connector: TelegramConnector) -> None:
    cards = tuple(
        Card(f"Lamp {n}", "<bright>", f"https://a.example/{n}.png", buttons=(Button(f"Take {n}", value=str(n)),))
        for n in range(3)
    )
    await connector.send("815", Reply("r1", "Which?", cards=cards))
    assert [(one["image"][-5:], seen(one["text"], one["entities"])) for one in api.messages[815]] == [
        ("0.png", "Lamp 0\n<bright>"),
        ("1.png", "Lamp 1\n<bright>"),
        ("2.png", "Lamp 2\n<bright>"),
        ("", "Which?"),
    ]
    assert [one["text"] for row in api.messages[815][-1]["markup"] for one in row] == ["Take 0", "Take 1", "Take 2"]
    api.known_images = lambda _: False
    await connector.send("816", Reply("r2", "Which?", cards=cards))
    assert texts(api, 816) == [
        "\n\n".join(f"Lamp {n}\n<bright>\nhttps://a.example/{n}.png" for n in range(3)),
        "Which?",
    ]


async def test_a_card_whose_text_is_too_long_for_its_picture_is_said(
    api: BotApi, connector: TelegramConnector
) -> None:
    cards = (
        Card("A", "w " * 900 + "END", LAMP),
        Card("B", "b" * 1022, "https://a.example/b.png"),
        Card("C", image="https://a.example/c.png"),
    )
    await connector.send("815", Reply("r1", "Which?", cards=cards))
    assert [one["image"][-5:] for one in api.messages[815]] == ["b.png", "c.png", ""]
    first, _, rest = texts(api)
    assert (first, rest.startswith("Which?\n\nA\nw w"), rest.endswith(f"END\n{LAMP}")) == (
        "B\n" + "b" * 1022,
        True,
        True,
    )


async def test_cards_without_pictures_are_a_text(api: BotApi, connector: TelegramConnector) -> None:
    cards = (Card("Lamp", "small", url="https://a.example/1"), Card("Desk", image="https://a.example/d.png"))
    await connector.send("815", Reply("r1", "Which?", cards=cards))
    assert texts(api) == ["Which?\n\nLamp\nsmall\nhttps://a.example/1\n\nDesk\nhttps://a.example/d.png"]


async def test_buttons_alone_have_a_text_to_stand_under(api: BotApi, connector: TelegramConnector) -> None:
    await connector.send("815", Reply("r1", " ", (Button("Yes", value="y"),)))
    assert texts(api) == ["…"]
    assert await connector.send("815", Reply("r2", " \n")) == "r2"
    assert len(api.messages[815]) == 1


async def test_a_reply_that_is_stopped_half_way_goes_on_there(api: BotApi, connector: TelegramConnector) -> None:
    words = " ".join(f"word{n}" for n in range(2000))
    api.trouble["sendMessage"] = [
        lambda: asyncio.sleep(0),
        RefusalError(429, "Too Many Requests: retry after 3", retry_after=3),
        RefusalError(502, "Bad Gateway"),
    ]
    for wait in (3.0, None):
        with pytest.raises(DeliveryError) as caught:
            await connector.send("815", Reply("r1", words))
        assert (caught.value.retry_after, caught.value.permanent) == (wait, False)
    await connector.send("815", Reply("r1", words))
    assert " ".join(texts(api)) == words
    assert len(api.messages[815]) == 5


async def test_what_is_said_otherwise_goes_on_where_it_was_stopped(api: BotApi, connector: TelegramConnector) -> None:
    api.known_images = lambda _: False
    cards = tuple(Card(f"Lamp {n}", "word " * 150, f"https://a.example/{n}.png") for n in range(10))
    wait = RefusalError(429, "Too Many Requests: retry after 3", retry_after=3)
    api.trouble["sendMessage"] = [lambda: asyncio.sleep(0), wait]
    with pytest.raises(DeliveryError):
        await connector.send("815", Reply("r1", "Which?", cards=cards))
    assert len(texts(api)) == 1
    await connector.send("815", Reply("r1", "Which?", cards=cards))
    said_of_each = ["\n".join(texts(api)).count(f"Lamp {n}\n") for n in range(10)]
    assert (said_of_each, texts(api)[-1], api.asks.count("sendMediaGroup")) == ([1] * 10, "Which?", 1)


async def test_only_replies_that_are_half_sent_are_remembered(
    api: BotApi, connector: TelegramConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("botkit_telegram.connector"), "_HALF_SENT", 1)
    gate = asyncio.Event()
    api.trouble["sendMessage"] = [lambda: asyncio.sleep(0), gate.wait]
    long = Reply("r1", "word " * 1000)
    sending = asyncio.create_task(connector.send("815", long))
    await api.until(lambda: len(api.asks) == 2)
    api.blocked |= {816, 817}
    for chat in ("816", "817", "816"):
        with pytest.raises(DeliveryError):
            await connector.send(chat, long)
    gate.set()
    assert await sending
    assert len(texts(api)) == 2
    assert not connector._sent


@pytest.mark.parametrize(
    ("refusal", "permanent"),
    [
        (RefusalError(403, "Forbidden: bot was blocked by the user"), True),
        (RefusalError(403, "Forbidden: user is deactivated"), True),
        (RefusalError(400, "Bad Request: chat not found"), True),
        (RefusalError(401, "Unauthorized"), False),
        (RefusalError(500, "Internal Server Error"), False),
        (RefusalError(502, "Bad Gateway"), False),
    ],
)
async def test_refusals_are_for_good_or_for_a_while(
    api: BotApi, connector: TelegramConnector, refusal: RefusalError, permanent: bool
) -> None:
    api.trouble["sendMessage"] = [refusal]
    with pytest.raises(DeliveryError) as caught:
        await connector.send("815", Reply("r1", "a secret"))
    assert caught.value.permanent is permanent
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("chat", ["", "x", "1.2.3.4"])
async def test_what_is_no_chat_is_refused_for_good(connector: TelegramConnector, chat: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        await connector.send(chat, Reply("r1", "hi"))
    assert caught.value.permanent


async def test_a_server_that_is_away_is_asked_again(driver: str, api: BotApi) -> None:
    connector = connector_of(api, driver, api_base="http://127.0.0.1:9")
    with pytest.raises(DeliveryError) as caught:
        await connector.send("815", Reply("r1", "hi"))
    assert not caught.value.permanent
    await connector.stop()


async def test_one_chat_that_has_to_wait_delays_no_other(api: BotApi, connector: TelegramConnector) -> None:
    api.slow_until[815] = asyncio.get_running_loop().time() + 60
    with pytest.raises(DeliveryError) as caught:
        await connector.send("815", Reply("r1", "slow"))
    assert caught.value.retry_after
    async with asyncio.timeout(5):
        await connector.send("816", Reply("r2", "fast"))
    assert texts(api, 816) == ["fast"]


async def test_a_group_that_became_another_is_followed(api: BotApi, connector: TelegramConnector) -> None:
    refusal = RefusalError(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100777)
    api.trouble["sendMessage"] = [refusal]
    await connector.send("-5.815", Reply("r1", "one"))
    await connector.send("-5.815", Reply("r2", "two"))
    assert texts(api, -100777) == ["one", "two"]


@pytest.fixture
def moved(api: BotApi) -> BotApi:
    """Make the group -5 another one, whatever is called."""

    def refuse(_: str, params: Params) -> None:
        if params.get("chat_id") in (-5, "-5"):
            raise RefusalError(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100777)

    api.before = refuse
    return api


async def test_what_is_said_otherwise_is_said_in_the_group_that_it_became(
    moved: BotApi, connector: TelegramConnector
) -> None:
    moved.known_images = lambda _: False
    await connector.send("-5.815", Reply("r1", "Look", image=LAMP))
    assert texts(moved, -100777) == [f"Look\n{LAMP}"]


async def test_a_preview_grows_in_the_group_that_it_became(moved: BotApi, connector: TelegramConnector) -> None:
    await connector.typing("-5.815")
    await connector.stream("-5.815", StreamPart("r1", "delta", "It is"))
    await moved.until(lambda: -100777 in moved.messages)
    await connector.send("-5.815", Reply("r1", "It is a lamp"))
    assert texts(moved, -100777) == ["It is a lamp"]
    assert moved.asks.count("sendChatAction") == 2
    assert moved.asks.count("sendMessage") == 1, "the old group is not asked again"


async def test_buttons_are_signed_for_the_group_that_it_became(moved: BotApi, connector: TelegramConnector) -> None:
    for name in ("r1", "r2"):
        await connector.send("-5.815", Reply(name, "Sure? " * 1000, (Button("Yes", value="yes"),)))
    shown = moved.messages[-100777]
    assert len(shown) == 4
    for one in shown[1::2]:
        ((button,),) = one["markup"]
        assert ButtonSigner(TOKEN, DATA).read("-100777.815", button["callback_data"]) is not None


async def test_groups_that_become_each_other_are_given_up(api: BotApi, connector: TelegramConnector) -> None:
    def refuse(_: str, params: Params) -> None:
        other = {-5: -6, -6: -5}[int(params["chat_id"])]
        raise RefusalError(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=other)

    api.before = refuse
    for buttons in ((), (Button("Yes", value="yes"),)):
        with pytest.raises(DeliveryError):
            await connector.send("-5.815", Reply("r1", "hi", buttons))
    assert len(api.asks) == 4


async def test_in_a_group_it_replies_to_who_spoke(
    api: BotApi, connector: TelegramConnector, running: Running
) -> None:
    entity = {"type": "mention", "offset": 0, "length": 9}
    group = {"chat": {"id": -100123, "type": "supergroup"}}
    message = said("815", 55, text="@acme_bot hi", entities=[entity], message_thread_id=7, is_topic_message=True)
    async with running(connector):
        assert await Customers(api).push({"message": message | group})
        await connector.send("-100123.815.7", Reply("r1", "word " * 1500))
    shown = api.messages[-100123]
    assert [(one["quotes"], one["topic"]) for one in shown] == [(55, 7), (0, 7)]


async def test_typing_is_shown_in_the_topic(api: BotApi, connector: TelegramConnector) -> None:
    await connector.typing("-100123.815.7")
    assert int(api.calls[-1].params["message_thread_id"]) == 7


async def test_a_preview_makes_way_for_a_picture(api: BotApi, connector: TelegramConnector) -> None:
    await connector.stream("815", StreamPart("r1", "delta", "It is"))
    await api.until(lambda: 815 in api.messages)
    await connector.send("815", Reply("r1", "It is a lamp", image=LAMP))
    assert [(one["text"], one["image"]) for one in api.messages[815]] == [("It is a lamp", LAMP)]


async def test_a_preview_that_was_edited_once_too_often_is_left_at_that(api: BotApi, driver: str) -> None:
    connector = connector_of(api, driver, pace=0.01)
    await connector.stream("815", StreamPart("r1", "delta", "It is"))
    await api.until(lambda: 815 in api.messages)
    api.trouble["editMessageText"] = [RefusalError(429, "Too Many Requests: retry after 60", retry_after=60)]
    await connector.stream("815", StreamPart("r1", "delta", " a lamp"))
    await api.until(lambda: "editMessageText" in api.asks)
    async with asyncio.timeout(5):
        await connector.send("815", Reply("r1", "It is a lamp"))
    assert texts(api) == ["It is a lamp"]
    await connector.stop()


async def test_a_reply_waits_with_its_preview_and_then_takes_its_place(
    api: BotApi, connector: TelegramConnector
) -> None:
    await connector.stream("815", StreamPart("r1", "delta", "It is"))
    await api.until(lambda: 815 in api.messages)
    api.trouble["editMessageText"] = [RefusalError(429, "Too Many Requests: retry after 3", retry_after=3)]
    with pytest.raises(DeliveryError):
        await connector.send("815", Reply("r1", "It is a lamp"))
    await connector.send("815", Reply("r1", "It is a lamp"))
    assert texts(api) == ["It is a lamp"]


async def test_a_preview_that_the_customer_removed_is_sent_anew(api: BotApi, connector: TelegramConnector) -> None:
    await connector.stream("815", StreamPart("r1", "delta", "It is"))
    await api.until(lambda: 815 in api.messages)
    api.messages[815].clear()
    await connector.send("815", Reply("r1", "It is a lamp"))
    assert texts(api) == ["It is a lamp"]


async def test_previews_whose_reply_never_comes_are_forgotten(
    api: BotApi, connector: TelegramConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "_MOST", 2)
    for number in range(3):
        await connector.stream(str(815 + number), StreamPart("r1", "delta", f"text {number}"))
        await api.until(lambda chat=815 + number: chat in api.messages)  # type: ignore[misc]
    for number in range(3):
        await connector.send(str(815 + number), Reply("r1", "whole"))
    assert [len(texts(api, 815 + number)) for number in range(3)] == [2, 1, 1]


async def test_a_reply_that_is_cancelled_finds_its_preview_again(api: BotApi, connector: TelegramConnector) -> None:
    gate = asyncio.Event()
    await connector.stream("815", StreamPart("r1", "delta", "It is"))
    await api.until(lambda: 815 in api.messages)
    api.trouble["editMessageText"] = [gate.wait]
    await connector.stream("815", StreamPart("r1", "delta", " a"))
    await api.until(lambda: "editMessageText" in api.asks)
    sending = asyncio.create_task(connector.send("815", Reply("r1", "It is a lamp")))
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    gate.set()
    await connector.send("815", Reply("r1", "It is a lamp"))
    assert texts(api) == ["It is a lamp"]
