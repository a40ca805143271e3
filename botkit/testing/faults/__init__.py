"""Faults: a bot's workers are killed, stopped, starved, cut off; nothing may be lost, repeated or put out of order.

    judgement = await play("my_bot", talk, sample(seed), tmp_path)
    assert not judgement.wrongs, judgement

`docs/faults.md` tells how. Linux only.
"""

from botkit.testing.faults.judging import Judgement
from botkit.testing.faults.ledgers import Entry, Ledger
from botkit.testing.faults.plans import (
    KINDS,
    MEANINGS,
    POINTS,
    SERVER_KINDS,
    Fault,
    Kind,
    Played,
    at_random,
    every_cell,
    sample,
)
from botkit.testing.faults.platforms import Platform, Sent
from botkit.testing.faults.playing import play
from botkit.testing.faults.talks import Move, Talk
from botkit.testing.faults.workers import Worker

__all__ = [
    "KINDS",
    "MEANINGS",
    "POINTS",
    "SERVER_KINDS",
    "Entry",
    "Fault",
    "Judgement",
    "Kind",
    "Ledger",
    "Move",
    "Platform",
    "Played",
    "Sent",
    "Talk",
    "Worker",
    "at_random",
    "every_cell",
    "play",
    "sample",
]
