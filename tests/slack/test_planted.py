"""The tests of the channel see each of its guarantees broken: otherwise their silence would prove nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from botkit import Accepted, Incoming, Message, Reply, StoreError
from botkit.testing import FakeIntake
from botkit_slack import bolt, texts
from botkit_slack.intaking import Intaking
from botkit_slack.lanes import Lanes
from botkit_slack.sdk import SdkApi
from tests.slack.api import Slack
from tests.slack.conftest import Running
from tests.slack.platform import Customers

DM = "D1001"
Law = Callable[[Slack, Customers, Running, FakeIntake], Awaitable[None]]
Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def mode() -> str:
    """Posts: what is laid here is the same behind a socket."""
    return "http"


# What holds


async def known_again(slack: Slack, customers: Customers, running: Running, intake: FakeIntake) -> None:
    async with running():
        event = customers.says(DM, "hello")
        for name in ("Ev1", "Ev1", "Ev2"):
            assert (await slack.events.happen(event, name)).taken
    assert len(intake.incoming) == 1


async def stored_first(slack: Slack, customers: Customers, running: Running, intake: FakeIntake) -> None:
    async with running():
        intake.fail(StoreError("the disk is full"))
        assert not (await slack.events.happen(customers.says(DM, "hello"))).taken


async def signed(slack: Slack, customers: Customers, running: Running, intake: FakeIntake) -> None:
    async with running():
        slack.events.secret = "of somebody else"
        assert not (await slack.events.happen(customers.says(DM, "hello"))).taken
    assert intake.received == []


async def harmless(slack: Slack, customers: Customers, running: Running, intake: FakeIntake) -> None:
    slack.open_dm("U1001")
    async with running() as connector:
        await connector.send(DM, Reply("r1", "<!channel> <@U1001> <https://evil.example|your bank>"))
    assert [slack.look(one).calls for one in slack.of_bot(DM)] == [()]


async def in_order(slack: Slack, customers: Customers, running: Running, intake: FakeIntake) -> None:
    begun, gate, accept = asyncio.Event(), asyncio.Event(), intake.accept

    async def late(incoming: Incoming) -> Accepted:
        if not begun.is_set():
            begun.set()
            await gate.wait()
        return await accept(incoming)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "accept", late)
        await _in_order(slack, customers, running, begun, gate)
    assert [one.event.text for one in intake.incoming if isinstance(one.event, Message)] == ["one", "two"]


async def _in_order(
    slack: Slack, customers: Customers, running: Running, begun: asyncio.Event, gate: asyncio.Event
) -> None:
    async with running():
        first = asyncio.create_task(slack.events.happen(customers.says(DM, "one")))
        await begun.wait()
        second = asyncio.create_task(slack.events.happen(customers.says(DM, "two")))
        await asyncio.wait([second], timeout=0.05)
        gate.set()
        await asyncio.gather(first, second)


async def token_kept(slack: Slack, customers: Customers, running: Running, intake: FakeIntake) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.close()

    stranger = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with stranger, running():
        address = f"http://127.0.0.1:{stranger.sockets[0].getsockname()[1]}/a.png"
        sent = {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 10, "url_private": address}
        await slack.events.happen(customers.says(DM, "look", subtype="file_share", files=[sent]))
    assert not any(b"xoxb" in one for one in heard)


# What is laid


def forgets(patch: pytest.MonkeyPatch) -> None:
    """Every delivery has an id of its own."""
    make, numbers = Intaking._incoming, iter(range(1000))

    def incoming(*args: Any) -> Incoming:
        made = make(*args)
        return msgspec.structs.replace(made, id=f"{made.id}#{next(numbers)}")

    patch.setattr(Intaking, "_incoming", incoming)


def acknowledges_first(patch: pytest.MonkeyPatch) -> None:
    """Slack hears that it came while it is being stored."""
    running: set[asyncio.Task[Any]] = set()
    store = bolt.taken

    async def taken(take: bolt.Take, body: Mapping[str, Any]) -> BoltResponse | None:
        task = asyncio.create_task(store(take, body))
        running.add(task)
        task.add_done_callback(running.discard)
        return BoltResponse(status=200, body="")

    patch.setattr(bolt, "taken", taken)


def checks_no_signature(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SignatureVerifier, "is_valid", lambda *_, **__: True)


def escapes_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(texts, "escaped", lambda text: text)


def keeps_no_order(patch: pytest.MonkeyPatch) -> None:
    async def run(_: Lanes, __: str, ___: str, work: Callable[[], Awaitable[None]]) -> None:
        await work()

    patch.setattr(Lanes, "run", run)


def trusts_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("botkit_slack.intaking._PAUSE", 0.0)
    patch.setattr(SdkApi, "_is_own", lambda *_: True)


PLANTED = [
    (known_again, forgets),
    (stored_first, acknowledges_first),
    (signed, checks_no_signature),
    (harmless, escapes_nothing),
    (in_order, keeps_no_order),
    (token_kept, trusts_everybody),
]


@pytest.mark.parametrize("law", [law for law, _ in PLANTED])
async def test_it_holds(
    slack: Slack, customers: Customers, running: Running, botkit_intake: FakeIntake, law: Law
) -> None:
    await law(slack, customers, running, botkit_intake)


@pytest.mark.parametrize(("law", "plant"), PLANTED)
async def test_a_broken_guarantee_is_seen(
    slack: Slack,
    customers: Customers,
    running: Running,
    botkit_intake: FakeIntake,
    monkeypatch: pytest.MonkeyPatch,
    law: Law,
    plant: Plant,
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        await law(slack, customers, running, botkit_intake)
