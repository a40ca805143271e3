"""Naming: which slots a text names, where, and what it says of them right behind their names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter

from botkit.dialogue.clues import said_of_others
from botkit.dialogue.denials import is_denied
from botkit.dialogue.filling import (
    FREE_TYPES,
    STRICT,
    Fit,
    bare_amount,
    choice_left,
    choices_of,
    find_values,
    is_free,
    strict_value,
)
from botkit.dialogue.patterns import is_guessable, shortened, wide
from botkit.dialogue.phrases import Phrases, is_question, leads_in, without_assents, without_tail
from botkit.dialogue.stack import asked_slots, known_slots
from botkit.dialogue.titles import Called, Titles, find_in, gather_titles, is_thing, names_of, parts_of, plain
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.parsers import Found
from botkit.model.words import WORDS, fold, has_cjk, lowered

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBERED = re.compile(r"[\s:：=#-]{0,3}\w*\d[\w-]*(?:[.,:：]\d+)*")  # a word with a digit right behind a name
NUMERIC = frozenset({"number", "integer", "money"})
_LONG = 5  # digits: what has as many and is of a pattern is hardly an amount
_CLAUSES = re.compile(r"[，。；;、]|,\s")
_MOST_STACKS = 1000  # for which it is known how their slots are named
_FLOW = attrgetter("flow")
_MOST_WORDS = 5  # of a phrase that says of a value that it is wrong
_CONTACT = re.compile(r"@|\d{5}|\d[ -]\d")
_COUNTS = frozenset({"integer", "number"})
_CONTACTS = frozenset({"email", "phone"})
_STOPS = frozenset(",;，；、")
_BETWEEN = " \t\n:=,.-，：。"  # signs between a name and its value


@dataclass(frozen=True, slots=True)
class Mention:
    """A slot that a text names at `text[start:end]`; what is said of it ends where the next name begins."""

    index: int
    slot: SlotDef
    start: int
    end: int
    until: int


def mentions(work: Work, text: str) -> list[Mention]:
    """Give the slots of this run and its callers that a text names, in its order; the longest name counts.

    A name inside a longer label of an option is none. A name without its last word, which only says what kind of
    thing it is ('order' for order_number), counts with a value beside it, or with a word that says it is wrong; that
    last word for itself ('the date' for delivery date) as a thing of which no other slot is (`titles`).
    """
    anywhere = _names_on_stack(work)
    if anywhere is None or anywhere.search(text if text.isascii() else wide(text)) is None:
        return []  # nearly always, and then nothing else is looked at
    frame, question = work.stack[-1] if work.stack else None, work.question
    key = text, len(work.stack), id(frame), id(question)
    memo = work.mentioned.get(key)
    if memo is None:
        memo = work.mentioned[key] = _mentions(work, text), frame, question  # kept, so that their ids are theirs
    found: list[Mention] = memo[0]
    return found


def _mentions(work: Work, text: str, without: frozenset[int] = frozenset()) -> list[Mention]:
    """Find the mentions; `without` are places of shortened names that do not count there."""
    known, phrases = known_slots(work), work.prepared.phrases
    owned = [*reversed(known), *reversed(asked_slots(work))]
    titles = _titles(work, [slot for _, slot in owned])
    matches = list(titles.pattern.finditer(wide(text))) if titles.pattern is not None else []
    if not matches:
        return []
    owners = {slot.name: (index, slot) for index, slot in owned}
    labels = list(_labels_in(known, text))
    found: list[tuple[Mention, Called]] = []
    for match in matches:
        start, end = match.span()
        name, how = titles.slots[plain(match[0])]
        if start in without:
            continue
        if any(left <= start and end <= right and right - left > end - start for left, right in labels):
            continue
        end = _behind_pronoun(phrases, text, start, end)
        if found:
            last, was = found[-1]
            ended = replace(last, until=start)
            if _is_value_of(work, text[start:end], text, ended):
                continue
            found[-1] = ended, was
        found.append((Mention(*owners[name], start, end, len(text)), how))
    idle = [one.start for one, how in found if not _counts(work, text, one, how)]
    return _mentions(work, text, without.union(idle)) if idle else [one for one, _ in found]


def _titles(work: Work, slots: Sequence[SlotDef]) -> Titles:
    """Give what slots may be called; it is remembered."""
    key, known = tuple(map(id, slots)), work.prepared.titles
    if key not in known:
        if len(known) >= _MOST_STACKS:
            known.clear()
        known[key] = gather_titles(slots, work.prepared.phrases.kinds, work.prepared.phrases.small)
    return known[key]


def _counts(work: Work, text: str, mention: Mention, how: Called) -> bool:
    """Tell whether a name stands for its slot; a shorter one may be another thing's."""
    phrases = work.prepared.phrases
    if how == "whole":
        return True
    if how == "part":
        return is_thing(phrases, text, mention.start, mention.end)
    return value_beside(work, text, mention) is not None or fault_beside(phrases, text, mention) is not None


def _names_on_stack(work: Work) -> re.Pattern[str] | None:
    """Give a pattern of all that slots of the flows on the stack, and of those that they call, may be named."""
    flows = tuple(map(_FLOW, work.stack))
    known = work.prepared.names
    if flows in known:
        return known[flows]
    if len(known) >= _MOST_STACKS:
        known.clear()
    facts = [work.prepared.facts[flow] for flow in dict.fromkeys(flows)]
    slots = [slot for one in facts for slot in one.asks.values()]
    slots += [slot for one in facts for called in one.calls.values() for slot in called.asks.values()]
    phrases = work.prepared.phrases
    names = [name for slot in slots for name in names_of(slot)]
    short = [shortened(name, phrases.kinds) for name in names]
    parts = [part for name in names for part in parts_of(name, phrases.small)]
    pattern = known[flows] = find_in((*names, *short, *parts))
    return pattern


def _behind_pronoun(phrases: Phrases, text: str, start: int, end: int) -> int:
    """Give where a name ends with the pronoun behind it; one that is a number needs a word before: THE big one."""
    found = phrases.pronouns.match(lowered(text), end) if phrases.pronouns is not None else None
    if found is None:
        return end
    before = fold(text[:start])
    counts = found.groupdict().get("counting") is not None
    led = phrases.fillers is not None and any(one.end() == len(before) for one in phrases.fillers.finditer(before))
    return found.end() if led or not counts else end


def _is_value_of(work: Work, name: str, text: str, mention: Mention) -> bool:
    """Tell whether the name that ends what is said of a slot is an option of it: 'the reason is size'."""
    options = mention.slot.options
    named = any(fold(str(option.value)) == fold(name) for option in options)
    return named and behind_name(work.prepared.phrases, text, mention) == mention.until


def _labels_in(known: Sequence[tuple[int, SlotDef]], text: str) -> Iterator[tuple[int, int]]:
    """Give where labels of options stand in a text."""
    small = lowered(text)
    labels = {label for _, slot in known for option in slot.options for label in option.label.sources.values()}
    for label in labels:
        start = small.find(lowered(label))
        if start >= 0 and "{" not in label:
            yield start, start + len(label)


def behind_name(phrases: Phrases, text: str, mention: Mention) -> int:
    """Give where a value may begin behind a name: after signs, 'is' or 'should be', and fillers."""
    at, end = mention.end, mention.until
    while True:
        while at < end and text[at] in _BETWEEN:
            at += 1
        rest = lowered(text[at:end])
        step = 0
        for pattern in (phrases.copulas, phrases.fillers):
            match = pattern.match(rest) if pattern is not None else None
            if match is not None and match.end() > step and fold(match[0]) not in phrases.no:
                step = match.end()
        if not step:
            return at
        at += step


def value_beside(work: Work, text: str, mention: Mention) -> Found | None:
    """Give the value that stands right behind a slot's name: 'quantity 3', 'the size is large', 'amount: 100'.

    Where none does, one that is said to be it counts: 'A-10293 is my order number'.
    """
    counted = _counted_before(work, text, mention) if mention.slot.type in _COUNTS else None
    before = counted or _value_before(work, text, mention)
    linked = before is not None and is_linked(work.prepared.phrases, text[mention.end :])
    return (_value_behind(work, text, mention) if before is None or linked else None) or before


def is_linked(phrases: Phrases, behind: str) -> bool:
    """Tell whether a text begins with what links a name to its value: 'is', 'should be'."""
    return phrases.copulas is not None and phrases.copulas.match(behind.casefold()) is not None


def _counted_before(work: Work, text: str, mention: Mention) -> Found | None:
    """Give the number of what a slot counts that stands right before its name: the 2 of '2 nights for 3 guests'.

    Behind another name that has no number before it is the number of that: 'nights 3 guests 2'.
    """
    before, names = text[: mention.start].rstrip(), _names_on_stack(work)
    if not before or before[-1] in _BETWEEN or mention.slot.options or mention.slot.pattern:
        return None
    values = find_values(work, mention.slot, before)
    found = next((one for one in values if one.end == len(before)), None)
    if found is None or choice_left(work, mention.slot, before, values):
        return None
    prior = before[: found.start].rstrip()
    named = next((name for name in names.finditer(prior) if name.end() == len(prior)), None) if names else None
    counted = named is None or any(one.end == len(prior[: named.start()].rstrip()) for one in values)
    return found if counted else None


def _value_before(work: Work, text: str, mention: Mention) -> Found | None:
    phrases, slot = work.prepared.phrases, mention.slot
    if phrases.called is None or slot.options or slot.options_from or (slot.type in FREE_TYPES and not slot.pattern):
        return None
    linked = phrases.called.search(lowered(text[: mention.start]))
    before = text[: linked.start()].rstrip() if linked is not None else ""
    if linked is None and _ends_clause(phrases, text[mention.end :]):  # '65 charged, 45 expected'
        before = text[: mention.start].rstrip()
    clause = max([match.end() for match in _CLAUSES.finditer(before)], default=0)
    values = find_values(work, slot, before[clause:])
    if choice_left(work, slot, before[clause:], values):
        return None
    found = next((found for found in values if found.end == len(before) - clause), None)
    return found and Found(found.value, clause + found.start, clause + found.end)


def _ends_clause(phrases: Phrases, behind: str) -> bool:
    """Tell whether a clause ends before a text: with a sign, an 'and', or with the text itself."""
    rest = behind.strip()
    joined = phrases.joining is not None and phrases.joining.match(rest.casefold()) is not None
    return not rest or rest[0] in ",;.，；。、!！" or joined


def _value_behind(work: Work, text: str, mention: Mention) -> Found | None:
    slot, at = mention.slot, behind_name(work.prepared.phrases, text, mention)
    tail = text[at : mention.until]
    if mention.until < len(text):
        tail = without_tail(work.prepared.phrases, tail)
    if slot.options or slot.options_from:
        said = f"{fold(tail)} "
        wrong = fault_beside(work.prepared.phrases, text, mention)
        for choice in choices_of(work, slot, (), tail) if wrong is None or wrong[1] <= at else ():
            if any(said.startswith(name if has_cjk(name) else f"{name} ") for name in choice.names):
                return Found([choice.value] if slot.many else choice.value, at, mention.until)
        return None
    if slot.type in FREE_TYPES and not slot.pattern:
        return _lone_number(work.prepared.phrases, text[: mention.start], tail, at)
    values = find_values(work, slot, tail, "named")
    if choice_left(work, slot, tail, values):
        return None
    found = next((found for found in values if not found.start), None)
    if found is None and slot.type == "money":
        amount = bare_amount(work, tail)
        found = Found(amount.value, 0, amount.end) if amount is not None and not amount.start else None
    return found and Found(found.value, at + found.start, at + found.end)


def _lone_number(phrases: Phrases, before: str, tail: str, at: int) -> Found | None:
    """Give the number of a text that is nothing but a name and it: 'no, flat 12 please'."""
    number = _NUMBER.match(tail)
    if number is None or without_assents(phrases, fold(tail[number.end() :])) or not leads_in(phrases, fold(before)):
        return None
    return Found(number[0], at, at + number.end())


def fault_beside(phrases: Phrases, text: str, mention: Mention) -> tuple[int, int] | None:
    """Give where a text says right beside a slot's name that its value is wrong: 'wrong date', 'the date is wrong'.

    What asks for that does not say it, nor does 'not the wrong date'.
    """
    if is_question(phrases, text):
        return None
    before = phrases.mistakes.search(lowered(text[: mention.start])) if phrases.mistakes is not None else None
    if before is not None and not is_denied(phrases, text[: before.start()]):
        return before.start(), mention.end
    start = behind_name(phrases, text, mention)
    words = [word.end() for word in islice(WORDS.finditer(text, start, mention.until), _MOST_WORDS)]
    said = [end for end in words if phrases.faults is not None and phrases.faults.fullmatch(fold(text[start:end]))]
    tagged = (
        said and phrases.tags is not None and phrases.tags.search(fold(text[max(said) : mention.until])) is not None
    )
    return (mention.start, max(said)) if said and not tagged else None


def blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Blank parts of a text; offsets stay."""
    for start, end in spans:
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def without_named(work: Work, text: str, slot: SlotDef, *, names: bool = False) -> str:
    """Blank what a text says of other slots: by their names, and digits that are of another slot's pattern.

    What a name is linked to is said of that slot, fit or not: 'the order number is 123'. With `names`, every other
    name goes too.
    """
    return _without(work, text, slot, mentions(work, text), names=names)


def own_part(work: Work, slot: SlotDef, text: str) -> tuple[int, int]:
    """Give the part of a reply for a slot of free text, without what it says of others by name before and behind it.

    Of 'my phone is 555-0142' nothing is left, nor of 'my phone is new', of '9 Hill Rd, phone 555-0142' the street.
    """
    phrases, start, end = work.prepared.phrases, 0, len(text)
    named = mentions(work, text)
    if not named:
        return start, _before_contact(work, slot, text, start, end)
    for mention in named:
        if not leads_in(phrases, fold(text[start : mention.start])):
            break
        said = _said_of_other(work, slot, text, mention)
        if said is not None:
            start = said[1]
        elif start and mention.slot.name == slot.name:
            start = behind_name(phrases, text, mention)
        elif mention.slot.name != slot.name and is_linked(phrases, text[mention.end :]):
            return 0, 0
    for mention in reversed(named):
        said = _said_of_other(work, slot, text, mention)
        if said is None or mention.start < start or fold(text[said[1] : end]):
            break
        end = start + len(without_tail(phrases, text[start : said[0]]))
    end = _before_contact(work, slot, text, start, end)
    return start, end if fold(text[start:end]) else start


def _before_contact(work: Work, slot: SlotDef, text: str, start: int, end: int) -> int:
    """Give where a text ends without a mail address or a phone number behind it that another slot is for.

    It stands behind a sign; a person's name has no number anyway.
    """
    if _CONTACT.search(text, start, end) is None:
        return end
    for other in {other.name: other for _, other in known_slots(work) if other.type in _CONTACTS}.values():
        found = strict_value(work, other, text[start:end]) if other.name != slot.name else None
        before = text[start : start + found.start].rstrip() if found is not None else ""
        ends = bool(before) and (before[-1] in _STOPS or id(slot) in work.prepared.personal)
        if found is not None and ends and not fold(text[start + found.end : end]):
            end = start + len(without_tail(work.prepared.phrases, before))
    return end


def _said_of_other(work: Work, slot: SlotDef, text: str, mention: Mention) -> tuple[int, int] | None:
    """Give where a text says the value of another slot than one beside its name."""
    if mention.slot.name == slot.name or is_free(mention.slot) or mention.slot.type == "boolean":
        return None
    said = value_beside(work, text, mention)
    return (min(said.start, mention.start), max(said.end, mention.end)) if said is not None else None


def _without(work: Work, text: str, slot: SlotDef, named: Sequence[Mention], *, names: bool = False) -> str:
    spans = list(_patterned_elsewhere(work, text, slot)) if slot.type in NUMERIC and not slot.pattern else []
    clues = work.prepared.facts[work.stack[-1].flow].clues.get(slot.name) if work.stack else None
    if clues is not None:
        spans += said_of_others(slot, clues, text, find_values(work, slot, text))
    for mention in named:
        if mention.slot.name == slot.name:
            continue
        beside = value_beside(work, text, mention)
        if beside is not None:
            spans.append((min(mention.start, beside.start), max(mention.end, beside.end)))
        elif is_linked(work.prepared.phrases, text[mention.end :]):
            spans.append((mention.start, end_of_clause(work.prepared.phrases, text, mention)))
        elif (number := _NUMBERED.match(text, mention.end, mention.until)) is not None:
            spans.append((mention.start, number.end()))
        elif names:
            spans.append((mention.start, mention.end))
    return blank(text, spans) if spans else text


def _patterned_elsewhere(work: Work, text: str, slot: SlotDef) -> Iterator[tuple[int, int]]:
    """Give where a text has digits that are strictly of another slot, unless its pattern takes any number."""
    for other in {slot.name: slot for _, slot in known_slots(work)}.values():
        if not other.pattern or other.name == slot.name or find_values(work, other, "1"):
            continue
        for found in find_values(work, other, text):
            if text.strip() == text[found.start : found.end]:
                continue  # nothing but a number answers the open question
            if sum(letter.isdigit() for letter in text[found.start : found.end]) >= _LONG:
                yield found.start, found.end


def end_of_clause(phrases: Phrases, text: str, mention: Mention) -> int:
    """Give where the clause ends in which a slot is named: at a sign, a doubt ('but'), or an 'and'."""
    found = phrases.clauses.search(lowered(text), mention.end, mention.until) if phrases.clauses else None
    return found.start() if found is not None else mention.until


def mentioned_value(work: Work, slot: SlotDef, text: str) -> Fit | None:
    """Give the value that stands right behind a slot's own name."""
    return _beside_own(work, slot, text, mentions(work, text))


def _beside_own(work: Work, slot: SlotDef, text: str, named: Sequence[Mention]) -> Fit | None:
    own = next((mention for mention in named if mention.slot.name == slot.name), None)
    found = value_beside(work, text, own) if own is not None else None
    return Fit(found.value, found.start, found.end, STRICT) if found is not None else None


def said_of(work: Work, slot: SlotDef, text: str) -> Fit | None:
    """Give the value that a text strictly has for a slot: right behind its name, or where it speaks of no other.

    A secret that any number may be is said at its own question or behind its name: four digits are a year as well.
    """
    named = mentions(work, text)
    own = _beside_own(work, slot, text, named) if named else None
    if own is not None or (slot.secret and is_guessable(slot)):
        return own
    return strict_value(work, slot, _without(work, text, slot, named))
