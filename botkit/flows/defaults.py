"""The repair flows that every bot has, in the flow language itself: `repair.yaml` beside this module."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from botkit.errors import BotkitError
from botkit.flows.contexts import Context
from botkit.flows.grammar import PARSERS
from botkit.flows.nodes import Node
from botkit.flows.reader import read
from botkit.flows.sections import flow
from botkit.flows.shapes import Report
from botkit.model.definitions import Flow
from botkit.model.locales import Locale

FILE = "botkit/flows/repair.yaml"
SAID_BY_CORE: Mapping[str, frozenset[str]] = {
    "still": frozenset({"value"}),
    "ask_for": frozenset({"slot"}),
    "chosen": frozenset({"value"}),
    "noted": frozenset({"value"}),
    "altered": frozenset({"slot", "old", "new"}),
    "which": frozenset({"value"}),
    "which_day": frozenset({"value"}),
    "none": frozenset(),
    "in_queue": frozenset({"ahead"}),
    "other_currency": frozenset({"currency"}),
    "source": frozenset({"title"}),
    "in_turn": frozenset({"flows"}),
    "then": frozenset({"flow"}),
    **dict.fromkeys(
        (
            "yes",
            "no",
            "unusable",
            "broken",
            "closed_button",
            "started_over",
            "person_asked",
            "agent_gone",
            "verification_over",
            "rated",
            "change",
            "pause",
            "not_yet",
            "unanswered",
            "done",
            "opted_out",
            "opted_in",
            "not_found",
        ),
        frozenset(),
    ),
}
"""Keys of `Locale.repair` that the dialogue core says by itself, with the names that their templates know."""


@lru_cache(maxsize=1)
def source() -> str:
    """Give the text of repair.yaml."""
    return Path(__file__).with_name("repair.yaml").read_text("utf-8")


@lru_cache(maxsize=1)
def _flows() -> Node:
    node, _ = read(source(), FILE)
    found = node and node.get("flows")
    if not found:
        raise BotkitError(f"{FILE} cannot be read: botkit is not installed whole")
    return found


@lru_cache(maxsize=1)
def repair_keys() -> Mapping[str, frozenset[str]]:
    """Name the texts that every locale has under `repair`, with what their templates know beside the usual."""
    found: dict[str, frozenset[str]] = dict(SAID_BY_CORE)
    for _, value in _flows().entries:
        slots = value.get("slots")
        known = frozenset(key.raw for key, _ in slots.entries) if slots else frozenset[str]()
        for key in _texts(value):
            found[key] = found.get(key, known) & known
    return found


def repair_names() -> tuple[str, ...]:
    """Name the repair flows, in the order of the file."""
    return tuple(key.raw for key, _ in _flows().entries)


def _texts(node: Node) -> list[str]:
    parts = (*node.items, *(value for _, value in node.entries))
    own = [node.raw[1:]] if node.raw.startswith("@") and node.raw != "@team" else []
    return [*own, *(key for part in parts for key in _texts(part))]


def repair_flows(locales: Mapping[str, Locale], team: str) -> Mapping[str, Flow]:
    """Give the repair flows with the texts of these locales, handing off to `team`."""
    return _made(tuple(locales.items()), team)


@lru_cache(maxsize=16)
def _made(locales: tuple[tuple[str, Locale], ...], team: str) -> Mapping[str, Flow]:
    texts = {
        key: {code: said for code, locale in locales if (said := locale.repair.get(key))} for key in repair_keys()
    }
    context = Context(Report(), PARSERS, repair=texts, team=team)
    return {key.raw: flow(key.raw, key, value, context, {}, builtin=True) for key, value in _flows().entries}
