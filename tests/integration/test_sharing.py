"""Several workers on one PostgreSQL keep a platform's limits together."""

import asyncio
import time

from botkit.model.catalogue import Capabilities
from botkit.runtime.pacing import SHARE
from botkit.stores.postgres import PostgreSQLStore
from tests.unit.runtime.running import Phone, Rig

MOST = 10.0  # sends a second that the platform allows
CHATS = 30


async def test_two_workers_send_no_more_together_than_a_platform_allows(database: str) -> None:
    stores = [PostgreSQLStore(database, worker) for worker in "ab"]
    for store in stores:
        await store.open()
    phones = [Phone(Capabilities(per_second=MOST)) for _ in stores]
    rigs = [Rig(store, connectors={"phone": phone}) for store, phone in zip(stores, phones, strict=True)]
    for rig in rigs:
        rig.clock.sleep = asyncio.sleep  # type: ignore[method-assign,assignment]
    began = time.monotonic()
    await asyncio.gather(*(rigs[n % 2].say(f"/echo {n}", chat=str(n), id_=str(n)) for n in range(CHATS)))
    took = time.monotonic() - began
    assert {text for phone in phones for text in phone.texts} == {f"/echo {n}" for n in range(CHATS)}
    assert all(phone.texts for phone in phones)
    assert took >= (CHATS - 1) / (MOST * SHARE)
    for rig in rigs:
        await rig.engine.stop()
    for store in stores:
        await store.close()
