"""The contract that every connector keeps, as a suite of tests.

    class TestEcho(ConnectorContract):
        @pytest.fixture
        def stage(self):
            return opened_stage()          # an async context manager that gives a Stage

`Stage.platform` is the test's own double of the platform, spoken to over the platform's protocol: what it recorded
decides, not what the connector believes. What moves (`streaming`, `typing`) and files stand in modules of their own;
`stages` has what all of them are played on. The suite needs pytest-asyncio and nothing but loopback.
"""

import asyncio
import logging

import msgspec
import pytest

from botkit.errors import DeliveryError, StoreError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Button, Reply
from botkit.ports.connectors import Incoming, Streamer, StreamPart
from botkit.testing.connector_files import FileContract
from botkit.testing.connector_streams import StreamContract
from botkit.testing.intakes import FakeIntake
from botkit.testing.stages import (
    HOSTILE,
    PATIENCE,
    WORLD,
    Attachment,
    FilePlatform,
    Platform,
    Shown,
    Stage,
    Staged,
    Started,
    TypingPlatform,
    message_of,
    messages,
)

__all__ = [
    "Attachment",
    "ConnectorContract",
    "FilePlatform",
    "Platform",
    "Shown",
    "Stage",
    "Staged",
    "TypingPlatform",
]


class ConnectorContract(FileContract, StreamContract):
    """What every connector keeps. Set `refuses = False` where a platform cannot refuse a message.

    What a connector does not declare in its capabilities is passed over: files, images, streaming, typing. For what
    it declares its double needs a little more: it is a FilePlatform, a TypingPlatform.
    """

    refuses = True
    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def stage(self) -> Staged:
        """Give an async context manager around a Stage; every suite brings its own."""
        pytest.fail("override the fixture `stage`")

    async def test_says_what_it_is(self, stage: Staged) -> None:
        async with stage as it:
            assert it.connector.name
            assert isinstance(it.connector.capabilities, Capabilities)
            assert all(hasattr(route, "path") for route in it.connector.routes())

    async def test_hands_a_message_over_once(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            assert await _deliver(it, it.chats[0], "m1", "Where is my order?")
            received = messages(botkit_intake.received)
            assert len(received) == 1
            incoming = received[0]
            assert (incoming.channel, incoming.chat) == (it.connector.name, it.chats[0])
            assert incoming.id
            assert isinstance(incoming.event, Message)
            assert incoming.event.text == "Where is my order?"
            assert msgspec.json.decode(msgspec.json.encode(incoming), type=Incoming) == incoming

    async def test_acknowledges_only_what_is_stored(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            botkit_intake.hold()
            delivery = asyncio.create_task(it.platform.deliver(it.chats[0], "m1", "hi"))
            await botkit_intake.wait(1)
            for _ in range(20):
                await asyncio.sleep(0)
            assert not delivery.done(), "it acknowledged a message before it was stored"
            botkit_intake.release()
            assert await asyncio.wait_for(delivery, PATIENCE)

    async def test_acknowledges_nothing_that_was_not_stored(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            botkit_intake.fail(StoreError("the disk is full"))
            assert not await _deliver(it, it.chats[0], "m1", "hi")
            botkit_intake.fail(None)
            assert await _deliver(it, it.chats[0], "m1", "hi")
            assert [_text(one) for one in messages(botkit_intake.incoming)] == ["hi"]

    async def test_passes_a_redelivery_on_with_its_id(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            assert await _deliver(it, it.chats[0], "m1", "hi")
            assert await _deliver(it, it.chats[0], "m1", "hi")
            assert await _deliver(it, it.chats[0], "m2", "hi")
            ids = [one.id for one in messages(botkit_intake.received)]
            assert len(ids) == 3
            assert len(set(ids)) == 2

    async def test_keeps_the_order_and_the_chats_apart(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            for n in range(6):
                assert await _deliver(it, it.chats[n % 2], f"m{n}", f"text {n}")
            first = [_text(one) for one in messages(botkit_intake.incoming) if one.chat == it.chats[0]]
            assert first == ["text 0", "text 2", "text 4"]
            for n in range(6):
                await it.connector.send(it.chats[n % 2], Reply(f"r{n}", f"reply {n}"))
            assert [one.text for one in await it.platform.shown(it.chats[1])] == ["reply 1", "reply 3", "reply 5"]

    async def test_carries_every_writing_both_ways(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            for n, text in enumerate(WORLD):
                assert await _deliver(it, it.chats[0], f"m{n}", text)
                await it.connector.send(it.chats[0], Reply(f"r{n}", text))
            assert [_text(one) for one in messages(botkit_intake.incoming)] == list(WORLD)
            assert [one.text for one in await it.platform.shown(it.chats[0])] == list(WORLD)

    async def test_survives_strange_messages(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            for n, text in enumerate((*HOSTILE, "x" * 100_000, " ")):
                await _deliver(it, it.chats[0], f"m{n}", text)  # taken or refused, as the platform has it
            assert await _deliver(it, it.chats[0], "last", "still there?")
            assert _text(botkit_intake.incoming[-1]) == "still there?"

    async def test_sends_and_gives_the_id(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            ids = [await it.connector.send(it.chats[0], Reply(f"r{n}", f"reply {n}")) for n in range(2)]
            assert all(ids)
            assert len(set(ids)) == 2
            assert [one.text for one in await it.platform.shown(it.chats[0])] == ["reply 0", "reply 1"]

    @pytest.mark.parametrize("text", HOSTILE)
    async def test_shows_text_as_text(self, stage: Staged, botkit_intake: FakeIntake, text: str) -> None:
        async with stage as it, Started(it, botkit_intake):
            await it.connector.send(it.chats[0], Reply("r1", text))
            assert [one.text for one in await it.platform.shown(it.chats[0])] == [it.read(text)]

    async def test_shows_every_button(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        labels = ("Track <my> order", "退货", "Talk to a *person*")
        async with stage as it, Started(it, botkit_intake):
            buttons = tuple(Button(label, value=str(n)) for n, label in enumerate(labels))
            await it.connector.send(it.chats[0], Reply("r1", "What is it?", buttons, question="q1"))
            shown = await it.platform.shown(it.chats[0])
            assert "What is it?" in shown[0].text
            seen = " ".join([one.text for one in shown] + [label for one in shown for label in one.buttons])
            assert [label for label in labels if label not in seen] == []

    async def test_cuts_a_long_text_and_loses_nothing(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            most = it.connector.capabilities.text_length or 4096
            words = [f"word{n}" for n in range(most // 8 + 20)]
            await it.connector.send(it.chats[0], Reply("r1", " ".join(words)))
            shown = await it.platform.shown(it.chats[0])
            assert [word for one in shown for word in one.text.split()] == words

    async def test_says_who_speaks(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            await it.connector.send(it.chats[0], Reply("r1", "I look it up.", agent="Mia <b>"))
            await it.connector.send(it.chats[0], Reply("r2", "What else?"))
            person, bot = await it.platform.shown(it.chats[0])
            assert "I look it up." in person.text
            assert "Mia <b>" in (person.agent or person.text)
            assert (bot.text, bot.agent) == ("What else?", "")

    async def test_tells_a_refusal_for_good(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            error = await self._refused(it, permanent=True)
            assert error.permanent

    async def test_tells_a_refusal_for_a_while(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, Started(it, botkit_intake):
            error = await self._refused(it, permanent=False, retry_after=3.0)
            assert not error.permanent
            assert error.retry_after == pytest.approx(3.0)
            await it.connector.send(it.chats[0], Reply("r2", "and again"))
            assert [one.text for one in await it.platform.shown(it.chats[0])] == ["and again"]

    async def _refused(self, it: Stage, *, permanent: bool, retry_after: float | None = None) -> DeliveryError:
        if not self.refuses:
            pytest.skip("this platform refuses nothing")
        it.platform.refuse(permanent=permanent, retry_after=retry_after)
        with pytest.raises(DeliveryError) as caught:
            await it.connector.send(it.chats[0], Reply("r1", "hello"))
        return caught.value

    async def test_stops_twice_and_before_it_starts(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it:
            await it.connector.stop()
            await it.connector.start(botkit_intake)
            await it.connector.stop()
            await it.connector.stop()

    async def test_takes_nothing_once_it_stopped(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it:
            await it.connector.start(botkit_intake)
            await it.connector.stop()
            assert not await _deliver(it, it.chats[0], "m1", "hi")
            assert botkit_intake.received == []

    async def test_writes_no_text_into_the_log(
        self, stage: Staged, botkit_intake: FakeIntake, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        async with stage as it, Started(it, botkit_intake):
            await _deliver(it, it.chats[0], "m1", "my secret is swordfish")
            if isinstance(it.connector, Streamer):
                await it.connector.stream(it.chats[0], StreamPart("r1", "delta", "your secret is haddock"))
            await it.connector.send(it.chats[0], Reply("r1", "your secret is haddock"))
        ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("asyncio", "websockets"))]
        assert [line for line in ours if "swordfish" in line or "haddock" in line] == []


async def _deliver(it: Stage, chat: str, message_id: str, text: str) -> bool:
    return await asyncio.wait_for(it.platform.deliver(chat, message_id, text), PATIENCE)


def _text(incoming: Incoming) -> str:
    return message_of(incoming).text
