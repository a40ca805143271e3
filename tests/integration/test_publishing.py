"""Publishing in the middle of 200 running conversations: what was told before is what happens, and nobody starts over."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from botkit.app import following
from botkit.app.bots import Bot
from botkit.app.directories import check_directory
from botkit.app.following import Follower
from botkit.app.publishing import Plan, find_serving, make_plan, make_step_back, publish_version
from botkit.app.versions import Touched
from botkit.errors import StoreError, UsageError

OLD = """
flows:
  order:
    start: {commands: [order]}
    steps:
      - ask: item
        say: Which item?
      - ask: colour
        say: Which colour?
      - ask: note
        say: Any note?
      - confirm: "{{ item }}, {{ colour }}, {{ note }}?"
      - say: "Ordered: {{ item }}, {{ colour }}, {{ note }}."
  quote:
    start: {commands: [quote]}
    steps:
      - ask: mail
        say: Which address?
      - say: "Sent to {{ mail }}."
  talk:
    start: {commands: [talk]}
    steps:
      - ask: word
        say: Say a word.
      - say: "You said {{ word }}."
"""
# A step inserted (size), one renamed (colour → color), one removed (note), a flow deleted (quote).
NEW = """
flows:
  order:
    start: {commands: [order]}
    steps:
      - ask: item
        say: Which item, please?
      - ask: size
        say: Which size?
      - ask: color
        say: Which color?
      - confirm: "{{ item }}, {{ size }}, {{ color }}?"
      - say: "Ordered: {{ item }}, {{ size }}, {{ color }}."
  talk:
    start: {commands: [talk]}
    steps:
      - ask: word
        say: Say a word.
      - say: "You said {{ word }}."
"""
# How each of the conversations came to where it stands, how it goes on, and how it ends.
PLACES = (
    (["/order"], ["lamp", "L", "red", "yes"], "Ordered: lamp, L, red."),  # moves: the item is asked in both
    (["/order", "lamp"], ["red", "soon", "yes"], "Ordered: lamp, red, soon."),  # finishes: colour was renamed
    (["/order", "lamp", "red"], ["soon", "yes"], "Ordered: lamp, red, soon."),  # finishes: note was removed
    (["/order", "lamp", "red", "soon"], ["yes"], "Ordered: lamp, red, soon."),  # finishes: what it was told is kept
    (["/quote"], ["a@example.org"], "Sent to a@example.org."),  # finishes: the flow was deleted
    (["/talk"], ["hello"], "You said hello."),  # goes on: nothing of it changed
    (["/talk", "/quote"], ["a@example.org", "hello"], "You said hello."),  # finishes both: one of them was deleted
    (["hello"], ["/talk", "hello"], "You said hello."),  # nothing is open
)
MANY = 200


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "bot.yaml").write_text("name: Shop\n", encoding="utf-8")
    (tmp_path / "bot" / "flows.yaml").write_text(OLD, encoding="utf-8")
    return tmp_path / "bot"


@pytest.fixture
async def running(directory: Path) -> AsyncIterator[tuple[Bot, Follower, list[str]]]:
    said: list[str] = []
    bot = await Bot.load(directory, store="sqlite://")
    follower = Follower(bot, said.append)
    async with bot:
        await follower.begin(saved=False)
        yield bot, follower, said


async def talk(bot: Bot, number: int, texts: list[str]) -> str:
    said = ""
    for text in texts:
        said = (await bot.say(text, f"shop:{number}")).text
    return said


async def plan_of(bot: Bot, directory: Path, text: str = NEW, share: int = 100) -> Plan:
    (directory / "flows.yaml").write_text(text, encoding="utf-8")
    return await make_plan(check_directory(directory), bot.store, bot.engine.clock.now(), share)


async def publish(bot: Bot, directory: Path, plan: Plan, by: str = "command") -> None:
    await publish_version(bot.store, check_directory(directory), plan, bot.engine.clock.now(), by)


async def version_of(bot: Bot, number: int) -> str:
    loaded = await bot.store.load(f"shop:{number}")
    assert loaded.session is not None
    return loaded.session.version


async def test_a_publish_in_the_middle_of_running_conversations(
    running: tuple[Bot, Follower, list[str]], directory: Path
) -> None:
    bot, follower, said = running
    old = bot.flows.version
    for number in range(MANY):
        await talk(bot, number, PLACES[number % len(PLACES)][0])

    plan = await plan_of(bot, directory)
    assert plan.before == old
    assert plan.touched == Touched(going_on=25, moving=25, finishing=125)
    await publish(bot, directory, plan)
    assert await follower.look()
    assert bot.flows.version == plan.version
    assert said[-1] == f"Taken up: version {plan.version[:12]}"

    happened: Counter[str] = Counter()
    for number in range(MANY):
        _, further, end = PLACES[number % len(PLACES)]
        first, *rest = further
        before = (await bot.store.load(f"shop:{number}")).session
        assert before is not None
        answer = (await bot.say(first, f"shop:{number}")).text
        after = (await bot.store.turns(f"shop:{number}"))[-1]
        assert after.number == before.number  # no session began anew
        if before.stack:
            happened[after.version] += 1
        answer = await talk(bot, number, rest) or answer
        assert answer == end, (number, PLACES[number % len(PLACES)])
    assert happened[old] == plan.touched.finishing
    assert happened[plan.version] == plan.touched.going_on + plan.touched.moving

    for number in range(MANY):  # all are at the end of what was open: the next turn is of the new version
        await talk(bot, number, ["/talk", "bye"])
        assert await version_of(bot, number) == plan.version


async def test_a_rollback_is_one_step(running: tuple[Bot, Follower, list[str]], directory: Path) -> None:
    bot, follower, _ = running
    old = bot.flows.version
    plan = await plan_of(bot, directory)
    await publish(bot, directory, plan)
    await follower.look()
    await talk(bot, 1, ["/order", "lamp"])
    back = await make_step_back(check_directory(directory), bot.store, bot.engine.clock.now())
    assert (back.version, back.before, back.touched) == (old, plan.version, Touched(finishing=1))
    await publish(bot, directory, back)
    assert await follower.look()
    assert bot.flows.version == old
    assert await talk(bot, 1, ["L", "red", "yes"]) == "Ordered: lamp, L, red."
    assert await talk(bot, 2, ["/order"]) == "Which item?"
    again = await make_step_back(check_directory(directory), bot.store, bot.engine.clock.now(), plan.version[:8])
    assert again.version == plan.version


async def test_a_canary_is_tried_by_a_share_and_taken_back(
    running: tuple[Bot, Follower, list[str]], directory: Path
) -> None:
    bot, follower, said = running
    old = bot.flows.version
    plan = await plan_of(bot, directory, share=30)
    await publish(bot, directory, plan)
    assert await follower.look()
    assert said[-1].endswith("for 30 % of the conversations")
    answers = {number: await talk(bot, number, ["/order"]) for number in range(MANY)}
    tried = {number for number, answer in answers.items() if answer == "Which item, please?"}
    assert 30 < len(tried) < 90
    more = await plan_of(bot, directory, share=60)
    assert more.touched.live == MANY
    await publish(bot, directory, more)
    await follower.look()
    assert {bot.engine.book.newest_for(f"shop:{number}").version for number in tried} == {plan.version}

    back = await make_step_back(check_directory(directory), bot.store, bot.engine.clock.now())
    assert back.version == old
    await publish(bot, directory, back)
    assert await follower.look()
    serving = await find_serving(bot.store)
    assert serving.canary is None
    assert await talk(bot, 1000, ["/order"]) == "Which item?"
    for number in sorted(tried)[:5]:  # the item is asked in both
        assert await talk(bot, number, ["lamp", "red", "soon", "yes"]) == "Ordered: lamp, red, soon."


async def test_two_nodes_follow_one_store(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The second takes up what the first was told, and keeps what it has where a version does not load."""
    said: list[str] = []
    async with await Bot.load(directory, store="sqlite://") as one:
        first, second = Follower(one, said.append), Follower(one, said.append)
        await first.begin(saved=False)
        await second.begin(saved=False)
        assert not await second.look()
        plan = await plan_of(one, directory)
        await publish(one, directory, plan)
        assert (await first.look(), await second.look()) == (True, True)
        assert (await first.look(), await second.look()) == (False, False)
        await one.store.save_version("broken", {"a.yaml": "flows: {a: {steps: [{do: gone.away}]}}"}, 0.0)
        await one.store.publish("broken", 100, "command", 0.0)
        assert await first.look()
        told = "version broken was published and does not load here, the one before goes on: a.yaml:1:21: unknown-plugin: "
        assert caplog.messages[-1].startswith(told)
        assert (one.flows.version, one.refused) == (plan.version, "broken")
        await one.store.publish("away", 100, "command", 0.0)
        assert await first.look()
        assert caplog.messages[-1].endswith("it is not in the store any more")
        assert one.refused == "away"
        await publish(one, directory, await plan_of(one, directory, OLD))
        assert await first.look()
        assert one.refused == ""


async def test_a_store_that_is_away_is_told_of_as_the_rest_of_the_bot_does_it(
    running: tuple[Bot, Follower, list[str]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bot, follower, _ = running
    looks = asyncio.Semaphore(0)

    async def fail(most: int) -> None:
        looks.release()
        raise StoreError("store x: away", reason="the server cannot be reached")

    monkeypatch.setattr(following, "EVERY", 0.001)
    monkeypatch.setattr(bot.store, "publications", fail)
    follower.start()
    for _ in range(20):
        await looks.acquire()
    await follower.stop()
    assert caplog.messages == ["the store failed"]
    assert bot.engine.health.trouble == "the server cannot be reached"


async def test_a_store_that_fails_is_looked_at_again(
    running: tuple[Bot, Follower, list[str]], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, follower, _ = running
    plan = await plan_of(bot, directory)
    await publish(bot, directory, plan)

    async def fail(version: str) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(bot.store, "version", fail)
    with pytest.raises(StoreError):
        await follower.look()
    monkeypatch.undo()
    assert await follower.look()
    assert bot.flows.version == plan.version


async def test_which_flows_a_start_serves(directory: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/bot.db"
    said: list[str] = []

    async def start(*, saved: bool) -> str:
        async def prepare(bot: Bot) -> None:
            await Follower(bot, said.append).begin(saved=saved)

        async with await Bot.load(directory, store=store, prepare=prepare) as bot:
            return bot.flows.version

    first = await start(saved=False)  # nothing was published: the directory's
    (directory / "flows.yaml").write_text(NEW, encoding="utf-8")
    second = await start(saved=False)
    assert second != first
    for by in ("command", "rollback"):
        async with await Bot.load(directory, store=store) as bot:
            await publish(bot, directory, await plan_of(bot, directory, OLD), by)
        (directory / "flows.yaml").write_text(NEW, encoding="utf-8")
        assert await start(saved=False) == first  # what was published
        assert "differ from version" in said[-1]
        assert await start(saved=True) == second  # a node that takes up what is saved serves its directory
        assert await start(saved=False) == second


async def test_nothing_to_go_back_to(running: tuple[Bot, Follower, list[str]], directory: Path) -> None:
    bot, _, _ = running
    checked = check_directory(directory)
    with pytest.raises(UsageError, match="no version before"):
        await make_step_back(checked, bot.store, 0.0)
    with pytest.raises(UsageError, match="no published versions begin with 'nope'"):
        await make_step_back(checked, bot.store, 0.0, "nope")


async def test_a_version_that_cannot_be_gone_back_to(
    running: tuple[Bot, Follower, list[str]], directory: Path
) -> None:
    bot, _, _ = running
    checked = check_directory(directory)
    await bot.store.save_version("broken", {"a.yaml": "flows: {a: {steps: [{do: gone.away}]}}"}, 0.0)
    for version in ("broken", "away"):
        await bot.store.publish(version, 100, "command", 0.0)
    with pytest.raises(
        UsageError, match=r"'?broken'? does not load with these plugins: a\.yaml:1:21: unknown-plugin"
    ):
        await make_step_back(checked, bot.store, 0.0, "broken")
    with pytest.raises(UsageError, match="away is not in the store any more"):
        await make_step_back(checked, bot.store, 0.0, "away")


async def test_versions_that_nobody_needs_go(running: tuple[Bot, Follower, list[str]], directory: Path) -> None:
    bot, follower, _ = running
    old = bot.flows.version
    await talk(bot, 1, ["/quote"])
    await bot.store.save_version("unused", {"a.yaml": "flows: {}"}, 0.0)
    for number in range(60):
        text = NEW.replace("Say a word.", f"Say word {number}.")
        await publish(bot, directory, await plan_of(bot, directory, text))
    assert await bot.store.version("unused") is None
    assert await bot.store.version(old) is not None  # a conversation stands in it
    await follower.look()
    assert await talk(bot, 1, ["a@example.org"]) == "Sent to a@example.org."
    await publish(bot, directory, await plan_of(bot, directory, NEW))
    assert await bot.store.version(old) is None
