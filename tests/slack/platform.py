"""Customers of the double, as a Platform of the connectors' contract."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.applications import Starlette

from botkit import BotInfo, Connector
from botkit.testing import Attachment, Shown
from botkit_slack import SlackConnector, SlackSettings, build
from tests.serving import listening, served
from tests.slack.api import Slack
from tests.slack.events import Receipt, message, pressing
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, BOT_USER, SIGNING_SECRET, TEAM, Params, RefusalError, slow

CURSOR = " ▍"  # stands at the end of an answer that is still being made
LONGEST = 12_000  # characters that Slack's clients send as a message


class Chat(NamedTuple):
    """A chat's channel, the thread in it, and who writes there."""

    channel: str
    thread: str = ""

    @property
    def user(self) -> str:
        return "U" + self.channel[1:]


def read_chat(name: str) -> Chat:
    channel, _, thread = name.partition(".")
    return Chat(channel, thread)


class Customers:
    """Writes to the bot over the double, and looks at what it shows."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self._stamps: dict[str, str] = {}

    # As a Platform

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:
        """Deliver a message once; in a channel it names the bot, of which Slack tells in two events."""
        if not text.strip() or len(text) > LONGEST:
            return False  # Slack's clients send no such message
        event = self.says(chat, text, message_id)
        taken = [(await self.slack.events.happen(event, f"Ev{message_id}")).taken]
        if not chat.startswith("D"):
            called = {key: one for key, one in event.items() if key != "channel_type"} | {"type": "app_mention"}
            taken.append((await self.slack.events.happen(called, f"Ev{message_id}-mention")).taken)
        return all(taken)

    async def attach(self, chat: str, message_id: str, text: str, files: Sequence[Attachment]) -> bool:
        sent = [self.upload(file, f"F{message_id}N{number}") for number, file in enumerate(files)]
        event = self.says(chat, text, message_id, subtype="file_share", files=sent, upload=False)
        return (await self.slack.events.happen(event, f"Ev{message_id}")).taken

    async def shown(self, chat: str) -> Sequence[Shown]:
        return [_shown(self.slack, one) for one in self.slack.of_bot(chat)]

    async def typing(self, chat: str) -> bool:
        where = read_chat(chat)
        return bool(self.slack.statuses.get((where.channel, where.thread)))

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        refusal = RefusalError("x", status=500)
        if permanent:
            refusal = RefusalError("channel_not_found")
        elif retry_after is not None:
            refusal = slow(int(retry_after))
        self.slack.trouble["chat.postMessage"] = [refusal]

    # As whoever writes

    def says(self, chat: str, text: str, message_id: str = "", **more: Any) -> Params:
        """Let a customer write, and give the event of it; the same one again for the same id."""
        where = read_chat(chat)
        user = f"U{where.channel[1:]}"
        if chat.startswith("D"):
            self.slack.open_dm(user)
        elif user not in self.slack.users:
            self.slack.add_user(user)
        if where.thread:
            more["thread_ts"] = where.thread
        stamp = self._stamps.get(message_id, "")
        if not stamp:
            stamp = str(self.slack.keep(where.channel, user=user, text=text, **more)["ts"])
            self._stamps |= {message_id: stamp} if message_id else {}
        event = message(where.channel, user, stamp, text, **more)
        if not chat.startswith("D"):
            event["text"] = f"<@{BOT_USER}> {event['text']}"
        return event

    def upload(self, file: Attachment, name: str) -> Params:
        """Put a customer's file on the servers, and give how a message names it."""
        address = f"{self.slack.base}/files-pri/{TEAM}-{name}/{quote(file.name, safe='') or 'file'}"
        told: Params = {"id": name, "name": file.name, "title": file.name, "mimetype": file.mime, "mode": "hosted"}
        told |= {"size": len(file.content), "is_external": False, "url_private": address}
        told["url_private_download"] = address
        self.slack.files[name] = {**told, "content": file.content}
        return told

    async def press(self, chat: str, label: str, user: str = "", **picked: Any) -> Receipt:
        """Press the last button, choose the last option, or use the last picker, of that name."""
        where = read_chat(chat)
        for shown in reversed(self.slack.of_bot(chat)):
            for block in shown["blocks"]:
                action = _action(block, label, picked)
                if action is not None:
                    means = self.slack.events.means(where.channel, where.user, shown["ts"])
                    who = self.slack.users[user or where.user]
                    number = {"block_id": block.get("block_id", ""), "action_ts": self.slack.next_ts()}
                    return await self.slack.events.interact(
                        pressing(shown, where.channel, who, action | number, means, number["block_id"])
                    )
        raise AssertionError(f"there is no {label!r} to press")


def _action(block: Params, label: str, picked: Params) -> Params | None:
    for element in [*block.get("elements", ()), block.get("accessory") or {}]:
        kind = element.get("type", "")
        if kind == label and kind.endswith("picker"):
            return {"type": kind, "action_id": element.get("action_id", ""), **picked}
        if kind == "button" and element["text"]["text"] == label:
            return {key: one for key, one in element.items() if key in ("type", "action_id", "text", "value")}
        for option in element.get("options", ()):
            if option["text"]["text"] == label:
                return {"type": kind, "action_id": element.get("action_id", ""), "selected_option": option}
    return None


def _shown(slack: Slack, shown: Params) -> Shown:
    sight = slack.look(shown)
    assert not sight.calls, f"it calls {sight.calls}"
    text = sight.text
    files = sight.links  # a file of elsewhere is offered as a button that opens it
    return Shown(
        text.removesuffix(CURSOR),
        sight.labels,
        shown["ts"],
        files[0] if files else "",
        sight.images[0] if sight.images else "",
        shown.get("username", ""),
        partial=text.endswith(CURSOR),
    )


def settings_of(slack: Slack, mode: str = "socket", **more: Any) -> SlackSettings:
    """Give settings that lead to a double."""
    given = {"bot_token": BOT_TOKEN, "api_base": slack.base, "mode": mode}
    given |= {"app_token": APP_TOKEN} if mode == "socket" else {"signing_secret": SIGNING_SECRET}
    return SlackSettings.model_validate({**given, **more})


def connector_of(slack: Slack, mode: str = "socket", **more: Any) -> SlackConnector:
    """Give a connector that speaks to a double, and updates what grows without much of a pause."""
    return build(settings_of(slack, mode, **more), BotInfo("Acme"), pace=0.02)


@asynccontextmanager
async def reached(slack: Slack, connector: Connector, mode: str) -> AsyncIterator[None]:
    """Let the double reach a connector, in the way of its mode."""
    if mode == "socket":
        yield
        return
    with listening() as door:
        slack.events.url = f"http://127.0.0.1:{door.getsockname()[1]}/slack/events"
        async with served(Starlette(routes=list(connector.routes())), door):
            yield
