"""The store on PostgreSQL: one database for many workers on many machines."""

from botkit.errors import ConfigError

try:
    import asyncpg  # noqa: F401 - looked for before anything here needs it
except ImportError as error:
    raise ConfigError(
        "a store on PostgreSQL needs the package asyncpg", hint="pip install 'botkit[postgres]'"
    ) from error

from botkit.stores.postgres.store import PostgreSQLStore

__all__ = ["PostgreSQLStore"]
