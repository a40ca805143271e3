"""Texts as Telegram shows them: cut to its lengths, written as its HTML.

Lengths are counted as Telegram does: in UTF-16 code units, after the marks are taken out.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from botkit import Run, cut_runs

MESSAGE: Final = 4096  # UTF-16 units of a message: https://core.telegram.org/bots/api#sendmessage
CAPTION: Final = 1024  # of what stands below a picture or a file


def units(text: str) -> int:
    """Give the length of a text as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(runs: Sequence[Run], most: int = MESSAGE) -> list[list[Run]]:
    """Cut runs into messages of at most `most` units."""
    return cut_runs(runs, most, units)


def write_html(runs: Sequence[Run]) -> str:
    """Write runs as Telegram's HTML, everything in them escaped."""
    written: list[str] = []
    opened: list[str] = []
    for run in (*map(_unlinked, runs), Run("")):
        kept = 0
        while kept < min(len(opened), len(run.marks)) and opened[kept] == run.marks[kept]:
            kept += 1
        written += [f"</{_name(mark)}>" for mark in reversed(opened[kept:])]
        del opened[kept:]
        for mark in run.marks[kept:]:
            written.append(_opening(mark))
            opened.append(mark)
        written.append(escape(run.text, quote=False))
    return re.sub(r"<(\w+)[^>]*></\1>", "", "".join(written))


def _unlinked(run: Run) -> Run:
    """Leave an address as it stands: Telegram finds it itself."""
    return Run(run.text, tuple(mark for mark in run.marks if mark != f"a:{run.text}"))


def _name(mark: str) -> str:
    return "a" if mark.startswith("a:") else mark


def _opening(mark: str) -> str:
    return f'<a href="{escape(mark[2:])}">' if mark.startswith("a:") else f"<{mark}>"
