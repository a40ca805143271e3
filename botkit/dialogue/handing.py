"""Handing over: a person takes the conversation, gives it back, or cannot."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.secrecy import is_secret, last_lines, secret_texts
from botkit.dialogue.stack import clear, repair
from botkit.dialogue.work import Work
from botkit.expressions import template
from botkit.model.events import Noted, Owned, Said, Timer
from botkit.model.identity import as_seen
from botkit.model.replies import DropTimers, HandOff, Leave, SetTimer
from botkit.model.secrecy import HIDDEN, hide, hide_in
from botkit.model.session import Handed
from botkit.model.turn import EventOutcome
from botkit.model.values import to_json

_UNDERSTOOD = frozenset({"slot", "intent", "answer"})  # routes of which a colleague may want to know


def hand_off(work: Work, team: str, reason: str, *, show: dict[str, Any] | None = None, step: str = "") -> None:
    """Give the conversation to a team: open flows end, their slots go into the packet."""
    packet = _packet(work, team, reason, show, step)
    waits = work.owner == "queue"
    since = work.handed.since if waits and work.handed is not None else work.now
    clear(work)
    _enqueue(work, packet, since)
    work.effects.append(packet)
    if not waits:  # it speaks once
        _tell_of_queue(work)


def _packet(work: Work, team: str, reason: str, show: dict[str, Any] | None = None, step: str = "") -> HandOff:
    slots = {**work.slots, **{name: value for f in work.stack for name, value in f.slots.items()}}
    packet: dict[str, Any] = {
        "flow": work.stack[-1].flow if work.stack else "",
        "step": step,
        "locale": work.locale,
        "customer": to_json(as_seen(work.customer, work.now)),
        "slots": to_json({name: HIDDEN if is_secret(work, name) else value for name, value in slots.items()}),
        "titles": _titles(work, slots),
        "show": to_json(show or {}),
        "last": last_lines(work),
        "error": next((frame.error for frame in reversed(work.stack) if frame.error), None),
        "understood": [[one.route, one.name, one.score] for one in work.candidates if one.route in _UNDERSTOOD],
    }
    secrets = secret_texts(work)
    if secrets:
        packet, reason = hide_in(packet, secrets), hide(reason, secrets)
    return HandOff(work.effect_id(), team, reason, packet)


def _enqueue(work: Work, packet: HandOff, since: float) -> None:
    """Let the conversation wait for a person of the packet's team, and see that the customer hears if none comes."""
    work.owner, work.team, work.agent = "queue", packet.team, ""
    work.handed = Handed(packet, since, secrets=secret_texts(work))
    patience = work.flows.settings.patience
    if patience:
        hours = work.flows.settings.hours_of(packet.team)
        opens = hours.next_open(work.now) if hours is not None else work.now
        if opens is not None:
            due = max(work.now, opens) + patience
            work.effects.append(SetTimer(f"{packet.id}.patience", due, packet.id, "patience"))


def _tell_of_queue(work: Work) -> None:
    """Say that a colleague takes over, or when one will."""
    hours = work.flows.settings.hours_of(work.team)
    if hours is None or hours.is_open(work.now):
        reason = work.handed.packet.reason if work.handed is not None else ""
        repair(work, "on_handoff", team=work.team, reason=reason)
    else:
        tell_of_absence(work)


def tell_of_absence(work: Work) -> None:
    """Say that nobody is there for the team that the conversation waits for, and when somebody will be."""
    hours = work.flows.settings.hours_of(work.team)
    opens = None if hours is None else hours.next_open(work.now)
    closed = opens is not None and opens > work.now
    when = datetime.fromtimestamp(opens, work.prepared.zone) if opens is not None and closed else None
    repair(work, "on_no_agent", team=work.team, opens=when)


def _titles(work: Work, names: Iterable[str]) -> dict[str, str]:
    """Give the plain titles of those slots that have one, in the bot's first locale, which colleagues read."""
    flows = [work.flow_of(frame) for frame in work.stack]
    known = {**work.flows.slots, **{name: slot for flow in flows for name, slot in flow.slots.items()}}
    titles = {name: known[name].title for name in names if name in known}
    first = work.flows.settings.locales[0]
    picked = {name: work.pick(title, first) for name, title in titles.items() if title is not None}
    return {name: title for name, title in picked.items() if template(title).static}


def leave_queue(work: Work) -> None:
    """The customer does not wait for a person any longer."""
    work.effects.append(Leave(work.effect_id()))
    _let_go(work)
    repair(work, "on_cancel", flow="")


def _let_go(work: Work) -> None:
    """Give the conversation to the bot."""
    _drop_timers(work)
    clear(work)
    work.owner, work.team, work.agent, work.handed = "bot", "", "", None


def _drop_timers(work: Work) -> None:
    if work.handed is not None:
        work.effects.append(DropTimers(work.handed.packet.id))


def note_unanswered(work: Work) -> None:
    """A message waits for the answer of the person who has the conversation; they may be gone."""
    handed, silence = work.handed, work.flows.settings.agent_silence
    if work.owner != "human" or handed is None or handed.unanswered or not silence:
        return
    work.handed = replace(handed, unanswered=work.now)
    due = work.now + silence
    work.effects.append(SetTimer(f"{handed.packet.id}.agent", due, handed.packet.id, "agent"))


def take_patience(work: Work, timer: Timer) -> None:
    """Nobody came, or who has the conversation is silent; a timer of what is over changes nothing."""
    work.settled = True
    handed = work.handed
    if handed is None or handed.packet.id != timer.question:
        return
    if timer.purpose == "patience" and work.owner == "queue":
        tell_of_absence(work)
    elif timer.purpose == "agent" and work.owner == "human" and handed.unanswered:
        _requeue(work)


# What people do


def take_owner(work: Work, event: Owned) -> None:
    """Note that the conversation changed hands; who does not have it changes nothing."""
    work.settled = True
    hindrance = _hindrance(work, event)
    if hindrance is not None:
        work.note_event(*hindrance)
        return
    _STEPS[event.how](work, event)
    work.note_event("done", f"{event.how} by {event.agent}" if event.agent else event.how)


def take_said(work: Work, event: Said) -> None:
    """Say what a person says, if they have the conversation."""
    work.settled = True
    hindrance = _not_theirs(work, event.agent)
    if hindrance is not None:
        work.note_event(*hindrance)
        return
    work.say(event.text, agent=event.name or event.agent)
    if work.handed is not None and work.handed.unanswered:
        _drop_timers(work)
        work.handed = replace(work.handed, unanswered=0.0)
    work.note_event("done", f"said by {event.agent}")


def take_noted(work: Work, event: Noted) -> None:
    """Keep a note of a person; the customer sees nothing of it."""
    work.settled = True
    work.note_event("done", f"noted by {event.agent}")


Hindrance = tuple[EventOutcome, str]


def _hindrance(work: Work, event: Owned) -> Hindrance | None:
    """Tell why somebody may not do what they ask for."""
    if event.how in {"queued", "unavailable"}:
        return None if work.owner == "queue" else ("ignored", "it does not wait for a person")
    if event.how == "claimed":
        if not event.agent:
            return "unclaimed", "nobody is named who claims it"
        if work.owner == "human" and work.agent != event.agent and not event.forced:
            return "taken", f"{work.agent} has it"
        return None
    if work.owner == "bot" and not (event.how == "assigned" and event.to and event.forced):
        return "unclaimed", "the bot has it"
    if event.how == "assigned" and not (event.to or event.team):
        return "ignored", "nobody is named, and no team"
    if event.how == "requeued" and work.owner == "queue":
        return "ignored", "it waits for a person already"
    if event.forced or not event.agent:
        return None
    return _not_theirs(work, event.agent)


def _not_theirs(work: Work, agent: str) -> Hindrance | None:
    if work.owner != "human":
        return "unclaimed", "nobody has claimed it"
    return None if work.agent == agent else ("taken", f"{work.agent} has it")


def _claim(work: Work, event: Owned) -> None:
    if work.owner != "human" or work.agent != event.agent:
        _take_over(work, event.agent)


def _take_over(work: Work, agent: str) -> None:
    handed = work.handed
    if handed is None:
        handed = Handed(_packet(work, work.flows.settings.default_team, "taken over"), work.now)
    _drop_timers(work)
    clear(work)
    work.owner, work.team, work.agent = "human", handed.packet.team, agent
    work.epoch += 1
    work.handed = Handed(replace(handed.packet, id=work.effect_id()), handed.since, secrets=secret_texts(work))
    note_unanswered(work)  # who has claimed it has to say something


def _give_back(work: Work, event: Owned) -> None:
    _let_go(work)
    work.epoch += 1
    work.ended = event.how == "closed"
    repair(work, "on_closed" if work.ended else "on_agent_left")


def _assign(work: Work, event: Owned) -> None:
    if event.to:
        _take_over(work, event.to)
    else:
        _put_back(work, event.team)
        _tell_of_queue(work)


def _requeue(work: Work, _: Owned | None = None) -> None:
    """Who has the conversation is gone: somebody else of the team takes it."""
    _put_back(work, work.team)
    work.say(work.phrase("agent_gone"))


def _put_back(work: Work, team: str) -> None:
    handed = work.handed or Handed(_packet(work, team, ""), work.now)
    _drop_timers(work)
    work.epoch += work.owner == "human"
    last = {**handed.packet.packet, "last": last_lines(work)}
    _enqueue(work, replace(handed.packet, id=work.effect_id(), team=team, packet=last), handed.since)


def _tell_of_place(work: Work, event: Owned) -> None:
    if work.handed is not None and work.handed.told != event.ahead:
        work.handed = replace(work.handed, told=event.ahead)
        work.say(work.phrase("in_queue", ahead=event.ahead))


def _unavailable(work: Work, _: Owned) -> None:
    tell_of_absence(work)


_STEPS: dict[str, Callable[[Work, Owned], None]] = {
    "claimed": _claim,
    "returned": _give_back,
    "left": _give_back,
    "closed": _give_back,
    "unavailable": _unavailable,
    "assigned": _assign,
    "requeued": _requeue,
    "queued": _tell_of_place,
}
