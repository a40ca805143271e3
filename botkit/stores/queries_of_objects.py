"""The statements about objects in a bucket, in SQLAlchemy's words. See `queries`."""

from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, func, insert, literal_column, select, update
from sqlalchemy.sql import ColumnElement

from botkit.stores.compiling import number, text_of
from botkit.stores.schema import files, objects

_NOBODY: Final[ColumnElement[Any]] = literal_column("''")
_named = objects.c.name == bindparam("which")
_held = objects.c.ref != _NOBODY  # said wherever it holds: else the index is not used
_of = (objects.c.ref == bindparam("which"), _held)
_coming = (objects.c.ref == _NOBODY, objects.c.at > number(0))
_loose = (objects.c.ref == _NOBODY, objects.c.at == number(0))

BEGIN_OBJECT: Final = text_of(
    insert(objects).values(name=bindparam("name"), ref=_NOBODY, parts=bindparam("parts"), at=bindparam("at"))
)
EXTEND_OBJECT: Final = text_of(
    update(objects).where(_named, *_coming).values(parts=bindparam("parts"), at=bindparam("at"))
)
OBJECT: Final = text_of(select(objects.c.name, objects.c.parts).where(*_of))
HOLD_OBJECT: Final = text_of(update(objects).where(_named, *_coming).values(ref=bindparam("ref"), at=bindparam("at")))
LOOSEN_OBJECT: Final = text_of(update(objects).where(_named).values(ref=_NOBODY, at=number(0)))
LOOSEN_UPLOAD: Final = text_of(update(objects).where(_named, objects.c.ref == _NOBODY).values(at=number(0)))
LOOSEN_CONTENT: Final = text_of(update(objects).where(*_of).values(ref=_NOBODY, at=number(0)))
LOOSEN_COMING: Final = text_of(
    update(objects).where(*_coming, objects.c.at < bindparam("before")).values(at=number(0))
)
LOOSEN_UNHELD: Final = text_of(
    update(objects)
    .where(_held, ~exists(select(files.c.ref).where(files.c.ref == objects.c.ref)))
    .values(ref=_NOBODY, at=number(0))
)
LOOSE: Final = text_of(
    select(objects.c.name, objects.c.parts).where(*_loose).limit(bindparam("most")).offset(number(0))
)
LOOSE_COUNT: Final = text_of(select(func.count()).select_from(objects).where(*_loose))
DROP_OBJECT: Final = text_of(delete(objects).where(_named, *_loose))
