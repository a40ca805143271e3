"""Amounts of money: $20, a 20-euro voucher, twenty euros, €1.234,50, 五十块, 20块5, 5 dollars and 30 cents."""

from collections.abc import Sequence
from decimal import Decimal

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.model.values import Money
from botkit.understanding.values.atoms import cut
from botkit.understanding.values.fillers import is_alone
from botkit.understanding.values.tokens import Line, Token, best_first, grammar, read_line

# C a currency, N a number, P a part of the money (cents), & and
_AFTER = r"N-?C(?:&?NP)*(?:&?N(?=$|\.))?"  # 5 dollars and 30 cents, five dollars thirty, 20块5
_BEFORE = r"CN(?:C(?!N))?(?:&?NP)*"  # $20, 人民币300元
_PARTS = r"N-?P(?:&?NP)*"  # 50 cents
_MONEY = grammar(f"(?P<after>{_AFTER})|(?P<before>{_BEFORE})|(?P<parts>{_PARTS})")
_FEW = 16  # atoms of a message that may be a bare number
_VOWELS = frozenset("aeiou")


def parse_money(text: str, reading: Reading) -> list[Found]:
    """Find amounts. A sign that several countries use means the bot's own currency where it can.

    A bare number counts only if the message holds nothing else.
    """
    for locale in reading.locales:
        line = read_line(text, locale, "money")
        found = best_first(_amounts(line, locale, reading), text)
        if found:
            return found
    return _bare(text, reading)


def _amounts(line: Line, locale: Locale, reading: Reading) -> list[Found]:
    found = []
    for match, tokens in line.find(_MONEY):
        value = _amount(match.lastgroup or "", tokens, line, locale, reading)
        if value is not None:
            found.append(Found(value, *line.span(tokens)))
        elif match.lastgroup == "before":
            found += _rest(match.start() + 1, line, locale, reading)
    return found


def _rest(start: int, line: Line, locale: Locale, reading: Reading) -> list[Found]:
    """A word in front that is no sign (I won 20 dollars) may hide an amount behind it."""
    match = _MONEY.match(line.kinds, start)
    tokens = line.tokens[start : match.end()] if match else ()
    value = _amount(match.lastgroup or "", tokens, line, locale, reading) if match else None
    return [Found(value, *line.span(tokens))] if value is not None else []


def _amount(rule: str, matched: Sequence[Token], line: Line, locale: Locale, reading: Reading) -> Money | None:
    tokens = [token for token in matched if token.kind != "-"]
    if any(token.note for token in tokens if token.kind == "N"):
        return None  # 20% dollars
    sign = next((token for token in tokens if token.kind == "C"), None)
    if rule == "before" and sign is not None and not _is_sign(line.text[sign.start : sign.end], sign.value):
        return None
    if rule == "parts" and line.text[tokens[1].start : tokens[1].end] in locale.dates.units:
        return None  # 5分 may be minutes or points
    amount = _sum(tokens, locale.numbers.compact)
    if amount is None:
        return None
    if sign is None:
        own = locale.currencies.get(line.text[tokens[1].start : tokens[1].end])
        return Money(amount, _currency(own, reading) if own else reading.currency)
    return Money(amount, _currency(sign.value, reading))


def _is_sign(text: str, codes: str) -> bool:
    """Tell whether a currency may stand in front: signs, codes and abbreviations may, English words may not."""
    return not text.isalpha() or not text.isascii() or text.upper() in codes.split() or not _VOWELS & set(text)


def _currency(codes: str, reading: Reading) -> str:
    several = codes.split()
    return reading.currency if reading.currency in several else several[0]


def _sum(tokens: Sequence[Token], compact: bool) -> Decimal | None:
    """Add the main number, the parts and a tail without a unit (20块5, two dollars five)."""
    total, unit = Decimal(0), 1
    seen = False
    for at, token in enumerate(tokens):
        if token.kind != "N":
            unit = token.value if token.kind == "P" else unit
            continue
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        if behind is not None and behind.kind == "P":
            total += Decimal(token.value) / behind.value
        elif seen:
            total += _tail(token, unit, compact)
        else:
            total += Decimal(token.value)
        seen = True
    return total if abs(total) < 10**15 else None


def _tail(token: Token, unit: int, compact: bool) -> Decimal:
    """Give what a number behind the unit adds: 20块5 is 20.5, two dollars five is 2.05."""
    value = Decimal(token.value)
    if value < 1:
        return value  # 两块半
    return value / (unit * (10 if compact and value < 10 and token.raw != f"0{value}" else 100))


def _bare(text: str, reading: Reading) -> list[Found]:
    if len(cut(text)) > _FEW:
        return []
    for locale in reading.locales:
        numbers = [
            token for token in read_line(text, locale, "number").tokens if token.kind == "N" and not token.note
        ]
        if len(numbers) == 1 and is_alone(text, numbers[0].start, numbers[0].end, locale):
            amount = Decimal(numbers[0].value)
            return [Found(Money(amount, reading.currency), numbers[0].start, numbers[0].end)]
    return []
