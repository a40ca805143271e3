"""Executing: what each kind of step does, until the bot has to wait."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.agents import agent, take_completion, take_tool_result
from botkit.dialogue.due import due_in
from botkit.dialogue.failing import fail, give_up
from botkit.dialogue.generating import generate, take_generated
from botkit.dialogue.handing import hand_off
from botkit.dialogue.questions import ask, confirm, rate
from botkit.dialogue.revision import reconcile
from botkit.dialogue.saying import say_speech
from botkit.dialogue.searches import search, take_composed_step, take_search
from botkit.dialogue.stack import clear, drop_timers, pop, push, repair
from botkit.dialogue.work import MOST_STEPS, Work
from botkit.errors import ExpressionError
from botkit.expressions import evaluate, render, test, value_of
from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Confirm,
    Do,
    End,
    Generate,
    Goto,
    HandoffStep,
    If,
    MatchStep,
    Rate,
    Run,
    Say,
    Set,
    Step,
    Value,
    Wait,
)
from botkit.model.events import Failure, Result
from botkit.model.hours import first_shown, next_shown
from botkit.model.locales import serving
from botkit.model.replies import MODEL, Call, SetTimer
from botkit.model.session import Pending, Question
from botkit.model.values import from_json, to_json

MOST_DEPTH = 100  # frames on the stack
STEPS_OF_REPAIR = 100  # in a turn that had too many, for on_error and what is below


def proceed(work: Work) -> None:
    """Execute steps until the bot waits: for a reply, a result, a timer, or for anything at all."""
    flows = work.flows.flows
    while not work.settled:
        if not work.stack:
            work.wait(None)
            return
        if work.stack[-1].altered:
            reconcile(work)
        frame = work.stack[-1]
        step = flows[frame.flow].steps.get(frame.step)
        if step is None:
            pop(work)
            continue
        work.steps += 1
        if work.steps > MOST_STEPS:
            if work.steps == MOST_STEPS + 1:
                fail(work, Failure("too_many_steps", f"more than {MOST_STEPS} steps in one turn"))
                continue
            if work.steps > MOST_STEPS + STEPS_OF_REPAIR:
                give_up(work)
                return
        try:
            execute(work, step)
        except ExpressionError as error:
            fail(work, Failure("expression", str(error)))


def execute(work: Work, step: Step) -> None:
    """Execute one step of the top frame."""
    here = work.stack[-1]
    if step.when is not None and not here.asked and here.talk is None and not test(step.when.source, work.scope()):
        work.visit(step.id, "skipped")
        work.go(step.next)
        return
    frame = work.stack[-1]
    if step.id in work.prepared.facts[frame.flow].matters:  # a correction may have to come back to it
        passed = frame.passed
        if not passed or passed[-1] != step.id:
            if step.id in passed:
                place = passed.index(step.id)
                passed = passed[:place] + passed[place + 1 :]
            work.stack[-1] = replace(frame, passed=(*passed, step.id))
    _HANDLERS[type(step.body)](work, step, step.body)


def _values(work: Work, values: dict[str, Value]) -> dict[str, Any]:
    scope = work.scope()
    return {name: value.data if value.static else value_of(value.data, scope) for name, value in values.items()}


def _say(work: Work, step: Step, body: Say) -> None:
    work.visit(step.id)
    say_speech(work, body.speech, step.id)
    work.go(step.next)


def _set(work: Work, step: Step, body: Set) -> None:
    work.visit(step.id)
    for name, given in _values(work, body.values).items():
        if name == "locale":
            choose_locale(work, given)
        else:
            work.fill(name, given)
    work.go(step.next)


def choose_locale(work: Work, code: Any) -> None:
    """Let the customer have a locale of choice; one that the bot does not have changes nothing."""
    if isinstance(code, str) and serving(code, work.flows.locales) is not None:
        work.locale, work.locale_by = code, "choice"


def _do(work: Work, step: Step, body: Do) -> None:
    if step.id in work.top.skips:
        _pass_over(work, step)
        return
    served = 0
    if body.write and not body.by_flow:
        served = latest_yes(work, body, step.id)
        if not served:
            work.visit(step.id, "needs a yes")
            summary = ", ".join(str(value) for value in _values(work, body.args).values() if value is not None)
            repair(work, "on_confirm", action=body.action.rpartition(".")[2].replace("_", " "), summary=summary)
            return
    _call(work, step, body, served)


def _pass_over(work: Work, step: Step) -> None:
    """Pass over a write, or a flow that wrote, which was done before a correction."""
    work.visit(step.id, "done before, not again")
    work.change(skips=tuple(other for other in work.top.skips if other != step.id))
    work.go(step.next)


def latest_yes(work: Work, body: Do, step: str) -> int:
    """Give the clock of a yes that covers a write: after every change of what it reads, not used by it before."""
    frame = work.top
    changed = max((frame.changed.get(name, 0) for name in body.reads), default=0)
    used = frame.served.get(step, 0)
    return max((clock for clock in frame.confirmed.values() if clock > changed and clock > used), default=0)


def _call(work: Work, step: Step, body: Do, served: int) -> None:
    frame = work.top
    args = {name: to_json(value) for name, value in _values(work, body.args).items()}
    call = Call(
        id=work.effect_id(),
        action=body.action,
        args=args,
        effect="write" if body.write else "read",
        timeout=body.timeout,
        flow=frame.flow,
        step=step.id,
        until_message=body.until_message and not body.write,
    )
    work.effects.append(call)
    work.pending = (*work.pending, Pending(call.id, frame.run, step.id, body.action, body.write))
    if served:
        work.change(served={**frame.served, step.id: served})
    work.visit(step.id, "called")
    work.wait(None)


def take_result(work: Work, result: Result) -> None:
    """Let a flow go on with the result of its call; one that nobody awaits is only recorded."""
    awaited = [item for item in work.pending if item.id == result.effect]
    work.learn(result.customer)
    if not awaited:
        work.settled = True
        return
    pending = awaited[0]
    work.pending = tuple([item for item in work.pending if item.id != result.effect])
    work.settled = bool(work.pending)
    step = work.step_of(work.top) if work.stack and work.top.run == pending.run else None
    if step is None or step.id != pending.step:
        return
    match step.body:
        case Do():
            _take_called(work, step, step.body, result)
        case AnswerStep() if pending.action == MODEL:
            take_composed_step(work, step, step.body, result)
        case AnswerStep():
            take_search(work, step, step.body, result)
        case Generate():
            take_generated(work, step, step.body, result)
        case Agent() if pending.action == MODEL:
            take_completion(work, step, step.body, result)
        case Agent():
            take_tool_result(work, step, step.body, pending, result)
        case _:
            pass


def _take_called(work: Work, step: Step, body: Do, result: Result) -> None:
    if result.failure is not None:
        work.visit(step.id, f"failed: {result.failure.code}")
        fail(work, result.failure, body.on_error)
        return
    work.visit(step.id, "done")
    if body.write:
        work.change(wrote={**work.top.wrote, step.id: body.reads})
    if body.save:
        work.fill(body.save, from_json(result.value))
    work.go(step.next)


def _if(work: Work, step: Step, body: If) -> None:
    holds = test(body.condition.source, work.scope())
    work.visit(step.id, "then" if holds else "else")
    work.go((body.then if holds else body.otherwise) or step.next)


def _match(work: Work, step: Step, body: MatchStep) -> None:
    subject = evaluate(body.subject.source, work.scope())
    for case in body.cases:
        if _same(subject, case.value):
            work.visit(step.id, str(case.value))
            work.go(case.steps or step.next)
            return
    work.visit(step.id, "default" if body.default else "no case")
    work.go(body.default or step.next)


def _same(subject: Any, case: Any) -> bool:
    """Compare by ==, but never a boolean with a number: a case `1` is not true."""
    return isinstance(subject, bool) == isinstance(case, bool) and bool(subject == case)


def _run(work: Work, step: Step, body: Run) -> None:
    if step.id in work.top.skips:
        _pass_over(work, step)
        return
    work.visit(step.id)
    if len(work.stack) >= MOST_DEPTH:
        fail(work, Failure("too_deep", f"more than {MOST_DEPTH} flows call each other"))
        return
    given = {name: value for name, value in _values(work, body.args).items() if value is not None}
    frame = work.top
    again = step.id in frame.reruns
    if again:
        work.change(reruns=tuple([other for other in frame.reruns if other != step.id]))
    push(work, body.flow, "run", slots=given, heard=frame.heard)
    if again:
        known = {name: clock for name, clock in frame.changed.items() if name in work.flows.slots}
        work.change(changed={**known, **work.top.changed})


def _goto(work: Work, step: Step, body: Goto) -> None:
    work.visit(step.id)
    work.go(body.target)


def _end(work: Work, step: Step, body: End) -> None:
    work.visit(step.id)
    if body.conversation:
        end_conversation(work)
        return
    given = value_of(body.value.data, work.scope()) if body.value is not None else None
    pop(work, given)


def end_conversation(work: Work) -> None:
    """End the session: the next message begins a new one."""
    clear(work)
    work.ended = True
    repair(work, "on_end")


def _handoff(work: Work, step: Step, body: HandoffStep) -> None:
    scope = work.scope()
    team = render(body.team, scope) or work.flows.settings.default_team
    reason = work.text(body.reason) if body.reason is not None else ""
    work.visit(step.id, f"to {team}")
    hand_off(work, team, reason, show=_values(work, body.show), step=step.id)


def _wait(work: Work, step: Step, body: Wait) -> None:
    frame = work.top
    id_ = frame.asked or f"{work.number}.{work.tick()}"
    if not frame.asked:
        due = _due(work, body)
        if due is not None and due <= work.now:
            work.visit(step.id, "already passed")
            work.go(step.next)
            return
        if due is not None:
            work.effects.append(SetTimer(f"{id_}.wait", due, id_, "wait"))
        if body.timeout:
            work.effects.append(SetTimer(f"{id_}.timeout", work.now + body.timeout, id_, "timeout"))
    work.visit(step.id, "waits")
    work.change(asked=id_)
    work.wait(Question(id=id_, run=frame.run, step=step.id, kind="wait", timed=True))


def _due(work: Work, body: Wait) -> float | None:
    if body.seconds:
        due = due_in(work, body.seconds, body.hours)
        if due is None:
            raise ExpressionError("so much open time takes years")
        return due
    if body.until is None:
        return None
    return instant(work, evaluate(body.until.source, work.scope()))


def instant(work: Work, when: Any) -> float:
    """Give a date, time, datetime or duration as seconds since the epoch; raises ExpressionError for others.

    What has no time zone is what the clock on the bot's wall shows; a duration is elapsed time.
    """
    zone = work.prepared.zone
    match when:
        case datetime():
            return when.timestamp() if when.tzinfo else first_shown(when, zone)
        case date():
            return first_shown(datetime.combine(when, time()), zone)
        case time():
            return next_shown(when, work.now, zone)
        case timedelta():
            return work.now + when.total_seconds()
        case _:
            raise ExpressionError(f"`until` gives {when!r}, which is no time")


_HANDLERS: dict[type, Callable[[Work, Step, Any], None]] = {
    Say: _say,
    Ask: ask,
    Confirm: confirm,
    Set: _set,
    Do: _do,
    If: _if,
    MatchStep: _match,
    Run: _run,
    Goto: _goto,
    AnswerStep: search,
    Agent: agent,
    Generate: generate,
    HandoffStep: _handoff,
    Wait: _wait,
    Rate: rate,
    End: _end,
}


def mark_waiting_done(work: Work, question: str, save: str, data: Any, target: str) -> None:
    """Let the frame that waits with this question go on at `target`."""
    index = next(index for index, frame in enumerate(work.stack) if frame.asked == question)
    drop_timers(work, work.stack[index])
    work.stack[index] = replace(work.stack[index], step=target, asked="")
    if save:
        work.fill(save, data, index)
