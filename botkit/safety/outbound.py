"""Outbound: which addresses actions may reach over HTTP, and the one client that keeps to them.

A name is resolved, every address that it has is checked, and the connection goes to the checked address: a second
answer of the name server changes nothing. A redirect opens a connection as well, and is checked as the first one.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from botkit.errors import ConfigError, OutboundError
from botkit.safety.hosts import is_among, network_of

if TYPE_CHECKING:
    import httpx

RESOLVED_WITHIN: Final = 5.0  # seconds

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_CARRYING: Final = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48"))
)  # IPv4 in the last four bytes (RFC 6052)
_METADATA: Final = tuple(
    map(ip_address, ("168.63.129.16", "192.0.0.192"))
)  # of clouds, at addresses that look public


class Doors:
    """Which addresses may be reached: public ones, and what is allowed: hosts (`*.` for all below one), networks."""

    def __init__(self, allowed: Iterable[str] = (), resolve: Resolve | None = None) -> None:
        self._resolve = resolve or _resolve
        networks = {one: network_of(one) for one in allowed}
        self._networks = tuple([net for net in networks.values() if net is not None])
        self._hosts = tuple([one.lower().rstrip(".") for one, net in networks.items() if net is None])

    async def open(self, host: str, port: int) -> list[str]:
        """Give the addresses of a host to connect to. Raises OutboundError unless all of them may be reached."""
        name = host.lower().strip("[]").rstrip(".")
        found = await self._find(name, port)
        if not found:
            raise OutboundError(f"{name[:200]!r} has no address")
        if not is_among(name, self._hosts):
            for address in found:
                if not self._may(ip_address(address.partition("%")[0])):
                    raise OutboundError(
                        f"{name[:200]!r} is not public, and actions reach only what is",
                        hint="bot.yaml: `safety: {allow_hosts: [...]}` allows it",
                    )
        return list(dict.fromkeys(found))

    async def _find(self, name: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(RESOLVED_WITHIN):
                return await self._resolve(name, port)
        except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
            raise OutboundError(f"{name[:200]!r} was not found ({type(error).__name__})") from None

    def _may(self, address: Address) -> bool:
        inner = _inner(address)
        if any(one.version == net.version and one in net for one in (address, inner) for net in self._networks):
            return True
        return is_public(inner)


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the Internet's, and of no cloud's own services."""
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address in _METADATA
    # RFC 3879 has retired the addresses of a site, which some sites route still.
    special = special or (isinstance(address, IPv6Address) and address.is_site_local)
    return address.is_global and not special


def _inner(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 address carries, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    carried = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
    if carried is None and any(address in net for net in _CARRYING):
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    return carried or address


async def _resolve(name: str, port: int) -> Sequence[str]:
    infos = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in infos]


def open_client(allowed: Iterable[str] = (), resolve: Resolve | None = None) -> "httpx.AsyncClient":
    """Make the client; whoever makes it closes it. Raises ConfigError where httpx is not installed.

    It takes no proxy from the environment: that would connect for it. What it raises beside httpx's own errors is
    an OutboundError.
    """
    try:
        from botkit.safety.transport import make_client
    except ImportError as error:
        raise ConfigError("ctx.http needs httpx", hint="pip install 'botkit[http]'") from error
    return make_client(Doors(allowed, resolve))
