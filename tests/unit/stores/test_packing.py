"""Stored bytes are small, and theirs again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.stores.packing import LEAST, pack, unpack


@given(st.binary(max_size=4000))
def test_bytes_come_back(data: bytes) -> None:
    assert unpack(pack(data)) == data


def test_long_ones_become_small() -> None:
    data = b'{"event":{"type":"message","text":"hello"},"route":"intent"}' * 40
    assert len(pack(data)) < len(data) / 5


def test_short_ones_and_noise_stay() -> None:
    assert pack(b"x" * (LEAST - 1)) == b"\x00" + b"x" * (LEAST - 1)
    noise = random.Random(1).randbytes(2 * LEAST)
    assert pack(noise) == b"\x00" + noise


@pytest.mark.parametrize("data", [b"", b"\x02abc", b"\x01not deflated", b"{}"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="stored bytes"):
        unpack(data)
