"""Tries: whether a model is asked again after a failure, and when. Pure policy."""

from typing import Final

from botkit.errors import ModelError

FIRST_PAUSE: Final = 0.5  # seconds; each is twice as long as the one before, less a random part of up to a half
LONGEST_PAUSE: Final = 8.0
LONGEST_ASKED: Final = 20.0  # that a server may ask for; whoever is told to wait longer does without it
LONGEST_ALONE: Final = 300.0  # for which a server that asks for more is left alone
LONGEST_BEFORE_OTHER: Final = 1.0  # that a customer waits for a model where another one can be asked
AWAY: Final = frozenset({"unavailable", "timeout", "rate_limited"})  # what says that a server is not to be had
LEAST_LEFT: Final = 1.0  # seconds in which an answer can still come

_NOT_BILLED: Final = frozenset({"rate_limited", "unavailable", "rejected", "unsupported", "not_configured"})


def pause_before(error: ModelError, tries: int, jitter: float) -> float:
    """Give after how many seconds to ask again: what the server says, else what doubles with each try."""
    if error.retry_after is not None:
        return error.retry_after + jitter * FIRST_PAUSE / 2
    wait: float = FIRST_PAUSE * 2 ** (tries - 1)
    return min(wait, LONGEST_PAUSE) * (1 - jitter / 2)


def may_again(error: ModelError, tries: int, retries: int, pause: float, left: float, *, other: bool) -> bool:
    """Tell whether the same model is asked again after `pause`, with `left` seconds until nobody waits any more.

    `other` says that another model can be asked, which is better than to wait long for this one.
    """
    if not error.temporary or tries > retries or (error.retry_after or 0.0) > LONGEST_ASKED:
        return False
    if other and (error.reason == "timeout" or pause > LONGEST_BEFORE_OTHER):
        return False
    return pause + LEAST_LEFT <= left


def may_other(error: ModelError, left: float) -> bool:
    """Tell whether a second model is asked in place of one that failed so."""
    return (error.temporary or error.reason in ("rejected", "unsupported")) and left >= LEAST_LEFT


def is_billed(error: ModelError) -> bool:
    """Tell whether a try that failed so was at work, and is probably paid for."""
    return error.reason not in _NOT_BILLED
