"""A team in a Telegram group: with topics and without, by both libraries, as a process that is killed."""

import contextlib
import json
import os
import re
import sys
from asyncio import create_subprocess_exec, subprocess, timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import pydantic
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import connect

from botkit import Bot, BotInfo, Brief, DeliveryError, Line, RoomIntake
from botkit.app import members, rooms
from botkit.app.directories import check_directory
from botkit.app.serving import Address, listen
from botkit.model.values import File
from botkit_telegram import TelegramConnector, TelegramSettings, build, examine
from botkit_telegram.drivers import ApiError
from botkit_telegram.rooms import TelegramRoom, _asked
from botkit_telegram.updates import User
from botkit_web import WebSettings
from botkit_web import build as build_web
from tests.integration.rooming import write_bot
from tests.serving import served
from tests.telegram.api import ME, TOKEN, BotApi, RefusalError
from tests.telegram.platform import said
from tests.telegram.teaming import ANN, BOB, GROUP, PATIENCE, Team

MIA = 815
CARD = "4111 1111 1111 1111"


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "BREATH", 0.001)
    monkeypatch.setattr(rooms, "BETWEEN", 0.05)
    monkeypatch.setattr(rooms, "FIRST_PAUSE", 0.01)


def channel(api: BotApi, driver: str, **settings: Any) -> TelegramConnector:
    given = {"token": TOKEN, "api_base": api.base, "driver": driver, "desk": GROUP, **settings}
    made = build(TelegramSettings.model_validate(given), BotInfo())
    assert isinstance(made, TelegramConnector)
    made.capabilities = msgspec.structs.replace(made.capabilities, per_second=0, per_chat=0)
    return made


@asynccontextmanager
async def staffed(directory: Path, api: BotApi, driver: str, **settings: Any) -> AsyncIterator[Bot]:
    connector = channel(api, driver, **settings)
    write_bot(directory)
    async with await Bot.load(directory, store="sqlite://", connectors=lambda _: {"telegram": connector}) as bot:
        await bot.receive()
        yield bot


async def ask_for_somebody(team: Team, chat: int = MIA) -> None:
    """Let a customer come into the queue."""
    for number, text in enumerate(("/care", "X1")):
        assert await team.customers.push({"message": said(str(chat), 10 + number, text=text)})


async def test_a_topic_for_a_hand_off(api: BotApi, driver: str, tmp_path: Path) -> None:
    team = Team(api)
    async with staffed(tmp_path, api, driver) as bot:
        await ask_for_somebody(team)
        topic = await team.topic()
        assert api.forums[GROUP][topic] == "Mia Chen · about X1"
        head = await team.sees("The code: X1", topic)
        assert head["text"].startswith("● Mia Chen · telegram → care\nabout X1\n")
        assert "Customer: /\u2060care" in head["text"]
        assert [one["text"] for row in head["markup"] for one in row] == ["Take", "Give back", "Close"]

        assert await team.customers.push({"message": said(str(MIA), 20, text=f"<b>are</b> you there? {CARD}")})
        shown = await team.sees("Customer: <b>are</b> you there?", topic)
        assert CARD not in shown["text"]
        await team.write(topic, "Good *morning*!")
        await team.tells(MIA, "Ann Lee\nGood morning!")
        await team.sees("▸ Ann Lee (telegram 71) has it.", topic)
        await team.write(topic, "And I?", by=BOB)
        await team.sees("▸ Not sent: Ann Lee (telegram 71) has it.", topic)
        await team.write(topic, "// he is in a hurry")
        assert await team.press(head, "Close", by=BOB) == ""
        await team.sees("▸ Not done: Ann Lee (telegram 71) has it.", topic)
        assert await team.press(head, "Take") == "You have it already."
        assert await team.press(head, "Give back") == ""
        await team.sees("▸ Ann Lee (telegram 71) gave it back to the bot.", topic)
        await api.until(lambda: topic in api.closed.get(GROUP, ()), PATIENCE)
        assert all("hurry" not in text for text in (*team.told(MIA), *team.shown(topic)))
        lines = (await bot.desk.look(f"telegram:{MIA}")).lines
        assert ("note", "he is in a hurry") in [(line.who, line.text) for line in lines]
        told = await team.write(topic, "One more thing")
        answer = await team.sees("Not sent: the conversation is the bot's", topic)
        assert answer["quotes"] == told["message_id"]


async def test_replies_where_there_are_no_topics(api: BotApi, driver: str, tmp_path: Path) -> None:
    team = Team(api, topics=False)
    async with staffed(tmp_path, api, driver):
        await ask_for_somebody(team)
        await ask_for_somebody(team, 816)
        await api.until(lambda: len([one for one in team.shown() if one.startswith("●")]) == 2, PATIENCE)
        heads = [one for one in api.messages[GROUP] if one["text"].startswith("●")]
        for head, chat in zip(heads, (MIA, 816), strict=True):
            assert await team.customers.push({"message": said(str(chat), 20, text=f"I am {chat}")})
            line = await team.sees(f"#c{head['id']} Customer: I am {chat}")
            assert line["quotes"] == head["id"]
            await team.write(0, f"Hello {chat}", to=line)
            await team.tells(chat, f"Ann Lee\nHello {chat}")
            await team.write(0, f"Bye {chat}", to=head)
            await team.tells(chat, f"Ann Lee\nBye {chat}")
        await team.write(0, "what is for lunch?")
        await team.write(0, "/botkit close")
        await team.sees("You have 2 conversations")
        await team.press(heads[0], "Close")
        await team.sees(f"#c{heads[0]['id']} ▸ Ann Lee (telegram 71) closed it.")
        await api.until(lambda: not heads[0]["markup"], PATIENCE)
        assert heads[1]["markup"], "that one goes on"
        await team.write(0, "/botkit@acme_bot close")
        await team.sees(f"#c{heads[1]['id']} ▸ Ann Lee (telegram 71) closed it.")
        assert not [text for chat in (MIA, 816) for text in team.told(chat) if "lunch" in text or "botkit" in text]


async def test_files_and_places(api: BotApi, driver: str, tmp_path: Path) -> None:
    team = Team(api)
    async with staffed(tmp_path, api, driver):
        await ask_for_somebody(team)
        topic = await team.topic()
        upload = team.customers.upload("f1", b"%PDF-1.4 my invoice", "invoice.pdf", "application/pdf")
        assert await team.customers.push({"message": said(str(MIA), 20, document=upload, caption="here")})
        shown = await team.sees("invoice.pdf", topic)
        await api.until(lambda: any(one["file"] for one in api.messages[GROUP]), PATIENCE)
        (file,) = [one for one in api.messages[GROUP] if one["file"]]
        assert (file["file"], file["content"], file["topic"]) == ("invoice.pdf", b"%PDF-1.4 my invoice", topic)
        assert shown["text"].startswith("Customer: here")
        place = {"latitude": 52.5, "longitude": 13.4}
        assert await team.customers.push({"message": said(str(MIA), 21, location=place)})
        await team.sees("52.5, 13.4", topic)
        await team.write(topic, "", photo=[upload], caption="see this")
        await team.tells(MIA, "Ann Lee\nsee this")
        await team.sees(members.NO_FILES, topic)


async def test_no_right_to_open_topics(api: BotApi, driver: str, tmp_path: Path) -> None:
    team = Team(api)
    api.may_manage = False
    async with staffed(tmp_path, api, driver):
        await ask_for_somebody(team)
        head = await team.sees("● Mia")
        await team.write(0, "Hello.", to=head)
        await team.tells(MIA, "Ann Lee\nHello.")


async def test_trouble_of_the_platform(api: BotApi, tmp_path: Path) -> None:
    team = Team(api)
    api.trouble["createForumTopic"] = [RefusalError(500, "Internal Server Error"), RefusalError(500, "again")]
    async with staffed(tmp_path, api, "aiogram"):
        await ask_for_somebody(team)
        topic = await team.topic()
        await team.sees("● Mia", topic)
        del api.forums[GROUP][topic]
        assert await team.customers.push({"message": said(str(MIA), 20, text="hello?")})
        api.forums[GROUP][0] = "kept"
        await api.until(lambda: max(api.forums[GROUP]) > topic, PATIENCE)
        await team.sees("hello?", max(api.forums[GROUP]))


async def test_it_is_the_teams_and_no_customers(api: BotApi, driver: str, tmp_path: Path) -> None:
    team = Team(api)
    async with staffed(tmp_path, api, driver) as bot:
        await team.write(0, "@acme_bot /care hello")
        await team.write(77, "hello there")
        edited = team.written(77, "hello again", edit_date=2)
        assert await team.customers.push({"edited_message": edited})
        service = team.written(77, "", forum_topic_created={"name": "x", "icon_color": 1})
        assert await team.customers.push({"message": service})
        gone = {"chat": {"id": GROUP, "type": "supergroup"}, "from": ANN, "new_chat_member": {"status": "left"}}
        assert await team.customers.push({"my_chat_member": {**gone, "date": 1}})
        assert list(await bot.store.conversations()) == []
        await ask_for_somebody(team)
        topic = await team.topic()
        assert await team.customers.push({"edited_message": team.written(topic, "hello again", edit_date=2)})
        await team.sees("an edit does not reach them", topic)
        anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        await team.write(
            topic, "From the boss.", by=anonymous, sender_chat={"id": GROUP, "type": "supergroup", "title": "Team"}
        )
        await team.tells(MIA, "Team\nFrom the boss.")


async def test_by_the_webhook_an_update_that_comes_again_is_one(api: BotApi, tmp_path: Path) -> None:
    team = Team(api)
    with contextlib.ExitStack() as stack:
        door = stack.enter_context(listen(Address(port=0)))
        url = f"http://127.0.0.1:{door.getsockname()[1]}/telegram"
        async with (
            staffed(tmp_path, api, "aiogram", mode="webhook", webhook_url=url) as bot,
            served(Starlette(routes=list(bot.connectors["telegram"].routes())), door),
        ):
            await ask_for_somebody(team)
            topic = await team.topic()
            update = {"update_id": 7, "message": team.written(topic, "Hello.")}
            assert [await api.post(update) for _ in range(3)] == [200] * 3
            await team.write(topic, "Bye.")
            await team.tells(MIA, "Ann Lee\nBye.")
    assert [text for text in team.told(MIA) if text.startswith("Ann")] == ["Ann Lee\nHello.", "Ann Lee\nBye."]


async def test_a_customer_of_the_page_and_a_team_on_telegram(api: BotApi, tmp_path: Path) -> None:
    team = Team(api)
    connector, web = channel(api, "aiogram"), build_web(WebSettings(), BotInfo(secret="x" * 40))
    channels = {"telegram": connector, "web": web}
    write_bot(tmp_path)
    async with await Bot.load(tmp_path, store="sqlite://", connectors=lambda _: channels) as bot:
        await bot.receive()
        with listen(Address(port=0)) as door:
            url = f"ws://127.0.0.1:{door.getsockname()[1]}/web/socket"
            async with served(Starlette(routes=list(web.routes())), door), connect(url) as page:
                await page.send(json.dumps({"type": "hello"}))
                for number, text in enumerate(("/care", "X1", "hello?")):
                    await page.send(json.dumps({"type": "message", "id": f"m{number}", "text": text}))
                topic = await team.topic()
                await team.sees("Customer: hello?", topic)
                await team.write(topic, "I am here.")
                reply: Any = {}
                async with timeout(PATIENCE):
                    while reply.get("text") != "I am here.":
                        reply = json.loads(await page.recv())
                assert (reply["agent"], reply["owner"]) == ("Ann Lee", "human")
                await page.send(json.dumps({"type": "message", "id": "m9", "text": "good"}))
                await team.sees("Customer: good", topic)
                await team.write(topic, "/close")
                await api.until(lambda: topic in api.closed.get(GROUP, ()), PATIENCE)


# As a process


@asynccontextmanager
async def running(directory: Path, api: BotApi) -> AsyncIterator[subprocess.Process]:
    """Run `botkit run`."""
    config = (directory / "bot.yaml").read_text(encoding="utf-8")
    if "channels:" not in config:
        telegram = f'{{token: "${{TELEGRAM_TOKEN}}", api_base: "{api.base}", desk: "${{TEAM}}"}}'
        config += f"channels:\n  web: {{}}\n  telegram: {telegram}\n"
        (directory / "bot.yaml").write_text(config, encoding="utf-8")
    env = {**os.environ, "BOTKIT_PORT": "0", "TELEGRAM_TOKEN": TOKEN, "TEAM": str(GROUP)}
    command = [sys.executable, "-m", "botkit", "run", str(directory), "--no-reload"]
    process = await create_subprocess_exec(*command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def test_killed_in_between_nothing_is_lost(api: BotApi, tmp_path: Path) -> None:
    """Killed in the middle of what is mirrored, and with a member's message on its way."""
    team = Team(api)
    write_bot(tmp_path)
    lines = [f"line {number}" for number in range(3)]
    for number, text in enumerate(("/care", "X1", *lines)):
        await api.put({"update_id": api.next_update(), "message": said(str(MIA), 10 + number, text=text)})
    async with running(tmp_path, api) as process:
        topic = await team.topic()
        await team.sees("● Mia", topic)
        await api.put({"update_id": api.next_update(), "message": team.written(topic, "Hello.")})
        await team.tells(MIA, "Ann Lee\nHello.")
        process.kill()
    for text in ("How are you?", "/close"):
        await api.put({"update_id": api.next_update(), "message": team.written(topic, text)})
    async with running(tmp_path, api):
        await team.tells(MIA, "Ann Lee\nHow are you?")
        await api.until(lambda: topic in api.closed.get(GROUP, ()), PATIENCE)
    assert len(api.forums[GROUP]) == 1
    shown = re.findall(r"Customer: (line \d)", "\n".join(team.shown(topic)))
    assert list(dict.fromkeys(shown)) == lines
    by_ann = [text.partition("\n")[2] for text in team.told(MIA) if text.startswith("Ann Lee")]
    assert list(dict.fromkeys(by_ann)) == ["Hello.", "How are you?"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("@acme_bot close", "/botkit close"),
        ("Close, @Acme_Bot", "/botkit Close,"),
        ("close @acme_bot", "/botkit close"),
        ("@acme_bot", "/botkit help"),
        ("@acme_bot please close it", "/botkit help"),
        ("/close@acme_bot", "/close@acme_bot"),
        ("mail me@acme_bot", "mail me@acme_bot"),
        ("@acme_bot2 helps", "@acme_bot2 helps"),
        ("Hello.", "Hello."),
    ],
)
def test_who_speaks_to_the_bot_does_not_speak_to_the_customer(text: str, taken: str) -> None:
    assert _asked(text, msgspec.convert(ME, User)) == taken


# Settings, and what nobody expects


@pytest.mark.parametrize(
    ("desk", "places"),
    [
        (GROUP, {"default": GROUP}),
        (f" {GROUP} ", {"default": GROUP}),
        ("", {}),
        (None, {}),
        ({"care": str(GROUP), "default": -5}, {"care": GROUP, "default": -5}),
    ],
)
def test_the_groups_of_teams(desk: Any, places: dict[str, int]) -> None:
    assert TelegramSettings.model_validate({"token": TOKEN, "desk": desk}).desk == places


@pytest.mark.parametrize("desk", [815, "@team", [GROUP], {"care": "x"}, {"care": 7}, True])
def test_what_is_no_group(desk: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        TelegramSettings.model_validate({"token": TOKEN, "desk": desk})


def test_a_team_that_the_bot_does_not_have(tmp_path: Path) -> None:
    write_bot(tmp_path)
    with (tmp_path / "bot.yaml").open("a", encoding="utf-8") as config:
        config.write(f'channels: {{telegram: {{token: "{TOKEN}", desk: {{ordres: {GROUP}, default: {GROUP}}}}}}}\n')
    problems = [one for one in check_directory(tmp_path).errors if one.code == "unknown-team"]
    assert [one.message for one in problems] == ["channels.telegram: there is no team 'ordres'"]
    assert "orders" in problems[0].hint


@pytest.mark.parametrize(
    ("topics", "manages", "gone", "fine", "told"),
    [
        (True, True, False, True, "a topic for each hand-off"),
        (False, True, False, True, "a message for each hand-off"),
        (True, False, False, False, "does not read along"),
        (True, True, True, False, "is out of reach: Forbidden"),
    ],
)
async def test_the_doctor_looks_at_the_groups(
    api: BotApi, topics: bool, manages: bool, gone: bool, fine: bool, told: str
) -> None:
    Team(api, topics=topics)
    api.may_manage = manages
    if gone:
        api.blocked.add(GROUP)
    given = {"token": TOKEN, "api_base": api.base, "desk": {"care": GROUP, "default": GROUP}}
    *_, found = await examine(TelegramSettings.model_validate(given))
    assert (found.fine, told in found.what, "(care, every other team)" in found.what) == (fine, True, True)
    assert bool(found.mend) != fine


def _brief(**fields: Any) -> Brief:
    return Brief(
        **{"conversation": "web:1", "channel": "web", "title": "Mia", "team": "care", "reason": "", **fields}
    )


@pytest.mark.parametrize("title", ["", "\u202e\x00", "x" * 500, "#c99 hello", "李 雷 😀" * 60, "<b>&"])
async def test_names_may_be_anything(api: BotApi, title: str) -> None:
    Team(api)
    connector = channel(api, "aiogram")
    room = connector.room
    assert room is not None
    thread = await room.open(str(GROUP), _brief(title=title, reason=title))
    await room.brief(thread, _brief(title=title, lines=(Line(1, 0.0, "customer", title),), facts=((title, title),)))
    del api.forums[GROUP]
    room._flat.add(str(GROUP))
    flat = await room.open(str(GROUP), _brief(title=title))
    head = api.messages[GROUP][-1]
    reply = {"message_id": head["id"], "from": {"id": 4242}, "text": head["text"]}
    message = {"message_id": 1, "chat": {"id": GROUP}, "from": ANN, "text": "x", "reply_to_message": reply}
    written = room.read({"update_id": 1, "message": message}, User(4242))
    assert written is not None
    assert written.thread == flat
    await connector.stop()


async def test_a_long_talk_is_several_messages(api: BotApi) -> None:
    team = Team(api)
    connector = channel(api, "aiogram")
    assert connector.room is not None
    thread = await connector.room.open(str(GROUP), _brief())
    text = "word " * 3000
    await connector.room.post(thread, "web:1", [Line(1, 0.0, "customer", text), Line(2, 0.0, "customer", "end")])
    shown = team.shown(int(thread.partition(":t")[2]))
    assert len(shown) > 3
    assert " ".join("".join(shown).split()).startswith("Customer: word word")
    assert shown[-1].rstrip().endswith("Customer: end")
    missing = File(name="gone.txt", ref="0" * 64)
    await connector.room.post(thread, "web:1", [Line(3, 0.0, "customer", "", files=(missing,))])
    await connector.stop()


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"message": None},
        {"message": {"chat": None}},
        {"message": {"chat": {"id": GROUP}, "message_id": 1}},
        {
            "callback_query": {
                "id": "1",
                "from": ANN,
                "data": "v1/x",
                "message": {"message_id": 1, "chat": {"id": GROUP}},
            }
        },
        {"callback_query": {"id": "1", "from": ANN, "data": "desk:fly"}},
        {"message": {"chat": {"id": GROUP}, "message_id": 1, "from": {"id": 4242, "is_bot": True}, "text": "mine"}},
    ],
)
def test_what_means_nothing(update: dict[str, Any]) -> None:
    room = TelegramRoom({"default": GROUP})
    assert not room.owns(update) or room.read({"update_id": 1, **update}, User(4242)) is None
    with contextlib.suppress(ValueError):  # said to be unreadable, as any other
        assert not room.owns(update) or room.read(update, User(4242)) is None


async def test_before_it_runs_nothing_is_shown() -> None:
    with pytest.raises(DeliveryError):
        await TelegramRoom({"default": GROUP}).open(str(GROUP), _brief())


NEW = -100999


def _heard(chat: int, **more: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 50, "chat": {"id": chat}, "from": ANN, "text": "x", **more}}


@pytest.mark.parametrize(
    ("update", "thread"),
    [
        (_heard(NEW, message_thread_id=7, is_topic_message=True), f"{GROUP}:t7"),
        (
            _heard(NEW, reply_to_message={"message_id": 9, "from": {"id": 4242}, "text": "#c45 Customer: hi"}),
            f"{GROUP}:m45",
        ),
        (
            {
                "update_id": 1,
                "callback_query": {
                    "id": "q",
                    "from": ANN,
                    "data": "desk:take",
                    "message": {"message_id": 45, "chat": {"id": NEW}},
                },
            },
            f"{GROUP}:m45",
        ),
        (_heard(GROUP, message_thread_id=7, is_topic_message=True), f"{GROUP}:t7"),
    ],
)
def test_threads_keep_their_name_when_the_group_becomes_another(update: dict[str, Any], thread: str) -> None:
    room = TelegramRoom({"default": GROUP})
    room.moved = {GROUP: NEW}
    assert room.owns(update)
    written = room.read(update, User(4242))
    assert written is not None
    assert written.thread == thread


@pytest.mark.parametrize("told", [_heard(GROUP, migrate_to_chat_id=NEW), _heard(NEW, migrate_from_chat_id=GROUP)])
def test_a_group_says_that_it_becomes_another(told: dict[str, Any]) -> None:
    room = TelegramRoom({"default": GROUP})
    moved: dict[int, int] = {}
    room.moved, room.move = moved, moved.__setitem__
    room.learn(told)
    assert moved == {GROUP: NEW}


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"message": None},
        {"message": {"chat": []}},
        _heard(-5, migrate_to_chat_id=NEW),
        _heard(GROUP, migrate_to_chat_id="x"),
        _heard(GROUP, migrate_to_chat_id=GROUP),
        _heard(NEW, migrate_from_chat_id=[GROUP]),
    ],
)
def test_what_does_not_say_so(told: dict[str, Any]) -> None:
    room = TelegramRoom({"default": GROUP})
    moved: dict[int, int] = {}
    room.moved, room.move = moved, moved.__setitem__
    room.learn(told)
    assert moved == {}


async def test_a_group_that_became_another_while_no_bot_ran(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: str, params: dict[str, Any]) -> None:
        if params.get("chat_id") in (GROUP, str(GROUP)):
            raise RefusalError(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=NEW)

    team = Team(api)
    api.before, api.forums[NEW] = refuse, api.forums.pop(GROUP)
    async with staffed(tmp_path, api, "aiogram") as bot:
        written = team.written(0, "Any news?", to={"id": 3, "text": "#c3 Customer: hi"})
        assert await team.customers.push({"message": {**written, "chat": {**written["chat"], "id": NEW}}})
        assert list(await bot.store.conversations()) == [], "a member is no customer"
        await ask_for_somebody(team)
        await api.until(lambda: len(api.forums[NEW]) == 1, PATIENCE)
        (topic,) = api.forums[NEW]
        said_there = team.written(topic, "Hello.")
        assert await team.customers.push({"message": {**said_there, "chat": {**said_there["chat"], "id": NEW}}})
        await team.tells(MIA, "Ann Lee\nHello.")
    (warned,) = [one.getMessage() for one in caplog.records if "has become" in one.getMessage()]
    assert (str(GROUP) in warned, str(NEW) in warned) == (True, True)


async def test_a_group_that_is_out_of_reach_does_not_keep_the_bot_from_starting(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api.trouble["sendChatAction"] = [RefusalError(403, "Forbidden: bot was kicked")]
    async with staffed(tmp_path, api, "aiogram"):
        assert "is out of reach" in caplog.text
    asked = len(api.asks)
    connector = channel(api, "aiogram", desk=-1001234567890)
    assert connector.room is not None
    await connector._seek_groups()
    assert len(api.asks) == asked, "a supergroup stays what it is"
    await connector.stop()


class Refusing:
    """A Bot API that refuses: `told` by its method."""

    def __init__(self, **told: list[ApiError]) -> None:
        self.told = told
        self.said: list[str] = []
        self.room = TelegramRoom({"default": GROUP})
        self.room.call = self.call

    async def call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if refusals := self.told.get(method):
            raise refusals.pop(0)
        self.said.append(params.get("text", "<file>").strip())
        return {"message_id": 1}

    async def post(self, line: Line, thread: str = f"{GROUP}:t7") -> bool | None:
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
        (ApiError(413, "Request Entity Too Large"), 1),
        (ApiError(400, "Bad Request: not enough rights to send documents to the chat"), 1),
        (ApiError(0, "TimeoutError"), 3),
        (ApiError(502, "Bad Gateway"), 3),
    ],
)
async def test_a_file_that_is_not_taken_is_told(refusal: ApiError, posts: int) -> None:
    api = Refusing(sendDocument=[refusal] * 9)
    api.room.attend(cast("RoomIntake", Reading()))
    for _ in range(posts - 1):
        assert await api.post(BILL) is False
    assert await api.post(BILL) is None
    assert api.said == ["<b>Customer: </b>my bill", UNSHOWN]


@pytest.mark.parametrize(
    ("thread", "refusals", "gone", "said"),
    [
        (f"{GROUP}:t7", ["message thread not found"], True, []),
        (f"{GROUP}:t7", ["TOPIC_CLOSED"], True, []),
        (f"{GROUP}:t7", ["message is too long"], None, ["Something cannot be shown here: botkit desk has it."]),
        (f"{GROUP}:t7", ["not enough rights to send text messages to the chat"] * 2, False, []),
        (f"{GROUP}:t7", ["message is too long", "message thread not found"], True, []),
        ("-8:t7", ["not enough rights to send text messages to the chat"], True, []),
    ],
)
async def test_only_a_topic_that_is_not_there_is_gone(
    thread: str, refusals: list[str], gone: bool | None, said: list[str]
) -> None:
    api = Refusing(sendMessage=[ApiError(400, f"Bad Request: {one}") for one in refusals])
    assert await api.post(Line(1, 0.0, "customer", "hi"), thread) is gone
    assert api.said == said


class Hearing:
    """An intake that knows one thread, and what is done in it."""

    thread = f"{GROUP}:t7"

    async def knows(self, thread: str) -> bool:
        return thread == self.thread

    async def said(self, *_: Any, files: int = 0, **__: Any) -> str:
        return members.NO_FILES if files else ""


BEGAN = {"message_id": 7, "from": {"id": 4242}}
LUNCH = {"message_id": 7, "from": BOB}


@pytest.mark.parametrize(
    ("message", "answered"),
    [
        ({"message_thread_id": 8, "is_topic_message": True, "reply_to_message": BEGAN}, True),
        ({"reply_to_message": {**BEGAN, "text": "#c45 Customer: hi"}}, True),
        ({"reply_to_message": BEGAN}, True),
        ({"message_thread_id": 7, "is_topic_message": True, "reply_to_message": BEGAN}, False),
        ({"message_thread_id": 8, "is_topic_message": True, "reply_to_message": LUNCH}, False),
        ({"message_thread_id": 8, "is_topic_message": True}, False),
        ({"reply_to_message": LUNCH}, False),
        ({}, False),
    ],
)
async def test_who_writes_where_nobody_is_any_more_is_told_so(message: dict[str, Any], answered: bool) -> None:
    api = Refusing()
    api.room.attend(cast("RoomIntake", Hearing()))
    written = api.room.read(_heard(GROUP, **message), User(4242))
    assert written is not None
    await api.room.take(written)
    assert [one.partition("Not sent: ")[2] for one in api.said] == ["this is of no conversation any more."] * answered


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@boss_ann look", "@\u2060boss_ann look"),
        ("/close", "/\u2060close"),
        ("now /close@acme_bot (/take)", "now /\u2060close@acme_bot (/\u2060take)"),
        ("mia@acme.example 1/2 and/or https://acme.example/a/b", None),
        ("@ / // @- " * 3, None),
    ],
)
async def test_what_customers_say_calls_nobody_and_closes_nothing(text: str, shown: str | None) -> None:
    api = Refusing()
    meant = text.strip() if shown is None else shown
    await api.post(Line(1, 0.0, "customer", text))
    assert api.said == [f"<b>Customer: </b>{meant}"]
    api.said.clear()
    await api.room.brief(f"{GROUP}:t7", _brief(title=text, reason=text, facts=(("code", text),)))
    assert text not in api.said[0] or shown is None
    assert api.said[0].count(meant) == 3


async def test_a_text_of_commands_alone_fits_into_its_messages() -> None:
    api = Refusing()
    await api.post(Line(1, 0.0, "customer", "/a " * 1300))
    assert len(api.said) > 1
    assert all(len(re.sub("</?b>", "", one)) <= 4096 for one in api.said)


async def test_all_of_it_is_shown_where_there_are_no_topics() -> None:
    api = Refusing()
    api.room._flat.add(str(GROUP))
    facts = tuple((f"fact {number}", f"{number:03} {'x' * 700}") for number in range(12))
    brief = _brief(facts=facts, lines=(Line(1, 0.0, "customer", "word " * 3000),))
    thread = await api.room.open(str(GROUP), brief)
    await api.room.brief(thread, brief)
    shown = "".join(re.sub("</?b>|#c1 ", "", one) for one in api.said)
    assert [f"{fact}: {text}" in shown for fact, text in facts] == [True] * 12
    assert shown.count("word") == 3000
    assert max(len(re.sub("</?b>", "", one)) for one in api.said) <= 4096
