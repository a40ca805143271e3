"""The table of codes in docs/flows.md is whole: every code that `botkit check` can give is in it, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from botkit.errors import ConfigError, RegistryError
from botkit.expressions import FindingCode
from botkit.flows.checks.findings import Code
from tests.docs.made import FLOWS
from tests.docs.pages import ROOT, code_words

SOURCES = ("botkit/flows", "botkit/app", "botkit/expressions", "botkit/understanding/knowledge")
REPORTING = {"error", "warn", "warning", "report", "Problem", "_Stop", "_finding"}
RAISED = {ConfigError.code, RegistryError.code}  # what the registry raises becomes a problem of bot.yaml
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _reported(source: str) -> Iterator[str]:
    """Give the texts in the place of a code in calls that report a problem."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in REPORTING:
            for part in ast.walk(node.args[1]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and _CODE.fullmatch(part.value):
                    yield part.value


def _codes() -> set[str]:
    files = [path for source in SOURCES for path in (ROOT / source).rglob("*.py")]
    reported = {code for path in files for code in _reported(path.read_text(encoding="utf-8"))}
    return reported | set(get_args(FindingCode)) | set(get_args(Code)) | RAISED


def _explained() -> set[str]:
    page = FLOWS.read_text(encoding="utf-8")
    rows = page.split("<!-- begin: codes -->")[1].split("<!-- end: codes -->")[0].splitlines()
    return {word for row in rows for word in code_words(row.split("|")[1] if "|" in row else "")}


def test_every_code_is_explained_and_no_other() -> None:
    assert _explained() == _codes()


def test_the_codes_of_the_known_mistakes_are_among_them() -> None:
    text = (ROOT / "tests" / "flows" / "mistakes" / "expected.txt").read_text(encoding="utf-8")
    found = {line.replace(": warning: ", ": ").split(": ")[1] for line in text.splitlines()}
    assert found <= _explained()
    assert len(found) > 40


def test_a_new_code_would_be_seen() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert list(_reported(source)) == []
    assert list(_reported('report.error(place, "new-one" if late else "other", "said")')) == ["new-one", "other"]
