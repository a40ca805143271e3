"""Finding: every piece of a text that may identify a person, each once."""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache

from botkit.safety.sights import Kind, Sight, plain

KINDS: tuple[Kind, ...] = ("email", "iban", "id", "card", "phone", "address")  # who is first keeps a doubtful piece
_NOTHING = re.compile(r"[\d@＠\u4e00-\u9fff]|\(at\)|\[at\]|\{at\}", re.IGNORECASE)  # without these there is nothing


def find(text: str, kinds: Collection[Kind] = KINDS) -> list[Sight]:
    """Give what in a text is of these kinds, in order; no two overlap."""
    if _NOTHING.search(text) is None:
        return []
    looked_at, finders = plain(text), _finders()
    taken: list[Sight] = []
    used = bytearray(len(text))
    for kind in KINDS:
        if kind in kinds or kind in ("iban", "id", "card"):  # part of one is nothing else either
            for sight in finders[kind](looked_at):
                if not any(used[sight.start : sight.end]):
                    used[sight.start : sight.end] = b"\1" * (sight.end - sight.start)
                    taken += [sight] if sight.kind in kinds else []
    return sorted(taken, key=lambda sight: sight.start)


@cache
def _finders() -> dict[Kind, Callable[[str], Iterable[Sight]]]:
    """Give what finds each kind; their patterns are compiled here, since few runs need them at their start."""
    from botkit.safety.addresses import find_addresses
    from botkit.safety.banking import find_cards, find_ibans
    from botkit.safety.emails import find_emails
    from botkit.safety.identities import find_ids
    from botkit.safety.phones import find_phones

    return {
        "email": find_emails,
        "iban": find_ibans,
        "id": find_ids,
        "card": find_cards,
        "phone": find_phones,
        "address": find_addresses,
    }
