"""Runs: a text as pieces with their marks, for channels that write marks their own way and cut what is long."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from botkit.model.markup import read_markup

_MARKS: Final = frozenset({"b", "i", "s", "code", "pre"})
_ALONE: Final = frozenset({"code", "pre"})  # take no marks within them, and none around them
_BREAKS: Final = ("\n\n", "\n", "。", "！", "？", " ")  # where a text is cut, the best first
_LOOK_BACK: Final = 64  # characters in which the end of a sign is looked for
_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")

Length = Callable[[str], int]
"""Counts a text as its platform does. What it gives for a text is the sum of what it gives for its characters."""


class Run(NamedTuple):
    """A piece of text and its marks, the outermost first: b, i, s, code, pre, blockquote, or `a:` and an address."""

    text: str
    marks: tuple[str, ...] = ()


def read_runs(text: str) -> list[Run]:
    """Give a text, which may have Markdown, as runs."""
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent
    blocks = read_markup(text)
    return [Run(text)] if blocks is None else list(_of_blocks(blocks, ()))


def _of_blocks(blocks: Sequence[Any], marks: tuple[str, ...]) -> Iterator[Run]:
    for number, block in enumerate(blocks):
        if number:
            yield Run("\n\n", marks)
        yield from _of_node(block, marks)


def _of_node(node: Any, marks: tuple[str, ...]) -> Iterator[Run]:
    if isinstance(node, str):
        yield Run(node, marks)
        return
    tag, *children = node
    match tag:
        case "br":
            yield Run("\n", marks)
        case "a":
            yield from _of_link(children[0], children[1:], marks)
        case "ul":
            yield from _of_items(["• "] * len(children), children, marks)
        case "ol":
            numbers = range(children[0], children[0] + len(children) - 1)
            yield from _of_items([f"{number}. " for number in numbers], children[1:], marks)
        case "quote":
            yield from _of_blocks(children, marks if "blockquote" in marks else (*marks, "blockquote"))
        case _:
            inner = _with(marks, tag)
            for child in children:
                yield from _of_node(child, inner)


def _with(marks: tuple[str, ...], tag: str) -> tuple[str, ...]:
    if tag not in _MARKS or tag in marks or _ALONE & set(marks):
        return marks
    return (*(mark for mark in marks if mark == "blockquote"), tag) if tag in _ALONE else (*marks, tag)


def _of_link(address: str, label: Sequence[Any], marks: tuple[str, ...]) -> Iterator[Run]:
    """Give a link to a web page with its mark, also where it reads as its address; others are text."""
    runs = [run for child in label for run in _of_node(child, marks)]
    shown = plain_runs(runs)
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if address.lower().startswith(("http://", "https://")):
        for run in runs:
            yield run if _ALONE & set(run.marks) else Run(run.text, (*run.marks, f"a:{address}"))
    elif shown in (address, bare):
        yield from runs
    else:
        yield from (*runs, Run(f" ({bare})", marks))


def _of_items(signs: Sequence[str], items: Sequence[Any], marks: tuple[str, ...]) -> Iterator[Run]:
    for number, (sign, item) in enumerate(zip(signs, items, strict=True)):
        yield Run(("\n" if number else "") + sign, marks)
        for place, child in enumerate(item[1:]):
            block = isinstance(child, list) and child[0] in ("p", "ul", "ol", "quote", "pre")
            if block and place:
                yield Run("\n  ", marks)
            for run in _of_node(child, marks):
                yield Run(run.text.replace("\n", "\n  "), run.marks)


def plain_runs(runs: Sequence[Run]) -> str:
    """Give what one reads."""
    return "".join(run.text for run in runs)


# Cutting


def cut_runs(runs: Sequence[Run], most: int, length: Length = len) -> list[list[Run]]:
    """Cut runs into parts of at most `most`: between paragraphs, lines or words, in no link, no code and no sign."""
    parts: list[list[Run]] = []
    rest = list(runs)
    while _is_longer(plain_runs(rest), most, length):
        end = _place(rest, most, length)
        part, rest = _parted(rest, end)
        parts.append(_stripped(part, left=False))
        rest = _stripped(rest, left=True)
    return [part for part in [*parts, rest] if plain_runs(part).strip()]


def _place(runs: Sequence[Run], most: int, length: Length) -> int:
    """Give the number of characters of the first message."""
    text = plain_runs(runs)
    end = _reach(text, most, length)
    held = list(_held(runs, end, most, length))
    for sign in _BREAKS:
        place = text.rfind(sign, end // 2, end + (sign.isspace() and len(sign)))
        while place >= 0:
            after = place if sign.isspace() else place + len(sign)
            inside = next((start for start, stop in held if start < after < stop), None)
            if inside is None and after > 0:
                return after
            place = text.rfind(sign, end // 2, place)
    inside = next((start for start, stop in held if start < end < stop), None)
    return inside if inside and inside > end // 2 else _whole_sign(text, end)


def _is_longer(text: str, most: int, length: Length) -> bool:
    """Tell whether a text has more than `most`; of a long one no more is counted than that needs."""
    return length(text[: most + 1]) > most or (len(text) > most + 1 and length(text) > most)


def _held(runs: Sequence[Run], end: int, most: int, length: Length) -> Iterator[tuple[int, int]]:
    """Give where the links and the code stand before `end` that fit into a message and are not to be cut."""
    start = 0
    for run in runs:
        if start >= end:
            return
        stop = start + len(run.text)
        whole = any(mark in _ALONE or mark.startswith("a:") for mark in run.marks)
        if whole and not _is_longer(run.text, most, length):
            yield start, stop
        start = stop


def _reach(text: str, most: int, length: Length) -> int:
    """Give how many characters fit."""
    end, room = 0, most
    for character in text:
        room -= length(character)
        if room < 0:
            break
        end += 1
    return end


def _whole_sign(text: str, end: int) -> int:
    """Give a place at or before `end` where no sign that is made of several characters is cut."""
    for place in range(end, max(end - _LOOK_BACK, 1), -1):
        if not _joined(text[place - 1], text[place : place + 1]):
            return place
    return max(end, 1)


def _joined(before: str, after: str) -> bool:
    return bool(
        before == "\u200d"
        or after in _JOINERS
        or (after and unicodedata.combining(after))
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # the colour of a skin
        or ("\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff")  # half a flag
    )


def _parted(runs: Sequence[Run], end: int) -> tuple[list[Run], list[Run]]:
    first: list[Run] = []
    for number, run in enumerate(runs):
        if end <= len(run.text):
            return [*first, Run(run.text[:end], run.marks)], [Run(run.text[end:], run.marks), *runs[number + 1 :]]
        first.append(run)
        end -= len(run.text)
    return first, []


def _stripped(runs: Sequence[Run], *, left: bool) -> list[Run]:
    """Give runs without the white space at one end, where they were cut."""
    left_over = list(runs)
    while left_over:
        at = 0 if left else -1
        run = left_over[at]
        text = run.text.lstrip(" \n") if left else run.text.rstrip(" \n")
        if text:
            left_over[at] = Run(text, run.marks)
            break
        del left_over[at]
    return left_over
