"""Answers that grow, over HTTP, with what goes wrong meanwhile."""

import asyncio
import contextlib

import pytest

from botkit import Button, DeliveryError, Reply, StreamPart
from botkit_slack.connector import SlackConnector
from botkit_slack.previews import AHEAD, Budget
from tests.slack.api import Slack
from tests.slack.workspace import HangUpError, RefusalError, slow

DM = "D1001"
LAMP = "https://shop.example/lamp.png"


@pytest.fixture(autouse=True)
def room(slack: Slack) -> str:
    return slack.open_dm("U1001")


async def begin(slack: Slack, connector: SlackConnector, text: str = "It is") -> None:
    """Let an answer begin, until a preview of it stands."""
    await connector.stream(DM, StreamPart("r1", "delta", text))
    await slack.until(lambda: bool(slack.of_bot(DM)))


def seen(slack: Slack) -> list[str]:
    return [slack.look(one).text for one in slack.of_bot(DM)]


async def test_a_reply_takes_the_place_of_its_preview(slack: Slack, connector: SlackConnector) -> None:
    await begin(slack, connector)
    (preview,) = slack.of_bot(DM)
    assert seen(slack) == ["It is ▍"]
    reply = Reply("r1", "It is **a lamp**", (Button("Buy", value="b"),), image=LAMP, question="1.q")
    assert await connector.send(DM, reply) == preview["ts"]
    (sight,) = [slack.look(one) for one in slack.of_bot(DM)]
    assert (sight.text, sight.labels, sight.images) == ("It is a lamp", ("Buy",), (LAMP,))


@pytest.mark.parametrize("text", ["word " * 3000, "&<>" * 3000, "👍" * 5000])
async def test_a_long_answer_grows_within_its_message(slack: Slack, connector: SlackConnector, text: str) -> None:
    await begin(slack, connector)
    for start in range(0, len(text), len(text) // 5):
        await connector.stream(DM, StreamPart("r1", "delta", text[start : start + len(text) // 5]))
        await asyncio.sleep(0)
    await connector.send(DM, Reply("r1", "It is" + text))
    assert "".join("".join(seen(slack)).split()) == "".join(("It is" + text).split())
    assert "▍" not in "".join(seen(slack))


async def test_what_is_added_while_a_preview_is_sent_is_shown_too(slack: Slack, connector: SlackConnector) -> None:
    gate = asyncio.Event()
    slack.trouble["chat.postMessage"] = [gate.wait]
    await connector.stream(DM, StreamPart("r1", "delta", "It is"))
    await slack.until(lambda: not slack.trouble["chat.postMessage"])
    await connector.stream(DM, StreamPart("r1", "delta", " a lamp"))
    gate.set()
    await slack.until(lambda: seen(slack) == ["It is a lamp ▍"])


@pytest.mark.parametrize("refusal", [RefusalError("x", status=503), HangUpError(), RefusalError("fatal_error")])
async def test_an_update_that_is_refused_is_left_at_that(
    slack: Slack, connector: SlackConnector, refusal: RefusalError | HangUpError
) -> None:
    await begin(slack, connector)
    slack.trouble["chat.update"] = [refusal]
    await connector.stream(DM, StreamPart("r1", "delta", " a lamp"))
    await slack.until(lambda: not slack.trouble["chat.update"])
    await connector.send(DM, Reply("r1", "It is a lamp"))
    assert seen(slack) == ["It is a lamp"]


async def test_a_channel_that_has_to_wait_waits_with_its_reply(slack: Slack, connector: SlackConnector) -> None:
    await begin(slack, connector)
    slack.trouble["chat.update"] = [slow(60)]
    await connector.stream(DM, StreamPart("r1", "delta", " a lamp"))
    await slack.until(lambda: not slack.trouble["chat.update"])
    async with asyncio.timeout(5):
        with contextlib.suppress(DeliveryError):  # before the time that Slack named it may be refused here already
            await connector.send(DM, Reply("r1", "It is a lamp"))
    assert slack.asks.count(("chat.update", DM)) <= 2


async def test_a_preview_that_was_removed_is_sent_anew(slack: Slack, connector: SlackConnector) -> None:
    await begin(slack, connector)
    slack.messages[DM].clear()
    await connector.send(DM, Reply("r1", "It is a lamp"))
    assert seen(slack) == ["It is a lamp"]


async def test_a_reply_waits_with_its_preview_and_then_takes_its_place(
    slack: Slack, connector: SlackConnector
) -> None:
    await begin(slack, connector)
    slack.trouble["chat.update"] = [RefusalError("x", status=502)]
    with pytest.raises(DeliveryError):
        await connector.send(DM, Reply("r1", "It is a lamp"))
    await connector.send(DM, Reply("r1", "It is a lamp"))
    assert seen(slack) == ["It is a lamp"]


async def test_what_grows_calls_nobody(slack: Slack, connector: SlackConnector) -> None:
    text = "<!channel> <@U1001> *x* :tada: <https://evil.example|your bank>"
    for number in range(1, len(text) + 1, 7):
        await connector.stream(DM, StreamPart("r1", "delta", text[number - 1 : number + 6]))
    await slack.until(lambda: bool(slack.of_bot(DM)))
    (sight,) = [slack.look(one) for one in slack.of_bot(DM)]
    assert sight.calls == ()
    assert "bank (https" not in sight.text


async def test_in_a_thread_of_an_assistant_it_is_seen_writing(slack: Slack, connector: SlackConnector) -> None:
    root = slack.keep(DM, user="U1001", text="Assistant")["ts"]
    await connector.typing(f"{DM}.{root}")
    assert slack.statuses[DM, root]
    await connector.stream(f"{DM}.{root}", StreamPart("r1", "delta", "It is"))
    await slack.until(lambda: bool(slack.of_bot(f"{DM}.{root}")))
    assert slack.statuses == {}
    await connector.send(f"{DM}.{root}", Reply("r1", "It is a lamp"))
    assert [slack.look(one).text for one in slack.of_bot(f"{DM}.{root}")] == ["It is a lamp"]


async def test_whoever_speaks_is_asked_for_again_where_slack_did_not_say_whether_names_are_shown(
    slack: Slack, connector: SlackConnector
) -> None:
    connector._open().scopes = None
    slack.trouble["auth.test"] = [RefusalError("internal_error"), RefusalError("internal_error")]
    await connector.stream(DM, StreamPart("r1", "start", agent="Ann"))
    await connector.stream(DM, StreamPart("r1", "delta", "It is", agent="Ann"))
    await slack.until(lambda: len(slack.trouble["auth.test"]) == 1)
    await connector.stream(DM, StreamPart("r1", "delta", " a", agent="Ann"))
    await slack.until(lambda: not slack.trouble["auth.test"])
    await connector.stream(DM, StreamPart("r1", "delta", " lamp", agent="Ann"))
    await slack.until(lambda: bool(slack.of_bot(DM)))
    connector._open().scopes = None
    slack.trouble["auth.test"] = [RefusalError("internal_error")]
    with pytest.raises(DeliveryError):
        await connector.send(DM, Reply("r1", "It is a lamp.", agent="Ann"))
    await connector.send(DM, Reply("r1", "It is a lamp.", agent="Ann"))
    assert len(slack.of_bot(DM)) == 1, "the preview was not forgotten"
    assert "It is a lamp." in seen(slack)[0]


# Limits of Slack's


def test_previews_take_forty_updates_in_the_worst_minute() -> None:
    now = 0.0
    budget = Budget(lambda: now)
    taken: list[float] = []
    for tick in range(2_400):  # somebody asks twenty times a second
        now = 1000.0 + tick / 20
        with contextlib.suppress(DeliveryError):
            budget.take()
            taken.append(now)
    assert taken[:AHEAD] == [1000.0 + tick / 20 for tick in range(AHEAD)], "a few at once"
    assert max(sum(at <= one < at + 60.0 for one in taken) for at in taken) <= 40
    assert len(taken) > 60, "and they go on"
    with pytest.raises(DeliveryError) as caught:
        budget.take()
    now += caught.value.retry_after or 0.0
    budget.take()


async def test_many_that_grow_at_once_keep_to_one_limit_and_replies_do_not_wait(
    slack: Slack, connector: SlackConnector
) -> None:
    chats = [slack.open_dm(f"U{number}") for number in range(2001, 2009)]
    for part in range(6):
        for chat in chats:
            await connector.stream(chat, StreamPart("r1", "delta", f" {part}"))
        await asyncio.sleep(0.05)
    await slack.until(lambda: [method for method, _ in slack.asks].count("chat.update") == AHEAD)
    for chat in chats:
        assert await connector.send(chat, Reply("r1", "It is a lamp"))
    assert [[slack.look(one).text for one in slack.of_bot(chat)] for chat in chats] == [["It is a lamp"]] * len(chats)
    assert [method for method, _ in slack.asks].count("chat.update") == AHEAD + len(chats)


async def test_a_reply_whose_preview_may_not_be_updated_for_long_is_a_message_of_its_own(
    slack: Slack, connector: SlackConnector
) -> None:
    await begin(slack, connector)
    (preview,) = slack.of_bot(DM)
    slack.trouble["chat.update"] = [slow(60)]
    slack.trouble["chat.delete"] = [slow(3)]
    with pytest.raises(DeliveryError):
        await connector.send(DM, Reply("r1", "It is a lamp"))
    assert seen(slack) == ["It is ▍", "It is a lamp"]
    connector._asked.clear()
    sent = await connector.send(DM, Reply("r1", "It is a lamp"))
    assert seen(slack) == ["It is a lamp"]
    assert sent == slack.of_bot(DM)[0]["ts"] != preview["ts"]
