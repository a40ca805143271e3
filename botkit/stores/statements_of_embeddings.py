"""The statements as SQLite's text, written by `python -m botkit.stores.queries`: change them there."""

from typing import Final

KEEP_VECTOR: Final = (
    "INSERT INTO embeddings (digest, vector, used) VALUES (:digest, :vector, :used) ON CONFLICT (digest) DO "
    "UPDATE SET vector = excluded.vector, used = excluded.used"
)

VECTOR: Final = "SELECT embeddings.vector, embeddings.used FROM embeddings WHERE embeddings.digest = :which"

USE_VECTOR: Final = "UPDATE embeddings SET used=:at WHERE embeddings.digest = :which"

DROP_VECTORS: Final = "DELETE FROM embeddings WHERE embeddings.used < :before"
