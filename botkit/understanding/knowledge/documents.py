"""Documents: PDF and HTML files as articles in Markdown, which is what versions keep of them.

The readers are those of the extra `knowledge`: pypdf and Beautiful Soup, both pure Python.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any

from botkit.errors import ConfigError
from botkit.model.words import has_cjk

if TYPE_CHECKING:
    from bs4 import Tag

HINT = "pip install 'botkit[knowledge]'"
MOST_PAGES = 2000  # of a PDF
MOST_TEXT = 4 << 20  # characters of one document

_OFTEN = 0.6  # of the pages: a line that stands on so many is no text of any
_LEFT_OUT = ("head", "title", "script", "style", "nav", "aside", "header", "footer", "form", "noscript", "template",
             "svg", "iframe", "button", "dialog", "select")  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset({"p", "ul", "ol", "table", "pre", "blockquote", "dl", "div", "section", "article", "main",
                     "figure", "details", "summary", "address", *_HEADINGS})  # fmt: skip
_MARKUP = re.compile(r"([\\`*_\[\]<>])|^(\s*)([#+=|-])|^(\s*\d{1,9})([.)])", re.MULTILINE)
_DEEPEST = 60  # elements within elements


def read_pdf(content: bytes) -> str:
    """Give a PDF as Markdown, a section for each page. Raises ConfigError for what cannot be read."""
    if find_spec("pypdf") is None:
        raise ConfigError("reading PDF needs the package pypdf", hint=HINT)
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ConfigError("the PDF asks for a password", hint="save it without one")
        if len(reader.pages) > MOST_PAGES:
            raise ConfigError(f"the PDF has more than {MOST_PAGES:,} pages", hint="split it")
        pages = [page.extract_text() for page in reader.pages]
        title = str(reader.metadata.title or "").strip() if reader.metadata is not None else ""
    except ConfigError:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
    ) as error:
        raise ConfigError(f"the PDF cannot be read: {type(error).__name__}", hint="save it anew") from error
    return _front_matter({"title": title}) + "".join(_as_sections(pages))[:MOST_TEXT]


def _as_sections(pages: list[str]) -> Iterator[str]:
    lines = [[line.strip() for line in page.replace("\0", "").split("\n")] for page in pages]
    counts = Counter(line for page in lines for line in set(page) if line)
    repeated = {line for line, count in counts.items() if len(pages) >= 3 and count >= _OFTEN * len(pages)}
    for number, page in enumerate(lines, 1):
        text = _paragraphs([line for line in page if line not in repeated and line != str(number)])
        if text:
            heading = f"第 {number} 页" if has_cjk(text) else f"page {number}"
            yield f"## {heading} {{#page={number}}}\n\n{_escape(text)}\n\n"


def _paragraphs(lines: list[str]) -> str:
    """Join the lines of a page to paragraphs, words that were cut at their ends too."""
    text = "\n".join(lines)
    text = re.sub(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])", "", text)
    text = re.sub(r"(?<=[㐀-鿿，、])\n(?=[㐀-鿿])", "", text)
    text = re.sub(r"(?<=\S)\n(?=\S)", " ", text)
    return re.sub(r"\n\s*\n+", "\n\n", text).strip()


def read_html(source: str, locales: Collection[str] = ()) -> str:
    """Give a page as Markdown: its main part, with title, canonical address and language as front matter.

    Raises ConfigError if Beautiful Soup is missing; no text is too broken to be read.
    """
    if find_spec("bs4") is None:
        raise ConfigError("reading HTML needs the package beautifulsoup4", hint=HINT)
    from bs4 import BeautifulSoup
    from bs4.element import PreformattedString

    page = BeautifulSoup(source, "html.parser")
    language = str(page.html.get("lang") or "") if page.html is not None else ""
    known = {code.casefold(): code for code in locales}
    locale = known.get(language.casefold()) or known.get(language.partition("-")[0].casefold()) or ""
    canonical = page.find("link", rel="canonical")
    url = str(canonical.get("href") or "") if canonical is not None else ""
    heading = page.find("h1")
    named = heading if heading is not None else page.title
    title = named.get_text(" ", strip=True) if named is not None else ""
    front = {"title": title, "url": url if url.startswith(("https://", "http://")) else "", "locale": locale}
    for one in page.find_all(_LEFT_OUT):
        one.decompose()
    for comment in page.find_all(string=lambda text: isinstance(text, PreformattedString)):
        comment.extract()
    body = page.find("main") or page.find("article") or page.body or page
    return (_front_matter(front) + "\n\n".join(_blocks(body, 0)))[:MOST_TEXT]


def _front_matter(values: dict[str, str]) -> str:
    given = {
        key: " ".join(value.split()).replace("\\", "").replace('"', "'") for key, value in values.items() if value
    }
    lines = [f'{key}: "{value[:200]}"' for key, value in given.items()]
    return "\n".join(["---", *lines, "---", "", ""]) if lines else ""


def _blocks(parent: "Tag", depth: int) -> Iterator[str]:
    """Give the blocks of an element as Markdown; text beside them becomes paragraphs."""
    loose: list[Any] = []
    for child in parent.children:
        name = getattr(child, "name", None)
        if name not in _BLOCKS or depth > _DEEPEST:
            loose.append(child)
            continue
        if text := _inline(loose):
            yield _escape(text)
        loose = []
        yield from _block(child, str(name), depth)  # type: ignore[arg-type]  # what has a name is a Tag
    if text := _inline(loose):
        yield _escape(text)


def _block(element: "Tag", name: str, depth: int) -> Iterator[str]:
    if name in _HEADINGS:
        text = _inline([element])
        anchor = str(element.get("id") or "")
        mark = f" {{#{anchor}}}" if re.fullmatch(r"[\w.:=-]+", anchor) else ""
        if text:
            yield f"{'#' * _HEADINGS[name]} {_escape(text)}{mark}"
    elif name in {"ul", "ol"}:
        items = [_escape(_inline([item])) for item in element.find_all("li", recursive=False)]
        marks = [f"{at}." if name == "ol" else "-" for at in range(1, len(items) + 1)]
        yield "\n".join([f"{mark} {item}" for mark, item in zip(marks, items, strict=True) if item])
    elif name == "table":
        yield _table(element)
    elif name == "dl":
        for term in element.find_all("dt"):
            given = term.find_next_sibling("dd")
            yield _escape(": ".join(filter(None, [_inline([term]), _inline([given]) if given is not None else ""])))
    elif name in {"p", "pre", "summary", "address"}:
        if text := _inline([element]):
            yield _escape(text)
    else:
        yield from _blocks(element, depth + 1)


def _table(element: "Tag") -> str:
    rows = [
        [_inline([cell]).replace("|", "/") for cell in row.find_all(["th", "td"])] for row in element.find_all("tr")
    ]
    rows = [row for row in rows if any(row)]
    if len(rows) < 2:
        return "\n\n".join(_escape(cell) for row in rows for cell in row if cell)
    width = max(map(len, rows))
    lines = ["| " + " | ".join(_escape(cell) for cell in [*row, *[""] * (width - len(row))]) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])


def _inline(parts: list[Any]) -> str:
    """Give the text of some nodes in one line."""
    texts = [part.get_text(" ") if hasattr(part, "get_text") else str(part) for part in parts]
    text = " ".join(" ".join(texts).split())
    return re.sub(r"\s+([.,;:!?)。，；：！？）])", r"\1", text)


def _escape(text: str) -> str:
    """Let nothing in a text be Markdown."""
    return _MARKUP.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if found[1]:
        return f"\\{found[1]}"
    return f"{found[2]}\\{found[3]}" if found[3] else f"{found[4]}\\{found[5]}"
