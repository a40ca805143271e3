"""Memory: the paths that dialogs write and read, as slots.

Every path that some action writes is a slot of its own, unless a longer one is written too: then only the longer
ones are. So `user.name` and `user.address.city` are `user_name` and `user_address_city`; and `user.address`, read as
a whole, is a mapping of its slots. A path that nobody writes is none.
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.flows.botframework.dialogs import Dialog, Dialogs, Spec, actions_of, kind_of, node_of
from tests.flows.botframework.expressions import Const, Mapping, MissingError, Node, read_expression
from tests.flows.botframework.rendering import Path, Renderer, quoted, unfold

SCOPES = frozenset({"user", "conversation", "turn"})
GIVEN: dict[Path, str] = {
    ("turn", "activity", "text"): "message.text",
    ("turn", "recognized", "text"): "message.text",
}
FOREIGN: dict[Path, str] = {
    ("turn", "activity"): "what a message has beside its text",
    ("turn", "recognized", "entities"): "entities that a recognizer found",
    ("turn", "recognized"): "what a recognizer found",
    ("turn", "lastresult"): "the result of the last action",
}
COMPUTED = "a property whose name is computed"
INDEX, VALUE, PAGE, PAGE_INDEX = (f"dialog.foreach.{name}" for name in ("index", "value", "page", "pageindex"))


def path_of(source: Any) -> Path:
    """Read the name of a property. Raises MissingError if a part of it is computed."""
    if not isinstance(source, str) or source.startswith("=") or "${" in source:
        raise MissingError(COMPUTED)
    names, rest = unfold(read_expression(source))
    if rest:
        raise MissingError(COMPUTED)
    return names


def is_computed(source: Any) -> bool:
    """Tell whether a part of a property's name is in brackets, and computed."""
    return (
        isinstance(source, str)
        and "[" in source
        and not source.startswith("=")
        and bool(unfold(read_expression(source))[1])
    )


def written_by(action: Spec) -> Iterator[str]:
    """Name the properties that an action writes."""
    kind = kind_of(action)
    for name in ("property", "resultProperty"):
        if action.get(name):
            yield action[name]
    yield from action.get("properties") or ()
    yield from (assignment["property"] for assignment in action.get("assignments") or ())
    if kind == "EditArray":
        yield action["itemsProperty"]
    elif kind == "Foreach":
        yield from (action.get("index") or INDEX, action.get("value") or VALUE)
    elif kind == "ForeachPage":
        yield from (action.get("page") or PAGE, action.get("pageIndex") or PAGE_INDEX)


class Memory:
    """The slots of all dialogs of a script."""

    def __init__(self, dialogs: Dialogs) -> None:
        written: set[Path] = set()
        for dialog in dialogs.all:
            for action in actions_of(dialog):
                written |= {home(dialog, path_of(source)) for source in written_by(action) if not is_computed(source)}
                written |= self._options(dialogs, dialog, action)
        for dialog in dialogs.all:
            for action in actions_of(dialog):
                written |= parts_set(dialog, action, prefixes(written))
        self.slots = {path: slot_name(path) for path in sorted(written - prefixes(written))}

    @staticmethod
    def _options(dialogs: Dialogs, dialog: Dialog, action: Spec) -> set[Path]:
        options = action.get("options")
        if kind_of(action) not in {"BeginDialog", "ReplaceDialog", "RepeatDialog"} or not options:
            return set()
        if not isinstance(options, dict):
            raise MissingError("options that are computed")
        begun = dialog if kind_of(action) == "RepeatDialog" else dialogs.begun_by(action)
        return {home(begun, ("dialog", key.lower())) for key in options}

    def below(self, path: Path) -> dict[Path, str]:
        """Give the slots below a path, by the rest of their paths."""
        return {other[len(path) :]: slot for other, slot in self.slots.items() if other[: len(path)] == path}

    def of(self, dialog: Dialog) -> "View":
        """Give memory as the expressions of a dialog see it."""
        return View(self, dialog)


def prefixes(paths: set[Path]) -> set[Path]:
    """Give the paths that lead to a part of the way."""
    return {path[:length] for path in paths for length in range(1, len(path))}


def parts_set(dialog: Dialog, action: Spec, wholes: set[Path]) -> set[Path]:
    """Give the paths below a property that an action sets to a mapping, where parts of it are written elsewhere."""
    found: set[Path] = set()
    for one in action.get("assignments") or ([action] if kind_of(action) == "SetProperty" else []):
        if not is_computed(one["property"]):
            path = home(dialog, path_of(one["property"]))
            found |= (
                {(*path, *rest) for rest in _rests(node_of(one.get("value"))) if rest} if path in wholes else set()
            )
    return found


def _rests(node: Node) -> list[Path]:
    if not isinstance(node, Mapping):
        return [()]
    return [(key.lower(), *rest) for key, value in node.pairs for rest in _rests(value)]


def home(dialog: Dialog, path: Path) -> Path:
    """Give a path of a dialog's own as one that all dialogs share."""
    if path[0] == "dialog":
        return (f"dialog {dialog.key}", *path[1:])
    if path[0] not in SCOPES:
        raise MissingError(f"the memory scope {path[0]}")
    return path


def slot_name(path: Path) -> str:
    """Name the slot of a path."""
    words = [re.sub(r"\W+", "", part.removeprefix("dialog ")) for part in path]
    return "_".join(words)


class View:
    """Memory as one dialog sees it: its own paths, then those of the dialogs that began it."""

    def __init__(self, memory: Memory, dialog: Dialog) -> None:
        self.memory = memory
        self.dialog = dialog

    def read(self, path: Path) -> tuple[str, Path]:
        """Give the expression for the longest known part of a path, and the rest of the path."""
        for given, code in GIVEN.items():
            if path[: len(given)] == given:
                return code, path[len(given) :]
        for found in self._homes(path):
            for length in range(len(found), 1, -1):
                if found[:length] in self.memory.slots:
                    return self.memory.slots[found[:length]], found[length:]
            whole = self.memory.below(found)
            if whole:
                return _mapping(whole), ()
        for foreign, what in FOREIGN.items():
            if path[: len(foreign)] == foreign:
                raise MissingError(what)
        return "none", ()

    def _homes(self, path: Path) -> list[Path]:
        if path[0] == "dialog":
            return [home(dialog, path) for dialog in self.dialog.chain]
        return [home(self.dialog, path)]

    def writing(self, source: str, node: Node, renderer: Renderer, *, own: Dialog | None = None) -> dict[str, str]:
        """Give what `set` has to say to write a value to a property: the slots with their templates."""
        if is_computed(source):
            return self._chosen(source, node, renderer)
        path = home(own or self.dialog, path_of(source))
        slot = self.memory.slots.get(path)
        if slot is not None:
            return {slot: renderer.text(node)}
        below = self.memory.below(path)
        if node == Const(None):
            return dict.fromkeys(below.values(), "{{ none }}")
        if not isinstance(node, Mapping):
            raise MissingError("a mapping that is written both as a whole and in part")
        return {slot: renderer.text(_part(node, rest)) for rest, slot in below.items()}

    def _chosen(self, source: str, node: Node, renderer: Renderer) -> dict[str, str]:
        """Write where a computed name leads: it is one of those that are written out somewhere, or none."""
        names, rest = unfold(read_expression(source))
        found: dict[str, str] = {}
        for path, slot in self.memory.below(home(self.dialog, names)).items():
            pairs = [
                (renderer.code(Const(part) if isinstance(part, str) else part), name)
                for part, name in zip(rest, path, strict=False)
            ]
            if len(path) == len(rest):
                meant = " and ".join(f"({code} | lower) == {quoted(name)}" for code, name in pairs)
                found[slot] = f"{{{{ {renderer.code(node)} if {meant} else {slot} }}}}"
        if not found:
            raise MissingError(COMPUTED)
        return found

    def clearing(self, dialog: Dialog) -> dict[str, str]:
        """Give what `set` has to say to empty what is a dialog's own."""
        return dict.fromkeys(self.memory.below((f"dialog {dialog.key}",)).values(), "{{ none }}")


def _part(node: Node, path: Path) -> Node:
    for name in path:
        if not isinstance(node, Mapping):
            return Const(None)
        node = next((value for key, value in node.pairs if key.lower() == name), Const(None))
    return node


def _mapping(slots: dict[Path, str]) -> str:
    firsts = dict.fromkeys(path[0] for path in slots)
    parts = []
    for first in firsts:
        inner = {path[1:]: slot for path, slot in slots.items() if path[0] == first}
        parts.append(f"{quoted(first)}: {inner[()] if () in inner else _mapping(inner)}")
    return f"{{{', '.join(parts)}}}"
