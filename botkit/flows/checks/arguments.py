"""Does what `with` hands over fit what the action or the flow takes."""

import re
from collections.abc import Mapping

from botkit.errors import Place
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.kinds import NAMES, Family, family_of, filled_by_ask, shared_by_ask
from botkit.flows.checks.schemas import described, misfit, named, offender, takes
from botkit.flows.checks.survey import Survey
from botkit.model.catalogue import ActionSpec
from botkit.model.definitions import Agent, Do, End, Flow, Run, SlotDef, Step, Value

_ALONE = re.compile(r"\s*\{\{\s*(\w+)\s*\}\}\s*")
_TAKING: Mapping[Family, str] = {
    "day": "date",
    "time": "time",
    "duration": "timedelta",
    "money": "Money",
    "truth": "bool",
}
_Slots = Mapping[str, SlotDef]


def check_arguments(survey: Survey, found: Findings) -> None:
    """Report arguments that an action or a called flow does not take, lacks or cannot use."""
    giving = {name for name, flow in survey.flows.items() if _gives_value(flow)}
    shared = shared_by_ask(survey)
    for flow in survey.own:
        slots = {**shared, **filled_by_ask(survey, flow)}
        for step in flow.steps.values():
            match step.body:
                case Do(action=action) if action in survey.bot.catalogue.actions:
                    _check_action(survey.bot.catalogue.actions[action], step, step.body.args, slots, found)
                case Agent(pins=pins):
                    for action, args in pins.items():
                        if action in survey.bot.catalogue.actions:
                            _check_given(survey.bot.catalogue.actions[action], step, args, slots, found)
                case Run(flow=called) if called in survey.flows:
                    _check_run(survey, survey.flows[called], step, step.body, found)
                    if step.body.save and called not in giving:
                        message = f"flow '{called}' never ends with a value, so '{step.body.save}' is always none"
                        found.warning(
                            step.place, "nothing-to-save", message, f"write 'end: value' in flow '{called}'"
                        )
                case _:
                    pass


def _gives_value(flow: Flow) -> bool:
    return any(isinstance(step.body, End) and step.body.value is not None for step in flow.steps.values())


def _place(value: Value, step: Step) -> Place:
    return value.place if value.place.file else step.place


def _check_action(spec: ActionSpec, step: Step, args: Mapping[str, Value], slots: _Slots, found: Findings) -> None:
    _check_given(spec, step, args, slots, found)
    for name in spec.parameters.get("required", ()):
        if name not in args:
            found.error(step.place, "wrong-arguments", f"action '{spec.name}' needs '{name}'", "give it under with:")


def _check_given(spec: ActionSpec, step: Step, args: Mapping[str, Value], slots: _Slots, found: Findings) -> None:
    """Report arguments that an action does not take, or cannot use."""
    if not spec.parameters:
        return
    properties = spec.parameters.get("properties", {})
    for name, value in args.items():
        if name in properties:
            _check_constant(spec, name, value, _place(value, step), found)
            _check_slot(spec, name, value, slots, _place(value, step), found)
        elif not spec.parameters.get("additionalProperties"):
            hint = found.meant(name, properties, otherwise=_takes(tuple(properties)))
            message = f"action '{spec.name}' takes no '{name}'"
            found.error(_place(value, step), "wrong-arguments", message, hint)


def _check_constant(spec: ActionSpec, name: str, value: Value, place: Place, found: Findings) -> None:
    schema = spec.parameters["properties"][name]
    wanted = misfit(schema, value.data, spec.parameters)
    if wanted:
        given = offender(schema, value.data, spec.parameters)
        message = f"'{name}' of action '{spec.name}' takes {wanted}, not {given}"
        found.error(place, "wrong-arguments", message, _mend(wanted, value))


def _check_slot(spec: ActionSpec, name: str, value: Value, slots: _Slots, place: Place, found: Findings) -> None:
    """Report a slot that is handed over as it is, and is of a kind that the action does not take."""
    alone = _ALONE.fullmatch(value.data) if isinstance(value.data, str) else None
    slot = slots.get(alone[1]) if alone is not None else None
    if slot is None or slot.many or slot.type == "any":
        return
    schema, root = spec.parameters["properties"][name], spec.parameters
    message = f"'{name}' of action '{spec.name}' takes {named(schema, root)}, and '{slot.name}' is "
    for option in slot.options:
        if misfit(schema, option.value, root):
            found.error(place, "wrong-arguments", message + described(option.value))
            return
    kind = family_of(slot)
    if kind is not None and not takes(schema, kind, root):
        python = "datetime" if slot.type == "datetime" else _TAKING.get(kind, "")
        text = "" if kind == "truth" else f""", or give a text: "{{{{ {slot.name} ~ '' }}}}\""""
        found.error(
            place, "wrong-arguments", message + NAMES[kind], f"let the action take a {python}{text}" if python else ""
        )


def _mend(wanted: str, value: Value) -> str:
    numeric = isinstance(value.data, int | float) and not isinstance(value.data, bool)
    return f'put it in quotes: "{value.data}"' if numeric and wanted.startswith("a text") else ""


def _takes(names: tuple[str, ...]) -> str:
    return f"it takes {', '.join(names)}" if names else "it takes nothing"


def _check_run(survey: Survey, called: Flow, step: Step, body: Run, found: Findings) -> None:
    for name, value in body.args.items():
        if name not in called.slots:
            message = f"flow '{called.name}' takes no '{name}'"
            if name in survey.bot.slots:
                hint = (
                    f"'{name}' is shared: flow '{called.name}' has it without 'with'; to change it, 'set' it before"
                )
                found.error(_place(value, step), "wrong-arguments", message, hint)
                continue
            hint = found.meant(name, called.slots, otherwise=f"declare it under the slots: of flow '{called.name}'")
            found.error(_place(value, step), "wrong-arguments", message, hint)
