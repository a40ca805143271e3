"""Filling: what of a text fits a slot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from botkit.dialogue.appointments import option_at
from botkit.dialogue.attachments import files_for
from botkit.dialogue.backdating import backdated
from botkit.dialogue.counts import (
    about_as_many,
    counted_behind,
    is_listed,
    kinds_of,
    of_others,
    of_question,
    of_units,
    off_the_clock,
    outside,
    side_by_side,
)
from botkit.dialogue.denials import (
    DASHES,
    is_asked_about,
    is_denied,
    is_left,
    is_phone,
    is_retracted,
    left_open,
    may_leave_open,
    meant,
    range_of,
    said_together,
)
from botkit.dialogue.halves import left_between, may_list
from botkit.dialogue.options import (
    Choice,
    Hit,
    choose_exactly,
    choose_number,
    choose_several,
    find_closely,
    find_named_options,
)
from botkit.dialogue.parties import counted_together
from botkit.dialogue.patterns import Where, find_matches
from botkit.dialogue.phrases import Phrases, is_question, leads_in
from botkit.dialogue.saying import listed_names, listed_options
from botkit.dialogue.stack import known_slots
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Confirm, SlotDef
from botkit.model.events import Message
from botkit.model.parsers import Found, Reading
from botkit.model.values import Money
from botkit.model.words import content_length, fold

_NUMBERS = re.compile(r"\d+")
_ENDS = ".,;:!?。，；：！？、"
_SIGN = re.compile(r"[^\w\s,;.，；。]+\Z")  # of a currency, before a number
EXACT, STRICT, PART, LOOSE = 1.0, 0.95, 0.8, 0.75
"""How sure a fit is: a label or the whole text; most of the text; a part of it; free text."""

FILE_TYPES = frozenset({"file", "image", "location", "contact"})
FREE_TYPES = frozenset({"text", "any"})
_DAYS = frozenset({"date", "time", "datetime"})
COUNTS = frozenset({"integer", "number"})
MOST_TEXT = 4000  # characters of a message that are searched for values
MOST_VALUES = 20  # of one type in a message; of more nobody means one


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
        files = files_for(slot, message)
        return Fit(files if slot.many else files[0], 0, 0, EXACT) if files else None
    text = message.text
    if not text.strip():
        return None
    if slot.options or slot.options_from:
        return _fit_choice(work, slot, text, choices_of(work, slot, shown, text))
    found = find_values(work, slot, text, "asked")
    if found:
        several = choice_left(work, slot, text, found) or (slot.type == "money" and amounts_left_open(work, text))
        return None if several else _fit_of(work, text, found[0])
    amount = bare_amount(work, text) if slot.type == "money" else None
    if amount is not None:
        return amount
    annotated = next((entity for entity in message.evidence.entities if entity.slot == slot.name), None)
    value = value_of(work, slot, annotated.value) if annotated is not None else None
    if annotated is not None and value is not None:
        return Fit(value, annotated.start, annotated.end, PART)
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
    if (before and before[-1] in "#-_/:") or not (not behind or behind[0] in _ENDS or _leads_over(work, text[end:])):
        return None
    if any(sign in text[start:end].casefold() for locale in known.locales for sign in locale.numbers.percent):
        return None
    return Fit(Money(Decimal(str(found[0].value)), known.currency), start, end, PART)


def _leads_over(work: Work, behind: str) -> bool:
    """Tell whether an 'and' stands behind a number, or but small words up to what is said of another slot."""
    phrases = work.prepared.phrases
    between, gap, _ = behind.partition("\n")
    joined = phrases.joining is not None and phrases.joining.match(behind.strip().casefold()) is not None
    return joined or leads_in(phrases, fold(between), small=bool(gap))


def amounts_left_open(work: Work, text: str) -> list[Found]:
    """Give the numbers between which a text leaves an amount open, with a unit at one of them: '20 or 30 dollars'."""
    phrases, parser = work.prepared.phrases, work.flows.catalogue.types.get("number")
    dashed = any(dash in text for dash in DASHES)
    if parser is None or not (dashed or may_leave_open(phrases, text)):
        return []
    found = parser(text, reading(work))
    ends = range_of(phrases, text, found) if dashed and len(found) == 2 else None
    return list(ends) if ends is not None else left_open(phrases, text, found)


def _fit_choice(work: Work, slot: SlotDef, text: str, choices: Sequence[Choice]) -> Fit | None:
    numbered = choose_number(text, choices, work.prepared.phrases)
    if numbered is not None:
        return Fit([numbered.value] if slot.many else numbered.value, 0, len(text), STRICT)
    phrases = work.prepared.phrases
    if slot.many:
        chosen = work.top.chosen
        several = choose_several(text, choices, phrases, chosen, adding=bool(chosen))
        kept = [*_kept(work, text, choices), *_asked_about(work, text, choices)]
        several = [choice for choice in several if choice not in kept]
        return Fit([choice.value for choice in several], 0, len(text), STRICT) if several else None
    one = find_closely(text, choices, phrases)
    if one is None and choices and choices[0].labels[:1] and choices[0].labels[0][:1].isdigit():
        one = _at_time(work, text, choices, bare=True)
    if one is None:
        return None
    return Fit(one.choice.value, one.start, one.end, graded(work, text, one.start, one.end))


def _at_time(work: Work, text: str, choices: Sequence[Choice], *, bare: bool = False) -> Hit | None:
    """Give the option that is the time that a text says."""
    parser = work.flows.catalogue.types.get("time")
    if parser is None:
        return None
    return option_at(text[:MOST_TEXT], choices, work.prepared.phrases, parser, reading(work), bare=bare)


def _kept(work: Work, text: str, choices: Sequence[Choice]) -> list[Choice]:
    """Give the options that a text leaves where they are (I'll keep the chair), unless it is asked what to keep."""
    phrases, kept = work.prepared.phrases, work.prepared.phrases.kept
    said = phrases.keeps is not None and phrases.keeps.search(fold(text)) is not None
    if kept is None or not said or asks_to_keep(work):
        return []
    hits = find_named_options(text, choices, phrases)[0]
    return [hit.choice for hit in hits if kept.search(text[: hit.start].casefold()) is not None]


def _asked_about(work: Work, text: str, choices: Sequence[Choice]) -> list[Choice]:
    """Give the options that a text only asks about: 'breakfast costs how much?'."""
    if not is_question(work.prepared.phrases, text):
        return []
    hits = find_named_options(text, choices, work.prepared.phrases)[0]
    return [hit.choice for hit in hits if is_asked_about(work.prepared.phrases, text, hit.start, hit.end)]


def asks_to_keep(work: Work) -> bool:
    """Tell whether the open question is for what is to be kept."""
    step, keeps = work.step_of(work.top), work.prepared.phrases.keeps
    said = step.body.speech.sources if step is not None and isinstance(step.body, Ask | Confirm) else ()
    return keeps is not None and any(keeps.search(fold(one)) is not None for one in said)


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
        if len(matches) > MOST_VALUES:
            return []
        return [one for one in matches if not is_phone(prepared.phrases, slot.names, text[: one.start])]
    if slot.type in FREE_TYPES or slot.type in FILE_TYPES:
        return []
    parser = work.flows.catalogue.types.get(slot.type)
    if parser is None:
        return []
    known = reading(work)
    found = parser(text, known)
    if len(found) > MOST_VALUES:
        return []
    if slot.type in COUNTS and not (found and found[0].end - found[0].start >= len(text.strip())):
        return _counted(work, slot, text, found, known)
    return [backdated(one, text, known, parser) for one in found] if slot.past else found


def _counted(work: Work, slot: SlotDef, text: str, found: Sequence[Found], known: Reading) -> list[Found]:
    """Leave out numbers of a day, a time of day, or of something else than is asked for; count people together."""
    phrases, types = work.prepared.phrases, work.flows.catalogue.types
    days = types["date"](text, known) if "date" in types and found else []
    asked = asked_with(work, slot)
    times = types["time"](text, known) if "time" in types and found else []
    timed = off_the_clock(found, text, known, times, range_of(phrases, text, found) if len(found) == 2 else None)
    kept = of_units(outside(timed, text, known, days), text, known, asked)
    claimed = of_others(phrases, kept, text, known, _kinds_elsewhere(work, slot, known) if kept else ())
    kept = [one for one in kept if one not in claimed]
    if len(kept) > 1 and not _is_open(phrases, text, kept):
        named = of_question(kept, text, known, asked)
        kept = [one for one in kept if one in named or is_denied(phrases, text[: one.start])]
    return counted_together(phrases, kept, text, asked)


def _kinds_elsewhere(work: Work, slot: SlotDef, known: Reading) -> frozenset[str]:
    """Give what other slots of the run count and this one does not: nights and people, where it is for rooms."""
    phrases = work.prepared.phrases
    others = {o.name: o for _, o in known_slots(work) if o.type in COUNTS and o.name != slot.name}.values()
    kinds = {kind for other in others for kind in kinds_of(phrases, known, asked_with(work, other))}
    return frozenset(kinds - kinds_of(phrases, known, asked_with(work, slot))) if kinds else frozenset()


def with_counted(work: Work, slot: SlotDef, text: str, start: int, end: int) -> tuple[int, int]:
    """Give where a value stands with the word for what it counts: '5 nights' of a number of nights."""
    if slot.type not in COUNTS:
        return start, end
    return start, counted_behind(work.prepared.phrases, text, end, reading(work))[1]


def _is_open(phrases: Phrases, text: str, found: Sequence[Found]) -> bool:
    """Tell whether a text leaves the choice between numbers, or takes one of them back."""
    placed = sorted(found, key=_start)
    if is_listed(text, placed):
        return True
    retracted = any(is_retracted(phrases, text[one.end : other.start]) for one, other in pairwise(placed))
    return retracted or bool(left_open(phrases, text, placed)) or range_of(phrases, text, placed) is not None


def asked_with(work: Work, slot: SlotDef) -> list[str]:
    """Give with what a slot is asked for, and what it is called."""
    facts = [work.prepared.facts[frame.flow] for frame in work.stack]
    return [*slot.names, *(said for one in facts for said in one.questions.get(slot.name, ()))]


def choice_left(work: Work, slot: SlotDef, text: str, found: Sequence[Found]) -> list[Found]:
    """Give those of the values that a text means for a slot between which it leaves the choice open, in its order.

    The two ends of a range are a choice, unless another slot of the kind is there to take the second.
    """
    if not found and slot.type in COUNTS:
        return about_as_many(text, reading(work), asked_with(work, slot))
    if len(found) < 2:
        return list(found) if found and slot.type in _DAYS and halves_of(work, slot, text) else []
    ends = range_of(work.prepared.phrases, text, found)
    if ends is None:
        opened = left_open(work.prepared.phrases, text, found)
        counts = slot.type == "integer" and not opened
        if counts and (_is_listed(work, slot, text, found) or not _waits_for_another(work, slot)):
            return side_by_side(text, found)
        together = said_together(work.prepared.phrases, text, found) if not opened else []
        return opened if not together or _waits_for_another(work, slot) else together
    return [] if _waits_for_another(work, slot) else list(ends)


def _is_listed(work: Work, slot: SlotDef, text: str, found: Sequence[Found]) -> bool:
    """Tell whether a text lists two numbers for one: 2、3晚 where it is asked for nights."""
    placed = sorted(found, key=_start)
    return is_listed(text, placed) and of_question(placed, text, reading(work), asked_with(work, slot)) == placed[-1:]


def _waits_for_another(work: Work, slot: SlotDef) -> bool:
    """Tell whether another slot is there to take the end of a range: no number of guests where it is for nights."""
    others = [other for other in _rivals(work, slot) if other.name not in work.top.changed]
    if not others or slot.type not in COUNTS:
        return bool(others)
    kinds, *rest = [kinds_of(work.prepared.phrases, reading(work), asked_with(work, one)) for one in (slot, *others)]
    return kinds in rest


def halves_of(work: Work, slot: SlotDef, text: str) -> list[str]:
    """Give the days or times between which a text leaves the choice where it says one of them in part, if it does."""
    phrases, parser = work.prepared.phrases, work.flows.catalogue.types.get(slot.type)
    if slot.type not in _DAYS or parser is None or not (may_leave_open(phrases, text) or may_list(phrases, text)):
        return []
    known = reading(work)
    return left_between(phrases, known.locales, text[:MOST_TEXT], lambda said: parser(said, known))


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
    if left == current and any(_reaches(slot, ends, other) for other in others):
        return []  # it is said again, with what the other is
    if current is not None and left != current and left in others and not _reaches(slot, ends, current):
        return []  # that one is changed
    leaves = slot.type in _DAYS or is_left(phrases, text[: ends[0].start], text[ends[0].end : ends[1].start])
    if left == current or (left in others and leaves):  # the other takes its place
        kept = [Found(ends[1].value, ends[0].start, ends[1].end), *[one for one in kept if one not in ends]]
    return sorted(kept, key=_start)


def _reaches(slot: SlotDef, ends: tuple[Found, Found], other: Any) -> bool:
    """Tell whether a range ends at or beyond the other value of its kind: 'Monday to Friday' beside Wednesday."""
    first, last = ends[0].value, ends[1].value
    if slot.type not in _DAYS or not type(first) is type(last) is type(other):
        return bool(last == other)
    return bool(first < other <= last or last <= other < first)


def _start(found: Found) -> int:
    return found.start


def _fit_of(work: Work, text: str, found: Found) -> Fit:
    return Fit(found.value, found.start, found.end, graded(work, text, found.start, found.end))


def graded(work: Work, text: str, start: int, end: int) -> float:
    """Give how sure a value at `text[start:end]` is, by what stands beside it."""
    rest = fold(text[:start] + " " + text[end:])
    if not rest:
        return EXACT
    if work.prepared.phrases.fillers is not None:
        rest = work.prepared.phrases.fillers.sub(" ", rest)
    return STRICT if content_length(text[start:end]) >= content_length(rest) else PART


def strict_value(work: Work, slot: SlotDef, text: str) -> Fit | None:
    """Give the value that a text strictly has for a slot, as a correction would need it."""
    if slot.options or slot.options_from:
        choices, phrases = choices_of(work, slot, (), text), work.prepared.phrases
        if slot.many:
            return _strictly_several(work, slot, text, choices)
        named, denied = find_named_options(text, choices, phrases)
        named = [hit for hit in named if fold(text[hit.start : hit.end]) not in phrases.no]  # 'wrong' is a verdict
        if not named and not denied and choices and choices[0].labels[:1] and choices[0].labels[0][:1].isdigit():
            timed = _at_time(work, text, choices)
            named = [timed] if timed is not None else []
        return Fit(named[0].choice.value, named[0].start, named[0].end, STRICT) if len(named) == 1 else None
    found = find_values(work, slot, text)
    if not found or choice_left(work, slot, text, found):
        return None
    return Fit(found[0].value, found[0].start, found[0].end, STRICT)


def value_of(work: Work, slot: SlotDef, value: Any) -> Any:
    """Read what was found for a slot beforehand, as a customer's text would be read; none if it does not fit."""
    if not isinstance(value, str):
        return value
    if slot.options or slot.options_from:
        chosen = choose_exactly(value, choices_of(work, slot))
        return None if chosen is None else [chosen.value] if slot.many else chosen.value
    if is_free(slot):
        return value
    found = strict_value(work, slot, value)
    return found.value if found is not None else None


def _strictly_several(work: Work, slot: SlotDef, text: str, choices: Sequence[Choice]) -> Fit | None:
    current = work.slot(slot.name)
    chosen = current if isinstance(current, list) else []
    values = [choice.value for choice in choose_several(text, choices, work.prepared.phrases, chosen, labelled=True)]
    if len(values) == len(chosen) and all(value in chosen for value in values):
        values = chosen  # the same, whatever their order
    if slot.optional and chosen and not values:
        denied = denied_values(work, slot, text)
        return Fit([], 0, 0, STRICT) if all(value in denied for value in chosen) else None
    return Fit(values, 0, 0, STRICT) if values else None


def named_places(work: Work, slot: SlotDef, text: str) -> list[tuple[int, int]]:
    """Give where a text names options of a slot, meant or denied."""
    named, denied = find_named_options(text, choices_of(work, slot, (), text), work.prepared.phrases)
    return [(hit.start, hit.end) for hit in (*named, *denied)]


def denied_values(work: Work, slot: SlotDef, text: str) -> list[Any]:
    """Give the values of a slot that a text denies: 'not by mail'."""
    if slot.options or slot.options_from:
        _, denied = find_named_options(text, choices_of(work, slot, (), text), work.prepared.phrases)
        return [hit.choice.value for hit in denied]
    found = all_values(work, slot, text)
    if not found:
        return []
    rivals = len(found) > 1 and bool(_rivals(work, slot))
    kept = meant(work.prepared.phrases, text, found, rivals=rivals, chosen=slot.type in _DAYS)
    return [one.value for one in found if one.value not in [other.value for other in kept]]
