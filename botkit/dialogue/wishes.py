"""Wishes: several things that one message wishes or asks: questions are answered, then flows begin one by one."""

from msgspec.structs import replace

from botkit.dialogue.hearing import hearing
from botkit.dialogue.meanings import begin, may_ask, may_wish, record_meanings, take_answer
from botkit.dialogue.naming import blank
from botkit.dialogue.saying import title_of
from botkit.dialogue.stack import on_stack, start_flow
from botkit.dialogue.work import MOST_INTERRUPTIONS, Work
from botkit.model.definitions import Agent, Ask, Confirm, Do, Generate, HandoffStep, Wait
from botkit.model.events import Match, Message
from botkit.model.session import Question

_DOING = (Agent, Ask, Confirm, Do, Generate, HandoffStep, Wait)


def take_wishes(work: Work, message: Message, question: Question | None) -> bool:
    """Answer what parts of a message surely ask, and begin the flows that others mean; what is refused is left out.

    Of several flows the first one mentioned begins, the others wait below it, and the bot says so. Each hears what
    the message says but the parts of the others. Nothing is taken where one of the flows is open already.
    """
    wished: dict[str, Match] = {}
    for match in message.evidence.wishes:
        name = may_wish(work, replace(message, text=match.example), match)
        if name and _does_something(work, name):
            wished.setdefault(name, match)
    asked = [match for match in message.evidence.questions if may_ask(work, match)]
    room = MOST_INTERRUPTIONS - sum(frame.entered == "interrupt" for frame in work.stack)
    if not (wished or asked) or len(wished) > room or any(on_stack(work, name) for name in wished):
        return False
    record_meanings(work, message)
    for match in asked:
        take_answer(work, match, question)
    if wished:
        _begin_in_turn(work, message, wished)
    return True


def _does_something(work: Work, name: str) -> bool:
    """Tell whether a flow asks, calls or hands off; one that only says something waits for nothing."""
    return any(isinstance(step.body, _DOING) for step in work.flows.flows[name].steps.values())


def _begin_in_turn(work: Work, message: Message, wished: dict[str, Match]) -> None:
    work.misses = 0
    first, *others = wished
    if others:
        titles = [title_of(work, work.flows.flows[name]) for name in wished]
        work.say(work.phrase("in_turn", flows=work.formats().list_separator.join(titles)))
    for name in reversed(others):
        match = wished[name]
        work.candidate("intent", name, match.score, f"waits for {first!r}: {match.example!r}")
        start_flow(work, name, (hearing(_own_part(message.text, wished, name), (), message.evidence.entities),))
        work.change(queued=True)
    match = wished[first]
    work.candidate("intent", first, match.score, f"starts, beside others: {match.example!r}", taken=True)
    begin(work, first, _own_part(message.text, wished, first), message.evidence.entities)


def _own_part(text: str, wished: dict[str, Match], name: str) -> str:
    """Blank what a text says of other wishes."""
    others = [match.example for other, match in wished.items() if other != name]
    spans = [(start, start + len(part)) for part in others if (start := text.find(part)) >= 0]
    return blank(text, spans)
