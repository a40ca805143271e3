"""Remainders: what a reply says when its yes or no, words of correction and politeness are taken off."""

from collections import Counter

from botkit.dialogue.phrases import Phrases, is_question, leads_in
from botkit.model.words import WORDS, fold, has_cjk, words_of

_MOST_LEADING, _MOST_TRAILING, _LEAST_SHARED = 12, 3, 2  # words or Chinese characters


def remainder(phrases: Phrases, text: str) -> tuple[int, int]:
    """Give where the substance of a text stands: 'no, make it 7 Canal Street please' gives '7 Canal Street'."""
    words = [(found.start(), found.end()) for found in WORDS.finditer(text)]
    if not words:
        return 0, 0
    leading = (at for at in range(min(len(words) - 1, _MOST_LEADING), 0, -1))
    first = next((at for at in leading if leads_in(phrases, fold(text[: words[at][0]]), small=True)), 0)
    last = len(words)
    for at in range(max(first + 1, len(words) - _MOST_TRAILING), len(words)):
        if _is_polite(phrases, text[words[at][0] :]):
            last = at
            break
    return words[first][0], words[last - 1][1]


def _is_polite(phrases: Phrases, tail: str) -> bool:
    folded = fold(tail)
    wide = len(folded) > 1 or has_cjk(folded)
    return wide and phrases.fillers is not None and phrases.fillers.fullmatch(folded) is not None


def rewords(phrases: Phrases, said: str, current: str) -> bool:
    """Tell whether a text is another wording of a value: half of its words, and two, are those of the value.

    What asks, denies, agrees or refuses is none: 'not 12 High Street', '12 High Street is wrong'.
    """
    folded = fold(said)
    if folded == fold(current) or is_question(phrases, said):
        return False
    patterns = (phrases.either, phrases.doubts, phrases.denials)
    if any(pattern is not None and pattern.search(folded) is not None for pattern in patterns):
        return False
    new, old = words_of(folded), words_of(fold(current))
    shared = (Counter(new) & Counter(old)).total()
    return shared >= _LEAST_SHARED and 2 * shared >= max(len(new), len(old))
