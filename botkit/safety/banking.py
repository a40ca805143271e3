"""Card numbers and bank accounts: known beginnings and lengths, and check digits."""

import re
from collections.abc import Iterator, Sequence

from botkit.safety.sights import Sight, clusters, is_bordered

# ISO/IEC 7812: the first digits and the lengths that issuers give out.
_ISSUERS: tuple[tuple[re.Pattern[str], frozenset[int]], ...] = (
    (re.compile(r"4"), frozenset({13, 16, 19})),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    (re.compile(r"3[47]"), frozenset({15})),
    (re.compile(r"6011|64[4-9]|65"), frozenset({16, 19})),
    (re.compile(r"62|81"), frozenset({16, 17, 18, 19})),
    (re.compile(r"35"), frozenset({16})),
    (re.compile(r"30[0-5]|36|38|39"), frozenset({14})),
    (re.compile(r"30[0-5]|3095|36|38|39"), frozenset({16, 17, 18, 19})),
    (re.compile(r"50|5[6-9]|6[0137]|220[0-4]"), frozenset({16, 17, 18, 19})),
)
_SHORT = re.compile(r"5018|5020|5038|5893|6304|6759|676[1-3]")  # Maestro's, of twelve to fifteen digits
_MOST_GROUPS = 6
_LEAST, _MOST = 12, 19  # digits
_JOINT = frozenset((" ", "-", "  ", " - ", "."))

# ISO 13616: how long the account numbers of a country are.
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
    "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_LEAST_DIGITS = 10  # of one, else it is made of words
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2}) ?(\d{2})((?:[ -]{0,2}[A-Za-z0-9]){11,29})", re.ASCII)


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def find_cards(text: str) -> Iterator[Sight]:
    """Find card numbers."""
    for groups in clusters(text):
        yield from _in_cluster(text, groups)


def _in_cluster(text: str, groups: Sequence[tuple[int, int]]) -> Iterator[Sight]:
    at = 0
    while at < len(groups):
        found = _card_from(text, groups, at)
        if found is None:
            at += 1
        else:
            sight, at = found
            yield sight


def _card_from(text: str, groups: Sequence[tuple[int, int]], at: int) -> tuple[Sight, int] | None:
    """Give the longest card number that begins with a group, and the first group behind it."""
    digits, found = "", None
    begin, stop = groups[at]
    if (at and text[groups[at - 1][1] : begin] == "-") or text[begin - 1 : begin] == "+":
        return None  # a piece of a longer number, or a phone number
    for last in range(at, min(at + _MOST_GROUPS, len(groups))):
        start, end = groups[last]
        if last > at and (stop - begin not in (4, 6) or text[groups[last - 1][1] : start] not in _JOINT):
            break
        digits += text[start:end] if end - start <= _MOST else "0" * (_MOST + 1)
        if len(digits) > _MOST:
            break
        if len(digits) >= _LEAST and is_card(digits) and is_bordered(text, begin, end):
            found = Sight("card", begin, end, digits), last + 1
    return found


def is_card(digits: str) -> bool:
    """Tell whether digits are a card number: an issuer's, with the right check digit."""
    issued = any(len(digits) in lengths and first.match(digits) for first, lengths in _ISSUERS)
    issued = issued or (len(digits) < 16 and _SHORT.match(digits) is not None)
    return issued and len(set(digits)) > 1 and luhn(digits)


def find_ibans(text: str) -> Iterator[Sight]:
    """Find account numbers as ISO 13616 writes them, in groups or not."""
    at = 0
    while (match := _IBAN.search(text, at)) is not None:
        end = _iban_end(text, match)
        if end:
            key = re.sub(r"[ -]", "", text[match.start() : end]).upper()
            yield Sight("iban", match.start(), end, key)
        at = end or match.start() + 2


def _iban_end(text: str, match: re.Match[str]) -> int:
    """Give where an account number ends, 0 if it is none."""
    left = IBAN_LENGTHS.get(match[1].upper(), 0) - 4
    if left < 0:
        return 0
    rest: list[str] = []
    for place in range(match.start(3), match.end(3)):
        if text[place] not in " -":
            rest.append(text[place])
            if len(rest) == left:
                number = "".join(rest) + match[1] + match[2]
                if sum(letter.isdigit() for letter in number) < _LEAST_DIGITS:
                    return 0
                right = int("".join(str(int(letter, 36)) for letter in number)) % 97 == 1
                return place + 1 if right and is_bordered(text, match.start(), place + 1) else 0
    return 0
