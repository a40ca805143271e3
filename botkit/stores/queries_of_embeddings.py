"""The statements about embeddings, in SQLAlchemy's words. See `queries`."""

from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from botkit.stores.compiling import text_of
from botkit.stores.schema import embeddings

_coming = insert(embeddings)
KEEP_VECTOR: Final = text_of(
    _coming.on_conflict_do_update(
        index_elements=[embeddings.c.digest],
        set_={"vector": _coming.excluded.vector, "used": _coming.excluded.used},
    ),
    *("digest", "vector", "used"),
)
VECTOR: Final = text_of(
    select(embeddings.c.vector, embeddings.c.used).where(embeddings.c.digest == bindparam("which"))
)
USE_VECTOR: Final = text_of(
    update(embeddings).where(embeddings.c.digest == bindparam("which")).values(used=bindparam("at"))
)
DROP_VECTORS: Final = text_of(delete(embeddings).where(embeddings.c.used < bindparam("before")))
