"""A line for each turn, where somebody asks for it."""

import logging
from typing import Any

from botkit.model.turn import Turn

_log = logging.getLogger("botkit.turns")


def log_turn(turn: Turn) -> None:
    """Log that a turn was stored: which one, how it was taken, and where it went."""
    _log.info("turn", extra=ids_of(turn))


def ids_of(turn: Turn) -> dict[str, Any]:
    """Give what names a turn, without a word of it: `flow` is the first that it stood in."""
    return {
        "conversation": turn.conversation,
        "channel": turn.session.channel,
        "turn": turn.seq,
        "route": turn.route or type(turn.event).__name__.lower(),
        "flow": turn.visits[0].flow if turn.visits else "",
    }
