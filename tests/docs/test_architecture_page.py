"""docs/architecture.md speaks of modules, names and tables that there are, in the order in which they import."""

import ast
import re
import tomllib
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

import botkit
import botkit.ports
import botkit.testing
from botkit.stores.schema import metadata
from tests.docs.pages import ROOT, blocks, code_words, prose

PAGE = ROOT / "docs" / "architecture.md"
PACKAGES = {path.parent.name for path in (ROOT / "botkit").glob("*/__init__.py")} | {"errors", "locales"}
POINTS = {"botkit.plugins", "botkit.connectors"}  # groups of entry points
WORDS = code_words(prose(PAGE))
DOTTED = sorted(word for word in WORDS if re.fullmatch(r"\w+(\.\w+)+", word) and word not in POINTS)


def resolve(word: str) -> object:
    """Give what a name with dots stands for: a module below `botkit`, or a name in it, as deep as it goes.

    Raises ImportError or AttributeError if there is no such thing.
    """
    parts = word.removeprefix("botkit.").split(".")
    found: object = botkit
    for depth, part in enumerate(parts):
        try:
            found = import_module(".".join(["botkit", *parts[: depth + 1]]))
        except ModuleNotFoundError:
            known = isinstance(found, type) and part in getattr(found, "__struct_fields__", ())
            found = part if known else getattr(found, part)
    return found


def _defined() -> set[str]:
    """Name the classes of botkit."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "botkit").rglob("*.py"))
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


@pytest.mark.parametrize("word", [word for word in DOTTED if not word[0].isupper()])
def test_a_name_with_dots_is_there(word: str) -> None:
    assert word.removeprefix("botkit.").split(".")[0] in PACKAGES
    assert resolve(word) is not None


@pytest.mark.parametrize("word", [word for word in DOTTED if word[0].isupper()])
def test_a_member_of_a_public_class_is_there(word: str) -> None:
    name, member = word.split(".")
    owner = getattr(botkit, name, None) or resolve(f"model.flowset.{name}")
    assert hasattr(owner, member) or member in getattr(owner, "__struct_fields__", ())


def test_a_class_is_there() -> None:
    classes = {word for word in WORDS if re.fullmatch(r"[A-Z]\w+", word)}
    assert classes <= _defined()
    assert len(classes) > 10


def test_what_a_drawing_names_is_there() -> None:
    drawn = {word for block in blocks(PAGE, "text") for word in re.findall(r"\b[A-Z]\w+\.\w+", block.text)}
    members = {
        (node.name, item.name)
        for path in (ROOT / "botkit").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {word for word in drawn if tuple(word.split(".")) not in members} == set()
    assert len(drawn) > 8


def test_layers_are_drawn_as_they_are_checked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    checked = [re.findall(r"\w+", re.sub(r"\(\w+\)", "", row)) for row in settings["contracts"][0]["layers"]]
    drawing = blocks(PAGE, "text")[0].text
    rows = [line.split("  ") for line in drawing.splitlines() if line[:1].isalpha()]
    drawn = [[cell.strip() for cell in row if cell.strip() in PACKAGES] for row in rows]
    assert [sorted(row) for row in drawn] == [[name for name in sorted(row) if _exists(name)] for row in checked]
    assert PACKAGES - {name for row in drawn for name in row} <= {*WORDS, "errors"}


def _exists(layer: str) -> bool:
    return any((ROOT / "botkit" / name).exists() for name in (layer, f"{layer}.py"))


def test_every_table_of_the_store_is_told() -> None:
    assert set(metadata.tables) - {"alembic_version"} <= WORDS


@pytest.mark.parametrize("word", ["model.events.Nothing", "runtime.engine.Engine.fly", "nowhere.at_all"])
def test_a_name_that_is_not_there_would_be_found(word: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        resolve(word)


def test_fields_count_as_names() -> None:
    assert issubclass(botkit.Message, msgspec.Struct)
    assert resolve("model.flowset.FlowSet.version")


def test_the_page_is_one_page() -> None:
    assert len(Path(PAGE).read_text(encoding="utf-8").splitlines()) < 200
