"""Which of a bot's languages a message clearly shows, and by what."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from botkit.model.events import ShownBy
from botkit.model.locales import Locale

Letters = Callable[[Sequence[str]], str]  # words in Latin letters, as written → the code of a locale, or ''

_NOISE = re.compile(r"(?<!\S)\S*(?:[@\d]|://|www\.)\S*")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-zÀ-ɏ]+)*")
_SCRIPTS = {
    "han": r"[㐀-䶿一-鿿豈-﫿]",
    "kana": r"[぀-ヿ]",
    "hangul": r"[가-힯]",
    "arabic": r"[؀-ۿݐ-ݿﭐ-﷿ﹰ-﻿]+",
    "cyrillic": r"[Ѐ-ӿ]+",
}
_MOST = 2000  # characters that are looked at
_FIRM = 3  # of a script's words for each in Latin letters: the others are names and borrowed words
_FEW = 3  # words
_NOTHING: tuple[str, ShownBy] = ("", "")


def show(text: str, locales: Sequence[Locale], letters: Letters | None = None) -> tuple[str, ShownBy]:
    """Give the code of the locale that the text clearly shows, and by what; or ('', '').

    A script of its own decides where it has at least as many words as the Latin letters; one Chinese character
    counts as a word. Between languages in Latin letters frequent words (`shown_by`) decide: two of them, or one
    in a message of up to three words, and more than any other language has. Where there are no two, `letters` may
    tell. Numbers, addresses and names show nothing.
    """
    plain = _NOISE.sub(_without_latin, text[:_MOST])
    latin = _LATIN.findall(plain)
    script, weight = _own_script(plain)
    if script and weight >= len(latin):
        code = next((locale.code for locale in locales if locale.script == script), "")
        return (code, "script" if weight >= _FIRM * len(latin) else "characters") if code else _NOTHING
    shown = _by_words([word.casefold().replace("’", "'") for word in latin], locales)
    if letters is None or not latin or shown[1] == "words":
        return shown
    code = letters(latin)
    if not code or (code == shown[0] and len(latin) < _FEW):  # ok thanks: no more than the word alone
        return shown
    return code, "letters"


def _without_latin(match: re.Match[str]) -> str:
    """Keep of an address or a number only what stands around it without a space, as in 我的邮箱是a@b.com."""
    return " " + re.sub(r"[\x00-\u024f]+", " ", match[0]) + " "


def _own_script(text: str) -> tuple[str, int]:
    """Give the script beside Latin that has most of the text and its weight in words; '' if none."""
    if text.isascii():
        return "", 0
    weights = {script: len(pattern.findall(text)) for script, pattern in _scripts().items()}
    if weights["kana"]:
        weights["kana"] += weights.pop("han")  # Japanese has both
    script = max(weights, key=lambda name: weights[name])
    return (script, weights[script]) if weights[script] else ("", 0)


@lru_cache(maxsize=1)
def _scripts() -> dict[str, re.Pattern[str]]:
    """Compile the scripts, once there is a text that needs them: large ranges take milliseconds."""
    return {script: re.compile(pattern) for script, pattern in _SCRIPTS.items()}


def _by_words(words: Sequence[str], locales: Sequence[Locale]) -> tuple[str, ShownBy]:
    if not words or not locales:
        return _NOTHING
    counts = []
    for at, locale in enumerate(locales):
        shown = _folded(locale.shown_by) if locale.script == "latin" else frozenset()
        counts.append((len([word for word in words if word in shown]), -at))
    counts.sort(reverse=True)
    best, place = counts[0]
    second = counts[1][0] if len(counts) > 1 else 0
    needed = 1 if len(words) <= 3 else 2
    if best < needed or best == second:
        return _NOTHING
    several = sum([locale.script == "latin" for locale in locales]) > 1
    return locales[-place].code, "word" if best == 1 and (several or len(words) < _FEW) else "words"


@lru_cache(maxsize=128)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
