"""Verdicts: what a text says of a slot's value behind the slot's name: that it is wrong, or right, or another."""

import re
from dataclasses import dataclass

from botkit.dialogue.naming import Mention, behind_name, is_linked
from botkit.dialogue.phrases import Phrases, is_question, read_yes_no
from botkit.dialogue.remainders import rewords
from botkit.dialogue.splicing import denied_part
from botkit.dialogue.work import Work
from botkit.model.words import fold, lowered

_SIGNS = re.compile(r"[\s,;:.，。；：、=-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wrong` says that the value that there is does not count; the new one stands at `text[start:end]`, if any.

    It may be for a part of the value alone, `old`.
    """

    wrong: bool
    start: int = 0
    end: int = 0
    old: str = ""


def verdict_on(work: Work, text: str, mention: Mention, end: int, *, linked: bool = False) -> Verdict | None:
    """Give what `text[:end]` says of a slot of free text behind its name; nothing where it asks or says nothing.

    Nothing has to link the name to the value where the one before is (`linked`): 'A is 1 and B 2'.

    'the address is wrong, it is 9 Elm Road' and 'is not 5 Elm Road but 9 Elm Road' have a new value behind the
    verdict, 'is 9 Elm Road' has nothing else; 'is fine' and 'is too short' have none.
    """
    phrases = work.prepared.phrases
    start = behind_name(phrases, text, mention)
    said = text[start:end]
    if not fold(said) or is_question(phrases, text) or is_question(phrases, said) or _ends_as_question(phrases, said):
        return None
    wrong = _is_wrong(phrases, said)
    if wrong:
        clause, found = _new_value(work, text, mention, start, end)
        return (
            Verdict(wrong=True) if found < 0 else Verdict(True, found, end, denied_part(phrases, text[start:clause]))
        )
    if not (linked or is_linked(phrases, text[mention.end :])) or _is_right(phrases, said):
        return None
    return Verdict(False, start, end)


def _ends_as_question(phrases: Phrases, said: str) -> bool:
    return phrases.tags is not None and phrases.tags.search(fold(said)) is not None


def _is_wrong(phrases: Phrases, said: str) -> bool:
    folded = fold(said)
    patterns = (phrases.wrongs, phrases.leading_denials)
    return read_yes_no(phrases, folded) == (False, True) or any(p is not None and p.match(folded) for p in patterns)


def _is_right(phrases: Phrases, said: str) -> bool:
    folded = fold(said)
    agreed = read_yes_no(phrases, folded)
    right = phrases.rights is not None and phrases.rights.match(folded) is not None
    return right or (agreed is not None and agreed[1])


def _new_value(work: Work, text: str, mention: Mention, start: int, end: int) -> tuple[int, int]:
    """Give where a verdict ends and the new value begins: behind 'it is', 'but'; -1 where none stands there."""
    phrases = work.prepared.phrases
    current = str(work.value_at(mention.index, mention.slot.name))
    for sign in phrases.clauses.finditer(lowered(text), start, end) if phrases.clauses is not None else ():
        doubted = phrases.doubts is not None and phrases.doubts.fullmatch(fold(sign[0])) is not None
        at, led = _behind_leads(phrases, text, sign.end(), end)
        rest = text[at:end]
        if not fold(rest) or _is_wrong(phrases, rest) or _is_right(phrases, rest):
            continue
        if led or doubted or rewords(phrases, rest, current):
            return sign.start(), at
    return end, -1


def _behind_leads(phrases: Phrases, text: str, at: int, end: int) -> tuple[int, bool]:
    """Give where a text goes on behind signs, copulas and fillers, and whether there was any of these words."""
    led = False
    while True:
        sign = _SIGNS.match(text, at, end)
        at = sign.end() if sign is not None else at
        letters = [place for place in range(at, end) if text[place] not in "'’"]
        rest = "".join(text[place].casefold()[:1] for place in letters)
        patterns = (phrases.copulas, phrases.corrections, phrases.fillers)
        steps = [found.end() for pattern in patterns if pattern is not None and (found := pattern.match(rest))]
        if not steps or not max(steps):
            return at, led
        at, led = letters[max(steps) - 1] + 1, True
