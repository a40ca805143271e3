"""Do conditions compare what can be compared: a slot with values that it can have, of its own kind."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from botkit.errors import Place
from botkit.expressions.comparing import Comparison, Operand, compared
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import Formula, formulas_of, of_slot, paths_in
from botkit.flows.checks.kinds import FAMILIES, NAMES, Family, family_of, filled_by_ask, shared_by_ask
from botkit.flows.checks.schemas import described
from botkit.flows.checks.survey import Survey
from botkit.model.definitions import MatchStep, SlotDef, Value

_CLOCK = ("hour", "minute", "second")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "date": ("year", "month", "day"), "datetime": ("year", "month", "day", *_CLOCK), "time": _CLOCK,
    "duration": ("days", "seconds"), "money": ("amount", "currency"),
    **dict.fromkeys(("number", "integer", "text", "email", "phone", "boolean"), ()),
}  # fmt: skip
_MATES = frozenset({frozenset({"number", "money"})})
_ORDER = frozenset({"lt", "lteq", "gt", "gteq"})
_SIGNS = ("==", "!=", "<", ">", " in ", " or ", " in[", "'in ")


class _Slots(NamedTuple):
    """The slots that only asks fill, so that their type and options say what is in them."""

    known: Mapping[str, SlotDef]
    flow: str


def check_comparisons(survey: Survey, found: Findings) -> None:
    """Report comparisons that fail or never hold, parts that a type lacks, and initial values of another type."""
    shared = shared_by_ask(survey)
    for slot in survey.bot.slots.values():
        _check_initial(slot, found)
        _check_formulas(_Slots(shared, ""), of_slot(slot), found)
    for flow in survey.own:
        slots = _Slots({**shared, **filled_by_ask(survey, flow)}, flow.name)
        for slot in flow.slots.values():
            _check_initial(slot, found)
        for step in flow.steps.values():
            _check_formulas(slots, formulas_of(step), found)
            if isinstance(step.body, MatchStep):
                _check_cases(slots, step.body, found)


def _check_formulas(slots: _Slots, formulas: Iterable[Formula], found: Findings) -> None:
    for formula in formulas:
        _check_parts(slots, formula, found)
        if not any(sign in formula.source for sign in _SIGNS):
            continue
        seen = compared(formula.source, formula.kind)
        for one in seen.comparisons:
            _check_one(slots, one, formula.place, found)
        for value in seen.always:
            message = f"{_where(slots)}this is always true: {described(value)} stands alone behind 'or'"
            hint = "repeat the name: x == 'a' or x == 'b', or write x in ['a', 'b']"
            found.warning(formula.place, "always-true", message, hint)


def _where(slots: _Slots) -> str:
    return f"flow '{slots.flow}': " if slots.flow else ""


def _check_parts(slots: _Slots, formula: Formula, found: Findings) -> None:
    for path in paths_in(formula.source, formula.kind):
        slot = slots.known.get(path[0])
        if slot is None or len(path) < 2 or slot.options or slot.options_from:
            continue
        parts = _PARTS.get(slot.type)
        if parts is not None and (path[1] not in parts or len(path) > 2):
            whole, part = (path[0], path[1]) if path[1] not in parts else (".".join(path[:2]), path[2])
            message = f"{_where(slots)}'{whole}' has no '{part}': it is {NAMES[FAMILIES[slot.type]]}"
            listed = f"it has {', '.join(parts)}" if parts and whole == path[0] else ""
            found.error(formula.place, "unknown-attribute", message, listed)


def _check_one(slots: _Slots, one: Comparison, place: Place, found: Findings) -> None:
    left, right = _slot_of(slots, one.left), _slot_of(slots, one.right)
    if one.op in {"in", "notin"}:
        if left is not None and not left.many and one.right.kind == "list":
            _check_options(slots, left, one.right.values, place, found)
        elif right is not None and right.many and one.left.kind == "constant":
            _check_options(slots, right, one.left.values, place, found)
        return
    slot, other = (left, one.right) if left is not None else (right, one.left)
    if slot is None:
        return
    if slot.options and other.kind == "constant" and one.op in {"eq", "ne"} and not slot.many:
        _check_options(slots, slot, other.values, place, found)
        return
    mine, its = family_of(slot), _family_of(slots, other)
    if mine is None or its is None or mine == its or frozenset({mine, its}) in _MATES:
        return
    name, what = slot.name, NAMES[its]
    hint = "compare its days: age.days > 7" if "duration" in {mine, its} else ""
    if one.op in _ORDER:
        message = f"{_where(slots)}'{name}' is {NAMES[mine]} and cannot be compared with {what}"
        found.error(place, "wrong-comparison", message, hint)
    else:
        message = f"{_where(slots)}'{name}' is {NAMES[mine]} and never equals {what}"
        found.warning(place, "wrong-comparison", message, hint)


def _slot_of(slots: _Slots, operand: Operand) -> SlotDef | None:
    return slots.known.get(operand.path[0]) if operand.kind == "path" and len(operand.path) == 1 else None


def _family_of(slots: _Slots, operand: Operand) -> Family | None:
    slot = _slot_of(slots, operand)
    if slot is not None:
        return family_of(slot)
    match operand.values if operand.kind == "constant" else ():
        case (bool(),):
            return "truth"
        case (int() | float(),):
            return "number"
        case (str(),):
            return "text"
        case _:
            return None


def _check_options(slots: _Slots, slot: SlotDef, values: Iterable[Any], place: Place, found: Findings) -> None:
    if not slot.options:
        return
    known = [option.value for option in slot.options]
    for value in values:
        if value is None or any(isinstance(one, bool) == isinstance(value, bool) and one == value for one in known):
            continue
        names = [str(one) for one in known]
        message = f"{_where(slots)}'{slot.name}' is never {_written(value)}: that is none of its options"
        otherwise = f"they are {', '.join(names)}" if len(names) <= 12 else ""
        found.warning(place, "unknown-option", message, found.meant(str(value), names, otherwise=otherwise))


def _written(value: Any) -> str:
    return repr(value)[:40] if isinstance(value, str) else str(value)


def _check_cases(slots: _Slots, body: MatchStep, found: Findings) -> None:
    slot = slots.known.get(body.subject.source.strip())
    if slot is not None and not slot.many:
        _check_options(slots, slot, [case.value for case in body.cases], body.subject.place, found)


def _check_initial(slot: SlotDef, found: Findings) -> None:
    """Report an initial value that is written out and is not of the slot's type."""
    initial = slot.initial
    if not isinstance(initial, Value) or not initial.static or initial.data is None:
        return
    place = initial.place if initial.place.file else slot.place
    if slot.options and not slot.many:
        _check_options(_Slots({}, ""), slot, [initial.data], place, found)
        return
    family = family_of(slot)
    fits = {
        "number": isinstance(initial.data, int | float) and not isinstance(initial.data, bool),
        "truth": isinstance(initial.data, bool),
        "text": not isinstance(initial.data, dict | list),
    }
    if family is not None and not fits.get(family, False):
        message = f"the slot '{slot.name}' is {NAMES[family]}, and {described(initial.data)} is none"
        given = '; a template may give one: "{{ now }}"' if family in {"day", "time"} else ""
        hint = "" if family in fits else f"leave it out, and set it from a slot of its type{given}"
        found.error(place, "wrong-initial", message, hint)
