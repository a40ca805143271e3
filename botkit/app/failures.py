"""What failed for good, as an operator sees it, and what can be done about it."""

import json
import time
from typing import Any

from msgspec.structs import replace

from botkit.app.audits import note_act
from botkit.app.histories import secrets_of
from botkit.app.transcripts import event_line, moment, readable
from botkit.app.transcripts import line_of as reply_line
from botkit.errors import UsageError
from botkit.model.secrecy import hide, hide_call, hide_event, hide_reply
from botkit.ports.stored import Failed
from botkit.ports.stores import Store


def kind_of(failed: Failed) -> str:
    """Say what it is: reply, message (or another event), call."""
    if failed.reply is not None:
        return "reply"
    return "call" if failed.call is not None else "message"


async def failures_of(store: Store, most: int) -> list[Failed]:
    """Give what failed, the newest first, without what is secret in it."""
    found = await store.failures(most)
    secrets = {name: await secrets_of(store, name) for name in {failed.conversation for failed in found}}
    return [_hidden(failed, secrets[failed.conversation]) for failed in found]


def _hidden(failed: Failed, secrets: tuple[str, ...]) -> Failed:
    if not secrets:
        return failed
    return replace(
        failed,
        reason=hide(failed.reason, secrets),
        reply=failed.reply and hide_reply(failed.reply, secrets),
        call=failed.call and hide_call(failed.call, secrets),
        event=failed.event and hide_event(failed.event, secrets),
    )


def line_of(failed: Failed) -> str:
    """Give what failed as a line of text."""
    if failed.reply is not None:
        return reply_line(failed.reply)
    if failed.call is not None:
        return f"{failed.call.action} with {json.dumps(readable(failed.call.args), ensure_ascii=False)}"
    return event_line(failed.event) if failed.event is not None else ""


def data_of(failed: Failed) -> dict[str, Any]:
    """Give what failed as plain JSON data."""
    return {
        "id": failed.id,
        "kind": kind_of(failed),
        "conversation": failed.conversation,
        "at": moment(failed.at),
        "reason": failed.reason,
        "what": line_of(failed),
    }


async def retry(store: Store, which: str, who: str) -> str:
    """Let a failure be tried again, note who did, and say what comes of it.

    Raises UsageError where nothing can be tried.
    """
    failed = await _find(store, which)
    if failed.call is not None:
        raise UsageError(
            f"{which} is a call of {failed.call.action}, and nobody knows whether it was done: it is not made again",
            hint=f"look whether it was, then `botkit conversations drop {which}`",
        )
    await note_act(store, who, "retried", failed.conversation)
    if not await store.retry(which, time.time()):
        raise _unknown(which)
    return f"{which} will be sent again" if failed.reply is not None else f"{which} will have its turn"


async def drop(store: Store, which: str, who: str) -> None:
    """Let go of a failure, and note who did. Raises UsageError if there is none."""
    failed = await _find(store, which)
    await note_act(store, who, "dropped", failed.conversation)
    if not await store.drop(which):
        raise _unknown(which)


async def _find(store: Store, which: str) -> Failed:
    failed = await store.failure(which)
    if failed is None:
        raise _unknown(which)
    return failed


def _unknown(which: str) -> UsageError:
    return UsageError(f"nothing that failed is called {which!r}", hint="`botkit conversations failed` lists it")
