"""Where templates and conditions stand in a bot, and what they read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from botkit import expressions
from botkit.errors import ExpressionError, Place
from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Body,
    ButtonDef,
    Confirm,
    Do,
    End,
    Generate,
    HandoffStep,
    If,
    MatchStep,
    Rate,
    Retry,
    Run,
    Say,
    Set,
    Silence,
    SlotDef,
    Source,
    Speech,
    Step,
    Text,
    Value,
    Wait,
)

Kind = Literal["template", "condition"]


class Formula(NamedTuple):
    """A template or condition at its place.

    `locale` is that of the text it stands in. `fresh` is the slot which has a value here whatever came before:
    the one that a rule of `check` looks at, or that an agent has filled when `until` is asked.
    """

    source: str
    kind: Kind
    place: Place
    locale: str = ""
    fresh: str = ""


def formulas_of(step: Step) -> Iterator[Formula]:
    """List the templates and conditions of a step; texts without a template are left out."""
    if step.when is not None:
        yield _condition(step.when)
    yield from _of_body(step.body, step.place)
    for speech in speeches_of(step):
        yield from of_speech(speech, step.place)


def speeches_of(step: Step) -> tuple[Speech, ...]:
    """Give what a step says with buttons and pictures, if it does."""
    return (step.body.speech,) if isinstance(step.body, Say | Ask | Confirm | Rate) else ()


def _of_body(body: Body, place: Place) -> Iterator[Formula]:
    match body:
        case Ask():
            yield from () if body.slot.shared else of_slot(body.slot)
            yield from of_text(body.why)
            yield from _of_repair(body.retry, body.silence)
        case Confirm():
            yield from _of_repair(body.retry, body.silence)
        case Set(values=values) | Do(args=values) | Run(args=values):
            for value in values.values():
                yield from of_value(value, place)
        case If(condition=condition) | MatchStep(subject=condition):
            yield _condition(condition)
        case AnswerStep(question=value) | End(value=value):
            yield from of_value(value, place)
        case Agent():
            yield from of_text(body.instructions)
            for pins in body.pins.values():
                for value in pins.values():
                    yield from of_value(value, place)
            if body.until is not None:
                yield _condition(body.until, body.save)
        case Generate():
            yield from of_text(body.instructions)
        case HandoffStep():
            yield from _of_plain(body.team, place)
            yield from of_text(body.reason)
            for value in body.show.values():
                yield from of_value(value, place)
        case Wait(until=Source() as until):
            yield _condition(until)
        case _:
            return


def _of_repair(retry: tuple[Retry, ...], silence: Silence | None) -> Iterator[Formula]:
    for one in retry:
        yield from of_text(one.say)
    if silence is not None:
        yield from of_text(silence.say)


def of_slot(slot: SlotDef) -> Iterator[Formula]:
    """List the templates and conditions in a slot's definition."""
    yield from of_text(slot.title)
    yield from _of_plain(slot.options_from, slot.place)
    for option in slot.options:
        yield from of_text(option.label)
    for rule in slot.checks:
        yield _condition(rule.when, slot.name)
        for formula in of_text(rule.say):
            yield formula._replace(fresh=slot.name)
    yield from of_value(slot.initial, slot.place)


def of_speech(speech: Speech, place: Place) -> Iterator[Formula]:
    """List the templates of what is said; `place` serves those that have none of their own."""
    for text in speech.variants:
        yield from of_text(text)
    for source in (speech.image, speech.file, speech.buttons_from, speech.cards_from):
        yield from _of_plain(source, place)
    yield from _of_buttons(speech.buttons)
    for card in speech.cards:
        yield from of_text(card.title)
        yield from of_text(card.text)
        for source in (card.image, card.url):
            yield from _of_plain(source, card.title.place)
        yield from _of_buttons(card.buttons)


def _of_buttons(buttons: tuple[ButtonDef, ...]) -> Iterator[Formula]:
    for button in buttons:
        yield from of_text(button.label)
        for source in (button.value, button.url):
            yield from _of_plain(source, button.label.place)


def of_text(text: Text | None) -> Iterator[Formula]:
    """List the templates of a text, one per locale that has any."""
    if text is not None:
        for locale, source in text.sources.items():
            if is_template(source):
                yield Formula(source, "template", text.place, locale)


def of_value(value: Value | None, place: Place) -> Iterator[Formula]:
    """List the templates in data, however deep."""
    if value is not None and not value.static:
        where = value.place if value.place.file else place
        for text in texts_in(value.data):
            yield from _of_plain(text, where)


def texts_in(data: Any) -> Iterator[str]:
    """List the texts in data, keys left out."""
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list | tuple):
            stack.extend(reversed(item))


def _of_plain(source: str, place: Place) -> Iterator[Formula]:
    if is_template(source):
        yield Formula(source, "template", place)


def _condition(source: Source, fresh: str = "") -> Formula:
    return Formula(source.source, "condition", source.place, fresh=fresh)


def is_template(source: str) -> bool:
    """Tell whether a text has anything that is evaluated."""
    return "{{" in source or "{%" in source


def paths_in(source: str, kind: Kind) -> tuple[tuple[str, ...], ...]:
    """Give the names and attribute paths that a source reads; none of one that cannot be compiled.

    What is wrong with its syntax is the parser's finding and is not reported twice.
    """
    try:
        compiled = expressions.condition(source) if kind == "condition" else expressions.template(source)
    except ExpressionError:
        return ()
    return (*((name,) for name in sorted(compiled.names)), *compiled.paths)


def teams_in(source: str, kind: Kind) -> frozenset[str]:
    """Give the teams whose opening hours a source asks for, empty for the bot's."""
    try:
        compiled = expressions.condition(source) if kind == "condition" else expressions.template(source)
    except ExpressionError:
        return frozenset()
    return compiled.teams


def names_in(source: str, kind: Kind) -> frozenset[str]:
    """Give the names that a source reads."""
    return frozenset(path[0] for path in paths_in(source, kind))


def provides_for(name: str, source: str) -> bool:
    """Tell whether a source itself asks whether a slot is set, or says what to take in place of it."""
    word = re.escape(name)
    found = re.search(rf"\b{word}\s+is\s+(not\s+)?(none|defined|undefined)\b|\b{word}\s*\|\s*default\b", source)
    return found is not None
