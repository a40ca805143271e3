"""Rows of any table as bytes, so that a text is found wherever it is."""

from collections.abc import Iterable, Mapping, Sequence

from botkit.stores.packing import unpack


def rows_as_bytes(tables: Mapping[str, Iterable[Sequence[object]]]) -> dict[str, list[bytes]]:
    """Give the rows of all tables but the schema's own revision, what is packed unpacked."""
    return {
        table: [b"|".join(map(_bytes_of, row)) for row in rows]
        for table, rows in tables.items()
        if table != "alembic_version"
    }


def _bytes_of(value: object) -> bytes:
    if not isinstance(value, bytes):
        return str(value).encode("utf-8", "backslashreplace")
    try:
        return unpack(value)
    except ValueError:
        return value
