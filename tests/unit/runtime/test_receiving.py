"""Channels begin each by itself: one whose platform is down is tried again, and the others serve."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from botkit.errors import ConfigError, DeliveryError
from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.ports.connectors import Accepted, Entry, Incoming, Intake
from botkit.ports.files import Files
from botkit.ports.stores import Store
from botkit.runtime import receiving
from botkit.runtime.receiving import Receiving
from botkit.testing import FakeClock
from tests.unit.runtime.running import memory

SECRET = "https://api.example.com/bot123:sesame/getMe"


class Line:
    """A connector whose start raises these errors first, or never returns; what was done with it."""

    capabilities = Capabilities()

    def __init__(self, name: str, *errors: Exception, hangs: bool = False, bad_stop: bool = False) -> None:
        self.name = name
        self.errors = list(errors)
        self.hangs = hangs
        self.bad_stop = bad_stop
        self.did: list[str] = []
        self.intake: Intake | None = None

    async def start(self, intake: Intake) -> None:
        self.did.append("start")
        if self.hangs:
            await asyncio.Event().wait()
        if self.errors:
            raise self.errors.pop(0)
        self.intake = intake

    async def stop(self) -> None:
        self.did.append("stop")
        if self.bad_stop:
            raise RuntimeError("it does not stop")

    async def send(self, chat: str, reply: Reply) -> str:
        raise AssertionError(chat, reply)

    def routes(self) -> Sequence[Any]:
        return ()


class Fetching(Line):
    """One that fetches what its platform has."""

    polls = True

    def __init__(self, name: str, *errors: Exception) -> None:
        super().__init__(name, *errors)
        self.fetching = asyncio.Event()

    async def poll(self) -> None:
        self.fetching.set()
        await asyncio.Event().wait()


class Nobody:
    """An intake that nothing comes to."""

    async def accept(self, incoming: Incoming) -> Accepted:
        raise AssertionError(incoming)

    @property
    def files(self) -> Files:
        raise AssertionError

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        raise AssertionError(conversation, after, most)

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        raise AssertionError(conversation, turn)

    async def asked(self, conversation: str) -> str:
        raise AssertionError(conversation)


class Slow(FakeClock):
    """A clock whose sleeps end when the test lets them; how long each was to be."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []
        self.over: asyncio.Queue[None] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        await self.over.get()


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    made = memory()
    await made.open()
    yield made
    await made.close()


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - a task goes on meanwhile
            await asyncio.sleep(0)


async def test_one_platform_that_is_down_keeps_nobody_waiting(store: Store) -> None:
    clock, told = Slow(), list[str]()
    good, bad = Line("good"), Line("bad", DeliveryError("api.example.com cannot be reached"), OSError(SECRET))
    intake = Nobody()
    made = Receiving(store, intake, clock)
    await made.start({"good": good, "bad": bad}, told.append)
    assert good.intake is intake
    assert made.down["bad"].trouble == "api.example.com cannot be reached"
    assert made.down["bad"].since == clock.now()
    assert told == [
        "The channel 'bad' is not up: api.example.com cannot be reached. It is tried again; the others serve."
    ]
    clock.over.put_nowait(None)
    await until(lambda: made.down["bad"].trouble == "OSError")
    clock.over.put_nowait(None)
    await until(lambda: not made.down)
    assert bad.intake is intake
    assert told[1:] == ["The channel 'bad' is up."]
    assert bad.did == ["start", "stop", "start", "stop", "start"], "what a failed start opened is closed"
    await made.stop()


async def test_the_pauses_grow_to_a_minute(store: Store) -> None:
    clock = Slow()
    made = Receiving(store, Nobody(), clock)
    await made.start({"bad": Line("bad", *[DeliveryError("no")] * 8)}, lambda _: None)
    for _ in range(8):
        clock.over.put_nowait(None)
    await until(lambda: not made.down)
    assert clock.naps == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    await made.stop()


@pytest.mark.parametrize("error", [OSError(SECRET), ValueError(SECRET), TimeoutError(SECRET)])
async def test_what_another_library_says_is_told_to_nobody(
    store: Store, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    made = Receiving(store, Nobody(), Slow())
    await made.start({"bad": Line("bad", error, bad_stop=True)}, told.append)
    assert made.down["bad"].trouble == type(error).__name__
    assert "sesame" not in "".join(told) + caplog.text
    assert "channel bad did not stop: RuntimeError" in caplog.text
    await made.stop()


async def test_a_mistake_in_the_settings_is_said_and_the_others_serve(store: Store) -> None:
    made, good = Receiving(store, Nobody(), Slow()), Line("good")
    await made.start({"bad": Line("bad", ConfigError("the token is refused")), "good": good}, lambda _: None)
    assert made.down["bad"].trouble == "the token is refused"
    assert good.intake is not None
    await made.stop()


async def test_what_is_wrong_is_said_once_and_tried_again_later(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    clock, told = Slow(), list[str]()
    wrong = ConfigError("the token is refused", hint="xoxb-: OAuth & Permissions")
    made, line = Receiving(store, Nobody(), clock), Line("line", wrong, wrong)
    await made.start({"line": line}, told.append)
    clock.over.put_nowait(None)
    await until(lambda: len(clock.naps) == 2)
    clock.over.put_nowait(None)
    await until(lambda: not made.down)
    assert told == [f"The channel 'line' is not up: {wrong}. Mend that and start again; the others serve.", told[-1]]
    assert told[-1] == "The channel 'line' is up."
    assert clock.naps == [receiving.WRONG_PAUSE] * 2
    assert "line" not in caplog.text
    await made.stop()


async def test_the_log_has_what_is_new_and_a_line_a_minute(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    clock = Slow()
    errors = [DeliveryError("no")] * 2 + [DeliveryError("never")] * 8
    made = Receiving(store, Nobody(), clock)
    await made.start({"line": Line("line", *errors)}, lambda _: None)
    for _ in errors:
        clock.over.put_nowait(None)
    await until(lambda: not made.down)
    said = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert said == ["channel line is not up: never"] * 5  # when it is another trouble, then at pauses of a minute
    await made.stop()


async def test_a_platform_that_never_answers_is_waited_for_a_moment_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SOON", 0.01)
    monkeypatch.setattr(receiving, "WITHIN", 0.02)
    good, clock = Line("good"), Slow()
    made = Receiving(store, Nobody(), clock)
    await made.start({"mute": Line("mute", hangs=True), "good": good}, lambda _: None)
    assert made.down["mute"].trouble == "it is starting"
    assert good.intake is not None
    async with asyncio.timeout(5):
        while not clock.naps:  # noqa: ASYNC110 - the start is given up after a while
            await asyncio.sleep(0.005)
    assert made.down["mute"].trouble == "TimeoutError"
    await made.stop()


async def test_a_stop_ends_what_is_starting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "SOON", 0.01)
    made = Receiving(store, Nobody(), FakeClock())
    await made.start({"mute": Line("mute", hangs=True)}, lambda _: None)
    await made.stop()
    assert all(task.get_name() != "start mute" for task in asyncio.all_tasks())


async def test_one_that_fetches_begins_to_when_it_is_up(store: Store) -> None:
    clock, line = Slow(), Fetching("line", DeliveryError("no"))
    made = Receiving(store, Nobody(), clock)
    await made.start({"line": line}, lambda _: None)
    assert not line.fetching.is_set()
    clock.over.put_nowait(None)
    async with asyncio.timeout(5):
        await line.fetching.wait()
    await made.stop()


async def test_no_channel_is_fine(store: Store) -> None:
    made = Receiving(store, Nobody(), FakeClock())
    await made.start({}, lambda _: None)
    assert made.down == {}
    await made.stop()
