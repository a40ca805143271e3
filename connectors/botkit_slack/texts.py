"""Texts as Slack shows them: rich text, in which nothing is a mark, a mention or a link that is not meant to be one.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any, Final

from botkit import Run, plain_runs

SECTION: Final = 3_000  # of a section
FALLBACK: Final = 3_000  # of what notifications show

_STYLES: Final = {"b": "bold", "i": "italic", "s": "strike", "code": "code"}
_KINDS: Final = {"pre": "rich_text_preformatted", "quote": "rich_text_quote", "": "rich_text_section"}
_MARKED: Final = re.compile(r"[*_~`]|:[^\s:]+:|^\s*[>•]", re.MULTILINE)


def units(text: str) -> int:
    """Give the length of a text as Slack counts it: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def escaped(text: str) -> str:
    """Give a text in which Slack sees no mention and no link."""
    return escape(text, quote=False)


def fallback(text: str) -> str:
    """Give what notifications and screen readers have of a message."""
    shown = text[:FALLBACK]
    while len(escaped(shown)) > FALLBACK:
        shown = shown[: len(shown) * 3 // 4]
    return escaped(shown) if shown == text else f"{escaped(shown)}…"


def write_rich(runs: Sequence[Run]) -> dict[str, Any] | None:
    """Write runs as a block; None where there is nothing to read."""
    if not plain_runs(runs).strip():
        return None
    grouped = [(kind, list(part)) for kind, part in groupby(runs, _kind)]
    last = len(grouped) - 1
    elements = []
    for number, (kind, part) in enumerate(grouped):
        inline = list(_inline(part, first=number == 0, last=number == last))
        if inline:
            elements.append({"type": _KINDS[kind], "elements": inline})
    return {"type": "rich_text", "elements": elements}


def _kind(run: Run) -> str:
    return "pre" if "pre" in run.marks else "quote" if "blockquote" in run.marks else ""


def _inline(runs: Sequence[Run], *, first: bool, last: bool) -> Iterator[dict[str, Any]]:
    """Give the elements of one piece; it breaks the line itself, so that a break at an edge is left out."""
    texts = [run.text for run in runs]
    if not first:
        texts[0] = texts[0].removeprefix("\n")
    if not last:
        texts[-1] = texts[-1].removesuffix("\n")
    for run, text in zip(runs, texts, strict=True):
        if not text:
            continue
        address = next((mark[2:] for mark in run.marks if mark.startswith("a:")), "")
        made: dict[str, Any] = {"type": "text", "text": text}
        if address:
            made = (
                {"type": "link", "url": address}
                if text == address
                else {"type": "link", "url": address, "text": text}
            )
        style = {_STYLES[mark]: True for mark in run.marks if mark in _STYLES}
        yield {**made, "style": style} if style else made


def write_section(title: str, text: str) -> dict[str, Any] | None:
    """Give a title above a text as a section has it, with its marks; None where it would not stand there as it is."""
    whole = f"{title}\n{text}".strip()
    if not whole or len(escaped(whole)) > SECTION - 2 or _MARKED.search(whole):
        return None
    bold = f"*{escaped(title)}*\n" if title.strip() and "\n" not in title.strip() else f"{escaped(title)}\n"
    return {"type": "mrkdwn", "text": (bold + escaped(text)).strip(), "verbatim": True}
