"""Markup: the Markdown that a text may have, as blocks of nodes that a channel makes its own.

Read are paragraphs, lists, quotes and fenced code; bold, italics, what is struck, code, links, and addresses that
begin with http:// or https://. Everything else stands as it was written: HTML, entities, headings, tables and images
are text. So a channel can show a text safely whoever wrote it. A single star between letters or digits (2*3*4) is
no mark.
"""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

Node = str | list[Any]

_RULES = (
    ("blockquote", "fence", "list"),
    ("backticks", "emphasis", "escape", "link", "newline", "strikethrough", "balance_pairs", "fragments_join"),
)
_TAGS = {
    "paragraph_open": "p",
    "bullet_list_open": "ul",
    "ordered_list_open": "ol",
    "list_item_open": "li",
    "blockquote_open": "quote",
    "strong_open": "b",
    "em_open": "i",
    "s_open": "s",
    "link_open": "a",
}
_STOPS = frozenset(string.punctuation)
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_MAYBE = re.compile(r"[*_`~\[\\]|https?://|^ {0,3}(?:[-+>]|\d{1,9}[.)])", re.MULTILINE | re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；！？、（）【】《》]+", re.IGNORECASE)
_DEEPEST = 12  # nodes within nodes
_LONGEST = 20_000  # characters; a longer text is shown as it is


def read_markup(text: str) -> list[Node] | None:
    """Give the blocks of a text, or None where it reads as it stands.

    A node is a text or `[tag, *children]`; tags are p, ul, ol, li, quote, pre, and within them b, i, s, code, a, br.
    The first child of `a` is its address (http, https, mailto or tel), that of `ol` the number that it begins with.
    """
    if _MAYBE.search(text) is None or len(text) > _LONGEST:
        return None
    root = _build(_parser().parse(text))
    blocks = root[1:]
    if not _is_written(root):
        return None
    if len(blocks) == 1 and blocks[0][0] == "p" and plain(blocks) == text:
        return blocks if _has_link(blocks[0]) else None
    return blocks


def plain(blocks: Sequence[Node]) -> str:
    """Give what one reads of blocks: texts alone, lists with their marks, and links with their addresses."""
    return "\n\n".join(_written(block) for block in blocks)


def without_markup(text: str) -> str:
    """Give a text for a channel that shows no markup."""
    blocks = read_markup(text)
    return text if blocks is None else plain(blocks)


def _written(node: Node) -> str:
    if isinstance(node, str):
        return node
    tag, *children = node
    match tag:
        case "br":
            return "\n"
        case "a":
            label = "".join(map(_written, children[1:]))
            address = children[0].removeprefix("mailto:").removeprefix("tel:")
            return label if label in (address, children[0]) else f"{label} ({children[0]})"
        case "ul":
            return "\n".join(f"- {_of_item(item)}" for item in children)
        case "ol":
            return "\n".join(f"{n}. {_of_item(item)}" for n, item in enumerate(children[1:], start=children[0]))
        case "quote":
            return "\n".join(f"> {line}" for line in plain(children).split("\n"))
        case _:
            return "".join(map(_written, children))


def _of_item(item: list[Any]) -> str:
    return "\n".join(map(_written, item[1:])).replace("\n", "\n  ")


def _is_written(node: Node) -> bool:
    return (
        bool(node.strip())
        if isinstance(node, str)
        else any(_is_written(n) for n in node[1:] if not isinstance(n, int))
    )


def _has_link(block: list[Any]) -> bool:
    return any(isinstance(child, list) and child[0] == "a" for child in block[1:])


def _build(tokens: "Sequence[Token]") -> list[Any]:
    """Give the blocks of tokens below a root. What is nested deeper than `_DEEPEST` stands in what is not."""
    root: list[Any] = ["root"]
    above = [root]
    open_tags: list[Token] = []
    for token in chain.from_iterable(one.children or () if one.type == "inline" else (one,) for one in tokens):
        if token.nesting > 0:
            open_tags.append(token)
            if len(open_tags) <= _DEEPEST:
                above.append(_begin(token))
        elif token.nesting < 0:
            opened = open_tags.pop()
            if len(open_tags) < _DEEPEST:
                node = above.pop()
                # a paragraph of a list without blank lines is its item's text
                above[-1].extend(node[1:] if opened.hidden else [node])
        else:
            above[-1].extend(_leaves(token, above))
    return root


def _begin(token: "Token") -> list[Any]:
    node: list[Any] = [_TAGS[token.type]]
    if node[0] == "a":
        node.append(str(token.attrGet("href") or ""))
    elif node[0] == "ol":
        start = token.attrGet("start")
        node.append(1 if start is None else int(start))
    return node


def _leaves(token: "Token", above: list[list[Any]]) -> Iterable[Node]:
    match token.type:
        case "text":
            return [token.content] if any(node[0] == "a" for node in above) else _linked(token.content)
        case "softbreak" | "hardbreak":
            return [["br"]]
        case "code_inline":
            return [["code", token.content]]
        case "fence":
            return [["pre", token.content.removesuffix("\n")]]
        case _:
            return []


def _linked(text: str) -> Iterator[Node]:
    """Give a text with the addresses in it as links; a bracket or stop at their end is the sentence's."""
    place = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?…*_")
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")")
        if not _is_address(address):
            continue
        if found.start() > place:
            yield text[place : found.start()]
        yield ["a", address, address]
        place = found.start() + len(address)
    if place < len(text):
        yield text[place:]


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc or parts.scheme in ("mailto", "tel"))


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import list_block
    from markdown_it.rules_inline import emphasis
    from markdown_it.rules_inline.state_inline import Delimiter

    def mark(state: "StateInline", silent: bool) -> bool:
        if silent or state.src[state.pos] != "*":
            return emphasis.tokenize(state, silent)
        end = next((n for n in range(state.pos, state.posMax) if state.src[n] != "*"), state.posMax)
        opens, closes = _flanks(
            state.src[max(state.pos - 1, 0) : state.pos], state.src[end : end + 1], end - state.pos
        )
        length = end - state.pos
        for _ in range(length):
            state.push("text", "", 0).content = "*"
            state.delimiters.append(Delimiter(0x2A, length, len(state.tokens) - 1, -1, opens, closes))
        state.pos = end
        return True

    def itemise(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
        """Take no plus for an item: "+ 5 EUR" is a sum."""
        first = state.bMarks[start] + state.tShift[start]
        return state.src[first : first + 1] != "+" and list_block(state, start, end, silent)

    parser = MarkdownIt("zero", {"html": False}).enable([*_RULES[0], *_RULES[1]])
    parser.inline.ruler.at("emphasis", mark)
    parser.block.ruler.at("list", itemise, {"alt": ["paragraph", "reference", "blockquote"]})
    setattr(parser, "validateLink", _is_address)  # noqa: B010 - its way of being told
    return parser


def _flanks(before: str, after: str, length: int) -> tuple[bool, bool]:
    """Tell whether stars between two characters may open, and close, what is marked.

    As CommonMark has it (0.31, 6.2), but for punctuation that is not ASCII, which counts as a letter: Chinese sets no
    blanks around it.
    """
    if length == 1 and before.isascii() and before.isalnum() and after.isascii() and after.isalnum():
        return False, False
    blank_before, blank_after = not before or before.isspace(), not after or after.isspace()
    stop_before, stop_after = before in _STOPS, after in _STOPS
    opens = not blank_after and (not stop_after or blank_before or stop_before)
    closes = not blank_before and (not stop_before or blank_after or stop_after)
    return opens, closes
