"""Hosts and networks as `safety` in bot.yaml names them."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network


def is_among(host: str, hosts: Iterable[str]) -> bool:
    """Tell whether a host is one of some, in lower case; `*.` in front of one stands for all below it."""
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """Give the network, or the address, that a text is; None for any other text."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
