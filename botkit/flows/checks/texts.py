"""Texts: are they there in every locale, are options distinct, is an expression meant where text is written."""

import re
from collections.abc import Iterator

from botkit.errors import Place
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import is_template, paths_in, speeches_of
from botkit.flows.checks.survey import GIVEN, Survey
from botkit.model.definitions import (
    Agent,
    Ask,
    Body,
    Confirm,
    Do,
    End,
    Flow,
    Generate,
    HandoffStep,
    Option,
    Retry,
    Run,
    Set,
    Silence,
    SlotDef,
    Speech,
    Step,
    Text,
    Value,
)
from botkit.model.locales import serving
from botkit.model.words import fold

_OPERATOR = re.compile(r"[\w)\]]\s*([-+*/%~]|//|==|!=|<=?|>=?|\||\band\b|\bor\b)\s*[\w('\"\[]|^not\s|\w\.\w")


def check_texts(survey: Survey, found: Findings) -> None:
    """Report missing locales, options that are the same, and texts that look like expressions."""
    for slot in survey.bot.slots.values():
        _check_texts(survey, _of_slot(slot), found)
        _check_options(slot, slot.place, found)
    for answer in survey.bot.answers.values():
        _check_texts(survey, _of_speech(answer.speech), found)
    for flow in survey.own:
        _check_texts(survey, _of_flow(flow), found)
        for step in flow.steps.values():
            _check_texts(survey, _of_step(step), found)
            _check_values(survey, flow, step, found)
            if isinstance(step.body, Ask) and step.body.slot.name not in survey.bot.slots:
                _check_options(step.body.slot, step.place, found)
        _check_titles(survey, flow, found)


def _of_flow(flow: Flow) -> Iterator[Text | None]:
    yield flow.title
    for slot in flow.slots.values():
        yield from _of_slot(slot)


def _of_step(step: Step) -> Iterator[Text | None]:
    for speech in speeches_of(step):
        yield from _of_speech(speech)
    match step.body:
        case Ask(slot=slot, retry=retry, silence=silence, why=why):
            yield why
            if not slot.shared:
                yield from _of_slot(slot)
            yield from _of_repair(retry, silence)
        case Confirm(retry=retry, silence=silence):
            yield from _of_repair(retry, silence)
        case Agent(instructions=text) | Generate(instructions=text) | HandoffStep(reason=text):
            # A model or a colleague reads these, not the customer: one language is enough.
            if text is not None and "" not in text.sources and len(text.sources) > 1:
                yield text
        case _:
            return


def _of_repair(retry: tuple[Retry, ...], silence: Silence | None) -> Iterator[Text | None]:
    for one in retry:
        yield one.say
    if silence is not None:
        yield silence.say


def _of_slot(slot: SlotDef) -> Iterator[Text | None]:
    yield slot.title
    for option in slot.options:
        yield option.label
    for rule in slot.checks:
        yield rule.say


def _of_speech(speech: Speech) -> Iterator[Text | None]:
    yield from speech.variants
    for button in speech.buttons:
        yield button.label
    for card in speech.cards:
        yield card.title
        yield card.text
        for button in card.buttons:
            yield button.label


def _check_texts(survey: Survey, texts: Iterator[Text | None], found: Findings) -> None:
    wanted = survey.bot.settings.locales
    for text in texts:
        if text is None or "" in text.sources:
            continue
        missing = [locale for locale in wanted if serving(locale, text.sources) is None]
        if wanted and wanted[0] in missing:
            message = f"this text is missing in {wanted[0]!r}, the bot's first locale"
            found.error(text.place, "missing-locale", message, "every other locale falls back to it")
        elif missing:
            message = f"this text is missing in {', '.join(map(repr, missing))}"
            found.warning(text.place, "missing-locale", message, f"customers get it in {wanted[0]!r}")


def _check_options(slot: SlotDef, place: Place, found: Findings) -> None:
    """Report two options that a customer cannot tell apart: the same value, or the same label in a locale."""
    values: dict[str, Option] = {}
    labels: dict[tuple[str, str], Option] = {}
    for option in slot.options:
        where = option.label.place if option.label.place.file else place
        if values.setdefault(repr(option.value), option) is not option:
            message = f"slot '{slot.name}' has the option {option.value!r} twice"
            found.error(where, "duplicate-option", message, "remove one")
            continue
        for locale, source in option.label.sources.items():
            first = labels.setdefault((locale, fold(source)), option)
            if first is not option and fold(source):
                message = (
                    f"slot '{slot.name}' labels the options {first.value!r} and {option.value!r} alike: {source!r}"
                )
                found.error(where, "duplicate-option", message, "word them differently")
                break


def _check_titles(survey: Survey, flow: Flow, found: Findings) -> None:
    """Warn of slots that are asked for in several languages, and that a confirm behind them would call by name."""
    confirms = [
        step.place for step in flow.steps.values() if isinstance(step.body, Confirm) and _varies(step.body.speech)
    ]
    if len(survey.bot.settings.locales) < 2 or not confirms:
        return
    warned: set[str] = set()
    for step in flow.steps.values():
        if not isinstance(step.body, Ask) or step.place > min(confirms) or step.body.slot.name in warned:
            continue
        slot = step.body.slot
        if slot.title is None and _varies(step.body.speech):
            warned.add(slot.name)
            message = f"slot '{slot.name}' has no title: customers of every locale are shown its name"
            found.warning(slot.place, "missing-title", message, "add 'title:', which customers may call it by, too")


def _varies(speech: Speech) -> bool:
    """Tell whether something is said in several languages."""
    return any(len(text.sources) > 1 for text in speech.variants)


def _check_values(survey: Survey, flow: Flow, step: Step, found: Findings) -> None:
    for name, value in _values_of(step.body):
        text = value.data
        if isinstance(text, str) and _looks_computed(survey, flow, text):
            message = f"'{name}' becomes the text {text!r}, since nothing is computed here without braces"
            hint = f'to compute it, write "{{{{ {text} }}}}"'
            found.warning(value.place if value.place.file else step.place, "text-as-number", message, hint)


def _values_of(body: Body) -> Iterator[tuple[str, Value]]:
    match body:
        case Set(values=values) | Do(args=values) | Run(args=values):
            yield from values.items()
        case End(value=Value() as value):
            yield "end", value
        case _:
            return


def _looks_computed(survey: Survey, flow: Flow, text: str) -> bool:
    if is_template(text) or not _OPERATOR.search(text):
        return False
    names = {path[0] for path in paths_in(text, "condition")}
    return bool(names) and names <= {*survey.own_slots[flow.name], *survey.bot.slots, *GIVEN}
