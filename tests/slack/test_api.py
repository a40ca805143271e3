"""The double refuses what Slack refuses, in its words: driven by Slack's own library."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.api import Slack
from tests.slack.workspace import APP_TOKEN, BOT, BOT_TOKEN, BOT_USER, HangUpError, RefusalError, slow

NO_RETRIES: list[AsyncRetryHandler] = []
LAMP = "https://shop.example/lamp.png"


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


@pytest.fixture
def client(slack: Slack, http: aiohttp.ClientSession) -> AsyncWebClient:
    return client_of(slack, http)


def client_of(slack: Slack, http: aiohttp.ClientSession, token: str = BOT_TOKEN) -> AsyncWebClient:
    base = f"{slack.base}/api/"
    return AsyncWebClient(token, base, timeout=5, session=http, retry_handlers=NO_RETRIES)


async def refused(call: Any) -> str:
    """Give with which error a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str = "Yes", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": "a", "value": "1", **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def select(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": list(options), **more}


def option(text: str = "Tea", value: str = "tea") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def picker(kind: str, **more: Any) -> dict[str, Any]:
    return actions({"type": kind, "action_id": "p", **more})


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


# Tokens


async def test_it_says_who_the_app_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["ok"]) == (BOT_USER, BOT, True)
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("xoxb-wrong", "chat.postMessage", "invalid_auth"),
        (APP_TOKEN, "chat.postMessage", "not_allowed_token_type"),
        (BOT_TOKEN, "apps.connections.open", "not_allowed_token_type"),
        (BOT_TOKEN, "chat.nothing", "unknown_method"),
    ],
)
async def test_it_looks_at_tokens(
    slack: Slack, http: aiohttp.ClientSession, token: str, method: str, error: str
) -> None:
    assert await refused(client_of(slack, http, token).api_call(method)) == error
    assert slack.calls == []


async def test_a_token_in_the_address_is_none(slack: Slack, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{slack.base}/api/auth.test?token={BOT_TOKEN}") as got:
        assert (await got.json())["error"] == "not_authed"
    async with http.post(f"{slack.base}/api/auth.test", data={"token": BOT_TOKEN}) as got:
        assert (await got.json())["ok"]


async def test_it_looks_at_scopes(slack: Slack, client: AsyncWebClient) -> None:
    chat = slack.open_dm("U1001")
    await client.chat_postMessage(channel=chat, text="x", username="Mia")
    slack.scopes.discard("chat:write.customize")
    assert await refused(client.chat_postMessage(channel=chat, text="x", username="Mia")) == "missing_scope"
    slack.scopes.discard("chat:write")
    assert await refused(client.chat_postMessage(channel=chat, text="x")) == "missing_scope"
    slack.gone = "token_revoked"
    assert await refused(client.auth_test()) == "token_revoked"


async def test_it_takes_forms_where_it_takes_json_and_the_other_way_round_not(
    slack: Slack, client: AsyncWebClient
) -> None:
    chat = slack.open_dm("U1001")
    form = {"channel": chat, "text": "x", "blocks": '[{"type": "divider"}]'}
    assert (await client.api_call("chat.postMessage", data=form))["ok"]
    assert slack.messages[chat][0]["blocks"] == [{"type": "divider"}]
    wrong = {"channel": chat, "text": "x", "blocks": "[{"}
    assert await refused(client.api_call("chat.postMessage", data=wrong)) == "invalid_blocks_format"
    assert await refused(client.api_call("users.info", json={"user": "U1001"})) == "user_not_found"
    assert (await client.users_info(user="U1001"))["user"]["id"] == "U1001"


# Texts


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": " \n"}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "channel": "D404"}, "channel_not_found"),
        ({"text": "x", "channel": "nobody"}, "channel_not_found"),
        ({"text": "x", "channel": "C1"}, "not_in_channel"),
        ({"text": "x", "channel": "C2"}, "is_archived"),
        ({"text": "x", "channel": "D1002"}, "channel_not_found"),
        ({"text": "x", "thread_ts": "1.1"}, "thread_not_found"),
    ],
)
async def test_it_refuses_a_message(slack: Slack, client: AsyncWebClient, params: dict[str, Any], error: str) -> None:
    chat = slack.open_dm("U1001")
    slack.add_channel("C1", member=False)
    slack.channels[slack.add_channel("C2")]["is_archived"] = True
    slack.open_dm("U1002")
    slack.users["U1002"]["deleted"] = True
    assert await refused(client.api_call("chat.postMessage", json={"channel": chat, **params})) == error
    assert slack.messages == {}


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
        ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section(), section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"),
        ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
        ([section(block_id="b"), section(block_id="b")], "`block_id` 'b' already exists [json-pointer:/blocks]"),
        ([section(block_id="b" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
        ([{"type": "image", "image_url": LAMP}], "missing required field [json-pointer:/blocks/0/alt_text]"),
        ([{"type": "image", "image_url": LAMP + "x" * 3000, "alt_text": "x"}], "must be less than 3001 characters [json-pointer:/blocks/0/image_url]"),
        ([{"type": "image", "image_url": "lamp.png", "alt_text": "x"}], "downloading image failed [json-pointer:/blocks/0/image_url]"),
        ([{"type": "image", "image_url": "https://gone.example/", "alt_text": "x"}], "downloading image failed [json-pointer:/blocks/0/image_url]"),
        ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(*[button(action_id=str(n)) for n in range(26)])], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(button(), button())], "`action_id` 'a' already exists [json-pointer:/blocks/0/elements]"),
        ([actions(button("x" * 76))], "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
        ([actions(button(""))], "must be more than 0 characters [json-pointer:/blocks/0/elements/0/text/text]"),
        ([actions(button(value="x" * 2001))], "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
        ([actions(button(action_id="x" * 256))], "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
        ([actions(button(style="huge"))], "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
        ([actions(button(url="nonsense"))], "must be a valid url [json-pointer:/blocks/0/elements/0/url]"),
        ([actions(button(run="x"))], "invalid additional property: run [json-pointer:/blocks/0/elements/0]"),
        ([actions(select())], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        ([actions(select(*[option()] * 101))], "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        ([actions(select(option("x" * 76)))], "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"),
        ([actions(select(option(value="x" * 151)))], "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"),
        ([actions(select(option(), initial_option=option("Ale")))], "must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]"),
        ([actions(select(option(), placeholder=plain("x" * 151)))], "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]"),
        ([picker("datepicker", initial_date="1.2.2026")], "must be a valid initial_date [json-pointer:/blocks/0/elements/0/initial_date]"),
        ([picker("timepicker", initial_time="25:00")], "must be a valid initial_time [json-pointer:/blocks/0/elements/0/initial_time]"),
        ([picker("datetimepicker", initial_date_time=17)], "must be a valid initial_date_time [json-pointer:/blocks/0/elements/0/initial_date_time]"),
        ([section(accessory={"type": "datetimepicker", "action_id": "p"})], "unsupported type: datetimepicker [json-pointer:/blocks/0/accessory/type]"),
        ([{"type": "context", "elements": [button()]}], "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"),
        ([rich({"type": "text", "text": ""})], "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"),
        ([rich({"type": "text", "text": "x", "style": {"big": True}})], "must be a valid style [json-pointer:/blocks/0/elements/0/elements/0/style]"),
        ([rich({"type": "marquee"})], "unsupported type: marquee [json-pointer:/blocks/0/elements/0/elements/0/type]"),
        ("nonsense", "expected an array of objects [json-pointer:/blocks]"),
        (["nonsense"], "expected an array of objects [json-pointer:/blocks]"),
    ],
)  # fmt: skip
async def test_it_refuses_blocks(slack: Slack, client: AsyncWebClient, blocks: Any, said: str) -> None:
    slack.images = lambda address: "gone" not in address
    body = {"channel": slack.open_dm("U1001"), "text": "x", "blocks": blocks}
    if isinstance(blocks, str):
        body["blocks"] = {"type": blocks}
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json=body)
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["errors"] == [said]
    assert caught.value.response["response_metadata"] == {"messages": [f"[ERROR] {said}"]}


async def test_it_takes_what_is_right_to_the_last_character(slack: Slack, client: AsyncWebClient) -> None:
    chat = slack.open_dm("U1001")
    many = [option("x" * 75, f"{n:0150}") for n in range(100)]
    for blocks in (
        [section("x" * 3000)],
        [{"type": "divider"}] * 50,
        [{"type": "header", "text": plain("x" * 150)}],
        [actions(*[button("x" * 75, action_id=f"{n:0255}", value="x" * 2000) for n in range(25)])],
        [section(accessory=select(*many, initial_option=many[7]))],
        [picker("datepicker", initial_date="2026-02-01"), picker("timepicker", initial_time="23:59")],
        [picker("datetimepicker", initial_date_time=1_780_000_000)],
        [{"type": "image", "image_url": LAMP, "alt_text": "A lamp", "title": plain("Lamp")}],
    ):
        assert (await client.chat_postMessage(channel=chat, text="x", blocks=blocks))["ok"]
    assert (await client.chat_postMessage(channel=chat, text="x" * 40_000))["ok"]
    too_much = [section("x" * 2900) for _ in range(5)]
    assert await refused(client.chat_postMessage(channel=chat, text="x", blocks=too_much)) == "msg_blocks_too_long"


async def test_only_the_app_changes_what_it_said(slack: Slack, client: AsyncWebClient) -> None:
    chat = slack.open_dm("U1001")
    theirs = slack.keep(chat, user="U1001", text="hello")["ts"]
    ours = (await client.chat_postMessage(channel=chat, text="one", blocks=[section("one")]))["ts"]
    assert await refused(client.chat_update(channel=chat, ts=theirs, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=chat, ts=theirs)) == "cant_delete_message"
    assert await refused(client.chat_update(channel=chat, ts="1.1", text="x")) == "message_not_found"
    assert await refused(client.chat_delete(channel=chat, ts="1.1")) == "message_not_found"
    assert await refused(client.chat_update(channel=chat, ts=ours, text="x" * 4001)) == "msg_too_long"
    assert await refused(client.api_call("chat.update", json={"channel": chat, "ts": ours})) == "no_text"
    await client.chat_update(channel=chat, ts=ours, text="two")
    (shown,) = slack.of_bot(chat)
    assert (shown["text"], shown["blocks"]) == ("two", []), "a text without blocks takes the blocks away"
    await client.chat_delete(channel=chat, ts=ours)
    assert slack.of_bot(chat) == []


async def test_it_knows_threads_and_whispers(slack: Slack, client: AsyncWebClient) -> None:
    channel = slack.add_channel("C1")
    slack.add_user("U1001")
    root = slack.keep(channel, user="U1001", text="hello")["ts"]
    for number in range(3):
        await client.chat_postMessage(channel=channel, thread_ts=root, text=str(number))
    await client.chat_postMessage(channel=channel, text="elsewhere")
    assert [one["text"] for one in slack.of_bot(f"{channel}.{root}")] == ["0", "1", "2"]
    answer = await client.conversations_replies(channel=channel, ts=root, limit=3)
    pages = [[one["text"] for one in page["messages"]] async for page in await _pages(answer)]
    assert pages == [["hello", "0", "1"], ["2"]]
    assert await refused(client.conversations_replies(channel=channel, ts="1.1")) == "thread_not_found"
    newest = await client.conversations_history(channel=channel)
    assert [one["text"] for one in newest["messages"]] == ["elsewhere", "hello"]
    await client.chat_postEphemeral(channel=channel, user="U1001", text="psst")
    assert await refused(client.chat_postEphemeral(channel=channel, user="U9", text="x")) == "user_not_in_channel"
    assert [one["text"] for one in slack.whispers] == ["psst"]


async def _pages(answer: Any) -> Any:
    return answer


async def test_it_knows_people_and_their_rooms(slack: Slack, client: AsyncWebClient) -> None:
    slack.add_user("U1001", "mia", locale="de-DE")
    user = (await client.users_info(user="U1001", include_locale=True))["user"]
    assert (user["locale"], user["profile"]["display_name"]) == ("de-DE", "mia")
    assert "locale" not in (await client.users_info(user="U1001"))["user"]
    assert await refused(client.users_info(user="U9")) == "user_not_found"
    room = (await client.conversations_open(users="U1001"))["channel"]["id"]
    assert (await client.conversations_info(channel=room))["channel"]["is_im"]
    assert (await client.chat_postMessage(channel="U1001", text="x"))["channel"] == room
    assert await refused(client.conversations_open(users="U9")) == "user_not_found"
    assert await refused(client.conversations_info(channel="C9")) == "channel_not_found"


# Files


async def test_it_takes_and_gives_files(slack: Slack, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    chat = slack.open_dm("U1001")
    done = await client.files_upload_v2(channel=chat, filename="a.txt", content=b"hello", initial_comment="Here")
    (shown,) = slack.of_bot(chat)
    assert (shown["text"], shown["files"][0]["name"]) == ("Here", "a.txt")
    address = f"{slack.base}/files-pri/T4242-{done['files'][0]['id']}/a.txt"
    async with http.get(address, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as got:
        assert await got.read() == b"hello"
    for headers in ({}, {"Authorization": "Bearer xoxb-wrong"}):
        async with http.get(address, headers=headers) as got:
            assert (got.status, got.content_type) == (200, "text/html"), "a stranger is shown how to sign in"
    assert await refused(client.files_getUploadURLExternal(filename="", length=1)) == "invalid_arguments"
    assert await refused(client.files_getUploadURLExternal(filename="a", length=0)) == "invalid_arguments"
    assert await refused(client.files_completeUploadExternal(files=[])) == "invalid_arguments"
    promised = await client.files_getUploadURLExternal(filename="a", length=9)
    named = [{"id": promised["file_id"], "title": "a"}]
    assert await refused(client.files_completeUploadExternal(files=named)) == "file_not_found"
    async with http.post(promised["upload_url"], data=b"short") as got:
        assert got.status == 400


async def test_it_knows_reactions_and_assistants(slack: Slack, client: AsyncWebClient) -> None:
    chat = slack.open_dm("U1001")
    root = slack.keep(chat, user="U1001", text="hello")["ts"]
    await client.reactions_add(channel=chat, timestamp=root, name="eyes")
    assert await refused(client.reactions_add(channel=chat, timestamp=root, name="eyes")) == "already_reacted"
    assert await refused(client.reactions_add(channel=chat, timestamp=root, name="No!")) == "invalid_name"
    assert await refused(client.reactions_add(channel=chat, timestamp="1.1", name="eyes")) == "message_not_found"
    where = {"channel_id": chat, "thread_ts": root}
    await client.assistant_threads_setStatus(**where, status="is typing")
    assert slack.statuses == {(chat, root): "is typing"}
    await client.chat_postMessage(channel=chat, thread_ts=root, text="Here I am")
    assert slack.statuses == {}
    await client.assistant_threads_setTitle(**where, title="Tea")
    prompt = {"title": "Tea?", "message": "I want tea"}
    await client.assistant_threads_setSuggestedPrompts(**where, prompts=[prompt])
    too_many = client.assistant_threads_setSuggestedPrompts(**where, prompts=[prompt] * 5)
    assert await refused(too_many) == "invalid_arguments"
    nowhere = client.assistant_threads_setStatus(channel_id=chat, thread_ts="1.1", status="x")
    assert await refused(nowhere) == "thread_not_found"


async def test_a_trigger_is_good_for_one_view_and_not_for_long(slack: Slack, client: AsyncWebClient) -> None:
    view = {"type": "modal", "title": plain("Tea"), "blocks": [section()]}
    trigger = slack.events.means("D1", "U1")["trigger_id"]
    assert (await client.views_open(trigger_id=trigger, view=view))["view"]["type"] == "modal"
    assert await refused(client.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="nonsense", view=view)) == "invalid_trigger_id"
    old = slack.events.means("D1", "U1")["trigger_id"]
    slack.triggers[old] = asyncio.get_running_loop().time() - 3.5
    assert await refused(client.views_open(trigger_id=old, view=view)) == "expired_trigger_id"


# What a customer sees


@pytest.mark.parametrize(
    ("text", "seen", "calls"),
    [
        ("a &amp; b &lt;i&gt; &quot;", "a & b <i> &quot;", []),
        ("<!channel> <!here|now>", "@channel now", ["!channel", "!here"]),
        ("<@U1> in <#C1|orders>", "@U1 in #orders", ["@U1", "#C1"]),
        ("<b>bold</b>", "bbold/b", []),
        ("&lt;!channel&gt; @channel", "<!channel> @channel", []),
        ("*bold* _so_ ~so~ `a*b*`", "bold so so a*b*", []),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name", []),
        ("<https://a.example/?a=1&amp;b=2|here>", "here (https://a.example/?a=1&b=2)", []),
        ("<https://a.example>", "https://a.example", []),
        (":tada: 10:30:15 :no_such:", "🎉 10:30:15 :no_such:", []),
    ],
)
async def test_it_shows_a_text_as_slack_does(
    slack: Slack, client: AsyncWebClient, text: str, seen: str, calls: list[str]
) -> None:
    chat = slack.open_dm("U1001")
    await client.chat_postMessage(channel=chat, text=text)
    await client.chat_postMessage(channel=chat, text="x", blocks=[section(text)])
    for message in slack.of_bot(chat):
        sight = slack.look(message)
        assert (sight.text, list(sight.calls)) == (seen, calls)


async def test_a_call_in_the_text_beside_blocks_is_one(slack: Slack, client: AsyncWebClient) -> None:
    chat = slack.open_dm("U1001")
    await client.chat_postMessage(channel=chat, text="<!channel> @here", blocks=[section()])
    await client.chat_postMessage(channel=chat, text="@here", blocks=[section()], link_names=True)
    harmless = rich({"type": "text", "text": "<!channel> &amp; *x* :tada:"})
    await client.chat_postMessage(channel=chat, text="x", blocks=[harmless])
    sights = [slack.look(one) for one in slack.of_bot(chat)]
    assert [list(one.calls) for one in sights] == [["!channel"], ["!here"], []]
    assert sights[2].text == "<!channel> &amp; *x* :tada:"


# Trouble


async def test_it_makes_trouble_when_it_is_asked_to(slack: Slack, client: AsyncWebClient) -> None:
    chat, other = slack.open_dm("U1001"), slack.open_dm("U1002")
    began, hung = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        began.set()
        await hung.wait()

    slack.trouble["chat.postMessage"] = [slow(7), RefusalError("x", status=503), HangUpError(), hang]
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=chat, text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=chat, text="x")
    assert caught.value.response.status_code == 503
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=chat, text="x")
    waiting = asyncio.create_task(client.chat_postMessage(channel=chat, text="x"))
    await began.wait()
    await client.chat_postMessage(channel=other, text="y")
    assert not waiting.done()
    hung.set()
    assert (await waiting)["ok"]
    with slack.limited("chat.postMessage", chat):
        assert await refused(client.chat_postMessage(channel=chat, text="x")) == "ratelimited"
        assert (await client.chat_postMessage(channel=other, text="x"))["ok"]
    assert len(slack.asks) > len(slack.calls)
