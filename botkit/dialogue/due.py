"""When a time is over that began now: elapsed time, or only what of it lies in opening hours."""

from botkit.dialogue.work import Work


def due_in(work: Work, seconds: float, hours: str = "") -> float | None:
    """Give the moment at which so many seconds are over; None if so much open time takes years.

    `hours` is a team's name or, for the hours of the bot, any other; without it, or where no hours are written, all
    time counts.
    """
    opening = work.flows.settings.hours_of(hours) if hours else None
    return work.now + seconds if opening is None else opening.after(work.now, seconds)
