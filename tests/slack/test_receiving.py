"""What comes in: by posts and through Socket Mode, stored before it is acknowledged."""

import asyncio
import json
import logging
import socket
from typing import Any

import httpx
import pytest

from botkit import Button, ConfigError, DeliveryError, Entry, Message, Opened, Press, Reply, StoreError
from botkit.testing import Attachment, FakeIntake, sample
from botkit.testing.connector_files import LIMITS
from botkit_slack import SlackConnector
from tests.slack.api import Slack
from tests.slack.conftest import Running
from tests.slack.events import message
from tests.slack.platform import Customers, connector_of, reached
from tests.slack.workspace import BOT_USER, SIGNING_SECRET, RefusalError, slow

DM = "D1001"


def heard(intake: FakeIntake) -> list[tuple[str, str]]:
    return [(one.chat, one.event.text) for one in intake.incoming if isinstance(one.event, Message)]


def texts(intake: FakeIntake) -> list[str]:
    return [text for _, text in heard(intake)]


# Starting


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"bot_token": "xoxb-wrong"}, "bot_token"),
        ({"bot_token": "nonsense"}, "bot_token"),
        ({"app_token": "xapp-wrong"}, "app_token"),
        ({"app_token": "xoxb-4242"}, "app_token"),
    ],
)
async def test_a_wrong_token_is_one_clear_line(
    slack: Slack, botkit_intake: FakeIntake, secrets: dict[str, str], said: str
) -> None:
    connector = connector_of(slack, **secrets)
    with pytest.raises(ConfigError) as caught:
        await connector.start(botkit_intake)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert next(iter(secrets.values())) not in str(caught.value)
    await connector.stop()


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("refusal", [RefusalError("x", status=503), slow(7), RefusalError("fatal_error")])
async def test_a_start_that_fails_is_made_again(
    slack: Slack, botkit_intake: FakeIntake, customers: Customers, method: str, refusal: RefusalError
) -> None:
    connector = connector_of(slack)
    slack.trouble[method] = [refusal]
    with pytest.raises(DeliveryError) as caught:
        await connector.start(botkit_intake)
    assert caught.value.retry_after == (7 if refusal.retry_after else None)
    await connector.stop()
    await connector.start(botkit_intake)
    assert await customers.deliver(DM, "m1", "hello")
    await connector.stop()


async def test_a_revoked_token_says_so(slack: Slack, botkit_intake: FakeIntake) -> None:
    slack.gone = "token_revoked"
    connector = connector_of(slack)
    with pytest.raises(ConfigError, match="token_revoked"):
        await connector.start(botkit_intake)
    await connector.stop()


# Messages


@pytest.mark.parametrize(
    "text",
    [
        "x" * 12_000,
        "a\n\nb",
        "<!channel> & <@U1> &amp;",
        "https://a.example/?a=1&b=<2>",
        "🎉 :tada: 👍🏽",
        "/help",
        "\u202eabc\u202c \u05d0",
    ],
)
async def test_a_text_comes_as_it_was_written(
    running: Running, customers: Customers, botkit_intake: FakeIntake, text: str
) -> None:
    async with running():
        assert await customers.deliver(DM, "m1", text)
    assert heard(botkit_intake) == [(DM, text)]


async def test_a_person_is_known(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.add_user("U1001", "Mia <!channel> \u202e名", locale="de-DE")
    async with running():
        for number in range(3):
            assert await customers.deliver(DM, f"m{number}", "hello")
    incoming = botkit_intake.incoming[0]
    assert isinstance(incoming.event, Message)
    assert incoming.event.locale == "de-DE"
    assert incoming.customer["name"] == "Mia <!channel> \u202e名"
    assert slack.asks.count(("users.info", "")) == 1


async def test_who_is_not_known_in_time_may_write(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit_slack.people._WITHIN", 0.05)
    never = asyncio.Event()
    slack.trouble["users.info"] = [RefusalError("x", status=500), never.wait]
    async with running():
        assert await customers.deliver(DM, "m1", "hello")
        assert await customers.deliver("D1002", "m2", "hello")
    assert heard(botkit_intake) == [(DM, "hello"), ("D1002", "hello")]


async def test_who_is_known_too_late_is_known_the_next_time(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit_slack.people._WITHIN", 0.01)
    gate = asyncio.Event()
    slack.add_user("U1001", "Mia")
    slack.trouble["users.info"] = [gate.wait]
    async with running() as connector:
        assert await customers.deliver(DM, "m1", "hello")
        assert isinstance(connector, SlackConnector)
        assert connector._intaking is not None
        (asking,) = connector._intaking._people._asking.values()
        gate.set()
        await asyncio.wait({asking})
        assert await customers.deliver(DM, "m2", "hello?")
    assert [one.customer.get("name") for one in botkit_intake.incoming] == [None, "Mia"]
    assert slack.asks.count(("users.info", "")) == 1


async def test_a_message_that_was_not_acknowledged_comes_again(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.events.patience, slack.events.pauses = 0.4, [0.0]
    async with running():
        botkit_intake.fail(StoreError("the disk is full"))
        event = customers.says(DM, "hello")
        assert not (await slack.events.happen(event, "Ev1")).taken
        botkit_intake.fail(None)
        assert (await slack.events.insist(event, "Ev1")).attempts == 1
        assert (await slack.events.happen(event, "Ev1", attempt=1, reason="timeout")).taken
        assert (await slack.events.happen(event, "Ev2")).taken, "the same message by another event"
    assert texts(botkit_intake) == ["hello"]
    assert len({one.id for one in botkit_intake.received}) == 1


async def test_one_that_is_being_stored_is_not_stored_twice(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.events.patience = 0.2
    async with running():
        botkit_intake.hold()
        event = customers.says(DM, "hello")
        assert not (await slack.events.happen(event, "Ev1")).taken
        slack.events.patience = 3.0
        again = asyncio.create_task(slack.events.happen(event, "Ev1", attempt=1, reason="timeout"))
        await asyncio.sleep(0)
        botkit_intake.release()
        assert (await again).taken
    assert len(botkit_intake.incoming) == 1


async def test_a_slow_chat_holds_no_other_up(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    gate = asyncio.Event()
    slack.trouble["download"] = [gate.wait]
    photo = Attachment("lamp.png", "image/png", sample("photo.png", 900))
    async with running():
        slowly = asyncio.create_task(customers.attach(DM, "m1", "look", [photo]))
        await slack.until(lambda: not slack.trouble["download"])
        assert await customers.deliver("D1002", "m2", "quick")
        behind = asyncio.create_task(customers.deliver(DM, "m3", "and this"))
        await asyncio.sleep(0.02)
        assert texts(botkit_intake) == ["quick"]
        gate.set()
        assert await slowly
        assert await behind
    assert texts(botkit_intake) == ["quick", "look", "and this"]


# Channels and threads


async def test_a_mention_opens_a_thread(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    channel = slack.add_channel("C1002")
    async with running():
        root = slack.next_ts()
        said = message(channel, "U1001", root, "help me")
        slack.add_user("U1001")
        said["text"] = f"<@{BOT_USER}> help me &amp; soon"
        called = {**said, "type": "app_mention"}
        assert (await slack.events.happen(called)).taken
        assert (await slack.events.happen(said)).taken
    assert heard(botkit_intake) == [(f"{channel}.{root}", "help me & soon")]


async def test_in_a_thread_it_hears_what_comes_after_it_was_named(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    channel, other = slack.add_channel("C1002"), slack.add_channel("C1003")
    thread = f"{channel}.{slack.next_ts()}"
    botkit_intake.entries[f"slack:{thread}"] = [Entry(1, said=Message("help me"))]
    async with running():
        for chat in (thread, channel, other, f"{other}.{slack.next_ts()}"):
            event = customers.says(chat, "and now?", chat)
            event["text"] = "and now?"
            assert (await slack.events.happen(event)).taken
    assert heard(botkit_intake) == [(thread, "and now?")], "a restart makes no difference: the history knows"


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B9"},
        {"user": BOT_USER},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "message_deleted"},
        {"hidden": True},
        {"user": None},
        {"text": None},
        {"ts": "nonsense"},
        {"channel": "../D1"},
        {"text": 5},
        {"files": "none"},
        {"type": "emoji_changed"},
        {"type": "app_home_opened"},
    ],
)
async def test_what_no_customer_says_stops_nothing(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake, more: dict[str, Any]
) -> None:
    async with running():
        assert (await slack.events.happen(customers.says(DM, "x") | more)).taken
        assert await customers.deliver(DM, "m1", "hello")
    assert texts(botkit_intake)[-1:] == ["hello"]
    assert len(botkit_intake.received) == 1


async def test_an_edited_text_is_said_once_more(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    async with running():
        said = customers.says(DM, "one te")
        assert (await slack.events.happen(said)).taken
        for text, edited in (("one te", None), ("one tea", "1780000009.000001"), ("one tea", "1780000009.000001")):
            now = {**said, "text": text} | ({"edited": {"user": "U1001", "ts": edited}} if edited else {})
            shell = {"type": "message", "subtype": "message_changed", "channel": DM, "hidden": True}
            shell |= {"ts": slack.next_ts(), "message": now, "previous_message": said, "channel_type": "im"}
            assert (await slack.events.happen(shell)).taken
    assert texts(botkit_intake) == ["one te", "one tea"]


async def test_an_assistant_opens_a_chat(slack: Slack, running: Running, botkit_intake: FakeIntake) -> None:
    slack.open_dm("U1001")
    thread = {"user_id": "U1001", "channel_id": DM, "thread_ts": "1780000000.000099", "context": {}}
    event = {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": "1780000000.000099"}
    async with running():
        assert (await slack.events.happen(event)).taken
    assert [(one.chat, type(one.event)) for one in botkit_intake.incoming] == [(f"{DM}.1780000000.000099", Opened)]


@pytest.mark.parametrize("kind", ["tokens_revoked", "app_uninstalled"])
async def test_an_app_that_is_removed_says_so(
    slack: Slack, running: Running, botkit_intake: FakeIntake, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    async with running():
        assert (await slack.events.happen({"type": kind, "tokens": {"bot": [BOT_USER]}})).taken
    assert [one for one in caplog.records if kind in one.getMessage()]
    assert botkit_intake.received == []


# Commands


async def test_a_command_is_a_message(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    slack.add_channel("C1002")
    async with running():
        for text in ("where is my order?", "payload=1 & <b>", "订单"):
            assert (await slack.events.command("C1002", "U1001", "/botkit", text)).taken
        assert (await slack.events.command("C1002", "U1001", "/another", "x")).status != 500
    assert heard(botkit_intake) == [(DM, "where is my order?"), (DM, "payload=1 & <b>"), (DM, "订单")]


# Buttons


REPLY = Reply("slack:D1001/3.0", "Sure?", (Button("Yes", value="yes"), Button("No", value="no")), question="3.q")


async def test_a_press_is_stored_before_it_is_acknowledged(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    async with running() as connector:
        await connector.send(DM, REPLY)
        botkit_intake.hold()
        press = asyncio.create_task(customers.press(DM, "Yes"))
        await botkit_intake.wait(1)
        assert not press.done()
        botkit_intake.release()
        assert (await press).taken
    (event,) = [one.event for one in botkit_intake.incoming]
    assert isinstance(event, Press)
    assert (event.value, event.label, event.question) == ("yes", "Yes", "3.q")


async def test_a_choice_of_a_long_list_is_a_press(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    buttons = tuple(Button(f"Tea {n}", value=f"tea-{n}" + "x" * (n * 10)) for n in range(40))
    reply = Reply("slack:D1001/3.0", "Which?", buttons, question="3.q")
    botkit_intake.entries["slack:D1001"] = [Entry(3, reply=reply)]
    async with running() as connector:
        for label in ("Tea 1", "Tea 39"):
            await connector.send(DM, reply)
            assert (await customers.press(DM, label)).taken
    events = [one.event for one in botkit_intake.incoming]
    assert [(one.value, one.label) for one in events if isinstance(one, Press)] == [
        (buttons[1].value, "Tea 1"),
        (buttons[39].value, "Tea 39"),
    ]


async def test_what_the_bot_did_not_write_for_this_chat_is_no_press(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.open_dm("U1001")
    slack.open_dm("U1002")
    async with running() as connector:
        await connector.send(DM, REPLY)
        (shown,) = slack.of_bot(DM)
        slack.keep("D1002", **{key: one for key, one in shown.items() if key not in ("ts", "channel")})
        assert (await customers.press("D1002", "Yes")).taken
        for block in shown["blocks"]:
            for element in block.get("elements", ()):
                if element["type"] == "button":
                    element["value"] = "AAAAAAAAAAAv/yes"
        assert (await customers.press(DM, "Yes")).taken
        assert await customers.deliver(DM, "m1", "hello")
    assert [type(one.event) for one in botkit_intake.incoming] == [Message]


# Files


async def test_a_file_that_cannot_be_had_is_left_in_the_end(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit_slack.intaking._PAUSE", 0.0)
    photo = Attachment("lamp.png", "image/png", sample("photo.png", 900))
    async with running():
        slack.trouble["download"] = [RefusalError("x", status=503)] * 2
        assert await customers.attach(DM, "m1", "after all", [photo])
        slack.trouble["download"] = [RefusalError("x", status=503)] * 9
        assert await customers.attach(DM, "m2", "not at all", [photo])
        slack.trouble.clear()
        slack.scopes.discard("files:read")
        assert await customers.attach(DM, "m3", "not mine", [photo])
    files = [one.event.files for one in botkit_intake.incoming if isinstance(one.event, Message)]
    assert [[(bool(file.ref), bool(file.refused)) for file in some] for some in files] == [
        [(True, False)],
        [(False, True)],
        [(False, True)],
    ], "the page on which a stranger signs in is no file of theirs"


async def test_a_file_that_is_too_large_is_not_fetched(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    botkit_intake.limit_files(LIMITS)
    slack.trouble["download"] = [RefusalError("x", status=503)]
    async with running():
        assert await customers.attach(DM, "m1", "look", [Attachment("a.png", "image/png", bytes(60_000))])
    (incoming,) = botkit_intake.incoming
    assert isinstance(incoming.event, Message)
    assert [file.refused for file in incoming.event.files] == ["too_large"]
    assert len(slack.trouble["download"]) == 1


async def test_the_token_goes_to_slack_alone(
    slack: Slack, running: Running, customers: Customers, botkit_intake: FakeIntake
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/files-pri/T-F/a.png"
        sent = {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 10, "url_private": address}
        async with running():
            event = customers.says(DM, "look", subtype="file_share", files=[sent])
            assert (await slack.events.happen(event)).taken
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert texts(botkit_intake) == ["look"]


# Posts


async def test_posts_are_taken_with_a_good_signature_alone(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake
) -> None:
    connector = connector_of(slack, "http")
    async with reached(slack, connector, "http"):
        await connector.start(botkit_intake)
        event = customers.says(DM, "hello")
        slack.events.secret = "another"
        assert (await slack.events.happen(event)).status == 401
        slack.events.secret = SIGNING_SECRET
        for skew in (301.0, -301.0):
            slack.events.skew = skew
            assert (await slack.events.happen(event)).status == 401
        slack.events.skew = 0.0
        assert botkit_intake.received == []
        assert (await slack.events.verify("3eZbrw1a")).body.strip('"{} ').endswith("3eZbrw1a")
        assert (await slack.events.happen(event)).taken
        await connector.stop()
    assert texts(botkit_intake) == ["hello"]


async def test_a_post_that_is_not_stored_is_refused(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake
) -> None:
    connector = connector_of(slack, "http")
    async with reached(slack, connector, "http"):
        assert (await slack.events.happen(customers.says(DM, "early"))).status == 503
        await connector.start(botkit_intake)
        for trouble in (StoreError("the disk is full"), RuntimeError("a mistake of ours")):
            botkit_intake.fail(trouble)
            assert (await slack.events.happen(customers.says(DM, "hello"))).status in (500, 503)
        await connector.stop()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"type": "event_callback"}', b'{"type": "event_callback", "event": 5}',
     b"payload=x", b"payload=%7B%7D", b"a" * 3_100_000, json.dumps({"type": "event_callback", "event": {"type": "message", "user": {}}}).encode()],
)  # fmt: skip
async def test_strange_posts_stop_nothing(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake, body: bytes
) -> None:
    connector = connector_of(slack, "http")
    async with reached(slack, connector, "http"), httpx.AsyncClient() as http:
        await connector.start(botkit_intake)
        unsigned = await http.post(slack.events.url, content=body)
        assert unsigned.status_code in (400, 401)
        if not body.startswith(b"\xff"):
            kind = "application/json" if body[:1] in (b"{", b"[") else "application/x-www-form-urlencoded"
            await slack.events.post(body.decode(), kind, {})
        headers: dict[str, Any] = {"X-Slack-Request-Timestamp": b"x" * 40, "X-Slack-Signature": "v0=é".encode()}
        assert (await http.post(slack.events.url, content=body, headers=headers)).status_code in (400, 401)
        assert (await http.get(slack.events.url)).status_code == 405
        assert await customers.deliver(DM, "m1", "hello")
        await connector.stop()
    assert texts(botkit_intake) == ["hello"]


# Socket Mode


@pytest.mark.parametrize("ends", ["refresh", "drop"])
async def test_a_connection_that_ends_is_made_again(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake, ends: str, caplog: pytest.LogCaptureFixture
) -> None:
    connector = connector_of(slack)
    await connector.start(botkit_intake)
    assert await customers.deliver(DM, "m0", "before")
    if ends == "refresh":
        await slack.sockets.refresh()
    else:
        slack.sockets.drop()
    await slack.until(lambda: len(slack.sockets.live) == 1)
    assert await customers.deliver(DM, "m1", "after")
    await connector.stop()
    await slack.until(lambda: slack.sockets.connections == [])
    assert texts(botkit_intake) == ["before", "after"]
    assert [one for one in caplog.records if one.levelno >= logging.ERROR and one.exc_info] == []


async def test_an_acknowledgement_that_was_lost_makes_nothing_twice(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.events.patience, slack.events.pauses = 0.3, [0.0]
    connector = connector_of(slack)
    await connector.start(botkit_intake)
    slack.sockets.silent = True
    assert not (await slack.events.insist(customers.says(DM, "hello"), "Ev1")).taken
    await connector.stop()
    assert len(botkit_intake.received) == 2
    assert texts(botkit_intake) == ["hello"]


async def test_two_processes_share_what_comes(slack: Slack, customers: Customers, botkit_intake: FakeIntake) -> None:
    connectors = [connector_of(slack) for _ in range(2)]
    for connector in connectors:
        await connector.start(botkit_intake)
    await slack.until(lambda: len(slack.sockets.live) == 2)
    for number in range(4):
        assert await customers.deliver(DM, f"m{number}", str(number))
    for connector in connectors:
        await connector.stop()
    assert texts(botkit_intake) == ["0", "1", "2", "3"]


async def test_the_library_is_silent_and_nobody_else(running: Running) -> None:
    async with running():
        pass
    ours = ("botkit", "botkit.runtime", "botkit_slack", "botkit_slack.bolt", "botkit_slack.connector")
    assert [logging.getLogger(name).level for name in ours] == [logging.NOTSET] * 5


async def test_a_connection_that_cannot_be_made_again_is_said_once_and_without_its_address(
    slack: Slack, botkit_intake: FakeIntake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit_slack.bolt._trouble._next", 0.0)
    connector = connector_of(slack, "socket")
    await connector.start(botkit_intake)
    slack.trouble["apps.connections.open"] = [RefusalError("fatal_error", status=500)] * 3
    slack.sockets.drop()
    await slack.until(lambda: not slack.trouble["apps.connections.open"] and bool(slack.sockets.connections))
    await connector.stop()
    lines = [one for one in caplog.records if one.name.startswith("botkit_slack")]
    assert [one.getMessage().partition(":")[0] for one in lines] == ["the connection to Slack is made again"]
    assert "ticket" not in caplog.text
