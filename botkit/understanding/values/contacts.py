"""E-mail addresses and phone numbers."""

import re
from collections.abc import Sequence

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.understanding.values.atoms import MOST, narrow
from botkit.understanding.values.callingcodes import CALLING_CODES, TRUNK

# Letters of every script that puts spaces between words: an address may stand directly in a Chinese sentence.
_LET = "a-zA-Z0-9\u00c0-\u024f\u0370-\u1fff"
_LOCAL = rf"[{_LET}!#$%&'*+/=?^_`{{|}}~-]"
_TOP = r"(?:[^\W\d_a-z]{2,24}|[a-zA-Z\u00c0-\u1fff]{2,24}|xn--[a-zA-Z0-9-]{2,30})"
_EMAIL = re.compile(
    rf"(?<![{_LET}._+-])({_LOCAL}{{1,64}}(?:\.{_LOCAL}{{1,64}}){{0,8}})@"
    rf"([{_LET}](?:[{_LET}-]{{0,62}})(?:\.[{_LET}][{_LET}-]{{0,62}}){{0,6}}\.{_TOP})"
)
_WIDE_EMAIL = re.compile(
    r"(?<![\w.+-])([\w+-]{1,64}(?:\.[\w+-]{1,64}){0,4})@"
    r"([^\W_](?:[^\W_]|-){0,62}(?:\.[^\W_](?:[^\W_]|-){0,62}){0,4}\.[^\W\d_]{2,24})"
)
_GROUP = r"\(? ?\d{1,9} ?\)?"
_PHONE = re.compile(
    r"(?<![a-z0-9_#@./$€£¥-])(?<!\d[:,])(?<!#\s)(\+ ?|00(?=[ (]?[1-9])|)"
    rf"(\(? ?\d{{1,5}} ?\)?(?:[ .\-/]{{0,3}}{_GROUP}){{0,7}})"
)
_WHEN = re.compile(r" (?=\d{1,2}/\d{1,2}/\d{2}|\d{4}-\d{1,2}-\d{1,2}(?!\d))")  # a date behind a number
_EXTENSION = re.compile(r" ?(?:x|ext\.?|extension) ?\d{1,6}(?![a-z0-9])")
_SWITCHBOARD = re.compile(r"-\d{1,5}$")  # what follows in China: 010-12345678-8001
_LONGEST = 15  # digits (E.164)
_DATE_LIKE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}/\d{4})(?:$|\s)"
    r"|(?:19|20)\d\d \d{1,2} \d{1,2}$"
)
_OCTETS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}$")
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}$|\d{1,3}(?:[.,]\d{3})+$|(?:0|[1-9]\d*)\.\d+$")
_NEAR = 40  # characters in front of a number in which words may announce it
_MOBILE_CN = re.compile(r"1[3-9]\d{9}$")


def parse_email(text: str, reading: Reading) -> list[Found]:
    """Find e-mail addresses; the domain comes in small letters."""
    del reading
    if "@" not in text and "＠" not in text:
        return []
    plain = text[:MOST].translate({0xFF20: "@", 0xFF0E: ".", 0x3002: "."})
    found = [_email(match) for match in _EMAIL.finditer(plain)]
    if not found:
        found = [_email(match) for match in _WIDE_EMAIL.finditer(plain)]
    return [one for one in found if len(str(one.value)) <= 254]


def _email(match: re.Match[str]) -> Found:
    return Found(f"{match[1]}@{match[2].lower()}", match.start(), match.end())


def parse_phone(text: str, reading: Reading) -> list[Found]:
    """Find phone numbers: `+` and digits where the country is known, else the digits as given.

    A prefix (+ or 00) tells the country, else `reading.country` does. Few digits or loose groups of them count
    where the message holds nothing else, or where words in front announce a phone number. An extension behind the
    number is left out.
    """
    plain = narrow(text)
    found = []
    for match in _PHONE.finditer(plain):
        written = _WHEN.split(match[0], maxsplit=1)[0].rstrip(" (./-")
        end = match.start() + len(written)
        value = _phone(match, written, plain, end, reading)
        if value:
            found.append(Found(value, match.start(), end))
    return found


def _phone(match: re.Match[str], written: str, text: str, end: int, reading: Reading) -> str:
    body = written[len(match[1]) :]
    digits = "".join(char for char in body if char.isdigit())
    if len(digits) > _LONGEST and match[1]:
        body = _SWITCHBOARD.sub("", body)
        digits = "".join(char for char in body if char.isdigit())
    behind = text[end : end + 1]
    if not 7 <= len(digits) <= _LONGEST or (
        behind.isascii() and behind.isalnum() and not _EXTENSION.match(text, end)
    ):
        return ""
    if match[1]:
        return _international(body, digits)
    if not _may_be_phone(body):
        return ""
    known = _is_announced(text[: match.start()], reading.locales)
    if not known and not _is_plausible(body, digits, text[: match.start()] + text[end:]):
        return ""
    return _national(digits, reading.country)


def _international(body: str, digits: str) -> str:
    """+44 (0)7123 129683, 0044 07456934723: the zero of the country's own way is left out."""
    if digits.startswith("0"):
        return ""
    shortened = re.sub(r"\( ?0 ?\)", "", body)
    digits = "".join(char for char in shortened if char.isdigit())
    code = next((digits[:size] for size in (1, 2, 3) if digits[:size] in _CODES), "")
    rest = digits[len(code) :]
    if code and rest.startswith("0") and code not in _KEEPS_ZERO:
        digits = code + rest[1:]
    return f"+{digits}" if len(digits) >= 8 else ""


_CODES = frozenset(CALLING_CODES.values())
_KEEPS_ZERO = frozenset({"39", "378", "225", "242"})


def _may_be_phone(body: str) -> bool:
    """Refuse dates, amounts, addresses of machines, zips, social security numbers and cards."""
    if _DATE_LIKE.match(body) or _OCTETS.match(body) or _DECIMAL.match(body):
        return False
    return not re.fullmatch(r"\d{5}-\d{4}|\d{3}-\d{2}-\d{4}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{3,4}", body)


def _is_announced(before: str, locales: Sequence[Locale]) -> bool:
    """Tell whether words in front say that a phone number follows: my phone number is, 手机号："""
    said = before[-_NEAR:].rstrip(" :=")
    return any(
        said.endswith(word) and not _runs_on(said[: -len(word)])
        for locale in locales
        if said.endswith(locale.phone)
        for word in locale.phone
    )


def _runs_on(before: str) -> bool:
    """Tell whether a word is only the end of another: microphone."""
    return before[-1:].isascii() and before[-1:].isalnum()


def _is_plausible(body: str, digits: str, rest: str) -> bool:
    """Refuse order numbers and the like."""
    if not rest.strip(" .,!?:。，！"):
        return True
    if body.isdigit():
        return len(digits) >= 9
    groups = re.findall(r"\d+", body)
    if len(groups) > 2 and all(len(group) < 3 for group in groups[:-1]) and not body.startswith(("0", "(")):
        return len(digits) >= 9
    return len(digits) >= 9 or (len(digits) >= 7 and len(groups) <= 3 and " " not in body.strip())


def _national(digits: str, country: str) -> str:
    code = CALLING_CODES.get(country)
    if code is None:
        return digits
    if country == "CN" and _MOBILE_CN.match(digits):
        return f"+86{digits}"
    trunk = TRUNK.get(country, "0")
    if digits.startswith(code) and len(digits) >= len(code) + 10:
        return f"+{digits}"
    return f"+{code}{digits.removeprefix(trunk) if trunk else digits}"
