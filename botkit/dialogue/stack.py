"""The stack of flows: starting, interrupting, ending, resuming, and the repair flows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

from msgspec.structs import replace

from botkit.dialogue.saying import title_of
from botkit.dialogue.talks import answer_asking
from botkit.dialogue.work import MOST_INTERRUPTIONS, Work
from botkit.errors import ExpressionError
from botkit.expressions import test, value_of
from botkit.model.definitions import Flow, Run, SlotDef, Wait
from botkit.model.identity import is_verified
from botkit.model.replies import DropTimers
from botkit.model.session import Frame, Heard

Entered = Literal["start", "run", "interrupt", "repair"]


def allowed(work: Work, flow: Flow) -> bool:
    """Tell whether a flow's `only_if` holds now; one that fails does not."""
    try:
        return flow.only_if is None or test(flow.only_if.source, work.scope())
    except ExpressionError:
        return False


def on_stack(work: Work, name: str) -> bool:
    """Tell whether a flow runs or waits on the stack."""
    return any(frame.flow == name for frame in work.stack)


def can_interrupt(work: Work) -> bool:
    """Tell whether one more flow may be laid over those that wait."""
    return sum(frame.entered == "interrupt" for frame in work.stack) < MOST_INTERRUPTIONS


def start_flow(work: Work, name: str, heard: tuple[Heard, ...] = ()) -> None:
    """Start a flow, over the one that waits if there is one."""
    drop_repairs(work)
    push(work, name, "interrupt" if work.stack else "start", heard=heard)


def push(
    work: Work, name: str, entered: Entered, *, slots: dict[str, Any] | None = None, heard: tuple[Heard, ...] = ()
) -> None:
    """Lay a run of a flow on the stack; it is executed next."""
    flow = work.flows.flows[name]
    given = {**_initial(work, flow.slots.values()), **(slots or {})} if slots or flow.slots else {}
    frame = Frame(flow=name, run=work.next_run(), step=flow.first, entered=entered, heard=heard, slots=given)
    if flow.only_if is not None and is_verified(work.customer, work.now):
        frame = replace(frame, verified=True)
    clock = work.tick() if given else 0
    if given and work.prepared.secrets:
        for slot_name, value in given.items():
            work.confide(work.prepared.secrets.get((name, slot_name)), value)
    work.stack.append(replace(frame, changed=dict.fromkeys(given, clock)) if given else frame)
    work.question = None
    work.settled = False


def _initial(work: Work, slots: Iterable[SlotDef]) -> dict[str, Any]:
    """Give the values that slots have at first; one whose template fails has none."""
    found: dict[str, Any] = {}
    for slot in slots:
        if slot.initial is not None:
            with suppress(ExpressionError):
                found[slot.name] = value_of(slot.initial.data, work.scope())
    return found


def initial_slots(work: Work) -> dict[str, Any]:
    """Give the values that the shared slots have when a session begins."""
    return _initial(work, work.flows.slots.values())


def repair(work: Work, name: str, **slots: Any) -> None:
    """Run a repair flow (`on_...`) on top of the stack."""
    push(work, name, "repair", slots=slots)


def drop_repairs(work: Work) -> None:
    """Give up repair flows that wait on top, with what they called: the customer has gone on to something else."""
    while work.stack and top_group(work)[0].entered == "repair":
        abandon(work)


def top_group(work: Work) -> list[Frame]:
    """Give the frame on top with those that called it by `run`, the first one first."""
    index = len(work.stack) - 1
    while index > 0 and work.stack[index].entered == "run":
        index -= 1
    return work.stack[index:]


def known_slots(work: Work) -> list[tuple[int, SlotDef]]:
    """Give the slots that this run and its callers ask for, each with its frame, the latest run first.

    Shared ones that a called flow has asked for stay open in its caller.
    """
    found: list[tuple[int, SlotDef]] = []
    index = len(work.stack) - 1
    while index >= 0 and work.stack[index].entered == "repair":
        index -= 1
    while index >= 0:
        frame = work.stack[index]
        facts = work.prepared.facts[frame.flow]
        mine = facts.asks
        if facts.calls:
            called = {name: slot for step in frame.passed if step in facts.calls
                      for name, slot in facts.calls[step].asks.items()}  # fmt: skip
            mine = {**called, **mine}
        if found:
            shared = [name for name in mine if name in work.flows.slots]
            found = [(at, slot) for at, slot in found if slot.name not in shared]  # the lowest frame has it
        for slot in reversed(mine.values()):
            found.append((index, slot))
        if frame.entered != "run":
            break
        index -= 1
    return found


def asked_slots(work: Work) -> list[tuple[int, SlotDef]]:
    """Give those that were asked for and have a value; not that of the open question."""
    question, found = work.question, []
    asks = question is not None and question.kind in {"ask", "offer"}
    opened = work.prepared.facts[work.top.flow].fills.get(question.step, "") if question is not None and asks else ""
    for index, slot in known_slots(work):
        frame = work.stack[index]
        is_open = slot.name == opened and (frame.run == work.top.run or slot.name in work.flows.slots)
        if slot.name in frame.changed and not is_open and work.value_at(index, slot.name) is not None:
            found.append((index, slot))
    return found


@contextmanager
def seen_from(work: Work, index: int) -> Iterator[None]:
    """Hide the frames above one: what is read meanwhile is read as that frame sees it."""
    above = work.stack[index + 1 :]
    del work.stack[index + 1 :]
    try:
        yield
    finally:
        work.stack.extend(above)


def drop_timers(work: Work, frame: Frame) -> None:
    """Let the timers of a frame's open question go."""
    if frame.asked:
        work.effects.append(DropTimers(frame.asked))


def pop(work: Work, value: Any = None) -> None:
    """End the top flow; its caller goes on with `value`, an interrupted one resumes."""
    frame = work.stack.pop()
    drop_timers(work, frame)
    work.question = None
    if not work.stack:
        return
    if work.top.queued:
        _begin_queued(work)
    elif frame.entered == "run":
        _return_to_caller(work, frame, value)
    elif frame.entered == "repair":
        _after_repair(work, frame, value)
    elif work.top.asked and work.top.entered != "repair" and not _only_waits(work):
        _look_again(work)
        repair(work, "on_resume", flow=title_of(work, work.flow_of(begun(work))))


def _begin_queued(work: Work) -> None:
    """Say that the flow on top begins, which waited for another."""
    work.change(queued=False)
    work.say(work.phrase("then", flow=title_of(work, work.flow_of(work.top))))


def _only_waits(work: Work) -> bool:
    """Tell whether the flow on top waits for a time or an event: no question of it is open that would be resumed."""
    step = work.step_of(work.top)
    return step is not None and isinstance(step.body, Wait)


def _look_again(work: Work) -> None:
    """Close the question of a flow that resumes if its condition does not hold any more: it is passed over then."""
    step = work.step_of(work.top)
    if step is None or step.when is None or isinstance(step.body, Wait):
        return
    with suppress(ExpressionError):  # it stays open then
        if not test(step.when.source, work.scope()):
            drop_timers(work, work.top)
            work.change(asked="")


def begun(work: Work) -> Frame:
    """Give the frame that the customer knows: the one that a run of called flows began with."""
    index = len(work.stack) - 1
    while index > 0 and work.stack[index].entered in {"run", "repair"}:
        index -= 1
    return work.stack[index]


def _return_to_caller(work: Work, frame: Frame, value: Any) -> None:
    caller = work.change(heard=frame.heard)
    step = work.flow_of(caller).steps.get(caller.step)
    if step is None or not isinstance(step.body, Run):
        return
    if frame.wrote:
        work.change(wrote={**caller.wrote, step.id: _written(work, caller, frame, step.id)})
    if step.body.save:
        work.fill(step.body.save, value)
    work.go(step.next)


def _written(work: Work, caller: Frame, frame: Frame, step: str) -> tuple[str, ...]:
    """Give the slots of the caller that the writes of a called flow have read: shared ones, and what it handed on."""
    shared = {name for reads in frame.wrote.values() for name in reads if name in work.flows.slots}
    return tuple(sorted(shared | work.prepared.facts[caller.flow].reads[step]))


def _after_repair(work: Work, frame: Frame, value: Any) -> None:
    if frame.flow != "on_confirm":
        return
    below = work.top
    if below.talk is not None and below.talk.asking:
        work.change(talk=answer_asking(below.talk, agreed=value in (True, "true", "yes")))
    elif value in (True, "true", "yes"):
        work.change(confirmed={**below.confirmed, "on_confirm": work.tick()})
    else:
        pop(work)


def cancel(work: Work) -> None:
    """End the top flow and those that called it by `run`, and say so; what it interrupted resumes after.

    What a repair flow called, such as the assistant that `on_no_match` runs, is a flow to end like others.
    """
    title = None
    while title is None and work.stack and (group := top_group(work))[0].entered == "repair":
        title = title_of(work, work.flow_of(group[1])) if len(group) > 1 else None
        abandon(work)
    if title is None and work.stack:
        title = title_of(work, work.flow_of(begun(work)))
        abandon(work)
    resumed = bool(work.stack and work.top.asked and not _only_waits(work))
    below = title_of(work, work.flow_of(begun(work))) if resumed else None
    if below is not None:
        _look_again(work)
        repair(work, "on_resume", flow=below)
    repair(work, "on_cancel", flow=title)


def abandon(work: Work) -> None:
    """Take the top flow and those that called it off the stack; results of their effects are not awaited."""
    while work.stack:
        frame = work.stack.pop()
        drop_timers(work, frame)
        work.pending = tuple(item for item in work.pending if item.run != frame.run)
        if frame.entered != "run":
            break
    work.question = None


def clear(work: Work) -> None:
    """Empty the stack; nothing is awaited any more."""
    clear_stack(work)
    work.pending = ()
    work.buttons = ()


def clear_stack(work: Work) -> None:
    """Empty the stack; the results of effects are still recorded."""
    for frame in work.stack:
        drop_timers(work, frame)
    work.stack = []
    work.question = None
