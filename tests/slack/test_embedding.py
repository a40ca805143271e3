"""The channel in a program that runs slack_bolt already: the example of docs/slack.md, as it stands."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from botkit import Button, ButtonSigner, ConfigError, Reply, StoreError
from botkit.testing import FakeIntake
from botkit_slack.buttons import DATA
from botkit_slack.with_bolt import embed
from tests.docs.pages import ROOT, blocks
from tests.slack.api import Slack
from tests.slack.platform import Customers
from tests.slack.workspace import APP_TOKEN, BOT, BOT_TOKEN

PAGE = ROOT / "docs" / "slack.md"


def main_of(file: str) -> Callable[[Any, str], Coroutine[Any, Any, None]]:
    """Give the function `main` of an example."""
    source = next(block.text for block in blocks(PAGE, "python") if block.file == file)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(source, file, "exec"), names)  # noqa: S102 - it is our own page
    found: Callable[[Any, str], Coroutine[Any, Any, None]] = names["main"]
    return found


def app_of(slack: Slack) -> AsyncApp:
    """Give the program's app, but for a double of Slack."""
    return AsyncApp(client=AsyncWebClient(BOT_TOKEN, f"{slack.base}/api/"))


@asynccontextmanager
async def running(slack: Slack) -> AsyncIterator[None]:
    program = asyncio.create_task(main_of("with_bolt.py")(app_of(slack), APP_TOKEN))
    try:
        yield
        assert not program.done(), program.result()
    finally:
        program.cancel()
        await asyncio.gather(program, return_exceptions=True)


async def test_a_program_answers_what_is_its_own_and_the_bot_the_rest(
    slack: Slack, customers: Customers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "flows" / "minimal", tmp_path / "support")
    monkeypatch.chdir(tmp_path)
    chat = slack.open_dm("U1001")
    async with running(slack):
        await slack.until(lambda: bool(slack.sockets.connections), 30)
        assert await customers.deliver(chat, "m1", "ping")
        assert await customers.deliver(chat, "m2", "one tea please")
        await slack.until(lambda: len(slack.of_bot(chat)) >= 3, 30)
    assert sorted(one.text for one in await customers.shown(chat)) == [
        "Hello! Would you like a cup of tea?",
        "Which tea would you like?",
        "pong",
    ]


@asynccontextmanager
async def embedded(slack: Slack, intake: FakeIntake, app: AsyncApp) -> AsyncIterator[None]:
    """Run an app that has the channel, without a bot."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    channel = embed(app)
    await channel.start(intake)
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=0.1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
        await channel.stop()


async def test_an_event_is_acknowledged_when_it_is_stored(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.events.patience = 0.3
    chat = slack.open_dm("U1001")
    async with embedded(slack, botkit_intake, app_of(slack)):
        botkit_intake.fail(StoreError("the disk is full"))
        assert not await customers.deliver(chat, "m1", "hello")
        botkit_intake.fail(None)
        botkit_intake.hold()
        delivery = asyncio.create_task(customers.deliver(chat, "m1", "hello"))
        await botkit_intake.wait(2)
        assert not delivery.done()
        botkit_intake.release()
        assert await delivery
    assert len(botkit_intake.incoming) == 1


async def test_what_means_nothing_to_anybody_is_acknowledged(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake
) -> None:
    slack.events.patience = 0.3
    chat = slack.open_dm("U1001")
    async with embedded(slack, botkit_intake, app_of(slack)):
        joined = customers.says(chat, "joined", "m1") | {"subtype": "channel_join"}
        assert (await slack.events.happen(joined, "Ev1")).taken
    assert botkit_intake.received == []


@pytest.mark.parametrize(("own", "told"), [(True, []), (False, ["This button has expired."])])
async def test_a_button_of_the_program_is_its_own(
    slack: Slack, customers: Customers, botkit_intake: FakeIntake, own: bool, told: list[str]
) -> None:
    chat = slack.open_dm("U1001")
    late = Button("Go", value="x" * 500)  # of a reply that is in no history
    data = "go" if own else ButtonSigner(BOT_TOKEN, DATA).write(chat, Reply(f"slack:{chat}/3.0"), late, 0)
    button = {"type": "button", "action_id": "b0", "text": {"type": "plain_text", "text": "Go"}, "value": data}
    slack.keep(chat, bot_id=BOT, text="Go?", blocks=[{"type": "actions", "elements": [button]}])
    async with embedded(slack, botkit_intake, app_of(slack)):
        assert (await customers.press(chat, "Go")).taken
    assert [one["text"] for one in slack.whispers] == told
    assert botkit_intake.received == []


async def test_an_app_without_a_token_of_its_own_is_refused() -> None:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None)

    app = AsyncApp(authorize=authorize, signing_secret="s")
    with pytest.raises(ConfigError, match="no bot token"):
        embed(app)
