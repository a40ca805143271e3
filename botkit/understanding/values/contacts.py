"""E-mail addresses and phone numbers."""

import re

from botkit.model.definitions import Found, Reading
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
    r"(\w[\w-]{0,62}(?:\.\w[\w-]{0,62}){0,4}\.[^\W\d_]{2,24})"
)
_GROUP = r"\(? ?\d{1,9} ?\)?"
_PHONE = re.compile(
    r"(?<![a-z0-9_#@.,:/$€£¥-])(?<!#\s)(\+ ?|00(?=[ (]?[1-9])|)"
    rf"(\(? ?\d{{1,5}} ?\)?(?:[ .\-/]{{0,3}}{_GROUP}){{0,7}})"
)
_DATE_LIKE = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?:$|\s)")
_OCTETS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}$")
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}$|\d{1,3}(?:[.,]\d{3})+$")
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

    A prefix (+ or 00) tells the country, else `reading.country` does.
    """
    plain = narrow(text)
    found = []
    for match in _PHONE.finditer(plain):
        end = match.end() - (len(match[0]) - len(match[0].rstrip(" (./-")))
        value = _phone(match, plain[match.start() : end], plain, end, reading)
        if value:
            found.append(Found(value, match.start(), end))
    return found


def _phone(match: re.Match[str], written: str, text: str, end: int, reading: Reading) -> str:
    body = written[len(match[1]) :]
    digits = "".join(char for char in body if char.isdigit())
    if not 7 <= len(digits) <= 15 or (text[end : end + 1].isascii() and text[end : end + 1].isalnum()):
        return ""
    if match[1]:
        return _international(body, digits)
    if not _is_plausible(body, digits, text[: match.start()] + text[end:]):
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
    return f"+{digits}" if len(digits) >= 7 else ""


_CODES = frozenset(CALLING_CODES.values())
_KEEPS_ZERO = frozenset({"39", "378", "225", "242"})


def _is_plausible(body: str, digits: str, rest: str) -> bool:
    """Refuse dates, amounts, addresses of machines, order numbers and the like."""
    if _DATE_LIKE.match(body) or _OCTETS.match(body) or _DECIMAL.match(body):
        return False
    if re.fullmatch(r"\d{5}-\d{4}", body) or re.match(r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{3,4}$", body):
        return False  # a zip, a card
    if body.isdigit():
        return len(digits) >= 9 or not rest.strip(" .,!?:。，！")
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
