"""Agents: the step `agent`, in which a language model talks to the customer and calls actions, within its bounds.

The loop runs through events: each answer of the model and each result of an action comes back as a Result. What was
said stands in the frame (`session.Talk`), so that a replay needs no model. A write is made only after the customer
said yes to it, with the very arguments that they were shown: the confirm is the flow `on_confirm`.
"""

from typing import Any, Final

from msgspec.structs import replace

from botkit.dialogue import talks
from botkit.dialogue.checks import refusal
from botkit.dialogue.failing import fail
from botkit.dialogue.filling import choices_of, find_values, is_free, strict_value
from botkit.dialogue.handing import hand_off
from botkit.dialogue.options import choose_exactly
from botkit.dialogue.pins import pins_of, still_hold
from botkit.dialogue.saying import refused_text
from botkit.dialogue.secrecy import last_lines, secret_texts
from botkit.dialogue.stack import repair
from botkit.dialogue.work import Work
from botkit.expressions import template, test
from botkit.model.definitions import Agent, SlotDef, Step, Text
from botkit.model.events import Failure, Message, Result
from botkit.model.replies import MODEL, Call
from botkit.model.secrecy import hide
from botkit.model.session import Pending, Question, Talk, ToolUse
from botkit.model.words import has_cjk

TURNS: Final = 30  # messages of a customer in one talk, unless `limits` says otherwise
CALLS: Final = 30  # calls of actions in a turn: real requests need up to 26
SECONDS: Final = 60  # of the model in a turn
MOST_REASON: Final = 500  # characters of why a model gives a conversation to a person


def agent(work: Work, step: Step, body: Agent) -> None:
    """Execute an agent: begin its talk, go on with its calls, show again what it said, or ask the model."""
    if not work.flows.catalogue.models:
        work.visit(step.id, "not configured")
        fail(work, Failure("not_configured", "this bot has no language model"), body.otherwise or body.on_error)
        return
    talk = work.top.talk
    if talk is None or talk.step != step.id:
        _begin(work, step)
        ask_agent(work, step, body)
    elif talk.uses:
        _go_on(work, step, body)
    elif work.top.asked:
        _wait(work, step, talk, again=True)
    else:
        ask_agent(work, step, body)


def _begin(work: Work, step: Step) -> None:
    """Begin a talk with what the customer said last; the model sees what was said before it apart from that."""
    text, lines = work.message.text, last_lines(work)
    images = pictures_of(work, work.message)
    if not text.strip() and not images:
        work.change(talk=Talk(step.id, before=_pairs(lines)))
        return
    by_customer = [at for at, (who, _) in enumerate(lines) if who == "customer"] if text.strip() else []
    before = [line for at, line in enumerate(lines) if at not in by_customer[-1:]]
    work.change(talk=talks.heard(Talk(step.id, turns=0, before=_pairs(before)), text, images))


def _pairs(lines: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((who, text) for who, text in lines)


def pictures_of(work: Work, message: Message) -> tuple[str, ...]:
    """Give the pictures of a message that a model may see, each by its file's `ref`; none where it sees nothing."""
    if not work.flows.catalogue.sees:
        return ()
    return tuple(file.ref for file in message.files if file.kind == "image" and file.ref and not file.refused)


def render_apart(work: Work, text: Text) -> tuple[str, list[str]]:
    """Give the operator's words of a text, and the values in it apart from them: what customers said is data."""
    words, data = template(work.pick(text)).render_apart(work.scope())
    secrets = secret_texts(work)
    return hide(words, secrets), [hide(one, secrets) for one in data]


def ask_agent(work: Work, step: Step, body: Agent) -> None:
    """Ask the model for its next message, unless a limit of the step is reached."""
    talk = work.top.talk
    assert talk is not None  # noqa: S101 - a talk is begun before the model is asked
    reached = _limit_reached(talk, body.limits)
    if reached:
        _end_at_limit(work, step, body, reached)
        return
    words, data = render_apart(work, body.instructions)
    args: dict[str, Any] = {
        "purpose": "agent",
        "run": work.top.run,
        "instructions": words,
        "data": data,
        "tools": list(body.tools),
        "reply": _reply_id(work),
    }
    if body.pins:
        args["pins"] = pins_of(work, body)
    if talk.before:
        args["lines"] = [list(line) for line in talk.before]
    if body.save or body.until is not None:
        args["finish"] = _schema_of(work, body.save) if body.save else {}
    if body.teams:
        args["teams"] = list(body.teams)
    left = float(body.limits.get("seconds", SECONDS)) - talk.seconds
    call_model(work, step, args, timeout=left, stale=True)


def _reply_id(work: Work) -> str:
    return f"{work.effect_id()}.r"


def call_model(work: Work, step: Step, args: dict[str, Any], *, timeout: float = 0.0, stale: bool = False) -> None:
    """Ask the model something for a step, and wait for it; with `stale` a newer message of the customer ends it."""
    frame = work.top
    call = Call(work.effect_id(), MODEL, args, timeout=timeout, flow=frame.flow, step=step.id, until_message=stale)
    work.effects.append(call)
    work.pending = (*work.pending, Pending(call.id, frame.run, step.id, MODEL))
    work.visit(step.id, "asked the model")
    work.wait(None)


def _limit_reached(talk: Talk, limits: dict[str, int]) -> str:
    reached = {
        "turns": talk.turns > limits.get("turns", TURNS),
        "calls": talk.calls > limits.get("calls", CALLS),
        "seconds": talk.seconds >= limits.get("seconds", SECONDS),
        "tokens": "tokens" in limits and talk.tokens >= limits["tokens"],
    }
    return next((name for name, is_so in reached.items() if is_so), "")


def _end_at_limit(work: Work, step: Step, body: Agent, limit: str) -> None:
    work.visit(step.id, f"its limit of {limit} is reached")
    work.change(talk=None)
    fail(work, Failure("limit", f"the limit of {limit} is reached"), body.otherwise or body.on_error)


# What the model gave


def take_completion(work: Work, step: Step, body: Agent, result: Result) -> None:
    """Take a message of the model: calls that it wants, or what it says to the customer."""
    talk = work.top.talk
    failure = talks.failure_of(result)
    if failure is not None or talk is None:
        failure = failure or Failure("malformed", "nothing was asked")
        if failure.code == "limit":
            _end_at_limit(work, step, body, "seconds")
            return
        after = body.on_error or body.otherwise
        if after:  # else the failing of the flow is noted
            work.visit(step.id, f"failed: {failure.code}")
        work.change(talk=None)
        fail(work, failure, after)
        return
    value = result.value
    calls = talks.numbered(value.get("calls"))
    talk = talks.answered(talk, value, calls)
    work.change(talk=talk)
    if calls:
        names = talks.offered_names(body.tools)
        if body.save or body.until is not None:
            names[talks.FINISH] = talks.FINISH
        if body.teams:
            names[talks.HAND_OFF] = talks.HAND_OFF
        actions = work.flows.catalogue.actions
        writes = frozenset(name for name in body.tools if name in actions and actions[name].effect == "write")
        work.change(talk=talks.begin_uses(talk, calls, names, writes, pins_of(work, body)))
        _go_on(work, step, body)
        return
    work.visit(step.id, "said")
    if _holds(work, body):
        work.say(talk.text, id=str(value.get("reply", "")))
        _finish(work, step)
        return
    _wait(work, step, talk, reply=str(value.get("reply", "")))


def _wait(work: Work, step: Step, talk: Talk, *, reply: str = "", again: bool = False) -> None:
    """Say what the model said, and wait for the customer."""
    id_ = work.top.asked or f"{work.number}.{work.tick()}"
    if again:
        work.visit(step.id, "asked again")
    work.say(talk.text, question=id_, id=reply)
    work.change(asked=id_)
    work.wait(Question(id=id_, run=work.top.run, step=step.id, kind="agent"))


def take_said(work: Work, message: Message) -> None:
    """Give the model what the customer said to it."""
    talk = work.top.talk
    step = work.step_of(work.top)
    if talk is None or step is None:
        return
    work.close_question()
    work.visit(step.id, "heard")
    work.change(talk=talks.heard(talk, message.text, pictures_of(work, message)), asked="")
    work.settled = False


# Its calls


def _go_on(work: Work, step: Step, body: Agent) -> None:
    """Make the calls of the model's last message in their order: reads side by side, each write after a yes."""
    while (talk := _without_outdated(work, body)) is not None and talk.uses:
        open_uses = [use for use in talk.uses if use.result is None]
        if not open_uses:
            if _closed(work, step, body, talk):
                return
            continue
        first = open_uses[0]
        if talk.calls > body.limits.get("calls", CALLS):
            _end_at_limit(work, step, body, "calls")
            return
        if first.action == talks.FINISH:
            _take_finish(work, body, first)
        elif first.action == talks.HAND_OFF:
            if _hand_over(work, step, body, first):
                return
        elif first.effect:
            if not _is_lost(work, body, first):
                return
        elif first.write:
            _write(work, step, first)
            return
        else:
            for use in _reads_from(open_uses):
                _call(work, step, use)
            work.wait(None)
            return


def _without_outdated(work: Work, body: Agent) -> Talk | None:
    """Give the talk; calls that were not made yet and whose pinned arguments are others by now are refused in it."""
    talk = work.top.talk
    if talk is None or not body.pins:
        return talk
    pins = pins_of(work, body)
    for use in talk.uses:
        if use.result is None and not use.effect and not still_hold(pins, use):
            told = talks.told_error("not_allowed", "Who or what this is about has changed: nothing was done.")
            talk = talks.changed_use(talk, use.id, result=told)
    work.change(talk=talk)
    return talk


def _reads_from(uses: list[ToolUse]) -> list[ToolUse]:
    """Give the reads that may be made side by side: those before the next write."""
    found: list[ToolUse] = []
    for use in uses:
        if use.write or use.action in (talks.FINISH, talks.HAND_OFF) or use.effect:
            break
        found.append(use)
    return found


def _hand_over(work: Work, step: Step, body: Agent, use: ToolUse) -> bool:
    """Give the conversation to a team as a step `handoff` does; tell whether it is one to which the model may."""
    assert work.top.talk is not None  # noqa: S101 - it has uses
    team = str(use.args.get("team") or body.teams[0])
    if team not in body.teams:
        told = talks.told_error("bad_arguments", f"`team` is one of: {', '.join(body.teams)}.")
        work.change(talk=talks.changed_use(work.top.talk, use.id, result=told))
        return False
    work.visit(step.id, f"handed to {team}")
    hand_off(work, team, str(use.args.get("reason") or "")[:MOST_REASON], step=step.id)
    return True


def _is_lost(work: Work, body: Agent, use: ToolUse) -> bool:
    """Look at a call that was made: it is awaited, or nobody awaits it any more. A lost read is made again."""
    if any(pending.id == use.effect for pending in work.pending):
        work.wait(None)
        return False
    assert work.top.talk is not None  # noqa: S101 - it has uses
    if use.write:
        work.change(talk=None)
        fail(work, Failure("outcome_unknown", "It is not known whether that was done."), body.on_error)
        return False
    work.change(talk=talks.changed_use(work.top.talk, use.id, effect=""))
    return True


def _write(work: Work, step: Step, use: ToolUse) -> None:
    """Make a write that the customer agreed to; ask them about one that they were not asked about."""
    assert work.top.talk is not None  # noqa: S101 - it has uses
    if use.agreed:
        _call(work, step, use)
        work.wait(None)
        return
    work.visit(step.id, f"{use.name} needs a yes")
    work.change(talk=replace(work.top.talk, asking=use.id))
    end = "" if has_cjk(work.phrase("confirm", summary="")) else "."  # the question behind it begins a sentence
    repair(work, "on_confirm", action=use.name.replace("_", " "), summary=talks.named_call(use) + end)


def _call(work: Work, step: Step, use: ToolUse) -> None:
    frame = work.top
    assert frame.talk is not None  # noqa: S101 - it has uses
    call = Call(
        work.effect_id(), use.action, use.args, "write" if use.write else "read", flow=frame.flow, step=step.id
    )
    work.effects.append(call)
    work.pending = (*work.pending, Pending(call.id, frame.run, step.id, use.action, use.write))
    work.change(talk=talks.changed_use(frame.talk, use.id, effect=call.id))
    work.visit(step.id, f"called {use.action}")


def take_tool_result(work: Work, step: Step, body: Agent, pending: Pending, result: Result) -> None:
    """Take the result of a call that the model wanted; where nobody knows what a write did, the step fails."""
    talk = work.top.talk
    if talk is None:
        return
    unknown = result.failure is not None and result.failure.code == "outcome_unknown"
    if pending.write and unknown and result.failure is not None:
        work.visit(step.id, "failed: outcome_unknown")
        work.change(talk=None)
        fail(work, result.failure, body.on_error)
        return
    work.visit(step.id, f"{pending.action}: {result.failure.code if result.failure is not None else 'done'}")
    work.change(talk=talks.end_use(talk, result))


def _closed(work: Work, step: Step, body: Agent, talk: Talk) -> bool:
    """All calls of a message have ended: the step is done, or the model is asked again. Tell that nothing is left."""
    finished = any(use.action == talks.FINISH and use.agreed for use in talk.uses)
    work.change(talk=talks.close_uses(talk))
    if finished or _holds(work, body):
        if finished and talk.messages and talk.messages[-1].text:
            work.say(talk.messages[-1].text)
        _finish(work, step)
    else:
        ask_agent(work, step, body)
    return True


def _holds(work: Work, body: Agent) -> bool:
    return body.until is not None and test(body.until.source, work.scope())


def _finish(work: Work, step: Step) -> None:
    work.visit(step.id, "done")
    work.change(talk=None)
    work.go(step.next)
    work.settled = False


# What it is to find out


def _slot_of(work: Work, name: str) -> SlotDef | None:
    return work.flows.slots.get(name) or work.flow_of(work.top).slots.get(name)


def _schema_of(work: Work, save: str) -> dict[str, Any]:
    """Give the JSON Schema of the value that a talk is to end with."""
    slot = _slot_of(work, save)
    described = {"description": slot.description} if slot is not None and slot.description else {}
    if slot is None or slot.type == "any":
        return described
    if slot.options and not slot.many:
        return {"enum": [option.value for option in slot.options], **described}
    kinds = {"integer": "integer", "number": "number", "boolean": "boolean"}
    return {"type": "array" if slot.many else kinds.get(slot.type, "string"), **described}


def _take_finish(work: Work, body: Agent, use: ToolUse) -> None:
    """Take the value that the model ends with, if it is one that the slot takes and `until` holds then."""
    assert work.top.talk is not None  # noqa: S101 - it has uses
    why = _save(work, body.save, use.args.get("result")) if body.save else ""
    if not why and body.until is not None and not _holds(work, body):
        why = "It is not done yet: go on."
    told = talks.told_error("not_done", why) if why else '{"ok": true}'
    work.change(talk=talks.changed_use(work.top.talk, use.id, result=told, agreed=not why))


def _save(work: Work, name: str, value: Any) -> str:
    """Save what the model found out; say why not where it is nothing that the slot takes."""
    slot = _slot_of(work, name)
    if value is None:
        return "`result` is missing."
    if slot is not None and slot.type != "any":
        read = _read(work, slot, value)
        if read is None:
            return f"{value!r} is no {slot.type} that is asked for."
        refused = refusal(work, slot, read)
        if refused is not None:
            return refused_text(work, refused) or f"{value!r} is not allowed."
        value = read
    work.fill(name, value)
    return ""


def _read(work: Work, slot: SlotDef, value: Any) -> Any:
    """Read a value as a customer's text would be read; none if it does not fit the slot."""
    if slot.options or slot.options_from:
        choices = choices_of(work, slot)
        given = value if isinstance(value, list) else [value]
        chosen = [choose_exactly(str(one), choices) for one in given]
        if any(one is None for one in chosen):
            return None
        values = [one.value for one in chosen if one is not None]
        return values if slot.many else values[0] if len(values) == 1 else None
    if slot.type == "boolean" and isinstance(value, bool):
        return value
    if is_free(slot):
        return value if isinstance(value, str) else str(value)
    found = strict_value(work, slot, str(value))
    return (
        found.value if found is not None else next((one.value for one in find_values(work, slot, str(value))), None)
    )
