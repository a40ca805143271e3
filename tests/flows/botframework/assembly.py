"""Assembly: what flows can be given only when all of them are written."""

from dataclasses import dataclass
from typing import Any

from tests.flows.botframework.dialogs import Dialog, Spec, actions_in, condition_of, node_of
from tests.flows.botframework.expressions import Const, Node
from tests.flows.botframework.memory import home, is_computed, path_of, written_by
from tests.flows.botframework.pruning import prune, steps_in, targets_of
from tests.flows.botframework.recognition import NONE
from tests.flows.botframework.rendering import Path, Renderer
from tests.flows.botframework.writing import AT, FINISH, Bot, Site, Step, is_constant, on

UNDER = "under"
"""A flow's own slot: the question that was open when the flow began."""


@dataclass(frozen=True)
class Draft:
    """A flow as its actions make it: a dialog's main one, or (`aside`) that of a trigger."""

    name: str
    dialog: Dialog
    trigger: Spec
    steps: list[Step]
    head: dict[str, Any]
    aside: bool


def assemble(bot: Bot, drafts: list[Draft], *, begun: bool) -> dict[str, dict[str, Any]]:
    """Finish flows. `begun` says that the outermost dialog has a flow, without which no intent starts another."""
    for dialog, step in bot.leavings:
        family = set(map(id, dialog.family))
        step["set"] |= {site.slot: 0 for site in bot.sites if id(site.dialog) in family}
    return {draft.name: _head(bot, draft, begun) | {"steps": _steps(bot, draft)} for draft in drafts}


def _steps(bot: Bot, draft: Draft) -> list[Step]:
    """Give a flow's steps with what stands at its ends, and without those that nothing leads to."""
    steps = [*draft.steps, *(_answers(bot, draft) if draft.aside else [])]
    last = _added(bot, draft)
    if draft.aside and any("ask" in step or "run" in step for step in steps_in([*steps, *last])):
        back: Step = {"id": FINISH, "set": {AT: f"{{{{ {UNDER} }}}}"}}
        steps = [{"set": {UNDER: f"{{{{ {AT} }}}}"}}, *steps, back, *last]
    elif last or FINISH in targets_of(steps):
        steps = [*steps, {"id": FINISH, "set": {AT: "{{ none }}"}}, *last]
    return prune(steps, bot.returning)[0] or [{"end": None}]


def _added(bot: Bot, draft: Draft) -> list[Step]:
    """Run what was added to a dialog's actions, at the end of the flow of it that waits beneath all others."""
    steps: list[Step] = []
    for added in bot.added:
        if added.dialog is not draft.dialog or added.flow == draft.name:
            continue
        due = f"{added.due} and {UNDER} is none" if draft.aside else added.due
        steps.append({"if": due, "then": [{"set": {added.due: False}}, {"run": added.flow}]})
    return steps


def _answers(bot: Bot, draft: Draft) -> list[Step]:
    """Answer open questions whose property a trigger has written, or which are to read the message themselves."""
    actions = list(actions_in(draft.trigger.get("actions") or []))
    sources = [source for action in actions for source in written_by(action) if not is_computed(source)]
    written = {home(draft.dialog, path_of(source)) for source in sources}
    family = set(map(id, draft.dialog.family))
    sites = [site for site in bot.sites if id(site.dialog) in family]
    again = {site.slot: "{{ message.text }}" for site in sites if site.free}
    handed: list[Step] = [{"set": again}] if again and any(map(_hands_on, actions)) else []
    return handed + [
        {"if": f"{site.known} is not none", "then": [{"set": {site.slot: f"{{{{ {site.known} }}}}"}}]}
        for site in sites
        if site.path in written
    ]


def _hands_on(action: Spec) -> bool:
    """Tell whether an action says that the open question may read the message that interrupted it."""
    sets = action.get("property") == "turn.interrupted" and "value" in action
    return bool(sets) and is_constant(node_of(action["value"]), value=False)


def _head(bot: Bot, draft: Draft, begun: bool) -> dict[str, Any]:
    """Give a flow's head: of one that an intent starts, which questions it may interrupt."""
    if "only_if" in draft.head or "start" not in draft.head:
        return draft.head
    parts = [f"{AT} is not none"] if begun else []
    parts += [on(draft.dialog)] if draft.dialog.parent is not None else []
    parts += _permissions(bot, draft)
    return draft.head | ({"only_if": " and ".join(parts)} if parts else {})


def _permissions(bot: Bot, draft: Draft) -> list[str]:
    """Give the conditions under which a trigger may interrupt the questions of its dialog and those within."""
    dialog, trigger = draft.dialog, draft.trigger
    renderer = Renderer(bot.memory.of(dialog), _recognised(dialog, str(trigger.get("intent") or "")))
    parts = [renderer.condition(condition_of(trigger["condition"]))] if trigger.get("condition") else []
    refusing: list[str] = []
    for site in bot.sites:
        if is_constant(site.allows, value=True) or dialog not in site.dialog.chain:
            continue
        if is_constant(site.allows, value=False):
            refusing.append(site.name)
        else:
            parts.append(f"({AT} != '{site.name}' or {renderer.condition(_condition(site))})")
    return [*parts, f"{AT} not in {refusing}"] if refusing else parts


def _condition(site: Site) -> Node:
    """A text where a condition is due is one."""
    if isinstance(site.allows, Const) and isinstance(site.allows.value, str):
        return condition_of(site.allows.value)
    return site.allows


def _recognised(dialog: Dialog, intent: str) -> dict[Path, str]:
    """Say what a recognizer found, for a flow that starts by one intent: that one and no other."""
    base = ("turn", "recognized")
    known = [name for name, _ in dialog.patterns()] + [NONE]
    found = {(*base, "intents", name.lower()): "none" for name in known}
    found |= {(*base, "intents", name.lower()): "true" for name in known if name == intent}
    return found | {(*base, "intent"): f"'{intent}'", (*base, "score"): "1.0"}
