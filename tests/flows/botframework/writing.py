"""Writing one flow: what its actions share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.flows.botframework.dialogs import Dialog, Dialogs, Spec, actions_in, kind_of, node_of
from tests.flows.botframework.expressions import Const, MissingError, Node
from tests.flows.botframework.memory import Memory, View
from tests.flows.botframework.rendering import Path, Renderer

Step = dict[str, Any]

NOTHING = "{{ none }}"
FINISH = "finish"
AT = "at"
"""The slot that names the question which is open; the flows of intents look at it."""


@dataclass(frozen=True)
class Site:
    """A place where a dialog waits for an answer."""

    name: str
    slot: str
    dialog: Dialog
    allows: Node
    """Whether an intent may interrupt there."""
    path: Path | None = None
    """The property that is asked for, if it is asked for only where it is not known."""
    known: str = ""
    free: bool = False
    """Whether any text is an answer."""


@dataclass(frozen=True)
class Added:
    """Actions that are added to a dialog's while it runs: a flow of their own, run at the end if it is due."""

    dialog: Dialog
    flow: str
    due: str
    action: Spec


@dataclass
class Bot:
    """The bot that is being made of a script's dialogs."""

    dialogs: Dialogs
    memory: Memory
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    leavings: list[tuple[Dialog, Step]] = field(default_factory=list)
    """Steps that end a dialog from aside: they answer its open question, whichever it is."""
    added: list[Added] = field(default_factory=list)
    returning: dict[str, bool] = field(default_factory=dict)
    """Whether a flow comes to its end."""
    counts: dict[str, int] = field(default_factory=dict)

    def number(self, stem: str) -> str:
        """Give a name that nothing else has."""
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}_{self.counts[stem]}"


@dataclass
class Writing:
    """A flow that is being written: a dialog's main one, or (`aside`) that of a trigger."""

    bot: Bot
    dialog: Dialog
    trigger: Spec
    aside: bool
    run: Callable[["Writing", Dialog], list[Step]]
    """Gives the step that runs a dialog."""
    bound: dict[Path, str] = field(default_factory=dict)
    """Paths that stand for something else in this flow."""
    loops: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.view: View = self.bot.memory.of(self.dialog)
        self.renderer = Renderer(self.view, self.bound)
        jumps = [a for a in actions_in(self.trigger.get("actions") or []) if kind_of(a) == "GotoAction"]
        self.targets = {str(action.get("actionId")) for action in jumps}
        self.labels = {str(a.get("id")) for a in actions_in(self.trigger.get("actions") or []) if a.get("id")}

    def text(self, value: Any, renderer: Renderer | None = None) -> str:
        """Write a property's value as a template."""
        return (renderer or self.renderer).text(node_of(value))

    def assign(self, source: str, value: Any, renderer: Renderer | None = None) -> dict[str, str]:
        """Give what `set` has to say to write a value to a property."""
        return self.view.writing(source, node_of(value), renderer or self.renderer)

    def fill(self, source: str, code: str) -> dict[str, str]:
        """Give what `set` has to say to write the value of an expression of botkit's to a property."""
        bound = Renderer(self.view, {("written",): code})
        return self.view.writing(source, node_of("=written"), bound)

    def leave(self, ended: list[Dialog], value: Any = None) -> list[Step]:
        """End dialogs, the flow's own among them: here, or where they wait if this flow stands aside."""
        sets = {result_of(self.dialog): self.text(value)} if value is not None else {}
        others = ended if self.aside else ended[1:]
        step: Step = {"set": {**sets, **{over(dialog): True for dialog in others if dialog.endable}}}
        if self.aside and self.dialog.endable:
            self.bot.leavings.append((ended[-1], step))
        return [*([step] if step["set"] else []), {"goto": FINISH}]

    def check(self) -> list[Step]:
        """Go to the end if the dialog was ended from aside while the flow waited."""
        if not self.dialog.endable:
            return []
        return [{"if": over(self.dialog), "then": [{"goto": FINISH}]}]

    def ready(self) -> dict[str, Any]:
        """Give what `set` has to say before the flow waits: nothing is ended yet."""
        return {over(dialog): False for dialog in self.dialog.chain if dialog.endable}


def over(dialog: Dialog) -> str:
    """Name the slot that says whether a dialog was ended from aside."""
    return f"{dialog.key}_over"


def result_of(dialog: Dialog) -> str:
    """Name the slot of a dialog's result."""
    return f"{dialog.key}_gave"


def on(dialog: Dialog) -> str:
    """Name the slot that says whether a dialog is open."""
    return f"{dialog.key}_on"


def is_constant(node: Node, value: object) -> bool:
    """Tell whether a node is a constant of a value, or the text of it, as in `"true"`."""
    if not isinstance(node, Const):
        return False
    found = (
        {"true": True, "false": False}.get(node.value.lower(), node.value)
        if isinstance(node.value, str)
        else node.value
    )
    return found == value and type(found) is type(value)


def said_by(value: Any) -> Node:
    """Read what an action says: a text, or a message with one."""
    if isinstance(value, dict):
        inner = value.get("activity", value.get("template"))
        if inner is not None:
            return said_by(inner)
        extra = set(value) - {"type", "text", "$kind", "$type", "inputHint", "speak"}
        if value.get("type", "message") != "message" or extra:
            raise MissingError(f"a reply with {', '.join(sorted(extra)) or 'no text'}")
        return node_of(value.get("text") or "")
    if isinstance(value, str) and value.lstrip().startswith("["):
        raise MissingError("a reply with a structure of its own")
    return node_of(value or "")


def number_of(value: Any, what: str) -> int:
    """Read a number that has to be written out."""
    node = node_of(value) if not isinstance(value, int) else Const(value)
    if isinstance(node, Const) and isinstance(node.value, str) and node.value.isdecimal():
        return int(node.value)
    if not isinstance(node, Const) or not isinstance(node.value, int):
        raise MissingError(f"{what} that is computed")
    return int(node.value)
