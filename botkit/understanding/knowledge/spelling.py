"""Spelling: the word of the articles that a mistyped one stands for, or the compound that ends as it does."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from botkit.model.words import has_cjk

SHORTEST, LONGEST = 4, 30  # letters of a word that is mended
_LONG = 7  # letters from which two may be wrong
_HEAD, _COMPOUND = 6, 4  # letters of the end of a compound that says what it is, and of what stands before it
_MOST_KNOWN = 2048  # words that are remembered


class Spelling:
    """Mends words by those that are known: the first letter has to be right.

    Where none is near, a compound stands for its end, and that for it: Reinigung for Zahnreinigung.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(words):
            if len(word) >= SHORTEST and _is_word(word):
                self._words[word[0]].append(word)
        self._known: dict[str, str] = {}

    def mend(self, word: str) -> str:
        """Give the nearest known word, or nothing."""
        if not (SHORTEST <= len(word) <= LONGEST and _is_word(word)):
            return ""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[word] = self._find(word)
        return known

    def _find(self, word: str) -> str:
        wrong = 2 if len(word) >= _LONG else 1
        near = process.extract(word, self._words.get(word[0], ()), scorer=OSA.distance, score_cutoff=wrong, limit=3)
        return str(min(near, key=lambda one: (one[1], one[0]))[0]) if near else self._compound(word)

    def _compound(self, word: str) -> str:
        """Give the shortest known word that ends as another does; nothing where they are hardly compounds."""
        pairs = ((one, sorted((one, word), key=len)) for some in self._words.values() for one in some)
        found = [
            one
            for one, (short, long) in pairs
            if len(short) >= _HEAD and len(long) - len(short) >= _COMPOUND and long.endswith(short)
        ]
        return min(found, key=lambda one: (len(one), one), default="")


def _is_word(word: str) -> bool:
    """Tell whether a word is made of letters that stand one after the other."""
    return word.isalpha() and not has_cjk(word)
