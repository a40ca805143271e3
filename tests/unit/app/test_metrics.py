"""`/metrics` of a bot at work: what was done is counted, and nobody is named."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from botkit.app.bots import Bot
from botkit.app.directories import Checked
from botkit.app.metrics import CountedConnector, Numbers, _counts, _waits, read_metrics
from botkit.errors import DeliveryError, StoreError
from botkit.model.breakers import FAILURES, Circuit
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.monitoring import FAMILIES, Meter
from botkit.monitoring.series import MOST_SERIES
from botkit.ports.connectors import Accepted, Connector, Incoming, Intake
from botkit.ports.stored import Commit, Summary
from botkit.ports.understanding import Embedder
from botkit.runtime.receiving import Down
from botkit.testing import FakeClock, FakeEmbedder, FakeIntake
from botkit.understanding.embedders.embedding import Embedding
from tests.unit.monitoring.test_exposition import read

FLOWS = """
flows:
  person: {start: {commands: [person]}, steps: [{handoff: care, reason: a lost parcel}]}
"""
GUARD = '''

from botkit import Verdict

@plugin.guard("input")
async def no_cards(ctx: Context, text: str) -> Verdict | None:
    """Refuse, in words that quote the customer."""
    return Verdict.refuse(f"no {text}") if "4111" in text else None
'''
PLANTED = ("ada.lovelace@example.org", "4111 1111 1111 1111", "chat-8c1f")


class Line:
    """A channel that keeps nothing."""

    name = "line"
    capabilities = Capabilities()

    async def start(self, intake: Intake) -> None:
        self.intake = intake

    async def stop(self) -> None:
        pass

    async def send(self, chat: str, _reply: Reply) -> str:
        if chat == "gone":
            raise DeliveryError("blocked", permanent=True)
        return "1"

    def routes(self) -> Sequence[object]:
        return []


@pytest.fixture
async def served(desk: Path) -> AsyncIterator[tuple[Bot, Numbers]]:
    (desk / "more.yaml").write_text(FLOWS)
    plugin = desk / "plugins" / "desk.py"
    plugin.write_text(plugin.read_text() + GUARD)
    numbers = Numbers()

    def build(_: Checked) -> dict[str, Connector]:
        return {"line": CountedConnector(Line(), numbers)}

    async with await Bot.load(desk, store="sqlite://", connectors=build, clock=FakeClock(1_800_000_000.0)) as bot:
        await bot.connectors["line"].start(bot.engine)
        yield bot, numbers


async def talk(bot: Bot, chat: str, *said: str) -> None:
    """Let a customer say something, as a platform delivers it, until all is answered."""
    connector = bot.connectors["line"]
    assert isinstance(connector, CountedConnector)
    line = connector.wrapped
    assert isinstance(line, Line)
    for number, text in enumerate(said):
        await line.intake.accept(Incoming("line", chat, f"{chat}{number}", Message(text)))
        await bot.engine.settle(f"line:{chat}")


async def test_what_a_bot_does_is_counted(served: tuple[Bot, Numbers]) -> None:
    bot, numbers = served
    await talk(bot, "a", "return my order", "A-10293", "yes", "qqq qqq")
    await talk(bot, "b", "/return", "A-99999", "my card is 4111 1111 1111 1111")
    await talk(bot, "c", "/person")
    await talk(bot, "d", "/person")
    clock = bot.engine.clock
    assert isinstance(clock, FakeClock)
    clock.advance(90)
    await bot.desk.claim("line:c", "ann")
    await talk(bot, "gone", "when are you open")
    await bot.engine.delivery.close()
    bot.receiving.down["line"] = Down("ConnectionError", 1e9)
    found = read(await read_metrics(bot, numbers))
    turns = found["botkit_turns_total"]
    assert turns["line", "intent"] == 1
    assert turns["line", "control"] == 3
    assert turns["line", "no_match"] == found["botkit_no_match_total"]["line",] == 1
    assert turns["line", "safety"] == found["botkit_refusals_total"]["guard",] == 1
    assert found["botkit_turn_seconds_count"] == {(): 10}
    assert found["botkit_reply_seconds_count"] == {(): 9}  # the tenth could not be delivered
    assert found["botkit_messages_total"] == {(): 10}
    assert found["botkit_action_calls_total"] == {
        ("desk.find_order", "ok"): 1,
        ("desk.return_order", "ok"): 1,
        ("desk.find_order", "refused"): 1,
    }
    assert found["botkit_action_seconds_count"] == {("desk.find_order",): 2, ("desk.return_order",): 1}
    assert found["botkit_action_paused"] == {("desk.find_order",): 0, ("desk.return_order",): 0}
    assert found["botkit_handoffs_total"] == {("care",): 2}
    assert found["botkit_queue_conversations"] == {("care",): 1}
    assert found["botkit_queue_oldest_seconds"] == {("care",): 90}
    assert found["botkit_people_conversations"] == {("care",): 1}
    assert found["botkit_claims_total"] == {("care",): 1}
    assert found["botkit_claim_seconds_sum"] == {("care",): 90}
    assert found["botkit_dead_letters"] == {(): 2}
    assert found["botkit_replies_refused_total"] == {(): 2}
    assert found["botkit_channels_down"] == {(): 1}
    assert found["botkit_channel_up"] == {("line",): 0}
    assert found["botkit_store_trouble"] == found["botkit_store_failures_total"] == {(): 0}


async def test_a_duplicate_is_counted_and_times_nothing(served: tuple[Bot, Numbers]) -> None:
    bot, numbers = served
    await talk(bot, "a", "hello")
    await talk(bot, "a", "hello")
    found = read(await read_metrics(bot, numbers))
    assert found["botkit_duplicates_total"] == {(): 1}
    assert found["botkit_turn_seconds_count"] == {(): 1}
    assert not bot.engine.meter.came


async def test_an_embedder_that_is_left_alone_is_told_of(served: tuple[Bot, Numbers]) -> None:
    bot, numbers = served
    assert "botkit_embedder_away" not in read(await read_metrics(bot, numbers))
    embedder = FakeEmbedder()

    async def opening() -> Embedder:
        return embedder

    bot.understanding.embedding = embedding = Embedding(opening, None, FakeClock(), 1.0)
    await embedding.open()
    for away in (0, 1):
        embedder.failing = bool(away)
        for _ in range(FAILURES):
            await embedding.one(f"hello {away}")
        assert read(await read_metrics(bot, numbers))["botkit_embedder_away"] == {(): away}


async def test_an_action_that_is_left_alone_is_told_of(served: tuple[Bot, Numbers]) -> None:
    bot, numbers = served
    bot.checked.registry._circuits["desk.find_order"] = Circuit(FAILURES, 1e12)
    await talk(bot, "a", "/return", "A-10293")
    found = read(await read_metrics(bot, numbers))
    assert found["botkit_action_paused"] == {("desk.find_order",): 1}
    assert found["botkit_action_calls_total"]["desk.find_order", "unavailable"] == 1
    assert "botkit_action_seconds_count" not in found


async def test_a_store_that_fails_is_told_of_and_hides_nothing_else(
    served: tuple[Bot, Numbers], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, numbers = served
    await talk(bot, "a", "hello")

    async def fail() -> None:
        raise StoreError("disk full of 4111")

    monkeypatch.setattr(bot.store, "backlog", fail)
    bot.engine._note(StoreError("x"))
    text = await read_metrics(bot, numbers)
    found = read(text)
    assert "4111" not in text
    assert found["botkit_store_trouble"] == found["botkit_store_failures_total"] == {(): 1}
    assert found["botkit_turns_total"]
    assert "botkit_unsent_replies" not in found


async def test_counting_goes_on_after_a_start_anew(desk: Path) -> None:
    meter = Meter()
    for _ in range(2):
        async with await Bot.load(desk, store="sqlite://", meter=meter) as bot:
            await bot.say("when are you open")
    assert sum(meter.turns.values.values()) == 2


async def test_a_refused_delivery_is_not_counted() -> None:
    class Closed(FakeIntake):
        async def accept(self, incoming: Incoming) -> Accepted:
            raise StoreError(incoming.id)

    numbers, line = Numbers(), Line()
    await CountedConnector(line, numbers).start(Closed())
    with pytest.raises(StoreError):
        await line.intake.accept(Incoming("line", "a", "1", Message("hi")))
    assert numbers.messages == 0


async def test_turns_go_on_while_a_long_queue_is_counted(
    served: tuple[Bot, Numbers], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, numbers = served
    for number in range(9):
        await talk(bot, f"c{number}", "/person")
    known, went = bot.store.conversations, list[str]()

    async def conversations(most: int = 100, owner: str = "", after: str = "") -> Sequence[Summary]:
        went.append("page")
        return await known(most, owner, after)

    async def work() -> None:
        while True:
            went.append("work")
            await asyncio.sleep(0)

    monkeypatch.setattr(bot.store, "conversations", conversations)
    monkeypatch.setattr("botkit.app.metrics._PAGE", 4)
    working = asyncio.create_task(work())
    text = await read_metrics(bot, numbers)
    working.cancel()
    assert read(text)["botkit_queue_conversations"] == {("care",): 9}
    assert went[:6] == ["page", "work", "page", "work", "page", "page"]  # the last one is of those that people have


@pytest.mark.parametrize("teams", [1, MOST_SERIES, MOST_SERIES + 50])
def test_there_are_never_more_queues_than_that(teams: int) -> None:
    queued = [Summary(f"web:{n}", "web", "queue", 1, 0.0, team=f"t{n}", since=100.0 - n / 100) for n in range(teams)]
    waits, served = _waits(queued, 100.0), _counts(queued)
    assert len(waits) == len(served) == min(teams, MOST_SERIES + 1)
    assert sum(count for count, _ in waits.values()) == sum(served.values()) == teams
    assert max(longest for _, longest in waits.values()) == pytest.approx((teams - 1) / 100)


# Nobody is named


async def leaks(bot: Bot, numbers: Numbers) -> list[str]:
    """Let many customers say what names them, and give what of it is in the metrics, and how the series grow."""
    before = 0
    for number in range(12):
        chat = f"{PLANTED[2]}-{number}"
        await talk(bot, chat, "hello", f"I am {PLANTED[0]}", f"card {PLANTED[1]}", "/return", "A-99999", "/person")
        if number == 1:
            before = len((await read_metrics(bot, numbers)).splitlines())
    text = re.sub(
        r" [\d.e+-]+$", "", await read_metrics(bot, numbers), flags=re.MULTILINE
    )  # without what was measured
    found = [word for word in PLANTED if word in text or word.split()[0] in text]
    return found + (["grows"] if len(text.splitlines()) > before else [])


async def test_no_metric_names_a_customer_and_none_grows_with_them(served: tuple[Bot, Numbers]) -> None:
    assert await leaks(*served) == []


async def test_a_label_with_a_conversation_would_be_seen(
    served: tuple[Bot, Numbers], monkeypatch: pytest.MonkeyPatch
) -> None:
    def note(self: Meter, commit: Commit) -> None:
        for turn in commit.turns:
            self.turns.add(commit.conversation, turn.route)

    monkeypatch.setattr(Meter, "note", note)
    assert await leaks(*served) == [PLANTED[2], "grows"]


async def test_a_label_with_what_a_guard_says_would_be_seen(
    served: tuple[Bot, Numbers], monkeypatch: pytest.MonkeyPatch
) -> None:
    def note(self: Meter, commit: Commit) -> None:
        for turn in commit.turns:
            for one in turn.candidates:
                self.refusals.add(one.name)

    monkeypatch.setattr(Meter, "note", note)
    assert PLANTED[1] in await leaks(*served)


def test_the_names_are_as_prometheus_wants_them() -> None:
    for family in FAMILIES:
        assert re.fullmatch(r"botkit_[a-z_]+", family.name)
        assert family.name.endswith("_total") is (family.kind == "counter")
