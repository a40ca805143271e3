"""Attachments: which of the files of a message a slot takes."""

from botkit.model.definitions import SlotDef
from botkit.model.events import Message
from botkit.model.values import File


def files_for(slot: SlotDef, message: Message) -> list[File]:
    """Give the files of a message that were kept and are of a slot's kind."""
    return [file for file in message.files if not file.refused and _suits(slot.type, file)]


def _suits(kind: str, file: File) -> bool:
    if kind == "file":
        return file.kind not in {"location", "contact"}
    return file.kind == kind or (kind == "image" and file.mime.startswith("image/"))
