"""Checks: whether the rules of a slot refuse a value."""

from collections.abc import Mapping
from typing import Any

from botkit.dialogue.saying import Refused
from botkit.dialogue.work import Work
from botkit.errors import CurrencyError
from botkit.expressions import test
from botkit.model.definitions import Rule, SlotDef


def refusal(work: Work, slot: SlotDef, value: Any, beside: Mapping[str, Any] | None = None) -> Refused | None:
    """Give how the first rule of a slot's `check` refuses a value; `beside` are values that others get with it.

    An amount that cannot be held against one of another currency is refused with that.
    """
    if not slot.checks:
        return None
    scope = work.scope(**{**(beside or {}), slot.name: value})
    for rule in slot.checks:
        refused = _refused(slot, rule, value, scope)
        if refused is not None:
            work.confide(slot, value)
            return refused
    return None


def _refused(slot: SlotDef, rule: Rule, value: Any, scope: Mapping[str, Any]) -> Refused | None:
    try:
        return Refused(slot, value, rule.say) if test(rule.when.source, scope) else None
    except CurrencyError as error:
        others = [currency for currency in error.currencies if currency != getattr(value, "currency", currency)]
        if len(others) != 1:
            raise
        return Refused(slot, value, currency=others[0])
