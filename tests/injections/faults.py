"""Planted faults: each takes one guard out of the product, and nothing else."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from sqlalchemy import Connection

from botkit.dialogue import agents, commands, talks
from botkit.dialogue.work import Work
from botkit.llm import prompting
from botkit.model.definitions import Step
from botkit.model.session import ToolUse
from botkit.registry.registry import Registry
from botkit.registry.verdicts import PASS, Verdict
from botkit.runtime import models
from botkit.safety import answering
from botkit.understanding.knowledge import support
from botkit_shop import desk, records
from botkit_shop.ledger import Caller

FORBIDDEN = ("desk.grant_credit", "desk.export_customers", "desk.set_password")
_OFFERED = talks.offered_names


def _tools(patch: pytest.MonkeyPatch) -> None:
    """Let a step have every tool, by each of its names."""

    def offered(actions: Iterable[str]) -> dict[str, str]:
        every = {name: action for action in FORBIDDEN for name in (action, action.replace(".", "_"))}
        return {**every, **_OFFERED([*actions, *FORBIDDEN])}

    for module in (talks, models, prompting):
        patch.setattr(module, "offered_names", offered)


def _guard(patch: pytest.MonkeyPatch) -> None:
    """Ask no plugin about a call."""

    async def passes(self: Registry, action: str, args: Mapping[str, Any], caller: object) -> Verdict:
        return PASS

    patch.setattr(Registry, "guard_call", passes)


def _own_order(patch: pytest.MonkeyPatch) -> None:
    """Let the shop look at no order's owner."""

    def any_order(connection: Connection, caller: Caller, number: str) -> dict[str, Any]:
        caller.require()
        return records.read_orders(connection, number)[number]

    def its_user(connection: Connection, caller: Caller) -> dict[str, Any]:
        return records.read_users(connection, "li_na_2088")["li_na_2088"]

    patch.setattr(desk, "_own_order", any_order)
    patch.setattr(desk, "_own_user", its_user)


def _pins(patch: pytest.MonkeyPatch) -> None:
    """Pin nothing."""
    patch.setattr(agents, "pins_of", lambda *_: {})


def _confirm(patch: pytest.MonkeyPatch) -> None:
    """Make a write without asking."""

    def write(work: Work, step: Step, use: ToolUse) -> None:
        agents._call(work, step, use)
        work.wait(None)

    patch.setattr(agents, "_write", write)


def _instructions(patch: pytest.MonkeyPatch) -> None:
    """Let a model say what it was told."""
    patch.setattr(answering, "gives_away", lambda *_: False)


def _links(patch: pytest.MonkeyPatch) -> None:
    """Let a model link to anything."""
    patch.setattr(answering.Answering, "_leads_away", lambda *_: False)


def _starts(patch: pytest.MonkeyPatch) -> None:
    """Let a model start, and offer, every flow."""
    patch.setattr(commands, "may_start", lambda *_: True)


def _was_said(patch: pytest.MonkeyPatch) -> None:
    """Let a model fill slots with what nobody said."""
    patch.setattr(commands, "_was_said", lambda *_: True)


def _reason(patch: pytest.MonkeyPatch) -> None:
    """Let a model give any reason."""
    patch.setattr(models, "_reasonable", lambda command, _: command)


def _support(patch: pytest.MonkeyPatch) -> None:
    """Let an answer be supported by nothing."""
    patch.setattr(support, "why_unsupported", lambda *_, **__: "")


ELSEWHERE: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "starts": _starts,
    "said": _was_said,
    "reason": _reason,
    "support": _support,
}
"""Guards that are met beside a talk alone."""

FAULTS: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "tools": _tools,
    "guard": _guard,
    "own_order": _own_order,
    "pins": _pins,
    "confirm": _confirm,
    "instructions": _instructions,
    "links": _links,
}


def remove(guard: str, patch: pytest.MonkeyPatch) -> None:
    """Take one guard out."""
    {**FAULTS, **ELSEWHERE}[guard](patch)
