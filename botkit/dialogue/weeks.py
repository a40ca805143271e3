"""Weeks: a day of the week that is said instead of another day is of that day's week."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from botkit.dialogue.filling import Fit
from botkit.dialogue.work import Work
from botkit.model.definitions import SlotDef
from botkit.model.words import fold


def in_week_of(work: Work, slot: SlotDef, text: str, found: Fit, current: Any) -> Fit:
    """Give a day that is said by its weekday alone as that of the week of the day that it corrects.

    'No, Wednesday' after next Tuesday is the day behind it. What would be today or before, another Tuesday, and a
    slot of days gone by stay as they were read.
    """
    if slot.type != "date" or slot.past or not isinstance(current, date) or not _is_weekday(work, text, found):
        return found
    days = found.value.weekday() - current.weekday()
    meant = current + timedelta(days=days)
    today = datetime.fromtimestamp(work.now, work.prepared.zone).date()
    return replace(found, value=meant) if days and meant > today else found


def _is_weekday(work: Work, text: str, found: Fit) -> bool:
    """Tell whether a text has nothing of a day but its weekday: 'on Wednesday'."""
    said = fold(text[found.start : found.end])
    for locale in work.flows.locales.values():
        names = {fold(name) for name in locale.dates.weekdays}
        leads = [fold(word) for word in locale.dates.on]
        if said in names or any(said.removeprefix(lead).strip() in names for lead in leads if said.startswith(lead)):
            return True
    return False
