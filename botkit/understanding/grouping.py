"""Grouping: wordings that say about the same stand together, with other words between, typing errors, in Chinese.

A text is seen as `terms` sees it. Rare terms tell more than frequent ones; two texts are alike as far as the terms
that they share outweigh the others (the cosine of their weighted terms). Each text goes to the leader of a group
that it is most like, else it leads a group of its own. Only texts that share a term which is rare enough to reach the
least likeness are compared (Bayardo, Ma, Srikant: Scaling up all pairs similarity search, WWW 2007).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from botkit.model.words import fold, has_cjk
from botkit.understanding.terms import EMPTY, WEAK, Term, clauses

ALIKE = 0.5  # likeness from which on two texts are in one group
_LEAST_MENDED = 5  # letters of a word whose typing errors are mended
_MANY, _SEVERAL = 20, 2  # what is rare among few texts is not rare yet
_Vector = dict[str, float]


def group(texts: Sequence[str], counts: Sequence[int] | None = None) -> tuple[tuple[int, ...], ...]:
    """Give groups of texts by their places, the leader of each first, the largest group first.

    `counts` are how often each was said. Texts that are the same but for case and signs are always together, and
    those of which no word says anything stand alone. The same texts give the same groups in every order.
    """
    said = list(counts) if counts is not None else [1] * len(texts)
    same: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        same[fold(text) or text.strip()].append(at)
    weight_of = {key: sum(said[at] for at in places) for key, places in same.items()}
    keys = sorted(same, key=lambda key: (-weight_of[key], len(key), key))
    groups = _lead(keys, _vectors([min(texts[at] for at in same[key]) for key in keys]))
    ordered = sorted(groups, key=lambda members: (-sum(weight_of[keys[at]] for at in members), keys[members[0]]))
    return tuple([_places(members, keys, same, texts) for members in ordered])


def telling(text: str) -> tuple[str, ...]:
    """Give the stems of a text that tell what it is about, and its Chinese characters; nothing where none does."""
    found = clauses(text)
    return tuple(dict.fromkeys([term.word for term in found[0].terms if _tells(term)])) if found else ()


def _tells(term: Term) -> bool:
    pair = len(term.word) == 2 and has_cjk(term.word) and term.most not in (EMPTY, WEAK)
    return term.most > WEAK or pair


def _places(
    members: Sequence[int], keys: Sequence[str], same: Mapping[str, list[int]], texts: Sequence[str]
) -> tuple[int, ...]:
    return tuple([at for member in members for at in sorted(same[keys[member]], key=lambda place: texts[place])])


def _lead(keys: Sequence[str], vectors: Sequence[_Vector]) -> list[list[int]]:
    """Give groups by places in `keys`; the first member leads."""
    groups: list[list[int]] = []
    index: dict[str, list[int]] = defaultdict(list)  # term → groups whose leader has it
    for at in range(len(keys)):
        vector = vectors[at]
        best, found = 0.0, -1
        for number in sorted({number for term in _first(vector) for number in index[term]}):
            leader = vectors[groups[number][0]]
            likeness = sum([weight * leader[term] for term, weight in vector.items() if term in leader])
            if likeness > best:
                best, found = likeness, number
        if found >= 0 and best >= ALIKE:
            groups[found].append(at)
            continue
        groups.append([at])
        for term in vector:
            index[term].append(len(groups) - 1)
    return groups


def _first(vector: _Vector) -> list[str]:
    """Give the heaviest terms of a vector: what shares none of them cannot be like it enough."""
    left, found = 1.0, []
    for term, weight in sorted(vector.items(), key=lambda item: (-item[1], item[0])):
        if left < ALIKE * ALIKE:
            break
        found.append(term)
        left -= weight * weight
    return found


def _vectors(texts: Sequence[str]) -> list[_Vector]:
    """Weigh the terms of each text by how few texts have them; each vector is of length 1."""
    heard = [{term.key: (term.word, term.most) for term in _terms(text)} for text in texts]
    having = Counter([key for terms in heard for key in terms])
    mended = _mend(having, {key: word for terms in heard for key, (word, _) in terms.items()})
    vectors = []
    for terms in heard:
        vector: _Vector = {}
        for key, (_, most) in terms.items():
            known = mended.get(key, key)
            rarity = math.log((len(texts) + _MANY) / (having[known] + _SEVERAL)) + 1
            vector[known] = max(vector.get(known, 0.0), most * rarity)
        length = math.sqrt(sum([weight * weight for weight in vector.values()]))
        vectors.append({key: weight / length for key, weight in vector.items()} if length else {})
    return vectors


def _terms(text: str) -> tuple[Term, ...]:
    found = clauses(text)
    return tuple([term for term in found[0].terms if term.most > EMPTY]) if found else ()


def _mend(having: Counter[str], words: Mapping[str, str]) -> dict[str, str]:
    """Give for words that only one text has the frequent ones that they are misspelt for."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for key in sorted(having):
        if having[key] > 1 and words[key].isascii():
            known[words[key][0]][words[key]] = key
    mended = {}
    for word in sorted([key for key, count in having.items() if count == 1 and words[key] == key]):
        if len(word) < _LEAST_MENDED or not word.isascii() or word[0] not in known:
            continue
        allowed = 2 if len(word) >= 8 else 1
        near = process.extract(word, list(known[word[0]]), scorer=OSA.distance, score_cutoff=allowed, limit=3)
        if near:
            mended[word] = known[word[0]][min(near, key=lambda one: (one[1], one[0]))[0]]
    return mended
