"""Months: a reply that says the month of a day alone ('last December'), and the day of it that is said next."""

from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from botkit.dialogue.filling import STRICT, Fit, all_values, reading
from botkit.dialogue.phrases import is_question
from botkit.dialogue.remainders import remainder
from botkit.dialogue.retries import hint
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.parsers import Found
from botkit.model.session import Question
from botkit.model.words import has_cjk

_LONGEST = 60  # letters of a reply that says a month
_EDGES = " \t\n.,;!。，；！"
_MONTH = timedelta(days=40)


def month_said(work: Work, slot: SlotDef, before: str, text: str) -> str:
    """Give the words with which a reply to a question for a day says a month, with its year, and no day of it.

    What was said `before` is not asked about again.
    """
    if slot.secret or len(text) > _LONGEST:
        return ""
    if not any(map(str.isalpha, text)) or is_question(work.prepared.phrases, text):
        return ""
    start, end = remainder(work.prepared.phrases, text)
    core, whole = text[start:end], text.strip(_EDGES)
    for said in (whole, core) if has_cjk(text) else (core, whole):  # 去 is a small word, and no part of 去年 then
        if said != before and any(one.value.day == 1 for one in _found_in(work, slot, said, "1")):
            return said
    return ""


def ask_for_day(work: Work, question: Question, month: str) -> None:
    """Ask which day of a month is meant, and keep the month for the reply. It counts as no unusable reply."""
    work.candidate("slot", question.step, 0.0, "a month where a day is asked for", taken=True)
    hint(work, work.phrase("which_day", value=month))
    work.question = replace(question, said=month)


def day_said(work: Work, slot: SlotDef, month: str, text: str) -> Fit | None:
    """Give the day of a month that was said before, where a reply says it without any month: 'the 3rd'."""
    parser = work.flows.catalogue.types.get("date")
    if parser is None or slot.type != "date":
        return None
    known = reading(work)
    now, later = parser(text, known), parser(text, replace(known, now=known.now + _MONTH))
    if now and later and now[0].value.month == later[0].value.month:
        return None  # it has a month of its own
    start, end = remainder(work.prepared.phrases, text)
    found = next(_found_in(work, slot, month, text[start:end]), None)
    return Fit(found.value, 0, len(text), STRICT) if found is not None else None


def _found_in(work: Work, slot: SlotDef, month: str, day: str) -> Iterator[Found]:
    """Give the dates that a month and a day make together, one beside the other."""
    marks = [
        mark for locale in work.flows.locales.values() for mark, unit in locale.dates.marks.items() if unit == "day"
    ]
    suffixes = [suffix for locale in work.flows.locales.values() for suffix in locale.numbers.ordinal_suffixes]
    forms = [f"{month} {day}", f"{day} {month}", *(f"{day}{suffix} {month}" for suffix in suffixes if day.isdigit())]
    if has_cjk(month):
        forms += [f"{month}{day}", *(f"{month}{day}{mark}" for mark in marks)]
    for form in forms:
        yield from (one for one in all_values(work, slot, form) if (one.start, one.end) == (0, len(form)))
