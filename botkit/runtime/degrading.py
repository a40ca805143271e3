"""Degrading: a reply is brought to what a channel can show."""

from collections.abc import Iterator

from msgspec.structs import replace

from botkit.model.catalogue import Capabilities
from botkit.model.markup import without_markup
from botkit.model.replies import Button, Card, Reply
from botkit.ports.files import is_ref


def degrade(reply: Reply, can: Capabilities) -> Reply:
    """Give a reply with only what the channel shows: buttons become a numbered list, cards, links and
    marks of Markdown text.
    """
    text, buttons, cards = reply.text, reply.buttons, reply.cards
    if not can.markdown:
        text = without_markup(text)
    if cards and not can.cards:
        text = _joined(text, *(_card_text(card) for card in cards))
        buttons = (*buttons, *(button for card in cards for button in card.buttons))
        cards = ()
    if len(buttons) > can.buttons:
        text = _joined(text, "\n".join(_numbered(buttons)))
        buttons = ()
    if reply.image and not can.images and not is_ref(reply.image):
        text = _joined(text, reply.image)
    if reply.file and not can.files and not is_ref(reply.file):
        text = _joined(text, reply.file)
    return replace(
        reply,
        text=text,
        buttons=tuple(_shortened(button, can.button_length) for button in buttons),
        cards=cards,
        image=reply.image if can.images else "",
        file=reply.file if can.files else "",
    )


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _card_text(card: Card) -> str:
    return _joined(card.title, card.text, card.url or card.image)


def _numbered(buttons: tuple[Button, ...]) -> Iterator[str]:
    for number, button in enumerate(buttons, start=1):
        yield f"{number}. {button.label}: {button.url}" if button.url else f"{number}. {button.label}"


def _shortened(button: Button, length: int) -> Button:
    """Cut a label that is too long; the value stays, so that the press means the same."""
    if len(button.label) <= length:
        return button
    return replace(button, label=button.label[: length - 1] + "…")
