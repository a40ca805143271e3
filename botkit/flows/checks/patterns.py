"""Patterns of slots that ordinary words fit."""

from botkit.flows.checks.findings import Findings
from botkit.flows.checks.survey import Survey
from botkit.model.definitions import Ask
from botkit.model.locales import plain_words
from botkit.model.words import is_broad


def check_patterns(survey: Survey, found: Findings) -> None:
    """Warn of asks that any message may fill, and whose pattern fits ordinary words."""
    plain, known = plain_words(survey.bot.locales.values()), dict[str, bool]()
    for flow in survey.own:
        for step in flow.steps.values():
            body = step.body
            if not isinstance(body, Ask) or not body.slot.pattern or body.fill != "anytime":
                continue
            pattern = body.slot.pattern
            if pattern not in known:
                known[pattern] = is_broad(pattern, plain)
            if known[pattern]:
                message = f"ordinary words fit the pattern of slot '{body.slot.name}', and any message may fill it"
                hint = "let the pattern want a digit or a fixed part, or add 'fill: when_asked' to the ask"
                found.warning(step.place, "broad-pattern", message, hint)
