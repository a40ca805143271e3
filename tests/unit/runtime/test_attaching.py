"""Files of a message: the conversation's own stay, and are kept from then on."""

import pytest
from msgspec.structs import replace

from botkit.errors import StoreError
from botkit.model.events import Message, Press
from botkit.model.values import File
from botkit.ports.connectors import Incoming
from botkit.ports.files import FileLimits, Files
from botkit.runtime.attaching import attach
from botkit.stores import open_files
from botkit.testing import FakeClock
from botkit.testing.files import put
from botkit.testing.samples import sample
from tests.unit.runtime.running import Rig, memory

ELSEWHERE = File(kind="image", ref="https://platform.example/file/1")
PLACE = File(kind="location", latitude=1.0, longitude=2.0)


@pytest.fixture
def files() -> Files:
    return open_files(memory(), FileLimits(), FakeClock())


def _incoming(*files: File, chat: str = "1") -> Incoming:
    return Incoming("phone", chat, "d1", Message("here", files=files))


async def test_what_the_conversation_holds_is_sent(files: Files) -> None:
    file = await put(files, sample("a.png"), conversation="phone:1")
    incoming = _incoming(file, PLACE, ELSEWHERE)
    assert await attach(files, incoming) is incoming
    assert [kept.sent for kept in await files.files("phone:1")] == [True]


async def test_what_another_conversation_holds_goes_from_the_message(files: Files) -> None:
    file = await put(files, sample("a.png"), conversation="phone:1")
    attached = await attach(files, _incoming(file, PLACE, chat="2"))
    assert attached.event == Message("here", files=(PLACE,))
    assert [kept.sent for kept in await files.files("phone:1")] == [False]


async def test_what_was_swept_goes_as_well(files: Files) -> None:
    file = await put(files, sample("a.png"), conversation="phone:1")
    await files.forget("phone:1")
    assert (await attach(files, _incoming(file))).event == Message("here")


@pytest.mark.parametrize("event", [Message("hi"), Press("x")])
async def test_other_messages_ask_nothing(event: Message | Press) -> None:
    incoming = Incoming("phone", "1", "d1", event)
    assert await attach(None, incoming) is incoming  # type: ignore[arg-type]


async def test_a_message_whose_files_cannot_be_noted_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    store = memory()
    await store.open()
    rig = Rig(store)
    file = await put(rig.engine.files, sample("a.png"), conversation="phone:1")

    async def fail(*_: object) -> frozenset[str]:
        raise StoreError("the disk is full", reason="the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(rig.engine.files, "send", fail)
        with pytest.raises(StoreError):
            await rig.accept(Message("/echo a", files=(file,)))
    assert rig.engine.health.trouble
    assert not (await store.load("phone:1")).waiting
    await store.close()


async def test_each_message_of_a_burst_keeps_its_files(files: Files) -> None:
    from botkit.ports.stored import Arrived
    from botkit.runtime.bursts import _joined

    file = await put(files, sample("a.png"))
    first, second = Message("look", "m1"), Message("", "m2", files=(file,))
    joined = _joined([Arrived(1, first), Arrived(2, second)]).event
    assert isinstance(joined, Message)
    assert joined.files == (file,)
    assert [(part.id, part.files) for part in joined.parts] == [("m1", ()), ("m2", (file,))]
    assert replace(joined.parts[1], files=()).files == ()
