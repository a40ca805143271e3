"""A text as the tokens of a domain: what a date or an amount is made of, one letter per kind.

The kinds make a short string, and the grammars of the domains are regular expressions over it; the words
themselves come from the locale. Kinds that all domains share: N a number, O an ordinal, x anything else,
and `.` a sign.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from botkit.model.locales import Locale
from botkit.model.parsers import Found
from botkit.understanding.values.atoms import Atom, cut, narrow, texts_of
from botkit.understanding.values.figures import read_figure
from botkit.understanding.values.lexicons import Domain, Entry, Words, match, words_of
from botkit.understanding.values.numerals import NO_NUMBER, Numeral, Reader


class Token(NamedTuple):
    """A token: `raw` is the digits of a number that was written in digits alone, `note` a numeral's."""

    kind: str
    value: Any
    start: int
    end: int
    raw: str = ""
    note: str = ""


class Line(NamedTuple):
    """A text's tokens and their kinds as one string."""

    tokens: tuple[Token, ...]
    kinds: str
    text: str

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], tuple[Token, ...]]]:
        """Give the matches over the kinds with their tokens."""
        for found in pattern.finditer(self.kinds):
            yield found, self.tokens[found.start() : found.end()]

    def span(self, tokens: Sequence[Token]) -> tuple[int, int]:
        """Give where tokens stand in the text."""
        return tokens[0].start, tokens[-1].end


def grammar(pattern: str, gap: str = ",") -> re.Pattern[str]:
    """Compile a pattern over kinds, in which a space stands for at most three fillers."""
    return re.compile(pattern.replace(" ", f"[{gap}]{{0,3}}"))


def read_line(text: str, locale: Locale, domain: Domain) -> Line:
    """Cut a text into the tokens of a domain, as a locale names them."""
    return _line(text, _Key(words_of(locale, domain)))


class _Key:
    """Makes Words hashable by identity: one per locale and domain."""

    __slots__ = ("words",)

    def __init__(self, words: Words) -> None:
        self.words = words

    def __hash__(self) -> int:
        return id(self.words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.words is self.words


@lru_cache(maxsize=512)
def _line(text: str, key: _Key) -> Line:
    texts, words = texts_of(text), key.words
    digits = "0" in texts and (words.domain == "number" or not words.leading.isdisjoint(texts))
    if not digits and words.telling.isdisjoint(texts):
        return Line((), "", narrow(text))
    tokens = tuple(_tokens(cut(text), words))
    return Line(tokens, "".join([token.kind for token in tokens]), narrow(text))


def has_words(text: str, locale: Locale, domain: Domain) -> bool:
    """Tell whether a text has words of a domain in a locale, digits aside."""
    return not words_of(locale, domain).telling.isdisjoint(texts_of(text))


def is_filled(text: str, locale: Locale, domain: Domain, kinds: str) -> bool:
    """Tell whether a piece of a text consists of phrases of these kinds alone."""
    atoms, at = cut(text), 0
    phrases = words_of(locale, domain).phrases
    while at < len(atoms):
        entry = match(phrases, atoms, at)
        if entry is None or entry[1] not in kinds:
            return False
        at += len(entry[0])
    return True


def _tokens(atoms: Sequence[Atom], words: Words) -> Iterator[Token]:
    reader = Reader(words, atoms)
    at, known = 0, True  # known: the last token was a word of the domain
    vocabulary = words.vocabulary
    while at < len(atoms):
        atom = atoms[at]
        if atom.kind != "digits" and atom.text not in vocabulary:
            yield Token("." if atom.kind == "sign" else "x", None, atom.start, atom.end)
            at, known = at + 1, False
            continue
        token, size = _token(reader, at, known)
        yield token
        at, known = at + size, token.kind != "x"


def _token(reader: Reader, at: int, known: bool) -> tuple[Token, int]:
    """Read the token at an atom and how many atoms it takes."""
    words, atoms = reader.words, reader.atoms
    entry = match(words.phrases, atoms, at)
    never = match(words.never, atoms, at)
    size = len(entry[0]) if entry else 0
    if never and len(never[0]) > size and not _is_meant(words, atoms, at, len(never[0])):
        return _make("x", None, atoms, at, len(never[0])), len(never[0])
    number = None if _is_opaque(reader, at, known) else read_figure(reader, at, one=_is_before_unit(words, atoms, at))
    if number is not None and number.note == NO_NUMBER:
        return _make("x", None, atoms, at, number.after - at), number.after - at
    if number is not None and number.after - at > size:
        return _number(reader, at, number)
    ordinal = _ordinal(reader, at)
    if entry and entry[1] == "N" and at and _ends_a_number(reader, at - 1):
        return _make("x", None, atoms, at, size), size
    if entry and not _is_glued(atoms, at, known) and (not ordinal or ordinal.after - at <= size):
        return _make(entry[1], entry[2], atoms, at, size), size
    if ordinal:
        return _make("O", ordinal.value, atoms, at, ordinal.after - at), ordinal.after - at
    return _make("." if atoms[at].kind == "sign" else "x", None, atoms, at, 1), 1


def _make(kind: str, value: Any, atoms: Sequence[Atom], at: int, size: int, note: str = "") -> Token:
    raw = atoms[at].text if size == 1 and atoms[at].kind == "digits" else ""
    return Token(kind, value, atoms[at].start, atoms[at + size - 1].end, raw, note)


def _number(reader: Reader, at: int, number: Numeral) -> tuple[Token, int]:
    """Make a number's token, or the ordinal's that it is the beginning of: 3rd, twenty second."""
    atoms, size = reader.atoms, number.after - at
    entry = reader.part(number.after)
    if entry and not number.note:
        glued = atoms[number.after].start == atoms[number.after - 1].end
        if entry[1] == "suffix" and glued and atoms[at].kind == "digits":
            return _make("O", number.value, atoms, at, size + 1), size + 1
    hyphen = number.after < len(atoms) and atoms[number.after].text == "-"
    behind = number.after + hyphen
    if number.value in {20, 30} and behind < len(atoms):
        day = reader.words.locale.numbers.ordinals.get(atoms[behind].text, 99)
        if day < 10:
            return _make("O", number.value + day, atoms, at, size + 1 + hyphen), size + 1 + hyphen
    if _is_cut_short(reader, number.after) or _is_vague(reader, at, number):
        return _make("x", None, atoms, at, size), size
    return _make("N", number.value, atoms, at, size, number.note), size


def _is_cut_short(reader: Reader, after: int) -> bool:
    """Digits that run into letters which mean nothing here: 180ml, 5XL."""
    atoms = reader.atoms
    if after >= len(atoms) or atoms[after - 1].kind != "digits":
        return False
    behind = atoms[after]
    return behind.kind == "word" and behind.start == atoms[after - 1].end and behind.text not in reader.words.phrases


def _ends_a_number(reader: Reader, at: int) -> bool:
    """十几天: a vague number that hangs on another is no number."""
    glued = reader.atoms[at].end == reader.atoms[at + 1].start
    return glued and (reader.atoms[at].kind == "digits" or reader.kind(at) in {"word", "scale"})


def _is_vague(reader: Reader, at: int, number: Numeral) -> bool:
    """两三天, 三五个月, 一两件: two digits side by side in front of a unit are no number but about as many."""
    words, atoms, after = reader.words, reader.atoms, number.after
    if after - at != 2 or atoms[at].kind != "han":
        return False
    few, more, measured = reader.part(at), reader.part(at + 1), reader.kind(after) == "measure"
    places = (after, after + 1) if measured else (after,)
    counted = words.domain not in {"date", "duration"} and measured
    timed = words.domain == "number" and _begins_unit(words, atoms, after)
    if (
        not (counted or timed or any(_is_unit(words, atoms, place) for place in places))
        or few is None
        or more is None
    ):
        return False
    return few[1] == more[1] == "word" and bool(0 < few[2] < more[2] < 10) and not number.note


def _begins_unit(words: Words, atoms: Sequence[Atom], at: int) -> bool:
    """Tell whether a unit of time begins at an atom, in a domain that has no units."""
    han = at < len(atoms) and atoms[at].kind == "han"
    return han and any(unit.startswith(atoms[at].text) for unit in words.locale.dates.units)


def _is_unit(words: Words, atoms: Sequence[Atom], at: int) -> bool:
    entry = match(words.phrases, atoms, at) if at < len(atoms) else None
    return entry is not None and entry[1] == "U"


def _is_opaque(reader: Reader, at: int, known: bool) -> bool:
    """Digits of a name or a number of something: A-10293, #123, iPhone15; in a date those of a time of day."""
    atoms = reader.atoms
    if atoms[at].kind != "digits":
        return False
    if reader.words.domain == "date" and [atom.text[:1] for atom in atoms[at + 1 : at + 2]] == [":"]:
        return at + 2 < len(atoms) and atoms[at + 2].kind == "digits"
    if not at or atoms[at - 1].end != atoms[at].start:
        return False
    before = atoms[at - 1]
    if before.kind == "word":
        return not known
    if reader.words.domain == "date" and before.text in "$€£¥:":
        return before.text != ":" or (at > 1 and atoms[at - 2].kind == "digits")
    if before.text in "#_@":
        return True
    joined = before.text in "-/." and at > 1 and atoms[at - 2].end == before.start
    return joined and atoms[at - 2].kind == "word" and not _is_known(reader.words, atoms, at - 2)


def _is_known(words: Words, atoms: Sequence[Atom], at: int) -> bool:
    return atoms[at].text in words.phrases


def _is_glued(atoms: Sequence[Atom], at: int, known: bool) -> bool:
    """A word that hangs on something unknown in front of it is no word of its own: A10h."""
    return (
        at > 0
        and atoms[at].kind == "word"
        and atoms[at - 1].kind == "digits"
        and atoms[at - 1].end == atoms[at].start
        and not known
    )


def _is_before_unit(words: Words, atoms: Sequence[Atom], at: int) -> bool:
    """An article followed by a unit or a currency counts as one."""
    if words.domain == "number" or at + 1 >= len(atoms):
        return False
    entry: Entry | None = match(words.phrases, atoms, at + 1)
    return entry is not None and (entry[1] == "U" or (entry[1] == "C" and atoms[at + 1].kind == "word"))


def _ordinal(reader: Reader, at: int) -> Numeral | None:
    """Third, 第三."""
    entry = reader.part(at)
    if entry is None:
        return None
    day = reader.words.locale.numbers.ordinals.get(reader.atoms[at].text)
    if day is not None and entry[1] in {"ordinal", "fraction"}:
        return Numeral(day, at + 1)
    if entry[1] == "ordinal_before" and at + len(entry[0]) < len(reader.atoms):
        return read_figure(reader, at + len(entry[0]))
    return None


def _is_meant(words: Words, atoms: Sequence[Atom], at: int, size: int) -> bool:
    """Tell whether a phrase that holds no number holds one here: 十分钟, 三点十分."""
    before = match(words.phrases, atoms, at - 1) if at and words.domain == "time" else None
    return (before is not None and before[1] in "c<>") or _runs_past(words, atoms, at, size)


def _runs_past(words: Words, atoms: Sequence[Atom], at: int, size: int) -> bool:
    """Tell whether a phrase that begins inside reaches further: 十分 is nothing, 十分钟 is ten minutes."""
    for inner in range(at + 1, min(at + size, len(atoms))):
        entry = match(words.phrases, atoms, inner)
        if entry and inner + len(entry[0]) > at + size:
            return True
    return False


def best_first(found: Sequence[Found], text: str) -> list[Found]:
    """Drop what lies within another value or outside the text; order by place."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return [one for one in kept if one.end <= len(text)]
