"""What libyaml stumbles over, said so that whoever wrote the line can mend it."""

import re
from typing import Any, NamedTuple

import yaml

from botkit.errors import Place, Problem


class _Advice(NamedTuple):
    found: str  # a part of libyaml's message
    message: str
    hint: str


_ADVICE = (
    _Advice(
        "mapping values are not allowed",
        "a ': ' stands where no key can be",
        "put the text in quotes, or check the indentation",
    ),
    _Advice(
        "block sequence entries are not allowed", "a list cannot begin on this line", "begin it on a line of its own"
    ),
    _Advice(
        "did not find expected key",
        "this does not fit the lines above",
        "align it with its neighbours, and check quotes above it",
    ),
    _Advice(
        "did not find expected '-'", "this does not belong to the list above", "begin it with '- ', or indent it"
    ),
    _Advice(
        "did not find expected ',' or ']'",
        "a list that was opened with '[' is not closed",
        "a ',' or a ']' is missing",
    ),
    _Advice(
        "did not find expected ',' or '}'",
        "a mapping that was opened with '{' is not closed",
        "a ',' or a '}' is missing",
    ),
    _Advice(
        "did not find expected node content", "a value is missing here", "check the brackets and commas before it"
    ),
    _Advice("found unexpected end of stream", "a quote is opened and never closed", "add the closing quote"),
    _Advice("found unexpected document indicator", "a quote is opened and never closed", "add the closing quote"),
    _Advice("could not find expected ':'", "a key without ':' stands above", "write 'key: value'"),
    _Advice(
        "unknown escape character",
        "after '\\' in double quotes this letter means nothing",
        "write '\\\\', or use single quotes",
    ),
    _Advice(
        "hexdecimal number",
        "after '\\x' or '\\u' digits 0-9 and a-f are expected",
        "write '\\\\' for a plain backslash",
    ),
    _Advice("invalid Unicode character escape", "this escape names no character", "write the character itself"),
    _Advice("found a tab character", "a tab cannot indent", "use spaces"),
    _Advice("exceeded max depth", "too many levels stand in each other here", ""),
    _Advice("expected <document start>", "text stands after the end of the file's value", "a file holds one mapping"),
    _Advice(
        "found unexpected ':'", "a ':' stands here without a value", "put a space after it, or quotes around the text"
    ),
    _Advice("mapping keys are not allowed", "a '?' cannot begin a key here", "put the text in quotes if it is one"),
    _Advice(
        "alphabetic or numeric character", "a name is missing after '&' or '*'", "put the text in quotes if it is one"
    ),
    _Advice("undefined tag handle", "this tag is not known", "remove it; put the text in quotes if it is one"),
    _Advice(
        "directive", "this line with '%' at its beginning cannot be read", "remove it, or put the text in quotes"
    ),
    _Advice("scanning a tag", "this tag cannot be read", "remove it; put the text in quotes if it is one"),
    _Advice("parsing a tag", "this tag cannot be read", "remove it; put the text in quotes if it is one"),
    _Advice("indentation indicator", "after '|' or '>' a 0 means nothing", "remove it"),
    _Advice("scanning a block scalar", "the text of '|' or '>' begins on the next line", "move it there, indented"),
    _Advice("incompatible YAML document", "this version of YAML is not read", "remove the line"),
)
_BEGINNINGS = {"\t": ("a tab cannot indent", "use spaces")}
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def explain(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Give the problem that an error of the parser stands for."""
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    if mark is None:
        return Problem(Place(file), "yaml", f"this cannot be read as YAML ({said})")
    place = _place(text, mark, file)
    if "cannot start any token" in said:
        return Problem(place, "yaml", *_beginning(text, mark.line, mark.column))
    heard = f"{said} {getattr(error, 'context', None) or ''}"
    for advice in _ADVICE:
        if advice.found in heard:
            return Problem(place, "yaml", advice.message, advice.hint)
    return Problem(place, "yaml", f"this cannot be read as YAML ({said})")


def _place(text: str, mark: Any, file: str) -> Place:
    """Give where a mark stands; what is missed at the end of a text is missed in its last line."""
    lines = _BREAK.split(text)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    if mark.line < len(lines):
        return Place(file, mark.line + 1, mark.column + 1)
    return Place(file, len(lines), len(lines[-1]) + 1)


def _beginning(text: str, line: int, column: int) -> tuple[str, str]:
    lines = _BREAK.split(text)
    letter = lines[line][column : column + 1]
    return _BEGINNINGS.get(letter, (f"a text cannot begin with {letter!r}", "put it in quotes"))
