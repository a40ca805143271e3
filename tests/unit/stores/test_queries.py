"""The statements are what their source in SQLAlchemy's words says."""

from importlib import import_module
from types import ModuleType

import pytest

from botkit.stores import queries

MODULES = {name: import_module(f"botkit.stores.{name}") for name in queries.SOURCES}


@pytest.mark.parametrize(("module", "name"), [(of, name) for of in MODULES for name in sorted(queries.compiled(of))])
def test_a_statement_is_its_source_compiled(module: str, name: str) -> None:
    written = getattr(MODULES[module], name)
    assert written == queries.compiled(module)[name], "run `python -m botkit.stores.queries`"


@pytest.mark.parametrize(("name", "module"), MODULES.items())
def test_there_is_no_statement_without_a_source(name: str, module: ModuleType) -> None:
    assert {one for one in vars(module) if one.isupper()} == set(queries.compiled(name))


@pytest.mark.parametrize("module", MODULES)
def test_what_is_written_is_read_back_as_it_was(module: str) -> None:
    found: dict[str, object] = {}
    exec(queries.written(module), found)  # noqa: S102 - our own text
    assert {name: found[name] for name in queries.compiled(module)} == queries.compiled(module)
