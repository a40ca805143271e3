"""Unnaming: texts without what may name a person, and what stands in its place."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from botkit.app.personal import Values
from botkit.model.secrecy import HIDDEN
from botkit.safety import mask

SECRET: Final = "[secret]"  # noqa: S105 - what stands in place of one
_NAME: Final = re.compile(r"[^\W\d_]+(?:[.'’-]+[^\W\d_]*)*")
_LEFT, _RIGHT, _FIRST = "\ue000", "\ue001", 0xE100  # around what stands for a value while the rest is masked
_MARKS: Final = re.compile("[\ue000-\uf8ff]")
_MOST: Final = 0xF8FF - _FIRST


class Unnamed(msgspec.Struct, frozen=True):
    """Texts without what may name a person, and how many pieces of which kind were taken out."""

    texts: tuple[str, ...]
    counts: Mapping[str, int]


def unname(texts: Sequence[str], values: Values, names: Collection[str] = ()) -> Unnamed:
    """Take out of the texts of one conversation what its `values` are, and what `botkit.mask` finds.

    The same value has the same placeholder: `[name 1]`, `[email 1]`. A name of several words goes in parts too.
    Secrets, which are hidden already, become `[secret]`. `names` are further ones, by which people introduced
    themselves: one of a single word may be any word, and counts only as it is written, or with a capital.
    """
    pattern, named = _pattern_of(values, names)
    places: dict[str, int] = {}
    counts: Counter[str] = Counter()

    def stand_in(match: re.Match[str]) -> str:
        value = _plain(match[0])
        name = named.get(value, "")
        whole = next((one for one in named if one != value and not name and value in one.split()), value)
        at = places.setdefault(whole, len(places))
        return f"{_LEFT}{chr(_FIRST + at)}{_RIGHT}" if at < _MOST else SECRET

    known = mask("")
    unnamed: list[str] = []
    for text in texts:
        known = mask(pattern.sub(stand_in, _MARKS.sub("", text)), known=known)
        unnamed.append(known.text)
    shown = _placeholders(places, named, known.values)
    for number, text in enumerate(unnamed):
        for mark, placeholder in shown.items():
            text = text.replace(mark, placeholder)  # noqa: PLW2901
        unnamed[number] = text.replace(HIDDEN, SECRET)
        counts.update(word.rpartition(" ")[0] for word in _PLACEHOLDER.findall(unnamed[number]))
        counts["secret"] += unnamed[number].count(SECRET)
    return Unnamed(tuple(unnamed), {name: count for name, count in counts.items() if count})


_PLACEHOLDER: Final = re.compile(r"\[([^\W\d][\w ]{0,60} [1-9]\d{0,4})\]")


def _placeholders(places: Mapping[str, int], named: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for value, at in places.items():
        name = named.get(value) or "name"
        counts[name] += 1
        while f"[{name} {counts[name]}]" in taken:
            counts[name] += 1
        shown[f"{_LEFT}{chr(_FIRST + at)}{_RIGHT}"] = f"[{name} {counts[name]}]"
    return shown


def _pattern_of(values: Values, names: Collection[str]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Give what finds the values, and each, folded, with its name; those that `mask` finds are left to it."""
    left = {text: name for text, name in values.items() if not _is_masked(text)}
    known = {_plain(text) for text in left}
    more = [name for name in dict.fromkeys(names) if _plain(name) not in known and not _is_masked(name)]
    single = {form for name in more if " " not in name for form in (name, name[:1].upper() + name[1:])}
    left |= {name: "name" for name in more if " " in name}
    named = {_plain(text): name for text, name in left.items()} | {_plain(name): "name" for name in single}
    parts = {part for text in left for part in _parts(text)} - set(left) - single
    sources = [_source(text) for text in sorted(left, key=len, reverse=True)]
    sources += [f"(?-i:{_source(name)})" for name in sorted(single, key=len, reverse=True)]
    sources += [f"(?-i:{_source(part)})" for part in sorted(parts, key=len, reverse=True)]
    return re.compile("|".join(sources) or r"(?!)", re.IGNORECASE), named


def _is_masked(text: str) -> bool:
    return re.fullmatch(r"\[[a-z]+ 1\]", mask(text.strip()).text) is not None and text.strip()[:1] != "["


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _parts(text: str) -> Iterator[str]:
    """Give the words of what looks like a name: two to four, each with a capital."""
    words = text.split()
    if 2 <= len(words) <= 4 and all(_NAME.fullmatch(word) and word[0].isupper() for word in words):
        yield from (word for word in words if len(word) > 2)


def _source(text: str) -> str:
    words = r"\s+".join(map(re.escape, text.split()))
    before = r"(?<!\w)" if _has_border(text.strip()[:1]) else ""
    behind = r"(?!\w)" if _has_border(text.strip()[-1:]) else ""
    return f"{before}{words}{behind}"


def _has_border(letter: str) -> bool:
    return letter.isalnum() and letter < "\u0e00"
