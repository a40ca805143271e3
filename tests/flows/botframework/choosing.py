"""Choosing: which of several triggers takes a message."""

from tests.flows.botframework.dialogs import Dialog, Spec, condition_of, kind_of, node_of
from tests.flows.botframework.expressions import Binary, Const, MissingError
from tests.flows.botframework.recognition import entities_of


def ordered(dialog: Dialog, kinds: tuple[str, ...]) -> list[Spec]:
    """Give triggers in the order in which one is chosen: by priority, then as the dialog's selector says."""
    selector = kind_of(dialog.spec.get("selector") or {"$kind": "MostSpecificSelector"})
    triggers = dialog.triggers(*kinds)
    if len(triggers) < 2:
        return triggers
    if selector not in {"FirstSelector", "MostSpecificSelector"} or any(
        trigger.get("runOnce") for trigger in triggers
    ):
        raise MissingError("choosing among triggers by chance or by their past")
    first = selector == "FirstSelector"
    return sorted(triggers, key=lambda trigger: (_priority(trigger), 0 if first else -_specificity(trigger)))


def _priority(trigger: Spec) -> float:
    node = node_of(trigger.get("priority", 0))
    if not isinstance(node, Const) or not isinstance(node.value, int | float):
        raise MissingError("a priority that is computed")
    return node.value


def _specificity(trigger: Spec) -> int:
    """Count what has to hold for a trigger."""
    terms = [condition_of(trigger["condition"])] if trigger.get("condition") else []
    count = len(entities_of(trigger))
    while terms:
        term = terms.pop()
        if isinstance(term, Binary) and term.operator == "&&":
            terms += [term.left, term.right]
        else:
            count += 1
    return count
