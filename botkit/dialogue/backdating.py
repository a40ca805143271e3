"""Backdating: the latest day gone by that a date can mean, where a slot takes no date to come."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from botkit.model.parsers import Found, Reading, SlotParser


def backdated(found: Found, text: str, known: Reading, parser: SlotParser) -> Found:
    """Give a date to come that was said without its year, or as a day of the week, as the latest one before now.

    What a parser makes of the same words on another day tells how they were meant: 'January 10' stays the tenth
    of January, 'tomorrow' moves with the day, '2027-01-10' is what it is.
    """
    now = known.now if isinstance(found.value, datetime) else known.now.date()
    if not isinstance(found.value, date) or found.value <= now:
        return found
    shifted = replace(known, now=known.now - timedelta(days=405))
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
