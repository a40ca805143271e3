"""Markdown to passages: one for each heading, long ones cut between paragraphs.

A list stays whole, and so does a table, up to `LONGEST`; what is longer is cut between its items or rows. Tables
become lists, which every channel can show: a row is its first cell, then the others with their headings.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from botkit.model.articles import Chunk

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONG = 800  # width from which a passage is cut between paragraphs; a Chinese character is two wide
LONGEST = 3000  # width of a list or table that is kept together
MOST_PATH = 120  # characters of a heading

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)")
_NEAR_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,300})\]\((?!https?://|mailto:|tel:)[^)\n]{0,2000}\)", re.IGNORECASE)
_TAG = re.compile(r"(?<!\\)</?[a-zA-Z][^<>]{0,1000}>")
_ANCHOR = re.compile(r"\s*\{#([\w.:=-]+)\}\s*$")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#+=|.)-])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])")
_WIDE = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]")
_MARKS = re.compile(r"(?<!\\)[*_`]{1,3}(?=\S)|(?<=[^\s\\])[*_`]{1,3}")


class Block(msgspec.Struct, frozen=True):
    """A part of a section that is kept together: its texts (more than one of a list or table), and its line."""

    texts: tuple[str, ...]
    line: int


class Section(msgspec.Struct, frozen=True):
    """What stands under a heading; `level` is 0 for what stands before the first one."""

    heading: str
    level: int
    line: int
    anchor: str = ""
    blocks: tuple[Block, ...] = ()


def width(text: str) -> int:
    """Count characters, a Chinese, Japanese or Korean one as two."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def read_sections(text: str, first: int = 1) -> list[Section]:
    """Read Markdown; `first` is the line of the file at which it begins."""
    lines = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text).split("\n")
    tokens = _parser().parse("\n".join(lines))
    sections = [Section("", 0, first)]
    blocks: list[Block] = []
    anchors: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        line = first + token.map[0]
        if token.type == "heading_open":
            sections[-1] = msgspec.structs.replace(sections[-1], blocks=tuple(blocks))
            blocks = []
            heading, anchor = _heading(tokens[at + 1].content, anchors)
            sections.append(Section(heading, int(token.tag[1]), line, anchor))
        elif texts := tuple(_texts(tokens, at, lines)):
            blocks.append(Block(texts, line))
    sections[-1] = msgspec.structs.replace(sections[-1], blocks=tuple(blocks))
    return sections


def cut(sections: Iterable[Section]) -> Iterator[Chunk]:
    """Cut sections into passages, each with the headings above it."""
    above: list[Section] = []
    for section in sections:
        while above and above[-1].level >= section.level:
            above.pop()
        if section.heading:
            above.append(section)
        path = tuple([one.heading for one in above])
        for texts, line in _packed(section.blocks):
            yield Chunk("\n\n".join(texts), path, section.anchor, line)


def slug(heading: str) -> str:
    """Give the anchor that most sites make of a heading: small letters, hyphens for spaces.

    >>> slug("How long does it take?"), slug("退款 多久到账？")
    ('how-long-does-it-take', '退款-多久到账')
    """
    return re.sub(r"[\s_]+", "-", re.sub(r"[^\w\s-]", "", heading.casefold()).strip())


def plain(text: str) -> str:
    """Give a line of Markdown without its marks."""
    linked = _NEAR_LINK.sub(r"\1", re.sub(r"\[([^\]\n]+)\]\([^)\n]*\)", r"\1", text))
    return _ESCAPED.sub(r"\1", _MARKS.sub("", linked)).strip()


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # it takes 30 ms, and bots without articles need none

    return MarkdownIt("commonmark").enable("table")


def _heading(content: str, anchors: dict[str, int]) -> tuple[str, str]:
    """Give a heading's text and its anchor, which differs from those of others."""
    own = _ANCHOR.search(content)
    heading = plain(_TAG.sub("", _ANCHOR.sub("", content)))[:MOST_PATH]
    if own is not None:
        return heading, own[1]
    anchor = slug(heading)
    count = anchors[anchor] = anchors.get(anchor, -1) + 1
    return heading, f"{anchor}-{count}" if count and anchor else anchor


def _texts(tokens: Sequence["Token"], at: int, lines: Sequence[str]) -> Iterator[str]:
    """Give the texts of the block that begins with a token, those of a list or table one by one."""
    token = tokens[at]
    if token.type == "table_open":
        yield from _rows(tokens[at:])
        return
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        spans = [(one.map[0], one.map[1]) for one in _inside(tokens, at) if one.type == "list_item_open" and one.map]
        found = ["\n".join(lines[begin:end]) for begin, end in spans]
    elif token.type == "hr" or token.map is None:
        return
    else:
        found = ["\n".join(lines[token.map[0] : token.map[1]])]
    for text in found:
        mended = _mend(text, code=token.type in {"fence", "code_block"})
        if mended:
            yield mended


def _inside(tokens: Sequence["Token"], at: int) -> Iterator["Token"]:
    """Give what stands directly within a token."""
    level = tokens[at].level
    for token in tokens[at + 1 :]:
        if token.level <= level:
            return
        if token.level == level + 1:
            yield token


def _mend(text: str, *, code: bool) -> str:
    """Leave out what no chat shows: tags, pictures, links to other files of the directory."""
    if code:
        return text.strip("\n")
    text = _NEAR_LINK.sub(r"\1", _IMAGE.sub(r"\1", _TAG.sub("", text)))
    return "\n".join([line.rstrip() for line in text.split("\n") if line.strip()])


def _rows(tokens: Sequence["Token"]) -> Iterator[str]:
    """Make items of a table's rows: '- Canada – Cost: $9, Days: 5 to 8'."""
    rows: list[list[str]] = []
    for token, following in pairwise(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            rows[-1].append(_mend(following.content, code=False))
    head, *body = rows
    for first, *others in body:
        named = [f"{title}: {cell}" if title else cell for title, cell in zip(head[1:], others, strict=False) if cell]
        if first or named:
            yield "- " + " – ".join([part for part in (first, ", ".join(named)) if part])


def _packed(blocks: Iterable[Block]) -> Iterator[tuple[list[str], int]]:
    """Put blocks together up to `LONG`, or one that is longer alone; gives texts and the line of the first."""
    texts: list[str] = []
    size = line = 0
    for text, at in _parts(blocks):
        wide = width(text)
        if texts and size + wide > LONG:
            yield texts, line
            texts, size = [], 0
        if not texts:
            line = at
        texts.append(text)
        size += wide
    if texts:
        yield texts, line


def _parts(blocks: Iterable[Block]) -> Iterator[tuple[str, int]]:
    for block in blocks:
        if len(block.texts) == 1:
            yield from ((piece, block.line) for piece in _pieces(block.texts[0], LONG))
            continue
        joined: list[str] = []
        size = 0
        for piece in [piece for text in block.texts for piece in _pieces(text, LONGEST)]:
            wide = width(piece) + 1
            if joined and size + wide > LONGEST:
                yield "\n".join(joined), block.line
                joined, size = [], 0
            joined.append(piece)
            size += wide
        if joined:
            yield "\n".join(joined), block.line


def _pieces(text: str, most: int) -> Iterator[str]:
    """Cut a text that is too long between sentences, or anywhere if it has none."""
    if width(text) <= most:
        yield text
        return
    begin = end = 0
    for border in [*(found.end() for found in _SENTENCE.finditer(text)), len(text)]:
        if end > begin and width(text[begin:border]) > most:
            yield text[begin:end].strip()
            begin = end
        while width(text[begin:border]) > most:
            size = most if text.isascii() else most // 2
            yield text[begin : begin + size].strip()
            begin += size
        end = border
    if text[begin:].strip():
        yield text[begin:].strip()
