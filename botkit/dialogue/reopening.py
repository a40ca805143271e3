"""Reopening: which slots a message says to be wrong, or wants changed, without the new value."""

from botkit.dialogue.correction import Correction, alike, holds, is_bare_number, said_after_name
from botkit.dialogue.filling import STRICT, Fit, bare_amount, denied_values, find_values, is_free, strict_value
from botkit.dialogue.naming import (
    Mention,
    behind_name,
    blank,
    end_of_clause,
    fault_beside,
    is_linked,
    mentions,
    value_beside,
)
from botkit.dialogue.phrases import is_question, leads_in, read_yes_no, strip_talk, without, without_tail
from botkit.dialogue.remainders import remainder
from botkit.dialogue.stack import asked_slots, seen_from
from botkit.dialogue.verdicts import verdict_on
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.words import fold, words_of

_LEAST_WORDS, _MOST_WORDS = 2, 12  # of a phrase that is taken for a value as it stands


def find_denied(work: Work, text: str) -> list[tuple[int, SlotDef]]:
    """Give the slots whose value a text denies: 'no, not by mail', 'the address is wrong'."""
    known = mentions(work, text)
    return [
        (index, slot)
        for index, slot in changeable(work)
        if any(holds(work.value_at(index, slot.name), value) for value in denied_values(work, slot, text))
        or any(
            mention.slot.name == slot.name and (_is_wrong(work, text, mention) or _misfits(work, text, mention))
            for mention in known
        )
    ]


def _is_wrong(work: Work, text: str, mention: Mention) -> bool:
    phrases = work.prepared.phrases
    if is_free(mention.slot):
        told = verdict_on(work, text, mention, mention.until)
        if told is not None:
            return told.wrong and (told.end == told.start or said_after_name(work, text, mention, ()) is None)
    if is_question(phrases, text):
        return False
    if fault_beside(phrases, text, mention) is not None:
        return True
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
            several = any(not alike(one.value, values[0].value) for one in values)
            found = None if several else strict_value(work, slot, text)
            if found is None and slot.type == "money" and not several:
                found = bare_amount(work, text)
    if found is None or alike(found.value, work.value_at(index, slot.name)):
        return None
    return Correction(index, slot, found.value, found.start, found.end, "said before")


def _is_phrase(work: Work, text: str) -> bool:
    """Tell whether a text can be a value as it is: a phrase without a date, a mail or an option of another slot."""
    words = words_of(fold(text))
    if len(words) > _MOST_WORDS or sum(word.isalpha() for word in words) < _LEAST_WORDS:
        return False
    if is_question(work.prepared.phrases, text):
        return False
    others = [slot for _, slot in asked_slots(work) if not is_free(slot)]
    found = [found for slot in others if slot.type != "boolean" and (found := strict_value(work, slot, text))]
    return all(is_bare_number(one.value) for one in found)


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


def find_to_change(work: Work, text: str) -> tuple[int, SlotDef] | None:
    """Give the one asked slot that a text wants changed and says no more of: 'can I change the date?', 日期改一下."""
    phrases = work.prepared.phrases
    asked = {slot.name: (index, slot) for index, slot in changeable(work)}
    named = [mention for mention in mentions(work, text) if mention.slot.name in asked]
    wished = [pattern for pattern in (phrases.changing, phrases.others) if pattern is not None]
    if len(named) != 1 or not any(pattern.search(fold(text)) is not None for pattern in wished):
        return None
    plain = fold(blank(text, [(named[0].start, named[0].end)]))
    if phrases.denials is not None and phrases.denials.search(plain) is not None:
        return None
    left = without(plain, phrases.others, phrases.changing, phrases.proposing, phrases.pausing, phrases.either)
    return None if strip_talk(phrases, left) else asked[named[0].slot.name]
