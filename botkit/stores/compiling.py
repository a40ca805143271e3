"""Statements of SQLAlchemy as SQLite's text."""

from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.sql import ClauseElement, ColumnElement

DIALECT = dialect(paramstyle="named")


def text_of(statement: ClauseElement, *columns: str) -> str:
    """Give a statement's text; `columns` are those that an INSERT fills, all of them if none is named."""
    return str(statement.compile(dialect=DIALECT, column_keys=columns or None))


def number(value: int) -> ColumnElement[Any]:
    """Give a number that stands in the text."""
    return literal_column(str(value))
