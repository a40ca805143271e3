"""What comes in: fetched or posted, stored before it is confirmed, by both libraries."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from botkit import Button, ConfigError, DeliveryError, Entry, Message, Outside, Press, Reply, StoreError
from botkit.testing import FakeIntake, sample
from botkit.testing.connector_files import LIMITS
from botkit_telegram import TelegramConnector, intaking
from botkit_telegram.intaking import UntakenError
from botkit_telegram.updates import KINDS
from tests.serving import served
from tests.telegram.api import BotApi, Params, RefusalError
from tests.telegram.conftest import Running
from tests.telegram.platform import Customers, connector_of, said

YES = Reply("r1", "Sure?", (Button("Yes", value="yes"),))

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


def heard(intake: FakeIntake) -> list[str]:
    return [one.event.text for one in intake.incoming if isinstance(one.event, Message)]


def writes(api: BotApi, chat: str, text: str) -> Params:
    return {"update_id": api.next_update(), "message": said(chat, text=text)}


def confirmed(api: BotApi) -> Callable[[], bool]:
    return lambda: not api.queue


# Starting


async def test_it_asks_for_messages_once_it_knows_who_it_is(
    api: BotApi, connector: TelegramConnector, running: Running
) -> None:
    api.webhook = {"url": "https://old.example", "secret": ""}
    async with running(connector):
        await api.until(lambda: "getUpdates" in api.asks)
    assert api.asks[:3] == ["getMe", "deleteWebhook", "getUpdates"]


async def test_it_says_where_messages_are_to_be_posted(api: BotApi, driver: str, botkit_intake: FakeIntake) -> None:
    url = "https://bot.example.org/telegram"
    connector = connector_of(api, driver, mode="webhook", webhook_url=url)
    assert not connector.polls
    await connector.start(botkit_intake)
    made = api.calls[-1]
    assert (made.method, made.params["url"], made.params["allowed_updates"]) == ("setWebhook", url, list(KINDS))
    assert made.params["secret_token"].isalnum()
    await connector.stop()


@pytest.mark.parametrize("token", ["4242:AAanother_token_0123456789", "nonsense", "1:", "  ", "4242:AA 01"])
async def test_a_wrong_token_is_one_clear_line(
    api: BotApi, driver: str, botkit_intake: FakeIntake, token: str
) -> None:
    connector = connector_of(api, driver, token=token)
    with pytest.raises(ConfigError) as caught:
        await connector.start(botkit_intake)
    assert str(caught.value).startswith("Telegram does not know the token (@BotFather shows it")
    assert "\n" not in str(caught.value)
    assert token.strip() == "" or token not in str(caught.value)
    await connector.stop()


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (RefusalError(500, "Internal Server Error"), DeliveryError),
        (RefusalError(429, "Too Many Requests: retry after 5", retry_after=5), DeliveryError),
        (RefusalError(400, "Bad Request: bad webhook"), ConfigError),
    ],
)
async def test_a_start_that_fails_says_why(
    api: BotApi, connector: TelegramConnector, botkit_intake: FakeIntake, refusal: RefusalError, kind: type[Exception]
) -> None:
    api.trouble["deleteWebhook"] = [refusal]
    with pytest.raises(kind):
        await connector.start(botkit_intake)
    await connector.stop()
    await connector.start(botkit_intake)


# Polling


async def test_what_was_not_stored_is_asked_for_again_in_its_order(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    botkit_intake.fail(StoreError("the disk is full"))
    updates = [writes(api, chat, text) for chat, text in (("1", "a1"), ("2", "b1"), ("1", "a2"), ("2", "b2"))]
    for update in updates:
        await api.put(update)
    async with running(connector):
        await botkit_intake.wait(4)
        assert heard(botkit_intake) == []
        botkit_intake.fail(None)
        await api.until(confirmed(api))
    assert [text for text in heard(botkit_intake) if text[0] == "a"] == ["a1", "a2"]
    assert [text for text in heard(botkit_intake) if text[0] == "b"] == ["b1", "b2"]


async def test_one_that_begins_anew_is_given_what_was_not_confirmed(
    api: BotApi, driver: str, running: Running, botkit_intake: FakeIntake
) -> None:
    await api.put(writes(api, "1", "hello"))
    botkit_intake.hold()
    first = connector_of(api, driver)
    async with running(first):
        await botkit_intake.wait(1)
    assert len(api.queue) == 1
    second = connector_of(api, driver)
    async with running(second):
        await api.until(confirmed(api))
    assert len({one.id for one in botkit_intake.received}) == 1
    assert heard(botkit_intake) == ["hello"]


@pytest.mark.parametrize(
    "refusal",
    [RefusalError(502, "Bad Gateway"), RefusalError(429, "Too Many Requests: retry after 1", retry_after=0.05)],
)
async def test_trouble_on_the_way_is_waited_for(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake, refusal: RefusalError
) -> None:
    if refusal.parameters:
        refusal.parameters = {}
    api.trouble["getUpdates"] = [refusal, refusal]
    await api.put(writes(api, "1", "hello"))
    async with running(connector):
        await api.until(confirmed(api))
    assert heard(botkit_intake) == ["hello"]


async def test_a_second_poller_is_explained_once(
    api: BotApi, connector: TelegramConnector, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    conflict = RefusalError(409, "Conflict: terminated by other getUpdates request")
    api.trouble["getUpdates"] = [conflict, conflict, conflict]
    with caplog.at_level(logging.INFO, "botkit_telegram"):
        async with running(connector):
            await api.until(lambda: api.asks.count("getUpdates") >= 4)
            await api.put(writes(api, "1", "hello"))
            await api.until(confirmed(api))
    told = [one.getMessage() for one in caplog.records if "409" in one.getMessage()]
    assert len(told) == 1
    assert "another process fetches the messages" in told[0]


async def test_what_cannot_be_read_stops_nothing(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    for strange in ({"message": {"message_id": "x"}}, {"future_kind": {"a": 1}}, {"callback_query": {"id": "1"}}):
        await api.put({"update_id": api.next_update(), **strange})
    await api.put(writes(api, "1", "hello"))
    async with running(connector):
        await api.until(confirmed(api))
    assert heard(botkit_intake) == ["hello"]


async def test_one_that_nobody_can_take_is_left_out_in_the_end(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    botkit_intake.fail(RuntimeError("a mistake of ours"))
    await api.put(writes(api, "1", "poison"))
    async with running(connector):
        await botkit_intake.wait(5)
        await api.until(confirmed(api))
        botkit_intake.fail(None)
        await api.put(writes(api, "1", "hello"))
        await api.until(confirmed(api))
    assert heard(botkit_intake) == ["hello"]
    assert len(botkit_intake.received) == 6


async def test_a_slow_chat_holds_no_other_up(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    customers = Customers(api)
    gate = asyncio.Event()
    api.trouble["getFile"] = [gate.wait]
    upload = customers.upload("p1", sample("photo.png", 900), "lamp.png")
    await api.put({"update_id": api.next_update(), "message": said("1", document=upload)})
    await api.put(writes(api, "2", "quick"))
    async with running(connector):
        await botkit_intake.wait(1)
        assert heard(botkit_intake) == ["quick"]
        for chat, text in (("2", "and then"), ("1", "look"), ("3", "hello")):
            await api.put(writes(api, chat, text))
        await botkit_intake.wait(3)
        assert heard(botkit_intake) == ["quick", "and then", "hello"]
        assert len(api.queue) == 5, "nothing behind the slow one is confirmed"
        gate.set()
        await api.until(confirmed(api))
    assert [one.chat for one in botkit_intake.received] == ["2", "2", "3", "1", "1"]
    assert api.asks.count("getFile") == 1


async def test_a_chat_that_fails_holds_no_other_up(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    api.trouble["getFile"] = [RefusalError(500, "Internal Server Error")] * 3
    upload = Customers(api).upload("p1", sample("photo.png", 900), "lamp.png")
    await api.put({"update_id": api.next_update(), "message": said("1", document=upload)})
    pressed = {"id": "q1", "from": {"id": 2}, "data": "nonsense", "message": said("2", 9)}
    await api.put({"update_id": api.next_update(), "callback_query": pressed})
    await api.put(writes(api, "1", "look"))
    async with running(connector):
        await api.until(confirmed(api))
    assert [one.event.text for one in botkit_intake.received if isinstance(one.event, Message)] == ["", "look"]
    assert (api.asks.count("getFile"), api.asks.count("answerCallbackQuery")) == (4, 1)


async def test_a_webhook_that_somebody_set_is_removed(
    api: BotApi, connector: TelegramConnector, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(connector):
        await api.until(lambda: "getUpdates" in api.asks)
        api.webhook = {"url": "https://other.example", "secret": "", "pending_update_count": 0}
        await api.put(writes(api, "1", "hello"))
        await api.until(confirmed(api))
    assert api.webhook["url"] == ""
    told = [one.getMessage() for one in caplog.records if one.name.endswith("polling")]
    assert "another process" not in str(told)
    assert "somebody set a webhook for this bot, it is removed" in str(told)


@pytest.fixture
def leaving_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intaking, "FILE_SECONDS", 0.2)


@pytest.mark.usefixtures("leaving_out")
@pytest.mark.parametrize("hangs", ["getFile", "content"])
async def test_a_file_that_never_comes_to_an_end_is_left(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake, hangs: str
) -> None:
    customers = Customers(api)
    upload = customers.upload("p1", sample("photo.png", 900), "lamp.png")
    if hangs == "getFile":
        api.trouble["getFile"] = [lambda: asyncio.sleep(30)]
    else:
        api.trickling.add("documents/p1")
    async with running(connector):
        await api.put({"update_id": api.next_update(), "message": said("1", caption="look", document=upload)})
        await api.until(confirmed(api))
    (incoming,) = botkit_intake.incoming
    assert isinstance(incoming.event, Message)
    assert [(file.ref, bool(file.refused)) for file in incoming.event.files] == [("", True)]


async def test_nothing_is_opened_any_more_once_it_stopped(
    api: BotApi, driver: str, botkit_intake: FakeIntake
) -> None:
    connector = connector_of(api, driver, mode="webhook", webhook_url="http://127.0.0.1:1/telegram")
    await connector.start(botkit_intake)
    taking = connector._intaking
    assert taking is not None
    botkit_intake.hold()
    happened = taking.read({"update_id": 1, **presses("815", await data_of(api, connector, YES))})
    upload = Customers(api).upload("p1", sample("photo.png", 900), "lamp.png")
    file = taking.read({"update_id": 2, "message": said("815", document=upload)})
    assert happened is not None
    assert file is not None
    pressing = asyncio.create_task(taking.take(happened))
    await botkit_intake.wait(1)
    gate = asyncio.Event()
    api.trouble["getFile"] = [gate.wait]
    fetching = asyncio.create_task(taking.take(file))
    await api.until(lambda: "getFile" in api.asks)
    await connector.stop()
    botkit_intake.release()
    gate.set()
    assert await pressing
    with pytest.raises(UntakenError):
        await fetching
    assert "answerCallbackQuery" not in api.asks


# Files


async def test_a_photo_comes_as_its_largest_size(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    customers = Customers(api)
    small, large = (customers.upload(key, sample("photo.jpg", size)) for key, size in (("s", 700), ("l", 2000)))
    async with running(connector):
        assert await customers.push({"message": said("1", caption="broken", photo=[small, large])})
    (incoming,) = botkit_intake.incoming
    assert isinstance(incoming.event, Message)
    (file,) = incoming.event.files
    assert (incoming.event.text, file.kind, file.mime, file.size) == ("broken", "image", "image/jpeg", 2000)


@pytest.mark.parametrize(("size", "asked"), [(60_000, False), (0, True)])
async def test_a_file_that_is_too_large_is_said_to_be(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake, size: int, asked: bool
) -> None:
    botkit_intake.limit_files(LIMITS)
    upload = {"file_id": "big", "file_size": size, "file_name": "a.png"}
    api.trouble["getFile"] = [RefusalError(400, "Bad Request: file is too big")]
    async with running(connector):
        assert await Customers(api).push({"message": said("1", caption="look", document=upload)})
    (incoming,) = botkit_intake.incoming
    assert isinstance(incoming.event, Message)
    assert [file.refused for file in incoming.event.files] == ["too_large"]
    assert ("getFile" in api.asks) is asked


async def test_a_file_that_cannot_be_had_is_asked_for_again_and_then_left(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    api.trouble["getFile"] = [RefusalError(500, "Internal Server Error")] * 5
    await api.put({"update_id": api.next_update(), "message": said("1", text="", document={"file_id": "x"})})
    async with running(connector):
        await api.until(confirmed(api))
    assert api.asks.count("getFile") == 5
    (incoming,) = botkit_intake.incoming
    assert isinstance(incoming.event, Message)
    assert [(file.ref, bool(file.refused)) for file in incoming.event.files] == [("", True)]


async def test_what_is_known_of_a_file_that_failed_goes_with_it(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    customers = Customers(api)
    for number, trouble in enumerate((RefusalError(400, "Bad Request: file is too big"), None)):
        api.trouble["getFile"] = [one for one in (RefusalError(500, "Internal Server Error"), trouble) if one]
        upload = customers.upload(f"p{number}", b"", "lamp.png")
        async with running(connector):
            await api.put({"update_id": api.next_update(), "message": said("1", document=upload)})
            await api.until(confirmed(api))
            assert connector._intaking is not None
            assert not connector._intaking._failed
    assert all(one.event.files[0].refused for one in botkit_intake.incoming if isinstance(one.event, Message))


async def test_a_file_that_is_gone_is_left(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    async with running(connector):
        assert await Customers(api).push({"message": said("1", text="hi", document={"file_id": "none"})})
    assert heard(botkit_intake) == ["hi"]


# Buttons


def presses(chat: str, data: str, query: str = "q1", **more: Any) -> Params:
    return {
        "callback_query": {"id": query, "from": {"id": int(chat)}, "data": data, "message": said(chat, 9, **more)}
    }


async def data_of(api: BotApi, connector: TelegramConnector, reply: Reply) -> str:
    await connector.send("815", reply)
    return str(api.messages[815][-1]["markup"][0][0]["callback_data"])


async def test_a_press_is_stored_and_then_answered(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    reply = Reply("telegram:815/3.0", "Sure?", (Button("Yes", value="yes"),), question="3.q")
    async with running(connector):
        data = await data_of(api, connector, reply)
        botkit_intake.hold()
        delivery = asyncio.create_task(Customers(api).push(presses("815", data)))
        await botkit_intake.wait(1)
        assert api.answered == {}
        botkit_intake.release()
        assert await delivery
    assert api.answered == {"q1": ""}
    assert [one.event for one in botkit_intake.incoming] == [Press(value="yes", label="yes", question="3.q", id="q1")]


async def test_a_long_button_of_the_first_turn_is_found_a_hundred_turns_later(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    menu = Reply("telegram:815/1.0", "Hello!", (Button("订单", value="订单" * 20),))
    later = [Entry(turn, reply=Reply(f"telegram:815/{turn}.0", "ok")) for turn in range(2, 150)]
    async with running(connector):
        data = await data_of(api, connector, menu)
        botkit_intake.entries["telegram:815"] = [Entry(1, reply=menu), *later]
        assert await Customers(api).push(presses("815", data))
    assert [one.event.value for one in botkit_intake.incoming if isinstance(one.event, Press)] == ["订单" * 20]


async def test_a_long_button_is_found_in_the_history(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    buttons = (Button("Web", url="ftp://dead"), Button("Long", value="x" * 100))
    reply = Reply("telegram:815/3.0", "Which?", buttons, question="3.q")
    async with running(connector):
        data = await data_of(api, connector, reply)
        botkit_intake.entries["telegram:815"] = [Entry(2, said=Message("hi")), Entry(3, reply=reply)]
        assert await Customers(api).push(presses("815", data))
        assert [one.event for one in botkit_intake.incoming] == [
            Press(value="x" * 100, label="Long", question="3.q", id="q1")
        ]
        botkit_intake.entries.clear()
        assert await Customers(api).push(presses("815", data, "q2"))
    assert api.answered == {"q1": "", "q2": "This button has expired."}
    assert len(botkit_intake.incoming) == 1


@pytest.mark.parametrize("data", ["x", "a" * 64, "订单", "v/yes", "AAAAAAAAAAAv/yes"])
async def test_what_the_bot_did_not_write_has_expired(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake, data: str
) -> None:
    async with running(connector):
        assert await Customers(api).push(presses("815", data))
    assert api.answered == {"q1": "This button has expired."}
    assert botkit_intake.received == []


async def test_a_button_of_another_chat_has_expired(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    async with running(connector):
        data = await data_of(api, connector, YES)
        assert await Customers(api).push(presses("816", data))
    assert botkit_intake.received == []


async def test_a_press_that_is_too_old_to_be_answered_counts(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    api.answered["q1"] = "long ago"
    async with running(connector):
        data = await data_of(api, connector, YES)
        assert await Customers(api).push(presses("815", data))
    assert len(botkit_intake.incoming) == 1


async def test_whoever_blocks_the_bot_is_known_to_have_left(
    api: BotApi, connector: TelegramConnector, running: Running, botkit_intake: FakeIntake
) -> None:
    who = {"id": 815, "type": "private"}
    member = {"chat": who, "from": {"id": 815}, "new_chat_member": {"status": "kicked"}, "date": 1}
    user = {"id": 4242, "is_bot": True, "first_name": "Acme"}
    member = member | {"from": {"id": 815, "is_bot": False, "first_name": "Mia"}}
    member["new_chat_member"] = {"status": "kicked", "user": user, "until_date": 0}
    member["old_chat_member"] = {"status": "member", "user": user}
    async with running(connector):
        assert await Customers(api).push({"my_chat_member": member})
    assert [type(one.event) for one in botkit_intake.incoming] == [Outside]


# The webhook


@asynccontextmanager
async def posted(api: BotApi, driver: str, intake: FakeIntake) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}/telegram"
        connector = connector_of(api, driver, mode="webhook", webhook_url=url)
        async with served(Starlette(routes=connector.routes()), door):
            await connector.start(intake)
            yield url
            await connector.stop()


async def test_posts_are_taken_with_the_secret_alone(api: BotApi, driver: str, botkit_intake: FakeIntake) -> None:
    async with posted(api, driver, botkit_intake):
        update = writes(api, "1", "hello")
        for secret in ("", "x", "é".encode().decode("latin-1"), api.webhook["secret"][:-1]):
            assert await api.post(update, secret=secret) == 401
        assert botkit_intake.received == []
        assert [await api.post(update) for _ in range(2)] == [200, 200]
    assert heard(botkit_intake) == ["hello"]


async def test_a_post_that_is_not_stored_comes_again(api: BotApi, driver: str, botkit_intake: FakeIntake) -> None:
    async with posted(api, driver, botkit_intake):
        update = writes(api, "1", "hello")
        botkit_intake.fail(StoreError("the disk is full"))
        assert await api.post(update) == 503
        botkit_intake.fail(None)
        assert await api.post(update) == 200
    assert heard(botkit_intake) == ["hello"]


async def test_a_post_that_nobody_can_take_is_left_out_in_the_end(
    api: BotApi, driver: str, botkit_intake: FakeIntake
) -> None:
    async with posted(api, driver, botkit_intake):
        botkit_intake.fail(RuntimeError("a mistake of ours"))
        update = writes(api, "1", "poison")
        assert [await api.post(update) for _ in range(5)] == [503] * 4 + [200]
        botkit_intake.fail(None)
        assert await api.post(writes(api, "1", "hello")) == 200
    assert heard(botkit_intake) == ["hello"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 200),
        (b"{}", 200),
        (b'{"update_id": "x"}', 200),
        (b'{"update_id": 1, "message": {"chat": 5}}', 200),
        (b'{"update_id": 1, "message": "' + b"x" * 1_100_000 + b'"}', 400),
    ],
)
async def test_strange_posts_stop_nothing(api: BotApi, botkit_intake: FakeIntake, body: bytes, status: int) -> None:
    async with posted(api, "aiogram", botkit_intake) as url, httpx.AsyncClient() as http:
        headers = {"X-Telegram-Bot-Api-Secret-Token": api.webhook["secret"]}
        assert (await http.post(url, content=body, headers=headers)).status_code == status
        assert (await http.get(url, headers=headers)).status_code == 405
        assert await api.post(writes(api, "1", "hello")) == 200
    assert heard(botkit_intake) == ["hello"]
