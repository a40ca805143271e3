"""Changing: what a reply to a confirm changes of what was asked, and asking what it is to change."""

import re
from collections.abc import Sequence

from botkit.dialogue.agreement import adds_words, begins_with_yes, is_asked, only_repeats, says_more
from botkit.dialogue.correction import Correction, Corrections, find_corrections, is_bare_number
from botkit.dialogue.filling import STRICT, Fit, is_free, with_counted
from botkit.dialogue.meanings import surer_meaning
from botkit.dialogue.reopening import changeable, find_denied, find_named, find_to_change, said_before
from botkit.dialogue.retries import ask_what_to_change
from botkit.dialogue.revision import apply_corrections, correct, reopen
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.events import Message
from botkit.model.session import Question
from botkit.model.words import fold, words_of

_NUMBERS = re.compile(r"\d+")


def take_change(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """Take what a reply to a confirm corrects or names as wrong; `found` is its yes or no."""
    return _take_corrections(work, question, message.text) or _take_named(work, question, message, found)


def _take_corrections(work: Work, question: Question, text: str) -> bool:
    """Other values are corrections; where one may be of several slots or of none, it asks.

    A number inside more words is hardly a value of its own, and what a yes says again of the question is none.
    """
    found, agreed = find_corrections(work, text, confirming=True), begins_with_yes(work, question, text)
    if agreed:
        found = _unasked(work, found)
    values = (*found.among, *found.made)
    unnamed = [one for one in values if not one.named and not _adds(work, one)]
    if unnamed:
        spans = [with_counted(work, one.slot, text, one.start, one.end) for one in values]
        number = any(is_bare_number(one.value) for one in unnamed)
        if (number and adds_words(work, text, spans)) or ((number or agreed) and says_more(work, text, spans)):
            return ask_for_change(work, question, text)
    if found.among:
        return ask_for_change(work, question, text, [one.slot.name for one in values])
    if not found.made:
        return False
    names = [one.slot.name for one in found.made]
    wrong = [(index, slot) for index, slot in find_denied(work, text) if slot.name not in names]
    if wrong:
        reopen(work, *wrong[0])
    return correct(work, found, text)


def _adds(work: Work, one: Correction) -> bool:
    """Tell whether a correction adds options to those that were chosen, which is nothing else but a change."""
    current = work.value_at(one.index, one.slot.name)
    return one.slot.many and isinstance(current, list) and all(value in one.value for value in current)


def _unasked(work: Work, found: Corrections) -> Corrections:
    """Leave out what the question itself says, and what only says a value again with another ending."""
    made = tuple(one for one in found.made if one.named or not _is_said_again(work, one))
    return Corrections(made, tuple(one for one in found.among if not _is_said_again(work, one)))


def _is_said_again(work: Work, one: Correction) -> bool:
    if is_asked(work, one.slot, one.value):
        return True
    said, known = (words_of(fold(str(value))) for value in (one.value, work.value_at(one.index, one.slot.name)))
    turned = said != known and sorted(said) == sorted(known)  # Lee Ann is not Ann Lee
    return is_free(one.slot) and not turned and only_repeats(work, str(one.value))


def _take_named(work: Work, question: Question, message: Message, found: Fit | None) -> bool:
    """A no that names a slot, or denies its value, opens its ask again; one with a number asks what is to be changed.

    The name alone does, too: so the buttons of that question need no more; what is said to that question only has to
    name it ('I want to change the address'), and a value that was said before is taken then. A yes with a number
    that the bot has not said is no yes to what it said.
    """
    if found is not None and found.value:
        return False
    denied = find_denied(work, message.text)
    if len(denied) > 1:
        return ask_for_change(work, question, message.text, [slot.name for _, slot in denied])
    named = denied[0] if denied else find_named(work, message.text, alone=found is None, anywhere=question.changing)
    if named is None and found is None and not surer_meaning(work, message, 0.0):
        named = find_to_change(work, message.text)
    if named is not None and (found is None or not surer_meaning(work, message, 0.0)):
        work.candidate("slot", named[1].name, STRICT, "names what is wrong", taken=True)
        _change(work, question, *named)
        return True
    if found is None:
        numbered = begins_with_yes(work, question, message.text) and _says_another_number(work, message.text)
    else:
        numbered = any(letter.isdigit() for letter in message.text)
    if not numbered or surer_meaning(work, message, 0.0):
        return False
    return ask_for_change(work, question, message.text)


def _change(work: Work, question: Question, index: int, slot: SlotDef) -> None:
    """Change a slot to what was said before it was named, with what else that corrected; without that, ask for it."""
    value = said_before(work, index, slot, question.said) if question.changing and question.said else None
    if value is None:
        reopen(work, index, slot)
        return
    others = find_corrections(work, question.said, confirming=True).made
    named = [one for one in others if one.named and one.slot.name != slot.name]
    apply_corrections(work, (*named, value))


def _says_another_number(work: Work, text: str) -> bool:
    """Tell whether a text has a number that neither the bot's last messages nor a slot has."""
    slots = [value for frame in work.stack for value in frame.slots.values()]
    known = " ".join([*work.last, *map(str, slots), *map(str, work.slots.values())])
    return not set(_NUMBERS.findall(known)).issuperset(_NUMBERS.findall(text))


def ask_for_change(work: Work, question: Question, text: str, names: Sequence[str] = ()) -> bool:
    """Ask what a reply to a confirm is to change, if anything was asked for; `text` may have the new value."""
    known = names or [slot.name for _, slot in changeable(work)]
    if known:
        work.candidate("slot", question.step, STRICT, "a value that fits nothing", taken=True)
        ask_what_to_change(work, question, known, text)
    return bool(known)
