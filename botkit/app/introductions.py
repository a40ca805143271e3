"""Introductions: names by which people call themselves and each other, where the words around leave little doubt.

'I'm John' and 'I'm sorry' are told apart by a list of given names, 我是王小明 and 我是学生 by the surnames that there
are and by where a name has to end. What only tells of somebody ('my neighbour Eve has it') is not found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple
from unicodedata import combining, normalize

LONGEST: Final = 4_000  # characters of a text that are read
_MOST_WORDS: Final = 4  # of a name

_WORD: Final = r"[^\W\d_\u2e80-\uffff]+(?:['’-][^\W\d_]+)*"
_RUN: Final = rf"(?P<run>{_WORD}\.?(?:[ \t]+{_WORD}\.?){{0,3}})"
_OF: Final = r"(?:full|first|last|given|family|middle|customer|contact|sur)[ -]?"
_SURE: Final = (
    rf"(?:\b(?:my|the|his|her|your)|['’]s)\s+(?:{_OF})?name(?:['’]?s|\s+is|\s*[:=])\s+(?:spel(?:led|t)\s+)?{_RUN}",
    rf"\b(?:{_OF})name\s*(?:[:=]|is\b)\s*{_RUN}",
    rf"\b(?:call\s+me|i(?:\s+a|['’]?)m\s+called|under\s+the\s+name(?:\s+of)?|(?:it\s+is|it['’]s)\s+me,?)\s+{_RUN}",
    rf"\b(?:this\s+is|here\s+is)\s+{_RUN}(?=\s+(?:speaking|calling)\b)",
    rf"\byou(?:['’]?re|\s+are)\s+(?:speaking|talking)\s+(?:to|with)\s+{_RUN}",
)
_WITH_CAPITAL: Final = (
    rf"\b(?:name|recipient|addressee|attn|attention|account\s+holder|contact)\s*[:=]\s*{_RUN}",
    rf"(?:^|[.!?,]\s+)(?P<run>{_WORD}(?:[ \t]+{_WORD})?)\s+here(?=[.,!]|\s+with\b|$)",
    rf"(?:\bsigned|\bregards|\bsincerely),?[ \t]+{_RUN}[ \t]*\.?[ \t]*\Z",
    rf"\b(?:thanks|thank\s+you|cheers),[ \t]+{_RUN}[ \t]*\.?[ \t]*\Z",
    rf"\b(?:hi|hello|hey|dear)[ \t]+(?P<run>{_WORD}(?:[ \t]+{_WORD})?)[ \t]*[,!]",
)
_SELF: Final = rf"\b(?:i\s+am|i['’]?m)\s+{_RUN}(?P<then>.?)"
_PERHAPS: Final = (
    rf"\b(?:this\s+is|it\s+is|it['’]?s|its|here\s+is)\s+{_RUN}",
    rf"\b(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day))[ ,]+{_RUN}\s*(?:[,.!:\n]|$)",
    rf"\b(?:thanks|thank\s+you|cheers)[ ,]+{_RUN}\s*[.!]*\s*$",
)
_CLOSING: Final = (
    r"^[ \t]*(?:(?:best|kind|warm|many)[ \t]+)?(?:regards|wishes|greetings|thanks|thank[ \t]you|cheers|best|love"
    r"|(?:sincerely[ \t]+)?yours(?:[ \t]+(?:truly|faithfully|sincerely))?|sincerely)[ \t]*[,.!]?[ \t]*\n+"
)
_SIGNED: Final = (
    rf"{_CLOSING}[ \t]*[-–—]*[ \t]*(?:Dr\.?[ \t]+)?{_RUN}[ \t]*(?:$|,)",
    rf"^[ \t]*[-–—~]{{1,3}}[ \t]*{_RUN}[ \t]*$",
)
_TITLED: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau)\.?[ \t]+"
    r"((?:(?:van|von|de|der|den|da|di|del|bin|al|la)[ \t]+){0,2}[A-ZÀ-Þ][\w'’-]*(?:[ \t]+[A-ZÀ-Þ][\w'’-]*){0,2})"
)
_NATION: Final = re.compile(r"(?:ish|ese|ian|ean|ist)$")
_ZH: Final = "\u4e00-\u9fa5"
_ZH_NOT_IN: Final = re.compile("[的了是在不吗吧呢们]")
_ZH_NO_ENDS: Final = re.compile("[人员生家户者主商客师方版号店厂司货单卡机会群时前后天次年月日元块件个点路市省县区]$")


class _Lists(NamedTuple):
    """What is known of names, and the patterns that are made of it."""

    given: frozenset[str]
    words: frozenset[str]
    particles: frozenset[str]
    others: frozenset[str]
    beginnings: tuple[str, ...]
    chinese: Mapping[str, re.Pattern[str]]


def introduced(texts: Sequence[str]) -> tuple[str, ...]:
    """List the names in the texts of one conversation by which somebody is introduced, greeted, or signs."""
    return tuple(dict.fromkeys(name for text in texts for name in _named(text[:LONGEST])))


def _named(text: str) -> Iterator[str]:
    lists = _lists()
    for source in _SURE:
        for match in _compiled(source).finditer(text):
            yield from _of_run(match["run"], lists, sure=True)
    for source in _WITH_CAPITAL:
        for match in _compiled(source).finditer(text):
            yield from _of_run(match["run"], lists, sure=match["run"][:1].isupper())
    for match in _compiled(_SELF).finditer(text):
        yield from _of_self(match["run"], match["then"], lists)
    for source in _PERHAPS:
        for match in _compiled(source).finditer(text):
            yield from _of_run(match["run"], lists, sure=False)
    for source in _SIGNED:
        for match in _compiled(source).finditer(text):
            yield from _of_signature(match["run"], lists)
    for titled in _TITLED.findall(text):
        yield from [] if titled.split()[0].casefold() in lists.others else [titled]
    yield from _chinese(text, lists)


@lru_cache(maxsize=32)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE | re.MULTILINE)


# In letters that have capitals


def _of_run(run: str, lists: _Lists, *, sure: bool) -> Iterator[str]:
    """Give the name at the beginning of a run of words: any that may be one where it is `sure`, else a known one."""
    words = run.split()
    known = _is_given(words[0], lists)
    name = _with_capitals(words, lists) if words[0][:1].isupper() else _to_its_end(words, lists)
    if words[0][:1].isupper():
        shouted = len(name) == 1 and len(name[0]) > 2 and name[0].isupper()  # ASAP, or somebody who writes so
        yield from [" ".join(name)] if name and (known or (sure and not shouted)) else []
    elif name and (known or (sure and len(name) <= 2 and len(name) == len(words))):
        yield " ".join(name[:2]).rstrip(".")


def _of_self(run: str, then: str, lists: _Lists) -> Iterator[str]:
    """Give the name behind 'I'm': one that is known, or words with capitals that end there."""
    words = run.split()
    name = _with_capitals(words, lists) if words[0][:1].isupper() else []
    plain = bool(name) and not _NATION.search(name[-1].casefold())
    whole = len(name) == len(words) and then in ("", ",", ".", "!", "\n")
    goes_on = len(name) < len(words) and words[len(name)].casefold() in ("and", "from")
    yield from _of_run(run, lists, sure=plain and (whole or goes_on))


def _of_signature(run: str, lists: _Lists) -> Iterator[str]:
    words = run.split()
    if any(word.casefold().rstrip(".") in lists.others for word in words):
        return
    capitals = all(word[:1].isupper() or word.casefold() in lists.particles for word in words)
    if capitals or words[0].casefold() in lists.given | lists.words:
        yield run.strip().rstrip(".")


def _is_given(word: str, lists: _Lists) -> bool:
    """Tell whether a word is a given name, whatever its accents; one that is a word as well has a capital."""
    plain = "".join(one for one in normalize("NFKD", word.rstrip(".").casefold()) if not combining(one))
    capital = word[:1].isupper()
    return any(one in lists.given or (capital and one in lists.words) for one in (plain, plain.partition("-")[0]))


def _with_capitals(words: Sequence[str], lists: _Lists) -> list[str]:
    """Give the words with a capital at the beginning of some, with what stands between the parts of a name."""
    name: list[str] = []
    for word in words[:_MOST_WORDS]:
        plain = word.casefold().rstrip(".")
        ends = word.endswith(".") and len(plain) > 2
        if plain in lists.particles if name else False:
            name.append(word)
        elif word[:1].isupper() and plain not in lists.others:
            name.append(word.rstrip(".") if ends else word)
        else:
            break
        if ends:
            break
    while name and not name[-1][:1].isupper():
        name.pop()
    return name


def _to_its_end(words: Sequence[str], lists: _Lists) -> list[str]:
    name: list[str] = []
    for word in words:
        if word.casefold().rstrip(".") in lists.others:
            break
        name.append(word)
        if word.endswith("."):
            break
    return name


# In Chinese


def _chinese(text: str, lists: _Lists) -> Iterator[str]:
    patterns = lists.chinese
    for match in (*patterns["sure"].finditer(text), *patterns["signed"].finditer(text)):
        name = next(filter(None, match.groups()))
        if not (_ZH_NOT_IN.search(name) or name.startswith(lists.beginnings)):
            yield name
    for name in patterns["perhaps"].findall(text):
        if not (_ZH_NOT_IN.search(name) or _ZH_NO_ENDS.search(name) or name.startswith(lists.beginnings)):
            yield name
    yield from patterns["titled"].findall(text)
    for match in patterns["latin"].finditer(text):
        yield from _of_run(match["run"], lists, sure="叫" in match[0])
    for surname in patterns["family"].findall(text):
        yield from (f"姓{surname}", *(f"{surname}{title}" for title in ("先生", "女士", "小姐")))


def _patterns_of(surnames: str, double: Sequence[str]) -> dict[str, re.Pattern[str]]:
    one = f"(?:{'|'.join(double)}|[{surnames}])"
    name = f"{one}[{_ZH}]{{1,2}}"
    called = f"(?:{name}|阿[{_ZH}]|[小老]{one})"
    ends = rf"(?=$|[^{_ZH}]|先生|女士|小姐|太太|的[^{_ZH}]|的$)"
    says = "叫我|我的名字是|我的名字叫|我名叫|我名字叫|我叫|本人叫|我的姓名是|名字叫|叫做"
    labels = "姓名|名字|收货人|收件人|联系人|署名|客户|顾客|户名|购买人|下单人"
    here = "我是|我系|这里是|这边是|本人|您好，我|你好，我|(?:这里|这边)是客服"
    closing = "谢谢|感谢|此致|敬礼|祝好|致敬"
    sources = {
        "sure": rf"(?:{says})\s*[“\"「]?({called}){ends}|(?:{labels})\s*[:：是为]\s*({name}){ends}",
        "perhaps": rf"(?:{here})\s*({called}){ends}",
        "signed": rf"(?:^|\n)\s*(?:——|--|—)\s*({name})\s*$|({name})\s*(?:敬上|谨上)"
        rf"|(?:{closing})[！!。，,\s]*\n\s*({name})\s*(?:敬上|谨上|上|留)?\s*$",
        "titled": rf"{one}(?:先生|女士|小姐|太太)(?!们)",
        "latin": rf"(?:我叫|我名叫|我的名字是|请叫我|我是|这里是)\s*{_RUN}",
        "family": rf"(?:我|免贵|本人|敝)姓({one})",
    }
    return {kind: re.compile(source) for kind, source in sources.items()}


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    """Read what is known of names."""
    parts: dict[str, list[str]] = {}
    for line in (files("botkit.app") / "names.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            read = parts[line.strip("[]")] = []
        elif not line.startswith("#"):
            read += line.split()
    return _Lists(
        frozenset(parts["given"]),
        frozenset(parts["words"]),
        frozenset(parts["particles"]),
        frozenset(parts["others"]),
        tuple(parts["other beginnings"]),
        _patterns_of("".join(parts["surnames"]), parts["double"]),
    )
