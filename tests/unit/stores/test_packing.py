"""Stored bytes are small, and theirs again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.stores.packing import LEAST, LEAST_REWRITTEN, pack, unpack


@given(st.binary(max_size=2000))
def test_bytes_come_back(data: bytes) -> None:
    assert unpack(pack(data)) == data
    assert unpack(pack(data, LEAST_REWRITTEN)) == data


def test_long_ones_become_small() -> None:
    data = b'{"event":{"type":"message","text":"hello"},"route":"intent"}' * 20
    assert len(pack(data)) < len(data) / 5


def test_short_ones_and_noise_stay() -> None:
    assert pack(b"x" * (LEAST - 1)) == b"\x00" + b"x" * (LEAST - 1)
    noise = bytes(range(256))
    assert pack(noise) == b"\x00" + noise


def test_what_an_earlier_release_packed_is_read() -> None:
    """The dictionary is part of the format: with another one, these bytes would be lost."""
    packed = bytes.fromhex("0123227ccb3380194e21b35821b75221bf2805e84a6024c1dc0d0f04743b41c528c1a81b84460300")
    assert (
        unpack(packed)
        == b'{"event":{"type":"message","text":"where is my order"},"route":"intent","visits":[["say"]]}' * 3
    )


@pytest.mark.parametrize("data", [b"", b"\x02abc", b"\x01not deflated", b"{}"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="stored bytes"):
        unpack(data)
