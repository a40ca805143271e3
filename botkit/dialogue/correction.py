"""Correcting: which slots that were filled before a message changes, and to what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from botkit.dialogue.agreement import read_restated
from botkit.dialogue.denials import is_asked_about
from botkit.dialogue.filling import (
    STRICT,
    Fit,
    bare_amount,
    choices_of,
    denied_values,
    is_free,
    named_places,
    strict_value,
)
from botkit.dialogue.introductions import introduced_instead
from botkit.dialogue.naming import (
    Mention,
    blank,
    fault_beside,
    is_linked,
    mentions,
    value_beside,
    without_named,
)
from botkit.dialogue.options import find_closely, find_parts
from botkit.dialogue.patterns import is_guessable
from botkit.dialogue.phrases import (
    Phrases,
    behind_no,
    is_correction,
    is_question,
    read_yes_no,
    strip_correction,
    without,
    without_tail,
)
from botkit.dialogue.remainders import remainder, rewords
from botkit.dialogue.secrecy import asks_secret
from botkit.dialogue.splicing import denied_in, is_in, spliced, stands_in
from botkit.dialogue.stack import asked_slots, seen_from
from botkit.dialogue.verdicts import verdict_on
from botkit.dialogue.weeks import in_week_of
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.values import Money
from botkit.model.words import content_length, fold, has_cjk, lowered, without_apostrophes


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
        others += _introduced(work, text, asked) if not named else ()
        part = _in_part(work, text, asked) if not named else None
        others = [*[one for one in others if not _overlap(one, part)], part] if part is not None else others
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
        single = refused and not named and len(places) == 1 and len(places[0]) == 1
        lone = single and _is_most(work, text, others[0]) and not _is_end(work, text, others[0])
        lone = lone and not _is_figure(text, others[0])
        step = work.question.step if work.question else ""
        alone = [_because(one, f"{step} refuses it", refused=True) for one in others] if lone else []
        return Corrections((*named, *alone))
    why = "a correction word" if corrected else "at a confirm"
    sure = [group[0] for group in places if len(group) == 1 or not confirming]
    among = [one for group in places if len(group) > 1 and confirming for one in reversed(group)]
    return Corrections((*named, *[_because(one, why) for one in sure]), tuple(among))


def _is_end(work: Work, text: str, one: Correction) -> bool:
    """Tell whether a text says a day as the end of something: 'until May 23'."""
    reaching = work.prepared.phrases.reaching
    ends = reaching is not None and reaching.search(text[: one.start].casefold()) is not None
    return ends and isinstance(one.value, date)


def _is_figure(text: str, one: Correction) -> bool:
    """Tell whether a text is a number and nothing else, which is said to the open question: 0301234567."""
    return type(one.value) in {int, float} and fold(text) == fold(text[one.start : one.end])


def _is_most(work: Work, text: str, one: Correction) -> bool:
    """Tell whether a value is most of what a text says, and the text asks nothing: 'it was on May 3'.

    What is of a pattern needs not be.
    """
    phrases = work.prepared.phrases
    if one.slot.pattern:
        return True
    if is_question(phrases, text):
        return False
    many = one.slot.many
    places = named_places(work, one.slot, text) if many else [(one.start, one.end)]
    left = without(fold(blank(text, places)), phrases.corrections, phrases.fillers, phrases.joined if many else None)
    return content_length(left) <= sum(content_length(text[start:end]) for start, end in places)


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
    for index, slot in sorted(asked, key=_is_amount):
        mention = at_name.get(slot.name)
        bare_yes = bare and not confirming and _is_only_yes_or_no(work, text)  # 'sorry, yes', but no mere 'ok'
        answers = slot.type == "boolean" and mention is None and not bare_yes
        found = _said(work, index, slot, text, mention, known, bare=bare) if not answers else None
        if found is None and bare and slot.type == "boolean":  # its yes or no is the confirm's
            found = read_restated(work, index, slot, text)
        if found is None and bare and slot.type == "money":
            spans = [(one.start, one.end) for one in (*named, *others)] + [(one.start, one.end) for one in same]
            found = _said(work, index, slot, blank(text, spans), mention, known, bare=bare)
        if found is None:
            continue
        found = in_week_of(work, slot, text, found, work.value_at(index, slot.name))
        if alike(found.value, work.value_at(index, slot.name)):
            same.append(found)
        elif mention is not None:
            start = min(mention.start, found.start)
            named.append(Correction(index, slot, found.value, start, found.end, f"names {slot.name}", named=True))
        else:
            others.append(Correction(index, slot, found.value, found.start, found.end, ""))
    return named, others, same


def _is_amount(asked: tuple[int, SlotDef]) -> bool:
    """Tell a slot that a bare number may be for, which is looked for in what the others leave."""
    return asked[1].type == "money"


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
    leads = phrases.leads.finditer(lowered(text)) if phrases.leads is not None else ()
    start = max([start, *(lead.end() for lead in leads if lead.start() <= start < lead.end() < end)])
    starts = {one.slot.name: one.end for one in mentions(work, text) if one.start == start and one.end < end}
    found = [(index, slot, starts.get(slot.name, start)) for index, slot in free]
    return [
        Correction(index, slot, said, end - len(said), end, "")
        for index, slot, at in found
        if rewords(phrases, said := text[at:end].strip(), str(work.value_at(index, slot.name)))
    ]


def _introduced(work: Work, text: str, asked: Sequence[tuple[int, SlotDef]]) -> list[Correction]:
    """Give the correction to the one person's name that was asked for, by a text that introduces: 'no, I'm Jon'."""
    personal = [(index, slot) for index, slot in asked if id(slot) in work.prepared.personal]
    if len(personal) != 1:
        return []
    index, slot = personal[0]
    current = str(work.value_at(index, slot.name))
    alone = sum(is_free(other) for _, other in asked) == 1
    found = introduced_instead(work.prepared.phrases, text, current, alone=alone)
    said = text[found[0] : found[1]] if found is not None else ""
    return [Correction(index, slot, said, *found, "")] if found is not None and not alike(said, current) else []


def _in_part(work: Work, text: str, asked: Sequence[tuple[int, SlotDef]]) -> Correction | None:
    """Give the correction of a part of free text, if it is of no other slot: 不是12号，是21号 for 天河路12号."""
    phrases = work.prepared.phrases
    found = denied_in(phrases, text)
    if found is None:
        return None
    having = [(index, slot) for index, slot in asked if _has_part(work, index, slot, text, found.old)]
    if len(having) != 1 or not is_free(having[0][1]):
        return None
    (index, slot), new = having[0], text[found.start : found.end]
    value = spliced(phrases, str(work.value_at(index, slot.name)), found.old, new)
    return Correction(index, slot, value, 0, len(text), "") if value is not None else None


def _has_part(work: Work, index: int, slot: SlotDef, text: str, old: str) -> bool:
    """Tell whether a slot's value has a part, or is denied by a text."""
    current = work.value_at(index, slot.name)
    return stands_in(old, str(current)) or any(holds(current, value) for value in denied_values(work, slot, text))


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
    faults = [fault_beside(work.prepared.phrases, text, one) for one in known]
    left = blank(without_named(work, text, slot, names=True), [span for span in faults if span is not None])
    with seen_from(work, index):
        found = _said_of(work, slot, text, left, mention, bare=bare)
    if found is None and mention is not None and is_free(slot):
        return said_after_name(work, text, mention, known)
    if found is None and mention is not None and slot.options and not slot.many:
        return _behind_fault(work, slot, text, mention)
    return found


def _behind_fault(work: Work, slot: SlotDef, text: str, mention: Mention) -> Fit | None:
    """Give the option that a text means behind a verdict: 'the reason is wrong, I just changed my mind'."""
    phrases = work.prepared.phrases
    fault = fault_beside(phrases, text, mention)
    if fault is None:
        return None
    start, end = remainder(phrases, text[fault[1] : mention.until])
    rest = text[fault[1] + start : fault[1] + end]
    hit = find_closely(rest, choices_of(work, slot), phrases) if fold(rest) else None
    return Fit(hit.choice.value, mention.start, fault[1] + end, STRICT) if hit is not None else None


def _said_of(work: Work, slot: SlotDef, text: str, left: str, mention: Mention | None, *, bare: bool) -> Fit | None:
    """Give the value that a text has for a slot: right behind its name, somewhere behind it, or in what is left.

    With `bare` a number without a unit is an amount everywhere.
    """
    if slot.type == "boolean":
        left = text = _without_tag(work.prepared.phrases, left)
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
    if found is not None and isinstance(found.value, date) and _is_shift(work, text[found.start : found.end]):
        return None  # from the day that is known
    return found or (bare_amount(work, left) if bare and slot.type == "money" else None)


def _is_shift(work: Work, said: str) -> bool:
    """Tell whether words for a day say it from another one: 'a day later'."""
    shifting = work.prepared.phrases.shifting
    return shifting is not None and shifting.search(fold(said)) is not None


def _without_tag(phrases: Phrases, text: str) -> str:
    """Blank what makes a statement a question at its end, which is no yes: 不带宠物，对吧."""
    tag = phrases.tags.search(lowered(text.rstrip("?？!！。. "))) if phrases.tags is not None else None
    return blank(text, [tag.span()]) if tag is not None and fold(text[: tag.start()]) else text


def _is_lacking(work: Work, text: str, mention: Mention) -> bool:
    """Tell whether a text says right before a slot's name that there is none: 'I have no receipt', 没有收据."""
    phrases = work.prepared.phrases
    before = without_apostrophes(text[: mention.start])
    if phrases.lacking is None or is_linked(phrases, text[mention.end :]):
        return False
    return phrases.lacking.search(before) is not None and not is_question(phrases, text)


def alike(new: Any, current: Any) -> bool:
    """Tell whether two values are the same, however they are written: W1000001 is #W1000001."""
    return bool(new == current or (isinstance(new, str) and isinstance(current, str) and fold(new) == fold(current)))


def holds(current: Any, value: Any) -> bool:
    """Tell whether a slot's value is another one, or has it among several."""
    return any(alike(value, one) for one in current) if isinstance(current, list) else alike(value, current)


def said_after_name(work: Work, text: str, mention: Mention, known: Sequence[Mention]) -> Fit | None:
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
    told = verdict_on(work, text, mention, min(ends, default=len(text)), linked=_goes_on(work, text, mention, known))
    if told is None or told.start == told.end:
        return None
    rest = text[told.start : told.end]
    if ends:
        rest = without_tail(work.prepared.phrases, rest)
    rest = _without_other(work, rest, mention.slot).strip()
    end = text.find(rest, told.start) + len(rest)
    current = str(work.value_at(mention.index, mention.slot.name))
    particular = id(mention.slot) in work.prepared.particular
    if particular and is_in(told.old, current) and not stands_in(told.old, current):
        return None  # what of the rest holds is not said
    value = spliced(work.prepared.phrases, current, told.old, rest) if told.old else rest
    return Fit(value, mention.start, end, STRICT) if value is not None and fold(rest) else None


def _goes_on(work: Work, text: str, mention: Mention, known: Sequence[Mention]) -> bool:
    """Tell whether a clause is short for one as before: 'the phone should be 555 and the address 9 Elm Road'."""
    phrases = work.prepared.phrases
    before = next((one for one in reversed(known) if one.start < mention.start), None)
    if before is None or not is_linked(phrases, text[before.end :]) or phrases.leading_over is None:
        return False
    return phrases.leading_over.search(text[: mention.start].casefold()) is not None


def _without_other(work: Work, said: str, slot: SlotDef) -> str:
    """Take off what is said of another slot behind an 'and': 'Bob and 4 lamps', but not 和平路5号."""
    joined = work.prepared.phrases.joined
    others = [other for _, other in asked_slots(work) if other.name != slot.name and not is_free(other)]
    for found in joined.finditer(lowered(said)) if joined is not None else ():
        behind = said[found.end() :].lstrip()
        values = [strict_value(work, other, behind) for other in others if other.type != "boolean"]
        if any(value is not None and not (value.start and has_cjk(found[0])) for value in values):
            return said[: found.start()]
    return said
