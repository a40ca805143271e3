"""The double tells the app what happens as Slack does: driven by Slack's own library, and by an app that checks."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.api import Slack
from tests.slack.events import message, pressing
from tests.slack.workspace import APP_TOKEN, SIGNING_SECRET, Params

_quiet = logging.getLogger("quiet")
_quiet.setLevel(logging.CRITICAL)


class App:
    """An app that is posted to, and answers with these statuses, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.posted: list[tuple[dict[str, str], Any]] = []
        self.before: Callable[[], Any] = lambda: asyncio.sleep(0)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        if not SignatureVerifier(SIGNING_SECRET).is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        form = request.content_type == "application/x-www-form-urlencoded"
        read = {key: values[0] for key, values in parse_qs(body).items()} if form else json.loads(body)
        self.posted.append((dict(request.headers), read))
        await self.before()
        return web.Response(
            status=self.statuses.pop(0) if self.statuses else 200, text=str(read.get("challenge", ""))
        )


@asynccontextmanager
async def posted(slack: Slack) -> AsyncIterator[App]:
    app, site = App(), web.Application()
    site.router.add_post("/slack/events", app.take)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.events.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield app
    finally:
        await runner.cleanup()


class Listener:
    """An app on Socket Mode, which acknowledges what it hears while it is `willing`."""

    def __init__(self) -> None:
        self.willing = True
        self.heard: list[SocketModeRequest] = []

    async def take(self, client: Any, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.willing:
            answer = {"text": "done"} if request.accepts_response_payload else None
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))


@asynccontextmanager
async def connected(slack: Slack) -> AsyncIterator[Listener]:
    listener = Listener()
    async with aiohttp.ClientSession() as http:
        web_client = AsyncWebClient("", f"{slack.base}/api/", session=http)
        client: Any = SocketModeClient(APP_TOKEN, _quiet, web_client, ping_interval=0.2)
        client.socket_mode_request_listeners.append(listener.take)
        before = slack.sockets.opened
        await client.connect()
        await slack.until(lambda: slack.sockets.opened > before)
        try:
            yield listener
        finally:
            await client.close()
            await asyncio.sleep(0)


def says(slack: Slack, text: str = "hello") -> Params:
    return message(slack.open_dm("U1001"), "U1001", slack.next_ts(), text)


# Posts


async def test_it_posts_an_event_signed(slack: Slack) -> None:
    async with posted(slack) as app:
        assert (await slack.events.happen(says(slack, "<b> & https://a.example/?b"), "Ev1")).taken
        ((headers, body),) = app.posted
        assert (body["type"], body["event_id"], body["event"]["channel_type"]) == ("event_callback", "Ev1", "im")
        assert body["event"]["text"] == "&lt;b&gt; &amp; <https://a.example/?b>"
        assert "X-Slack-Retry-Num" not in headers
        slack.events.secret = "another"
        assert (await slack.events.happen(says(slack))).status == 401
        slack.events.secret, slack.events.skew = SIGNING_SECRET, 301.0
        assert (await slack.events.happen(says(slack))).status == 401
        slack.events.skew = 0.0
        assert (await slack.events.verify("abc")).body == "abc"


async def test_it_posts_again_what_was_not_taken(slack: Slack) -> None:
    async with posted(slack) as app:
        app.statuses = [500, 404]
        assert await slack.events.insist(says(slack), "Ev1") == (200, "", 3)
        retries = [(one.get("X-Slack-Retry-Num"), one.get("X-Slack-Retry-Reason")) for one, _ in app.posted]
        assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
        assert {body["event_id"] for _, body in app.posted} == {"Ev1"}
        app.statuses = [500] * 9
        assert (await slack.events.insist(says(slack))).attempts == 4
        assert len(app.posted) == 3 + 4


async def test_it_posts_again_what_took_too_long(slack: Slack) -> None:
    async with posted(slack) as app:
        released = asyncio.Event()
        app.before = released.wait
        slack.events.patience, slack.events.pauses = 0.05, [0.0]
        assert not (await slack.events.insist(says(slack))).taken
        assert app.posted[1][0]["X-Slack-Retry-Reason"] == "http_timeout"
        released.set()


async def test_nobody_there_takes_nothing(slack: Slack) -> None:
    slack.events.url = "http://127.0.0.1:9/slack/events"
    assert await slack.events.happen(says(slack)) == (0, "", 1)
    slack.events.url = ""
    assert await slack.events.happen(says(slack)) == (0, "", 1)


async def test_it_posts_presses_and_commands_as_forms(slack: Slack) -> None:
    async with posted(slack) as app:
        chat = slack.open_dm("U1001")
        shown = slack.keep(chat, bot_id="B4242", text="Tea?")
        button = {"type": "button", "action_id": "a", "value": "1", "text": {"type": "plain_text", "text": "Yes"}}
        means = slack.events.means(chat, "U1001", shown["ts"])
        press = pressing(shown, chat, slack.users["U1001"], button, means, "b1")
        assert (await slack.events.interact(press)).taken
        assert (await slack.events.command(chat, "U1001", "/botkit", "close now")).taken
        pressed = json.loads(app.posted[0][1]["payload"])
        assert (pressed["type"], pressed["actions"][0]["value"]) == ("block_actions", "1")
        assert pressed["container"]["message_ts"] == shown["ts"]
        assert (app.posted[1][1]["command"], app.posted[1][1]["text"]) == ("/botkit", "close now")
        async with aiohttp.ClientSession() as http:
            answers = [{"text": "Yes", "replace_original": True}, {"text": "psst"}]
            answers += [{"text": "all", "response_type": "in_channel"}, {"delete_original": True}, {}]
            given = [(await http.post(means["response_url"], json=one)).status for one in answers]
            assert (await http.post(means["response_url"], json={"text": "x"})).status == 404
        assert given == [200, 200, 200, 200, 400]
        assert ([one["text"] for one in slack.whispers], len(slack.messages[chat])) == (["psst"], 1)


# Socket Mode


async def test_it_sends_envelopes_until_they_are_acknowledged(slack: Slack) -> None:
    slack.events.patience, slack.events.pauses = 0.1, [0.0, 0.0]
    async with connected(slack) as listener:
        assert (await slack.events.happen(says(slack))).taken
        listener.willing = False
        assert not (await slack.events.insist(says(slack), "Ev2")).taken
        _, *again = listener.heard
        assert [(one.retry_attempt, one.retry_reason) for one in again] == [(0, ""), (1, "timeout"), (2, "timeout")]
        assert {one.payload["event_id"] for one in again} == {"Ev2"}
        assert len({one.envelope_id for one in again}) == 3


async def test_it_takes_an_answer_to_a_command_alone(slack: Slack) -> None:
    async with connected(slack) as listener:
        chat = slack.open_dm("U1001")
        assert json.loads((await slack.events.command(chat, "U1001", "/botkit", "<x>")).body) == {"text": "done"}
        assert (await slack.events.interact({"type": "block_actions"})).body == "{}"
        assert [one.type for one in listener.heard] == ["slash_commands", "interactive"]


@pytest.mark.parametrize("ends", ["refresh", "drop"])
async def test_a_client_comes_back(slack: Slack, ends: str) -> None:
    async with connected(slack) as listener:
        opened = slack.sockets.opened
        if ends == "refresh":
            await slack.sockets.refresh()
        else:
            slack.sockets.drop()
        assert not slack.sockets.live
        await slack.until(lambda: slack.sockets.opened > opened and bool(slack.sockets.live))
        assert (await slack.events.happen(says(slack))).taken
        assert len(listener.heard) == 1


async def test_a_redelivery_comes_on_another_connection(slack: Slack) -> None:
    slack.events.patience, slack.events.pauses = 0.1, [0.0]
    async with connected(slack) as first, connected(slack) as second:
        first.willing = second.willing = False
        await slack.events.insist(says(slack))
        assert (len(first.heard), len(second.heard)) == (1, 1)


async def test_a_ticket_is_good_for_one_connection(slack: Slack) -> None:
    async with aiohttp.ClientSession() as http:
        opened = await AsyncWebClient("", f"{slack.base}/api/", session=http).apps_connections_open(
            app_token=APP_TOKEN
        )
        async with http.ws_connect(opened["url"]) as ws:
            assert (await ws.receive_json())["type"] == "hello"
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await http.ws_connect(opened["url"])
