"""What is long done with goes."""

from botkit.model.events import Message
from botkit.runtime.sweeping import KEPT, UNUSED
from botkit.testing import FakeClock
from botkit.testing.files import put
from botkit.testing.samples import sample
from tests.unit.runtime.running import Rig, memory


async def test_a_delivery_is_recognised_for_a_week_and_forgotten_then() -> None:
    store, clock = memory(), FakeClock()
    await store.open()
    rig = Rig(store, clock=clock)
    await rig.say("/echo a", id_="one")
    clock.advance(KEPT - 86_400)
    assert await rig.engine.sweep.once() == 0
    assert (await rig.accept(Message("/echo a"), id_="one")).duplicate
    clock.advance(2 * 86_400)
    assert await rig.engine.sweep.once() == 1
    assert not (await rig.accept(Message("/echo b"), id_="one")).duplicate
    await rig.rest()
    assert await rig.said() == ["/echo a", "/echo b"]
    await store.close()


async def test_files_that_were_never_sent_go() -> None:
    store, clock = memory(), FakeClock()
    await store.open()
    rig = Rig(store, clock=clock)
    file = await put(rig.engine.files, sample("a.png"), conversation="phone:1")
    await rig.accept(Message("/echo a", files=(file,)))
    await rig.rest()
    await put(rig.engine.files, sample("b.gif"), conversation="phone:1")
    assert await rig.engine.sweep.once() == 0
    clock.advance(3601)
    assert await rig.engine.sweep.once() == 1
    assert [kept.file for kept in await rig.engine.files.files("phone:1")] == [file]
    await store.close()


async def test_it_begins_and_ends_with_the_engine() -> None:
    store = memory()
    await store.open()
    rig = Rig(store)
    await rig.engine.start()
    assert rig.engine.sweep._chore._background.task is not None
    await rig.engine.stop()
    assert rig.engine.sweep._chore._background.task.done()
    await store.close()


async def test_embeddings_of_texts_that_are_gone_go_after_three_months() -> None:
    store, clock = memory(), FakeClock()
    await store.open()
    rig = Rig(store, clock=clock)
    await store.embeddings.keep({b"old": b"1", b"used": b"2"}, clock.now())
    clock.advance(UNUSED / 2)
    await store.embeddings.find([b"used"], clock.now())
    clock.advance(UNUSED / 2 + 1)
    assert await rig.engine.sweep.once() == 1
    assert list(await store.embeddings.find([b"old", b"used"], clock.now())) == [b"used"]
    await store.close()
