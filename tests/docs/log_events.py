"""The lines that botkit writes into its log, read from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import ROOT

LEVELS = ("debug", "info", "warning", "error", "exception")


def events() -> dict[str, tuple[str, set[str]]]:
    """Give every message as it is in the code, with its level and the names of the fields that it has."""
    found: dict[str, tuple[str, set[str]]] = {}
    for top in ("botkit", "connectors"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "testing" not in path.parts:
                for level, message, names in _events_in(path):
                    found[message] = level, found.get(message, ("", set()))[1] | names
    return found


def _events_in(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant)
    }  # fmt: skip
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS):
            continue
        if ast.unparse(node.func.value) not in ("_log", "ctx.log"):
            continue
        first = node.args[0]
        message = named.get(first.id) if isinstance(first, ast.Name) else getattr(first, "value", None)
        assert isinstance(message, str), f"{path}:{node.lineno}: the message of a line is a constant"
        extra = next((one.value for one in node.keywords if one.arg == "extra"), None)
        keys = extra.keys if isinstance(extra, ast.Dict) else []
        yield node.func.attr, message, {str(key.value) for key in keys if isinstance(key, ast.Constant)}
