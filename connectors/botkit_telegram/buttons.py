"""Buttons: an inline keyboard, whose data is signed and has the 64 bytes that Telegram has for it."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from botkit import Button, ButtonSigner, Reply

DATA: Final = 64  # bytes: https://core.telegram.org/bots/api#inlinekeyboardbutton
_ROW: Final = 30  # characters that stand in one row of buttons on a telephone
_IN_ROW: Final = 8


def keyboard(signer: ButtonSigner, chat: str, reply: Reply, buttons: Sequence[Button]) -> dict[str, Any] | None:
    """Give the buttons of a reply as an inline keyboard, short ones side by side."""
    rows: list[list[dict[str, Any]]] = []
    room = 0
    for number, button in enumerate(buttons):
        label = _harmless(button.label.strip() or button.value or "…")
        if button.url:
            made = {"text": label, "url": button.url}
        else:
            made = {"text": label, "callback_data": signer.write(chat, reply, button, number)}
        width = sum(2 if character > "\u2e7f" else 1 for character in label) + 4
        if width > room or len(rows[-1]) >= _IN_ROW:
            rows.append([])
            room = _ROW
        rows[-1].append(made)
        room -= width
    return {"inline_keyboard": rows} if rows else None


def is_address(url: str) -> bool:
    """Tell whether Telegram opens or fetches an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and not any(c.isspace() for c in url)


def _harmless(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
