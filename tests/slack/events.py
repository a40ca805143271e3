"""What Slack tells the app: events, presses and commands, posted to its address or through Socket Mode.

https://docs.slack.dev/apis/events-api: an event is acknowledged within three seconds, or comes again, three times at most
(at once, after a minute, after five). Presses and commands come once: whoever pressed sees that it failed.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.slack import mrkdwn
from tests.slack.socket_mode import SocketMode
from tests.slack.workspace import APP, BOT_USER, SIGNING_SECRET, TEAM, Params, Workspace

PATIENCE: Final = 3.0  # seconds for an acknowledgement
PAUSES: Final = (0.0, 0.05, 0.2)  # in the place of 0 s, 60 s and 300 s
_AGENT: Final = "Slackbot 1.0 (+https://api.slack.com/robots)"


class Receipt(NamedTuple):
    """How a delivery was taken: its status (0: none in time), what came back, and how often it went out."""

    status: int
    body: str = ""
    attempts: int = 1

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


class Events:
    """Sends to the app: by posts if it has a `url`, else through Socket Mode."""

    def __init__(self, work: Workspace, sockets: SocketMode, url: str = "", patience: float = PATIENCE) -> None:
        self.work = work
        self.sockets = sockets
        self.url = url
        self.patience = patience
        self.pauses: Sequence[float] = PAUSES
        self.secret = SIGNING_SECRET
        self.skew = 0.0  # seconds by which the posts are older than they are

    # Events

    async def happen(self, event: Params, name: str = "", *, attempt: int = 0, reason: str = "") -> Receipt:
        """Deliver an event once; `name` is the id that it keeps when it comes again."""
        payload = self.callback(event, name or self.work.next_id("Ev"))
        if not self.url:
            answer = await self.sockets.deliver("events_api", payload, self.patience, attempt=attempt, reason=reason)
            return Receipt(0 if answer is None else 200)
        retries = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        return await self.post(json.dumps(payload), "application/json", retries)

    async def insist(self, event: Params, name: str = "") -> Receipt:
        """Deliver an event until it is acknowledged, as often as Slack does."""
        name = name or self.work.next_id("Ev")
        got = await self.happen(event, name)
        for number, pause in enumerate(self.pauses, 1):
            if got.taken:
                return got._replace(attempts=number)
            await asyncio.sleep(pause)
            reason = "http_error" if got.status else "http_timeout" if self.url else "timeout"
            got = await self.happen(event, name, attempt=number, reason=reason)
        return got._replace(attempts=1 + len(self.pauses))

    async def verify(self, challenge: str) -> Receipt:
        """Ask the address whether it is the app's."""
        asked = {"token": "verification", "challenge": challenge, "type": "url_verification"}
        return await self.post(json.dumps(asked), "application/json", {})

    def callback(self, event: Params, name: str) -> Params:
        """Give an event as it is sent."""
        place = {"team_id": TEAM, "context_team_id": TEAM, "context_enterprise_id": None, "api_app_id": APP}
        seer = {
            "enterprise_id": None,
            "team_id": TEAM,
            "user_id": BOT_USER,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        about = {"event": event, "type": "event_callback", "event_id": name, "event_time": 1_780_000_000}
        return {"token": "verification", **place, **about, "authorizations": [seer], "is_ext_shared_channel": False}

    # What is pressed and commanded

    async def interact(self, payload: Params) -> Receipt:
        """Deliver what somebody did in a message."""
        if not self.url:
            answer = await self.sockets.deliver("interactive", payload, self.patience)
            return Receipt(0 if answer is None else 200, json.dumps(answer))
        body = urlencode({"payload": json.dumps(payload)})
        return await self.post(body, "application/x-www-form-urlencoded", {})

    async def command(self, channel: str, user: str, command: str, text: str) -> Receipt:
        """Deliver a slash command."""
        payload = {"token": "verification", "team_id": TEAM, "team_domain": "acme", "channel_id": channel}
        payload |= {"channel_name": "directmessage" if channel.startswith("D") else "orders", "user_id": user}
        payload |= {"user_name": self.work.users[user]["name"], "command": command, "text": mrkdwn.written(text)}
        payload |= {"api_app_id": APP, "is_enterprise_install": "false", **self.means(channel, user)}
        if not self.url:
            answer = await self.sockets.deliver("slash_commands", payload, self.patience, answers=True)
            return Receipt(0 if answer is None else 200, json.dumps(answer))
        return await self.post(urlencode(payload), "application/x-www-form-urlencoded", {})

    def means(self, channel: str, user: str, ts: str = "") -> dict[str, str]:
        """Give by what the app can answer: an address, good for five answers, and a trigger, good for three seconds."""
        name = self.work.next_id("answer")
        trigger = f"4242.777.{self.work.next_id('trigger')}"
        self.work.answering[name] = {"channel": channel, "user": user, "ts": ts, "left": 5}
        self.work.triggers[trigger] = asyncio.get_running_loop().time()
        return {"response_url": f"{self.work.base}/actions/{TEAM}/{name}", "trigger_id": trigger}

    # Posts

    async def post(self, body: str, content_type: str, headers: Mapping[str, str]) -> Receipt:
        """Post to the app, signed."""
        stamp = str(int(time.time() - self.skew))
        sign = hmac.new(self.secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={sign}", "User-Agent": _AGENT}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(self.patience)) as http,
                http.post(
                    self.url, data=BytesIO(body.encode()), headers={"Content-Type": content_type, **signed, **headers}
                ) as got,
            ):
                return Receipt(got.status, await got.text())
        except (ClientError, TimeoutError):
            return Receipt(0)


def message(channel: str, user: str, ts: str, text: str, **more: Any) -> Params:
    """Give the event of a message, as its author wrote it."""
    kind = "im" if channel.startswith("D") else "channel"
    said = {"type": "message", "user": user, "ts": ts, "client_msg_id": f"client-{ts}", "team": TEAM}
    said |= {"text": mrkdwn.written(text), "channel": channel, "event_ts": ts, "channel_type": kind}
    return said | {"blocks": mrkdwn.composed(text)} | more


def pressing(
    shown: Params, channel: str, user: Params, action: Params, means: Mapping[str, str], block: str = ""
) -> Params:
    """Give the payload of what somebody pressed or chose in a message."""
    where = {"type": "message", "message_ts": shown["ts"], "channel_id": channel, "is_ephemeral": False}
    if "thread_ts" in shown:
        where["thread_ts"] = shown["thread_ts"]
    who = {"id": user["id"], "username": user["name"], "name": user["name"], "team_id": TEAM}
    known = {"type": action["type"], **{key: one for key, one in action.items() if key.startswith("selected_")}}
    return {
        "type": "block_actions",
        "user": who,
        "api_app_id": APP,
        "token": "verification",
        "container": where,
        "team": {"id": TEAM, "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else "orders"},
        "message": {key: one for key, one in shown.items() if key not in ("channel", "parse")},
        "state": {"values": {block: {action["action_id"]: known}} if known.keys() > {"type"} else {}},
        "actions": [{"block_id": block, "action_ts": f"{time.time():.6f}", **action}],
        **means,
    }
