"""What a customer wrote, as Slack sends it, read as the text that they typed.

Slack escapes &, < and >, and puts people, channels, groups and addresses in angle brackets:
https://docs.slack.dev/messaging/formatting-message-text. Emoji come by their names; the blocks beside have the
characters.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any, Final

_CONTROL: Final = re.compile(r"<([^<>\n]*)>")
_NAMED: Final = re.compile(r":([a-z0-9_+'\-]+(?:::skin-tone-\d)?):")
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt);")
_BLANKS: Final = re.compile(r"[ \t]{2,}")
_SCHEMES: Final = ("http://", "https://", "mailto:", "tel:")
_TONES: Final = re.compile(r"::skin-tone-\d")


def read_text(source: str, blocks: Sequence[Any] = (), me: str = "") -> str:
    """Give a text without Slack's marks; the bot `me` is not named in it."""
    emoji = dict(_emoji(blocks)) if ":" in source else {}
    parts: list[str] = []
    place, named = 0, False
    for found in _CONTROL.finditer(source):
        parts.append(_plain(source[place : found.start()], emoji))
        if me and found[1].partition("|")[0] == f"@{me}":
            named = True
        else:
            parts.append(_read_control(found[1]))
        place = found.end()
    parts.append(_plain(source[place:], emoji))
    text = "".join(parts)
    return _BLANKS.sub(" ", text).strip(" ,:\n") if named else text


def names(source: str, me: str) -> bool:
    """Tell whether a text names somebody."""
    return bool(me) and (f"<@{me}>" in source or f"<@{me}|" in source)


def _plain(text: str, emoji: Mapping[str, str]) -> str:
    if emoji:
        text = _NAMED.sub(lambda found: emoji.get(found[1], found[0]), text)
    return _ENTITY.sub(lambda found: unescape(found[0]), text)


def _read_control(inner: str) -> str:
    target, _, label = inner.partition("|")
    target, label = _plain(target, {}), _plain(label, {})
    if target.startswith("!"):
        name = target[1:].partition("^")[0]
        return label or f"@{name}"
    if target.startswith(("@", "#")):
        return target[0] + label.removeprefix(target[0]) if label else target
    if not target.lower().startswith(_SCHEMES):
        return label or target
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", target, flags=re.IGNORECASE)
    if not label or label in (target, bare, bare.rstrip("/")):
        return label or (target if target.lower().startswith("http") else bare)
    return f"{label} ({target})"


def _emoji(nodes: Any) -> Iterator[tuple[str, str]]:
    """Give the characters of the emoji in blocks, by their names."""
    for node in nodes if isinstance(nodes, list | tuple) else ():
        if not isinstance(node, dict):
            continue
        written = str(node.get("unicode", ""))
        if node.get("type") == "emoji" and written:
            name = str(node.get("name", ""))
            tone = f"::skin-tone-{node['skin_tone']}" if node.get("skin_tone") and not _TONES.search(name) else ""
            try:
                yield name + tone, "".join(chr(int(code, 16)) for code in written.split("-"))
            except (ValueError, OverflowError):
                continue
        yield from _emoji(node.get("elements"))
