"""Performing an action: every way in which it can end becomes a Result."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from botkit.errors import ActionError, ArgumentsError, ModelError, ResultError
from botkit.model.completions import Asked
from botkit.model.events import Failure, Result
from botkit.model.replies import Call
from botkit.model.values import from_json, to_json
from botkit.ports.clocks import Clock
from botkit.registry.contexts import Caller, Context
from botkit.registry.hooks import Action
from botkit.registry.hosts import EscapedError, Host, LateError
from botkit.registry.results import read_result
from botkit.registry.signatures import bind
from botkit.registry.threads import NoThreadError

FIRST_PAUSE = 0.2  # seconds before the second try; doubles with each
MOST_TEXT = 2000  # characters of an ActionError's message that a flow gets to see

_MESSAGES = {
    "failed": "That did not work.",
    "timeout": "There was no answer in time.",
    "outcome_unknown": "It is not known whether that was done.",
    "bad_arguments": "That cannot be asked so.",
    "bad_result": "The answer cannot be used.",
    "unavailable": "That is not available at the moment.",
    "unknown_action": "There is no such action.",
}


class Outcome(msgspec.Struct, frozen=True):
    """How one try ended: `again` says that another may help, `healthy` that the action itself is not to blame."""

    value: Any = None
    failure: Failure | None = None
    facts: dict[str, Any] = {}
    again: bool = False
    healthy: bool = True
    asked: Asked | None = None  # what language models were asked


def failed(code: str, *, again: bool = False, healthy: bool = False) -> Outcome:
    """Give the outcome of a failure with a general message; the detail is for the log alone."""
    return Outcome(failure=Failure(code, _MESSAGES[code]), again=again, healthy=healthy)


def as_result(call: Call, outcome: Outcome) -> Result:
    """Give the event that a call's end is."""
    return Result(call.id, outcome.value, outcome.failure, outcome.facts, asked=outcome.asked)


def pause(tries: int, jitter: float) -> float:
    """Give the seconds before the next try: 0.2, 0.4, ..., each by half to whole (`jitter` is 0 to 1)."""
    return float(FIRST_PAUSE * 2**tries * (0.5 + jitter / 2))


def read_arguments(action: Action, args: Mapping[str, Any]) -> dict[str, Any]:
    """Give a call's arguments (`values.to_json` form) as the function wants them. Raises ArgumentsError."""
    try:
        return bind(action.signature, from_json(dict(args)))
    except ArgumentsError:
        raise
    except Exception as error:
        raise ArgumentsError(f"the arguments cannot be read ({type(error).__name__})") from error


async def perform(
    call: Call,
    action: Action,
    host: Host,
    caller: Caller,
    arguments: Mapping[str, Any],
    clock: Clock,
    jitter: Callable[[], float],
) -> Outcome:
    """Call an action with checked arguments, try again where that is harmless, and give how it ended.

    Never raises but for its own cancellation.
    """
    in_doubt, asked = False, None
    for tries in range(action.retries + 1):
        outcome = await _attempt(call, action, host, caller, arguments, clock.now())
        asked = outcome.asked if asked is None else asked.plus(outcome.asked)
        in_doubt |= _code(outcome) == "outcome_unknown"
        if not outcome.again or tries == action.retries:
            break
        await clock.sleep(pause(tries, jitter()))
    if in_doubt and not outcome.healthy:
        outcome = failed("outcome_unknown")  # a later try failed, an earlier one may have been done
    return outcome if asked is None else replace(outcome, asked=asked)


async def _attempt(
    call: Call, action: Action, host: Host, caller: Caller, arguments: Mapping[str, Any], now: float
) -> Outcome:
    ctx = host.context(caller, now, call.id, action.spec.name, call.flow, call.step)
    try:
        value = await host.run(
            action.function,
            ctx,
            named=arguments,
            timeout=call.timeout or action.spec.timeout,
            convert=lambda value: read_result(action.signature, value),
        )
        outcome = Outcome(value, facts=to_json(ctx.facts) if ctx.facts else {})
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and no turn may end by it
        outcome = _judge(error, action, ctx)
    tally = ctx.model.tally
    return outcome if tally is None else replace(outcome, asked=tally.asked)


def perform_here(
    call: Call, action: Action, host: Host, caller: Caller, arguments: Mapping[str, Any], now: float
) -> Outcome:
    """Call an action with checked arguments on the caller's own thread, once."""
    ctx = host.context(caller, now, call.id, action.spec.name, call.flow, call.step)
    try:
        value = read_result(action.signature, action.function(ctx, **arguments))
        return Outcome(value, facts=to_json(ctx.facts) if ctx.facts else {})
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and no turn may end by it
        return _judge(error, action, ctx)
    except (SystemExit, GeneratorExit) as error:
        return _judge(EscapedError(f"it raised {type(error).__name__}"), action, ctx)


def _judge(error: Exception, action: Action, ctx: Context) -> Outcome:
    """Decide what a failure means for the call."""
    write, repeatable = action.spec.effect == "write", action.spec.effect == "read" or action.spec.idempotent
    if isinstance(error, ActionError):
        return Outcome(
            failure=Failure(_clip(getattr(error, "error", "failed")), _clip(getattr(error, "message", "")))
        )
    if isinstance(error, ModelError):  # the bot's gateway has tried again already
        return Outcome(failure=Failure(_clip(error.reason), _clip(error.message)))
    ctx.log.warning("action %s failed", action.spec.name, exc_info=error)
    match error:
        case ResultError():
            return failed("bad_result")
        case NoThreadError():
            return failed("unavailable")
        case LateError() if not write:
            return failed("timeout")  # the customer has waited long enough: no other try
        case LateError() if write:
            return failed("outcome_unknown", again=repeatable)
        case TimeoutError() | ConnectionError() if write and not isinstance(error, ConnectionRefusedError):
            return failed("outcome_unknown", again=repeatable)
        case TimeoutError():
            return failed("timeout", again=repeatable)
        case TypeError() | ValueError() | LookupError() | AttributeError():
            return failed("failed")  # a mistake in the code: another try makes it again
        case _:
            return failed("failed", again=repeatable)


def _clip(text: object) -> str:
    try:
        return str(text)[:MOST_TEXT]
    except Exception:  # noqa: BLE001 - even a text may be of the plugin's making
        return "failed"


def _code(outcome: Outcome) -> str:
    return outcome.failure.code if outcome.failure else ""
