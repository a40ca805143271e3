"""The dialogs of a script: which there are, which begins which, and which of their parts stand where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.flows.botframework.expressions import (
    Const,
    Listing,
    Mapping,
    MissingError,
    Node,
    read_expression,
    read_text,
)

Spec = dict[str, Any]

LEAVING = frozenset({"EndDialog", "CancelDialog", "RepeatDialog", "ReplaceDialog", "CancelAllDialogs", "EditActions"})
BEGINNING = frozenset({"BeginDialog", "ReplaceDialog"})
INNER = ("actions", "elseActions", "default")


def kind_of(spec: Spec) -> str:
    """Give the kind of an action, a trigger or a recognizer, without the product's name before it."""
    return str(spec.get("$kind") or spec.get("$type") or "").removeprefix("Microsoft.")


@dataclass
class Dialog:
    """An adaptive dialog: what stands in the file, and its place among the others."""

    key: str
    spec: Spec
    parent: "Dialog | None"
    endable: bool = False
    """Whether a trigger may end it while another part of it waits for an answer."""
    takes_message: bool = False
    """Whether the message that it is begun with is for its own recognizer."""
    children: list["Dialog"] = field(default_factory=list)

    @property
    def chain(self) -> list["Dialog"]:
        """The dialog and those that began it, the innermost first."""
        return [self, *(self.parent.chain if self.parent is not None else [])]

    @property
    def depth(self) -> int:
        """How many dialogs are around it."""
        return len(self.chain)

    @property
    def family(self) -> list["Dialog"]:
        """The dialog and those that it begins, and so on."""
        return [self, *(other for child in self.children for other in child.family)]

    @property
    def ends_itself(self) -> bool:
        """Whether it ends when nothing is left to do."""
        return bool(self.spec.get("autoEndDialog", self.spec.get("AutoEndDialog", True)))

    def triggers(self, *kinds: str) -> list[Spec]:
        """Give the triggers of some kinds."""
        return [trigger for trigger in self.spec.get("triggers") or () if kind_of(trigger) in kinds]

    def patterns(self) -> list[tuple[str, str]]:
        """Give the intents that the dialog's recognizer knows by a regular expression."""
        recognizer = self.spec.get("recognizer")
        if recognizer is None:
            return []
        if not isinstance(recognizer, dict) or kind_of(recognizer) != "RegexRecognizer":
            raise MissingError(
                f"the recognizer {kind_of(recognizer) if isinstance(recognizer, dict) else recognizer}"
            )
        return [(intent["intent"], intent["pattern"]) for intent in recognizer.get("intents") or ()]


def actions_in(actions: list[Spec]) -> Iterator[Spec]:
    """Give actions with all that stand in them, but for those of dialogs that they begin."""
    for action in actions or ():
        yield action
        for name in INNER:
            if isinstance(action.get(name), list):
                yield from actions_in(action[name])
        for case in action.get("cases") or ():
            yield from actions_in(case.get("actions") or [])


def actions_of(dialog: Dialog) -> Iterator[Spec]:
    """Give all actions of a dialog."""
    for trigger in dialog.spec.get("triggers") or ():
        yield from actions_in(trigger.get("actions") or [])


def begun_by(action: Spec) -> Spec | str | None:
    """Give the dialog that an action begins: as it is written there, or its name."""
    if kind_of(action) == "AdaptiveDialog":
        return action
    return action.get("dialog") if kind_of(action) in BEGINNING else None


class Dialogs:
    """All dialogs of a script. `others` are those that stand beside it, by name."""

    def __init__(self, root: Spec, others: dict[str, Spec] | None = None) -> None:
        self._others = others or {}
        self._by_spec: dict[int, Dialog] = {}
        self._by_id: dict[str, Dialog] = {}
        self._keys: set[str] = set()
        self.root = self._add(root, None)
        self.all = list(self._by_spec.values())
        self._mark_endable()

    def _add(self, spec: Spec, parent: Dialog | None) -> Dialog:
        known = self._by_spec.get(id(spec))
        if known is not None:
            return known
        dialog = Dialog(self._name(str(spec.get("id") or "dialog")), spec, parent)
        self._by_spec[id(spec)] = dialog
        self._by_id.setdefault(str(spec.get("id") or ""), dialog)
        if parent is not None:
            parent.children.append(dialog)
        for action in actions_of(dialog):
            begun = begun_by(action)
            begun = self._others.get(begun) if isinstance(begun, str) else begun
            if begun is not None:
                self._add(begun, dialog).takes_message |= action.get("activityProcessed") is False
        return dialog

    def _name(self, wanted: str) -> str:
        stem = re.sub(r"\W+", "_", wanted).strip("_").lower() or "dialog"
        name, number = stem, 1
        while name in self._keys:
            number += 1
            name = f"{stem}{number}"
        self._keys.add(name)
        return name

    def begun_by(self, action: Spec) -> Dialog:
        """Give the dialog that an action begins."""
        begun = begun_by(action)
        if isinstance(begun, dict):
            return self._by_spec[id(begun)]
        if not isinstance(begun, str) or begun.startswith("=") or "${" in begun:
            raise MissingError("a dialog whose name is computed")
        if begun not in self._by_id and begun not in self._others:
            raise MissingError(f"the dialog {begun}, which is not in the file")
        return self._by_id[begun] if begun in self._by_id else self._by_spec[id(self._others[begun])]

    def _mark_endable(self) -> None:
        for dialog in self.all:
            kinds = {kind_of(action) for action in actions_of(dialog)}
            for trigger in dialog.spec.get("triggers") or ():
                leaving = {kind_of(action) for action in actions_in(trigger.get("actions") or [])} & LEAVING
                dialog.endable |= bool(leaving) and kind_of(trigger) != "OnBeginDialog"
            if "CancelAllDialogs" in kinds:
                for other in dialog.chain:
                    other.endable = True


def node_of(value: Any) -> Node:
    """Read a property's value: an expression behind `=`, a text with `${...}` in it, or plain data."""
    match value:
        case str():
            return read_expression(value) if value.startswith("=") else read_text(value)
        case list():
            return Listing(tuple(map(node_of, value)))
        case dict():
            return Mapping(tuple((str(key), node_of(item)) for key, item in value.items()))
        case _:
            return Const(value)


def condition_of(value: Any) -> Node:
    """Read a condition, which is an expression with or without `=`."""
    return read_expression(value) if isinstance(value, str) else node_of(value)
