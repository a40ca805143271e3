"""A team's channel as a desk: what is shown there, what is taken from there, and what survives."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from botkit import Brief, DeliveryError, Halfway, Member
from botkit.app import members, rooms
from botkit.app.members import CALLS, HELP, NOTED
from botkit.model.events import Owned, Said
from botkit.ports.threads import Thread
from botkit.runtime.delivery import Delivery
from botkit.stores.threads import SQLiteThreads
from botkit.testing import FakeClock
from tests.integration.rooming import ANN, BOB, GONE, Channel, housed


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, and try again soon."""
    monkeypatch.setattr(rooms, "BREATH", 0.001)
    monkeypatch.setattr(rooms, "BETWEEN", 0.02)
    monkeypatch.setattr(rooms, "FIRST_PAUSE", 0.01)


async def _text(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_hand_off_opens_a_thread_with_what_a_person_needs(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        await house.say("a", "/echo")
        thread = await house.queue("a")
        await house.until(lambda: thread in house.room.briefs)
        brief = house.room.briefs[thread]
        assert (brief.conversation, brief.team, brief.reason) == ("phone:a", "care", "about X1")
        assert ("The code", "X1") in brief.facts
        assert [(line.who, line.text) for line in brief.lines][:3] == [
            ("customer", "/echo"),
            ("bot", "/echo"),
            ("customer", "/care"),
        ]
        assert house.room.threads[thread][0] == "phone:a: about X1"


async def test_words_go_both_ways_in_order(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.say("a", "are you there?")
        await house.say("a", "hello?")
        await house.write(thread, ANN, "Good morning!")
        await house.say("a", "at last")
        await house.write(thread, ANN, "What is it?")
        await house.until(lambda: "customer: at last" in house.room.threads[thread])
        assert house.room.threads[thread][1:] == [
            "customer: are you there?",
            "customer: hello?",
            "event: Ann Lee (phone 1) has it.",
            "customer: at last",
        ]
        await house.hears("a", "What is it?", "Ann Lee")
        assert [one for one in house.heard("a") if one[0]] == [
            ("Ann Lee", "Good morning!"),
            ("Ann Lee", "What is it?"),
        ]
        assert await house.owner("a") == ("human", "Ann Lee (phone 1)")
        async with asyncio.timeout(10):
            while not (acts := await house.bot.store.acts()):  # noqa: ASYNC110 - it is noted soon after
                await asyncio.sleep(0.005)
        assert [(act.who, act.what, act.about) for act in acts] == [("Ann Lee (phone 1)", "claimed", "phone:a")]


async def test_the_first_word_of_a_person_silences_the_bot(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "Hello.")
        await house.say("a", "/echo")
        await house.until(lambda: "customer: /echo" in house.room.threads[thread])
        await house.hears("a", "Hello.", "Ann Lee")
        assert ("", "/echo") not in house.heard("a")


async def test_what_the_bot_had_decided_is_not_sent_after_that(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.until(lambda: len(house.heard("a")) == 2)
        house.phone.gate = asyncio.Event()
        for number in range(4):
            await house.bot.engine.put("phone:a", f"late{number}", Owned("unavailable"))
            await house.bot.engine.settle("phone:a")
        await house.write(thread, ANN, "Hello.")
        house.phone.gate.set()
        await house.hears("a", "Hello.", "Ann Lee")
        assert len(house.heard("a")) == 4, "what was just being sent, and what the person says"


async def test_a_message_that_comes_again_is_one(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        for _ in range(3):
            await house.write(thread, ANN, "Hello.", "42")
        await house.write(thread, ANN, "Bye.")
        await house.hears("a", "Bye.", "Ann Lee")
        assert [text for who, text in house.heard("a") if who] == ["Hello.", "Bye."]
        assert len(await house.bot.store.acts()) == 1


async def test_what_comes_again_when_they_have_gone_takes_nothing(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "/take", "t")
        await house.write(thread, ANN, "Hello.", "m")
        assert await house.owner("a") == ("human", "Ann Lee (phone 1)")
        await house.bot.desk.leave("Ann Lee (phone 1)")
        for text, key in (("Hello.", "m"), ("/take", "t")):
            assert await house.write(thread, ANN, text, key) == ""
        assert (await house.owner("a"))[0] == "queue"


@pytest.mark.parametrize("text", ["Hello.", "// a note", "/close", "/take"])
async def test_what_comes_again_is_not_judged_again(tmp_path: Path, text: str) -> None:
    """By now the conversation is the bot's: who heard that it was not sent would write it again."""
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "/take")
        await house.write(thread, BOB if text == "/take" else ANN, text, "m")
        await house.write(thread, ANN, "/close")
        await house.until(lambda: house.room.closed == [thread])
        assert await house.write(thread, BOB if text == "/take" else ANN, text, "m") == ""
        assert (await house.owner("a"))[0] == "bot"


async def test_a_thread_shows_who_has_it_and_how_it_ended(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        states = house.room.states
        await house.say("a", "hello?")
        await house.until(lambda: house.room.threads[thread][-1] == "customer: hello?")
        assert thread not in states, "it waits, as its first message says"
        await house.write(thread, ANN, "Hello.")
        await house.until(lambda: states.get(thread) == "Ann Lee (phone 1) has it.")
        await house.write(thread, BOB, "I?")
        await house.say("a", "bye")
        await house.until(lambda: house.room.threads[thread][-1] == "customer: bye")
        assert states[thread] == "Ann Lee (phone 1) has it."
        await house.write(thread, ANN, "/close")
        await house.until(lambda: house.room.closed == [thread])
        assert states[thread] == "Ann Lee (phone 1) closed it."


async def test_of_two_the_second_hears_that_the_first_has_it(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'bot.db'}"
    async with housed(tmp_path, store) as house:
        thread = await house.queue("a")
        await asyncio.gather(house.write(thread, ANN, "Mine."), house.write(thread, BOB, "No, mine."))
        await house.until(lambda: len(house.room.threads[thread]) >= 3)
        assert house.room.threads[thread][1:] == [
            "event: Ann Lee (phone 1) has it.",
            "event: Not sent: Ann Lee (phone 1) has it.",
        ]
        await house.hears("a", "Mine.", "Ann Lee")
        assert "No, mine." not in [text for _, text in house.heard("a")]
        assert await house.room.intake.did(thread, BOB, "close", "b1") == ""
        await house.until(lambda: "event: Not done: Ann Lee (phone 1) has it." in house.room.threads[thread])
        assert (await house.owner("a"))[0] == "human"
        assert await house.room.intake.did(thread, BOB, "take", "b2") == ""
        await house.until(lambda: house.room.threads[thread].count("event: Not done: Ann Lee (phone 1) has it.") == 2)
    async with housed(tmp_path, store) as house:
        acts = [(act.who, act.what) for act in await house.bot.store.acts()]
        assert acts == [("Ann Lee (phone 1)", "claimed")], "who was refused has claimed nothing"


async def test_somebody_with_another_name_today_is_the_same_person(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "Hello.")
        await house.write(thread, Member("1", "Annie"), "It is me.")
        await house.write(thread, Member("11", "Ann Lee (phone 1)"), "It is not.")
        await house.hears("a", "It is me.", "Annie")
        await house.until(lambda: "Not sent" in house.room.threads[thread][-1])
        assert "It is not." not in [text for _, text in house.heard("a")]


@pytest.mark.parametrize("text", ["// he called yesterday", "note: he called yesterday", "NOTE:he called yesterday"])
async def test_a_note_stays_among_colleagues(tmp_path: Path, text: str) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        assert await house.write(thread, ANN, text) == members.NOTED
        assert (await house.owner("a"))[0] == "queue"
        lines = (await house.bot.desk.look("phone:a")).lines
        assert ("note", "he called yesterday") in [(line.who, line.text) for line in lines]
        assert not [text for who, text in house.heard("a") if who]
        await house.bot.desk.note("phone:a", "lee", "from the terminal")
        await house.until(lambda: "lee: from the terminal" in house.room.threads[thread])
        assert not [line for line in house.room.threads[thread] if "yesterday" in line]


@pytest.mark.parametrize(
    ("command", "told", "starts_anew"),
    [
        ("/botkit return", "Ann Lee (phone 1) gave it back to the bot.", False),
        ("/return@acme_bot", "Ann Lee (phone 1) gave it back to the bot.", False),
        (" /BotKit  CLOSE ", "Ann Lee (phone 1) closed it.", True),
    ],
)
async def test_it_is_given_back_and_closed(tmp_path: Path, command: str, told: str, starts_anew: bool) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "Hello.")
        assert await house.write(thread, ANN, command) == ""
        await house.until(lambda: house.room.closed == [thread])
        assert f"event: {told}" in house.room.threads[thread]
        assert (await house.owner("a"))[0] == "bot"
        await house.say("a", "/echo")
        await house.hears("a", "/echo")
        assert "customer: /echo" not in house.room.threads[thread]
        events = [one.event for one in await house.bot.store.turns("phone:a") if isinstance(one.event, Owned)]
        assert [one.how for one in events] == ["claimed", "closed" if starts_anew else "returned"]
        said = await house.write(thread, ANN, "One more thing")
        assert "the conversation is the bot's" in said
        assert (await house.owner("a"))[0] == "bot"


@pytest.mark.parametrize(
    ("text", "calls", "told"),
    [
        ("/clsoe", False, f"Not sent to the customer. {HELP}"),
        ("/help", False, f"Not sent to the customer. {HELP}"),
        (" /Close@bot_2x ", False, ""),
        ("/clsoe@bot_2x", False, f"Not sent to the customer. {HELP}"),
        ("@bob, can you look?", True, CALLS),
        ("// @bob, can you look?", True, NOTED),
    ],
)
async def test_what_was_meant_for_the_bot_or_a_colleague_goes_to_no_customer(
    tmp_path: Path, text: str, calls: bool, told: str
) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "Hello.")
        assert await house.write(thread, ANN, text, calls=calls) == told
        records = await house.bot.store.turns("phone:a")
        assert [one.event.text for one in records if isinstance(one.event, Said)] == ["Hello."]


@pytest.mark.parametrize("text", ["either / or", "/ 5", "Write /returns to begin a return.", "a@b.example"])
async def test_what_only_looks_like_a_command_is_said(tmp_path: Path, text: str) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        assert await house.write(thread, ANN, text) == ""
        await house.hears("a", text, ANN.name)


async def test_what_was_given_back_can_be_taken_again_in_a_new_thread(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "Hello.")
        await house.write(thread, ANN, "/close")
        await house.until(lambda: house.room.closed == [thread])
        assert await house.write(thread, BOB, "/take") == ""
        await house.until(lambda: len(house.room.threads) == 2)
        assert await house.owner("a") == ("human", "Bob (phone 2)")
        assert "another thread" in await house.write(thread, BOB, "here?")
        (new,) = set(house.room.threads) - {thread}
        await house.write(new, BOB, "Hello again.")
        await house.hears("a", "Hello again.", "Bob")


async def test_a_command_without_a_thread_means_what_one_has(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        assert "no conversations" in await house.room.intake.did("", ANN, "close", "1")
        await house.write(thread, ANN, "Hello.")
        other = await house.queue("b")
        assert "no conversations" in await house.room.intake.did("", BOB, "close", "2")
        assert await house.room.intake.did("", ANN, "close", "3") == ""
        await house.until(lambda: house.room.closed == [thread])
        for name, chat in ((other, "b"), (await house.queue("c"), "c")):
            await house.write(name, ANN, "Hello.")
            await house.hears(chat, "Hello.", "Ann Lee")
        assert "2 conversations" in await house.room.intake.did("", ANN, "return", "4")


async def test_other_desks_see_it_and_are_seen(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.bot.desk.claim("phone:a", "lee")
        await house.bot.desk.reply("phone:a", "lee", "Hello from the terminal", name="Lee")
        await house.until(lambda: "Lee: Hello from the terminal" in house.room.threads[thread])
        assert "event: lee has it." in house.room.threads[thread]
        await house.write(thread, ANN, "me too")
        await house.until(lambda: "event: Not sent: lee has it." in house.room.threads[thread])
        await house.bot.desk.reassign("phone:a", "lee", team="orders")
        await house.until(lambda: house.room.closed == [thread])
        await house.until(lambda: len(house.room.threads) == 2)
        (new,) = set(house.room.threads) - {thread}
        assert new.startswith("o")
        await house.until(lambda: "event: lee passed it to orders." in house.room.threads[new])


async def test_a_former_team_takes_nothing_and_notes_nothing(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.bot.desk.claim("phone:a", "lee")
        await house.bot.desk.reassign("phone:a", "lee", team="orders")
        await house.until(lambda: house.room.closed == [thread])
        assert await house.room.intake.did(thread, ANN, "take", "1") == members.ELSEWHERE
        assert await house.write(thread, ANN, "// he called") == f"Not kept: {members.ELSEWHERE}"
        assert await house.write(thread, ANN, "Hello.") == f"Not sent: {members.ELSEWHERE}"
        assert (await house.owner("a"))[0] == "queue"
        (new,) = set(house.room.threads) - {thread}
        await house.write(new, BOB, "Hello.")
        await house.hears("a", "Hello.", "Bob")
        assert await house.room.intake.did(thread, ANN, "take", "2") == members.ELSEWHERE
        assert await house.owner("a") == ("human", "Bob (phone 2)")
        await house.write(new, BOB, "/close")
        await house.until(lambda: house.room.closed == [thread, new])
        assert await house.write(thread, ANN, "// he called") == members.NOTED


async def test_a_customer_who_leaves_ends_it(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.say("a", "cancel")
        await house.until(lambda: house.room.closed == [thread])
        assert "event: The customer does not want to wait any longer." in house.room.threads[thread]
        await house.say("a", "/orders")
        await house.until(lambda: len(house.room.threads) == 2)


async def test_nobody_comes_and_somebody_falls_silent(tmp_path: Path) -> None:
    clock = FakeClock(1_780_000_000.0)
    async with housed(tmp_path, clock=clock) as house:
        thread = await house.queue("a")
        clock.advance(5 * 60)
        await house.bot.engine.fire_timers()
        await house.until(lambda: any("bot:" in line for line in house.room.threads[thread]))
        waiting = len(house.room.threads[thread])
        await house.write(thread, ANN, "One moment.")
        await house.say("a", "yes?")
        clock.advance(16 * 60)
        await house.bot.engine.fire_timers()
        await house.until(lambda: len(house.room.threads[thread]) >= waiting + 4)
        assert house.room.threads[thread][waiting:][:3] == [
            "event: Ann Lee (phone 1) has it.",
            "customer: yes?",
            "event: No answer for too long: it waits for somebody again.",
        ]
        assert house.room.threads[thread][-1].startswith("bot: ")
        await house.write(thread, BOB, "I am here.")
        await house.hears("a", "I am here.", "Bob")
        assert house.room.closed == []


async def test_out_of_hours_the_customer_hears_it_and_the_thread_waits(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        await house.say("a", "/late")
        await house.until(lambda: len(house.room.threads) == 1)
        assert len(house.heard("a")) == 1
        (thread,) = house.room.threads
        await house.write(thread, ANN, "Still here!")
        await house.hears("a", "Still here!", "Ann Lee")


async def test_a_team_without_a_channel_works_as_before(tmp_path: Path) -> None:
    room = Channel(places={"orders": "o"})
    async with housed(tmp_path, room=room) as house:
        await house.say("a", "/care")
        await house.say("a", "X1")
        await house.say("b", "/orders")
        await house.until(lambda: len(room.threads) == 1)
        assert [case.conversation for case in await house.bot.desk.cases()] == ["phone:a", "phone:b"]
        assert next(iter(room.threads)).startswith("o")


async def test_secrets_and_numbers_stay_out_of_it(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        await house.say("a", "/safe")
        await house.say("a", "Hunter-2468")
        await house.until(lambda: len(house.room.briefs) == 1)
        (thread,) = house.room.threads
        await house.say("a", "I said Hunter-2468, and my card is 4111 1111 1111 1111")
        await house.until(lambda: len(house.room.threads[thread]) >= 2)
        shown = f"{house.room.briefs}{house.room.threads}"
        assert "2468" not in shown
        assert "1111" not in shown
        assert "•••" in shown


async def test_numbers_of_slots_and_reasons_stay_out_of_it(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a", "4111 1111 1111 1111")
        await house.until(lambda: thread in house.room.briefs)
        brief = house.room.briefs[thread]
        assert "1111" not in f"{brief}{house.room.threads}"
        assert (brief.reason, dict(brief.facts)["The code"]) == ("about [card 1]", "[card 1]")
        packet = (await house.bot.desk.look("phone:a")).packet
        assert "4111 1111 1111 1111" in str(packet), "a desk of the house has what it is to work with"


async def test_files_of_customers_come_along_and_those_of_members_do_not(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        file = await house.bot.files.put("phone:a", "note.txt", _text(b"What it ", b"says."))
        await house.say("a", "see this", file)
        await house.until(lambda: house.room.files == [b"What it says."])
        assert await house.write(thread, ANN, "Thanks.", files=1) == members.NO_FILES
        assert await house.write(thread, ANN, "", files=2) == members.NO_FILES
        await house.hears("a", "Thanks.", "Ann Lee")


async def test_a_platform_that_is_down_gets_everything_later(tmp_path: Path) -> None:
    room = Channel()
    room.refuse = [DeliveryError("down") for _ in range(4)]
    async with housed(tmp_path, room=room) as house:
        await house.say("a", "/care")
        await house.say("a", "X1")
        for number in range(30):
            await house.say("a", f"line {number}")
        assert [case.conversation for case in await house.bot.desk.cases()] == ["phone:a"]
        await house.until(lambda: bool(room.threads))
        (thread,) = room.threads
        await house.until(lambda: len(room.threads[thread]) > 30)
        assert room.threads[thread][1:] == [f"customer: line {number}" for number in range(30)]


async def test_one_channel_that_has_to_wait_holds_up_no_other(tmp_path: Path) -> None:
    room = Channel()
    async with housed(tmp_path, room=room) as house:
        room.refuse = [DeliveryError("slowly", retry_after=60.0)]
        await house.say("a", "/care")
        await house.say("a", "X1")
        await house.until(lambda: not room.refuse)
        await house.say("b", "/orders")
        await house.until(lambda: bool(room.threads))
        assert [name[0] for name in room.threads] == ["o"]


async def test_one_channel_that_hangs_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Channel()
    async with housed(tmp_path, room=room) as house:
        thread = await house.queue("a")
        await house.until(lambda: thread in room.briefs)
        hanging = asyncio.Event()
        post = room.post

        async def hang(name: str, *rest: Any) -> None:
            if name == thread:
                await hanging.wait()
            await post(name, *rest)

        monkeypatch.setattr(room, "post", hang)
        await house.say("a", "hello?")
        await house.say("b", "/orders")
        await house.until(lambda: len(room.threads) == 2)
        await house.say("a", "again")
        hanging.set()
        await house.until(lambda: room.threads[thread][-2:] == ["customer: hello?", "customer: again"])


async def test_what_was_read_before_a_post_ended_is_not_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another look reads threads while a post goes on, and hears the store's answer after it."""
    read, give = SQLiteThreads.open, asyncio.Semaphore(0)

    async def late(self: SQLiteThreads, name: str) -> Any:
        found = await read(self, name)
        if posts := [one for one in asyncio.all_tasks() if one.get_name() == "room c"]:
            give.release()
            await asyncio.wait(posts)
        return found

    monkeypatch.setattr(SQLiteThreads, "open", late)
    room = Channel()

    async def until_read() -> None:
        await asyncio.wait_for(give.acquire(), 60.0)

    async with housed(tmp_path, room=room) as house:
        begin, post = room.open, room.post

        async def begin_late(*told: Any) -> str:
            await until_read()
            return await begin(*told)

        async def post_late(*told: Any) -> None:
            await until_read()
            await post(*told)

        monkeypatch.setattr(room, "open", begin_late)
        monkeypatch.setattr(room, "post", post_late)
        thread = await house.queue("a")
        for number in range(3):
            await house.say("a", f"line {number}")
            await house.until(lambda: f"customer: line {number}" in room.threads[thread])  # noqa: B023 - awaited
        await house.until(lambda: not [one for one in asyncio.all_tasks() if one.get_name() == "room c"])
    assert room.threads == {thread: ["phone:a: about X1", *[f"customer: line {number}" for number in range(3)]]}


async def test_what_nobody_expects_of_a_room_is_tried_again(tmp_path: Path) -> None:
    room = Channel()
    room.refuse = [ValueError("a bug")]
    async with housed(tmp_path, room=room) as house:
        await house.queue("a")


async def test_what_was_refused_half_way_goes_on_there() -> None:
    sent: list[str] = []

    async def send(part: str) -> None:
        if len(sent) == 2:
            sent.append("refused")
            raise DeliveryError("slowly", retry_after=1.0)
        sent.append(part)

    halfway: Halfway = Halfway()
    with pytest.raises(DeliveryError):
        await halfway.post("t", 1, ["a", "b", "c"], send)
    await halfway.post("u", 1, ["a"], send)
    await halfway.post("t", 1, ["a", "b", "c", "d"], send)
    assert sent == ["a", "b", "refused", "a", "c", "d"]
    await halfway.post("t", 1, ["a"], send)
    assert sent[-1] == "a"


class _Refusing:
    """A platform that takes all but files."""

    def __init__(self, *, permanent: bool = False) -> None:
        self.sent: list[str] = []
        self._permanent = permanent

    async def send(self, part: str) -> None:
        await asyncio.sleep(0)
        if part == "file":
            raise DeliveryError("not now", permanent=self._permanent)
        self.sent.append(part)


async def test_the_same_words_of_another_turn_are_sent() -> None:
    """Another process had the duty meanwhile, and posted the rest."""
    platform, halfway = _Refusing(), Halfway()
    with pytest.raises(DeliveryError):
        await halfway.post("t", 4, ["yes", "file"], platform.send)
    await halfway.post("t", 9, ["yes"], platform.send)
    assert platform.sent == ["yes", "yes"]


async def test_nothing_is_kept_of_a_thread_that_is_gone_and_little_of_many() -> None:
    platform, halfway = _Refusing(permanent=True), Halfway()
    for _ in range(2):
        with pytest.raises(DeliveryError):
            await halfway.post("t", 4, ["yes", "file"], platform.send)
    assert platform.sent == ["yes", "yes"]
    platform, halfway = _Refusing(), Halfway()
    for number in range(500):
        with pytest.raises(DeliveryError):
            await halfway.post(f"t{number}", 4, ["yes", "file"], platform.send)
    assert len(halfway._done) <= 100


async def test_two_posts_of_one_thread_at_once_end() -> None:
    platform, halfway = _Refusing(), Halfway()
    await asyncio.gather(*(halfway.post("t", 4, ["a", "b"], platform.send) for _ in range(2)))
    assert set(platform.sent) == {"a", "b"}


async def test_a_thread_that_somebody_deleted_is_begun_anew(tmp_path: Path) -> None:
    room = Channel()
    async with housed(tmp_path, room=room) as house:
        thread = await house.queue("a")
        await house.until(lambda: thread in room.briefs)
        room.refuse = [GONE]
        await house.say("a", "hello?")
        await house.until(lambda: len(room.threads) == 2)
        (new,) = set(room.threads) - {thread}
        await house.until(lambda: "customer: hello?" in room.threads[new])


@pytest.mark.parametrize("refused", ["a", "ab"])
async def test_what_is_refused_of_one_customer_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    room = Channel()
    async with housed(tmp_path, room=room) as house:
        threads = {chat: await house.queue(chat) for chat in "abc"}
        await house.until(lambda: set(room.briefs) == set(threads.values()))
        post = room.post

        async def refuse(name: str, *rest: Any) -> None:
            if name in {threads[chat] for chat in refused}:
                raise DeliveryError("not that")
            await post(name, *rest)

        monkeypatch.setattr(room, "post", refuse)
        for chat in "abc":
            await house.say(chat, "hello?")
        await house.until(lambda: "customer: hello?" in room.threads[threads["c"]])
        later = await house.queue("d")
        await house.until(lambda: later in room.briefs)
        monkeypatch.setattr(room, "post", post)
        await house.until(lambda: "customer: hello?" in room.threads[threads["a"]])


@pytest.mark.parametrize(("hours", "threads"), [(0.0, 1), (2.0, 2)])
async def test_a_thread_that_refuses_its_first_words_is_kept_for_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: float, threads: int
) -> None:
    room, clock = Channel(), FakeClock()
    brief, refusals = room.brief, [GONE] * 5

    async def refuse(thread: str, given: Brief) -> None:
        if refusals:
            clock.advance(hours * 3600 / 5)
            raise refusals.pop()
        await brief(thread, given)

    monkeypatch.setattr(room, "brief", refuse)
    async with housed(tmp_path, room=room, clock=clock) as house:
        await house.queue("a")
        await house.until(lambda: bool(room.briefs))
        assert len(room.threads) == threads


async def test_an_erased_customer_is_nobodys_case(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.until(lambda: thread in house.room.briefs)
        await asyncio.sleep(0.05)  # it has looked once more
        await house.bot.store.erase("phone:a", now=1.0)
        await house.bot.engine.forget()
        assert await house.write(thread, ANN, "Hello?") == ""
        await house.until(lambda: house.room.closed == [thread])
        assert house.room.threads[thread][-1] == f"event: {rooms.ERASED}"
        assert not await house.room.intake.knows(thread)
        assert (await house.bot.store.load("phone:a")).session is None


@pytest.mark.parametrize("refused", [[], [DeliveryError("down")]])
async def test_of_an_erasure_is_told_when_the_channel_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: list[Exception]
) -> None:
    room, free, looks = Channel(), asyncio.Event(), 0
    post, read = room.post, SQLiteThreads.open

    async def hang(name: str, *rest: Any) -> None:
        await free.wait()
        await post(name, *rest)

    async def count(self: SQLiteThreads, name: str) -> Any:
        nonlocal looks
        looks += 1
        return await read(self, name)

    async with housed(tmp_path, room=room) as house:
        thread, other = await house.queue("a"), await house.queue("b")
        await house.until(lambda: {thread, other} <= set(room.briefs))
        monkeypatch.setattr(room, "post", hang)
        monkeypatch.setattr(SQLiteThreads, "open", count)
        await house.say("b", "hello?")
        await house.until(lambda: any(one.get_name() == "room c" for one in asyncio.all_tasks()))
        await house.bot.store.erase("phone:a", now=1.0)
        await house.bot.engine.forget()
        seen = looks
        await house.until(lambda: looks >= seen + 3)
        assert room.closed == []
        room.refuse = [*refused]
        free.set()
        await house.until(lambda: room.closed == [thread])
        seen = looks
        await house.until(lambda: looks >= seen + 3)
    assert room.threads[thread][1:] == [f"event: {rooms.ERASED}"]
    assert room.closed == [thread]


@pytest.mark.parametrize("thread", ["", "c99", "../x", "\u202e", "x" * 5000])
async def test_what_is_no_thread_is_nobodys(tmp_path: Path, thread: str) -> None:
    async with housed(tmp_path) as house:
        await house.queue("a")
        assert not await house.room.intake.knows(thread)
        assert await house.write(thread, ANN, "Hello.") == ""
        assert (await house.owner("a"))[0] == "queue"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("", "Team"), ("  \x00\u202e ", "Team"), ("Ann\nLee", "Ann Lee"), ("x" * 500, "x" * 60), ("李 雷", "李 雷")],
)
async def test_names_may_be_anything(tmp_path: Path, name: str, shown: str) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        await house.write(thread, Member("7", name), "Hello.")
        await house.hears("a", "Hello.", shown)


@pytest.mark.parametrize("text", ["", " \n", "x" * 20_001])
async def test_what_cannot_be_said_is_not(tmp_path: Path, text: str) -> None:
    async with housed(tmp_path) as house:
        thread = await house.queue("a")
        told = await house.write(thread, ANN, text)
        assert told.startswith("Not sent") == (len(text) > 20_000)
        assert (await house.owner("a"))[0] == "queue"
        assert await house.write(thread, ANN, "/botkit") == members.HELP
        assert await house.write(thread, ANN, "/botkit dance") == members.HELP


# What survives


async def test_another_process_goes_on_in_the_same_thread(tmp_path: Path) -> None:
    room, store = Channel(), f"sqlite:///{tmp_path}/bot.db"
    async with housed(tmp_path, store, room) as house:
        thread = await house.queue("a")
        await house.write(thread, ANN, "Hello.")
        await house.say("a", "before")
        await house.until(lambda: "customer: before" in room.threads[thread])
    async with housed(tmp_path, store, room) as house:
        await house.say("a", "after")
        await house.until(lambda: "customer: after" in room.threads[thread])
        await house.write(thread, ANN, "Bye.")
        await house.write(thread, ANN, "/close")
        await house.until(lambda: room.closed == [thread])
        await house.hears("a", "Bye.", "Ann Lee")
    assert len(room.threads) == 1
    assert [line for line in room.threads[thread] if line.startswith("customer")] == [
        "customer: before",
        "customer: after",
    ]


@pytest.mark.parametrize("instant", range(1, 8))
async def test_killed_after_the_platforms_ok_at_most_that_comes_again(tmp_path: Path, instant: int) -> None:
    """The store does not hear what the platform took at that instant; the next process goes on."""
    room, store, taken = Channel(), f"sqlite:///{tmp_path}/bot.db", 0
    async with housed(tmp_path, store, room) as house:

        def die(*_: Any) -> None:
            nonlocal taken
            taken += 1
            if taken == instant:
                house.bot.rooms._duties[0]._background.task.cancel()  # type: ignore[union-attr]
                raise DeliveryError("killed")

        room.accepted = die
        await house.say("a", "/care")
        await house.say("a", "X1")
        for number in range(4):
            await house.say("a", f"line {number}")
            await asyncio.sleep(0.01)
        room.accepted = lambda: None
    async with housed(tmp_path, store, room) as house:
        await house.say("a", "last")
        await house.until(lambda: any("last" in line for name in room.threads for line in room.threads[name]))
        name = list(room.threads)[-1]
        told = [line for line in room.threads[name] if line.startswith("customer")]
        assert list(dict.fromkeys(told)) == [*[f"customer: line {number}" for number in range(4)], "customer: last"]
        assert len(room.threads) == (2 if instant == 1 else 1)


async def test_members_write_to_one_process_and_another_one_shows(tmp_path: Path, database: str) -> None:
    shown, heard = Channel(), Channel()
    async with (
        housed(tmp_path, database, shown, role="worker") as back,
        housed(tmp_path, database, heard, role="web") as front,
    ):
        await front.say("a", "/care")
        await front.say("a", "X1")
        await back.until(lambda: bool(shown.threads))
        (thread,) = shown.threads
        await back.until(lambda: thread in shown.briefs)
        assert await front.write(thread, ANN, "Hello.") == ""
        await front.say("a", "hi")
        await back.until(lambda: "customer: hi" in shown.threads[thread])
        await back.hears("a", "Hello.", "Ann Lee")
        assert await front.write(thread, ANN, "/close") == ""
        await back.until(lambda: shown.closed == [thread])
    assert heard.threads == {}


async def test_of_several_processes_one_shows_and_another_one_after_it(tmp_path: Path, database: str) -> None:
    first, second = Channel(), Channel()
    async with housed(tmp_path, database, first, role="all") as a:
        thread = await a.queue("a")
        await a.until(lambda: thread in first.briefs)
        async with housed(tmp_path, database, second, role="all") as b:
            await b.say("a", "one")
            await a.until(lambda: "customer: one" in first.threads[thread])
            assert second.threads == {}
            second.threads[thread] = []
            await a.bot.rooms.stop()
            await b.say("a", "two")
            await b.until(lambda: second.threads[thread] == ["customer: two"])


# Planted faults


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("tests.integration.rooming.PATIENCE", 1.0)
    return monkeypatch


async def test_without_keys_a_message_comes_twice(tmp_path: Path, faulty: pytest.MonkeyPatch) -> None:
    numbers = iter(range(100))
    faulty.setattr(members.Members, "_id", lambda self, key: f"desk:{self._room}:{next(numbers)}{key}")
    with pytest.raises((AssertionError, TimeoutError)):
        await test_a_message_that_comes_again_is_one(tmp_path)


async def test_without_the_epoch_the_bot_goes_on_speaking(tmp_path: Path, faulty: pytest.MonkeyPatch) -> None:
    async def never(*_: Any, **__: Any) -> bool:
        return False

    faulty.setattr(Delivery, "_is_late", never)
    with pytest.raises(AssertionError):
        await test_what_the_bot_had_decided_is_not_sent_after_that(tmp_path)


async def test_without_its_cursor_a_thread_tells_all_again(tmp_path: Path, faulty: pytest.MonkeyPatch) -> None:
    keep = SQLiteThreads.keep

    async def forget(self: SQLiteThreads, thread: Thread) -> None:
        await keep(self, replace(thread, shown=0))

    faulty.setattr(SQLiteThreads, "keep", forget)
    with pytest.raises((AssertionError, TimeoutError)):
        await asyncio.wait_for(test_another_process_goes_on_in_the_same_thread(tmp_path), 5.0)
