"""Hosts and networks as bot.yaml names them."""

import pytest

from botkit.safety.hosts import is_among, network_of


@pytest.mark.parametrize(
    ("host", "hosts", "among"),
    [
        ("a.test", ("a.test",), True), ("a.test", ("b.test", "*.test"), True), ("x.a.test", ("*.a.test",), True),
        ("a.test", ("*.a.test",), False), ("xa.test", ("a.test",), False), ("a.test", (), False), ("", ("*.",), False),
    ],
)  # fmt: skip
def test_a_host_is_among_those_that_are_named(host: str, hosts: tuple[str, ...], among: bool) -> None:
    assert is_among(host, iter(hosts)) is among


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.0.0.1", "10.0.0.1/32"), ("10.1.2.3/8", "10.0.0.0/8"), ("fc00::/7", "fc00::/7"),
        ("a.test", "None"), ("10.0.0.0/99", "None"), ("", "None"), ("1" * 10_000, "None"),
    ],
)  # fmt: skip
def test_a_network_is_read(text: str, network: str) -> None:
    assert str(network_of(text)) == network
