"""Pacing: a platform's limits are kept, per chat and overall, and nobody else waits for it."""

from typing import Any

import pytest

from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.ports.sharing import Slot
from botkit.ports.stored import Claim, Outgoing
from botkit.ports.stores import Store
from botkit.runtime.pacing import SHARE, WITHIN
from tests.unit.runtime.running import Phone, Rig, memory

APART = 1 / SHARE  # seconds between sends where a platform allows one a second


@pytest.fixture
async def store() -> Any:
    made = memory()
    await made.open()
    yield made
    await made.close()


def _about(waits: list[float], wanted: list[float]) -> bool:
    return len(waits) == len(wanted) and all(abs(wait - want) < 0.5 for wait, want in zip(waits, wanted, strict=True))


async def test_replies_of_a_chat_keep_their_distance(store: Store) -> None:
    phone = Phone(Capabilities(per_chat=0.1))
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/many")
    assert phone.texts == ["One.", "Two.", "Three."]
    assert _about(rig.clock.slept, [10 * APART, 20 * APART])


async def test_another_chat_does_not_wait_for_it(store: Store) -> None:
    phone = Phone(Capabilities(per_chat=1.0))
    rig = Rig(store, connectors={"phone": phone})
    for chat in "123":
        await rig.say("/echo a", chat=chat)
    assert phone.texts == ["/echo a"] * 3
    assert rig.clock.slept == []


async def test_all_chats_share_the_limit_of_their_channel(store: Store) -> None:
    phone = Phone(Capabilities(per_second=1.0))
    other = Phone()
    other.name = "other"
    rig = Rig(store, connectors={"phone": phone, "other": other})
    for chat in "123":
        await rig.say(f"/echo {chat}", chat=chat)
        await rig.say("/echo free", chat=chat, channel="other")
    assert phone.texts == ["/echo 1", "/echo 2", "/echo 3"]
    assert other.texts == ["/echo free"] * 3
    assert _about([sum(rig.clock.slept[:1]), max(rig.clock.slept)], [APART, 2 * APART])


async def test_a_place_that_is_too_far_away_is_asked_for_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = [Slot(3.0, taken=False), Slot(2.5, taken=False), Slot(0.5)]
    asked: list[tuple[str, float, float]] = []

    async def reserve(key: str, per_second: float, within: float) -> Slot:
        asked.append((key, per_second, within))
        return slots.pop(0)

    monkeypatch.setattr(store.shared, "reserve", reserve)
    phone = Phone(Capabilities(per_second=30))
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/echo a")
    assert phone.texts == ["/echo a"]
    assert rig.clock.slept == [3.0, 2.5, 0.5]
    assert asked == [("send phone", 28.0, WITHIN)] * 3


async def test_a_chat_of_a_long_name_is_paced_too(store: Store) -> None:
    phone = Phone(Capabilities(per_chat=1.0))
    rig = Rig(store, connectors={"phone": phone})
    for _ in range(2):
        await rig.say("/echo a", chat="🙂" * 450)
    assert len(phone.texts) == 2
    assert len(rig.clock.slept) == 1


async def test_who_lost_the_lease_meanwhile_sends_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone(Capabilities(per_second=1.0))
    rig = Rig(store, connectors={"phone": phone})
    lapsed = Claim((Outgoing("phone:1", Reply("r1", "late")),), until=0.0)
    given = [Claim(held=5.0), Claim((Outgoing("phone:1", Reply("r2", "ours")),)), Claim()]

    async def claim(conversation: str) -> Claim:
        assert conversation == "phone:1"
        return given.pop(0)

    monkeypatch.setattr(store, "claim", claim)
    assert not await rig.engine.delivery._send_these(lapsed)
    assert phone.texts == []
    rig.engine.delivery.wake("phone:1")
    await rig.rest()
    assert phone.texts == ["ours"]
