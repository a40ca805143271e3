"""Buttons: Block Kit's, few as buttons and many as a list to choose from, and its pickers."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from botkit import Button, ButtonSigner, Reply
from botkit_slack.capabilities import LABEL

DATA: Final = 150  # characters that an option of a list sends: block-kit/composition-objects/option-object
ADDRESS: Final = 3_000
FEW: Final = 5  # answers that stand as buttons; more are a list to choose from
_IN_BLOCK: Final = 25

Numbered = tuple[int, Button]
"""A button and its number in the reply."""

Block = dict[str, Any]


def actions(signer: ButtonSigner, chat: str, reply: Reply, buttons: Sequence[Numbered]) -> list[Block]:
    """Give the blocks with some of a reply's buttons."""
    links = [_link(number, button) for number, button in buttons if is_address(button.url)]
    answers = [(number, button) for number, button in buttons if not button.url]
    if len(answers) > FEW and not reply.scale:
        made = [_choice(signer, chat, reply, answers)]
    else:
        made = [_button(signer, chat, reply, number, button) for number, button in answers]
    made += links
    return [{"type": "actions", "elements": made[n : n + _IN_BLOCK]} for n in range(0, len(made), _IN_BLOCK)]


def picker(signer: ButtonSigner, chat: str, reply: Reply) -> Block:
    """Give the block in which a day, a time or both are picked; its name is what a button would send."""
    element = {"type": f"{reply.asks}picker", "action_id": reply.asks}
    return {"type": "actions", "block_id": signer.write(chat, reply, Button(""), 0), "elements": [element]}


def is_address(url: str) -> bool:
    """Tell whether Slack opens or fetches an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    good = parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= ADDRESS
    return good and not any(c.isspace() for c in url)


def link_button(label: str, url: str, name: str) -> dict[str, Any]:
    """Give a button that opens an address."""
    return {"type": "button", "action_id": name, "text": _plain(label), "url": url}


def _link(number: int, button: Button) -> dict[str, Any]:
    return link_button(button.label, button.url, f"b{number}")


def _button(signer: ButtonSigner, chat: str, reply: Reply, number: int, button: Button) -> dict[str, Any]:
    data = signer.write(chat, reply, button, number)
    return {"type": "button", "action_id": f"b{number}", "text": _plain(_label(button)), "value": data}


def _choice(signer: ButtonSigner, chat: str, reply: Reply, buttons: Sequence[Numbered]) -> dict[str, Any]:
    options = [
        {"text": _plain(_label(button)), "value": signer.write(chat, reply, button, number)}
        for number, button in buttons
    ]
    return {"type": "static_select", "action_id": f"s{buttons[0][0]}", "options": options}


def _label(button: Button) -> str:
    return button.label if button.label.strip() else button.value or "…"


def _plain(text: str) -> dict[str, Any]:
    text = text.encode("utf-8", "replace").decode()
    shown = text if len(text) <= LABEL else text[: LABEL - 1] + "…"
    return {"type": "plain_text", "text": shown if shown.strip() else "…", "emoji": False}
