"""Appointments: options that are times of day, and which of them a text means: 15:30 by 'half past three'."""

import re
from collections.abc import Iterable, Sequence
from datetime import time

from botkit.dialogue.denials import meant
from botkit.dialogue.options import Choice, Hit
from botkit.dialogue.phrases import Phrases
from botkit.model.parsers import Found, Reading, SlotParser
from botkit.model.words import fold, has_cjk

_HALF = 12  # hours
_POINT = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d{2})(?![\d.,])")
_WORDS = re.compile(r"[^\W\d_]+")


def option_at(
    text: str, choices: Sequence[Choice], phrases: Phrases, parse: SlotParser, known: Reading, *, bare: bool
) -> Hit | None:
    """Give the option whose label is the one time that a text says, if all of them are times.

    A time without its half of the day may be of either where only one has an option: 3:30 is 15:30. With `bare` so
    may an hour alone, and a point may stand in a time: 9.30.
    """
    text = _POINT.sub(r"\1:\2", text) if bare else text
    said = meant(phrases, text, parse(text, known), chosen=True)
    if len(said) != 1 or not isinstance(said[0].value, time):
        return None
    start, end = said[0].start, said[0].end
    either = not _tells_half(text[start:end], known) and (bare or not text[start:end].isdigit())
    shown = {choice.labels: _time_of(choice.labels, parse, known) for choice in choices}
    if None in shown.values():
        return None
    times = [said[0].value, *([_other_half(said[0].value)] if either else [])]
    hits = [choice for one in times for choice in choices if shown[choice.labels] == one]
    return Hit(hits[0], start, end) if len(hits) == 1 else None


def _time_of(labels: Iterable[str], parse: SlotParser, known: Reading) -> time | None:
    """Give the time that a label is and nothing else."""
    for label in labels:
        found: Sequence[Found] = parse(label, known)
        if len(found) == 1 and fold(label[found[0].start : found[0].end]) == fold(label):
            return found[0].value if isinstance(found[0].value, time) else None
    return None


def _tells_half(said: str, known: Reading) -> bool:
    """Tell whether a time says of which half of the day it is: 3 pm, 下午三点."""
    folded = fold(said)
    dates = [locale.dates for locale in known.locales]
    words = {fold(word) for one in dates for word in (*one.am, *one.pm, *one.parts, *one.times)} - {""}
    return any(word in folded if has_cjk(word) else word in _WORDS.findall(folded) for word in words)


def _other_half(said: time) -> time:
    return said.replace(hour=(said.hour + _HALF) % (2 * _HALF))
