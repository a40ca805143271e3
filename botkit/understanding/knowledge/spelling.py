"""Spelling: the word of the articles that a mistyped one stands for."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST, LONGEST = 4, 30  # letters of a word that is mended
_LONG = 7  # letters from which two may be wrong
_MOST_KNOWN = 2048  # words that are remembered


class Spelling:
    """Mends words by those that are known; the first letter has to be right."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(words):
            if word.isalpha() and word.isascii() and len(word) >= SHORTEST:
                self._words[word[0]].append(word)
        self._known: dict[str, str] = {}

    def mend(self, word: str) -> str:
        """Give the nearest known word, or nothing."""
        if not (SHORTEST <= len(word) <= LONGEST and word.isalpha() and word.isascii()):
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
        return str(min(near, key=lambda one: (one[1], one[0]))[0]) if near else ""
