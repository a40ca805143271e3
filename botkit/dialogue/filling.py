"""Filling: what of a text fits a slot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from botkit.dialogue.denials import is_asked_about, is_denied, is_phone, left_open, may_leave_open, meant, range_of
from botkit.dialogue.options import (
    Choice,
    choose_named,
    choose_number,
    choose_several,
    find_closely,
    find_named_options,
)
from botkit.dialogue.patterns import Where, find_matches
from botkit.dialogue.saying import listed_names, listed_options
from botkit.dialogue.stack import known_slots
from botkit.dialogue.work import Work
from botkit.expressions import test
from botkit.model.definitions import Found, Reading, Rule, SlotDef, SlotParser
from botkit.model.events import Message
from botkit.model.values import File, Money
from botkit.model.words import content_length, fold

_NUMBERS = re.compile(r"\d+")
_SIGN = re.compile(r"[^\w\s,;.，；。]+\Z")  # of a currency, before a number
EXACT, STRICT, PART, LOOSE = 1.0, 0.95, 0.8, 0.75
"""How sure a fit is: a label or the whole text; most of the text; a part of it; free text."""

FILE_TYPES = frozenset({"file", "image", "location", "contact"})
FREE_TYPES = frozenset({"text", "any"})
_DAYS = frozenset({"date", "time", "datetime"})
MOST_TEXT = 4000  # characters of a message that are searched for values


@dataclass(frozen=True, slots=True)
class Fit:
    """A value that a text has for a slot, at `text[start:end]`, and how sure that is."""

    value: Any
    start: int
    end: int
    score: float


def reading(work: Work) -> Reading:
    """Give what parsers may know: the customer's locale first."""
    locales = work.flows.locales
    own = [locale for code, locale in locales.items() if code == work.locale or code == work.locale.partition("-")[0]]
    settings = work.flows.settings
    return Reading(
        locales=(*own, *(locale for locale in locales.values() if locale not in own)),
        now=datetime.fromtimestamp(work.now, work.prepared.zone),
        currency=settings.currency,
        country=settings.country,
    )


def choices_of(work: Work, slot: SlotDef, shown: Sequence[tuple[Any, str]] = (), said: str = "") -> list[Choice]:
    """Give a slot's options with their labels in every locale; `shown` are computed ones as they were shown.

    What a computed option may be called `also` counts unless `said` has a number that its label has not: 'the
    card ending in 1234' is no other card.
    """
    if slot.options_from:
        pairs = shown or listed_options(work, slot.options_from)
        also = listed_names(work, slot.options_from)
        return [Choice(given, (label, *_also(given, label, also, said))) for given, label in pairs]
    key = id(slot), work.locale
    known = work.prepared.choices.get(key)
    if known is not None:
        return known
    firm, paired = id(slot) in work.prepared.troubled, id(slot) in work.prepared.paired
    choices: list[Choice] = []
    for option in slot.options:
        here = work.text(option.label).strip()
        labels = (here, *(source for source in option.label.sources.values() if "{" not in source))
        choices.append(Choice(option.value, tuple(dict.fromkeys(label for label in labels if label)), firm, paired))
    if id(slot) in work.prepared.fixed:
        work.prepared.choices[key] = choices
    return choices


def _also(given: Any, label: str, also: Sequence[tuple[Any, tuple[str, ...]]], said: str) -> tuple[str, ...]:
    if not set(_NUMBERS.findall(said)) <= set(_NUMBERS.findall(label)):
        return ()
    return next((names for value, names in also if value == given), ())


def is_free(slot: SlotDef) -> bool:
    """Tell whether a slot takes any text."""
    return slot.type in FREE_TYPES and not (slot.options or slot.pattern or slot.options_from)


def fit(work: Work, slot: SlotDef, message: Message, shown: Sequence[tuple[Any, str]] = ()) -> Fit | None:
    """Give the best fit of a message for the open question's slot; nothing when it has none.

    A day or one of the options that are the same for everybody is none that the message only asks about.
    """
    found = _fit(work, slot, message, shown)
    if found is None or found.score >= EXACT or not (slot.type in _DAYS or (slot.options and not slot.many)):
        return found
    if id(slot) in work.prepared.troubled:
        return found
    return None if is_asked_about(work.prepared.phrases, message.text, found.start, found.end) else found


def _fit(work: Work, slot: SlotDef, message: Message, shown: Sequence[tuple[Any, str]]) -> Fit | None:
    if slot.type in FILE_TYPES:
        return _fit_file(slot, message)
    text = message.text
    if not text.strip():
        return None
    if slot.options or slot.options_from:
        return _fit_choice(work, slot, text, choices_of(work, slot, shown, text))
    found = find_values(work, slot, text, "asked")
    if found:
        several = choice_left(work, slot, text, found) or (slot.type == "money" and amounts_left_open(work, text))
        return None if several else _graded(work, text, found[0])
    amount = bare_amount(work, text) if slot.type == "money" else None
    if amount is not None:
        return amount
    annotated = next((entity for entity in message.evidence.entities if entity.slot == slot.name), None)
    if annotated is not None:
        return Fit(annotated.value, annotated.start, annotated.end, PART)
    if slot.type in FREE_TYPES and not slot.pattern:
        return Fit(text.strip(), 0, len(text), LOOSE)
    return None


def bare_amount(work: Work, text: str) -> Fit | None:
    """Give the one number of a reply that has no unit: 'I was charged 100' is an amount of the bot's currency."""
    known, parser = reading(work), work.flows.catalogue.types.get("number")
    found = parser(text, known) if parser is not None else []
    if len(found) > 1:
        found = meant(work.prepared.phrases, text, found)
    if len(found) != 1 or isinstance(found[0].value, bool) or not isinstance(found[0].value, int | float | Decimal):
        return None
    start, end = found[0].start, found[0].end
    before, behind = text[:start], text[end:].lstrip()
    if is_denied(work.prepared.phrases, _SIGN.sub("", before)):
        return None
    if (before and before[-1] in "#-_/:") or (behind and behind[0] not in ".,;:!?。，！？"):
        return None
    if any(sign in text[start:end].casefold() for locale in known.locales for sign in locale.numbers.percent):
        return None
    return Fit(Money(Decimal(str(found[0].value)), known.currency), start, end, PART)


def amounts_left_open(work: Work, text: str) -> list[Found]:
    """Give the numbers between which a text leaves an amount open, with a unit at one of them: '20 or 30 dollars'."""
    phrases, parser = work.prepared.phrases, work.flows.catalogue.types.get("number")
    if parser is None or not may_leave_open(phrases, text):
        return []
    return left_open(phrases, text, parser(text, reading(work)))


def _fit_file(slot: SlotDef, message: Message) -> Fit | None:
    matching = [file for file in message.files if not file.refused and _suits(slot.type, file)]
    if not matching:
        return None
    return Fit(matching if slot.many else matching[0], 0, 0, EXACT)


def _suits(kind: str, file: File) -> bool:
    if kind == "file":
        return file.kind not in {"location", "contact"}
    return file.kind == kind or (kind == "image" and file.mime.startswith("image/"))


def _fit_choice(work: Work, slot: SlotDef, text: str, choices: Sequence[Choice]) -> Fit | None:
    numbered = choose_number(text, choices, work.prepared.phrases)
    if numbered is not None:
        return Fit([numbered.value] if slot.many else numbered.value, 0, len(text), STRICT)
    phrases = work.prepared.phrases
    if slot.many:
        chosen = work.top.chosen
        several = choose_several(text, choices, phrases, chosen, adding=bool(chosen))
        return Fit([choice.value for choice in several], 0, len(text), STRICT) if several else None
    one = find_closely(text, choices, phrases)
    if one is None:
        return None
    return Fit(one.choice.value, one.start, one.end, _grade(work, text, one.start, one.end))


def find_values(work: Work, slot: SlotDef, text: str, where: Where = "anywhere") -> list[Found]:
    """Give the values in a text that are strictly of a slot's pattern or type and not denied, the best first."""
    found = all_values(work, slot, text, where)
    alone = not found or (
        len(found) == 1 and not found[0].start and (slot.type not in _DAYS or found[0].end == len(text))
    )
    return found if alone else _meant(work, slot, text, found)


def all_values(work: Work, slot: SlotDef, text: str, where: Where = "anywhere") -> list[Found]:
    """Give the values in a text that are strictly of a slot's pattern or type, the best first, denied or not."""
    text = text[:MOST_TEXT]
    if slot.pattern:
        prepared = work.prepared
        matches = find_matches(prepared.patterns[slot.pattern], prepared.phrases, slot, text, where)
        if where == "named" or not matches or not matches[-1].start:
            return matches
        return [one for one in matches if not is_phone(prepared.phrases, slot.names, text[: one.start])]
    if slot.type in FREE_TYPES or slot.type in FILE_TYPES:
        return []
    parser = work.flows.catalogue.types.get(slot.type)
    if parser is None:
        return []
    known = reading(work)
    found = parser(text, known)
    return [_backdated(one, text, known, parser) for one in found] if slot.past else found


def choice_left(work: Work, slot: SlotDef, text: str, found: Sequence[Found]) -> list[Found]:
    """Give those of the values that a text means for a slot between which it leaves the choice open, in its order.

    The two ends of a range are a choice, unless another slot of the kind is there to take the second.
    """
    if len(found) < 2:
        return []
    ends = range_of(work.prepared.phrases, text, found)
    if ends is None:
        return left_open(work.prepared.phrases, text, found)
    return [] if any(other.name not in work.top.changed for other in _rivals(work, slot)) else list(ends)


def _rivals(work: Work, slot: SlotDef) -> list[SlotDef]:
    """Give the other slots of a slot's kind that may be filled in this run."""
    known = [other for _, other in known_slots(work)]
    return [o for o in known if o.name != slot.name and (o.type, o.pattern) == (slot.type, slot.pattern)]


def _meant(work: Work, slot: SlotDef, text: str, found: list[Found]) -> list[Found]:
    phrases, rivals = work.prepared.phrases, _rivals(work, slot) if len(found) > 1 else []
    kept = meant(phrases, text, found, rivals=bool(rivals), chosen=slot.type in _DAYS)
    ends = range_of(phrases, text, kept) if len(kept) > 1 else None
    if ends is None:
        return kept
    current, left, others = work.slot(slot.name), ends[0].value, [work.slot(one.name) for one in rivals]
    if current is not None and left != current and left in others:
        return []  # that one is changed
    if left in (current, *others):  # the other takes its place
        kept = [Found(ends[1].value, ends[0].start, ends[1].end), *[one for one in kept if one not in ends]]
    return sorted(kept, key=_start)


def _start(found: Found) -> int:
    return found.start


def _backdated(found: Found, text: str, known: Reading, parser: SlotParser) -> Found:
    """Give a date to come that was said without its year, or as a day of the week, as the latest one before now.

    What a parser makes of the same words on another day tells how they were meant: 'January 10' stays the tenth
    of January, 'tomorrow' moves with the day, '2027-01-10' is what it is.
    """
    now = known.now if isinstance(found.value, datetime) else known.now.date()
    if not isinstance(found.value, date) or found.value <= now:
        return found
    shifted = msgspec.structs.replace(known, now=known.now - timedelta(days=405))
    other = next((one for one in parser(text, shifted) if one.start == found.start), None)
    if other is None or not isinstance(other.value, date):
        return found
    leaping = (found.value.month, found.value.day) == (2, 29) and str(found.value.year) not in text
    if other.value == found.value and not leaping:
        return found
    said = text[found.start : found.end].casefold()
    if any(said in locale.dates.weekdays for locale in known.locales):
        weeks = -(-(found.value - now).days // 7) or 1
        return Found(found.value - timedelta(weeks=weeks), found.start, found.end)
    if other.value.day == found.value.day and other.value.month != found.value.month:  # 'the 8th', 8号
        return Found(_in_latest_month(found.value, now), found.start, found.end)
    if (other.value.month, other.value.day) != (found.value.month, found.value.day):
        return found
    return Found(_latest(found.value, now), found.start, found.end)


def _in_latest_month(value: date, now: date) -> date:
    """Give the same day of the latest month in which it is not to come."""
    first = now.replace(day=1)
    while (first.year, first.month) >= (now.year - 1, 1):
        try:
            earlier = value.replace(year=first.year, month=first.month)
        except ValueError:  # no 31st
            earlier = value
        if earlier <= now:
            return earlier
        first = (first - timedelta(days=1)).replace(day=1)
    return value


def _latest(value: date, now: date) -> date:
    """Give the same day of the latest year in which it is not to come."""
    for year in range(now.year, now.year - 9, -1):
        try:
            earlier = value.replace(year=year)
        except ValueError:  # no 29th of February
            continue
        if earlier <= now:
            return earlier
    return value


def _graded(work: Work, text: str, found: Found) -> Fit:
    return Fit(found.value, found.start, found.end, _grade(work, text, found.start, found.end))


def _grade(work: Work, text: str, start: int, end: int) -> float:
    rest = fold(text[:start] + " " + text[end:])
    if not rest:
        return EXACT
    if work.prepared.phrases.fillers is not None:
        rest = work.prepared.phrases.fillers.sub(" ", rest)
    return STRICT if content_length(text[start:end]) >= content_length(rest) else PART


def refusal(work: Work, slot: SlotDef, value: Any, beside: Mapping[str, Any] | None = None) -> Rule | None:
    """Give the first rule of a slot's `check` that refuses a value; `beside` are values that others get with it."""
    if not slot.checks:
        return None
    scope = work.scope(**{**(beside or {}), slot.name: value})
    return next((rule for rule in slot.checks if test(rule.when.source, scope)), None)


def strict_value(work: Work, slot: SlotDef, text: str) -> Fit | None:
    """Give the value that a text strictly has for a slot, as a correction would need it."""
    if slot.options or slot.options_from:
        choices, phrases = choices_of(work, slot, (), text), work.prepared.phrases
        if slot.many:
            return _strictly_several(work, slot, text, choices)
        named, _ = find_named_options(text, choices, phrases)
        return Fit(named[0].choice.value, named[0].start, named[0].end, STRICT) if len(named) == 1 else None
    found = find_values(work, slot, text)
    if not found or choice_left(work, slot, text, found):
        return None
    return Fit(found[0].value, found[0].start, found[0].end, STRICT)


def _strictly_several(work: Work, slot: SlotDef, text: str, choices: Sequence[Choice]) -> Fit | None:
    current = work.slot(slot.name)
    chosen = current if isinstance(current, list) else []
    values = [choice.value for choice in choose_several(text, choices, work.prepared.phrases, chosen, labelled=True)]
    if len(values) == len(chosen) and all(value in chosen for value in values):
        values = chosen  # the same, whatever their order
    return Fit(values, 0, 0, STRICT) if values else None


def denied_values(work: Work, slot: SlotDef, text: str) -> list[Any]:
    """Give the values of a slot that a text denies: 'not by mail'."""
    if slot.options or slot.options_from:
        return [
            choice.value for choice in choose_named(text, choices_of(work, slot, (), text), work.prepared.phrases)[1]
        ]
    found = all_values(work, slot, text)
    kept = [one.value for one in _meant(work, slot, text, found)] if found else []
    return [one.value for one in found if one.value not in kept]
