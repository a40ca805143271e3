"""Appointments: options that are times of day, and which of them a text means: 15:30 by 'half past three'."""

from collections.abc import Iterable, Sequence
from datetime import time

from botkit.dialogue.denials import meant
from botkit.dialogue.options import Choice, Hit
from botkit.dialogue.phrases import Phrases
from botkit.model.parsers import Found, Reading, SlotParser
from botkit.model.words import fold

_HALF = 12  # hours


def option_at(
    text: str, choices: Sequence[Choice], phrases: Phrases, parse: SlotParser, known: Reading, *, bare: bool
) -> Hit | None:
    """Give the option whose label is the one time that a text says, if all of them are times.

    A time in digits alone may be of either half of the day where only one has an option: 3:30 is 15:30. With `bare`
    so may be an hour.
    """
    said = meant(phrases, text, parse(text, known), chosen=True)
    if len(said) != 1 or not isinstance(said[0].value, time):
        return None
    start, end = said[0].start, said[0].end
    digits = not any(map(str.isalpha, text[start:end]))
    if not bare and text[start:end].isdigit():
        return None
    shown = {choice.labels: _time_of(choice.labels, parse, known) for choice in choices}
    if None in shown.values():
        return None
    times = [said[0].value, *([_other_half(said[0].value)] if digits else [])]
    hits = [choice for one in times for choice in choices if shown[choice.labels] == one]
    return Hit(hits[0], start, end) if len(hits) == 1 else None


def _time_of(labels: Iterable[str], parse: SlotParser, known: Reading) -> time | None:
    """Give the time that a label is and nothing else."""
    for label in labels:
        found: Sequence[Found] = parse(label, known)
        if len(found) == 1 and fold(label[found[0].start : found[0].end]) == fold(label):
            return found[0].value if isinstance(found[0].value, time) else None
    return None


def _other_half(said: time) -> time:
    return said.replace(hour=(said.hour + _HALF) % (2 * _HALF))
