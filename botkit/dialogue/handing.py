"""Handing over: a person takes the conversation, gives it back, or cannot."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from botkit.dialogue.secrecy import is_secret, secret_texts
from botkit.dialogue.stack import clear, repair
from botkit.dialogue.work import Work
from botkit.expressions import template
from botkit.model.events import Owned
from botkit.model.replies import HandOff, Leave
from botkit.model.secrecy import HIDDEN, hide, hide_in
from botkit.model.values import to_json


def hand_off(work: Work, team: str, reason: str, *, show: dict[str, Any] | None = None, step: str = "") -> None:
    """Give the conversation to a team: open flows end, their slots go into the packet."""
    slots = {**work.slots, **{name: value for f in work.stack for name, value in f.slots.items()}}
    packet: dict[str, Any] = {
        "flow": work.stack[-1].flow if work.stack else "",
        "step": step,
        "locale": work.locale,
        "customer": to_json(work.customer),
        "slots": to_json({name: HIDDEN if is_secret(work, name) else value for name, value in slots.items()}),
        "titles": _titles(work, slots),
        "show": to_json(show or {}),
        "last": [list(line) for line in work.lines],
    }
    secrets = secret_texts(work)
    if secrets:
        packet, reason = hide_in(packet, secrets), hide(reason, secrets)
    waits = work.owner == "queue"
    clear(work)
    work.owner, work.team, work.agent = "queue", team, ""
    work.effects.append(HandOff(work.effect_id(), team, reason, packet))
    if not waits:  # it speaks once
        hours = work.flows.settings.hours_of(team)
        if hours is None or hours.is_open(work.now):
            repair(work, "on_handoff", team=team, reason=reason)
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
    work.owner, work.team = "bot", ""
    clear(work)
    repair(work, "on_cancel", flow="")


def take_owner(work: Work, event: Owned) -> None:
    """Note that the conversation changed hands; news of a hand-off that is over changes nothing."""
    work.settled = True
    if event.how == "claimed":
        clear(work)
        work.owner, work.agent = "human", event.agent
        work.epoch += 1
        return
    if event.how == "unavailable":
        if work.owner == "queue":
            tell_of_absence(work)
        return
    if work.owner == "bot":
        return
    clear(work)
    work.owner, work.team, work.agent = "bot", "", ""
    work.epoch += 1
    work.ended = event.how == "closed"
    if not work.ended:
        repair(work, "on_agent_left")
