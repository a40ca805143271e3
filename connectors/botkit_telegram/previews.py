"""Answers that grow: a message that is edited until the reply takes its place."""

from collections.abc import Awaitable, Callable
from typing import Any

from botkit import Preview
from botkit_telegram.calls import preview_of
from botkit_telegram.chats import read_chat
from botkit_telegram.drivers import ApiError

Call = Callable[[str, dict[str, Any]], Awaitable[Any]]


async def bring(call: Call, preview: Preview) -> None:
    """Bring the message of a preview to what the answer is now. Raises DeliveryError."""
    try:
        await _bring(call, preview)
    except ApiError as error:
        raise error.as_delivery() from error


async def _bring(call: Call, preview: Preview) -> None:
    chat = read_chat(preview.chat)
    where = {"chat_id": chat.id, "message_id": int(preview.message or 0)}
    if preview.state == "abort":
        if preview.message:
            preview.message, preview.shown = "", ""
            await call("deleteMessage", where)
        return
    text = preview_of(preview.text, preview.agent)
    if not text or text == preview.shown:
        return
    said = {"text": text, "parse_mode": "HTML"}
    if preview.message:
        await call("editMessageText", {**where, **said})
    else:
        sent = await call("sendMessage", {**chat.params, **said})
        preview.message = str(sent["message_id"])
    preview.shown = text
