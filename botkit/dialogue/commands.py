"""Commands: what a language model makes of a message, in a fixed schema, checked and executed by this core.

A command that does not hold is refused, and the others go on. Values count only if the customer said them: what a
model made up fills no slot. Where no command is left, the message goes the way that it would have gone without.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from botkit.dialogue.composing import ANSWER, compose
from botkit.dialogue.consulting import may_start, take_back
from botkit.dialogue.controls import take_control
from botkit.dialogue.correction import Correction
from botkit.dialogue.filling import Fit, choices_of, value_of
from botkit.dialogue.handing import hand_off
from botkit.dialogue.meanings import begin, clarify, take_answer, take_passage
from botkit.dialogue.options import choose_exactly
from botkit.dialogue.passages import nearest
from botkit.dialogue.replies import accept, read_reply
from botkit.dialogue.revision import apply_corrections
from botkit.dialogue.routing import route
from botkit.dialogue.saying import say_speech
from botkit.dialogue.stack import asked_slots
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef
from botkit.model.events import Entity, Match, Message, Result
from botkit.model.words import fold

MOST: Final = 6  # commands of one message
MOST_REASON: Final = 300  # characters of why a model hands a conversation off

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "commands": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "command": {
                        "type": "string",
                        "enum": ["start_flow", "set_slot", "correct_slot", "answer", "clarify", "cancel", "handoff"],
                    },
                    "name": {"type": "string", "description": "The flow, slot, answer or team."},
                    "value": {"type": "string", "description": "A slot's value, as the customer wrote it."},
                    "names": {"type": "array", "items": {"type": "string"}, "description": "Flows to choose from."},
                    "reason": {"type": "string", "description": "Why a person is needed."},
                },
                "required": ["command", "name", "value", "names", "reason"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["commands"],
    "additionalProperties": False,
}
"""The JSON Schema of what the model gives, as structured output takes it: every key is there, maybe empty."""


def take_commands(work: Work, result: Result) -> None:
    """Execute what the model makes of the message that it was asked about, or go on without it."""
    message = take_back(work, result)
    given = result.value.get("commands") if result.failure is None and isinstance(result.value, dict) else None
    failed = result.failure.code if result.failure is not None else "malformed" if given is None else ""
    if failed:
        work.candidate("llm", "commands", 0.0, f"failed: {failed}")
    done = execute(work, message, given) if isinstance(given, list | tuple) else False
    if not done:
        route(work, message)
    elif work.routed is None:
        work.misses = 0


def execute(work: Work, message: Message, given: Sequence[Any]) -> bool:
    """Execute commands, values first; tell whether any of them did something."""
    commands = [one for one in given if isinstance(one, Mapping)][:MOST]
    fills = [one for one in commands if one.get("command") in _FILLING]
    others = [one for one in commands if one.get("command") in _TAKES]
    for one in commands:
        if one.get("command") not in {*_FILLING, *_TAKES}:
            _refuse(work, one, "no such command")
    starts = next((one for one in others if one["command"] == "start_flow"), None)
    if starts is not None:
        return _start(work, message, starts, fills)
    leaving = [one for one in others if one["command"] in _LEAVING]
    spoken = _say_beside(work, [one for one in others if one["command"] == "answer"]) if fills else False
    done = spoken
    known = {slot.name for _, slot in asked_slots(work)}
    corrections = [one for one in fills if one.get("name") in known]
    for one in corrections:
        done = _fill(work, message, one) or done
    done = _fill_open(work, message, [one for one in fills if one not in corrections]) or done
    for one in (*leaving, *(other for other in others if other not in leaving)):
        if not done or one in leaving:
            done = _TAKES[str(one["command"])](work, message, one) or done
        elif not (spoken and one["command"] == "answer"):
            _refuse(work, one, "something else was done")
    return done


def _say_beside(work: Work, commands: Sequence[Mapping[str, Any]]) -> bool:
    """Say the answers to frequent questions that stand beside values; the flow goes on behind them."""
    known = [one for one in commands if one.get("name") in work.flows.answers]
    for one in known:
        _taken(work, one)
        say_speech(work, work.flows.answers[one["name"]].speech, one["name"])
    return bool(known)


def _refuse(work: Work, command: Mapping[str, Any], why: str) -> bool:
    work.candidate("llm", _label(command), 0.0, why)
    return False


def _taken(work: Work, command: Mapping[str, Any], why: str = "the model understands it so") -> None:
    work.candidate("llm", _label(command), 1.0, why, taken=True)


def _label(command: Mapping[str, Any]) -> str:
    named = command.get("name") or ", ".join(map(str, command.get("names") or ()))
    return " ".join(filter(None, (str(command.get("command", "?"))[:40], str(named)[:80])))


# What each does


def _start(work: Work, message: Message, command: Mapping[str, Any], fills: Sequence[Mapping[str, Any]]) -> bool:
    """Start a flow; values that were said with it are offered to its questions."""
    name = str(command.get("name", ""))
    flow = work.flows.flows.get(name)
    if flow is None or not may_start(work, flow):
        return _refuse(work, command, "there is no such flow" if flow is None else "it may not start now")
    entities = _entities(work, message, name, fills)
    _taken(work, command)
    begin(work, name, message.text, (*message.evidence.entities, *entities))
    return True


def _entities(work: Work, message: Message, flow: str, fills: Sequence[Mapping[str, Any]]) -> list[Entity]:
    """Give the values that the model found for the questions of a flow, and of those that it runs."""
    facts = work.prepared.facts[flow]
    slots = {name: slot for called in facts.calls.values() for name, slot in called.asks.items()} | facts.asks
    found = (_entity(work, message, slots.get(str(fill.get("name", ""))), fill) for fill in fills)
    return [entity for entity in found if entity is not None]


def _entity(work: Work, message: Message, slot: SlotDef | None, fill: Mapping[str, Any]) -> Entity | None:
    """Give a value that the model found as the part of the message that it is, if the slot takes it."""
    value = str(fill.get("value", "")).strip()
    start = message.text.find(value) if value else -1
    if slot is None or slot.secret:
        _refuse(work, fill, "no question asks for that slot")
    elif not _was_said(work, slot, message, value):
        _refuse(work, fill, "the customer did not say that value")
    elif value_of(work, slot, value) is None:
        _refuse(work, fill, f"{value!r} does not fit the slot")
    else:
        span = (start, start + len(value)) if start >= 0 else (0, 0)
        return Entity(slot.name, value, *span)
    return None


def _fill_open(work: Work, message: Message, fills: Sequence[Mapping[str, Any]]) -> bool:
    """Answer the open question; other values, and what else the message says, are offered to those that come."""
    question = work.question
    step = work.step_of(work.top) if work.stack and question is not None else None
    slot = step.body.slot if step is not None and isinstance(step.body, Ask) else None
    mine = next((one for one in fills if slot is not None and one.get("name") == slot.name), None)
    if mine is None or question is None or slot is None:
        for one in fills:
            _refuse(work, one, "no question has asked for that slot")
        return False
    value = str(mine.get("value", "")).strip()
    if not _was_said(work, slot, message, value):
        return _refuse(work, mine, "the customer did not say that value")
    found = read_reply(work, question, replace(message, text=value))
    if found is None:
        return _refuse(work, mine, f"{value!r} does not fit the question")
    _taken(work, mine)
    start = message.text.find(value)
    span = (start, start + len(value)) if start >= 0 else (0, 0)
    others = _entities(work, message, work.top.flow, [one for one in fills if one is not mine])
    entities = (*message.evidence.entities, *others)
    said = replace(message, evidence=replace(message.evidence, entities=entities))
    accept(work, question, said, Fit(found.value, *span, found.score))
    return True


def _fill(work: Work, message: Message, command: Mapping[str, Any]) -> bool:
    """Correct an earlier slot."""
    name, value = str(command.get("name", "")), str(command.get("value", "")).strip()
    if not value:
        return _refuse(work, command, "it has no value")
    known = next(((at, slot) for at, slot in asked_slots(work) if slot.name == name), None)
    if known is None:
        return _refuse(work, command, "no question has asked for that slot")
    return _correct(work, message, command, known, value)


def _correct(
    work: Work, message: Message, command: Mapping[str, Any], known: tuple[int, SlotDef], value: str
) -> bool:
    index, slot = known
    if not _was_said(work, slot, message, value):
        return _refuse(work, command, "the customer did not say that value")
    found = value_of(work, slot, value)
    if found is None:
        return _refuse(work, command, f"{value!r} does not fit the slot")
    if found == work.value_at(index, slot.name):
        return _refuse(work, command, "it has that value already")
    _taken(work, command)
    start = max(message.text.find(value), 0)
    made = Correction(index, slot, found, start, start + len(value), "the model understands it so")
    work.confide(slot, found)
    apply_corrections(work, (made,))
    return True


def _was_said(work: Work, slot: SlotDef, message: Message, value: str) -> bool:
    """Tell whether a value is one of the slot's options, or stands in what the customer wrote."""
    if (slot.options or slot.options_from) and choose_exactly(value, choices_of(work, slot)) is not None:
        return True
    said, folded = fold(message.text), fold(value)
    return bool(folded) and (folded in said or folded.replace(" ", "") in said.replace(" ", ""))


def _answer(work: Work, message: Message, command: Mapping[str, Any]) -> bool:
    """Say a frequent question's answer, or the article that was found."""
    name = str(command.get("name", ""))
    question = work.question if work.question is not None and work.question.kind != "wait" else None
    if name in work.flows.answers:
        _taken(work, command)
        take_answer(work, Match(name, 1.0), question)
        work.route = "llm"
        return True
    if compose(work, message):
        _taken(work, command)
        return True
    passage = nearest(work, message.evidence.passages) if ANSWER not in work.tried else None
    if passage is None:
        return _refuse(work, command, "there is no such answer")
    _taken(work, command)
    take_passage(work, passage, question)
    work.route = "llm"
    return True


def _clarify(work: Work, message: Message, command: Mapping[str, Any]) -> bool:  # noqa: ARG001 - the shape of a taker
    """Ask which of some flows is meant."""
    names = command.get("names")
    flows = work.flows.flows
    known = [str(name) for name in names if str(name) in flows] if isinstance(names, list | tuple) else []
    known = [name for name in dict.fromkeys(known) if may_start(work, flows[name])]
    if not known:
        return _refuse(work, command, "none of these flows may start now")
    _taken(work, command)
    clarify(work, known)
    return True


def _cancel(work: Work, message: Message, command: Mapping[str, Any]) -> bool:  # noqa: ARG001 - the shape of a taker
    """Cancel what is open."""
    if not work.stack:
        return _refuse(work, command, "nothing is open")
    take_control(work, "cancel", "the model understands it so")
    work.route = "llm"
    return True


def _handoff(work: Work, message: Message, command: Mapping[str, Any]) -> bool:  # noqa: ARG001 - the shape of a taker
    """Give the conversation to a person, of a team that there is."""
    settings, team = work.flows.settings, str(command.get("name", ""))
    if not team or (settings.teams is not None and team not in settings.teams):
        team = settings.default_team
    _taken(work, command)
    hand_off(work, team, str(command.get("reason", ""))[:MOST_REASON] or work.phrase("person_asked"))
    return True


_FILLING: Final = frozenset({"set_slot", "correct_slot"})
_LEAVING: Final = frozenset({"cancel", "handoff"})  # they are done whatever was filled before
_TAKES: Final[Mapping[str, Callable[[Work, Message, Mapping[str, Any]], bool]]] = {
    "start_flow": lambda work, message, command: _start(work, message, command, ()),
    "answer": _answer,
    "clarify": _clarify,
    "cancel": _cancel,
    "handoff": _handoff,
}
