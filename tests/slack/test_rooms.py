"""A team in a Slack channel: threads, buttons, commands, files; its customers on the page, on Telegram, on Slack."""

import contextlib
import json
import re
from asyncio import Event, timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import pydantic
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import connect

from botkit import Bot, BotInfo, Brief, Connector, DeliveryError, Line, RoomIntake
from botkit.app import members, rooms
from botkit.app.directories import check_directory
from botkit.model.values import File
from botkit.testing import Attachment
from botkit_slack import SlackConnector, SlackSettings
from botkit_slack.api import ApiError
from botkit_slack.events import Me
from botkit_slack.people import People, Person
from botkit_slack.rooms import SlackRoom
from botkit_web import WebSettings
from botkit_web import build as build_web
from tests.integration.rooming import write_bot
from tests.serving import listening, served
from tests.slack.api import Slack
from tests.slack.events import message, pressing
from tests.slack.platform import Customers, connector_of, reached
from tests.slack.workspace import BOT_USER, Params, RefusalError, slow
from tests.telegram.api import serving as serving_telegram
from tests.telegram.platform import Customers as TelegramCustomers
from tests.telegram.platform import connector_of as telegram_of
from tests.telegram.platform import said

ROOM, MIA, ANN, BOB = "C9001", "D1001", "U71", "U72"
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "BREATH", 0.001)
    monkeypatch.setattr(rooms, "BETWEEN", 0.05)
    monkeypatch.setattr(rooms, "FIRST_PAUSE", 0.01)


class Team:
    """Members of a channel."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        slack.add_channel(ROOM, "care")
        slack.add_user(ANN, "Ann Lee")
        slack.add_user(BOB, "Bob")

    def threads(self) -> list[Params]:
        """Give the messages under which threads stand."""
        return [one for one in self.slack.of_bot(ROOM) if "thread_ts" not in one]

    async def thread(self, count: int = 1) -> Params:
        """Wait for so many, and give the last."""
        await self.slack.until(lambda: len(self.threads()) >= count, PATIENCE)
        return self.threads()[-1]

    def shown(self, head: Params) -> list[str]:
        """Give what the bot says in a thread."""
        found = [one for one in self.slack.of_bot(f"{ROOM}.{head['ts']}") if one["ts"] != head["ts"]]
        return [self.slack.look(one).text if one["blocks"] else str(one.get("files")) for one in found]

    async def sees(self, head: Params, text: str) -> None:
        """Wait until the bot says something there."""
        await self.slack.until(lambda: any(text in one for one in self.shown(head)), PATIENCE)

    async def whispered(self, text: str) -> Params:
        """Wait until a member alone is told something."""
        await self.slack.until(lambda: any(text in one["text"] for one in self.slack.whispers), PATIENCE)
        return next(one for one in self.slack.whispers if text in one["text"])

    async def write(self, head: Params | None, text: str, by: str = ANN, *, times: int = 1, **more: Any) -> Params:
        """Let a member write in a thread, or in the channel."""
        where = {"thread_ts": head["ts"]} if head is not None else {}
        kept = self.slack.keep(ROOM, user=by, text=text, **where)
        event = message(ROOM, by, kept["ts"], text, **where, **more)
        event["text"] = re.sub(r"&lt;(@\w+|!here)&gt;", r"<\1>", event["text"])
        for _ in range(times):
            assert (await self.slack.events.happen(event)).taken
        return event

    async def press(self, head: Params, label: str, by: str = ANN) -> None:
        """Press a button below the first message of a thread."""
        (block,) = [one for one in head["blocks"] if one["type"] == "actions"]
        (element,) = [one for one in block["elements"] if one["text"]["text"] == label]
        means = self.slack.events.means(ROOM, by, head["ts"])
        payload = pressing(head, ROOM, self.slack.users[by], element, means, block.get("block_id", "b"))
        assert (await self.slack.events.interact(payload)).taken


def channels_of(slack: Slack, mode: str = "socket", **more: Any) -> dict[str, Connector]:
    connector = connector_of(slack, mode, **{"desk": ROOM, **more})
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_chat=0, per_second=0)
    return {"slack": connector}


@asynccontextmanager
async def staffed(
    directory: Path, slack: Slack, mode: str = "socket", *, command: str = "/botkit", **channels: Connector
) -> AsyncIterator[Bot]:
    every = {**channels_of(slack, mode, command=command), **channels}
    write_bot(directory)
    async with (
        reached(slack, every["slack"], mode),
        await Bot.load(directory, store="sqlite://", connectors=lambda _: every) as bot,
    ):
        await bot.receive()
        yield bot


async def ask_for_somebody(customers: Customers, chat: str = MIA) -> None:
    for number, text in enumerate(("/care", "X1")):
        assert await customers.deliver(chat, f"{chat}-{number}", text)


def told(slack: Slack, chat: str = MIA) -> list[str]:
    return [slack.look(one).text for one in slack.of_bot(chat)]


async def tells(slack: Slack, text: str, chat: str = MIA) -> None:
    await slack.until(lambda: text in told(slack, chat), PATIENCE)


async def test_a_thread_for_a_hand_off(slack: Slack, customers: Customers, tmp_path: Path, mode: str) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack, mode) as bot:
        await ask_for_somebody(customers)
        head = await team.thread()
        sight = slack.look(head)
        assert sight.text.startswith("● Mia Chen · slack → care\nabout X1\nThe code: X1\n")
        assert sight.labels == ("Take", "Give back", "Close")
        await team.sees(head, "Customer: /care")
        assert await customers.deliver(MIA, "q", "<are> *you* there? 4111 1111 1111 1111")
        await team.sees(head, "Customer: <are> *you* there?")
        assert "1111" not in str(team.shown(head))

        await team.write(head, "Good morning!", times=3)
        await tells(slack, "Good morning!")
        (reply,) = [one for one in slack.of_bot(MIA) if slack.look(one).text == "Good morning!"]
        assert reply["username"] == "Ann Lee"
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) has it.")
        await team.write(head, "And I?", by=BOB)
        await team.sees(head, f"▸ Not sent: Ann Lee (slack {ANN}) has it.")
        await team.write(head, "note: he is in a hurry")
        await team.press(head, "Close", by=BOB)
        await team.sees(head, f"▸ Not done: Ann Lee (slack {ANN}) has it.")
        await team.press(head, "Take")
        assert (await team.whispered("You have it already."))["user"] == ANN
        await team.press(head, "Give back")
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) gave it back to the bot.")
        assert not [text for text in (*told(slack), *team.shown(head)) if "hurry" in text or "And I" in text]
        lines = (await bot.desk.look(f"slack:{MIA}")).lines
        assert ("note", "he is in a hurry") in [(line.who, line.text) for line in lines]
        await team.write(head, "One more thing")
        await team.whispered("Not sent: the conversation is the bot's")
        assert told(slack).count("Good morning!") == 1


async def test_the_head_of_a_thread_says_how_it_stands(
    slack: Slack, customers: Customers, tmp_path: Path, mode: str
) -> None:
    team = Team(slack)

    def shows(text: str, *labels: str) -> bool:
        sight = slack.look(team.threads()[-1])
        return sight.text.endswith(f"\n{text}") and sight.labels == labels

    async with staffed(tmp_path, slack, mode):
        await ask_for_somebody(customers)
        head = await team.thread()
        assert slack.look(head).labels == ("Take", "Give back", "Close")
        await team.write(head, "Good morning!")
        buttons = "Take", "Give back", "Close"
        await slack.until(lambda: shows(f"▸ Ann Lee (slack {ANN}) has it.", *buttons), PATIENCE)
        slack.trouble["chat.update"] = [RefusalError("fatal_error")]  # it is told in the thread all the same
        await team.write(head, f"<@{BOT_USER}> return")
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) gave it back to the bot.")
        await customers.deliver(MIA, "again", "/orders")
        second = await team.thread(2)
        await team.press(second, "Take", by=BOB)
        await slack.until(lambda: shows(f"▸ Bob (slack {BOB}) has it.", *buttons), PATIENCE)
        await team.press(second, "Close", by=BOB)
        await slack.until(lambda: shows(f"✓ Bob (slack {BOB}) closed it."), PATIENCE)


async def test_nothing_waits_until_a_member_has_read_an_answer(
    slack: Slack, customers: Customers, tmp_path: Path, mode: str
) -> None:
    team = Team(slack)
    slack.trouble["chat.postEphemeral"] = [Event().wait]
    async with staffed(tmp_path, slack, mode):
        await ask_for_somebody(customers)
        head = await team.thread()
        await team.press(head, "Take")
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) has it.")
        await team.press(head, "Take")  # what she is told of that never comes
        await team.press(head, "Take")
        await team.whispered("You have it already.")


async def test_nobody_is_told_of_a_command_that_is_another_ones(
    slack: Slack, customers: Customers, tmp_path: Path
) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack, command="/desk"):
        await ask_for_somebody(customers)
        head = await team.thread()
        await slack.events.command(ROOM, ANN, "/desk", "help")
        await team.whispered("the bot's command")
        await team.press(head, "Take")
        await team.press(head, "Give back")
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) gave it back to the bot.")
        await team.write(head, "One more thing")
        await team.whispered("Not sent: the conversation is the bot's")
    assert not [one["text"] for one in slack.whispers if "/botkit" in one["text"]]


async def test_what_was_stopped_opens_nothing(slack: Slack) -> None:
    connector = connector_of(slack, desk=ROOM)
    await connector.stop()
    assert connector.room is not None
    assert connector.room.upload is not None
    with pytest.raises(ApiError, match="not running"):
        await connector.room.upload(f"{slack.base}/upload/x", b"x")
    assert connector._api is None


async def test_commands(slack: Slack, customers: Customers, tmp_path: Path, mode: str) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack, mode):
        await ask_for_somebody(customers)
        head = await team.thread()
        await slack.events.command(ROOM, ANN, "/botkit", "close")
        await team.whispered("You have no conversations")
        await slack.events.command(ROOM, ANN, "/botkit", "")
        await team.whispered(members.HELP[:60])
        await team.write(head, f"<@{BOT_USER}> take")
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) has it.")
        await slack.events.command(ROOM, ANN, "/botkit", " Close ")
        await team.sees(head, f"▸ Ann Lee (slack {ANN}) closed it.")
        assert not [text for text in told(slack) if "take" in text]


@pytest.mark.parametrize(
    ("text", "whisper"),
    [
        (f"<@{BOT_USER}> clsoe", members.HELP[:60]),
        (f"<@{BOT_USER}> close it please", "Not sent to the customer."),
        (f"please close it, <@{BOT_USER}>", "Not sent to the customer."),
        (f"<@{BOB}> can you look?", members.CALLS),
        ("<!here> who knows lamps?", members.CALLS),
        (f"// <@{BOB}> can you look?", members.NOTED),
    ],
)
async def test_what_is_for_the_app_or_a_colleague_goes_to_no_customer(
    slack: Slack, customers: Customers, tmp_path: Path, text: str, whisper: str
) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack):
        await ask_for_somebody(customers)
        head = await team.thread()
        await team.write(head, "Hello.")
        await tells(slack, "Hello.")
        before = told(slack)
        await team.write(head, text)
        await team.whispered(whisper)
        await team.write(head, "And then?")
        await tells(slack, "And then?")
        assert told(slack) == [*before, "And then?"]


async def test_files(slack: Slack, customers: Customers, tmp_path: Path) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack):
        await ask_for_somebody(customers)
        head = await team.thread()
        file = Attachment("invoice.pdf", "application/pdf", b"%PDF-1.4 mine")
        assert await customers.attach(MIA, "f1", "here", [file])
        await team.sees(head, "invoice.pdf', 'size'")
        assert b"%PDF-1.4 mine" in [one["content"] for name, one in slack.files.items() if not name.startswith("Ff1")]
        slack.scopes.discard("files:write")
        assert await customers.attach(MIA, "f2", "and", [Attachment("two.pdf", "application/pdf", b"%PDF-1.4 two")])
        await team.sees(head, "two.pdf cannot be shown here")
        await team.write(head, "Thanks", subtype="file_share", files=[{"id": "F1", "name": "x.pdf", "size": 1}])
        await tells(slack, "Thanks")
        await team.whispered(members.NO_FILES)


async def test_it_is_the_teams_and_no_customers(slack: Slack, customers: Customers, tmp_path: Path) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack) as bot:
        await team.write(None, f"<@{BOT_USER}> /care hello")
        elsewhere = slack.keep(ROOM, user=BOB, text="lunch?")
        await team.write(elsewhere, "soup")
        assert list(await bot.store.conversations()) == []
        await ask_for_somebody(customers)
        head = await team.thread()
        event = await team.write(head, "Hello.")
        await tells(slack, "Hello.")
        now = {**event, "text": "Hello!!", "edited": {"user": ANN, "ts": "1780000009.000001"}}
        changed: Params = {
            "type": "message",
            "subtype": "message_changed",
            "channel": ROOM,
            "ts": "1780000009.000002",
        }
        changed |= {"message": now, "previous_message": event, "hidden": True}
        assert (await slack.events.happen(changed)).taken
        await team.whispered("an edit does not reach them")
        assert "Hello!!" not in told(slack)


async def test_trouble_of_the_platform(slack: Slack, customers: Customers, tmp_path: Path) -> None:
    team = Team(slack)
    async with staffed(tmp_path, slack) as bot:
        slack.channels[ROOM]["is_member"] = False
        await ask_for_somebody(customers)
        assert [case.conversation for case in await bot.desk.cases()] == [f"slack:{MIA}"]
        await slack.until(lambda: len(told(slack)) >= 2, PATIENCE)
        slack.channels[ROOM]["is_member"] = True
        head = await team.thread()
        await team.sees(head, "Customer: /care")
        slack.trouble["chat.postMessage"] = [slow(0), RefusalError("thread_not_found")]
        await customers.deliver(MIA, "q", "hello?")
        new = await team.thread(2)
        await team.sees(new, "Customer: hello?")


async def test_a_customer_of_the_page(slack: Slack, tmp_path: Path) -> None:
    team = Team(slack)
    web = build_web(WebSettings(), BotInfo(secret="x" * 40))
    with contextlib.ExitStack() as stack:
        door = stack.enter_context(listening())
        url = f"ws://127.0.0.1:{door.getsockname()[1]}/web/socket"
        async with (
            staffed(tmp_path, slack, web=web),
            served(Starlette(routes=list(web.routes())), door),
            connect(url) as page,
        ):
            await page.send(json.dumps({"type": "hello"}))
            for number, text in enumerate(("/care", "X1", "hello?")):
                await page.send(json.dumps({"type": "message", "id": f"m{number}", "text": text}))
            head = await team.thread()
            await team.sees(head, "Customer: hello?")
            await team.write(head, "I am here.")
            reply: Any = {}
            async with timeout(PATIENCE):
                while reply.get("text") != "I am here.":
                    reply = json.loads(await page.recv())
            assert (reply["agent"], reply["owner"]) == ("Ann Lee", "human")
            await page.send(json.dumps({"type": "message", "id": "m9", "text": "good"}))
            await team.sees(head, "Customer: good")
            await team.press(head, "Close")
            await team.sees(head, f"▸ Ann Lee (slack {ANN}) closed it.")
            async with timeout(PATIENCE):  # else the head of the page would say that Ann is there
                while not reply.get("text", "").startswith("This conversation is closed."):
                    reply = json.loads(await page.recv())
            assert (reply["agent"], reply["owner"]) == ("", "")


async def test_a_customer_on_telegram(slack: Slack, tmp_path: Path) -> None:
    team = Team(slack)
    async with serving_telegram() as api:
        telegram = telegram_of(api)
        telegram.capabilities = msgspec.structs.replace(telegram.capabilities, per_chat=0, per_second=0)
        async with staffed(tmp_path, slack, telegram=telegram):
            customers = TelegramCustomers(api)
            for number, text in enumerate(("/care", "X1", "hello?")):
                assert await customers.push({"message": said("815", number + 1, text=text)})
            head = await team.thread()
            assert slack.look(head).text.startswith("● Mia Chen · telegram → care")
            await team.sees(head, "Customer: hello?")
            await team.write(head, "I am *here*.")
            await api.until(lambda: "Ann Lee\nI am here." in [one["text"] for one in api.messages[815]], PATIENCE)
            assert await customers.push({"message": said("815", 9, text="good")})
            await team.sees(head, "Customer: good")


# Settings, and what nobody expects


@pytest.mark.parametrize(
    ("desk", "places"),
    [(ROOM, {"default": ROOM}), ("", {}), (None, {}), ({"care": f" {ROOM} "}, {"care": ROOM})],
)
def test_the_channels_of_teams(desk: Any, places: dict[str, str]) -> None:
    assert SlackSettings.model_validate({"bot_token": "xoxb-1", "desk": desk}).desk == places


@pytest.mark.parametrize("desk", ["#care", "D1001", 7, [ROOM], {"care": "x"}])
def test_what_is_no_channel(desk: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        SlackSettings.model_validate({"bot_token": "xoxb-1", "desk": desk})


def test_a_team_that_the_bot_does_not_have(tmp_path: Path) -> None:
    write_bot(tmp_path)
    with (tmp_path / "bot.yaml").open("a", encoding="utf-8") as config:
        config.write(f"channels: {{slack: {{bot_token: xoxb-1, app_token: xapp-1, desk: {{car: {ROOM}}}}}}}\n")
    problems = [one for one in check_directory(tmp_path).errors if one.code == "unknown-team"]
    assert [(one.message, "care" in one.hint) for one in problems] == [
        ("channels.slack: there is no team 'car'", True)
    ]


@pytest.mark.parametrize("title", ["", "\u202e\x00", "x" * 500, "<!channel> & <@U71>", "李 雷 😀" * 60])
async def test_whatever_it_says_calls_nobody(slack: Slack, title: str) -> None:
    Team(slack)
    (connector,) = channels_of(slack).values()
    assert isinstance(connector, SlackConnector)
    room = connector.room
    assert room is not None
    lines = (Line(1, 0.0, "customer", title), Line(2, 0.0, "event", title), Line(3, 0.0, "customer", title * 40))
    brief = Brief("web:1", "web", title, "care", title * 20, ((title, title * 10),) * 10, lines)
    thread = await room.open(ROOM, brief)
    await room.brief(thread, brief)
    await room.post(thread, "web:1", lines)
    await room.post(thread, "web:1", [Line(4, 0.0, "customer", "x", files=(File(name="gone", ref="0" * 64),))])
    await room.mark(thread, title)
    await room.close(thread, title * 20)
    for shown in slack.of_bot(ROOM):
        assert not slack.look(shown).calls
    await connector.stop()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "event_callback"},
        {"type": "event_callback", "event": {"channel": ROOM, "type": "member_joined_channel"}},
        {"type": "event_callback", "event": {"channel": ROOM, "type": "message", "bot_id": "B1", "text": "x"}},
        {"type": "event_callback", "event": {"channel": ROOM, "type": "message", "user": "U1", "text": None}},
        {"type": "block_actions", "user": {"id": "U1"}, "channel": {"id": ROOM}, "actions": []},
        {
            "type": "block_actions",
            "user": {"id": "U1"},
            "container": {"channel_id": ROOM, "message_ts": "1.1"},
            "actions": [{"action_id": "x"}],
        },
    ],
)
def test_what_means_nothing(body: dict[str, Any]) -> None:
    room = SlackRoom({"default": ROOM})
    assert not room.owns(body) or room.read(body, Me("U0")) is None


async def test_before_it_runs_nothing_is_shown() -> None:
    with pytest.raises(DeliveryError):
        await SlackRoom({"default": ROOM}).open(ROOM, Brief("web:1", "web", "Mia", "care", ""))


class Refusing:
    """A Slack that refuses: `told` by its method, or by the method and a word of the text, once for each."""

    def __init__(self, **told: list[ApiError]) -> None:
        self.told = told
        self.said: list[str] = []
        self.room = SlackRoom({"default": ROOM})
        self.room.call, self.room.upload = self.call, self.upload

    async def call(self, method: str, params: Params) -> Params:
        if refusals := self.told.get(method.partition(".")[0]):
            raise refusals.pop(0)
        if method == "chat.postMessage":
            self.said.append(params["text"].strip())
        return {"ts": "1.1", "upload_url": "u", "file_id": "F1"}

    async def upload(self, _: str, __: bytes) -> None:
        if refusals := self.told.get("upload"):
            raise refusals.pop(0)

    async def post(self, line: Line, thread: str = f"{ROOM}.1.1") -> bool | None:
        """Post; gives whether the thread is gone, None where nothing was refused."""
        try:
            await self.room.post(thread, "web:1", [line])
        except DeliveryError as error:
            return error.permanent
        return None


class Reading:
    """An intake that has a file."""

    def read(self, *_: str) -> AsyncIterator[bytes]:
        async def parts() -> AsyncIterator[bytes]:
            yield b"mine"

        return parts()


BILL = Line(1, 0.0, "customer", "my bill", files=(File(name="bill.pdf", ref="0" * 64),))
UNSHOWN = "The file bill.pdf cannot be shown here: botkit desk has it."


@pytest.mark.parametrize(
    ("refusal", "posts"),
    [
        (ApiError(403, ""), 1),
        (ApiError(413, ""), 1),
        (ApiError(200, "file_uploads_disabled"), 1),
        (ApiError(0, "ClientConnectorError"), 3),
        (ApiError(500, ""), 3),
        (ApiError(429, ""), 3),
    ],
)
async def test_a_file_that_is_not_taken_is_told(refusal: ApiError, posts: int) -> None:
    slack = Refusing(upload=[refusal] * 9)
    slack.room.attend(cast("RoomIntake", Reading()))
    for _ in range(posts - 1):
        assert await slack.post(BILL) is False
    assert await slack.post(BILL) is None
    assert slack.said == ["Customer: my bill", UNSHOWN]


async def test_a_file_waits_where_slack_asks_to() -> None:
    slack = Refusing(files=[ApiError(429, "ratelimited", retry_after=1.0) for _ in range(9)])
    slack.room.attend(cast("RoomIntake", Reading()))
    for _ in range(9):
        assert await slack.post(BILL) is False
    assert await slack.post(BILL) is None
    assert slack.said == ["Customer: my bill"]


@pytest.mark.parametrize(
    ("thread", "codes", "gone", "said"),
    [
        (f"{ROOM}.1.1", ["thread_not_found"], True, []),
        (f"{ROOM}.1.1", ["invalid_blocks"], None, ["Something cannot be shown here: botkit desk has it."]),
        (f"{ROOM}.1.1", ["restricted_action_non_threadable_channel"] * 2, False, []),
        (f"{ROOM}.1.1", ["is_archived"] * 2, False, []),
        (f"{ROOM}.1.1", ["invalid_blocks", "thread_not_found"], True, []),
        ("COLD.1.1", ["is_archived"], True, []),
    ],
)
async def test_only_a_thread_that_is_not_there_is_gone(
    thread: str, codes: list[str], gone: bool | None, said: list[str]
) -> None:
    slack = Refusing(chat=[ApiError(200, code) for code in codes])
    assert await slack.post(Line(1, 0.0, "customer", "hi"), thread) is gone
    assert slack.said == said


class Hearing:
    """An intake that knows one thread, and what is done in it."""

    async def knows(self, thread: str) -> bool:
        return thread == f"{ROOM}.1.1"

    async def said(self, *_: Any, files: int = 0, **__: Any) -> str:
        return members.NO_FILES if files else ""

    async def did(self, *_: Any) -> str:
        return "not there"


class Nobody:
    async def look(self, user: str) -> Person:
        return Person({"id": user})


def _event(**more: Any) -> Params:
    said = {"type": "message", "channel": ROOM, "user": ANN, "ts": "9.1", "text": "Your refund is on the way"}
    return {"type": "event_callback", "event": said | more}


PRESSED: Params = {
    "type": "block_actions",
    "user": {"id": ANN},
    "container": {"channel_id": ROOM, "message_ts": "2.1"},
    "actions": [{"action_id": "desk_take", "action_ts": "3"}],
}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (_event(thread_ts="2.1", parent_user_id=BOT_USER), "Not sent: this thread is of no conversation any more."),
        (PRESSED, "not there"),
        (_event(thread_ts="1.1", parent_user_id=BOT_USER), ""),
        (_event(thread_ts="2.1", parent_user_id=BOB), ""),
        (_event(thread_ts="2.1"), ""),
        (_event(), ""),
    ],
)
async def test_who_writes_where_nobody_is_any_more_is_told_so(body: Params, told: str) -> None:
    slack = Refusing()
    slack.room.attend(cast("RoomIntake", Hearing()))
    written = slack.room.read(body, Me(BOT_USER))
    assert written is not None
    assert await slack.room.take(written, cast("People", Nobody())) == told
