"""Forgetting: what another process erased is not remembered here."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from botkit.errors import StoreError
from botkit.ports.stores import Store
from botkit.runtime.forgetting import Forgetting
from botkit.stores import SQLiteStore
from tests.unit.runtime.running import Phone, Rig


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = SQLiteStore(str(tmp_path / "bot.db"))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def beside(store: Store, tmp_path: Path) -> AsyncIterator[Store]:
    made = SQLiteStore(str(tmp_path / "bot.db"))
    await made.open()
    yield made
    await made.close()


class Forgetful(Phone):
    """A connector that remembers something."""

    forgot = 0

    async def forget(self) -> None:
        """Count."""
        self.forgot += 1


async def test_an_erasure_elsewhere_is_noticed_once(store: Store, beside: Store) -> None:
    phone = Forgetful()
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/echo a secret")
    assert not await rig.engine.forgetting.look()
    assert "a secret" in repr(rig.engine.sessions.known)
    assert not await rig.engine.forgetting.look()
    await beside.erase("phone:1", now=rig.clock.now())
    assert await rig.engine.forgetting.look()
    assert "a secret" not in repr((vars(rig.engine), rig.engine.sessions.known))
    assert phone.forgot == 1
    assert not await rig.engine.forgetting.look()
    assert phone.forgot == 1


async def test_what_was_erased_before_the_start_needs_no_forgetting(store: Store, beside: Store) -> None:
    rig = Rig(store)
    await rig.say("/echo a")
    await beside.erase("phone:1", now=0.0)
    assert not await rig.engine.forgetting.look()


async def test_other_conversations_go_on(store: Store, beside: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await rig.engine.forgetting.look()
    await rig.say("/order")
    await rig.say("/echo a", chat="2")
    await rig.rest("phone:2")
    await beside.erase("phone:2", now=rig.clock.now())
    assert await rig.engine.forgetting.look()
    await rig.say("A-10293")
    assert "Give found A-10293?" in phone.texts


async def test_a_store_that_fails_is_asked_again(store: Store) -> None:
    forgot: list[int] = []

    async def forget() -> None:
        forgot.append(1)

    forgetting = Forgetting(store, forget)
    await store.close()
    with pytest.raises(StoreError):
        await forgetting.look()
    assert forgot == []
