"""What is defined and never used."""

from collections import Counter
from collections.abc import Iterator

from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import (
    Formula,
    formulas_of,
    names_in,
    of_slot,
    of_speech,
    of_text,
    speeches_of,
)
from botkit.flows.checks.graphs import changes
from botkit.flows.checks.references import buttons_of
from botkit.flows.checks.survey import Survey
from botkit.model.definitions import NO_START, Flow


def check_unused(survey: Survey, found: Findings) -> None:
    """Warn of intents, slots and flows that nothing uses."""
    started = {intent for flow in survey.flows.values() for intent in flow.start.intents}
    for intent in survey.bot.intents.values():
        if intent.name not in started:
            message = f"intent '{intent.name}' starts no flow"
            found.warning(
                intent.place, "unused-intent", message, "name it under start: intents: of a flow, or remove it"
            )
    _check_slots(survey, found)
    _check_flows(survey, found)


def _check_slots(survey: Survey, found: Findings) -> None:
    used = {name for flow in survey.flows.values() for step in flow.steps.values() for name in changes(step)}
    for formula in _formulas(survey):
        used |= names_in(formula.source, formula.kind)
    for slot in survey.bot.slots.values():
        if slot.name not in used:
            message = f"slot '{slot.name}' is neither filled nor read"
            found.warning(slot.place, "unused-slot", message, "remove it")
    for flow in survey.own:
        inside: set[str] | None = None
        for slot in flow.slots.values():
            inside = _used_in(flow) if inside is None else inside
            if slot.name not in inside:
                message = f"slot '{slot.name}' of flow '{flow.name}' is neither filled nor read in it"
                found.warning(slot.place, "unused-slot", message, "remove it")


def _used_in(flow: Flow) -> set[str]:
    used = {name for step in flow.steps.values() for name in changes(step)}
    for step in flow.steps.values():
        for formula in formulas_of(step):
            used |= names_in(formula.source, formula.kind)
    return used


def _formulas(survey: Survey) -> Iterator[Formula]:
    for slot in survey.bot.slots.values():
        yield from (formula for formula in of_slot(slot) if formula.fresh != slot.name)
    for answer in survey.bot.answers.values():
        yield from of_speech(answer.speech, answer.place)
    for flow in survey.flows.values():
        yield from of_text(flow.title)
        if flow.only_if is not None:
            yield Formula(flow.only_if.source, "condition", flow.only_if.place)
        for step in flow.steps.values():
            yield from formulas_of(step)


def _check_flows(survey: Survey, found: Findings) -> None:
    used = Counter(survey.called)
    for flow in survey.flows.values():
        for step in flow.steps.values():
            for speech in speeches_of(step):
                used.update(button.run for button in buttons_of(speech))
    for answer in survey.bot.answers.values():
        used.update(button.run for button in buttons_of(answer.speech))
    for flow in survey.own:
        routed = survey.bot.catalogue.models and flow.description is not None
        if not (flow.name.startswith("on_") or flow.start != NO_START or routed or flow.name in used):
            message = f"flow '{flow.name}' is never started: no intent, command, event, button or run names it"
            found.warning(flow.place, "unused-flow", message, "give it start:, or remove it")
