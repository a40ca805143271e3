"""URLs of databases: what they say, and how they may be shown."""

from urllib.parse import urlsplit

from botkit.errors import ConfigError

POSTGRES = ("postgresql", "postgres")


def shown(url: str) -> str:
    """Give a URL without what may be secret: a user's name and password, and parameters."""
    before, at, after = url.rpartition("@")
    place = after.partition("?")[0]
    return f"{before.partition('://')[0]}://…@{place}" if at else place


def is_postgres(url: str) -> bool:
    """Tell whether a URL names a PostgreSQL database."""
    return url.partition("://")[0].partition("+")[0] in POSTGRES


def read_postgres(url: str) -> str:
    """Give a PostgreSQL URL as its driver takes it. Raises ConfigError, which tells no password."""
    plain = "postgresql" + url[url.index("://") :]
    try:
        parts = urlsplit(plain)
        _ = parts.port  # read when it is asked for
    except ValueError:
        raise ConfigError(
            f"the store's URL {shown(url)!r} cannot be read",
            hint="postgresql://user:password@host:5432/database; write / : @ # in a password as %2F %3A %40 %23",
        ) from None
    if not parts.path.strip("/") and "database=" not in parts.query and "dbname=" not in parts.query:
        raise ConfigError(
            f"the store's URL {shown(url)!r} names no database", hint="postgresql://user:password@host:5432/database"
        )
    return plain
