"""Pictures that a customer sent, as a language model is shown them."""

import base64
from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from botkit.errors import FileError
from botkit.model.completions import ChatMessage
from botkit.model.values import File
from botkit.ports.files import Files, is_ref
from botkit.ports.models import ModelRequest

LARGEST: Final = 8_000_000  # bytes of one picture
MOST: Final = 4  # pictures of a talk that a model is shown: the last ones
SEEN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""The media types that the field's models take."""


async def read_picture(files: Files, conversation: str, file: File) -> str:
    """Give a picture that a conversation holds as a data URL.

    Raises FileError: `wrong_type` for what models do not take, `too_large`, or `missing`.
    """
    if file.mime not in SEEN:
        raise FileError("a language model sees PNG, JPEG, GIF and WebP", reason="wrong_type")
    if file.size > LARGEST:
        raise FileError(f"a language model sees pictures of up to {LARGEST // 1_000_000} MB", reason="too_large")
    if not is_ref(file.ref):
        raise FileError("there is no such file", reason="missing")
    content = b"".join([chunk async for chunk in files.read(conversation, file.ref)])
    return f"data:{file.mime};base64,{base64.b64encode(content).decode()}"


async def with_pictures(
    request: ModelRequest, files: Files | None, conversation: str, features: Collection[str]
) -> ModelRequest:
    """Give a request whose pictures are data URLs in the place of refs: the last `MOST` that can be had.

    One that is gone, too large, or of a type that models do not take is left out; all are where the model sees none.
    """
    if not any(message.images for message in request.messages):
        return request
    left = MOST if "images" in features else 0
    found: list[ChatMessage] = []
    for message in reversed(request.messages):
        urls: list[str] = []
        for ref in reversed(message.images):
            url = await _url_of(files, conversation, ref) if left and files is not None else ""
            if url:
                urls.insert(0, url)
                left -= 1
        found.insert(0, replace(message, images=tuple(urls)) if message.images else message)
    return replace(request, messages=tuple(found))


async def _url_of(files: Files, conversation: str, ref: str) -> str:
    try:
        file = await files.find(conversation, ref) if is_ref(ref) else None
        return await read_picture(files, conversation, file) if file is not None else ""
    except FileError:
        return ""
