"""Whole figures: a plain number with its sign, as a share, a power or a percentage."""

from decimal import Decimal

from botkit.understanding.values.lexicons import match
from botkit.understanding.values.numerals import LARGEST, NO_NUMBER, Numeral, Reader
from botkit.understanding.values.sums import Number, read_digits

_MOST_DIGITS = 2  # of an exponent


def read_figure(reader: Reader, at: int, one: bool = False) -> Numeral | None:
    """Read the number at an atom; `one` says that an article there means one (a dollar, an hour)."""
    negative = _is_minus(reader, at)
    start = at + negative
    found = _read_share(reader, start) or _read_power(reader, start) or reader.plain(start, one)
    if found is None or found.note == NO_NUMBER:
        return found
    found = _percent(reader, _divide(reader, _add_share(reader, found)))
    if found.value > LARGEST:
        return found._replace(note=NO_NUMBER)
    return found._replace(value=-found.value) if negative else found


def _is_minus(reader: Reader, at: int) -> bool:
    atoms = reader.atoms
    if at + 1 >= len(atoms):
        return False
    if reader.kind(at) == "minus":
        return True
    if atoms[at].text != "-":
        return False
    return at == 0 or (atoms[at + 1].start == atoms[at].end and atoms[at - 1].end < atoms[at].start)


def _read_share(reader: Reader, at: int) -> Numeral | None:
    """百分之二十, 三分之二, 16分之5."""
    if at >= len(reader.atoms):
        return None
    entry = reader.part(at)
    if entry and entry[1] == "percent_before":
        found = reader.plain(at + len(entry[0])) or _scale_alone(reader, at + len(entry[0]))
        return found and found._replace(note=found.note or "%")
    if not reader.has_bar or (entry[1] != "word" if entry else reader.atoms[at].kind != "digits"):
        return None
    below = reader.plain(at)
    bar = reader.part(below.after) if below else None
    if below is None or bar is None or bar[1] != "over" or not below.value:
        return None
    start = below.after + len(bar[0])
    negative = reader.kind(start) == "minus"
    above = reader.plain(start + negative)
    if above is None:
        return None
    share = Decimal(above.value) / Decimal(below.value)
    return Numeral(-share if negative else share, above.after)


def _scale_alone(reader: Reader, at: int) -> Numeral | None:
    """百分之百."""
    entry = reader.part(at)
    return Numeral(entry[2], at + len(entry[0])) if entry and entry[1] == "scale" else None


def _add_share(reader: Reader, found: Numeral) -> Numeral:
    """三又二分之一."""
    entry = reader.part(found.after) if reader.has_bar and not found.note else None
    share = _read_share(reader, found.after + len(entry[0])) if entry and entry[1] == "joiner" else None
    return found if share is None or share.note else Numeral(found.value + share.value, share.after)


def _read_power(reader: Reader, at: int) -> Numeral | None:
    """2e5, 1.2e-3, 2^10: in one piece, with a small exponent."""
    atoms = reader.atoms
    if at + 2 >= len(atoms) or atoms[at].kind != "digits" or atoms[at + 1].text not in {"e", "^"}:
        return None
    last = at + 2 + (atoms[at + 2].text in {"+", "-"})
    if last >= len(atoms) or not atoms[last].text.isdecimal() or len(atoms[last].text) > _MOST_DIGITS:
        return None
    glued = all(atoms[each].end == atoms[each + 1].start for each in range(at, last))
    ends = (
        last + 1 == len(atoms) or atoms[last + 1].start > atoms[last].end or atoms[last + 1].kind in {"sign", "han"}
    )
    base = read_digits(atoms[at].text, reader.formats.decimal, reader.formats.group) if glued and ends else None
    if base is None:
        return None
    if not base:
        return Numeral(0, last + 1, NO_NUMBER)
    exponent = int(atoms[last].text) * (-1 if atoms[at + 2].text == "-" else 1)
    value = Decimal(base) ** exponent if atoms[at + 1].text == "^" else Decimal(base).scaleb(exponent)
    return Numeral(value, last + 1)


def _divide(reader: Reader, found: Numeral) -> Numeral:
    """One over three: where nothing follows that it may be the number of (10000 over 3 years)."""
    entry = reader.part(found.after) if reader.words.domain == "number" else None
    if entry is None or entry[1] != "under":
        return found
    below = reader.plain(found.after + len(entry[0]))
    if below is None or not below.value or below.note or not _is_last(reader, below.after):
        return found
    return Numeral(Decimal(found.value) / Decimal(below.value), below.after)


def _is_last(reader: Reader, at: int) -> bool:
    return at >= len(reader.atoms) or reader.atoms[at].text in ".!?,;"


def _percent(reader: Reader, found: Numeral) -> Numeral:
    entry = reader.part(found.after)
    if entry is None or found.note:
        return found
    after = found.after + len(entry[0])
    if entry[1] == "percent":
        return Numeral(found.value, after, "%")
    if entry[1] == "tenths" and 0 < found.value < 100 and not match(reader.words.never, reader.atoms, found.after):
        return _tenths(reader, found.value, after)
    return found


def _tenths(reader: Reader, value: Number, after: int) -> Numeral:
    """三成, 七成六, 三成半, 八折, 八五折: what is over ten is a percentage already."""
    if value > 10:
        return Numeral(value, after, "%")
    tail = reader.part(after)
    if tail and tail[1] == "half":
        return Numeral(value * 10 + 5, after + 1, "%")
    if tail and tail[1] == "word" and 0 < tail[2] < 10 and _is_last(reader, after + 1):
        return Numeral(value * 10 + tail[2], after + 1, "%")
    return Numeral(value * 10, after, "%")
