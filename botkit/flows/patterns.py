"""Patterns of slots: regular expressions that cannot run away on a customer's text.

Python's engine backtracks: a repeat within a repeat, or a choice within a repeat whose branches begin alike,
takes exponential time on some text. Such patterns are refused by their structure, before they meet a text.
"""

import re
import warnings
from collections.abc import Iterator
from re import _constants as opcodes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from botkit.model.words import bordered

LONGEST = 500
_MANY = 10  # repeats of up to so many are harmless in each other
_MOST_OPEN = 6  # unbounded repeats beside each other: polynomial, so few
_REPEATS = (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT)


def refuse(pattern: str) -> str:
    """Say why a pattern cannot be used; an empty text if it can."""
    if len(pattern) > LONGEST:
        return f"it has {len(pattern)} characters; at most {LONGEST} are allowed"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
            re.compile(bordered(pattern))  # as it is searched
            tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return f"it is no regular expression ({error})"
    if re.compile(pattern).fullmatch(""):
        return "it fits an empty text"
    nodes = list(_walk(tree, looping=False))
    return next((why for why in nodes if why and why != "open"), "") or _crowd(nodes.count("open"))


def _crowd(count: int) -> str:
    return f"it has {count} open repeats ('*', '+'); at most {_MOST_OPEN} are allowed" if count > _MOST_OPEN else ""


def _walk(tree: Any, *, looping: bool) -> Iterator[str]:
    """Give `open` for each unbounded repeat, and a reason for each dangerous place."""
    for opcode, argument in tree:
        if opcode in _REPEATS:
            least, most, body = argument
            free = most > _MANY and least != most
            if free and looping:
                yield "a repeat stands within a repeat, which can take forever"
            if most > _MANY and body.getwidth()[0] == 0:
                yield "what is repeated can be empty, which can take forever"
            if most == opcodes.MAXREPEAT:
                yield "open"
            yield from _walk(body, looping=looping or most > _MANY)
        elif opcode is opcodes.BRANCH:
            branches = argument[1]
            if looping and not _distinct(branches):
                yield "within a repeat, branches of '|' begin alike, which can take forever"
            for branch in branches:
                yield from _walk(branch, looping=looping)
        elif opcode is opcodes.GROUPREF:
            yield "references to groups are not allowed"
        else:
            yield from _inside(argument, looping=looping)


def _inside(argument: Any, *, looping: bool) -> Iterator[str]:
    parts = argument if isinstance(argument, (tuple, list)) else (argument,)
    for part in parts:
        if isinstance(part, parser.SubPattern):
            yield from _walk(part, looping=looping)


def _distinct(branches: Any) -> bool:
    """Tell whether every branch begins with a letter of its own."""
    firsts = [branch[0] if len(branch) else None for branch in branches]
    letters = [first[1] for first in firsts if first is not None and first[0] is opcodes.LITERAL]
    return len(letters) == len(firsts) == len(set(letters))
