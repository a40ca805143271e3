"""CONTRIBUTING.md names modules that there are, with the tables that are in them."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ITEMS = [item for item in re.split(r"\n(?=\n|\d\. )", TEXT) if ".py`" in item and not item.lstrip().startswith("|")]


def _modules(item: str) -> dict[str, list[Path]]:
    """Give the modules that a paragraph names; one without its directory may be any of that name."""
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", item)
    return {name: [ROOT / name] if "/" in name else [*(ROOT / "botkit").rglob(name)] for name in named}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.split("`")[1])
def test_a_module_is_there_with_its_tables(item: str) -> None:
    modules = _modules(item)
    assert [name for name, paths in modules.items() if not any(path.is_file() for path in paths)] == []
    code = "\n".join(path.read_text(encoding="utf-8") for paths in modules.values() for path in paths)
    tables = re.findall(r"`(_?[A-Z]+(?:_[A-Z]+)*)`", item)
    assert [name for name in tables if re.search(rf"^{name}\b", code, re.MULTILINE) is None] == []


def test_it_names_many() -> None:
    assert len(ITEMS) > 8
