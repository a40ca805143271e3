"""What a customer sees of their press, and what comes of a command, over the wire in both modes."""

import asyncio
from typing import Any

import pytest

from botkit import Button, DeliveryError, Entry, Press, Reply
from botkit.testing import FakeIntake
from tests.slack.api import Slack
from tests.slack.conftest import Running
from tests.slack.platform import Customers
from tests.slack.workspace import RefusalError, slow

DM = "D1001"
REPLY = Reply("slack:D1001/3.0", "Sure?", (Button("Yes", value="yes"), Button("No", value="no")), question="3.q")


@pytest.fixture(autouse=True)
def asked(botkit_intake: FakeIntake) -> None:
    """Let the question of the replies here be open."""
    botkit_intake.questions[f"slack:{DM}"] = "3.q"


@pytest.mark.parametrize("now", ["", "4.q"])
async def test_a_press_of_a_closed_question_is_not_shown_as_an_answer(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake, now: str
) -> None:
    botkit_intake.questions[f"slack:{DM}"] = now
    slack.open_dm("U1001")
    async with running() as connector:
        await connector.send(DM, REPLY)
        assert (await customers.press(DM, "Yes")).taken
    (shown,) = await customers.shown(DM)
    assert (shown.text, shown.buttons) == ("Sure?", ("Yes", "No"))
    assert [one.event.value for one in botkit_intake.incoming if isinstance(one.event, Press)] == ["yes"]


async def test_of_two_that_are_pressed_at_once_the_first_is_shown(
    slack: Slack, running: Running, customers: Customers
) -> None:
    slack.open_dm("U1001")
    async with running() as connector:
        await connector.send(DM, REPLY)
        with slack.limited("chat.update"):  # the second press is of the message as it was
            assert (await customers.press(DM, "Yes")).taken
            assert (await customers.press(DM, "No")).taken
        await slack.tell()
    assert [ask for ask in slack.asks if ask[0] == "chat.update"] == [("chat.update", DM)]


async def test_what_was_chosen_takes_the_place_of_the_buttons(
    slack: Slack, running: Running, customers: Customers
) -> None:
    slack.open_dm("U1001")
    async with running() as connector:
        await connector.send(DM, REPLY)
        assert (await customers.press(DM, "Yes")).taken
        await slack.until(lambda: not slack.look(slack.of_bot(DM)[0]).labels)
    (shown,) = await customers.shown(DM)
    assert (shown.text, shown.buttons) == ("Sure?\n✓ Yes", ())


async def test_what_starts_something_stays_when_a_question_is_answered(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    buttons = (Button("Yes", value="yes"), Button("Orders", run="orders"))
    async with running() as connector:
        await connector.send(DM, Reply("slack:D1001/3.0", "Sure?", buttons, question="3.q"))
        assert (await customers.press(DM, "Orders")).taken
        assert (await customers.press(DM, "Yes")).taken
        await slack.until(lambda: slack.look(slack.of_bot(DM)[0]).labels != ("Yes", "Orders"))
        assert (await customers.press(DM, "Orders")).taken
    (shown,) = await customers.shown(DM)
    assert (shown.text, shown.buttons) == ("Sure?\n✓ Yes", ("Orders",))
    pressed = [one.event for one in botkit_intake.incoming if isinstance(one.event, Press)]
    assert [(one.run, one.value) for one in pressed] == [("orders", ""), ("", "yes"), ("orders", "")]


@pytest.mark.parametrize(
    ("asks", "given", "picked"),
    [
        ("date", {"selected_date": "2026-11-30"}, "2026-11-30"),
        ("time", {"selected_time": "14:05"}, "14:05"),
        ("datetime", {"selected_date_time": 1_796_047_500}, "2026-11-30T14:05:00Z"),
    ],
)
async def test_what_was_picked_answers_the_question(
    slack: Slack,
    running: Running,
    customers: Customers,
    botkit_intake: FakeIntake,
    asks: Any,
    given: dict[str, Any],
    picked: str,
) -> None:
    slack.open_dm("U1001")
    async with running() as connector:
        await connector.send(DM, Reply("slack:D1001/3.0", "When?", question="3.q", asks=asks))
        assert (await customers.press(DM, f"{asks}picker", **given)).taken
        await slack.until(lambda: "✓" in slack.look(slack.of_bot(DM)[0]).text)
    (event,) = [one.event for one in botkit_intake.incoming]
    assert isinstance(event, Press)
    assert (event.value, event.question) == (picked, "3.q")


async def test_a_press_that_slack_shows_not_is_a_press_all_the_same(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    slack.trouble["chat.update"] = [RefusalError("fatal_error", status=500), slow(60)]
    async with running() as connector:
        await connector.send(DM, REPLY)
        assert (await customers.press(DM, "Yes")).taken
        await slack.until(lambda: len(slack.trouble["chat.update"]) < 2)
        assert (await customers.press(DM, "No")).taken
    assert [one.event.value for one in botkit_intake.incoming if isinstance(one.event, Press)] == ["yes", "no"]


async def test_a_button_that_means_nothing_any_more_says_so(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    reply = Reply("slack:D1001/3.0", "Which?", (Button("Long", value="x" * 500),), question="3.q")
    async with running() as connector:
        await connector.send(DM, reply)  # its turn is in no history
        assert (await customers.press(DM, "Long")).taken
        await slack.until(lambda: "chat.postEphemeral" in [one.method for one in slack.calls])
    (told,) = [one.params for one in slack.calls if one.method == "chat.postEphemeral"]
    assert (told["channel"], told["user"], told["text"]) == (DM, "U1001", "This button has expired.")
    assert botkit_intake.received == []


async def test_a_long_button_of_the_first_turn_is_found_a_hundred_turns_later(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    reply = Reply("slack:D1001/1.0", "Which?", (Button("Long", value="x" * 500),), question="1.q")
    later = [Entry(turn, reply=Reply(f"slack:D1001/{turn}.0", "ok")) for turn in range(2, 150)]
    botkit_intake.entries[f"slack:{DM}"] = [Entry(1, reply=reply), *later]
    async with running() as connector:
        await connector.send(DM, reply)
        assert (await customers.press(DM, "Long")).taken
    assert [one.event.value for one in botkit_intake.incoming if isinstance(one.event, Press)] == ["x" * 500]


@pytest.mark.parametrize("channel", ["C1002", DM])
async def test_a_command_says_where_it_is_answered(
    slack: Slack, running: Running, botkit_intake: FakeIntake, channel: str
) -> None:
    slack.open_dm("U1001")
    slack.add_channel("C1002")
    async with running():
        receipt = await slack.events.command(channel, "U1001", "/botkit", "hello")
    assert receipt.taken
    assert ("direct messages" in receipt.body) == (channel != DM)
    assert [one.chat for one in botkit_intake.incoming] == [DM]


async def test_a_command_that_slack_lets_wait_is_not_taken(
    slack: Slack, running: Running, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit_slack.intaking._SOON", 0.05)
    slack.events.patience = 5.0
    slack.open_dm("U1001")
    slack.trouble["conversations.open"] = [asyncio.Event().wait]
    async with running():
        assert not (await slack.events.command(DM, "U1001", "/botkit", "hello")).taken
        assert botkit_intake.received == []
        assert (await slack.events.command(DM, "U1001", "/botkit", "hello")).taken
    assert [one.chat for one in botkit_intake.incoming] == [DM]


async def test_the_threads_of_a_channel_have_one_limit(slack: Slack, running: Running) -> None:
    channel = slack.add_channel("C1002")
    one, other = [f"{channel}.{slack.keep(channel, user='U1002', text='Hello?')['ts']}" for _ in range(2)]
    async with running() as connector:
        slack.trouble["chat.postMessage"] = [slow(60)]
        for chat in (one, other):
            with pytest.raises(DeliveryError) as caught:
                await connector.send(chat, Reply("r1", "hi"))
            assert caught.value.retry_after == pytest.approx(60, abs=2)
        async with asyncio.timeout(5):
            await connector.send(slack.open_dm("U1001"), Reply("r2", "fast"))
            await connector.send(one, Reply("r1", "hi"))  # who was told to wait has waited
    assert [one.method for one in slack.calls].count("chat.postMessage") == 2
