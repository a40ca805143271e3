"""Pictures that a customer sent, as a language model is shown them."""

import base64
from typing import Final

from botkit.errors import FileError
from botkit.model.values import File
from botkit.ports.files import Files, is_ref

LARGEST: Final = 8_000_000  # bytes of one picture
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
