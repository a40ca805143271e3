"""Yes and no."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.understanding.values.atoms import narrow

_SIGN = r"[.,!?;:~…、。，！？；：]"
_END = r"(?=\s{0,3}(?:$|[^\w\s]))"


class _Phrases(NamedTuple):
    locale: Locale
    value: dict[str, bool]
    clause: re.Pattern[str]  # an answer at the beginning of a clause
    refusal: re.Pattern[str]  # of several words, at the end of one


_kept: dict[int, _Phrases] = {}


def parse_boolean(text: str, reading: Reading) -> list[Found]:
    """Find a yes or a no at the beginning of the message or of a clause in it, what was said first coming first.

    A refusal that ends a clause (agree? it is not ok) outweighs an approval before it.
    """
    plain = narrow(text)
    found: list[Found] = []
    for locale in reading.locales:
        found += [one for one in _answers(plain, _phrases(locale)) if one not in found]
    found.sort(key=lambda one: (one.start, -one.end))
    refused = [one for one in found[1:] if one.value is False and one.end - one.start > 3]
    return [*refused, *(one for one in found if one not in refused)] if found and found[0].value else found


def _answers(plain: str, phrases: _Phrases) -> list[Found]:
    found = []
    for match in phrases.clause.finditer(plain):
        group = "whole" if match["whole"] else "lead"
        found.append(Found(phrases.value[_spaced(match[group])], *match.span(group)))
    refusal = phrases.refusal.search(plain) if found and found[0].value else None
    if refusal:
        found.append(Found(False, *refusal.span(1)))
    return found


def _phrases(locale: Locale) -> _Phrases:
    kept = _kept.get(id(locale))
    if kept is None or kept.locale is not locale:
        if len(_kept) > 128:
            _kept.clear()
        kept = _kept[id(locale)] = _compile(locale)
    return kept


def _compile(locale: Locale) -> _Phrases:
    values = {_spaced(narrow(phrase)): value for phrase, value in locale.booleans.items()}
    values |= {_spaced(narrow(phrase)): True for phrase in locale.yes}
    values |= {_spaced(narrow(phrase)): False for phrase in locale.no}
    leading = {_spaced(narrow(phrase)) for phrase in locale.answers} & values.keys()
    leading |= {phrase for phrase in values if not phrase[0].isalnum()}
    border = r"(?=$|[^\w\s]|\s)" if locale.script != "han" else r"(?=$|[^\w\s]|\s|[啊呀呢吧哦嘛的了谢请麻我就])"
    hedge = _either({narrow(phrase) for phrase in locale.hedges})
    filler = _either({narrow(filler) for filler in locale.fillers if len(filler) <= 4} - values.keys())
    refusals = [phrase for phrase, value in values.items() if not value and (" " in phrase or locale.script == "han")]
    before = "" if locale.script == "han" else r"(?<!\w)"
    return _Phrases(
        locale,
        values,
        re.compile(
            rf"(?:^\s{{0,3}}|{_SIGN}\s{{0,3}})(?:(?:{filler or '(?!)'})\s{{1,2}})??"
            rf"(?:(?:{hedge or '(?!)'}),?\s{{0,2}})?"
            rf"(?:(?P<whole>{_either(values)}){_END}|(?P<lead>{_either(leading) or '(?!)'}){border})"
        ),
        re.compile(rf"{before}({_either(refusals) or '(?!)'})(?=\s{{0,3}}(?:$|{_SIGN}))"),
    )


def _either(phrases: Iterable[str]) -> str:
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s{1,3}") for phrase in ordered)


def _spaced(phrase: str) -> str:
    return " ".join(phrase.split())
