"""Courtesies: what somebody is told of what they did, beside the reply. They are tried once, in the background."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from botkit_slack.api import Api, ApiError
from botkit_slack.chats import Chat

_log = logging.getLogger(__name__)

_SETTLED: Final = 1_000  # messages in which something was chosen
_LAST: Final = 2.0  # seconds that the end waits for what is under way
_EXPIRED: Final = {
    "en": "This button has expired.",
    "de": "Diese Schaltfläche ist abgelaufen.",
    "zh": "此按钮已失效。",
    "ar": "انتهت صلاحية هذا الزر.",
    "es": "Este botón ha caducado.",
    "fr": "Ce bouton a expiré.",
}
_ELSEWHERE: Final = {
    "en": "I answer in our direct messages:",
    "de": "Ich antworte in unseren Direktnachrichten:",
    "zh": "我在私信中回复您：",
    "ar": "سأرد في رسائلنا المباشرة:",
    "es": "Respondo en nuestros mensajes directos:",
    "fr": "Je réponds dans nos messages privés :",
}

Starts = Callable[[str], bool]
"""Tells whether what a button sends starts something, and answers nothing."""

_PICTURE: Final = ("type", "image_url", "alt_text", "title", "block_id")


def elsewhere(locale: str, bot: str) -> str:
    """Give what is said where a command was written that is answered in the direct message."""
    return f"{_in(_ELSEWHERE, locale)} <@{bot}>"


def _in(texts: Mapping[str, str], locale: str) -> str:
    return texts.get(locale.partition("-")[0], texts["en"])


class Courtesies:
    """Does them; `close` ends it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled: OrderedDict[tuple[str, str], None] = OrderedDict()

    def settle(self, chat: Chat, shown: Mapping[str, Any], label: str, starts: Starts) -> None:
        """Show in the place of a message's answers what was chosen; of two presses at once the first."""
        blocks = settled(shown, label, starts)
        message = chat.channel, str(shown.get("ts", ""))
        if blocks is not None and message not in self._settled:
            self._settled[message] = None
            if len(self._settled) > _SETTLED:
                self._settled.popitem(last=False)
            params = {"channel": chat.channel, "ts": shown["ts"], "text": shown.get("text", ""), "blocks": blocks}
            self._begin(self._call("chat.update", params))

    def expire(self, chat: Chat, user: str, locale: str) -> None:
        """Say to who pressed it that a button means nothing any more."""
        self.whisper(chat, user, _in(_EXPIRED, locale))

    def whisper(self, chat: Chat, user: str, text: str) -> None:
        """Tell somebody something that nobody else sees."""
        self._begin(self._call("chat.postEphemeral", {**chat.params, "user": user, "text": text}))

    async def close(self) -> None:
        """End what is under way; soon."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, method: str, params: Mapping[str, Any]) -> None:
        try:
            await self._api.call(method, params)
        except ApiError as error:
            _log.info("somebody was not answered: %s", error.code or error.status, extra={"action": "slack.courtesy"})


def settled(shown: Mapping[str, Any], label: str, starts: Starts) -> list[dict[str, Any]] | None:
    """Give the blocks of a message with a choice in the place of what could be chosen; None where nothing could.

    Links stay, and what starts something.
    """
    blocks = [one for one in shown.get("blocks", ()) if isinstance(one, dict)]
    kept = [one for block in blocks if (one := _kept(block, starts)) is not None]
    if not shown.get("ts") or sum(map(_count, kept)) == sum(map(_count, blocks)):
        return None
    chosen = {"type": "plain_text", "text": f"✓ {label}"[:200], "emoji": False}
    return [*kept, {"type": "context", "elements": [chosen]}]


def _kept(block: dict[str, Any], starts: Starts) -> dict[str, Any] | None:
    """Give what is left of a block when a question is answered."""
    match block.get("type"):
        case "actions":
            left = [one for one in block.get("elements", ()) if _stays(one, starts)]
            return {**block, "elements": left} if left else None
        case "image":  # Slack tells more of a picture, its size for one, than it takes
            return {key: block[key] for key in _PICTURE if key in block}
        case _:
            return block


def _count(block: Mapping[str, Any]) -> int:
    return len(block.get("elements", ())) if block.get("type") == "actions" else 0


def _stays(element: Mapping[str, Any], starts: Starts) -> bool:
    """Tell whether an element answers nothing: a link, a button that starts something, a list of such."""
    options = element.get("options") or [element]
    return bool(element.get("url")) or all(starts(str(one.get("value", ""))) for one in options)
