"""What an unquoted word of YAML stands for: the core schema of YAML 1.2 (10.3.2), not the habits of 1.1."""

import re
from typing import Any

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_BEGINS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
_LONGEST_NUMBER = 400  # Python refuses to read decimal integers of more than 4,300 digits


def resolve(raw: str) -> Any:
    """Give the value of a plain scalar: none, a boolean, a number, or the text itself."""
    if raw in _NULLS:
        return None
    if raw in _BOOLEANS:
        return _BOOLEANS[raw]
    if raw[0] in _BEGINS and len(raw) <= _LONGEST_NUMBER:
        return _number(raw)
    return raw


def _number(raw: str) -> int | float | str:
    if _INTEGER.fullmatch(raw):
        return int(raw)
    if _PREFIXED.fullmatch(raw):
        return int(raw, 0)
    if _FLOAT.fullmatch(raw):
        return float(raw)
    if _INFINITE.fullmatch(raw):
        return float(raw.replace(".", ""))
    return float("nan") if raw in _NOT_A_NUMBER else raw
