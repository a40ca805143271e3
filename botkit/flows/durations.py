"""Durations as flows write them: 90s, 10m, 1h30m, 24h, 7d."""

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"(\d{1,6})(ms|s|m|h|d|w)")
PATTERN = r"^(\d{1,6}(ms|s|m|h|d|w))+$"
LONGEST = 366 * 86_400.0


_YEAR = 365 * 86_400.0
_OLDEST = 100 * _YEAR


def age(text: str) -> float | None:
    """Give the seconds of an age: a duration up to a hundred years; `y` is 365 days. None if it is none."""
    text = text.replace(" ", "")
    years, rest = text.split("y", 1) if text.count("y") == 1 else ("", text)
    if not text.isascii() or ("y" in text and not re.fullmatch(r"[0-9]{1,3}", years)):
        return None
    parts = _PART.findall(rest)
    if "".join(map("".join, parts)) != rest:
        return None
    total = int(years or 0) * _YEAR + sum(int(count) * _SECONDS[unit] for count, unit in parts)
    return total if 0 < total <= _OLDEST else None


def seconds(text: str) -> float | None:
    """Give the seconds of a duration: more than none, at most 366 days; None if it is not one."""
    text = text.replace(" ", "")
    parts = _PART.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        return None
    total = sum(int(count) * _SECONDS[unit] for count, unit in parts)
    return total if 0 < total <= LONGEST else None


def seconds_or_never(text: str) -> float | None:
    """Do what `seconds` does, but take `0s` for 0: of a setting that is switched off so."""
    return 0.0 if re.fullmatch(r"0(ms|s|m|h|d|w)?", text.strip()) else seconds(text)
