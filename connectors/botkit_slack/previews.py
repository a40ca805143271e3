"""Answers that grow: a message that is updated until the reply takes its place."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from botkit import DeliveryError, Preview
from botkit_slack.api import ApiError
from botkit_slack.blocks import QUIET, name_of, preview_of
from botkit_slack.chats import read_chat

Call = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]

EVERY: Final = 2.0  # seconds for each update, of all that an app makes
AHEAD: Final = 10  # updates that may be made at once


class Budget:
    """How many messages may be updated: Slack takes about 50 updates a minute of a whole workspace.

    Previews have 40 of them in the worst minute; the others are for replies that take the place of one, and for what
    was chosen. https://docs.slack.dev/apis/web-api/rate-limits: chat.update is of tier 3.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = -math.inf

    def take(self) -> None:
        """Take an update. Raises DeliveryError with the seconds until there is one."""
        now = self._clock()
        due = max(self._due, now)
        wait = due - now - EVERY * (AHEAD - 1)
        if wait > 0:
            raise DeliveryError("many answers grow at once", retry_after=wait)
        self._due = due + EVERY


async def bring(call: Call, preview: Preview, budget: Budget, *, named: bool) -> None:
    """Bring the message of a preview to what the answer is now. Raises DeliveryError.

    With `named` Slack shows the name of a person who speaks.
    """
    try:
        await _bring(call, preview, budget, named)
    except ApiError as error:
        raise error.as_delivery() from error


async def _bring(call: Call, preview: Preview, budget: Budget, named: bool) -> None:
    chat = read_chat(preview.chat)
    where = {"channel": chat.channel, "ts": preview.message}
    if preview.state == "abort":
        if preview.message:
            preview.message, preview.shown = "", ""
            await call("chat.delete", where)
        return
    text = preview.text  # it grows while it is being sent
    said = preview_of(text, preview.agent, named=named)
    if not said or text == preview.shown:
        return
    if preview.message:
        budget.take()
        await call("chat.update", {**where, **said})
    else:
        who = name_of(preview.agent) if named else {}
        sent = await call("chat.postMessage", {**chat.params, **who, **QUIET, **said})
        preview.message = str(sent["ts"])
    preview.shown = text
