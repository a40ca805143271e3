"""The statements are what their source in SQLAlchemy's words says."""

import pytest

from botkit.stores import queries, statements


@pytest.mark.parametrize("name", sorted(queries.compiled()))
def test_a_statement_is_its_source_compiled(name: str) -> None:
    assert getattr(statements, name) == queries.compiled()[name], "run `python -m botkit.stores.queries`"


def test_there_is_no_statement_without_a_source() -> None:
    assert {name for name in vars(statements) if name.isupper()} == set(queries.compiled())


def test_what_is_written_is_read_back_as_it_was() -> None:
    found: dict[str, object] = {}
    exec(queries.written(), found)  # noqa: S102 - our own text
    assert {name: found[name] for name in queries.compiled()} == queries.compiled()
