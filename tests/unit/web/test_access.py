"""Signed chats, origins and rates."""

import pytest

from botkit_web.access import Allowance, Allowances, Signer, expiry_of, new_chat
from botkit_web.sites import allows


def test_a_token_is_good_for_its_chat_alone() -> None:
    signer = Signer("a secret of some length")
    assert signer.owner_of("one", signer.sign("one")) == ""
    assert signer.owner_of("two", signer.sign("one")) is None
    assert Signer("a secret of some length").owner_of("one", signer.sign("one")) == ""
    assert Signer("another secret of length").owner_of("one", signer.sign("one")) is None


def test_without_a_secret_every_signer_has_its_own() -> None:
    assert Signer().owner_of("one", Signer().sign("one")) is None


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "a" * 10_000])
def test_a_wrong_token_is_refused(token: str) -> None:
    assert Signer().owner_of("one", token) is None


@pytest.mark.parametrize("who", ["", "ann", "李"])
def test_a_token_runs_out(who: str) -> None:
    now = 1_000.0
    signer = Signer("a secret of some length", seconds=60, now=lambda: now)
    token = signer.sign("one", who)
    assert expiry_of(token) == 1_060
    now = 1_059.9
    assert signer.owner_of("one", token) == who
    now = 1_060.0
    assert signer.owner_of("one", token) is None
    assert signer.owner_of("one", token.replace(f"{1_060:x}.", f"{9_999:x}.")) is None
    assert signer.owner_of("one", token.replace(f"{1_060:x}.", f"{1_060:X}0.")) is None


def test_nobody_owns_the_empty_chat() -> None:
    signer = Signer()
    assert signer.owner_of("", signer.sign("")) is None


def test_chats_cannot_be_guessed() -> None:
    chats = {new_chat() for _ in range(1_000)}
    assert len(chats) == 1_000
    assert min(map(len, chats)) >= 24


@pytest.mark.parametrize(
    ("origin", "host", "origins", "allowed"),
    [
        ("", "bot.example", (), True),
        ("https://bot.example", "bot.example", (), True),
        ("HTTPS://Bot.Example", "bot.example", (), True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", (), True),
        ("http://127.0.0.1:9000", "127.0.0.1:8000", (), False),
        ("https://evil.example", "bot.example", (), False),
        ("https://bot.example.evil.example", "bot.example", (), False),
        ("https://shop.example", "bot.example", ("https://shop.example",), True),
        ("http://shop.example", "bot.example", ("https://shop.example",), False),
        ("https://evil.example", "bot.example", ("*",), True),
        ("null", "bot.example", (), False),
        ("file://", "", (), False),
        ("https://", "", (), False),
        ("https://[", "bot.example", (), False),
        ("chrome-extension://bot.example", "bot.example", (), False),
    ],
)
def test_origins(origin: str, host: str, origins: tuple[str, ...], allowed: bool) -> None:
    assert allows(origin, host, origins) is allowed


def test_an_allowance_lets_a_burst_through_and_then_a_rate() -> None:
    now = 100.0
    allowance = Allowance(rate=2.0, burst=3, clock=lambda: now)
    assert [allowance.take() for _ in range(3)] == [0, 0, 0]
    assert allowance.take() == pytest.approx(0.5)
    now += 0.5
    assert allowance.take() == 0
    assert allowance.take() > 0
    now += 1_000
    assert [allowance.take() for _ in range(3)] == [0, 0, 0]
    assert allowance.take() > 0


def test_every_name_has_an_allowance_and_the_longest_unused_is_forgotten() -> None:
    allowances = Allowances(rate=1.0, burst=1, clock=lambda: 0.0, most=2)
    assert [allowances.take(name) for name in ("a", "b", "a", "c", "a", "b")] == [0, 0, 1, 0, 1, 0]
