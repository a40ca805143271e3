"""The statements as SQLite's text, written by `python -m botkit.stores.queries`: change them there."""

from typing import Final

BEGIN_OBJECT: Final = "INSERT INTO objects (name, ref, parts, at) VALUES (:name, '', :parts, :at)"

EXTEND_OBJECT: Final = (
    "UPDATE objects SET parts=:parts, at=:at WHERE objects.name = :which AND objects.ref = '' AND objects.at > 0"
)

OBJECT: Final = "SELECT objects.name, objects.parts FROM objects WHERE objects.ref = :which AND objects.ref != ''"

HOLD_OBJECT: Final = (
    "UPDATE objects SET ref=:ref, at=:at WHERE objects.name = :which AND objects.ref = '' AND objects.at > 0"
)

LOOSEN_OBJECT: Final = "UPDATE objects SET ref='', at=0 WHERE objects.name = :which"

LOOSEN_UPLOAD: Final = "UPDATE objects SET at=0 WHERE objects.name = :which AND objects.ref = ''"

LOOSEN_CONTENT: Final = "UPDATE objects SET ref='', at=0 WHERE objects.ref = :which AND objects.ref != ''"

LOOSEN_COMING: Final = "UPDATE objects SET at=0 WHERE objects.ref = '' AND objects.at > 0 AND objects.at < :before"

LOOSEN_UNHELD: Final = (
    "UPDATE objects SET ref='', at=0 WHERE objects.ref != '' AND NOT (EXISTS (SELECT files.ref FROM files WHERE"
    " files.ref = objects.ref))"
)

LOOSE: Final = (
    "SELECT objects.name, objects.parts FROM objects WHERE objects.ref = '' AND objects.at = 0 LIMIT :most OFFSET 0"
)

LOOSE_COUNT: Final = "SELECT count(*) AS count_1 FROM objects WHERE objects.ref = '' AND objects.at = 0"

DROP_OBJECT: Final = "DELETE FROM objects WHERE objects.name = :which AND objects.ref = '' AND objects.at = 0"
