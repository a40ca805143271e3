"""How every connection to PostgreSQL begins: of the store, of the carrier that stands beside it, of a copy."""

from collections.abc import Mapping
from typing import Final

CONNECT_WITHIN: Final = 5.0  # seconds
SETTINGS: Final[Mapping[str, str]] = {
    "jit": "off",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "10s",  # a process that sleeps keeps nothing locked
    "tcp_keepalives_idle": "5",  # nor does one whose network is gone without a word
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}

PLANNED: Final[Mapping[str, str]] = {
    **SETTINGS,
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_mergejoin": "off",
}
"""For statements that find few rows by their keys: they are planned once, and no plan comes to read a whole table
because that one was small, or never counted, when it was made."""

_TYPES: Final = ("bool", "bytea", "float8", "int2", "int4", "int8", "interval", "jsonb", "text")
LEARN: Final = f"SELECT {', '.join(f'NULL::{name}[]' for name in _TYPES)}"
"""Asked first over each connection, so that asyncpg learns the types of the arrays that are written over it.

It would look them up between a new statement and its values. The server keeps the statement's locks that long, and
takes who does not answer then for busy: no time-out of its ends that.
"""
