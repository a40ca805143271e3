"""Outbound: the client that a plugin's actions speak HTTP with, made when one first asks for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botkit.errors import UsageError

if TYPE_CHECKING:
    import httpx


class Outbound:
    """One plugin's client. `make` gives a new one; it is used, and closed, on the plugin's own loop."""

    def __init__(self, make: "Callable[[], httpx.AsyncClient] | None" = None) -> None:
        self.make = make
        self._client: Any = None

    @property
    def client(self) -> "httpx.AsyncClient":
        """The client. Raises UsageError where none can be made, ConfigError where httpx is not installed."""
        if self._client is None:
            if self.make is None:
                raise UsageError("there is no HTTP here")
            self._client = self.make()
        client: httpx.AsyncClient = self._client
        return client

    async def close(self) -> None:
        """Close the client, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @property
    def used(self) -> bool:
        """Tell whether there is a client to close."""
        return self._client is not None
