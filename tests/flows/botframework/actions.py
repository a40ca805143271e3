"""Actions that do not ask: saying, setting, lists, branches, loops, jumps, and beginning and ending dialogs."""

from collections.abc import Callable
from typing import Any

from tests.flows.botframework.dialogs import Spec, condition_of, kind_of, node_of
from tests.flows.botframework.expressions import Const, MissingError, Node, ReadingError
from tests.flows.botframework.inputs import INPUTS, ask, end_turn
from tests.flows.botframework.memory import INDEX, PAGE, PAGE_INDEX, VALUE
from tests.flows.botframework.writing import FINISH, NOTHING, Added, Step, Writing, is_constant, number_of, said_by

START = "start"
OWN_EVENTS = frozenset(
    {"activityreceived", "recognizedintent", "unknownintent", "begindialog", "canceldialog", "error"}
)
SILENT = frozenset({"TraceActivity", "LogAction", "DebugBreak", "TelemetryTrackEvent", "TelemetryTrackEventAction"})


def translate(writing: Writing, actions: list[Spec]) -> list[Step]:
    """Translate a list of actions."""
    return [step for action in actions or () for step in translate_one(writing, action)]


def translate_one(writing: Writing, action: Spec) -> list[Step]:
    """Translate one action, with its id if something goes to it."""
    kind = kind_of(action)
    translator = ask if kind in INPUTS else ACTIONS.get(kind)
    if translator is None:
        raise MissingError(f"the action {kind or action}")
    disabled = node_of(action.get("disabled", False))
    if is_constant(disabled, value=True):
        return []
    steps = translator(writing, action)
    if not is_constant(disabled, value=False):
        steps = [{"if": f"not {writing.renderer.condition(disabled)}", "then": steps}]
    if str(action.get("id")) in writing.targets:
        if not steps or "id" in steps[0]:
            steps = [{"set": {writing.bot.number("passed"): True}}, *steps]
        steps[0] = {"id": label(str(action["id"])), **steps[0]}
    return steps


def label(name: str) -> str:
    """Name the step that an action with an id begins with."""
    return f"action_{name}"


def say(writing: Writing, action: Spec) -> list[Step]:
    """Translate SendActivity."""
    return [{"say": writing.renderer.text(said_by(action.get("activity")))}]


def keep(writing: Writing, action: Spec) -> list[Step]:
    """Translate SetProperty, SetProperties, InitProperty."""
    if kind_of(action) == "InitProperty":
        empty: Any = [] if str(action.get("type")).lower() == "array" else {}
        return [{"set": writing.assign(action["property"], empty)}]
    assignments = action.get("assignments") or [action]
    return [{"set": writing.assign(one["property"], one.get("value"))} for one in assignments]


def forget(writing: Writing, action: Spec) -> list[Step]:
    """Translate DeleteProperty and DeleteProperties."""
    names = action.get("properties") or [action["property"]]
    return [{"set": {slot: NOTHING for name in names for slot in writing.assign(name, None)}}]


CHANGES = {
    "push": "(({items} or []) + [{value}])",
    "pop": "({items} or [])[:-1]",
    "take": "({items} or [])[1:]",
    "remove": "(({items} or []) | reject('eq', {value}))",
    "clear": "[]",
}
RESULTS = {"pop": "({items} | last)", "take": "({items} | first)", "remove": "({value} in ({items} or []))"}


def edit_list(writing: Writing, action: Spec) -> list[Step]:
    """Translate EditArray."""
    change = str(action.get("changeType") or "push").lower()
    if change not in CHANGES:
        raise MissingError(f"the change {change} of a list")
    source = action["itemsProperty"]
    parts = {
        "items": writing.renderer.code(condition_of(source)),
        "value": writing.renderer.code(node_of(action.get("value"))),
    }
    values: Step = writing.fill(source, CHANGES[change].format(**parts))
    if action.get("resultProperty"):
        values |= writing.fill(action["resultProperty"], RESULTS.get(change, "true").format(**parts))
    return [{"set": values}]


# Branches


def branch(writing: Writing, action: Spec) -> list[Step]:
    """Translate IfCondition."""
    condition = writing.renderer.condition(condition_of(action.get("condition")))
    then = translate(writing, action.get("actions") or [])
    otherwise = translate(writing, action.get("elseActions") or [])
    return [_if(condition, then, otherwise)] if then or otherwise else []


def _if(condition: str, then: list[Step], otherwise: list[Step]) -> Step:
    if not then:
        return {"if": f"not ({condition})", "then": otherwise}
    return {"if": condition, "then": then, **({"else": otherwise} if otherwise else {})}


def switch(writing: Writing, action: Spec) -> list[Step]:
    """Translate SwitchCondition: an `if` in the other's `else` for each case, since cases without steps are allowed."""
    subject = writing.renderer.code(condition_of(action.get("condition")))
    steps = translate(writing, action.get("default") or [])
    for case in reversed(action.get("cases") or []):
        then = translate(writing, case.get("actions") or [])
        value = writing.renderer.code(case_of(case.get("value")))
        steps = [_if(f"{subject} == {value}", then, steps)] if then or steps else []
    return steps


def case_of(value: Any) -> Node:
    """Read the value of a case: an expression, else a number, true, false or a text."""
    if not isinstance(value, str):
        return Const(value)
    if value.startswith("=") or "${" in value:
        return node_of(value)
    try:
        node = condition_of(value)
    except (ReadingError, MissingError):  # then it is a text
        return Const(value)
    return node if isinstance(node, Const) and node.value is not None else Const(value)


# Loops and jumps


def each(writing: Writing, action: Spec) -> list[Step]:
    """Translate Foreach. A mapping's items are its values, by their keys."""
    loop = writing.bot.number("loop")
    items, at, keyed = f"{loop}_items", f"{loop}_at", f"{loop}_keyed"
    given = writing.renderer.code(condition_of(action.get("itemsProperty")))
    values = {
        **writing.fill(action.get("index") or INDEX, f"({items}[{at}][0] if {keyed} else {at})"),
        **writing.fill(action.get("value") or VALUE, f"({items}[{at}][1] if {keyed} else {items}[{at}])"),
    }
    begin: Step = {
        items: f"{{{{ ({given} | items) if {given} is mapping else ({given} or []) }}}}",
        keyed: f"{{{{ {given} is mapping }}}}",
        at: 0,
    }
    return _loop(writing, action, loop, begin, f"{at} < ({items} | length)", values, f"{at} + 1")


def each_page(writing: Writing, action: Spec) -> list[Step]:
    """Translate ForeachPage."""
    loop = writing.bot.number("loop")
    items, at = f"{loop}_items", f"{loop}_at"
    given = writing.renderer.code(condition_of(action.get("itemsProperty")))
    size = number_of(action.get("pageSize", 10), "a page's size")
    values = {
        **writing.fill(action.get("page") or PAGE, f"{items}[{at}:{at} + {size}]"),
        **writing.fill(action.get("pageIndex") or PAGE_INDEX, f"{at} // {size}"),
    }
    begin: Step = {items: f"{{{{ {given} or [] }}}}", at: 0}
    return _loop(writing, action, loop, begin, f"{at} < ({items} | length)", values, f"{at} + {size}")


def _loop(
    writing: Writing, action: Spec, loop: str, begin: Step, condition: str, values: Step, following: str
) -> list[Step]:
    writing.loops.append(loop)
    inner = translate(writing, action.get("actions") or [])
    writing.loops.pop()
    step = {"id": f"{loop}_next", "set": {f"{loop}_at": f"{{{{ {following} }}}}"}}
    return [
        {"set": begin},
        {"id": loop, "if": condition, "then": [{"set": values}, *inner, step, {"goto": loop}]},
        {"id": f"{loop}_done", "set": {f"{loop}_items": NOTHING}},
    ]


def leave_loop(writing: Writing, _action: Spec) -> list[Step]:
    """Translate BreakLoop."""
    return [{"goto": f"{_innermost(writing)}_done"}]


def next_round(writing: Writing, _action: Spec) -> list[Step]:
    """Translate ContinueLoop."""
    return [{"goto": f"{_innermost(writing)}_next"}]


def _innermost(writing: Writing) -> str:
    if not writing.loops:
        raise MissingError("leaving a loop from outside of it")
    return writing.loops[-1]


def jump(writing: Writing, action: Spec) -> list[Step]:
    """Translate GotoAction."""
    target = str(action.get("actionId"))
    if target not in writing.labels:
        raise MissingError(f"going to {target}, which is none of the trigger's actions")
    return [{"goto": label(target)}]


def edit_actions(writing: Writing, action: Spec) -> list[Step]:
    """Translate EditActions: here and now, or at the end of what runs, or in its place."""
    change = str(action.get("changeType") or "insertActions").lower()
    if change == "insertactions":
        return translate(writing, action.get("actions") or [])
    if change not in {"appendactions", "replacesequence"}:
        raise MissingError(f"the change {change} of actions")
    flow = writing.bot.number(f"{writing.dialog.key}_added")
    added = Added(writing.dialog, flow, f"{flow}_due", action)
    writing.bot.added.append(added)
    due: Step = {"set": {added.due: True}}
    return [due, *(writing.leave([writing.dialog]) if change == "replacesequence" else [])]


# Dialogs


def begin(writing: Writing, action: Spec) -> list[Step]:
    """Translate BeginDialog, and a dialog that stands among the actions."""
    dialog = writing.bot.dialogs.begun_by(action)
    options = _options(writing, action, writing.bot.memory.of(dialog).clearing(dialog))
    steps: list[Step] = [{"set": options}] if options else []
    steps += writing.run(writing, dialog)
    if action.get("resultProperty"):
        steps.append({"set": writing.fill(action["resultProperty"], f"{dialog.key}_gave")})
    return steps


def _options(writing: Writing, action: Spec, cleared: Step) -> Step:
    """Give what is set before a dialog begins: what it was given, nothing else of its own."""
    repeats = kind_of(action) == "RepeatDialog"
    dialog = writing.dialog if repeats else writing.bot.dialogs.begun_by(action)
    options: Step = {}
    for name, value in (action.get("options") or {}).items():
        options |= writing.view.writing(f"dialog.{name}", node_of(value), writing.renderer, own=dialog)
    return cleared | options


def repeat(writing: Writing, action: Spec) -> list[Step]:
    """Translate RepeatDialog."""
    if writing.aside and writing.dialog.triggers("OnBeginDialog"):
        raise MissingError("repeating a dialog from a trigger of it")
    if writing.aside:
        return writing.leave([writing.dialog])  # it begins anew with nothing to do
    options = _options(writing, action, writing.view.clearing(writing.dialog))
    return [*([{"set": options}] if options else []), {"goto": START}]


def replace(writing: Writing, action: Spec) -> list[Step]:
    """Translate ReplaceDialog: the other runs, then this one ends."""
    return [*begin(writing, action), *writing.leave([writing.dialog])]


def end(writing: Writing, action: Spec) -> list[Step]:
    """Translate EndDialog and CancelDialog."""
    return writing.leave([writing.dialog], action.get("value"))


def cancel_all(writing: Writing, _action: Spec) -> list[Step]:
    """Translate CancelAllDialogs."""
    return writing.leave(writing.dialog.chain)


def emit(writing: Writing, action: Spec) -> list[Step]:
    """Translate EmitEvent: the flow of the event's trigger, here or in a dialog around this one, runs."""
    name = node_of(action.get("eventName"))
    if not isinstance(name, Const):
        raise MissingError("an event whose name is computed")
    if str(name.value).lower() in OWN_EVENTS:
        raise MissingError(f"emitting the engine's own event {name.value}")
    bubbles = is_constant(node_of(action.get("bubbleEvent", False)), value=True)
    for dialog in writing.dialog.chain if bubbles else [writing.dialog]:
        for trigger in dialog.triggers("OnCustomEvent", "OnDialogEvent"):
            if trigger.get("event") == name.value:
                return [{"run": event_flow(dialog.key, str(name.value))}, *writing.check()]
    return []


def event_flow(dialog: str, event: str) -> str:
    """Name the flow of an event's trigger."""
    return f"{dialog}_when_{event.lower()}"


def require(writing: Writing, action: Spec) -> list[Step]:
    """Translate a test's condition: the bot says so where it fails, which no script expects."""
    condition = writing.renderer.condition(condition_of(action.get("condition")))
    return [{"if": f"not {condition}", "then": [{"say": f"This does not hold: {action.get('description')}"}]}]


def nothing(_writing: Writing, _action: Spec) -> list[Step]:
    """Translate what only developers see."""
    return []


ACTIONS: dict[str, Callable[[Writing, Spec], list[Step]]] = {
    "SendActivity": say,
    "SetProperty": keep,
    "SetProperties": keep,
    "InitProperty": keep,
    "DeleteProperty": forget,
    "DeleteProperties": forget,
    "EditArray": edit_list,
    "IfCondition": branch,
    "SwitchCondition": switch,
    "Foreach": each,
    "ForeachPage": each_page,
    "BreakLoop": leave_loop,
    "ContinueLoop": next_round,
    "GotoAction": jump,
    "BeginDialog": begin,
    "AdaptiveDialog": begin,
    "RepeatDialog": repeat,
    "ReplaceDialog": replace,
    "EndDialog": end,
    "CancelDialog": end,
    "CancelAllDialogs": cancel_all,
    "EmitEvent": emit,
    "EndTurn": end_turn,
    "EditActions": edit_actions,
    "Test.AssertCondition": require,
    **dict.fromkeys(SILENT, nothing),
}

__all__ = ["FINISH", "START", "event_flow", "translate"]
