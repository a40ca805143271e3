"""Numbers that states give to persons, each by its own check digits, or by its form and a word in front of it."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from botkit.safety.banking import luhn
from botkit.safety.sights import Sight, says

Check = Callable[[str], bool]

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"  # Spain: the remainder by 23
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10,
    22, 25, 24, 23), strict=True))  # fmt: skip
_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTED = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_chinese(number: str) -> bool:
    """GB 11643-1999: region, day of birth, order, check digit."""
    if not _is_day(int(number[6:10]), int(number[10:12]), int(number[12:14])):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_CN_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def is_german_tax(number: str) -> bool:
    """The German tax id: of the first ten digits one stands twice or thrice; ISO 7064, mod 11,10."""
    counts = sorted(number[:10].count(digit) for digit in set(number[:10]))
    if counts[-1] not in (2, 3) or (len(counts) > 1 and counts[-2] != 1):
        return False
    product = 10
    for digit in number[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(number[10])


def is_german_card(number: str) -> bool:
    """The number of a German identity card or passport: ICAO 9303, weights 7, 3, 1."""
    upper = number.upper()
    digits = sum(letter.isdigit() for letter in upper[:9])
    total = sum(int(letter, 36) * (7, 3, 1)[at % 3] for at, letter in enumerate(upper[:9]))
    return 2 <= digits <= 8 and total % 10 == int(upper[9])


def is_french(number: str) -> bool:
    """The French NIR: thirteen places and a key of two, mod 97; Corsica counts as 19 and 18."""
    body = number[:13].upper().replace("2A", "19", 1).replace("2B", "18", 1)
    return 97 - int(body) % 97 == int(number[13:])


def is_spanish(number: str) -> bool:
    """The Spanish DNI and NIE: a letter for the remainder by 23."""
    upper = number.upper()
    digits = upper[:-1].translate({ord("X"): "0", ord("Y"): "1", ord("Z"): "2"})
    return _LETTERS[int(digits) % 23] == upper[-1]


def is_italian(number: str) -> bool:
    """The Italian codice fiscale: its last letter is made of the others (D.M. 23/12/1976)."""
    upper = number.upper()
    even = sum(int(letter) if letter.isdigit() else ord(letter) - ord("A") for letter in upper[1:15:2])
    return chr(ord("A") + (even + sum(_ODD[letter] for letter in upper[:15:2])) % 26) == upper[15]


def is_polish(number: str) -> bool:
    """The Polish PESEL: day of birth, order, check digit."""
    century, month = divmod(int(number[2:4]), 20)
    if century > 1 or not _is_day((1900, 2000)[century] + int(number[:2]), month, int(number[4:6])):
        return False
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 10 == 0


def is_indian(number: str) -> bool:
    """The Indian Aadhaar: Verhoeff's check digit."""
    check = 0
    for at, digit in enumerate(reversed(number)):
        check = int(_DIHEDRAL[check][int(_PERMUTED[at % 8][int(digit)])])
    return check == 0


def is_singaporean(number: str) -> bool:
    """The NRIC and FIN of Singapore."""
    upper = number.upper()
    total = sum(w * int(d) for w, d in zip((2, 7, 6, 5, 4, 3, 2), upper[1:8], strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(upper[0], 0)
    if upper[0] == "M":
        return "KLJNPQRTUWX"[10 - total % 11] == upper[8]
    return ("JZIHGFEDCBA" if upper[0] in "ST" else "XWUTRQPNMLK")[total % 11] == upper[8]


def is_hongkongese(number: str) -> bool:
    """The Hong Kong identity card: weights from 9 down, mod 11."""
    body, check = number[:-1].upper().rjust(8), number[-1].upper()
    values = [36 if letter == " " else int(letter, 36) for letter in body]
    total = sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def is_taiwanese(number: str) -> bool:
    """The national id of Taiwan: the letter counts as two digits."""
    upper = number.upper()
    tens, ones = divmod(_TW_LETTERS.index(upper[0]) + 10, 10)
    total = sum(w * int(d) for w, d in zip((8, 7, 6, 5, 4, 3, 2, 1, 1), upper[1:], strict=True))
    return (tens + 9 * ones + total) % 10 == 0


def is_brazilian(number: str) -> bool:
    """The Brazilian CPF: two check digits, mod 11."""
    if len(set(number)) == 1:
        return False
    for size in (9, 10):
        total = sum(int(digit) * (size + 1 - at) for at, digit in enumerate(number[:size]))
        if total * 10 % 11 % 10 != int(number[size]):
            return False
    return True


def is_korean(number: str) -> bool:
    """The Korean resident number: day of birth, and which century."""
    years = {"1": 1900, "2": 1900, "5": 1900, "6": 1900, "3": 2000, "4": 2000, "7": 2000, "8": 2000}
    return _is_day(years[number[6]] + int(number[:2]), int(number[2:4]), int(number[4:6]))


def is_dutch(number: str) -> bool:
    """The Dutch BSN: the eleven test."""
    total = sum(int(digit) * weight for digit, weight in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total > 0 and total % 11 == 0


def _true(number: str) -> bool:
    return bool(number)


def _form(source: str, check: Check = _true, cue: str = "") -> tuple[re.Pattern[str], Check, re.Pattern[str] | None]:
    border = rf"(?<![A-Za-z0-9_\-])(?:{source})(?![A-Za-z0-9_]|-[A-Za-z0-9])"
    return re.compile(border, re.ASCII | re.IGNORECASE), check, re.compile(cue, re.IGNORECASE) if cue else None


_ANY = r"\bid\b|identity|national|passport|social|insurance|tax|personal|身份证|证件|护照|身分證|身份證|社保|税号"
_SSN = r"(?!000|666|9)\d{3}{sep}(?!00)\d{2}{sep}(?!0000)\d{4}"
_FORMS = (
    # China
    _form(
        r"[1-9]\d{5}[ -]?(?:18|19|20)\d\d[ -]?(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[ -]?[\dX]",
        is_chinese,
    ),
    # United States: without a check digit; bare only where a word says so
    _form(_SSN.replace("{sep}", "-") + "|" + _SSN.replace("{sep}", " ")),
    _form(_SSN.replace("{sep}", ""), cue=r"\bssn\b|social.?security|社会安全|社安"),
    _form(r"9\d{2}[- ](?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[- ]\d{4}"),
    # United Kingdom
    _form(r"(?!BG|GB|KN|NK|NT|TN)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ -]?\d{2}){3}[ -]?[A-D]"),
    # Germany
    _form(r"(?!1[3-9])[1-9]\d{10}|[1-9]\d[ -]\d{3}[ -]\d{3}[ -]\d{3}", is_german_tax),
    _form(r"1\d{10}", is_german_tax, r"\btax\b|\btin\b|steuer|idnr"),
    _form(r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d", is_german_card),
    # France
    _form(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", is_french),
    # Spain, Italy, Poland, Netherlands
    _form(r"\d{8}[ -]?[A-HJ-NP-TV-Z]|[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z]", is_spanish),
    _form(
        r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]",
        is_italian,
    ),
    _form(r"\d{11}", is_polish, r"pesel"),
    _form(r"\d{9}", is_dutch, r"\bbsn\b|burgerservice"),
    # India, Singapore, Hong Kong, Taiwan, Korea
    _form(r"(?<!\d[ -])[2-9]\d{3}([ -])\d{4}\1\d{4}(?![ -]\d)", is_indian),
    _form(r"[2-9]\d{11}", is_indian, r"aadhaa?r|uidai"),
    _form(r"[STFGM]\d{7}[A-Z]", is_singaporean),
    _form(r"[A-Z]{1,2}\d{6}\([0-9A]\)", is_hongkongese),
    _form(r"[A-Z]{1,2}\d{6}[0-9A]", is_hongkongese, r"hkid|hong kong|香港"),
    _form(r"[A-Z][1289]\d{8}", is_taiwanese, rf"{_ANY}|taiwan|台湾|臺灣"),
    _form(r"\d{6}-[1-8]\d{6}", is_korean),
    # Brazil, Canada
    _form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", is_brazilian),
    _form(r"\d{11}", is_brazilian, r"\bcpf\b"),
    _form(r"\d{3}[ -]?\d{3}[ -]?\d{3}", luhn, r"\bsin\b|social.?insurance"),
)
_SEPARATORS = re.compile(r"[ .()\-]")
_strip = partial(_SEPARATORS.sub, "")


def find_ids(text: str) -> Iterator[Sight]:
    """Find numbers that states give to persons."""
    for form, check, cue in _FORMS:
        for match in form.finditer(text):
            number = _strip(match[0])
            if check(number) and (cue is None or says(cue, text, match.start())):
                yield Sight("id", match.start(), match.end(), number.upper())
