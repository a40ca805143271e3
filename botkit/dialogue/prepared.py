"""What the core derives from a FlowSet once: phrases, what each step reads, which slots a flow asks for."""

import dataclasses
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from botkit.dialogue.clues import gather_clues
from botkit.dialogue.options import Choice
from botkit.dialogue.patterns import SlotPattern, compile_pattern
from botkit.dialogue.phrases import Phrases, gather_phrases, read_control
from botkit.dialogue.titles import Titles
from botkit.expressions import Compiled, condition, template
from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Confirm,
    Do,
    End,
    Flow,
    Generate,
    Goto,
    If,
    MatchStep,
    Rate,
    Run,
    Say,
    Set,
    SlotDef,
    Speech,
    Step,
    Text,
    Value,
    Wait,
)
from botkit.model.flowset import FlowSet
from botkit.model.locales import Formats
from botkit.model.replies import Button
from botkit.model.words import fold

_MOST_KEPT = 32


@dataclass(frozen=True, slots=True)
class Called:
    """What a called flow, and those that it calls, ask for and read of the shared slots; `works`: they write.

    `offers` are all slots that they ask for and that a message may fill before.
    """

    asks: dict[str, SlotDef]
    reads: frozenset[str]
    works: bool
    offers: dict[str, SlotDef]


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """What is known of one flow: the slots that each step reads, those it fills, and its asks by slot.

    `offers` are those that a message may fill before they are asked for. `matters`: the steps that a correction
    may have to do again. `calls`: what the flow of each `run` does. `clues`: of slots of a kind, the words of
    each. `questions`: with what each slot is asked for, in all locales.
    """

    reads: Mapping[str, frozenset[str]]
    fills: Mapping[str, str]  # step → slot that it asks for or saves
    asks: dict[str, SlotDef]
    offers: dict[str, SlotDef]
    matters: frozenset[str]
    calls: Mapping[str, Called]
    clues: Mapping[str, Mapping[str, frozenset[str]]]
    questions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A FlowSet with what was derived from it.

    `patterns` are the slots', by their source. `fixed` are the slots (by `id`) whose options have no templates in
    their labels: `choices` and `buttons` remember those by slot and locale, `texts` what each text is in a locale,
    `names` how the slots of flows that are on the stack together are named, `titles` what some slots (by `id`) may
    be called, `subjects` what each flow is about (`refusing.Subject`). `troubled` are the slots (by `id`) that are
    asked for with a word for what is wrong, `paired` those whose options are another's of the same flow,
    `particular` those of free text that are asked for as an address or a name, `personal` those of them that are
    asked for as a person's name. `secrets` are the secret slots, each by its flow ("" where it is shared) and name.
    """

    flows: FlowSet
    phrases: Phrases
    facts: Mapping[str, FlowFacts]
    zone: ZoneInfo
    formats: Mapping[str, Formats]
    patterns: Mapping[str, SlotPattern]
    fixed: frozenset[int]
    troubled: frozenset[int]
    paired: frozenset[int]
    particular: frozenset[int]
    personal: frozenset[int]
    choices: dict[tuple[int, str], list[Choice]]
    buttons: dict[tuple[int, str], tuple[Button, ...]]
    texts: dict[tuple[int, str], tuple[Text, Compiled]]
    names: dict[tuple[str, ...], re.Pattern[str] | None]
    titles: dict[tuple[int, ...], Titles]
    subjects: dict[str, Any]
    secrets: Mapping[tuple[str, str], SlotDef]


_kept: OrderedDict[int, Prepared] = OrderedDict()


def prepare(flows: FlowSet) -> Prepared:
    """Give what was derived from these flows; it is derived once per FlowSet and the last few are kept."""
    known = _kept.get(id(flows))
    if known is not None and known.flows is flows:
        return known
    made = _derive(flows)
    _kept[id(flows)] = made
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return made


def steers(flows: FlowSet, text: str) -> bool:
    """Tell whether a message steers the conversation, as a command or a phrase for it: it means that, and alone."""
    return text.lstrip().startswith("/") or read_control(prepare(flows).phrases, fold(text)) is not None


def _derive(flows: FlowSet) -> Prepared:
    phrases = gather_phrases(tuple(flows.locales.values()))
    facts = {name: _examine(flow, phrases) for name, flow in flows.flows.items()}
    facts = {name: dataclasses.replace(known, calls=_calls_of(flows, facts, name)) for name, known in facts.items()}
    slots = [*flows.slots.values(), *(ask.slot for ask in _asks(flows))]
    sources = {slot.pattern for slot in slots}
    return Prepared(
        flows=flows,
        phrases=phrases,
        facts=facts,
        zone=ZoneInfo(flows.settings.timezone),
        formats={code: locale.formats for code, locale in flows.locales.items()},
        patterns={source: compile_pattern(source, phrases.plain) for source in sources if source},
        fixed=frozenset([id(slot) for slot in slots if _has_fixed_options(slot)]),
        particular=frozenset(
            [id(ask.slot) for ask in _asks(flows) if _is_for(ask, phrases.particulars, phrases.persons)]
        ),
        personal=frozenset([id(ask.slot) for ask in _asks(flows) if _is_for(ask, phrases.persons)]),
        troubled=frozenset([id(slot) for slot in _troubled(flows, phrases)]),
        paired=frozenset([id(slot) for flow in flows.flows.values() for slot in _paired(flow)]),
        choices={},
        buttons={},
        texts={},
        names={},
        titles={},
        subjects={},
        secrets=dict(_secrets_of(flows)),
    )


def _secrets_of(flows: FlowSet) -> Iterator[tuple[tuple[str, str], SlotDef]]:
    yield from ((("", name), slot) for name, slot in flows.slots.items() if slot.secret)
    for flow in flows.flows.values():
        slots = (*flow.slots.values(), *(ask.slot for ask in _asks_of(flow)))
        yield from (((flow.name, slot.name), slot) for slot in slots if slot.secret)


def _paired(flow: Flow) -> Iterator[SlotDef]:
    """Give the slots of a flow that share options, such as an account to pay from and one to pay to."""
    slots = [ask.slot for ask in _asks_of(flow) if ask.slot.options]
    for slot in slots:
        others = {str(option.value) for other in slots if other.name != slot.name for option in other.options}
        if any(str(option.value) in others for option in slot.options):
            yield slot


def _asks(flows: FlowSet) -> Iterator[Ask]:
    return (ask for flow in flows.flows.values() for ask in _asks_of(flow))


def _asks_of(flow: Flow) -> Iterator[Ask]:
    return (step.body for step in flow.steps.values() if isinstance(step.body, Ask))


def _is_for(ask: Ask, *words: re.Pattern[str] | None) -> bool:
    """Tell whether a question is for free text of a kind, such as an address, by its words, and suggests nothing."""
    slot = ask.slot
    if slot.type != "text" or slot.options or slot.pattern or slot.options_from or ask.speech.buttons:
        return False
    texts = [fold(text) for text in (*slot.names, *ask.speech.sources)]
    return any(pattern is not None and pattern.search(text) is not None for pattern in words for text in texts)


def _troubled(flows: FlowSet, phrases: Phrases) -> Iterator[SlotDef]:
    """Give the slots with options that are asked for with a word for what is wrong: what is the problem?"""
    complaining = phrases.complaining
    for ask in _asks(flows):
        slot = ask.slot
        labels = [source for option in slot.options for source in option.label.sources.values()]
        texts = (*slot.names, *ask.speech.sources, *labels) if slot.options else ()
        if complaining is not None and any(complaining.search(fold(text)) is not None for text in texts):
            yield slot
            if slot.name in flows.slots:
                yield flows.slots[slot.name]


def _has_fixed_options(slot: SlotDef) -> bool:
    sources = [source for option in slot.options for source in option.label.sources.values()]
    return bool(sources) and all(template(source).static for source in sources)


def _examine(flow: Flow, phrases: Phrases) -> FlowFacts:
    reads = {id_: frozenset(_read_names(step)) for id_, step in flow.steps.items()}
    fills: dict[str, str] = {}
    asks: dict[str, SlotDef] = {}
    offers: dict[str, SlotDef] = {}
    questions: dict[str, tuple[str, ...]] = {}
    for id_, step in flow.steps.items():
        match step.body:
            case Ask(slot=slot, fill=fill, speech=speech):
                fills[id_] = slot.name
                questions[slot.name] = (*questions.get(slot.name, ()), *speech.sources)
                asks.setdefault(slot.name, slot)
                if fill == "anytime":
                    offers.setdefault(slot.name, slot)
            case (
                Do(save=save)
                | AnswerStep(save=save)
                | Agent(save=save)
                | Generate(save=save)
                | Run(save=save)
                | Rate(save=save)
                | Wait(save=save)
            ) if save:
                fills[id_] = save
            case _:
                pass
    calls = {id_ for id_, step in flow.steps.items() if isinstance(step.body, Do | AnswerStep | Generate | Run)}
    matters = calls.union(fills, [id_ for id_, names in reads.items() if names])
    clues = gather_clues(flow, phrases)
    return FlowFacts(reads, fills, asks, offers, frozenset(matters), {}, clues, questions)


def _calls_of(flows: FlowSet, facts: Mapping[str, FlowFacts], name: str) -> dict[str, Called]:
    runs = [(id_, step.body) for id_, step in flows.flows[name].steps.items() if isinstance(step.body, Run)]
    return {id_: _gather(flows, facts, body.flow, set()) for id_, body in runs}


def _gather(flows: FlowSet, facts: Mapping[str, FlowFacts], name: str, seen: set[str]) -> Called:
    """Gather what a flow asks for, reads and does, with all that it calls; `seen` are those that were looked at."""
    flow = flows.flows.get(name)
    if flow is None or name in seen:
        return Called({}, frozenset(), works=False, offers={})
    seen.add(name)
    asks = {slot: known for slot, known in facts[name].asks.items() if slot in flows.slots}
    reads = frozenset(slot for read in facts[name].reads.values() for slot in read if slot in flows.slots)
    works = any(is_work(step) for step in flow.steps.values())
    offers = facts[name].offers
    for step in flow.steps.values():
        if isinstance(step.body, Run):
            inner = _gather(flows, facts, step.body.flow, seen)
            asks, reads, works = {**inner.asks, **asks}, reads | inner.reads, works or inner.works
            offers = {**inner.offers, **offers}
    return Called(asks, reads, works, offers)


def is_work(step: Step) -> bool:
    """Tell whether a step does what a flow is for: it writes, confirms, waits for something, lets a model talk."""
    return isinstance(step.body, Confirm | Wait | Agent) or (isinstance(step.body, Do) and step.body.write)


def reachable(flow: Flow, start: str) -> dict[str, Step]:
    """Give the steps that may be executed from a step on."""
    found: dict[str, Step] = {}
    waiting = [start]
    while waiting:
        step = flow.steps.get(waiting.pop())
        if step is not None and step.id not in found:
            found[step.id] = step
            waiting.extend(_followers(step))
    return found


def _followers(step: Step) -> Iterator[str]:
    if not isinstance(step.body, Goto | End):
        yield step.next
    for name in ("then", "otherwise", "default", "yes", "no", "on_error", "low", "target"):
        found = getattr(step.body, name, "")
        if isinstance(found, str):
            yield found
    for part in (*getattr(step.body, "cases", ()), *getattr(step.body, "retry", ())):
        yield part.steps


def _read_names(step: Step) -> Iterator[str]:
    if step.when is not None:
        yield from condition(step.when.source).names
    match step.body:
        case Say(speech=speech) | Confirm(speech=speech) | Rate(speech=speech):
            yield from _speech_names(speech)
        case Ask(slot=slot, speech=speech):
            yield from _speech_names(speech)
            yield from _template_names(slot.options_from)
            yield from checked_names(slot)
        case Set(values=values) | Do(args=values) | Run(args=values):
            for value in values.values():
                yield from _value_names(value)
        case If(condition=source):
            yield from condition(source.source).names
        case MatchStep(subject=source):
            yield from condition(source.source).names
        case End(value=value) if value is not None:
            yield from _value_names(value)
        case Agent(instructions=text, pins=pins):
            yield from _text_names(text)
            for values in pins.values():
                for value in values.values():
                    yield from _value_names(value)
        case Generate(instructions=text):
            yield from _text_names(text)
        case Wait(until=until) if until is not None:
            yield from condition(until.source).names
        case _:
            pass


def checked_names(slot: SlotDef) -> frozenset[str]:
    """Give the other names that the rules of a slot's `check` read."""
    return frozenset(name for rule in slot.checks for name in condition(rule.when.source).names) - {slot.name}


def _template_names(source: str) -> frozenset[str]:
    return template(source).names if source else frozenset()


def _text_names(text: Text | None) -> Iterator[str]:
    for source in text.sources.values() if text else ():
        yield from template(source).names


def _speech_names(speech: Speech) -> Iterator[str]:
    for text in speech.variants:
        yield from _text_names(text)
    for source in (speech.buttons_from, speech.cards_from, speech.image, speech.file):
        yield from _template_names(source)
    for button in speech.buttons:
        yield from _text_names(button.label)
    for card in speech.cards:
        yield from _text_names(card.title)
        yield from _text_names(card.text)


def _value_names(value: Value) -> Iterator[str]:
    if value.static:
        return
    waiting = [value.data]
    while waiting:
        data = waiting.pop()
        if isinstance(data, str):
            yield from template(data).names
        elif isinstance(data, dict):
            waiting.extend(data.values())
        elif isinstance(data, list):
            waiting.extend(data)
