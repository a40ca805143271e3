"""Telegram's HTML as the Bot API reads it: what it does not know is an error, and nothing is repaired."""

import re
from typing import Any, NamedTuple

TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote", "tg-spoiler"}
_TOKEN = re.compile(r"<(/?)([^\s<>/]+)([^<>]*)>|&(#\d+|#x[0-9a-fA-F]+|\w+);|([<>])")
_HREF = re.compile(r'\s+href="([^"]*)"')
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class EntityError(Exception):
    """What the Bot API says of HTML that it cannot read."""


class Read(NamedTuple):
    """A text, and where its entities are: type, offset and length in UTF-16 units, address."""

    text: str
    entities: list[dict[str, Any]]


def units(text: str) -> int:
    """Give the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_html(source: str) -> Read:
    """Read a text with parse_mode HTML. Raises EntityError."""
    text = ""
    place = 0
    opened: list[tuple[str, int, str]] = []
    entities: list[dict[str, Any]] = []
    for found in _TOKEN.finditer(source):
        text += source[place : found.start()]
        place = found.end()
        closes, tag, rest, named, stray = found.groups()
        if stray:
            raise EntityError(f"Unsupported start tag at byte offset {found.start()}")
        if named:
            text += _character(named, found[0])
        elif closes:
            if not opened or opened[-1][0] != tag:
                raise EntityError(f"Unmatched end tag at byte offset {found.start()}")
            kind, start, href = opened.pop()
            if units(text) > start:
                entity = {"type": kind, "offset": start, "length": units(text) - start}
                entities.append(entity | ({"url": href} if href else {}))
        else:
            if tag not in TAGS:
                raise EntityError(f'Unsupported start tag "{tag}" at byte offset {found.start()}')
            if any(kind in ("code", "pre") for kind, _, _ in opened) or (
                tag == "blockquote" and any(kind == "blockquote" for kind, _, _ in opened)
            ):
                raise EntityError(f"Nested entity at byte offset {found.start()}")
            opened.append((tag, units(text), _address(tag, rest, found.start())))
    text += source[place:]
    if opened:
        raise EntityError(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return Read(text, entities)


def _character(named: str, written: str) -> str:
    if named.startswith("#"):
        return chr(int("0" + named[1:], 0) if named[1] == "x" else int(named[1:]))
    return _NAMED.get(named, written)


def _address(tag: str, rest: str, place: int) -> str:
    if tag != "a":
        if rest:
            raise EntityError(f"Unexpected attribute at byte offset {place}")
        return ""
    found = _HREF.fullmatch(rest)
    if found is None:
        raise EntityError(f"Unclosed start tag at byte offset {place}")
    return re.sub(r"&(\w+);", lambda m: _NAMED.get(m[1], m[0]), found[1]).replace("&#x27;", "'")


def seen(text: str, entities: list[dict[str, Any]]) -> str:
    """Give what one reads, links with their addresses."""
    wide = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda one: -one["offset"]):
        if "url" in entity:
            stop = (entity["offset"] + entity["length"]) * 2
            wide = wide[:stop] + f" ({entity['url']})".encode("utf-16-le") + wide[stop:]
    return wide.decode("utf-16-le", "surrogatepass")
