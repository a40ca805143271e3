"""Slack's own markup, read as its clients show it, so that a test sees what a customer would.

Whatever stands in angle brackets is a control sequence (https://docs.slack.dev/messaging/formatting-message-text), and
only &amp; &lt; &gt; are entities.
"""

import re
import unicodedata
from typing import Any, Final, NamedTuple

EMOJI: Final = {"wave": "👋", "tada": "🎉", "smile": "😄", "+1": "👍", "fire": "🔥", "warning": "⚠️"}
_CONTROL: Final = re.compile(r"<([^<>\n]*)>")
_ENTITY: Final = re.compile(r"&(amp|lt|gt);")
_SHORT: Final = re.compile(r":([a-z0-9_+-]+):")
_TONE: Final = re.compile("[\U0001f3fb-\U0001f3ff]")
_EMOJI: Final = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
    "(?:\u200d[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
)
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">"}
_CODE: Final = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_MARKS: Final = tuple(
    re.compile(
        rf"(?<![\w{re.escape(mark)}]){re.escape(mark)}(?=\S)([^{mark}\n]+?)(?<=\S){re.escape(mark)}(?![\w{mark}])"
    )
    for mark in "*_~"
)
_QUOTE: Final = re.compile(r"^(?:&gt;|>) ?", re.MULTILINE)
_AUTOMATIC: Final = re.compile(r"(?<![\w@#])([@#])(channel|here|everyone|[a-z][\w.-]*)")


class Seen(NamedTuple):
    """What somebody reads, and whom it would call: `!channel`, `@U123`, `#C123`, as Slack writes them."""

    text: str
    calls: tuple[str, ...] = ()


def read(source: str, *, parse: str = "none", verbatim: bool = False) -> Seen:
    """Read a text with marks. `parse` full links names and channels that stand in it as plain words."""
    calls: list[str] = []
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\ue000{len(kept) - 1}\ue001"

    def code(found: re.Match[str]) -> str:
        inner = found[1] if found[1] is not None else found[2]
        return keep(_decoded(_CONTROL.sub(lambda one: _control(one[1], calls), inner)).strip("\n"))

    text = _CODE.sub(code, source)
    text = _CONTROL.sub(lambda one: keep(_control(one[1], calls)), text)
    text = _QUOTE.sub("", text)
    for mark in _MARKS:
        text = mark.sub(r"\1", text)
    if parse == "full" and not verbatim:
        calls += [f"{'!' if one[1] == '@' else '#'}{one[2]}" for one in _AUTOMATIC.finditer(text)]
    text = _decoded(_SHORT.sub(lambda one: EMOJI.get(one[1], one[0]), text))
    while "\ue000" in text:
        text = re.sub("\ue000(\\d+)\ue001", lambda one: kept[int(one[1])], text)
    return Seen(text, tuple(calls))


def read_plain(text: str, *, emoji: bool = True) -> str:
    """Read a text without marks, in which Slack still shows emoji."""
    return _SHORT.sub(lambda one: EMOJI.get(one[1], one[0]), text) if emoji else text


def written(text: str) -> str:
    """Give what a customer wrote as Slack sends it: escaped, its addresses as links, its emoji by their names."""
    named = _EMOJI.sub(lambda found: _named(found[0])[0], text)
    escaped = named.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"https?://[^\s<>()\[\]]+", lambda one: f"<{one[0]}>", escaped)


def composed(text: str) -> list[dict[str, Any]]:
    """Give the block that stands beside what a customer wrote: its texts as they are, its emoji with their code."""
    elements: list[dict[str, Any]] = []
    place = 0
    for found in _EMOJI.finditer(text):
        elements += [{"type": "text", "text": text[place : found.start()]}] if found.start() > place else []
        elements.append({"type": "emoji", **_named(found[0])[1]})
        place = found.end()
    elements += [{"type": "text", "text": text[place:]}] if text[place:] else []
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}] if text else []


def _named(emoji: str) -> tuple[str, dict[str, Any]]:
    """Give an emoji by a name, as Slack has one for each, and its part of the block."""
    plain = _TONE.sub("", emoji)
    letters = unicodedata.name(plain[0], "emoji").lower()
    name = "-".join(
        unicodedata.name(one, "").rpartition(" ")[2].lower() for one in plain if one not in "\u200d\ufe0f"
    )
    if "regional" in letters:
        name = "flag-" + name.replace("-", "")
    part: dict[str, Any] = {"name": name, "unicode": "-".join(f"{ord(one):x}" for one in emoji)}
    tone = _TONE.search(emoji)
    if tone is None:
        return f":{name}:", part
    part["skin_tone"] = ord(tone[0]) - 0x1F3FB + 2
    return f":{name}::skin-tone-{part['skin_tone']}:", part


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda one: _NAMED[one[1]], text)


def _control(inner: str, calls: list[str]) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("!date^"):
        return _decoded(label)
    if target.startswith("!"):
        calls.append(target)
        return _decoded(label) or "@" + target[1:].partition("^")[0]
    if target.startswith(("@", "#")):
        calls.append(target)
        return target[0] + _decoded(label or target[1:])
    if target.startswith(("http://", "https://", "mailto:", "tel:")):
        address, label = _decoded(target), _decoded(label)
        return f"{label} ({address})" if label and label != address else address
    return _decoded(target)  # brackets that nobody meant as such are lost
