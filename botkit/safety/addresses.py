"""Postal addresses, where their form shows them: English ones by number and street, Chinese ones by their units."""

import re
from collections.abc import Iterator

from botkit.safety.sights import Sight

_SURE = "street|avenue|road|lane|boulevard|terrace|crescent|parkway|highway|turnpike|expressway|freeway|causeway"
_MORE = (  # as postal services list them (USPS Publication 28, appendix C1), and those of other countries
    "Alley|Anex|Annex|Arcade|Artery|Av|Ave|Avenue|Bayou|Beach|Bend|Bluff|Bluffs|Blvd|Bottom|Boulevard|Branch"
    "|Bridge|Broadway|Brook|Brooks|Burg|Burgs|Bypass|Camp|Canyon|Cape|Causeway|Center|Centers|Cir|Circle|Circles"
    "|Cliff|Cliffs|Close|Club|Common|Commons|Concourse|Corner|Corners|Course|Court|Courts|Cove|Coves|Creek|Cres"
    "|Crescent|Crest|Crossing|Crossroad|Crossroads|Ct|Curve|Curves|Dale|Dam|Divide|Dr|Drive|Drives|Estate|Estates"
    "|Expressway|Extension|Extensions|Fall|Falls|Ferry|Field|Fields|Flat|Flats|Ford|Fords|Forest|Forge|Forges|Fork"
    "|Forks|Fort|Freeway|Garden|Gardens|Gate|Gateway|Glen|Glens|Gln|Grange|Green|Grove|Groves|Harbor|Harbors|Haven"
    "|Heights|Highway|Hill|Hills|Hollow|Hwy|Inlet|Intersection|Island|Islands|Isle|Junction|Junctions|Key|Keys"
    "|Knoll|Knolls|Lake|Lakes|Land|Landing|Lane|Light|Lights|Ln|Loaf|Lock|Locks|Lodge|Loop|Mall|Manor|Meadow"
    "|Meadows|Mews|Mill|Mills|Mission|Motorway|Mount|Mountain|Mountains|Neck|Orchard|Outlook|Oval|Overpass|Parade"
    "|Park|Parks|Parkway|Parkways|Pass|Passage|Path|Pike|Pine|Pines|Pkwy|Pl|Place|Plain|Plains|Plaza|Point|Port"
    "|Ports|Prairie|Quay|Radial|Ramp|Ranch|Rapid|Rapids|Rd|Reserve|Rest|Ridge|Ridges|Ring|Rise|River|Road|Roads"
    "|Route|Row|Rue|Run|Shoal|Shoals|Shore|Shores|Skyway|Spring|Springs|Spur|Spurs|Sq|Square|Squares|St|Station"
    "|Stravenue|Stream|Street|Streets|Summit|Ter|Terrace|Throughway|Trace|Track|Trafficway|Trail|Trl|Tunnel|Turn"
    "|Turnpike|Underpass|Union|Unions|Valley|Valleys|Via|Viaduct|View|Views|Village|Villages|Ville|Vista|Walk"
    "|Walks|Wall|Way|Ways|Well|Wells|Wharf|Yard"
)
_STOP = (
    r"(?:the|on|of|in|at|my|to|is|are|was|and|or|for|from|by|with|it|its|days?|hours?|minutes?|times?|weeks?|months?|years?"
    r"|items?|orders?|people|more|percent|dollars?|euros?|miles?|km|cars?|this|that|your|our|down|along|across|off)"
)
_NUMBER = r"\d{1,5}(?:[-/]\d{1,5}|[A-Za-z](?![A-Za-z]))?"
_WORD = r"(?:[A-Z0-9\u00c0-\u00de][\w'’.\-]{0,24})"
_LOWER = rf"(?:(?!{_STOP}\b)[a-z0-9][\w'’.\-]{{0,24}})"
_HOME = r"(?i:Flat|Apt\.?|Apartment|Unit|Suite|Studio|Level) ?\d{1,4}[A-Za-z]?"
_UNIT = r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Studio|Building|Bldg|#)\.? ?#?\w{1,6}"
_REGION = (
    r"(?:[A-Z]{2}|[A-Z][a-z]{2,12}(?: [A-Z][a-z]{2,12})?),? \d{5}(?:-\d{4})?"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2},? [A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{2,3},? \d{4}"
)
_CITY = r"(?:[A-Z][\w'’.\-]{1,24}(?: (?:on|upon|le|under|of|the|de))?(?: [A-Z][\w'’.\-]{1,24}){0,2})"
_JOINT = r"(?:, ?| ?\n|,\n| )"
_TOWN = rf"(?:, ?|\n|,\n){_CITY}(?=[,\n]|\Z| [A-Z]{{1,3}}\d? ?\d)"
_TAIL = rf"(?:{_JOINT}(?i:{_UNIT}))?(?:{_TOWN}){{0,2}}(?:{_JOINT}{_CITY})?{_JOINT}(?:{_REGION})\b"
_STREET = re.compile(
    rf"(?<![\w$€£¥#./:-])(?:(?:{_HOME},?[ \n])?{_NUMBER},? (?:{_WORD} ){{1,4}}(?:{_MORE})"
    rf"|{_HOME}(?:, ?|\n)(?:{_WORD} ){{1,4}}(?:{_MORE})|{_NUMBER},? (?:{_LOWER} ){{1,3}}(?:{_SURE}))\b"
    r"(?! (?:orders?|items?|days?)\b)",
)
_WHOLE = re.compile(  # whatever its street is called: a number, a town, and a code behind it
    rf"(?<![\w$€£¥#./:-])(?:{_HOME},?[ \n])?{_NUMBER},? (?:{_WORD} ?){{2,5}}{_TAIL}"
)
_END = re.compile(rf"\.?(?:{_TAIL}|{_JOINT}(?i:{_UNIT})(?!\w))", re.ASCII)
_BOX = re.compile(r"\bP\.? ?O\.? ?Box \d{1,6}\b", re.IGNORECASE)
_MILITARY = re.compile(
    r"\b(?:PSC \d{1,4},? Box \d{1,5}|Unit \d{1,5} Box \d{1,5}|US[NS][SV]? \w{2,20}),?[ \n][AFD]PO,? A[AEP] \d{5}\b"
)

# Chinese: units from the large to the small one; a street, or estate, with a number is what makes it an address.
_HAN = r"[\u4e00-\u9fff]"
_LARGE = rf"(?:{_HAN}{{2,8}}(?:省|自治区|特别行政区)|{_HAN}{{2,4}}市)"
_CHINESE = re.compile(
    rf"(?:{_HAN}{{2,8}}?(?:省|自治区|特别行政区))?(?:{_HAN}{{2,8}}?(?:市|自治州|地区|盟))?(?:{_HAN}{{1,8}}?(?:区|县|旗|镇|乡)){{0,3}}"
    rf"(?:{_HAN}{{1,10}}?(?:大道|大街|胡同|公路|路|街|道|巷|弄|里|村|小区|花园|苑|广场|大厦))"
    r"(?:[东南西北中一二三四五六七八九十]{1,3}段)?"
    rf"[\dA-Za-z一二三四五六七八九十百]{{1,5}}(?:-\d{{1,5}})?(?:号楼|号院|号|弄|栋|幢|座|室|楼)"
    rf"(?:{_HAN}{{0,12}}?[\dA-Za-z]{{1,5}}(?:-\d{{1,5}})?(?:号楼|单元|号|栋|幢|座|室|楼|层|房|户)){{0,5}}"
    r"(?:-?\d{1,5}(?![\d元件个公年月日.]))?"
)
_LEADING = re.compile(
    r"^(?:我们?|你们?|您|她|请问?|麻烦|帮忙?|把|将|给|的|是|在|到|寄|送|发货|发到|发往|收货|收件|地址|邮寄|快递|就|住|家住|我家|现在?住|新地址|旧地址"
    r"|改成|换成|改为|换为|变成|改到|搬到|搬去|填成|应该|公司在|位于|单位在|这里|那里|从|去|往|也|还是|一下|了)+"
)
_HOMES = re.compile("[省市区县镇乡路街道巷弄村号栋幢座]")


def find_addresses(text: str) -> Iterator[Sight]:
    """Find postal addresses in English and Chinese."""
    if any("\u4e00" <= letter <= "\u9fff" for letter in text) and _HOMES.search(text):
        yield from _chinese(text)
    if not any(letter.isdigit() for letter in text):
        return
    for pattern in (_MILITARY, _STREET, _WHOLE, _BOX):
        for match in pattern.finditer(text):
            behind = _END.match(text, match.end()) if pattern is _STREET or pattern is _BOX else None
            end = behind.end() if behind is not None else match.end()
            yield _sight(text, match.start(), end)


def _chinese(text: str) -> Iterator[Sight]:
    for match in _CHINESE.finditer(text):
        lead = _LEADING.match(match[0])
        start = match.start() + (lead.end() if lead is not None else 0)
        if match.end() - start >= 4:
            yield _sight(text, start, match.end())


def _sight(text: str, start: int, end: int) -> Sight:
    return Sight("address", start, end, "".join(text[start:end].split()).casefold())
