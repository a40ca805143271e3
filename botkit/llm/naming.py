"""Naming: tools by names that servers take; OpenAI's have letters, digits, _ and - alone, at most 64 of them."""

import re
from collections.abc import Iterable
from typing import Final

from botkit.ports.models import ModelRequest

_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]")
_MOST: Final = 64


def name_tools(request: ModelRequest) -> dict[str, str]:
    """Give for each tool of a request, offered or called before, a name that a server takes; no two have one."""
    called = (call.name for message in request.messages for call in message.calls)
    return _distinct(dict.fromkeys((*(tool.name for tool in request.tools), *called)))


def _distinct(names: Iterable[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    plain = {name for name in names if not _OTHER.search(name) and len(name) <= _MOST}
    taken = set(plain)
    for name in names:
        if name in plain:
            given[name] = name
            continue
        wanted = _OTHER.sub("_", name)[:_MOST] or "tool"
        short, number = wanted, 2
        while short in taken:
            short, number = f"{wanted[: _MOST - 4]}_{number}", number + 1
        taken.add(short)
        given[name] = short
    return given
