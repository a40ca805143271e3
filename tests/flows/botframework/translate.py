"""Translation: adaptive dialogs as flows of botkit.

Each dialog becomes a flow, and each of its triggers but the first one: an intent starts its flow, the unknown intent
has the flow of every message that nothing else takes. What a dialog remembers are shared slots.
"""

import json
from dataclasses import dataclass
from typing import Any

from tests.flows.botframework.actions import START, event_flow, translate
from tests.flows.botframework.assembly import Draft, assemble
from tests.flows.botframework.choosing import ordered
from tests.flows.botframework.dialogs import Dialog, Dialogs, Spec, condition_of, kind_of
from tests.flows.botframework.expressions import MissingError
from tests.flows.botframework.inputs import idle
from tests.flows.botframework.memory import Memory
from tests.flows.botframework.pruning import prune, targets_of
from tests.flows.botframework.recognition import (
    ANYTHING,
    RECEIVED,
    Patterns,
    capturing,
    condition,
    entities_of,
    intent_name,
    wanting,
)
from tests.flows.botframework.rendering import Path
from tests.flows.botframework.writing import AT, FINISH, NOTHING, Bot, Step, Writing, on, over, result_of

BEGIN = ("OnBeginDialog",)
INTENT, UNKNOWN, EVENT = ("OnIntent",), ("OnUnknownIntent",), ("OnCustomEvent", "OnDialogEvent")
MESSAGE, OPENED = ("OnMessageActivity",), ("OnConversationUpdateActivity",)
KNOWN = frozenset({*BEGIN, *INTENT, *UNKNOWN, *EVENT, *MESSAGE, *OPENED})


@dataclass(frozen=True)
class Translation:
    """What became of a script's dialogs: a file of flows, and the classifier of the intents that start them."""

    flows: dict[str, Any]
    patterns: Patterns

    @property
    def text(self) -> str:
        """The file, which is YAML as all JSON is."""
        return json.dumps(self.flows, indent=2, ensure_ascii=False)


def translate_dialog(root: Spec, others: dict[str, Spec] | None = None) -> Translation:
    """Translate a dialog. Raises MissingError for what botkit's language has no place for."""
    dialogs = Dialogs(root, others)
    for dialog in dialogs.all:
        for trigger in dialog.spec.get("triggers") or ():
            if kind_of(trigger) not in KNOWN:
                raise MissingError(f"the trigger {kind_of(trigger)}")
    return Translator(Bot(dialogs, Memory(dialogs))).translate()


class Translator:
    """Writes the flows of one bot."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.drafts: list[Draft] = []
        self.started: set[str] = set()

    def translate(self) -> Translation:
        """Write all flows, then what needs to know all of them."""
        root = self.bot.dialogs.root
        begins = root.triggers(*BEGIN)
        if begins:
            self.main(root)
        done: set[str] = set()
        while waiting := [
            d for d in self.bot.dialogs.all if d.key not in done and (d is root or d.key in self.started)
        ]:
            done.add(waiting[0].key)
            self.triggers(waiting[0])
        if not begins and not root.triggers(*UNKNOWN, *INTENT, *MESSAGE, *OPENED):
            raise MissingError("a dialog that nothing starts")
        for added in self.bot.added:
            self.aside(added.dialog, added.action, added.flow, {})
        flows = assemble(self.bot, self.drafts, begun=root.key in self.started)
        flows |= {
            "on_start": {"steps": self.opening()},
            "on_no_match": {"steps": [{"end": None}]},
            "on_resume": {"steps": [{"end": None}]},
        }
        names = dict.fromkeys(
            intent for flow in flows.values() for intent in flow.get("start", {}).get("intents", ())
        )
        intents = {name: {"examples": [name.replace("_", " ")]} for name in names}
        slots = {slot: {"type": "any", "carry": "silent"} for slot in self.bot.memory.slots.values()}
        slots |= {AT: {"type": "any"}} | {slot: {"type": "any"} for slot in self.flags()} | self.bot.slots
        return Translation({"intents": intents, "slots": slots, "flows": flows}, Patterns.of(self.bot.dialogs.all))

    def flags(self) -> list[str]:
        """Name the slots that say what is open and what was ended."""
        flags = [name(dialog) for dialog in self.bot.dialogs.all for name in (over, on, result_of)]
        return flags + [added.due for added in self.bot.added]

    # Dialogs

    def main(self, dialog: Dialog) -> None:
        """Write the flow of a dialog."""
        if dialog.key in self.started:
            return
        self.started.add(dialog.key)
        begins = dialog.triggers(*BEGIN)
        trigger = begins[0] if begins else {"actions": []}
        writing = Writing(self.bot, dialog, trigger, aside=False, run=self.run)
        steps = translate(writing, trigger.get("actions") or [])
        steps = self.dispatch(writing) if dialog.takes_message and not begins else steps
        if not dialog.ends_itself:
            steps += self.idling(writing)
        code = writing.renderer.code(condition_of(dialog.spec.get("defaultResultProperty") or "dialog.result"))
        if code != "none":
            steps.append({"set": {result_of(dialog): f"{{{{ {code} }}}}"}})
        if START in targets_of(steps):
            steps.insert(0, {"id": START, "set": {on(dialog): True}})
        self.add(Draft(dialog.key, dialog, trigger, steps, self.start_of(dialog), aside=False))

    def start_of(self, dialog: Dialog) -> dict[str, Any]:
        """The flow of the outermost dialog takes the first message, whatever it is."""
        if dialog.parent is not None:
            return {}
        return {"start": {"intents": [ANYTHING]}, "only_if": f"{AT} is none"}

    def run(self, writing: Writing, dialog: Dialog) -> list[Step]:
        """Give the steps that run a dialog from another's flow."""
        self.main(dialog)
        return [
            {"set": {on(dialog): True, result_of(dialog): "{{ none }}", over(dialog): False, **writing.ready()}},
            {"run": dialog.key},
            {"set": {on(dialog): False}},
            *writing.check(),
        ]

    def dispatch(self, writing: Writing) -> list[Step]:
        """Take the message that a dialog began with, which has no OnBeginDialog: as one of its own."""
        dialog = writing.dialog
        patterns = dict(dialog.patterns())
        unknown = dialog.triggers(*UNKNOWN)
        steps: list[Step] = [{"run": f"{dialog.key}_unknown"}, *writing.check()] if unknown else []
        for trigger in reversed(dialog.triggers(*INTENT)):
            intent = trigger.get("intent", "")
            if intent not in patterns:
                continue
            run: list[Step] = [{"run": intent_name(dialog, intent)}, *writing.check()]
            steps = [{"if": condition(patterns[intent]), "then": run, **({"else": steps} if steps else {})}]
        return steps

    def idling(self, writing: Writing) -> list[Step]:
        """Wait for messages when nothing is left to do; what no intent takes is the unknown intent's."""
        steps = idle(writing)
        label = f"{steps[0]['set'][AT]}_idle"
        steps[0] = {"id": label, **steps[0]}
        if writing.dialog.triggers(*UNKNOWN):
            steps += [{"run": f"{writing.dialog.key}_unknown"}, *writing.check()]
        return [*steps, {"goto": label}]

    # Triggers

    def triggers(self, dialog: Dialog) -> None:
        """Write the flows of a dialog's triggers."""
        is_root = dialog.parent is None
        begun = dialog.key in self.started
        names: dict[str, int] = {}
        for trigger in ordered(dialog, INTENT):
            start = intent_name(dialog, str(trigger.get("intent") or "").removeprefix("#"))
            start = wanting(start, entities_of(trigger)) if entities_of(trigger) else start
            names[start] = names.get(start, 0) + 1
            name = f"{start}_{names[start]}" if names[start] > 1 else start
            self.aside(dialog, trigger, name, {"start": {"intents": [start]}})
        for number, trigger in enumerate(ordered(dialog, MESSAGE)):
            self.aside(dialog, trigger, f"{dialog.key}_message_{number}", {"start": {"intents": [RECEIVED]}})
        for trigger in dialog.triggers(*EVENT):
            self.aside(dialog, trigger, event_flow(dialog.key, str(trigger.get("event"))), {})
        for trigger in dialog.triggers(*OPENED)[:1] if is_root else []:
            self.aside(dialog, trigger, f"{dialog.key}_opened", {})
        head = {"start": {"intents": [ANYTHING]}, "only_if": f"{AT} is none"} if is_root and not begun else {}
        for trigger in dialog.triggers(*UNKNOWN)[:1]:
            self.aside(dialog, trigger, f"{dialog.key}_unknown", head)

    def aside(self, dialog: Dialog, trigger: Spec, name: str, head: dict[str, Any]) -> None:
        """Write the flow of a trigger."""
        heard, bound = self.hearing(dialog, trigger)
        writing = Writing(self.bot, dialog, trigger, aside=True, run=self.run, bound=bound)
        steps = [*heard, *translate(writing, trigger.get("actions") or [])]
        self.add(Draft(name, dialog, trigger, steps, head, aside=True))

    def hearing(self, dialog: Dialog, trigger: Spec) -> tuple[list[Step], dict[Path, str]]:
        """Hear the entities that a trigger wants: asks that the message fills which started the flow."""
        steps: list[Step] = []
        bound: dict[Path, str] = {}
        for entity in entities_of(trigger):
            slot = self.bot.number(f"heard_{entity}")
            pattern = dict(dialog.patterns()).get(str(trigger.get("intent") or ""), "")
            self.bot.slots[slot] = {"type": "text", "pattern": capturing(pattern, entity), "carry": "silent"}
            steps += [{"set": {slot: NOTHING}}, {"ask": slot, "say": NOTHING, "fill": "anytime"}]
            bound["turn", "recognized", "entities", entity] = slot
        return steps, bound

    def opening(self) -> list[Step]:
        """Give the steps for a chat that was opened without a word."""
        root = self.bot.dialogs.root
        name = root.key if root.key in self.started else f"{root.key}_opened" if root.triggers(*OPENED) else ""
        return [{"if": "message.text == ''", "then": [{"run": name}]}] if name else [{"end": None}]

    def add(self, draft: Draft) -> None:
        """Keep a flow for later, when all is known that it needs."""
        if draft.name in self.bot.returning:
            raise MissingError(f"two triggers of one kind: {draft.name}")
        pruned, self.bot.returning[draft.name] = prune(draft.steps, self.bot.returning)
        if FINISH in targets_of(pruned):
            self.bot.returning[draft.name] = True
        self.drafts.append(draft)
