"""Delivery: replies go out in order, are tried again, are given up, and hold up nobody else."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from botkit.errors import DeliveryError, StoreError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message, Owned
from botkit.model.replies import Reply
from botkit.ports.stored import LEASE, Claim, Committed, Outgoing
from botkit.ports.stores import Store
from botkit.runtime import delivery
from botkit.runtime.delivery import FIRST_LOOK, GIVE_UP_AFTER, Delivery, pause
from botkit.stores import Durability, SQLiteStore
from tests.unit.runtime.running import Phone, Rig, memory


@pytest.fixture
async def store() -> Any:
    made = memory()
    await made.open()
    yield made
    await made.close()


async def test_replies_go_out_in_order_and_are_marked(store: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/many")
    await rig.say("/echo a")
    assert phone.texts == ["One.", "Two.", "Three.", "/echo a"]
    assert [chat for chat, _ in phone.sent] == ["1"] * 4
    assert await store.outgoing("phone:1") == []
    assert [one.platform_id for one in await store.deliveries("phone:1")] == ["p1", "p2", "p3", "p4"]


async def test_what_no_connector_serves_is_not_kept_for_sending(store: Store) -> None:
    rig = Rig(store, connectors={"phone": Phone()})
    await rig.say("/echo a", channel="library")
    assert await store.outgoing("library:1") == []
    rig.engine.delivery.wake("library:1")


@pytest.mark.parametrize(
    ("error", "slept"),
    [
        (DeliveryError("busy"), 1.0),
        (DeliveryError("slow down", retry_after=30.0), 30.0),
        (OSError("no network"), 1.0),
        (TimeoutError(), 1.0),
        (ValueError("a bug"), 1.0),
    ],
)
async def test_a_refused_reply_is_tried_again_before_those_behind_it(
    store: Store, error: Exception, slept: float
) -> None:
    phone = Phone()
    phone.refuse = [error]
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/many")
    assert phone.texts == ["One.", "Two.", "Three."]
    assert sum(rig.clock.slept) == slept


def test_the_pauses_double_up_to_a_bound() -> None:
    assert [pause(n, 1.0) for n in (0, 1, 2, 3, 8, 9, 100)] == [1.0, 2.0, 4.0, 8.0, 256.0, 300.0, 300.0]
    assert pause(0, 0.0) == 0.5


async def test_a_refusal_for_good_goes_to_the_dead_letters_and_later_replies_go_on(store: Store) -> None:
    phone = Phone()
    phone.refuse = [DeliveryError("blocked", permanent=True)]
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/many")
    assert phone.texts == ["Two.", "Three."]
    ((letter, error),) = await store.failed()
    assert (letter.reply.text, error) == ("One.", "blocked")


async def test_a_temporary_refusal_is_given_up_after_a_day(store: Store) -> None:
    phone = Phone()
    phone.refuse = [DeliveryError("busy")] * 400
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/echo a")
    assert phone.texts == []
    assert len(await store.failed()) == 1
    assert GIVE_UP_AFTER <= sum(rig.clock.slept) < GIVE_UP_AFTER + 600


async def test_a_failing_channel_pauses_only_itself(store: Store) -> None:
    phone, page = Phone(), Phone()
    phone.gate = asyncio.Event()
    rig = Rig(store, connectors={"phone": phone, "page": page})
    await rig.accept(Message("/echo a"))
    await rig.say("/echo b", channel="page")
    assert page.texts == ["/echo b"]
    assert phone.texts == []
    phone.gate.set()
    await rig.rest()
    assert phone.texts == ["/echo a"]


async def test_replies_that_come_while_others_are_sent_go_out_after_them(store: Store) -> None:
    phone = Phone()
    phone.gate = asyncio.Event()
    rig = Rig(store, connectors={"phone": phone})
    for n in range(3):
        await rig.accept(Message(f"/echo {n}"))
        await asyncio.sleep(0.01)
    phone.gate.set()
    await rig.rest()
    assert phone.texts == ["/echo 0", "/echo 1", "/echo 2"]


async def _taken_over(store: Store, phone: Phone) -> Rig:
    rig = Rig(store, connectors={"phone": phone})
    phone.refuse = [DeliveryError("busy", retry_after=0.0)]
    rig.engine.delivery._closed = True  # nothing is sent yet
    await rig.accept(Message("/many"))
    await rig.engine.settle("phone:1")
    await rig.engine.own("phone:1", Owned("claimed", "Eve"), "c1")
    await rig.engine.settle("phone:1")
    return rig


async def test_a_person_who_takes_over_drops_what_was_not_sent_yet(store: Store) -> None:
    phone = Phone()
    rig = await _taken_over(store, phone)
    rig.engine.delivery._closed = False
    rig.engine.delivery.wake("phone:1")
    await rig.rest()
    assert phone.texts == []
    assert {error for _, error in await store.failed()} == {"a person took over"}


async def test_a_restart_remembers_that_a_person_took_over(store: Store) -> None:
    phone = Phone()
    await _taken_over(store, phone)
    phone.refuse = []
    second = Rig(store, connectors={"phone": phone})
    await second.engine.start()
    await second.rest()
    assert phone.texts == []
    await second.engine.stop()


async def test_what_was_said_before_the_bot_had_it_back_is_sent(store: Store) -> None:
    phone = Phone()
    rig = await _taken_over(store, phone)
    await rig.engine.own("phone:1", Owned("returned"), "r1")
    await rig.engine.settle("phone:1")
    rig.engine.delivery._closed = False
    rig.engine.delivery.wake("phone:1")
    await rig.rest()
    assert phone.texts == ["One.", "Two.", "Three.", "I'm back to help. Is there anything else I can do for you?"]


@pytest.mark.parametrize("method", ["outgoing", "sent", "put_off"])
async def test_a_store_that_fails_holds_delivery_up_and_loses_nothing(
    store: Store, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone()
    phone.refuse = [DeliveryError("busy")] if method == "put_off" else []
    real, failures = getattr(store, method), [StoreError("locked")]

    async def fail(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return await real(*args)

    monkeypatch.setattr(store, method, fail)
    rig = Rig(store, connectors={"phone": phone})
    rig.engine.delivery._left.add("phone:1")  # so that it looks what there is
    await rig.say("/echo a")
    assert phone.texts[0] == "/echo a"
    assert await store.outgoing("phone:1") == []


async def test_a_bug_in_delivery_is_logged_and_the_next_wake_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    with monkeypatch.context() as patch:
        patch.setattr(store, "sent", None)
        await rig.say("/echo a")
    assert "sending stopped" in caplog.text
    await rig.say("/echo b")
    assert phone.texts == ["/echo a", "/echo a", "/echo b"]  # the first was sent, and could not be marked


async def test_a_stop_leaves_what_is_not_sent_in_the_outbox(store: Store) -> None:
    phone = Phone()
    phone.gate = asyncio.Event()
    rig = Rig(store, connectors={"phone": phone})
    await rig.accept(Message("/many"))
    await asyncio.sleep(0.01)
    await rig.engine.stop(within=0.01)
    assert len(await store.outgoing("phone:1")) == 3
    await rig.engine.stop()
    rig.engine.delivery.wake("phone:1")
    assert phone.texts == []


async def test_replies_are_brought_to_what_the_channel_shows(store: Store) -> None:
    phone = Phone(Capabilities(buttons=0))
    rig = Rig(store, connectors={"phone": phone})
    for text in ("/order", "A-10293"):
        await rig.say(text)
    assert phone.texts[-1] == "Give found A-10293?\n1. Yes\n2. No"


async def _claims(store: Store, given: list[Claim], monkeypatch: pytest.MonkeyPatch, **committed: Any) -> Rig:
    """Commit three replies with an outcome of the test's own, before a store whose first claims are given."""
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    hand_over, claim = rig.engine.delivery.hand_over, store.claim

    def hand(conversation: str, replies: Sequence[Reply], outcome: Committed) -> None:
        hand_over(conversation, replies, replace(outcome, **committed))

    async def claimed(conversation: str) -> Claim:
        rig.clock.slept.append(-1.0)
        return given.pop(0) if given else await claim(conversation)

    monkeypatch.setattr(rig.engine.delivery, "hand_over", hand)
    monkeypatch.setattr(store, "claim", claimed)
    await rig.say("/many")
    rig.clock.slept.append(len(phone.texts))
    return rig


async def test_replies_behind_those_of_another_worker_wait_for_its_lease(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [Claim(held=9.0), Claim(held=9.0), Claim(held=0.01)]
    rig = await _claims(store, held, monkeypatch, behind=True)
    assert rig.clock.slept == [-1.0, FIRST_LOOK, -1.0, 2 * FIRST_LOOK, -1.0, 0.01, -1.0, -1.0, 3]


async def test_a_worker_that_slept_past_its_lease_claims_before_it_sends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = await _claims(store, [Claim()], monkeypatch, until=time.monotonic() - 1)
    assert rig.clock.slept == [-1.0, 0]  # somebody else has sent them all


async def test_a_lease_that_lapses_while_the_mark_before_is_awaited_is_claimed_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was frozen there sent what another one had sent meanwhile."""
    until = time.monotonic() + LEASE
    waits = iter([0.0, LEASE])

    async def secure(_: str) -> None:
        slept = next(waits)
        monkeypatch.setattr("botkit.runtime.delivery.time", SimpleNamespace(monotonic=lambda: until - LEASE + slept))

    rig = Rig(store, connectors={"phone": Phone()})
    monkeypatch.setattr(store, "lease", LEASE)
    monkeypatch.setattr(rig.engine.delivery, "_secure", secure)
    replies = tuple([Outgoing("phone:1", Reply(f"r{n}")) for n in range(2)])
    assert not await rig.engine.delivery._send_these(Claim(replies, until))
    phone = rig.engine.connectors["phone"]
    assert isinstance(phone, Phone)
    assert len(phone.texts) == 1


async def test_a_long_list_is_claimed_again_when_half_the_lease_is_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = await _claims(store, [], monkeypatch, until=time.monotonic() + LEASE / 2)
    assert rig.clock.slept == [-1.0, -1.0, 3]  # after the first; nothing is left


async def test_a_send_that_takes_longer_than_its_lease_keeps_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone()
    phone.gate = asyncio.Event()
    rig = Rig(store, connectors={"phone": phone})
    hand_over, claims = rig.engine.delivery.hand_over, 0

    def hand(conversation: str, replies: Sequence[Reply], outcome: Committed) -> None:
        hand_over(conversation, replies, replace(outcome, until=time.monotonic() + 60))

    async def claim(conversation: str) -> Claim:
        nonlocal claims
        claims += 1
        if claims == 1:
            raise StoreError("away for a moment")
        if claims == 3 and phone.gate is not None:
            phone.gate.set()
        return Claim()

    monkeypatch.setattr(store, "lease", 0.03)
    monkeypatch.setattr(store, "claim", claim)
    monkeypatch.setattr(rig.engine.delivery, "hand_over", hand)
    async with asyncio.timeout(10):
        await rig.say("/echo a")
    assert phone.texts == ["/echo a"]
    assert claims >= 3
    kept = claims
    await asyncio.sleep(0.05)
    assert claims == kept  # nothing is renewed after the send


async def test_a_lost_reply_would_be_seen(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Delivery._send

    async def lose(self: Delivery, outgoing: Any, *, first: bool) -> bool:
        if outgoing.reply.text == "Two.":
            await self._store.sent(outgoing.reply.id, "", 0.0)
            return True
        return await real(self, outgoing, first=first)

    monkeypatch.setattr(Delivery, "_send", lose)
    with pytest.raises(AssertionError):
        await test_replies_go_out_in_order_and_are_marked(store)


async def test_replies_that_overtake_each_other_would_be_seen(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go_on(self: Delivery, outgoing: Any, error: DeliveryError) -> bool:
        await self._store.put_off(outgoing.reply.id, self._clock.now() - 1, str(error))
        return True

    monkeypatch.setattr(Delivery, "_refused", go_on)
    with pytest.raises(AssertionError):
        await test_a_refused_reply_is_tried_again_before_those_behind_it(store, DeliveryError("busy"), 1.0)


@pytest.mark.parametrize("durability", ["normal", "full"])
async def test_a_reply_goes_out_when_the_mark_of_the_one_before_is_durable(
    durability: Durability, tmp_path: Path
) -> None:
    """So the end of the process repeats one reply of a chat at most."""
    store, other = SQLiteStore(str(tmp_path / "bot.db"), durability), SQLiteStore(str(tmp_path / "bot.db"))
    await store.open()
    await other.open()
    unmarked: list[int] = []

    class Watching(Phone):
        async def send(self, chat: str, reply: Reply) -> str:
            marked = await other.deliveries(f"phone:{chat}")
            unmarked.append(len([one for one in self.sent if one[0] == chat]) - len(marked))
            return await super().send(chat, reply)

    rig = Rig(store, connectors={"phone": Watching()})
    for text in ("/many", "/echo a", "/many"):
        for chat in "123":
            await rig.accept(Message(text), chat)
    for chat in "123":
        await rig.rest(f"phone:{chat}")
    assert unmarked == [0] * 21
    await store.close()
    await other.close()


async def test_a_mark_that_cannot_be_written_holds_up_the_next_reply(store: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    asked: list[str] = []

    async def secure(reply: str) -> None:
        asked.append(reply)
        if len(asked) < 3:
            raise StoreError("the disk is full", reason="the disk is full")

    store.secure = secure  # type: ignore[method-assign]
    await rig.say("/many")
    assert phone.texts == ["One.", "Two.", "Three."]
    assert asked == ["phone:1/1.0"] * 3 + ["phone:1/1.1"]
    assert rig.engine.health.trouble == "the disk is full"


async def test_what_is_known_of_marks_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_MARKED", 3)
    rig = Rig(store, connectors={"phone": Phone()})
    for number in range(10):
        await rig.say("/echo a", chat=str(number))
    assert len(rig.engine.delivery._marked) <= 4


@pytest.mark.parametrize(
    ("method", "first", "said"),
    [("take", "/many", ["One.", "Two.", "Three."]), ("commit", "/many", ["One.", "Two.", "Three."]),
     ("take_result", "/read", ["Read found x."])],
)  # fmt: skip
async def test_what_a_commit_stored_that_seemed_to_fail_goes_out_before_what_comes_next(
    store: Store, method: str, first: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = getattr(store, method), [True]

    async def lose(*args: Any) -> Any:
        outcome = await real(*args)
        if broken:
            broken.clear()
            raise StoreError("the connection broke")
        return outcome

    monkeypatch.setattr(store, method, lose)
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    monkeypatch.setattr(rig.engine, "_direct", method != "commit")
    with contextlib.suppress(StoreError):
        await rig.say(first)
    await rig.say("/echo next")
    assert not broken
    assert phone.texts == [*said, "/echo next"]
    assert await store.outgoing("phone:1") == []
