"""Files of replies: uploaded where the app may; those at an address are else offered as a button that opens them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec.structs import replace

from botkit import ButtonSigner, Fetched, FileError, Files, OutboundError, Reply, is_ref
from botkit_slack.api import ApiError
from botkit_slack.blocks import Call, calls_of, file_name
from botkit_slack.buttons import is_address
from botkit_slack.chats import Chat

_log = logging.getLogger(__name__)

SCOPE: Final = "files:write"
WITHIN: Final = 10.0  # seconds in which a file has to be there; else it is a link
_PAGE: Final = ("text/html", "application/xhtml+xml")  # what one gets who has to log in first

Fetch = Callable[[str], Awaitable[Fetched]]
Asks = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
Upload = Callable[[str, bytes], Awaitable[None]]


async def put_file(ask: Asks, upload: Upload, name: str, content: bytes) -> str:
    """Upload a file, and give its id; it is seen when it is shared. Raises ApiError."""
    slot = await ask("files.getUploadURLExternal", {"filename": name, "length": len(content)})
    await upload(str(slot["upload_url"]), content)
    return str(slot["file_id"])


def share_call(where: Chat, file: str, name: str) -> Call:
    """Give the call that shows an uploaded file in a chat."""
    thread = {"thread_ts": where.thread} if where.thread else {}
    return Call(
        "files.completeUploadExternal",
        {"files": [{"id": file, "title": name}], "channel_id": where.channel, **thread},
    )


class Attaching:
    """Uploads the files of replies. `fetch` gives what is at an address."""

    def __init__(self, fetch: Fetch, ask: Asks, upload: Upload, signer: ButtonSigner) -> None:
        self._fetch = fetch
        self._ask = ask
        self._upload = upload
        self._signer = signer

    async def take(self, reply: Reply, where: Chat) -> tuple[Reply, list[Call]]:
        """Give a reply without its file, and the call that shows that below it; as it is where it stays a link.

        Where Slack refuses to show it, the call that offers the link comes in its place.
        """
        if not is_address(reply.file):
            return reply, []
        name = file_name(reply.file)
        try:
            async with asyncio.timeout(WITHIN):
                found = await self._fetch(reply.file)
                if not found.content or found.mime in _PAGE:
                    return reply, []
                file = await put_file(self._ask, self._upload, name, found.content)
        except (OutboundError, ApiError, TimeoutError) as error:
            _log.info("a file is offered as a link: %s", type(error).__name__, extra={"action": "slack.file"})
            return reply, []
        (link,) = calls_of(Reply(reply.id, file=reply.file), where, self._signer)
        call = share_call(where, file, name)
        return replace(reply, file=""), [Call(call.method, call.params, anew=link)]


async def put_kept(
    reply: Reply, where: Chat, files: Files, conversation: str, ask: Asks, upload: Upload
) -> list[Call]:
    """Upload the files of a reply that its conversation holds, and give the calls that show them below its text.

    One that is gone, or that Slack refuses, is left out. Raises ApiError where it may be taken a little later.
    """
    calls = []
    for ref in dict.fromkeys(filter(is_ref, (reply.image, reply.file))):
        try:
            file = await files.find(conversation, ref)
            if file is None:
                continue
            content = b"".join([chunk async for chunk in files.read(conversation, ref)])
            name = file.name or "file"
            calls.append(share_call(where, await put_file(ask, upload, name, content), name))
        except (FileError, ApiError) as error:
            if isinstance(error, ApiError) and not error.refused:
                raise
            why = error.code if isinstance(error, ApiError) else error.reason
            _log.info("a file is not shown: %s", why, extra={"action": "slack.file"})
    return calls


def without_kept(reply: Reply) -> Reply:
    """Give a reply without the files that its conversation holds."""
    if not (is_ref(reply.image) or is_ref(reply.file)):
        return reply
    image, file = ("" if is_ref(one) else one for one in (reply.image, reply.file))
    return replace(reply, image=image, file=file)
