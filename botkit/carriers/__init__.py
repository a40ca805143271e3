"""Carriers: how workers learn what there is to do, and web nodes what there is to show."""

from urllib.parse import unquote, urlsplit

from botkit.carriers.memory import Hub, MemoryCarrier
from botkit.errors import ConfigError
from botkit.ports.carriers import Carrier

__all__ = ["NATS", "Hub", "MemoryCarrier", "open_carrier"]

NATS = ("nats", "tls")  # how the URL of a broker begins


def open_carrier(store: str, url: str = "") -> Carrier:
    """Give the carrier of the bot whose store is this; `await carrier.open()` connects it.

    `url` is `carrier:` of bot.yaml: empty for PgQueuer on the store's own server, or `nats://host:4222`, several
    servers of one cluster with commas between. Bots that share a broker are told apart by the name of their database,
    or by a path: `nats://host:4222/support`. Raises ConfigError for what cannot be read, and where a package is
    missing.
    """
    if store.partition("://")[0].partition("+")[0] not in ("postgresql", "postgres"):
        raise ConfigError(
            "several nodes need a store that they can share",
            hint="write `store: postgresql://...` in bot.yaml, or run one process: --role all",
        )
    if url:
        return _open_nats(store, url)
    try:
        from botkit.carriers.postgres import PgQueuerCarrier
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed", hint="pip install 'botkit[postgres]'") from error
    return PgQueuerCarrier(store)


def _open_nats(store: str, url: str) -> Carrier:
    servers, path = read_nats(url)
    try:
        from botkit.carriers.nats import NatsCarrier
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed", hint="pip install 'botkit[nats]'") from error
    return NatsCarrier(servers, path or unquote(urlsplit(store).path.strip("/")) or "bot")


def read_nats(url: str) -> tuple[list[str], str]:
    """Give the servers of a broker's URL and the path at its end. Raises ConfigError, which tells no password."""
    servers, path = [], ""
    for one in url.split(","):
        try:
            parts = urlsplit(one.strip())
            port = parts.port or 4222
        except ValueError:
            parts, port = urlsplit(""), 0
        if parts.scheme not in NATS or not parts.hostname or parts.query or parts.fragment:
            place = one.rpartition("@")[2]
            raise ConfigError(f"the carrier's URL {place!r} names no broker", hint="nats://user:password@host:4222")
        who, at, _ = parts.netloc.rpartition("@")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        servers.append(f"{parts.scheme}://{who}{at}{host}:{port}")
        path = path or parts.path.strip("/")
    return servers, unquote(path)
