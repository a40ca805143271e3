"""Correcting: which slots that were filled before a message changes, and to what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from botkit.dialogue.denials import is_asked_about
from botkit.dialogue.filling import (
    STRICT,
    Fit,
    bare_amount,
    choices_of,
    denied_values,
    find_values,
    is_free,
    strict_value,
)
from botkit.dialogue.naming import (
    Mention,
    behind_name,
    blank,
    end_of_clause,
    is_linked,
    mentions,
    value_beside,
    without_named,
)
from botkit.dialogue.options import find_parts
from botkit.dialogue.patterns import is_guessable
from botkit.dialogue.phrases import (
    Phrases,
    behind_no,
    is_correction,
    is_question,
    leads_in,
    read_yes_no,
    strip_correction,
    without,
    without_tail,
)
from botkit.dialogue.remainders import remainder, rewords
from botkit.dialogue.secrecy import asks_secret
from botkit.dialogue.stack import asked_slots, seen_from
from botkit.dialogue.verdicts import verdict_on
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.values import Money
from botkit.model.words import content_length, fold, words_of

LEAST_WORDS, MOST_WORDS = 2, 12  # of a phrase that is taken for a value as it stands


@dataclass(frozen=True, slots=True)
class Correction:
    """A new value for a slot that the frame at `index` has asked for, said at `text[start:end]`; `why` is for people.

    `named` says that the text names the slot, `refused` that nothing but the open question's refusal makes it one.
    """

    index: int
    slot: SlotDef
    value: Any
    start: int
    end: int
    why: str
    refused: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class Corrections:
    """All that a message corrects; `among` are the slots that a value may be of which is said of none by name."""

    made: tuple[Correction, ...] = ()
    among: tuple[Correction, ...] = ()


NONE = Corrections()


def find_corrections(work: Work, text: str, *, confirming: bool = False, refused: bool = False) -> Corrections:
    """Give the corrections that a message makes.

    Earlier slots are corrected if the text names them or begins with a correction word, at a `confirm`
    (`confirming`) by any differing value, and where the open question refuses the text (`refused`) by the one
    slot that takes it. What is said of one slot by its name corrects no other.
    """
    asked = asked_slots(work)
    if not asked:
        return NONE
    corrected = is_correction(work.prepared.phrases, text)
    named, others, same = _differing(work, text, asked, confirming=confirming, bare=corrected or confirming)
    if corrected or confirming:
        others += _reworded(work, text, asked, [one.slot.name for one in named])
    if corrected or (confirming and behind_no(work.prepared.phrases, fold(text)) is not None):
        others += _in_parts(work, text, asked, (*named, *others, *same))
    others = [one for one in others if not any(_inside(one, other) for other in others)]
    others = [one for one in others if not one.slot.secret or not is_guessable(one.slot) or _is_all(work, text, one)]
    others = [one for one in others if not any(_overlap(one, other) for other in named)]
    if not corrected:  # then what is said again of one slot is not said of another
        others = [one for one in others if not any(_overlap(one, other) for other in same)]
        others = [one for one in others if not is_asked_about(work.prepared.phrases, text, one.start, one.end)]
    places = _by_place(others)
    if not (corrected or confirming):
        refused = refused and not asks_secret(work)
        lone = refused and not named and len(places) == 1 and len(places[0]) == 1 and _is_most(work, text, others[0])
        step = work.question.step if work.question else ""
        alone = [_because(one, f"{step} refuses it", refused=True) for one in others] if lone else []
        return Corrections((*named, *alone))
    why = "a correction word" if corrected else "at a confirm"
    sure = [group[0] for group in places if len(group) == 1 or not confirming]
    among = [one for group in places if len(group) > 1 and confirming for one in reversed(group)]
    return Corrections((*named, *[_because(one, why) for one in sure]), tuple(among))


def _is_most(work: Work, text: str, one: Correction) -> bool:
    """Tell whether a value is most of what a text says, and the text asks nothing: 'it was on May 3'.

    What is of a pattern needs not be.
    """
    phrases = work.prepared.phrases
    if one.slot.pattern:
        return True
    if is_question(phrases, text):
        return False
    left = without(fold(blank(text, [(one.start, one.end)])), phrases.corrections, phrases.fillers)
    return content_length(left) <= content_length(text[one.start : one.end])


def _is_all(work: Work, text: str, one: Correction) -> bool:
    """Tell whether a text has nothing but a value, beside a yes or no and words of correction: 'no, 7228'."""
    phrases = work.prepared.phrases
    rest = fold(blank(text, [(one.start, one.end)]))
    return not content_length(without(rest, phrases.corrections, phrases.fillers, phrases.either))


def _because(one: Correction, why: str, *, refused: bool = False) -> Correction:
    return replace(one, why=why, refused=refused)


def _differing(
    work: Work, text: str, asked: Sequence[tuple[int, SlotDef]], *, confirming: bool, bare: bool
) -> tuple[list[Correction], list[Correction], list[Fit]]:
    """Give the values of a text that differ from those of the slots: of slots that it names and of others.

    The third are those that do not differ. With `bare` a number without a unit may be an amount.
    """
    known = mentions(work, text)
    at_name = {mention.slot.name: mention for mention in reversed(known)}
    named: list[Correction] = []
    others: list[Correction] = []
    same: list[Fit] = []
    for index, slot in asked:
        mention = at_name.get(slot.name)
        if slot.type == "boolean" and mention is None and (confirming or not _is_only_yes_or_no(work, text)):
            continue  # its yes or no is the confirm's, or a word of correction
        found = _said(work, index, slot, text, mention, known, bare=bare)
        if found is None:
            continue
        if _alike(found.value, work.value_at(index, slot.name)):
            same.append(found)
        elif mention is not None:
            start = min(mention.start, found.start)
            named.append(Correction(index, slot, found.value, start, found.end, f"names {slot.name}", named=True))
        else:
            others.append(Correction(index, slot, found.value, found.start, found.end, ""))
    return named, others, same


def _is_only_yes_or_no(work: Work, text: str) -> bool:
    """Tell whether a text says nothing but yes or no behind words of correction: 'sorry, yes'."""
    phrases, folded = work.prepared.phrases, fold(text)
    agreed = read_yes_no(phrases, strip_correction(phrases, folded) or folded)
    return agreed is not None and agreed[1]


def _reworded(work: Work, text: str, asked: Sequence[tuple[int, SlotDef]], named: Sequence[str]) -> list[Correction]:
    """Give the corrections that reword free text: 'no, 7 Canal Street' where 5 Canal Street was said."""
    phrases = work.prepared.phrases
    free = [(index, slot) for index, slot in asked if is_free(slot) and slot.name not in named]
    if not free or is_question(phrases, text):
        return []
    start, end = remainder(phrases, text)
    said = text[start:end]
    return [
        Correction(index, slot, said, start, end, "")
        for index, slot in free
        if rewords(phrases, said, str(work.value_at(index, slot.name)))
    ]


def _in_parts(
    work: Work, text: str, asked: Sequence[tuple[int, SlotDef]], known: Sequence[Correction | Fit]
) -> list[Correction]:
    """Give the corrections to options of which the text has a part for itself: 不，门店，七号 for 门店退货."""
    told = {one.slot.name for one in known if isinstance(one, Correction)}
    left = blank(text, [(one.start, one.end) for one in known if (one.start, one.end) != (0, len(text))])
    found: list[Correction] = []
    for index, slot in asked:
        if not slot.options or slot.many or slot.name in told:
            continue
        hits = find_parts(left, choices_of(work, slot), work.prepared.phrases, slot.names)
        if len(hits) == 1 and hits[0].choice.value != work.value_at(index, slot.name):
            found.append(Correction(index, slot, hits[0].choice.value, hits[0].start, hits[0].end, ""))
    return found


def find_denied(work: Work, text: str) -> list[tuple[int, SlotDef]]:
    """Give the slots whose value a text denies: 'no, not by mail', 'the address is wrong'."""
    known = mentions(work, text)
    return [
        (index, slot)
        for index, slot in changeable(work)
        if any(_has(work.value_at(index, slot.name), value) for value in denied_values(work, slot, text))
        or any(
            mention.slot.name == slot.name and (_is_wrong(work, text, mention) or _misfits(work, text, mention))
            for mention in known
        )
    ]


def _is_wrong(work: Work, text: str, mention: Mention) -> bool:
    phrases = work.prepared.phrases
    if is_free(mention.slot):
        told = verdict_on(work, text, mention, mention.until)
        return told is not None and told.wrong and told.end == told.start
    behind = without_tail(phrases, text[behind_name(phrases, text, mention) : mention.until])
    return read_yes_no(phrases, fold(behind)) == (False, True)


def _misfits(work: Work, text: str, mention: Mention) -> bool:
    """Tell whether a slot is said to be a number that is none of its values."""
    phrases, slot = work.prepared.phrases, mention.slot
    if is_free(slot) or not is_linked(phrases, text[mention.end :]) or is_question(phrases, text):
        return False
    said = text[behind_name(phrases, text, mention) : end_of_clause(phrases, text, mention)]
    return (
        any(map(str.isdigit, said)) and value_beside(work, text, mention) is None and not _has_value(work, slot, said)
    )


def _has_value(work: Work, slot: SlotDef, said: str) -> bool:
    return strict_value(work, slot, said) is not None or (
        slot.type == "money" and bare_amount(work, said) is not None
    )


def said_before(work: Work, index: int, slot: SlotDef, text: str) -> Correction | None:
    """Give the one value that a text has for a slot which is named only now: 'no, 7 Canal Street', 'the address'."""
    with seen_from(work, index):
        if is_free(slot):
            start, end = remainder(work.prepared.phrases, text)
            found = Fit(text[start:end], start, end, STRICT) if _is_phrase(work, text[start:end]) else None
        else:
            values = [] if slot.options or slot.options_from else find_values(work, slot, text)
            several = any(not _alike(one.value, values[0].value) for one in values)
            found = None if several else strict_value(work, slot, text)
            if found is None and slot.type == "money" and not several:
                found = bare_amount(work, text)
    if found is None or _alike(found.value, work.value_at(index, slot.name)):
        return None
    return Correction(index, slot, found.value, found.start, found.end, "said before")


def _is_phrase(work: Work, text: str) -> bool:
    """Tell whether a text can be a value as it is: a phrase without a date, a mail or an option of another slot."""
    words = words_of(fold(text))
    if len(words) > MOST_WORDS or sum(word.isalpha() for word in words) < LEAST_WORDS:
        return False
    if is_question(work.prepared.phrases, text):
        return False
    others = [slot for _, slot in asked_slots(work) if not is_free(slot)]
    found = [found for slot in others if slot.type != "boolean" and (found := strict_value(work, slot, text))]
    return all(is_bare_number(one.value) for one in found)


def is_bare_number(value: Any) -> bool:
    """Tell whether a value is hardly more than digits, which stand in much that is said: 12, '4821', 20 euros."""
    return isinstance(value, int | float | Decimal | Money) or (isinstance(value, str) and value.isdigit())


def _by_place(values: Sequence[Correction]) -> list[list[Correction]]:
    """Group values that stand at the same place of the text."""
    groups: list[list[Correction]] = []
    for one in values:
        group = next((group for group in groups if any(_overlap(one, other) for other in group)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def _overlap(one: Correction, other: Correction | Fit) -> bool:
    return one.start < other.end and other.start < one.end


def _inside(one: Correction, other: Correction) -> bool:
    """Tell whether a value stands inside a longer one: the 20 of '20 euros'."""
    return other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start > 0


def _said(
    work: Work, index: int, slot: SlotDef, text: str, mention: Mention | None, known: Sequence[Mention], *, bare: bool
) -> Fit | None:
    """Give the value that a text has for a slot of the frame at `index`."""
    left = without_named(work, text, slot, names=True)
    with seen_from(work, index):
        found = _said_of(work, slot, text, left, mention, bare=bare)
    if found is None and mention is not None and is_free(slot):
        return _after_name(work, text, mention, known)
    return found


def _said_of(work: Work, slot: SlotDef, text: str, left: str, mention: Mention | None, *, bare: bool) -> Fit | None:
    """Give the value that a text has for a slot: right behind its name, somewhere behind it, or in what is left.

    With `bare` a number without a unit is an amount everywhere.
    """
    if mention is not None:
        if slot.type == "boolean" and _is_lacking(work, text, mention):
            return Fit(False, mention.start, mention.end, STRICT)
        beside = value_beside(work, text, mention)
        if beside is not None:
            return Fit(beside.value, beside.start, beside.end, STRICT)
        left = blank(left, [(mention.start, mention.end)])
        behind = blank(left, [(0, mention.end), (mention.until, len(text))])
        found = strict_value(work, slot, behind) or (bare_amount(work, behind) if slot.type == "money" else None)
        if found is not None:
            return found
    found = strict_value(work, slot, left)
    return found or (bare_amount(work, left) if bare and slot.type == "money" else None)


def _is_lacking(work: Work, text: str, mention: Mention) -> bool:
    """Tell whether a text says right before a slot's name that there is none: 'I have no receipt', 没有收据."""
    phrases = work.prepared.phrases
    before = text[: mention.start].casefold().replace("'", "").replace("’", "")
    if phrases.lacking is None or is_linked(phrases, text[mention.end :]):
        return False
    return phrases.lacking.search(before) is not None and not is_question(phrases, text)


def _alike(new: Any, current: Any) -> bool:
    """Tell whether two values are the same, however they are written: W1000001 is #W1000001."""
    return bool(new == current or (isinstance(new, str) and isinstance(current, str) and fold(new) == fold(current)))


def _has(current: Any, value: Any) -> bool:
    """Tell whether a slot's value is another one, or has it among several."""
    return any(_alike(value, one) for one in current) if isinstance(current, list) else _alike(value, current)


def _after_name(work: Work, text: str, mention: Mention, known: Sequence[Mention]) -> Fit | None:
    """Give what a text says after a free text slot's name: 'the reason is: too small'.

    A copula or a sign stands between them, or a verdict on the value that there is ('is wrong, it is ...'). It ends
    where another slot is named and said something of. What asks something, and a verdict alone, gives none.
    """
    later = (one for one in known if one.start >= mention.until and one.slot.name != mention.slot.name)
    ends = [
        one.start
        for one in later
        if is_linked(work.prepared.phrases, text[one.end :]) or value_beside(work, text, one) is not None
    ]
    told = verdict_on(work, text, mention, min(ends, default=len(text)))
    if told is None or told.start == told.end:
        return None
    rest = text[told.start : told.end]
    if ends:
        rest = without_tail(work.prepared.phrases, rest)
    rest = _without_other(work, rest, mention.slot).strip()
    start = text.find(rest, told.start)
    return Fit(rest, mention.start, start + len(rest), STRICT) if fold(rest) else None


def _without_other(work: Work, said: str, slot: SlotDef) -> str:
    """Take off what is said of another slot behind an 'and': 'Bob and 4 lamps'."""
    phrases = work.prepared.phrases
    for joined in _joins(phrases, said):
        behind = said[joined:]
        others = [other for _, other in asked_slots(work) if other.name != slot.name and not is_free(other)]
        if any(other.type != "boolean" and strict_value(work, other, behind) is not None for other in others):
            return said[:joined]
    return said


def _joins(phrases: Phrases, said: str) -> list[int]:
    """Give where a text goes on with 'and'."""
    words = [match.start() for match in re.finditer(r"(?<=\s)\w", said)]
    return [at for at in words if phrases.joining is not None and phrases.joining.match(said[at:].casefold())]


def changeable(work: Work) -> list[tuple[int, SlotDef]]:
    """Give the slots that this run and its callers have asked for, each with its frame, the first one first."""
    return list(reversed(asked_slots(work)))


def find_named(work: Work, text: str, *, alone: bool, anywhere: bool = False) -> tuple[int, SlotDef] | None:
    """Give the one asked slot that a text names first, after a no and fillers.

    `alone` wants nothing behind it; `anywhere` is content with a name inside a text that asks nothing.
    """
    phrases = work.prepared.phrases
    asked = {slot.name: (index, slot) for index, slot in changeable(work)}
    named = {m.slot.name: m for m in reversed(mentions(work, text)) if m.slot.name in asked}
    if len(named) != 1:
        return None
    (name, mention), *_ = named.items()
    if anywhere:
        return None if is_question(phrases, text) else asked[name]
    if not leads_in(phrases, fold(text[: mention.start]), fillers_only=alone):
        return None
    return None if alone and fold(text[mention.end :]) else asked[name]
