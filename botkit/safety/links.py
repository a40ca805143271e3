"""Links: every address in a text that a chat may make a link of, however it is written.

A host is known by its scheme, its `www.`, or an ending that is one of the internet's. Names of files, numbers,
abbreviations and e-mail addresses are none.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

from botkit.safety.disguises import Form, forms
from botkit.safety.guarding import host_of

_WORDS: Final = frozenset(
    [
        *("am", "as", "at", "be", "by", "do", "id", "in", "is", "it", "la", "me", "my", "no", "so", "to", "us"),
        *("app", "best", "help", "how", "new", "now", "one", "pay", "place", "red", "run", "save", "show", "team"),
        *("today", "top", "watch", "win", "work", "world"),
    ]
)  # fmt: skip
"""Endings that are words: behind a full stop that lacks its space they may begin a sentence, with a capital."""

_FILES: Final = frozenset(["ai", "cab", "md", "mov", "pl", "ps", "py", "rs", "sh", "so", "st", "zip"])
"""Endings that are those of files as well: a bare one of two parts is taken for a file."""

_BREAKS: Final = "\u3000-\u9fff\uff00-\uffef"  # no host goes on over Chinese or Japanese text
_SCHEMED: Final = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{1,15}):[/\\]{1,3}(?P<rest>[^\s<>\"'`|]+)|(?<![\w.@/-])www\.[^\s<>\"'`|]+",
    re.IGNORECASE,
)
_BARE: Final = re.compile(
    r"(?<![\w.@%+-])(?P<host>(?:[^\W_](?:[\w-]{0,62})\.){1,8}(?P<end>xn--[a-z0-9-]+|[^\W\d_]{2,18}))\.?"
    r"(?P<port>:\d{2,5})?(?P<path>[/?#][^\s<>\"'`]*)?(?![\w@-])",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?/[^\s]*")
_TARGETS: Final = re.compile(
    r"\]\(\s*<?([^)\s>]+)|(?:src|href)\s*=\s*[\"']?([^\"'\s>]+)|^\s*\[[^\]]+\]:\s*(\S+)", re.MULTILINE
)
_MENDED: Final = (
    (re.compile(r"\bh(?:xx|\*\*|tt)p(s?)\b", re.IGNORECASE), r"http\1"),
    (re.compile(r"\s?[\[({<]\s?(?:\.|dot|punkt|点)\s?[\])}>]\s?", re.IGNORECASE), "."),
    (re.compile(r"\s?[\[({<]\s?(?::|colon)\s?[\])}>]\s?", re.IGNORECASE), ":"),
    (re.compile(r"\s?[\[({<]\s?(?:/|slash)\s?[\])}>]\s?", re.IGNORECASE), "/"),
    (re.compile(r"\b(https?)\s*:\s*/\s*/\s*", re.IGNORECASE), r"\1://"),
    (re.compile(r"(?<=[a-z0-9])\s+(?:dot|punkt)\s+(?=[a-z]{2,12}\b)", re.IGNORECASE), "."),
    (re.compile(r"(?<=[a-z0-9])点(?=[a-z]{2,12}\b)", re.IGNORECASE), "."),
    (re.compile(r"(?<=[a-z0-9])[。｡．․‧•∙·](?=[a-z0-9])", re.IGNORECASE), "."),
    (re.compile(r"[⁄∕⧸]"), "/"),
    (re.compile(r"(?<=[\w-])\s+\.\s*(?=(?:com|net|org|cn|ru|io|info|top|xyz|co|me)\b)|(?<=[\w-])\.\s+"
                r"(?=(?:com|net|org|cn|ru|xyz)\b)"), "."),
)  # fmt: skip
_SPACED: Final = re.compile(r"(?<!\w)(?:[\w.:/-][ \u00a0]){5,}[\w.:/-](?!\w)")
_SPACED_TWICE: Final = re.compile(r"[ \u00a0]")
_TAIL: Final = ".,;:!?)]}*_~。，、；：！？）】》」』”’"
_HARMLESS: Final = frozenset({"mailto", "tel", "sms"})
_TURNED: Final = frozenset({"com", "net", "org", "info", "xyz", "online", "shop", "top"})
"""Endings by which a bare host is known in a text that is read backwards or rotated: others are there by chance."""

_USUAL: Final = frozenset({"http", "https", "ftp", "tg", ""})


_OPEN: Final = ("http", "https", ":", "/", "www", ".")


def hosts_in(text: str, before: str = "") -> Iterator[str]:
    """List the hosts of all links in a text, whatever it is disguised as; "" is one that cannot be told.

    `before` is what was said last: a link may go on over both.
    """
    for form in forms(text, (before,) if before else ()):
        yield from _hosts_of(form)
    if before:
        over = _over(before, text)
        yield from _hosts_of(Form(over)) if over else ()


def _over(before: str, text: str) -> str:
    """Give what a link that is cut in two would be: the last word of a text, and the first one after it."""
    last, first = before.rstrip().rpartition(" ")[2], text.lstrip().partition(" ")[0]
    opened = last.lower().endswith(_OPEN) or ("://" in last and "." not in last.partition("://")[2])
    goes_on = (
        (opened and first[:1].islower())
        or first.startswith((".", "/", ":"))
        or ("." in last[1:-1] and first[:1].islower())
    )
    return last + first if goes_on else ""


def _hosts_of(form: Form) -> Iterator[str]:
    text = form.text
    if "." not in text and ":" not in text and not _may_be_mended(text):
        return
    for mended in _mendings(text):
        yield from _schemed(mended, usual=form.way == "turned" or not form.whole)
        if form.way == "plain" or (form.way == "decoded" and form.whole):
            yield from _bare(mended)
            yield from _targets(mended)
        elif form.way == "turned":
            yield from (host for host in _bare(mended) if host.rpartition(".")[2] in _TURNED)


def _may_be_mended(text: str) -> bool:
    lowered = text.lower()
    return any(sign in lowered for sign in ("dot", "punkt", "点", "。", "․", "‧", "•", "∙", "·"))


def _mendings(text: str) -> Iterator[str]:
    """List a text as it is, and as a reader would mend what was taken apart in it."""
    mended = text
    for pattern, instead in _MENDED:
        mended = pattern.sub(instead, mended)
    spaced = _SPACED.sub(lambda match: _SPACED_TWICE.sub("", match[0]), mended)
    yield from dict.fromkeys((text, mended, spaced))


def _schemed(text: str, *, usual: bool) -> Iterator[str]:
    """List the hosts of links with a scheme; `usual` ones alone in what may be noise."""
    for match in _SCHEMED.finditer(text):
        scheme = (match["scheme"] or "").lower()
        if scheme not in _HARMLESS and (not usual or scheme in _USUAL):
            link = _before_other_script(match[0]).rstrip(_TAIL)
            if "\\" in link:
                yield link[:40]  # programs differ in where that leads
                continue
            yield (host_of(re.sub(r":[/\\]+", "://", link, count=1)) or "").removeprefix("www.") or link[:40]


def _before_other_script(link: str) -> str:
    """Give a link without the Chinese text that follows its Latin host."""
    return re.sub(rf"(?<=[a-z0-9/])[,;:!?)\]]*[{_BREAKS}].*", "", link, count=1, flags=re.IGNORECASE | re.DOTALL)


def _bare(text: str) -> Iterator[str]:
    for piece in _pieces(text):
        for match in _BARE.finditer(piece):
            if _is_host(match["host"], match["end"], bool(match["path"])):
                yield match["host"].lower().removeprefix("www.")
    yield from (match[0].partition("/")[0] for match in _NUMBERS.finditer(text))


@lru_cache(maxsize=1)
def endings() -> frozenset[str]:
    """Give the endings of hosts that are known."""
    text = (files("botkit.safety") / "endings.txt").read_text("utf-8")
    return frozenset(name for line in text.splitlines() if not line.startswith("#") for name in line.split())


@lru_cache(maxsize=1)
def _mixed() -> re.Pattern[str]:
    return re.compile(rf"(?<=[{_BREAKS}])(?=[a-z0-9])|(?<=[a-z0-9/])(?=[{_BREAKS}])", re.IGNORECASE)


def _pieces(text: str) -> Iterator[str]:
    """Give a text in pieces between scripts: 请看shop.com吧 has one of Latin letters."""
    yield from _mixed().split(text)
    yield text


def _is_host(host: str, end: str, has_path: bool) -> bool:
    small, parts = end.lower(), host.split(".")
    if small.startswith("xn--"):
        return True
    if small not in endings():
        return has_path and len(parts) > 2 and small.isascii() and end.islower()
    if has_path:
        return True
    if small in _FILES and len(parts) == 2:
        return False
    if all(len(part) == 1 for part in parts[:-1]):
        return False  # e.g., i.e., U.S.
    return not (small in _WORDS and end[:1].isupper() and not end.isupper())


def _targets(text: str) -> Iterator[str]:
    """List where markdown and HTML lead."""
    for match in _TARGETS.finditer(text):
        target = next(filter(None, match.groups()), "")
        scheme, colon, rest = target.partition(":")
        if target.startswith(("//", "\\\\")):
            yield host_of(target.replace("\\", "/")) or target[:40]
        elif colon and scheme.isalnum() and scheme.lower() not in _HARMLESS and not rest.startswith("//"):
            yield target[:40]  # javascript:, data: and others that lead nowhere by a host
