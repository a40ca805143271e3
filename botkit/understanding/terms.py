"""A text as the matcher sees it: clauses of terms, without what says nothing about its meaning.

Latin words are stemmed lightly, Chinese runs are cut by longest known word and into characters and pairs where
nothing is known. Words for one thing share one key (`=return` for 'send back' and '退货'). Numbers, e-mail
addresses, links and order numbers give no term.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from botkit.model.words import fold, has_cjk
from botkit.understanding.vocabulary import (
    CONCEPTS,
    EMPTY_CJK,
    EMPTY_WORDS,
    IRREGULAR,
    WEAK_CJK,
    WEAK_CONCEPTS,
    WEAK_WORDS,
)

EMPTY = 0.08
WEAK = 0.4
FULL = 1.0

_HEAD, _TAIL = 1500, 500
_CLAUSES, _TERMS = 16, 48
_GAP = 3

_NEUTRAL = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?<![A-Za-z])[#A-Za-z]{0,4}[-_#]?\d[\dA-Za-z.,:/_-]*",
    re.ASCII,
)
_BREAK = re.compile(
    r"[.,;:!?\n。，；：！？、…]+|\s-\s|\b(?:so|and|but|because|therefore|und|aber)\b|所以|但是|因为|然后|而且",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:^|\b(?:i|we|please|you)\s+)(?:dont|do not|didnt|did not|never|no longer)\s+"
    r"(?:(?:want|wish|need|like|mean|intend|plan)(?:ed)?\s+(?:you\s+)?to\s+|(?=[a-z]+))"
    r"|不想(?!要)|(?:不要|(?<![特分区个级性类])别)(?!了)|不用|无需|不需要(?!了)|没想"
)
_DENIAL = re.compile(
    r"\b(?:not|dont|cant|wont|never|no|without|doesnt|didnt|isnt|havent|hasnt|nicht|kein)\b|[不没别无未]"
)
_VOWEL = re.compile(r"[aeiouy]")


class Term(msgspec.Struct, frozen=True):
    """One piece of meaning: `key` is what is compared, `word` how it was written, `most` its largest weight."""

    key: str
    word: str
    most: float = FULL


class Clause(msgspec.Struct, frozen=True):
    """A part of a message; `refused` says that it begins by refusing what it names, `denied` that it denies."""

    text: str
    terms: tuple[Term, ...]
    refused: bool = False
    denied: bool = False


def stem(word: str) -> str:
    """Cut an English word down to what its plural, -ing and -ed forms share; other words hardly change.

    >>> stem("shipping"), stem("addresses"), stem("changed"), stem("replies")
    ('ship', 'addres', 'chang', 'repli')
    """
    word = IRREGULAR.get(word, word)
    if len(word) < 4 or not word.isascii():
        return word
    return _tail(_ending(word))


def _ending(word: str) -> str:
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and _VOWEL.search(rest):
            return rest
    return word


def _tail(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


class _Lexicon(msgspec.Struct, frozen=True):
    words: Mapping[str, str]  # stem → key
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]  # first stem → (stems, key), longest first
    cjk: Mapping[str, tuple[Term, ...]]  # known word → its terms
    longest: int


def _read_lexicon() -> _Lexicon:
    words: dict[str, str] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    cjk: dict[str, tuple[Term, ...]] = {word: (Term(word, word, EMPTY),) for word in EMPTY_CJK.split()}
    cjk |= {word: (Term(word, word, WEAK),) for word in WEAK_CJK.split()}
    known: dict[str, tuple[Term, ...]] = {}
    weak = WEAK_CONCEPTS.split()
    for line in CONCEPTS.replace("\n ", " ").strip().splitlines():
        name, _, rest = line.partition(":")
        key = f"={name}"
        latin, _, chinese = rest.partition("|")
        for phrase in latin.split(","):
            stems = tuple(stem(word) for word in phrase.split())
            if len(stems) == 1:
                words.setdefault(stems[0], key)
            elif stems:
                phrases.setdefault(stems[0], []).append((stems, key))
        most = WEAK if name in weak else FULL
        for word in chinese.split():
            known[word] = (*known.get(word, ()), Term(key, word, most))
    cjk |= known
    ordered = {first: tuple(sorted(entries, key=lambda e: (-len(e[0]), e))) for first, entries in phrases.items()}
    return _Lexicon(words, ordered, cjk, max(map(len, cjk)))


_LEXICON = _read_lexicon()
_EMPTY = frozenset(EMPTY_WORDS.split())
_EMPTY_STEMS = frozenset(map(stem, _EMPTY)) | _EMPTY
_EMPTY_RUNS = frozenset(EMPTY_CJK.split())
_WEAK_STEMS = (frozenset(map(stem, WEAK_WORDS.split())) | frozenset(WEAK_WORDS.split())) - _EMPTY
_WEAK_KEYS = frozenset(f"={name}" for name in WEAK_CONCEPTS.split())
KNOWN_STEMS = frozenset(_LEXICON.words) | _EMPTY_STEMS | _WEAK_STEMS


def word_term(root: str, word: str) -> Term:
    """Give the term of a stem."""
    key = _LEXICON.words.get(root)
    if key is not None:
        return Term(key, root, WEAK if key in _WEAK_KEYS else FULL)
    if root in _EMPTY_STEMS or word in _EMPTY:
        return Term(root, root, EMPTY)
    return Term(root, root, WEAK if root in _WEAK_STEMS or len(root) < 3 else FULL)


def without_neutral(text: str) -> str:
    """Give a text without its numbers, addresses and links."""
    return _NEUTRAL.sub(" ", text)


@lru_cache(maxsize=2048)
def clauses(text: str) -> tuple[Clause, ...]:
    """Cut a text into its clauses, the whole text first; at most 2,000 characters of it are looked at.

    The whole stands alone when the text has one clause. Empty when nothing in it has a meaning.
    """
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    text = _NEUTRAL.sub(" ", text)
    whole = _clause(text)
    if not whole.terms:
        return ()
    parts = [part for part in _BREAK.split(text) if part and not part.isspace()]
    if len(parts) < 2:
        return (whole,)
    kept = parts if len(parts) <= _CLAUSES else parts[: _CLAUSES - 4] + parts[-4:]
    found = [clause for clause in map(_clause, kept) if clause.terms]
    return (whole, *found) if len(found) > 1 else (whole,)


@lru_cache(maxsize=1)
def _segment() -> re.Pattern[str]:
    """Give the pattern of a run of Chinese, Japanese and Korean characters or of others; it compiles slowly."""
    return re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]+|[^\s぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]+")


def _clause(text: str) -> Clause:
    folded = fold(text)
    terms: dict[str, Term] = {}
    roots: list[tuple[str, str]] = []
    for piece in segments(folded):
        if has_cjk(piece):
            for term in _cjk_terms(piece):
                terms.setdefault(term.key, term)
        elif not any(character.isdigit() for character in piece):
            roots.append((stem(piece), piece))
    for term in _latin_terms(roots):
        terms.setdefault(term.key, term)
    return Clause(
        text,
        tuple(terms.values())[:_TERMS],
        refused=_REFUSAL.search(folded) is not None,
        denied=_DENIAL.search(folded) is not None,
    )


def segments(folded: str) -> list[str]:
    """Cut a folded text into words and runs of Chinese, Japanese and Korean characters, in order."""
    return folded.split() if folded.isascii() else _segment().findall(folded)


def concepts(pieces: Sequence[str]) -> Iterator[str]:
    """Name the things that segments speak of in words that others may put otherwise: `=return` of 'send back'."""
    roots: list[tuple[str, str]] = []
    for piece in pieces:
        if has_cjk(piece):
            yield from (term.key for term in _cjk_terms(piece) if term.key.startswith("="))
        else:
            roots.append((stem(piece), piece))
    yield from (term.key for term in _latin_terms(roots) if term.key.startswith("="))


def is_empty(word: str) -> bool:
    """Tell whether a folded word says nothing about what is meant, in any bot."""
    return word in _EMPTY or stem(word) in _EMPTY_STEMS or word in _EMPTY_RUNS


def is_weak(word: str) -> bool:
    """Tell whether a folded word says little about what is meant: when, order, problem."""
    return stem(word) in _WEAK_STEMS


def _latin_terms(roots: list[tuple[str, str]]) -> Iterator[Term]:
    used: set[int] = set()
    for at, (root, word) in enumerate(roots):
        if at in used:
            continue
        for stems, key in _LEXICON.phrases.get(root, ()):
            places = _places(roots, at, stems)
            if places:
                used.update(places)
                yield Term(key, " ".join(stems), WEAK if key in _WEAK_KEYS else FULL)
                break
        else:
            yield word_term(root, word)


def _places(roots: list[tuple[str, str]], at: int, stems: tuple[str, ...]) -> list[int]:
    places = [at]
    for wanted in stems[1:]:
        last = places[-1]
        near = range(last + 1, min(last + 2 + _GAP, len(roots)))
        found = next((index for index in near if roots[index][0] == wanted), None)
        if found is None:
            return []
        places.append(found)
    return places


def _cjk_terms(run: str) -> Iterator[Term]:
    unknown = at = 0
    while at < len(run):
        for size in range(min(_LEXICON.longest, len(run) - at), 0, -1):
            entry = _LEXICON.cjk.get(run[at : at + size])
            if entry is not None:
                yield from _grams(run[unknown:at])
                yield from entry
                at += size
                unknown = at
                break
        else:
            at += 1
    yield from _grams(run[unknown:])


def _grams(run: str) -> Iterator[Term]:
    """Characters and pairs of an unknown run; together they weigh as much as its words would."""
    if len(run) == 1:
        yield Term(run, run, 0.5)
        return
    for character in run:
        yield Term(character, character, 0.25)
    for at in range(len(run) - 1):
        yield Term(run[at : at + 2], run[at : at + 2], 0.25 * len(run) / (len(run) - 1))
