"""Packets: what a team is given with a conversation, without numbers that nobody needs to answer a customer."""

from collections.abc import Sequence

from msgspec.structs import replace

from botkit.model.replies import HandOff
from botkit.model.turn import Turn
from botkit.safety import Kind, mask

MASKED: tuple[Kind, ...] = ("card", "iban", "id")


def mask_packet(turn: Turn) -> Turn:
    """Give a turn whose packets have no card, account or id numbers in their last lines.

    Their slots and what the flow shows on purpose stay: they are what the team is to work with.
    """
    effects = tuple([mask_handoff(effect) if isinstance(effect, HandOff) else effect for effect in turn.effects])
    return replace(turn, effects=effects) if effects != turn.effects else turn


def mask_handoff(handoff: HandOff) -> HandOff:
    """Do that with one hand-off."""
    texts = mask_texts([text for _, text in handoff.packet.get("last", ())])
    lines = [[who, text] for (who, _), text in zip(handoff.packet.get("last", ()), texts, strict=True)]
    return replace(handoff, packet={**handoff.packet, "last": lines})


def mask_texts(texts: Sequence[str]) -> list[str]:
    """Give texts of one conversation without such numbers; the same number gets the same placeholder."""
    known = mask("")
    masked: list[str] = []
    for text in texts:
        known = mask(text, MASKED, known)
        masked.append(known.text)
    return masked
