"""Phone numbers: with the code of a country, as a country writes them, or where a word says that it is one."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from botkit.safety.sights import NEAR, Sight, clusters, ends_clause

_MOST_GROUPS = 8
_LEAST, _MOST = 7, 15  # digits (E.164)
_FEWEST = 6  # where a word says that it is a phone number
_CUE = re.compile(
    r"phone|\btel\b|\bmobile\b|\bcell\b|\bcall(?:ed|ing|s)?\b|\bdial|\bring\b|\btext me|\bsms\b|whats.?app|\bfax\b"
    r"|\breach (?:me|us|him|her)|\bcontact (?:me|us|number|no)|hotline|landline|telefon|handy|callback|call me back"
    r"|电话|手机|手機|電話|座机|座機|联系方式|聯絡|联系我|致电|拨打|打给|回电|来电|热线|传真|微信|号码是",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"order|invoice|tracking|parcel|shipment|ticket|reference|\bref\b|\bcase\b|serial|isbn|\bean\b|\bsku\b|model"
    r"|account|customer (?:id|no|number)|version|\bv\.?\Z|\bip\b|订单|单号|快递|运单|物流|发票|编号|序列号|工单|型号"
    r"|版本|流水|账号|客户号",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?:\+ ?|(?<![\d.,])00 ?|\(\+)\Z")
_EXIT = re.compile(r"00 ?[1-9]")
_NOT_BEFORE = re.compile(r"(?:[#$€£¥￥@_/=:]|[A-Za-z]|[A-Za-z\d]-|\d[.,:])\Z", re.ASCII)
_NOT_BEHIND = re.compile(r"[.,:/]\d|[A-WYZa-wyz_%€°]|-[A-Za-z]|x\d+x", re.ASCII)
_EXTENSION = re.compile(r"[ ,]{0,2}(?:x|ext\.?|extension|#|转|分机) ?(\d{1,6})(?![\dA-Za-z])", re.IGNORECASE)

# National numbers, as their countries write them: what separates the digits is one dash, dot, slash or space.
_S = r"[ .\-]"
_OPENING = re.compile(r"(?:\(\+ ?|\+ ?|\()\Z")
_NATIONAL = re.compile(
    "|".join(
        (
            rf"(?:1{_S}?)?\([2-9]\d\d\) ?-?[2-9]\d\d{_S}?\d{{4}}",  # North America
            rf"(?:1{_S})?[2-9]\d\d{_S}[2-9]\d\d{_S}\d{{4}}",
            r"(?:86[ -]?)?1[3-9]\d{9}",  # China
            r"(?:86[ -]?)?1[3-9]\d([ -])\d{4}\1\d{4}",
            r"\(?0\d{2,3}\)?[ -]?[2-8]\d{6,7}",
            r"[48]00[ -]\d{3,4}[ -]\d{3,4}",
            r"0[1-9]\d{8,9}",  # those with a trunk 0: the United Kingdom, Germany, France, Italy, ...
            r"\(?0[1-9]\d{1,4}\)?(?:[ \-/]{1,3}\d{2,8}){1,4}",
            r"0[1-9](?:[ .]\d\d){4}",
            r"1[38]00[ -]\d{3}[ -]\d{3}",  # Australia
            r"[69]\d{2}[ -]\d{3}[ -]\d{3}",  # Spain
            r"[6-9]\d{4}[ -]\d{5}",  # India
        )
    ),
    re.ASCII,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:(?:19|20)?\d\d)(?!\d)|\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
)
_ANNOUNCED = re.compile(r"\(?\d(?:[ .\-/()]{0,3}\d){5,14}", re.ASCII)


class _Cues:
    """Where words stand that say what a number behind them is, found once for a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._called = [match.end() for match in _CUE.finditer(text)]
        self._other = [match.end() for match in _OTHER.finditer(text)]

    def called(self, start: int) -> bool:
        """Tell whether a word near in front of a place says that it is a phone number."""
        return _last(self._called, start) >= start - NEAR

    def other(self, start: int) -> bool:
        """Tell whether a word near in front of a place, in the same clause, says that it is something else."""
        last = _last(self._other, start)
        return last >= start - NEAR and not ends_clause(self._text, last, start)


def _last(ends: list[int], start: int) -> int:
    at = bisect_right(ends, start)
    return ends[at - 1] if at else -NEAR - 1


def find_phones(text: str) -> Iterator[Sight]:
    """Find phone numbers."""
    cues = _Cues(text)
    for groups in clusters(text):
        yield from _in_cluster(text, groups, cues)


def _in_cluster(text: str, groups: Sequence[tuple[int, int]], cues: _Cues) -> Iterator[Sight]:
    at = 0
    while at < len(groups):
        end = _end_from(text, groups, at, cues)
        if not end:
            at += 1
            continue
        start = _begin(text, groups[at][0])
        number = "".join([letter for letter in text[start:end] if letter.isdigit()])
        extension = _EXTENSION.match(text, end)
        yield Sight("phone", start, extension.end() if extension is not None else end, number)
        while at < len(groups) and groups[at][0] < end:
            at += 1


def _begin(text: str, start: int) -> int:
    """Give where a number begins, with its sign and bracket."""
    sign = _OPENING.search(text, max(0, start - 3), start)
    return sign.start() if sign is not None else start


def _end_from(text: str, groups: Sequence[tuple[int, int]], at: int, cues: _Cues) -> int:
    """Give where the phone number ends that begins with a group, 0 if none does."""
    start = groups[at][0]
    last = min(at + _MOST_GROUPS, len(groups)) - 1
    limit = groups[last][1]
    begin = _begin(text, start)
    called, other = cues.called(begin), cues.other(begin)
    plus = _SIGN.search(text, max(0, start - 3), start) is not None
    if plus or (not at and _EXIT.match(text, start) and (called or not other)):
        end = _international(text, groups, at)
        if end:
            return end
    if _DATE.match(text, start):
        return 0
    if at and not called and start - groups[at - 1][1] == 1 and groups[at - 1][1] - groups[at - 1][0] > 2:
        return 0  # the end of a longer number
    if at and begin <= groups[at - 1][1] and text[begin - 1 : begin] != " ":
        return 0
    if _NOT_BEFORE.search(text, max(0, begin - 2), begin) is not None and not (called and text[begin - 1] in ":=/@#"):
        return 0
    if other and not called:
        return 0
    match = _NATIONAL.match(text, begin, limit)
    if match is None or _goes_on(text, match.end()):
        match = _ANNOUNCED.match(text, begin, limit) if called else None
        if match is None or _goes_on(text, match.end()):
            return 0
    return match.end() if sum(map(str.isdigit, match[0])) >= (_FEWEST if called else _LEAST) else 0


def _goes_on(text: str, end: int) -> bool:
    return text[end : end + 1].isdecimal() or _NOT_BEHIND.match(text, end) is not None


def _international(text: str, groups: Sequence[tuple[int, int]], at: int) -> int:
    """Give where a number with the code of its country ends."""
    count = end = 0
    for start, stop in groups[at : at + _MOST_GROUPS]:
        if count and count >= _LEAST and (start - end > 2 or _DATE.match(text, start)):
            break
        if count + stop - start > _MOST + 2:
            break
        count += stop - start
        end = stop
    return end if _LEAST <= count <= _MOST + 2 and not _goes_on(text, end) else 0
