"""Briefs: what a person needs of a conversation that is handed to them, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit.app.transcripts import readable
from botkit.model.values import from_json
from botkit.ports.people import Dossier, Line
from botkit.ports.rooms import Brief
from botkit.runtime.packets import mask_texts

MOST_LINES: Final = 12  # that were said last
MOST_TEXT: Final = 800  # characters of each of them, and of a fact
_OF_IDENTITY: Final = ("identified", "verified", "verified_by", "verified_until", "platform", "opted_out")


def facts_of(packet: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Give what a described packet tells: what the step shows, slots with their titles, who the customer is."""
    titles = packet.get("titles") or {}
    facts: dict[str, str] = {}
    customer = packet.get("customer") or {}
    for key in ("customer", "slots", "show"):
        for name, value in (packet.get(key) or {}).items():
            if value not in (None, "", [], {}) and not (key == "customer" and name in _OF_IDENTITY):
                facts[titles.get(name, name) if key == "slots" else name] = plainly(value)
    if "identified" in customer:
        facts["identity"] = f"{customer['identified']}{', verified' if customer.get('verified') else ''}"
    if packet.get("step"):
        facts["stopped at"] = f"{packet.get('flow', '')}/{packet['step']}"
    if packet.get("error"):
        facts["went wrong"] = " ".join(map(str, packet["error"].values()))
    if packet.get("locale"):
        facts["language"] = packet["locale"]
    return list(facts.items())


def plainly(value: Any) -> str:
    """Give a value as people read it: of a mapping its label, or else what it holds."""
    if isinstance(value, dict):
        label = value.get("label") or value.get("name") or value.get("title")
        return str(label) if label else ", ".join(f"{name} {plainly(item)}" for name, item in value.items())
    return "; ".join(map(plainly, value)) if isinstance(value, list) else str(value)


def described(dossier: Dossier) -> dict[str, Any]:
    """Give a dossier as plain JSON data; values of slots as people read them."""
    packet = {**dossier.packet}
    for key in ("slots", "customer", "show"):
        if isinstance(packet.get(key), dict):
            packet[key] = {name: readable(from_json(value)) for name, value in packet[key].items()}
    made: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(dossier, packet={}))
    return {**made, "packet": packet}


def brief_of(dossier: Dossier) -> Brief:
    """Sum up a dossier for a team's channel, on a platform that needs no numbers of cards, accounts and papers.

    The lines of a dossier have none; its reason and facts may, which a desk of the house shows.
    """
    case, packet = dossier.case, described(dossier)["packet"]
    facts = facts_of(packet)
    name, reason, *values = mask_texts(
        [_named(packet.get("customer") or {}), case.reason, *(text for _, text in facts)]
    )
    said = [line for line in dossier.lines if line.who in ("customer", "bot", "agent", "note")][-MOST_LINES:]
    return Brief(
        conversation=case.conversation,
        channel=case.channel,
        title=name or case.conversation,
        team=case.team,
        reason=_cut(reason),
        facts=tuple([(fact, _cut(text)) for (fact, _), text in zip(facts, values, strict=True)]),
        lines=tuple([_short(line) for line in said]),
    )


def _named(customer: Mapping[str, Any]) -> str:
    """Give how a customer is called, by what a plugin or the platform knows."""
    platform = customer.get("platform")
    names = (customer.get("name"), platform.get("name") if isinstance(platform, Mapping) else None)
    return next((" ".join(name.split())[:100] for name in names if isinstance(name, str) and name.strip()), "")


def _short(line: Line) -> Line:
    return Line(line.turn, line.at, line.who, _cut(line.text), line.agent, line.files)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text) - MOST_TEXT:,} more characters)"
