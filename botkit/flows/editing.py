"""Editing: wordings go into a file of flows where they belong, and no other letter of the file changes.

The places come from libyaml's marks, so comments, order, quotes and indentation stay as somebody wrote them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import yaml

from botkit.errors import UsageError
from botkit.flows.nodes import Node
from botkit.flows.reader import read
from botkit.flows.scalars import resolve

Section = Literal["intents", "answers"]
KEYS: Final[dict[Section, str]] = {"intents": "examples", "answers": "questions"}
WIDTH: Final = 118  # characters of a line of a list in brackets, before another begins
_INDENT: Final = 2  # of what stands in a mapping that is begun here


def add_wordings(text: str, section: Section, name: str, wordings: Sequence[str]) -> str:
    """Give the text of a file in which an intent or an answer has wordings more; those that it has are passed over.

    Raises UsageError where it does not stand there, or so that only a person can tell where they belong.
    """
    body = text.removeprefix("\ufeff")
    node = _value(_value(_compose(body), section), name)
    target = _value(node, KEYS[section])
    if node is None or target is None:
        raise UsageError(f"there are no {KEYS[section]} of '{name}' in this file")
    before = _wordings(body, section, name)
    new = [wording for wording in dict.fromkeys(wordings) if wording not in before]
    if not new:
        return text
    made = _into(body, target, new)
    if made is None or not _is_only_more(body, made, section, name, [*before, *new]):
        raise UsageError(
            f"the {KEYS[section]} of '{name}' are written so that nothing can be added to them",
            hint="make them a list, or add it by hand",
        )
    return text[: len(text) - len(body)] + made


def add_intent(text: str, name: str, wordings: Sequence[str]) -> str:
    """Give the text of a file that has a new intent; of an empty text, that of a file with it alone.

    Raises UsageError where it is there already, or `intents` is written so that nothing can be added.
    """
    body = text.removeprefix("\ufeff")
    new = list(dict.fromkeys(wordings))
    root = _compose(body)
    intents = _value(root, "intents")
    if _value(intents, name) is not None:
        raise UsageError(f"there is an intent '{name}' already")
    made = _with_intent(body, root, intents, name, new)
    if made is None or not _is_only_more(body, made, "intents", name, new):
        raise UsageError("'intents' of this file is written so that nothing can be added", hint="add it by hand")
    return text[: len(text) - len(body)] + made


# Reading


def _compose(body: str) -> Any:
    _, problems = read(body, "")
    if any(problem.severity == "error" for problem in problems):
        raise UsageError("the file cannot be read", hint="`botkit check` says why")
    return yaml.compose(body, Loader=yaml.CBaseLoader)


def _value(node: Any, key: str) -> Any:
    """Give the value of a key in a mapping; None where there is none."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for one, value in pairs if one.value == key), None)


def _plain(body: str) -> Any:
    node, problems = read(body, "")
    return None if problems or node is None else node.plain()


def _wordings(body: str, section: Section, name: str) -> list[str]:
    """Give the wordings that something has, as `sections.examples` reads them."""
    node, _ = read(body, "")
    for key in (section, name, KEYS[section]):
        node = node.get(key) if node is not None and node.kind == "mapping" else None
    items: tuple[Node, ...] = () if node is None else node.items if node.kind == "list" else (node,)
    return [line.strip() for item in items for line in item.raw.splitlines() if line.strip()]


def _is_only_more(before: str, after: str, section: Section, name: str, wordings: Sequence[str]) -> bool:
    """Tell whether a file says what it said, but for the wordings of one intent or answer."""
    old, new = _plain(before) or {}, _plain(after)
    if not isinstance(new, dict) or _wordings(after, section, name) != list(wordings):
        return False
    for data in (old, new):
        one = (data.get(section) or {}).get(name)
        if isinstance(one, dict):
            one.pop(KEYS[section], None)
    if name not in (old.get(section) or {}):
        new[section].pop(name)
    if not old.get(section):
        old.pop(section, None)
        new = {key: value for key, value in new.items() if key != section or value}
    return bool(old == new)


# Writing


def _into(body: str, node: Any, wordings: Sequence[str]) -> str | None:
    """Put wordings behind those that there are; None for what this does not know."""
    if isinstance(node, yaml.SequenceNode):
        if not node.value:
            return None
        return _into_brackets(body, node, wordings) if node.flow_style else _into_list(body, node, wordings)
    if not isinstance(node, yaml.ScalarNode):
        return None
    if node.style == "|":
        return _into_block(body, node, wordings)
    if node.style == ">" or "\n" in node.value or not node.value.strip():
        return None
    start, end = node.start_mark.index, node.end_mark.index
    first = body[start:end] if node.style else _written(node.value)
    return f"{body[:start]}[{', '.join([first, *map(_written, wordings)])}]{body[end:]}"


def _into_brackets(body: str, node: Any, wordings: Sequence[str]) -> str:
    last = node.value[-1]
    at = last.end_mark.index
    column = node.value[0].start_mark.column
    style = _style(node)
    width = at - _line_start(body, at)
    pieces = []
    for wording in wordings:
        written = _written(wording, style)
        width += len(written) + 2
        if width + 1 > WIDTH:
            pieces.append(f",{_break(body)}{' ' * column}{written}")
            width = column + len(written)
        else:
            pieces.append(f", {written}")
    return body[:at] + "".join(pieces) + body[at:]


def _into_list(body: str, node: Any, wordings: Sequence[str]) -> str:
    first, last = node.value[0], node.value[-1]
    between = body[node.start_mark.index : first.start_mark.index]
    dash = between if re.fullmatch(r"-[ \t]+", between) else "- "
    style = _style(node)
    lines = [f"{' ' * node.start_mark.column}{dash}{_written(wording, style)}" for wording in wordings]
    return _insert_lines(body, _last_index(body, last), lines)


def _style(node: Any) -> str | None:
    """Give the quotes that all texts of a list have."""
    styles = {item.style for item in node.value if isinstance(item, yaml.ScalarNode)}
    return styles.pop() if len(styles) == 1 and not styles.isdisjoint(("'", '"')) else None


def _into_block(body: str, node: Any, wordings: Sequence[str]) -> str | None:
    inside = body[_next_line(body, node.start_mark.index) : node.end_mark.index]
    first = next((line for line in inside.splitlines() if line.strip()), None)
    if first is None:
        return None
    indent = first[: len(first) - len(first.lstrip())]
    return _insert_lines(body, _last_index(body, node), [indent + wording for wording in wordings])


def _with_intent(body: str, root: Any, intents: Any, name: str, wordings: Sequence[str]) -> str | None:
    listed = f"[{', '.join(map(_written, wordings))}]"
    if root is None:
        return _insert_lines(body, len(body), ["intents:", *_intent_lines(_INDENT, name, wordings)])
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    if intents is None:
        lines = ["", "intents:", *_intent_lines(_INDENT, name, wordings)]
        return _insert_lines(body, _last_index(body, root), lines)
    if not isinstance(intents, yaml.MappingNode) or not intents.value:
        return None
    key, last = intents.value[-1]
    if intents.flow_style:
        at = last.end_mark.index
        return f"{body[:at]}, {name}: {{{KEYS['intents']}: {listed}}}{body[at:]}"
    lines = list(_intent_lines(key.start_mark.column, name, wordings))
    return _insert_lines(body, _last_index(body, last), lines)


def _intent_lines(indent: int, name: str, wordings: Sequence[str]) -> Iterator[str]:
    yield f"{' ' * indent}{name}:"
    yield f"{' ' * (indent + _INDENT)}{KEYS['intents']}:"
    yield from (f"{' ' * (indent + 2 * _INDENT)}- {_written(wording)}" for wording in wordings)


def _insert_lines(body: str, index: int, lines: Sequence[str]) -> str:
    """Put lines behind the one in which an index stands; there may be nothing behind it."""
    broken = _break(body)
    at = _next_line(body, index)
    joined = broken.join(lines)
    if at == len(body) and body and not body.endswith(("\n", "\r")):
        return f"{body}{broken}{joined}"
    return f"{body[:at]}{joined}{broken}{body[at:]}"


def _last_index(body: str, node: Any) -> int:
    """Give where the last letter of a value stands; what is in a block ends before the lines that follow it."""
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("|", ">"):
            return len(body[: node.end_mark.index].rstrip()) - 1
        return int(node.end_mark.index)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last_index(body, last[1] if isinstance(last, tuple) else last)


def _next_line(body: str, index: int) -> int:
    """Give where the line behind the one of an index begins; of an empty text, and of the last, the end."""
    found = body.find("\n", max(index, 0))
    return len(body) if found < 0 else found + 1


def _line_start(body: str, index: int) -> int:
    return body.rfind("\n", 0, index) + 1


def _break(body: str) -> str:
    return "\r\n" if "\r\n" in body else "\n"


def _written(text: str, style: str | None = None) -> str:
    """Write a text so that it is read as that: plain where it can be, else in quotes, or in those that are wanted."""
    double = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if style == '"':
        return double
    if style != "'" and _is_plain(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _is_plain(text: str) -> bool:
    """Tell whether a text is read as itself without quotes, also in a list in brackets."""
    try:
        node = yaml.compose(f"[{text}]", Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return False
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    plain = len(items) == 1 and isinstance(items[0], yaml.ScalarNode) and not items[0].style
    return plain and items[0].value == text and resolve(text) == text
