"""Facts: what of a text is right or wrong to the letter: numbers with their units, days, links, names.

A text that is written anew from another may say all else in words of its own, but no fact that the other has not.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from botkit.model.words import fold, has_cjk

_WORDS: Final[Mapping[str, int]] = {
    word: value
    for value, words in {
        2: "two zwei", 3: "three drei", 4: "four vier", 5: "five fünf", 6: "six sechs", 7: "seven sieben",
        8: "eight acht", 9: "nine neun", 10: "ten zehn", 11: "eleven elf", 12: "twelve zwölf",
        13: "thirteen dreizehn", 14: "fourteen vierzehn", 15: "fifteen fünfzehn", 16: "sixteen sechzehn",
        17: "seventeen siebzehn", 18: "eighteen achtzehn", 19: "nineteen neunzehn", 20: "twenty zwanzig",
        30: "thirty dreißig dreissig", 40: "forty vierzig", 50: "fifty fünfzig", 60: "sixty sechzig",
        70: "seventy siebzig", 80: "eighty achtzig", 90: "ninety neunzig", 100: "hundred hundert",
        1000: "thousand tausend",
    }.items()
    for word in words.split()
}  # fmt: skip
_DIGITS: Final = {one: at for at, one in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_UNITS: Final[Sequence[tuple[str, str]]] = (
    (
        "day",
        r"(?:(?:working|business|calendar|full)[ -])?days?\b|(?:werk|arbeits)?tagen?\b|个?工作日|个?自然日|天|日",
    ),
    ("week", r"weeks?\b|wochen?\b|个?(?:星期|周|礼拜)"),
    ("month", r"months?\b|monaten?\b|个?月"),
    ("year", r"years?\b|jahren?\b|年|周年"),
    ("hour", r"hours?\b|hrs?\b|stunden?\b|个?小时"),
    ("minute", r"minutes?\b|mins?\b|minuten?\b|分钟"),
    ("percent", r"%|percent\b|per cent\b|prozent\b"),
    ("money", r"pounds?\b|pence\b|euros?\b|dollars?\b|cents?\b|[£$€¥]|gbp\b|eur\b|usd\b|cny\b|元|块|角"),
    ("length", r"cm\b|mm\b|km\b|m\b|metres?\b|meters?\b|miles?\b|厘米|毫米|公里|米"),
    ("weight", r"kg\b|kilos?\b|kilograms?\b|grams?\b|公斤|千克|斤|克"),
)
_ONE: Final = r"(?:day|week|month|year|hour|minute|pound|euro|dollar|percent)s?\b"  # what one is a number of
_FIGURE: Final = re.compile(r"(?<![A-Za-z0-9_])(?<!\d[.,:])(?P<sign>[£$€¥]\s?)?(?P<figure>\d+(?:[.,:]\d+)*)")
_WORD_NUMBER: Final = re.compile(
    rf"\b(?:(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:[ -](?:and )?|\b))+|\bone(?=[ -](?:\w+ )?{_ONE})"
)
_HAN_NUMBER: Final = re.compile(
    r"(?P<percent>百分之)?(?P<whole>[零〇一二两三四五六七八九十百千万]+)(?:点(?P<part>[零〇一二三四五六七八九]+)(?!分|刻))?"
)
_SHARE: Final = re.compile(
    r"\b(?:(?P<half>half|halves|halb\w*|hälfte)|twice|double|doppelt\w*)\b|(?P<han>半)|双倍|翻倍"
)
_YUAN: Final = re.compile(r"([零一二两三四五六七八九十百千万]+)[元块]([一二三四五六七八九])(?:角|毛|$|[^\w])")
_UP_TO: Final = re.compile(r"[到至~-][零〇一二两三四五六七八九十百千万]+")
_COUNTED: Final = re.compile(
    r"个?(?:工作日|自然日|天|日|小时|分钟|秒|周|星期|礼拜|月|年|元|块|角|折|公斤|千克|斤|克|厘米|毫米|米|点|号|倍|位|台|张|层|楼|岁|件|次|种|级|份|笔|部)"
)
_NO_COUNT: Final = frozenset("件次位台张种份笔个部")  # of which one is no more than an article
_LINK: Final = re.compile(
    r"https?://[^\s<>()\[\]，。]+|www\.[^\s<>()\[\]，。]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.@-])[a-z0-9][a-z0-9-]+(?:\.[a-z0-9-]{2,})*\.[a-z]{2,10}(?:/[^\s<>()\[\]，。]*)?(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_DAYS: Final = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?s?\b|\b(mon|diens|mitt|donners|frei|sams|sonn)(?:tags?|wochs?)\b"
    r"|(?:星期|礼拜|周)([一二三四五六日天末])",
    re.IGNORECASE,
)
_SAME_DAY: Final = {
    "diens": "tue", "mitt": "wed", "donners": "thu", "frei": "fri", "sams": "sat", "sonn": "sun",
    "一": "mon", "二": "tue", "三": "wed", "四": "thu", "五": "fri", "六": "sat", "日": "sun", "天": "sun",
}  # fmt: skip
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]*(?:-[A-Za-zÀ-ɏ]+)*")
_BEGINS: Final = re.compile(r"(?:^|[.!?:;。！？：；\n•*\-\"“(]|\d[.)])\s*$")
_NO_NAMES: Final = frozenset(["i", "im", "ill", "ive", "id", "ok", "faq", "vip", "pdf", "sms", "app"])


class Number(NamedTuple):
    """A number of a text, as it is compared, and the unit that it has: day, money, ..., or none that is known."""

    value: str
    unit: str = ""


def numbers_of(text: str) -> Iterator[Number]:
    """Find the numbers of a text, in figures and in words of English, German and Chinese."""
    text = _LINK.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    for found in _FIGURE.finditer(text):
        for value in _read(found["figure"]):
            yield Number(value, "money" if found["sign"] else _unit(text, found.end()))
    for found in _WORD_NUMBER.finditer(text):
        yield Number(_read_words(found[0]), _unit(text, found.end()))
    for found in _SHARE.finditer(text):
        yield Number("half" if found["half"] or found["han"] else "double")
    for found in _YUAN.finditer(text):
        yield Number(f"{_read_han(found[1])}.{_read_han(found[2])}", "money")
    for found in _HAN_NUMBER.finditer(text):
        counts = _read_han(found["whole"])
        value = f"{counts}.{_read_han(found['part'])}" if found["part"] else str(counts)
        if found["percent"]:
            yield Number(value, "percent")
            continue
        if text.startswith("成", found.end()) and 0 < counts < 10:
            yield Number(str(counts * 10), "percent")
            continue
        end = until.end() if (until := _UP_TO.match(text, found.end())) is not None else found.end()
        counted = _COUNTED.match(text, end)
        if counted is not None and value != "0" and not (counts == 1 and counted[0][-1] in _NO_COUNT):
            yield Number(value, _unit(text, end))


def _read(figure: str) -> Sequence[str]:
    """Read a figure: thousands without their separators, `3.50` as 3.5, `18:00` as 18."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", figure):
        return (re.sub(r"[.,]", "", figure).lstrip("0") or "0",)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", figure):
        figure = figure.replace(",", "")
    if re.fullmatch(r"\d+[.,]\d+", figure):
        whole, _, part = figure.replace(",", ".").partition(".")
        part = part.rstrip("0")
        return (f"{int(whole)}.{part}" if part else str(int(whole)),)
    if re.fullmatch(r"\d{1,2}:\d\d", figure):
        hours, _, minutes = figure.partition(":")
        return (f"{int(hours)}:{minutes}" if minutes != "00" else str(int(hours)),)
    return tuple(part.lstrip("0") or "0" for part in re.split(r"[.,:]", figure))


def _read_words(text: str) -> str:
    total = part = 0
    for word in re.findall(r"\w+", text):
        value = 1 if word == "one" else _WORDS.get(word, 0)
        if value >= 100:
            part = max(part, 1) * value
            total, part = (total + part, 0) if value == 1000 else (total, part)
        else:
            part += value
    return str(total + part)


def _read_han(text: str) -> int:
    if all(one in _DIGITS for one in text):
        return int("".join(str(_DIGITS[one]) for one in text))
    total = part = digit = 0
    for one in text:
        if one in _DIGITS:
            digit = _DIGITS[one]
        elif one == "万":
            total, part, digit = (total + part + digit) * 10_000, 0, 0
        else:
            part, digit = part + max(digit, 1) * _PLACES[one], 0
    return total + part + digit


_UNIT: Final = re.compile(r"[ -]?(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS) + ")")


_COUNT: Final = re.compile(
    r"(?<![a-z0-9_])\d[\d.,:]*(?:[ -]?(?:" + "|".join(pattern for _, pattern in _UNITS) + "))?"
)


def _unit(text: str, at: int) -> str:
    found = _UNIT.match(text, at)
    return found.lastgroup or "" if found is not None else ""


def without_units(text: str) -> str:
    """Give a text without its numbers in figures and their units, which `numbers_of` finds."""
    return _COUNT.sub(" ", unicodedata.normalize("NFKC", text).casefold())


def initials_of(text: str) -> frozenset[str]:
    """Give what names of several words are shortened to: EU of European Union."""
    runs = re.findall(r"\b[A-Z]\w+(?: (?:of )?[A-Z]\w+)+", text)
    return frozenset("".join(word[0] for word in run.split() if word[0].isupper()).casefold() for run in runs)


def days_of(text: str) -> frozenset[str]:
    """Find the days of the week that a text names."""
    given = (found[1] or found[2] or found[3] for found in _DAYS.finditer(text))
    return frozenset(_SAME_DAY.get(one.casefold(), one.casefold()) for one in given)


def links_of(text: str) -> frozenset[str]:
    """Find the links and addresses of e-mail of a text, without what stands before and behind the address."""
    return frozenset(_plain(found[0]) for found in _LINK.finditer(text))


def _plain(link: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|^www\.|[.,;:!?/]+$", "", link.casefold())


def names_of(text: str, *, nouns: bool = False) -> Iterator[str]:
    """Find what looks like a name: words that are capitalised within a sentence, or have capitals inside.

    Where nouns are capitalised (`nouns`), only the latter. In a Chinese text every word in Latin letters is one.
    """
    plain = _LINK.sub(" ", text)
    chinese = has_cjk(plain)
    for found in _LATIN.finditer(plain):
        word = found[0].removesuffix("'s").removesuffix("’s")
        if len(word) < 2 or fold(word) in _NO_NAMES:
            continue
        inner = any(one.isupper() for one in word[1:])
        first = word[0].isupper() and not nouns and not _BEGINS.search(plain, 0, found.start())
        if chinese or inner or first:
            yield word
