"""What stands in the documents: their code blocks, links, and sections that are made from the code."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)


class Block(NamedTuple):
    """A code block: its language, its text, and the line where it begins."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str:
        """The file that the block is, if its first line names one in a comment."""
        found = re.match(r"# ([\w./-]+\.(?:yaml|py))\n", self.text)
        return found[1] if found else ""


def blocks(page: Path, *languages: str) -> list[Block]:
    """List the code blocks of these languages, in order."""
    source = page.read_text(encoding="utf-8")
    found = (Block(m[1], m[2], source.count("\n", 0, m.start()) + 1) for m in _BLOCK.finditer(source))
    return [block for block in found if block.language in languages]


def prose(page: Path) -> str:
    """Give a page without its code blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """List where a page's links and images lead."""
    return [match[1] for match in _LINK.finditer(re.sub(r"`[^`\n]*`", "", prose(page)))]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = (match[1] for match in _HEADING.finditer(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_words(text: str) -> set[str]:
    """Give what stands in backticks in a text."""
    return {match[1] for match in re.finditer(r"`([^`\n]+)`", text)}


def marks(name: str) -> tuple[str, str]:
    """Give the comments between which a made section stands."""
    return f"<!-- made: {name} -->", f"<!-- end: {name} -->"


def section(page: Path, name: str) -> str:
    """Give a made section of a page."""
    begin, end = marks(name)
    source = page.read_text(encoding="utf-8")
    return source[source.index(begin) + len(begin) : source.index(end)].strip("\n")


def replaced(source: str, name: str, text: str) -> str:
    """Give a page's source with a made section replaced."""
    begin, end = marks(name)
    head, tail = source.index(begin) + len(begin), source.index(end)
    return f"{source[:head]}\n{text}\n{source[tail:]}"


def table(*rows: tuple[str, ...]) -> str:
    """Write a Markdown table; the first row is its head."""
    head, *body = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def turns(talk: str) -> Iterator[tuple[str, list[str]]]:
    """Give each move of a talk (`> what the customer says`, `(10m later)`) with what the bot says to it."""
    move, said = "", list[str]()
    for line in talk.splitlines():
        if line.startswith("> ") or re.fullmatch(r"\(.* later\)", line):
            if move or said:
                yield move, said
            move, said = line, []
        elif line:
            said.append(line)
    yield move, said
