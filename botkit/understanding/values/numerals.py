"""Plain numbers in digits and words, read from atoms: without a sign, and not as shares of something.

A number grows from left to right as a list of summands. A scale word takes all summands smaller than itself and
multiplies them: two hundred and two thousand, 一千两百三十四万, three hundred and two dozen all follow from that.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from botkit.model.locales import Formats
from botkit.understanding.values.atoms import Atom
from botkit.understanding.values.lexicons import Entry, Words, match
from botkit.understanding.values.sums import Number, Sum, is_tens, read_digits

LONGEST = 40  # atoms of one number
LARGEST = 10**30
NO_NUMBER = "!"  # too large, or two numbers that stand for all between them


class Numeral(NamedTuple):
    """A number and the index of the atom behind it. `note`: % for percent, NO_NUMBER for what is none after all."""

    value: Number
    after: int
    note: str = ""


class Reader:
    """Reads the numbers of a text's atoms with one locale's words. Made for one text and thrown away."""

    def __init__(self, words: Words, atoms: Sequence[Atom]) -> None:
        self.words = words
        self.atoms = atoms
        self.formats: Formats = words.locale.formats
        self.compact = words.locale.numbers.compact
        over = words.locale.numbers.over
        self.has_bar = bool(over) and any(phrase.startswith(atom.text) for atom in atoms for phrase in over)
        self.points = not self.compact or words.domain not in {"date", "time"}

    def part(self, at: int) -> Entry | None:
        """Give the numeral word at an atom."""
        return match(self.words.numerals, self.atoms, at) if at < len(self.atoms) else None

    def kind(self, at: int) -> str:
        """Give what kind of numeral word is at an atom, '' if none."""
        entry = self.part(at)
        return entry[1] if entry else ""

    def plain(self, at: int, one: bool = False) -> Numeral | None:
        """Read the number at an atom without its sign, its share and what it is a percentage of; `one` says that an
        article there means one (a dollar, an hour).
        """
        if at >= len(self.atoms):
            return None
        total = Sum(self.compact)
        after = self._grow(total, at, one)
        if not total.parts:
            return None
        found = Numeral(total.total(), after, NO_NUMBER if total.between else "")
        return found if found.note else self._half_behind(self._decimals(found))

    def _grow(self, total: Sum, at: int, one: bool) -> int:
        """Take atoms into the sum as long as they fit; gives the index behind the last one taken."""
        start, until = at, min(len(self.atoms), at + LONGEST)
        while at < until:
            step = self._step(total, at, one and at == start)
            if not step:
                break
            at += step
        return at

    def _step(self, total: Sum, at: int, one: bool) -> int:
        """Take what is at an atom; gives how many atoms were taken."""
        if self.atoms[at].kind == "digits":
            return self._take_digits(total, at)
        entry = self.part(at)
        if entry is None:
            return self._take_hyphen(total, at)
        words, kind, value = entry
        match kind:
            case "word":
                return self._take_below(total, at, value) or self._take_word(total, at, value, len(words))
            case "scale":
                return len(words) if total.take_scale(value) or self._bare_scale(total, at, value) else 0
            case "percent_before":
                return self._take_scale_within(total, at)
            case "half":
                return self._take_half(total, at, value)
            case "joiner":
                return self._take_joined(total, at, len(words))
            case "one":
                return self._take_one(total, at, one)
            case "fraction":
                return self._take_fraction(total, at, value)
            case _:
                return 0

    def _take_digits(self, total: Sum, at: int) -> int:
        if total.parts and not total.scale:
            return self._take_quotient(total, at)
        value = read_digits(self.atoms[at].text, self.formats.decimal, self.formats.group)
        if value is None or not total.take_word(value):
            return 0
        total.run, total.digits = 0, True
        return 1 + self._divide(total, at + 1)

    def _take_hyphen(self, total: Sum, at: int) -> int:
        """Twenty-three."""
        following = self.part(at + 1) if self.atoms[at].text == "-" else None
        joins = total.last is not None and is_tens(total.last) and not self.compact
        return int(joins and following is not None and following[1] == "word" and 0 < following[2] < 10)

    def _take_quotient(self, total: Sum, at: int) -> int:
        """2 1/4."""
        if len(total.parts) > 1 or not isinstance(total.parts[0], int) or total.joined:
            return 0
        rest = Sum(self.compact)
        rest.parts.append(
            int(self.atoms[at].text) if self.atoms[at].text.isdecimal() and len(self.atoms[at].text) < 4 else 0
        )
        size = self._divide(rest, at + 1)
        if not size or rest.parts[0] >= 1:
            return 0
        total.parts[0] += rest.parts[0]
        total.joined = True
        return 1 + size

    def _divide(self, total: Sum, at: int) -> int:
        """3/4: only in plain numbers, elsewhere a stroke belongs to dates."""
        below = self.atoms[at + 1] if at + 1 < len(self.atoms) else None
        if self.words.domain != "number" or below is None or self.atoms[at].text != "/" or len(total.parts) != 1:
            return 0
        if not below.text.isdecimal() or not 0 < len(below.text) < 5 or not int(below.text):
            return 0
        if at + 2 < len(self.atoms) and self.atoms[at + 2].text == "/":
            return 0
        total.parts[0] = Decimal(total.parts[0]) / int(below.text)
        return 2

    def _take_word(self, total: Sum, at: int, value: Number, size: int) -> int:
        if value == 10 and self.compact and total.parts and total.last is not None and total.take_scale(10):
            return size  # 二十: here ten is a scale
        if total.joined and value == 0:
            return 0
        if value == 0 and self.compact and total.scale:
            return self._take_joined(total, at, size)
        return size if total.take_word(value) else 0

    def _take_scale_within(self, total: Sum, at: int) -> int:
        """五百分之二: behind a number 百 is a hundred, and what follows it is a fraction's bar."""
        entry = next((each for each in self.words.numerals[self.atoms[at].text] if each[1] == "scale"), None)
        return len(entry[0]) if entry and total.parts and total.take_scale(entry[2]) else 0

    def _take_below(self, total: Sum, at: int, value: Number) -> int:
        """One twenty-fifth, three thirty-fifths: tens and a fraction behind a number are what divides it."""
        if self.compact or not total.parts or total.joined or not is_tens(value):
            return 0
        behind = at + 1 + (at + 1 < len(self.atoms) and self.atoms[at + 1].text == "-")
        entry = self.part(behind)
        if entry is None or entry[1] != "fraction" or entry[2] > 9 or self.words.domain != "number":
            return 0
        above = sum(total.parts)
        if (self.atoms[behind].text in self.words.locale.numbers.ordinals) != (above == 1):
            return 0  # one hundred twenty-fifth is a place
        total.parts[:] = [Decimal(above) / int(value + entry[2])]
        total.last, total.scale, total.joined = None, 0, True
        return behind + 1 - at

    def _bare_scale(self, total: Sum, at: int, value: int) -> bool:
        """百三, 半百: a scale that begins a number counts once, if a number word follows it."""
        if total.parts or not self.compact or value not in {100, 1000} or self.kind(at + 1) != "word":
            return False
        total.parts.append(value)
        total.scale = value
        return True

    def _take_half(self, total: Sum, at: int, value: Number) -> int:
        if total.parts:
            return 0
        total.parts.append(value)
        article = self.kind(at + 1) == "one"
        if article and (self.kind(at + 2) == "scale" or self.words.domain in {"duration", "date"}):
            return 2
        return 1

    def _take_joined(self, total: Sum, at: int, size: int) -> int:
        """Two hundred AND five; one AND a half; 一百零五."""
        if not total.parts or (total.joined and self.compact) or self._joins_share(at, size):
            return 0
        following = self.part(at + size)
        if following is None:
            return 0
        if not self.compact and (taken := self._join_fraction(total, at, size)):
            return taken
        if total.scale and following[1] == "word" and following[2] < total.scale:
            total.joined = True
            return size
        tens = total.last is not None and is_tens(total.last) and not self.compact
        return size if tens and following[1] == "word" and 0 < following[2] < 10 else 0

    def _joins_share(self, at: int, size: int) -> bool:
        """三百又五分之一: what follows 又 is a share, no summand."""
        if not self.compact or self.atoms[at].text in self.words.locale.numbers.zero:
            return False
        ahead = at + size
        while ahead < min(len(self.atoms), at + LONGEST):
            entry = self.part(ahead)
            kind = entry[1] if entry else self.atoms[ahead].kind
            if kind in {"over", "percent_before"}:
                return True
            if kind not in {"word", "scale", "joiner", "digits"}:
                return False
            ahead += len(entry[0]) if entry else 1
        return False

    def _join_fraction(self, total: Sum, at: int, size: int) -> int:
        """One and a half, twenty and three fifths."""
        rest = Sum(compact=False)
        inner = at + size
        while inner < min(len(self.atoms), at + 6) and not any(part != int(part) for part in rest.parts):
            if self.kind(inner) not in {"one", "word", "half", "fraction"}:
                break
            step = self._step(rest, inner, one=True)
            if not step:
                break
            inner += step
        if not rest.parts or rest.parts[-1] == int(rest.parts[-1]):
            return 0
        total.parts.append(rest.parts[-1])
        total.joined, total.scale, total.last = True, 0, None
        return inner - at

    def _take_one(self, total: Sum, at: int, one: bool) -> int:
        """An article is one before a scale or a fraction, and before a unit if the caller says so."""
        if total.parts or at + 1 >= len(self.atoms):
            return 0
        following = self.kind(at + 1)
        if following == "half":
            return 1
        if following not in {"scale", "fraction"} and not one:
            return 0
        total.parts.append(1)
        total.scale = 0
        return 1

    def _take_fraction(self, total: Sum, at: int, value: int) -> int:
        """Two thirds: what was read so far is the numerator."""
        if not total.parts or any(part != int(part) for part in total.parts):
            return 0
        if total.last in {20, 30} and self.atoms[at].text in self.words.locale.numbers.ordinals:
            return 0  # twenty third is a day
        total.parts[:] = [Decimal(sum(total.parts)) / value]
        total.last, total.scale, total.joined = None, 0, True
        return 1

    def _decimals(self, found: Numeral) -> Numeral:
        """Two hundred point zero three, 一点五."""
        entry = self.part(found.after) if self.points else None
        if not entry or entry[1] != "point" or found.value != int(found.value):
            return found
        at, digits = found.after + len(entry[0]), ""
        while at < len(self.atoms) and len(digits) < 12:
            word = self.part(at)
            if word is None or word[1] != "word" or word[2] > 99 or (self.compact and word[2] > 9):
                break
            if word[2] > 9:
                rest = self.plain(at)
                return found if rest is None else self._behind_point(found, str(rest.value), rest.after)
            digits, at = digits + str(word[2]), at + 1
        if not digits:
            return found
        found = self._behind_point(found, digits, at)
        scale = self.part(at)
        if scale and scale[1] == "scale":
            return Numeral(found.value * scale[2], at + len(scale[0]))
        return found

    @staticmethod
    def _behind_point(found: Numeral, digits: str, after: int) -> Numeral:
        return Numeral(Decimal(f"{found.value}.{digits}"), after)

    def _half_behind(self, found: Numeral) -> Numeral:
        """一个半, 两块半: a measure word between the number and its half."""
        entry = self.part(found.after)
        if entry and entry[1] == "measure" and self.kind(found.after + 1) == "half" and self.words.domain != "money":
            return Numeral(found.value + Decimal("0.5"), found.after + 2)
        return found
