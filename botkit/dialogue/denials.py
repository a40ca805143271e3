"""Denials: which values a text does not mean, though it has them: 'not by mail', 'Monday, no, Tuesday'."""

from collections.abc import Sequence

from botkit.dialogue.phrases import Phrases
from botkit.model.definitions import Found
from botkit.model.words import fold


def is_denied(phrases: Phrases, before: str, *, chosen: bool = False) -> bool:
    """Tell whether what stands before a value denies it: 'not', 'anything but', with small words at most between.

    An option (`chosen`) is denied by 'I don't want' too; a thing of that number is not.
    """
    plain = before.casefold().replace("'", "").replace("’", "")
    pattern = phrases.refusing if chosen else phrases.denying
    return pattern is not None and pattern.search(plain) is not None


def is_retracted(phrases: Phrases, between: str, *, rivals: bool = False) -> bool:
    """Tell whether what stands between two values takes the first one back: 'no, sorry', 'or rather'.

    With `rivals`, other slots of the same kind, 'should be' does not: the second value may be theirs.
    """
    pattern = phrases.retracting if rivals else phrases.corrections
    return pattern is not None and pattern.search(fold(between)) is not None


def meant(phrases: Phrases, text: str, found: Sequence[Found], *, rivals: bool = False) -> list[Found]:
    """Give those of the values found in a text that it means; one that replaces others covers their place too."""
    kept = [one for one in found if not is_denied(phrases, text[: one.start])]
    if len(kept) < 2:
        return kept
    placed = sorted(kept, key=lambda one: one.start)
    for at in range(len(placed) - 1, 0, -1):
        between = text[placed[at - 1].end : placed[at].start]
        if is_retracted(phrases, between, rivals=rivals):
            first = placed[at]
            return [Found(first.value, placed[0].start, first.end), *placed[at + 1 :]]
    return kept
