"""Text as it is compared: what a customer typed, folded so that spelling habits do not matter."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_FLAGS = re.compile(r"\(\?([aimsux]+)\)")
_NOT_WORD = re.compile(r"[^\w]+")
WORDS = re.compile(r"[㐀-䶿一-鿿]|(?:(?![㐀-䶿一-鿿])[\w'’])+")
"""The words of a text as it was written; each Chinese character is one."""


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Fold width, case, punctuation and spaces: `' Hello,  WORLD! '` gives `'hello world'`.

    NFKC first (full-width letters and digits become plain), apostrophes vanish, everything that is neither a
    letter nor a digit becomes one space.
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return _NOT_WORD.sub(" ", text).replace("_", " ").strip()


@lru_cache(maxsize=256)
def lowered(text: str) -> str:
    """Give a text in small letters, each where it stood; one whose small form is longer stays: ß."""
    small = text.casefold()
    if len(small) == len(text):
        return small
    return "".join([one if len(one := letter.casefold()) == 1 else letter for letter in text])


def without_apostrophes(text: str) -> str:
    """Give a text in small letters as phrases have them: `Don’t!` gives `dont!`."""
    return text.casefold().replace("'", "").replace("’", "")


@lru_cache(maxsize=1)
def _composed() -> re.Pattern[str]:
    """Give the pattern of a letter with the accents that are written behind it."""
    return re.compile(r"(?s:.)[\u0300-\u036f\u3099\u309a]*")


@lru_cache(maxsize=256)
def fold_placed(text: str) -> tuple[str, tuple[int, ...]] | None:
    """Fold a text, and tell of each letter of that where it stands in the text; nothing where that can't be said."""
    letters: list[str] = []
    places: list[int] = []
    for found in _composed().finditer(text):
        for small in unicodedata.normalize("NFKC", found[0]).casefold():
            if small in "'’":
                continue
            wordly = small.isalnum()
            if wordly or (letters and letters[-1] != " "):
                letters.append(small if wordly else " ")
                places.append(found.start())
    folded = "".join(letters).rstrip()
    return (folded, tuple(places[: len(folded)])) if folded == fold(text) else None


@lru_cache(maxsize=1)
def _cjk() -> re.Pattern[str]:
    """Give the pattern of a Chinese, Japanese or Korean character; Python takes milliseconds to compile it."""
    return re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]")


def has_cjk(text: str) -> bool:
    """Tell whether the text has Chinese, Japanese or Korean characters."""
    return not text.isascii() and _cjk().search(text) is not None


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Give the pattern of a word: one Chinese, Japanese or Korean character, or others in a row."""
    return re.compile(rf"{_cjk().pattern}|(?:(?!{_cjk().pattern})\w)+")


def words_of(folded: str) -> list[str]:
    """Split a folded text into words, in order; each Chinese character is one."""
    return folded.split() if folded.isascii() else _word().findall(folded)


def content_length(text: str) -> int:
    """Count the letters and digits of a text; one Chinese character counts as two."""
    folded = fold(text).replace(" ", "")
    return len(folded) + (0 if folded.isascii() else len(_cjk().findall(folded)))


def bordered(pattern: str) -> str:
    """Give a slot's pattern as it is searched: between word borders, flags at its beginning (`(?i)`) for it alone.

    A Chinese character beside a match is a border.
    """
    flags = _FLAGS.match(pattern)
    inner = f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else f"(?:{pattern})"
    return rf"(?<![A-Za-z0-9_]){inner}(?![A-Za-z0-9_])"


_FEW = 10  # ordinary words may fit a pattern that is made for them: yes|no|maybe


def is_broad(pattern: str, plain: Iterable[str]) -> bool:
    """Tell whether ordinary words fit a slot's pattern: more than a few of `plain`, which are folded."""
    fits = re.compile(pattern, re.IGNORECASE).fullmatch
    return sum(1 for word in plain if fits(word)) > _FEW
