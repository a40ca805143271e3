"""Packets: what a team is given with a conversation, without numbers that nobody needs to answer a customer."""

from msgspec.structs import replace

from botkit.model.replies import Effect, HandOff
from botkit.model.turn import Turn
from botkit.safety import Kind, mask

MASKED: tuple[Kind, ...] = ("card", "iban", "id")


def mask_packet(turn: Turn) -> Turn:
    """Give a turn whose packets have no card, account or id numbers in their last lines.

    Their slots and what the flow shows on purpose stay: they are what the team is to work with.
    """
    effects = tuple([_masked(effect) for effect in turn.effects])
    return replace(turn, effects=effects) if effects != turn.effects else turn


def _masked(effect: Effect) -> Effect:
    if not isinstance(effect, HandOff):
        return effect
    known = mask("")
    lines: list[list[str]] = []
    for who, text in effect.packet.get("last", ()):
        known = mask(text, MASKED, known)
        lines.append([who, known.text])
    return replace(effect, packet={**effect.packet, "last": lines})
