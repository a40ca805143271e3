"""Finding: every piece of a text that may identify a person, each once."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from botkit.safety.addresses import find_addresses
from botkit.safety.banking import find_cards, find_ibans
from botkit.safety.identities import find_ids
from botkit.safety.phones import find_phones
from botkit.safety.sights import Kind, Sight, plain

KINDS: tuple[Kind, ...] = ("email", "iban", "id", "card", "phone", "address")  # who is first keeps a doubtful piece
_LOCAL = r"[A-Za-z0-9\u00c0-\u024f!#$%&'*+/=?^_`{|}~.\-]"
_BEFORE = re.compile(rf"{_LOCAL}{{1,64}}\Z")
_BEHIND = re.compile(
    r"(?:[A-Za-z0-9\u00c0-\u024f](?:[A-Za-z0-9\u00c0-\u024f\-]{0,62})\.){1,8}"
    r"(?:[A-Za-z\u00c0-\u024f]{2,24}|xn--[A-Za-z0-9\-]{2,59})(?![A-Za-z0-9])"
)
_NOTHING = re.compile(r"[\d@＠\u4e00-\u9fff]|\(at\)|\[at\]|\{at\}", re.IGNORECASE)  # without these there is nothing
_AT = re.compile(r"@|(?<=[A-Za-z0-9]) ?(?:\(at\)|\[at\]|\{at\}) ?", re.IGNORECASE)
_QUOTED = "'`*~{|}/=?^!#$%&"  # may stand in front of an address, and hardly ever begin one


def find(text: str, kinds: Collection[Kind] = KINDS) -> list[Sight]:
    """Give what in a text is of these kinds, in order; no two overlap."""
    if _NOTHING.search(text) is None:
        return []
    looked_at = plain(text)
    taken: list[Sight] = []
    used = bytearray(len(text))
    for kind in KINDS:
        if kind in kinds or kind in ("iban", "id", "card"):  # part of one is nothing else either
            for sight in _FINDERS[kind](looked_at):
                if not any(used[sight.start : sight.end]):
                    used[sight.start : sight.end] = b"\1" * (sight.end - sight.start)
                    taken += [sight] if sight.kind in kinds else []
    return sorted(taken, key=lambda sight: sight.start)


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


_FINDERS: dict[Kind, Callable[[str], Iterable[Sight]]] = {
    "email": find_emails,
    "iban": find_ibans,
    "id": find_ids,
    "card": find_cards,
    "phone": find_phones,
    "address": find_addresses,
}
