"""Denials: which values a text does not mean, though it has them: 'not by mail', 'Monday, no, Tuesday'."""

import re
from collections.abc import Sequence
from itertools import pairwise

from botkit.dialogue.phrases import Phrases, is_question, strip_talk
from botkit.model.parsers import Found
from botkit.model.words import fold, lowered

_QUOTES = str.maketrans({"'": None, "’": None, '"': " ", "“": " ", "”": " ", "「": " ", "」": " "})
_BLANKS = {**_QUOTES, **dict.fromkeys(map(ord, "()[]<>（）【】《》*_~:：\n\t\r"), " ")}  # not (by mail), not *mail*
DASHES = frozenset({"-", "–", "—", "~", "～"})
_AND = frozenset({"&", "+", "、", "/"})
_SIGNS = re.compile(r"[;!?。！？；，\n]|[,.](?!\d)")


def is_denied(phrases: Phrases, before: str, *, chosen: bool = False) -> bool:
    """Tell whether what stands before a value denies it: 'not', 'anything but', with small words at most between.

    An option or a day (`chosen`) is denied by 'I don't want' and by 'no' too; a thing of that number is not.
    """
    plain = before.casefold()
    pattern = phrases.refusing if chosen else phrases.denying
    if pattern is not None and pattern.search(plain.translate(_BLANKS)) is not None:
        return True
    return chosen and phrases.barring is not None and phrases.barring.search(plain.translate(_QUOTES)) is not None


def suits_not(phrases: Phrases, before: str, behind: str) -> bool:
    """Tell whether what stands around an option or a day says that it does not suit: 'I hate', 'doesn't work'."""
    if phrases.averse is not None and phrases.averse.search(before.casefold().translate(_QUOTES)) is not None:
        return True
    plain = behind.casefold().translate(_QUOTES)
    if phrases.rejecting is not None and phrases.rejecting.match(plain) is not None:
        return True
    asked = plain.lstrip()[:1] in {"?", "？"}  # mail? no way
    return asked and phrases.leading_no is not None and phrases.leading_no.match(fold(plain)) is not None


def is_phone(phrases: Phrases, names: Sequence[str], before: str) -> bool:
    """Tell whether a text announces a phone number, for a slot that is called otherwise: 'my phone is'."""
    found = phrases.phoning.search(before.casefold()) if phrases.phoning is not None else None
    return found is not None and not any(word in fold(found[0]) for name in names for word in fold(name).split())


def is_retracted(phrases: Phrases, between: str, *, rivals: bool = False) -> bool:
    """Tell whether what stands between two values takes the first one back: 'no, sorry', 'or rather'.

    With `rivals`, other slots of the same kind, 'should be' does not: the second value may be theirs.
    """
    folded = fold(between)
    pattern = phrases.retracting if rivals else phrases.corrections
    return folded in phrases.no or (pattern is not None and pattern.search(folded) is not None)


def is_left(phrases: Phrases, before: str, between: str) -> bool:
    """Tell whether an option or a value is left for the next, or begins a range with it: 'from mail to store'."""
    if (
        phrases.leaving is None
        or phrases.leaving.search(before.casefold()) is None
        or _SIGNS.search(between) is not None
    ):
        return False
    return phrases.reaching is not None and phrases.reaching.search(between.casefold()) is not None


def range_of(phrases: Phrases, text: str, found: Sequence[Found]) -> tuple[Found, Found] | None:
    """Give the two values of a text that are a range, or of which one is left for the other, in their order."""
    placed = sorted(found, key=lambda one: one.start)
    for one, other in pairwise(placed):
        before, between = text[: one.start], text[one.end : other.start]
        if one.value != other.value and (is_left(phrases, before, between) or _only_leads_on(phrases, between)):
            return one, other
    ranged = len(placed) == 2 and phrases.ranges is not None and phrases.ranges.search(fold(text)) is not None
    chosen = ranged and not _leaves_open(phrases, text[placed[0].end : placed[1].start])
    return (placed[0], placed[1]) if chosen else None


def said_together(phrases: Phrases, text: str, found: Sequence[Found]) -> list[Found]:
    """Give two values that differ and have nothing but an 'and' between them: 'Monday and Tuesday'."""
    placed = sorted(found, key=lambda one: one.start)
    return next(
        ([one, other] for one, other in pairwise(placed)
         if one.value != other.value and _only_joins(phrases, text[one.end : other.start])), []
    )  # fmt: skip


def _only_joins(phrases: Phrases, between: str) -> bool:
    joined = phrases.joined is not None and phrases.joined.fullmatch(fold(between)) is not None
    return joined or between.strip() in _AND


def _only_leads_on(phrases: Phrases, between: str) -> bool:
    """Tell whether nothing but a 'to' or a dash stands between two values."""
    if between.strip() in DASHES:
        return True
    return phrases.reaching is not None and phrases.reaching.match(between.casefold().strip()) is not None


def may_leave_open(phrases: Phrases, text: str) -> bool:
    """Tell whether a text has a word that leaves a choice open: 'or', 'between'."""
    folded = fold(text)
    return _leaves_open(phrases, folded) or (phrases.ranges is not None and phrases.ranges.search(folded) is not None)


def _leaves_open(phrases: Phrases, between: str) -> bool:
    return phrases.alternatives is not None and phrases.alternatives.search(fold(between)) is not None


def is_asked_about(phrases: Phrases, text: str, start: int, end: int) -> bool:
    """Tell whether a text asks something about the value at `text[start:end]`: 'what does UPS cost?', 'explain UPS'.

    A question that is an answer does not, nor one of nothing but the value: 'can I have it by mail?', 'Monday?'.
    """
    left = max([sign.end() for sign in _SIGNS.finditer(text, 0, start)], default=0)
    sign = _SIGNS.search(text, end)
    right = sign.end() if sign is not None else len(text)
    if phrases.joined is not None:
        small = lowered(text)
        left = max([left, *[joined.end() for joined in phrases.joined.finditer(small, left, start)]])
        joined = phrases.joined.search(small, end, right)
        right = joined.start() if joined is not None else right
    beside = f"{text[left:start]} {text[end:right]}"
    folded = fold(beside)
    if phrases.explaining is not None and phrases.explaining.search(folded) is not None:
        return True
    if not folded or not is_question(phrases, beside):
        return False
    if phrases.proposing is not None and phrases.proposing.match(folded) is not None:
        return False
    return bool(strip_talk(phrases, folded))


def meant(
    phrases: Phrases, text: str, found: Sequence[Found], *, rivals: bool = False, chosen: bool = False
) -> list[Found]:
    """Give those of the values found in a text that it means; one that replaces others covers their place too."""
    kept = [one for one in found if not is_denied(phrases, text[: one.start], chosen=chosen)]
    if chosen:
        kept = [one for one in kept if not suits_not(phrases, text[: one.start], text[one.end :])]
    if len(kept) < 2:
        return kept
    placed = sorted(kept, key=lambda one: one.start)
    for at in range(len(placed) - 1, 0, -1):
        between = text[placed[at - 1].end : placed[at].start]
        if is_retracted(phrases, between, rivals=rivals):
            first = placed[at]
            return [Found(first.value, placed[0].start, first.end), *placed[at + 1 :]]
    return kept


def left_open(phrases: Phrases, text: str, found: Sequence[Found]) -> list[Found]:
    """Give those of the values that a text means between which it leaves the choice open, in its order."""
    if len(found) < 2 or not may_leave_open(phrases, text):
        return []
    placed = sorted(found, key=lambda one: one.start)
    between = phrases.ranges is not None and phrases.ranges.search(fold(text)) is not None
    pairs = [
        (one, other)
        for one, other in pairwise(placed)
        if one.value != other.value and (between or _leaves_open(phrases, text[one.end : other.start]))
    ]
    return [found for found in placed if any(found in pair for pair in pairs)]
