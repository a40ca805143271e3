"""Marking: data that a language model is shown stands between tags that it cannot close."""

import re
from functools import lru_cache
from typing import Final

LONGEST_DATA: Final = 24_000  # characters of one thing between tags
LONGEST_ATTRIBUTE: Final = 200

TAGS: Final = ("customer", "data", "result", "passage")
"""Between which data stands."""

_UNSEEN: Final = r"[\s\u00ad\u200b-\u200f\u2060\ufeff/／]*"


def mark(tag: str, text: str, **attributes: object) -> str:
    """Put data between tags; what looks like one of ours in it, or like a message's end, does not read as one."""
    named = "".join(f' {name}="{_in_attribute(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{named}>\n{_harmless(text[:LONGEST_DATA])}\n</{tag}>"


def _harmless(text: str) -> str:
    return _signs().sub("‹", _tags().sub("‹", text))


def _in_attribute(text: str) -> str:
    """Give a text as the value of an attribute, which it cannot end: the name of a file, the title of an article."""
    return " ".join(_harmless(text).replace('"', "'").replace(">", "›").split())[:LONGEST_ATTRIBUTE]


@lru_cache(maxsize=1)
def _tags() -> re.Pattern[str]:
    """Give the pattern of what begins a tag of ours, however it is spelled."""
    names = "|".join(_UNSEEN.join(tag) for tag in TAGS)
    return re.compile(rf"[<＜﹤〈](?={_UNSEEN}(?:{names}))", re.IGNORECASE)


@lru_cache(maxsize=1)
def _signs() -> re.Pattern[str]:
    """Give the pattern of what servers take for a message's end where they write a talk as one text, and of ⟦1⟧."""
    ends = r"<(?=[|｜]|/?s>|/?(?:start|end)_of_turn|<SYS>>|</SYS>>)|\[(?=/?INST\])"
    return re.compile(rf"{ends}|⟦(?=\s*\d+\s*⟧)", re.IGNORECASE)
