"""What plugins do for the privacy of a customer: they let go of what they keep of one, and give a copy of it."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from botkit.errors import ResultError
from botkit.model.values import plain
from botkit.registry.contexts import Caller
from botkit.registry.hooks import Duty
from botkit.registry.hosts import Host
from botkit.registry.results import check_size

_log = logging.getLogger(__name__)


class Erased(msgspec.Struct, frozen=True):
    """That a conversation was erased `at` some time (aware, in UTC).

    Somebody asked for it (`why` is `request`), or it had its age (`retention`). `id` is the same however often a
    plugin is told of it. `customer` is who it was, as a plugin had identified them, and empty where nobody had;
    `last` says that no other conversation of theirs is left.
    """

    id: str
    conversation: str
    channel: str
    customer: str
    why: Literal["request", "retention"]
    at: datetime
    last: bool


async def erase_with(host: Host, erased: Erased, caller: Caller, now: float) -> str:
    """Let a plugin let go of what it keeps; give the kind of the error where it failed, with a line in the log.

    Its hooks are called in order, and the first that fails ends it: all are called again then.
    """
    for duty in host.plugin.erasing:
        ctx = host.context(caller, now, erased.id, "erase")
        failed = await _failure_of(host, duty, "erase", ctx, erased)
        if failed:
            return failed
    return ""


async def export_with(hosts: Iterable[Host], caller: Caller, now: float) -> tuple[dict[str, Any], list[str]]:
    """Let plugins give what they keep of a conversation, as JSON data by their names; and name those that failed."""
    given: dict[str, Any] = {}
    failed: list[str] = []
    for host in hosts:
        for duty in host.plugin.exporting:
            ctx = host.context(caller, now, what="export")
            held: list[Any] = []
            if await _failure_of(host, duty, "export", ctx, keep=held.append):
                failed.append(host.plugin.name)
            elif held[0] is not None:
                given[host.plugin.name] = held[0]
    return given, failed


async def _failure_of(
    host: Host, duty: Duty, what: str, *args: Any, keep: Callable[[Any], None] = lambda _: None
) -> str:
    try:
        keep(await host.run(duty.function, *args, timeout=duty.timeout, convert=_data))
    except Exception as error:  # noqa: BLE001 - whatever a plugin does, what was asked for goes on
        ids: Mapping[str, str] = {"action": what, "plugin": host.plugin.name}
        _log.warning("plugin %s failed in %s", host.plugin.name, what, exc_info=error, extra=ids)
        return type(error).__name__
    return ""


def _data(value: Any) -> Any:
    """Give what a plugin keeps as JSON data, dates and amounts as texts. Raises ResultError for what is none."""
    check_size(value)
    try:
        return json.loads(json.dumps(plain(value), ensure_ascii=False, default=str, allow_nan=False))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ResultError(str(error)) from None
