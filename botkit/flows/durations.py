"""Durations as flows write them: 90s, 10m, 1h30m, 24h, 7d."""

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"(\d{1,6})(ms|s|m|h|d|w)")
PATTERN = r"^(\d{1,6}(ms|s|m|h|d|w))+$"
LONGEST = 366 * 86_400.0


def seconds(text: str) -> float | None:
    """Give the seconds of a duration: more than none, at most 366 days; None if it is not one."""
    text = text.replace(" ", "")
    parts = _PART.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        return None
    total = sum(int(count) * _SECONDS[unit] for count, unit in parts)
    return total if 0 < total <= LONGEST else None
