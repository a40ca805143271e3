"""Carriers: how workers learn what there is to do, and web nodes what there is to show."""

from botkit.carriers.memory import Hub, MemoryCarrier
from botkit.errors import ConfigError
from botkit.ports.carriers import Carrier

__all__ = ["Hub", "MemoryCarrier", "open_carrier"]


def open_carrier(url: str) -> Carrier:
    """Give the carrier that goes with a store's URL; `await carrier.open()` connects it.

    With `postgresql://...` it is PgQueuer on the same server. Raises ConfigError where one is missing.
    """
    if url.partition("://")[0].partition("+")[0] not in ("postgresql", "postgres"):
        raise ConfigError(
            "several nodes need a store that they can share",
            hint="write `store: postgresql://...` in bot.yaml, or run one process: --role all",
        )
    try:
        from botkit.carriers.postgres import PgQueuerCarrier
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed", hint="pip install 'botkit[postgres]'") from error
    return PgQueuerCarrier(url)
