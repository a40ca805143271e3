"""Naming: which slots a text names, where, and what it says of them right behind their names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

from botkit.dialogue.clues import said_of_others
from botkit.dialogue.filling import FREE_TYPES, STRICT, Fit, bare_amount, choices_of, find_values, strict_value
from botkit.dialogue.patterns import is_guessable, shortened, wide
from botkit.dialogue.phrases import Phrases, leads_in, without_assents, without_tail
from botkit.dialogue.stack import asked_slots, known_slots
from botkit.dialogue.work import Work
from botkit.model.definitions import Found, SlotDef
from botkit.model.words import fold, has_cjk

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBERED = re.compile(r"[\s:：=#-]*\w*\d[\w-]*")  # a word with a digit right behind a name
NUMERIC = frozenset({"number", "integer", "money"})
_LONG = 5  # digits: what has as many and is of a pattern is hardly an amount
_CLAUSES = re.compile(r"[，。；;、]|,\s")
_MOST_STACKS = 1000  # for which it is known how their slots are named
_FLOW = attrgetter("flow")
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
    thing it is ('order' for order_number), counts with a value beside it.
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
    """Find the mentions; `without` are places of shortened names that have no value beside them."""
    known = known_slots(work)
    names = tuple(_names_of([slot for _, slot in known]))
    short = _short_names(names, work.prepared.phrases.kinds)
    pattern = _names_in((*names, *short))
    matches = list(pattern.finditer(wide(text))) if pattern is not None else []
    if not matches:
        return []
    owned = [*reversed(known), *reversed(asked_slots(work))]
    owners = {_plain(title): (index, slot) for index, slot in owned for title in slot.names[1:]}
    owners.update({_plain(slot.name): (index, slot) for index, slot in owned})
    owners = {**{name: owners[full] for name, full in short.items()}, **owners}
    labels = list(_labels_in(known, text))
    found: list[Mention] = []
    for match in matches:
        start, end = match.span()
        if start in without:
            continue
        if any(left <= start and end <= right and right - left > end - start for left, right in labels):
            continue
        end = _behind_pronoun(work.prepared.phrases, text, start, end)
        last = found.pop() if found else None
        if last is not None:
            found.append(replace(last, until=start))
            if _is_value_of(work, text[start:end], text, found[-1]):
                found[-1] = last
                continue
        found.append(Mention(*owners[_plain(match[0])], start, end, len(text)))
    shortened = [mention for mention in found if _plain(text[mention.start : mention.end]) in short]
    idle = [mention.start for mention in shortened if value_beside(work, text, mention) is None]
    return _mentions(work, text, without.union(idle)) if idle else found


@lru_cache(maxsize=1024)
def _short_names(names: tuple[str, ...], kinds: tuple[str, ...]) -> dict[str, str]:
    """Give what names are without a word for the kind of thing at their end, each with its name in plain letters.

    What two names would be shortened to is none of them.
    """
    found: dict[str, str] = {}
    for name in names:
        short = shortened(name, kinds)
        if short:
            found[short] = "" if found.get(short, _plain(name)) != _plain(name) else _plain(name)
    return {_plain(short): full for short, full in found.items() if full}


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
    names = tuple(_names_of(slots))
    short = [_plain(shortened(name, work.prepared.phrases.kinds)) for name in names]
    pattern = known[flows] = _names_in((*names, *short))
    return pattern


def _names_of(slots: Sequence[SlotDef]) -> Iterator[str]:
    for slot in slots:
        yield from slot.names if slot.title else (slot.name,)


def _behind_pronoun(phrases: Phrases, text: str, start: int, end: int) -> int:
    """Give where a name ends with the pronoun behind it; one that is a number needs a word before: THE big one."""
    found = phrases.pronouns.match(text.casefold(), end) if phrases.pronouns is not None else None
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


@lru_cache(maxsize=1024)
def _names_in(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Make a pattern of slots' names, the longest first; a space or a hyphen may stand where they have `_`."""
    written = sorted(filter(_plain, dict.fromkeys(names)), key=lambda name: len(_plain(name)), reverse=True)
    body = "|".join(_written(name) for name in written)
    return re.compile(body, re.IGNORECASE) if body else None


def _written(name: str) -> str:
    words = name.replace("_", " ").split()
    if has_cjk(name):
        return r"[\W_]*".join(map(re.escape, words))
    body = r"[\W_]+".join("-?".join(map(re.escape, word)) for word in words)
    return rf"(?<![A-Za-z0-9_@./-]){body}(?![A-Za-z0-9_@]|[-./][A-Za-z0-9_])"


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")


def _labels_in(known: Sequence[tuple[int, SlotDef]], text: str) -> Iterator[tuple[int, int]]:
    """Give where labels of options stand in a text."""
    lowered = text.casefold()
    labels = {label for _, slot in known for option in slot.options for label in option.label.sources.values()}
    for label in labels if len(lowered) == len(text) else ():
        start = lowered.find(label.casefold())
        if start >= 0 and "{" not in label:
            yield start, start + len(label)


def behind_name(phrases: Phrases, text: str, mention: Mention) -> int:
    """Give where a value may begin behind a name: after signs, 'is' or 'should be', and fillers."""
    at, end = mention.end, mention.until
    while True:
        while at < end and text[at] in _BETWEEN:
            at += 1
        rest = text[at:end].casefold()
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
    before = _value_before(work, text, mention)
    linked = before is not None and is_linked(work.prepared.phrases, text[mention.end :])
    return (_value_behind(work, text, mention) if before is None or linked else None) or before


def is_linked(phrases: Phrases, behind: str) -> bool:
    """Tell whether a text begins with what links a name to its value: 'is', 'should be'."""
    return phrases.copulas is not None and phrases.copulas.match(behind.casefold()) is not None


def _value_before(work: Work, text: str, mention: Mention) -> Found | None:
    phrases, slot = work.prepared.phrases, mention.slot
    if phrases.called is None or slot.options or slot.options_from or (slot.type in FREE_TYPES and not slot.pattern):
        return None
    linked = phrases.called.search(text[: mention.start].casefold())
    before = text[: linked.start()].rstrip() if linked is not None else ""
    if linked is None and _ends_clause(phrases, text[mention.end :]):  # '65 charged, 45 expected'
        before = text[: mention.start].rstrip()
    clause = max([match.end() for match in _CLAUSES.finditer(before)], default=0)
    values = find_values(work, slot, before[clause:])
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
        for choice in choices_of(work, slot, (), tail):
            if any(said.startswith(name if has_cjk(name) else f"{name} ") for name in choice.names):
                return Found([choice.value] if slot.many else choice.value, at, mention.until)
        return None
    if slot.type in FREE_TYPES and not slot.pattern:
        return _lone_number(work.prepared.phrases, text[: mention.start], tail, at)
    found = next((found for found in find_values(work, slot, tail, "named") if not found.start), None)
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
    found = phrases.clauses.search(text.casefold(), mention.end, mention.until) if phrases.clauses else None
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
