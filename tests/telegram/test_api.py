"""The double refuses what the Bot API refuses, in its words."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.telegram.api import TOKEN, BotApi, serving


class Caller:
    """Calls a double as anybody may."""

    def __init__(self, api: BotApi, http: httpx.AsyncClient) -> None:
        self.api = api
        self._http = http

    async def __call__(self, method: str, **params: Any) -> Any:
        """Give the result of a call, or its code and description."""
        answer = await self._http.post(f"{self.api.base}/bot{TOKEN}/{method}", json=params)
        body = answer.json()
        return body["result"] if body["ok"] else (body["error_code"], body["description"])


@pytest_asyncio.fixture
async def call() -> AsyncIterator[Caller]:
    async with serving() as api, httpx.AsyncClient() as http:
        yield Caller(api, http)


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "👍" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<script>x</script>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<b><i>x</b></i>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "parse_mode": "Markup"}, "unsupported parse_mode"),
        ({"text": "x", "chat_id": "nobody"}, "chat not found"),
        ({"text": "x", "chat_id": 404}, "chat not found"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}}, "DATA"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}}, "DATA"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}},
            "text is empty",
        ),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "nonsense"}]]}}, "URL"),
    ],
)
async def test_it_refuses_a_message(call: Caller, params: dict[str, Any], refusal: str) -> None:
    code, description = await call("sendMessage", **{"chat_id": 815, **params})
    assert code == 400
    assert refusal in description
    assert call.api.messages == {}


async def test_it_takes_what_is_right_to_the_last_unit(call: Caller) -> None:
    for text in ("x" * 4096, "👍" * 2048, "<b>" + "&lt;" * 4096 + "</b>"):
        assert (await call("sendMessage", chat_id=815, text=text, parse_mode="HTML"))["message_id"]


async def test_it_edits_only_what_changes(call: Caller) -> None:
    sent = await call("sendMessage", chat_id=815, text="one")
    where = {"chat_id": 815, "message_id": sent["message_id"]}
    assert "message is not modified" in (await call("editMessageText", **where, text="one"))[1]
    assert (await call("editMessageText", **where, text="two"))["text"] == "two"
    assert "not found" in (await call("editMessageText", chat_id=815, message_id=1, text="two"))[1]


async def test_it_knows_whom_it_may_write_to(call: Caller) -> None:
    call.api.blocked.add(815)
    assert (await call("sendMessage", chat_id=815, text="x"))[0] == 403
    call.api.slow_until[816] = asyncio.get_running_loop().time() + 5
    assert (await call("sendMessage", chat_id=816, text="x"))[0] == 429
    assert await call("sendMessage", chat_id=817, text="x")


async def test_it_gives_updates_until_they_are_confirmed(call: Caller) -> None:
    for number in (1, 2):
        await call.api.put({"update_id": number, "message": {}})
    assert [one["update_id"] for one in await call("getUpdates", timeout=0)] == [1, 2]
    assert [one["update_id"] for one in await call("getUpdates", timeout=0)] == [1, 2]
    assert [one["update_id"] for one in await call("getUpdates", timeout=0, offset=2)] == [2]
    assert await call("getUpdates", timeout=0, offset=3) == []
    assert await call("getUpdates", timeout=0) == []


async def test_of_two_pollers_the_first_is_ended(call: Caller) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=20))
    await call.api.until(lambda: "getUpdates" in call.api.asks)
    second = asyncio.create_task(call("getUpdates", timeout=20))
    assert (await first)[0] == 409
    await call.api.put({"update_id": 1, "message": {}})
    assert len(await second) == 1


async def test_nobody_polls_beside_a_webhook(call: Caller) -> None:
    assert (await call("setWebhook", url="http://bot.example"))[0] == 400
    assert await call("setWebhook", url="https://bot.example") is True
    assert (await call("getUpdates"))[0] == 409
    assert (await call("getWebhookInfo"))["url"] == "https://bot.example"
    assert await call("deleteWebhook") is True
    assert await call("getUpdates", timeout=0) == []


async def test_it_knows_its_bot_and_its_methods(call: Caller) -> None:
    assert (await call("getMe"))["username"] == "acme_bot"
    assert (await call("sendNothing"))[0] == 404
    async with httpx.AsyncClient() as http:
        assert (await http.post(f"{call.api.base}/bot1:x/getMe")).status_code == 401
        assert (await http.get(f"{call.api.base}/file/bot{TOKEN}/documents/none")).status_code == 404
    assert "file is too big" not in (await call("getFile", file_id="none"))[1]
    call.api.files["documents/big"] = bytes(20_000_001)
    assert "file is too big" in (await call("getFile", file_id="big"))[1]
