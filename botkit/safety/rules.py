"""Rules: what bot.yaml says under `safety:`."""

from collections.abc import Mapping

import msgspec

EVERY = ""  # in place of a locale: all of them


class Rules(msgspec.Struct, frozen=True):
    """What a bot refuses of its customers, and what it never sends.

    `rate`: so many messages of a conversation in so many seconds. `repeats`: so often the same message in a row.
    `words` and `patterns` by locale, or `EVERY`. `links`: the hosts that links in replies may lead to (None: all).
    `allow_hosts`: hosts and networks that actions may reach though they are not public.
    """

    rate: tuple[int, float] | None = None
    repeats: int = 0
    words: Mapping[str, tuple[str, ...]] = {}
    patterns: Mapping[str, tuple[str, ...]] = {}
    links: tuple[str, ...] | None = None
    allow_hosts: tuple[str, ...] = ()

    @property
    def refuse(self) -> bool:
        """Tell whether a customer's text may be refused."""
        return bool(self.rate or self.repeats or any(self.words.values()) or any(self.patterns.values()))


NO_RULES = Rules()
