"""Support: whether the passages that an answer cites say what it says.

No model judges here. What can be compared is compared: quotes, facts (`facts`), the words of each sentence, whether
it denies what they affirm, and its language. An opposite that no word of denial shows ("before" for "after") is not
found, nor a sound sentence that answers another question.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from botkit.model.events import Passage
from botkit.model.locales import Locale
from botkit.model.words import fold, has_cjk, words_of
from botkit.understanding.knowledge.facts import days_of, initials_of, links_of, names_of, numbers_of, without_units
from botkit.understanding.knowledge.pieces import pieces_of, stem
from botkit.understanding.language import show
from botkit.understanding.terms import is_empty, segments

Level = Literal["quotes", "numbers", "off"]

COVERED: Final = 0.7  # of the words of an answer that the passages have
COVERED_SENTENCE: Final = 0.5  # of those of each of its sentences
SAME: Final = 0.9  # of a quote's words that stand in the passage, in order
LONGEST: Final = 2_000  # characters of an answer, or of a quote
MOST_QUOTES: Final = 12
_LOOKED_AT: Final = 4_000  # characters of a passage
_ALIKE: Final = 0.8  # of a sentence's words, from which on another says the same or its opposite
_SHORTEST: Final = 3  # words of a quote
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+|;\s+")
_CLAUSES: Final = re.compile(r"[,，、:：]\s*|\s(?:but|unless|except)\s")
_SAYS_NOTHING: Final = frozenset(
    map(stem, ["unfortunately", "sorry", "afraid", "every", "each", "simply", "however", "usually", "leider"])
)
_YES_NO: Final = re.compile(
    r"^\s*(?:yes|no|sure|ja|nein|可以|不可以|不行|不能|是的|不是|能|会|不会)\s*[,.!:，。！：]\s*", re.IGNORECASE
)
_DENIES: Final = re.compile(
    r"\b(?:not|never|cannot|nor|none|nothing|nobody|neither|kein\w*|nicht|nie"
    r"|no(?! later| longer than| more than| less)"
    r"|(?:ca|do|does|did|is|are|was|were|wo|would|could|should|have|has|had)n['’]?t)\b"
    r"|(?:不(?!仅|但|过|同|久|断|少于|管|论)|没|无(?!论|线)|未(?!来)|勿|别(?=[再去把])|禁止)",
    re.IGNORECASE,
)
_POLITE: Final = re.compile(r"很?抱歉|不好意思|对不起|您好|谢谢|感谢|暂时|具体|一般")
_WITHOUT: Final = re.compile(r"\b(?:without|ohne)\s+((?:[\w'’-]+\s*){1,3})", re.IGNORECASE)
_LACKS: Final = re.compile(rf"{_DENIES.pattern}|\b(?:without|ohne|missing|lack\w*|fehl\w*)\b", re.IGNORECASE)
_CJK_EMPTY: Final = frozenset(
    "的了吗呢吧啊是在和与或也都就可以您我们你请后前时从到由于将会要能已被把对为此该其这那个并且而则即须需内里上下中之等若如果再还有它所及"
)


class Written(NamedTuple):
    """An answer as a model wrote it: `sources` are the numbers of the passages that it cites, from 1."""

    text: str
    quotes: Sequence[str]
    sources: Sequence[int]


def why_unsupported(
    written: Written,
    question: str,
    passages: Sequence[Passage],
    *,
    level: Level = "quotes",
    locale: str = "",
    locales: Sequence[Locale] = (),
    known: str = "",
) -> str:
    """Say why an answer may not be sent, or nothing. `known` are further words that it may use: the bot's name."""
    if not written.text.strip() or len(written.text) > LONGEST:
        return "it is empty" if not written.text.strip() else "it is too long"
    if not written.sources or not all(0 < one <= len(passages) for one in written.sources):
        return "it cites no passage that there is"
    if level == "off":
        return ""
    if len(written.quotes) > MOST_QUOTES or any(len(one) > LONGEST for one in written.quotes):
        return "it quotes too much"
    cited = [_cut(passages[one - 1]) for one in dict.fromkeys(written.sources)]
    said = "\n".join(f"{one.title}\n{one.text}\n{one.source}" for one in cited)
    own = f"{question}\n{known}"
    why = _wrong_facts(written.text, f"{said}\n{own}", locale)
    why = why or _wrong_language(written.text, question, locale, locales)
    if why or level == "numbers":
        return why
    why = _wrong_quotes(written, cited) or _uncovered(written.text, said, own)
    return why or _denies(written.text, cited) or _lacks(written.text, f"{said}\n{own}")


def _cut(passage: Passage) -> Passage:
    return passage if len(passage.text) <= _LOOKED_AT else replace(passage, text=passage.text[:_LOOKED_AT])


def citing(written: Written, passages: Sequence[Passage]) -> list[int]:
    """Give the numbers of the cited passages in which a quote stands; all that are cited where none does."""
    sources = [one for one in dict.fromkeys(written.sources) if 0 < one <= len(passages)]
    holding = [one for one in sources if any(stands(quote, passages[one - 1].text) for quote in written.quotes)]
    return holding or sources


# Facts


def _wrong_facts(answer: str, known: str, locale: str) -> str:
    given = list(numbers_of(known))
    units: dict[str, set[str]] = {}
    for number in given:
        units.setdefault(number.value, set()).add(number.unit)
    for number in numbers_of(answer):
        there = units.get(number.value)
        if there is None:
            return f"the passages do not have the number {number.value}"
        if number.unit and "" not in there and number.unit not in there:
            return f"the passages do not have {number.value} as a {number.unit}"
    missing = [*(days_of(answer) - days_of(known)), *(one for one in links_of(answer) if one not in known.casefold())]
    if missing:
        return f"the passages do not have {missing[0]}"
    words = {stem(word) for word in fold(known).split()} | {fold(one) for one in _latin(known)} | initials_of(known)
    for name in names_of(answer, nouns=locale.startswith("de")):
        parts = [stem(part) for part in fold(name).split()]
        if not (all(part in words for part in parts) or days_of(name)):
            return f"the passages do not have the name {name}"
    return ""


def _latin(text: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"[A-Za-zÀ-ɏ]+", text))


# Language


def _wrong_language(answer: str, question: str, locale: str, locales: Sequence[Locale]) -> str:
    """Say that an answer is not in the language of its question; where that shows none, in the customer's."""
    asked = show(question, locales)[0] or locale
    shown = show(answer, locales)[0]
    if asked and shown and asked.partition("-")[0] != shown.partition("-")[0]:
        return "it is not in the language of the question"
    share = _cjk_share(answer)
    if has_cjk(question) and share < 0.2 and len(answer.split()) > 2:
        return "it is not in the language of the question"
    if share > 0.5 and not has_cjk(question) and not asked.startswith(("zh", "ja", "ko")):
        return "it is not in the language of the question"
    return ""


def _cjk_share(text: str) -> float:
    words = words_of(fold(text))
    return sum(map(has_cjk, words)) / len(words) if words else 0.0


# Quotes


def _wrong_quotes(written: Written, cited: Sequence[Passage]) -> str:
    if not written.quotes:
        return "it quotes nothing"
    for quote in written.quotes:
        if not any(stands(quote, passage.text) for passage in cited):
            return "a quote does not stand in the passages that it cites"
    return ""


def stands(quote: str, text: str) -> bool:
    """Tell whether a quote stands in a text: as it is but for case and marks, or with hardly a word otherwise.

    Numbers and denials have to be the same. What is left out is shown by '...'; each part counts for itself.
    """
    parts = [part for part in re.split(r"\.{3,}|…+|\[\.\.\.\]", quote) if fold(part)]
    return bool(parts) and all(_part_stands(part, text) for part in parts)


def _part_stands(quote: str, text: str) -> bool:
    wanted, there = words_of(fold(_unmarked(quote))), words_of(fold(_unmarked(text)))
    if len(wanted) < _SHORTEST:
        return wanted == there
    if any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1)):
        return True
    blocks = [one for one in SequenceMatcher(None, wanted, there, autojunk=False).get_matching_blocks() if one.size]
    same = sum(one.size for one in blocks)
    if not blocks or same < SAME * len(wanted):
        return False
    window = there[blocks[0].b : blocks[-1].b + blocks[-1].size]
    if len(window) > len(wanted) * 1.2 + 1:
        return False
    joined = "" if has_cjk(quote) else " "
    first, second = joined.join(wanted), joined.join(window)
    return sorted(numbers_of(first)) == sorted(numbers_of(second)) and len(_DENIES.findall(first)) == len(
        _DENIES.findall(second)
    )


def _unmarked(text: str) -> str:
    """Give a text without the marks of Markdown, and links as what they are called."""
    return re.sub(r"[*_`#>|]+", " ", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))


# Words


def _uncovered(answer: str, said: str, own: str) -> str:
    """Say that the passages do not have the words of an answer, or of one of its sentences."""
    there, asked = _content(said), _content(own)
    total = covered = float(sum(1 for _ in numbers_of(answer)))  # they were looked at before
    for sentence in _sentences(answer):
        every = _content_list(sentence)
        words = [word for word in every if word not in asked]
        if every and not words and sum(_is_covered(word, there) for word in every) < COVERED * len(every):
            return "the passages do not say a sentence that only says again what was asked"
        has = sum(_is_covered(word, there) for word in words)
        total, covered = total + len(words), covered + has
        if len(words) > 2 and has < COVERED_SENTENCE * len(words):
            return "the passages do not say one of its sentences"
    few = covered and total - covered <= 1  # of two or three words one may be another
    return "the passages do not have most of its words" if covered < COVERED * total and not few else ""


def _sentences(text: str) -> list[str]:
    return [_YES_NO.sub("", one) for one in _SENTENCES.split(text) if one.strip()]


def _content_list(text: str) -> list[str]:
    """Give the words of a text that say something: stems, and pairs of Chinese characters."""
    words: list[str] = []
    for piece in segments(fold(_POLITE.sub(" ", without_units(_unmarked(text))))):
        if has_cjk(piece):
            runs = re.split(f"[{''.join(_CJK_EMPTY)}]", piece)
            words += [run[at : at + 2] for run in runs for at in range(max(len(run) - 1, 1)) if run]
        elif not is_empty(piece) and not piece.isdigit() and stem(piece) not in _SAYS_NOTHING:
            words.append(stem(piece))
    return words


def _content(text: str) -> frozenset[str]:
    found = set(_content_list(text)) | set(pieces_of(text).words)
    return frozenset(found | {one for word in found if has_cjk(word) for one in word})


def _is_covered(word: str, there: frozenset[str]) -> float:
    """Tell how much of a word is there: another form of it counts, of a Chinese pair each character a little."""
    if word in there:
        return 1.0
    if has_cjk(word):
        return 0.4 * sum(one in there for one in word) / len(word) * 2
    least = max(4, len(word) - 3)
    return float(
        len(word) >= 4 and any(other[:least] == word[:least] and abs(len(other) - len(word)) < 5 for other in there)
    )


# Denials


def _denies(answer: str, cited: Sequence[Passage]) -> str:
    """Say that a sentence denies what the passage affirms in the same words, or affirms what it denies."""
    sentences = [sentence for passage in cited for sentence in _sentences(_unmarked(passage.text))]
    known = frozenset(word for one in sentences for word in _content(one))
    there = [unit for sentence in sentences for unit in _units(sentence)]
    for sentence in (clause for one in _sentences(answer) for clause in _CLAUSES.split(one)):
        words = {word for word in _content_list(sentence) if _is_covered(word, known)}
        if len(words) < 2:
            continue
        shares = [(len(words & _content(other)) / len(words), other) for other in there]
        best = max((share for share, _ in shares), default=0.0)
        alike = [other for share, other in shares if share >= max(_ALIKE, best - 0.05)]
        if alike and all(bool(_DENIES.search(other)) != bool(_DENIES.search(sentence)) for other in alike):
            return "it says the opposite of a passage"
    return ""


def _units(sentence: str) -> list[str]:
    """Give what says one thing of a sentence: its clauses, and all of it if they all deny or all affirm."""
    clauses = _CLAUSES.split(sentence)
    mixed = len({bool(_DENIES.search(one)) for one in clauses}) > 1
    return clauses if mixed or len(clauses) == 1 else [sentence, *clauses]


def _lacks(answer: str, known: str) -> str:
    """Say that an answer does without something of which nobody says that it is not there: 'without a code'."""
    denied = [_content(one) for one in _sentences(_unmarked(known)) if _LACKS.search(one)]
    for found in _WITHOUT.finditer(answer):
        words = _content_list(found[1])[:1]
        if words and not any(_is_covered(words[0], one) for one in denied):
            return f"the passages do not say without {words[0]}"
    return ""
