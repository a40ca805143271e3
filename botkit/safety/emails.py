"""E-mail addresses, as people write them."""

import re
from collections.abc import Iterator

from botkit.safety.sights import Sight

_LOCAL = r"[A-Za-z0-9\u00c0-\u024f!#$%&'*+/=?^_`{|}~.\-]"
_BEFORE = re.compile(rf"{_LOCAL}{{1,64}}\Z")
_BEHIND = re.compile(
    r"(?:[A-Za-z0-9\u00c0-\u024f](?:[A-Za-z0-9\u00c0-\u024f\-]{0,62})\.){1,8}"
    r"(?:[A-Za-z\u00c0-\u024f]{2,24}|xn--[A-Za-z0-9\-]{2,59})(?![A-Za-z0-9])"
)
_AT = re.compile(r"@|(?<=[A-Za-z0-9]) ?(?:\(at\)|\[at\]|\{at\}) ?", re.IGNORECASE)
_QUOTED = "'`*~{|}/=?^!#$%&"  # may stand in front of an address, and hardly ever begin one


def find_emails(text: str) -> Iterator[Sight]:
    """Find e-mail addresses, `(at)` for the sign included."""
    at = 0
    for match in _AT.finditer(text):
        if match.start() < at:
            continue
        before = _BEFORE.search(text, max(at, match.start() - 64), match.start())
        behind = _BEHIND.match(text, match.end())
        local = before[0].lstrip(_QUOTED + ".-") if before is not None else ""
        if behind is None or not local or local.endswith(".") or ".." in local:
            continue
        at = behind.end()
        start = match.start() - len(local)
        yield Sight("email", start, at, f"{local}@{behind[0]}".casefold())
