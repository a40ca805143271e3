"""A whole bot on Slack: in this process, and as `botkit run` has it."""

import json
from pathlib import Path

import httpx
import msgspec

from botkit import Bot
from tests.slack.api import Slack
from tests.slack.platform import Customers, connector_of, reached
from tests.slack.processes import PATIENCE, serving_bot
from tests.slack.workspace import BOT_TOKEN, Params, RefusalError

MINIMAL = Path(__file__).parents[2] / "flows" / "minimal"
DM = "D1001"


async def last(slack: Slack, count: int, chat: str = DM) -> Params:
    """Wait for so many messages of the bot, and give the last."""
    await slack.until(lambda: len(slack.of_bot(chat)) >= count, PATIENCE)
    return slack.of_bot(chat)[-1]


async def test_a_customer_orders_tea(slack: Slack, customers: Customers, mode: str) -> None:
    connector = connector_of(slack, mode)
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_chat=0)
    slack.add_user("U1001", locale="de-DE")
    async with (
        reached(slack, connector, mode),
        await Bot.load(MINIMAL, store="sqlite://", connectors=lambda _: {"slack": connector}) as bot,
    ):
        await bot.receive()
        assert await customers.deliver(DM, "m1", "one tea please")
        question = slack.look(await last(slack, 2))
        assert (question.text, question.labels[0]) == ("Which tea would you like?", "green")
        for number in range(2):  # the second time nothing is asked any more that it could answer
            assert (await customers.press(DM, "green")).taken
            assert "One cup of green tea." in slack.look(await last(slack, 3 + number)).text
        loaded = await bot.store.load(f"slack:{DM}", most=0)
        assert loaded.session is not None
        assert loaded.session.locale == "en", "of the languages that the bot has"


async def test_a_thread_is_a_conversation_of_its_own(slack: Slack, customers: Customers) -> None:
    connector = connector_of(slack)
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_chat=0)
    channel = slack.add_channel("C1002")
    threads = [f"{channel}.{slack.keep(channel, user='U1002', text='Hello?')['ts']}" for _ in range(2)]
    async with await Bot.load(MINIMAL, store="sqlite://", connectors=lambda _: {"slack": connector}) as bot:
        await bot.receive()
        for number, thread in enumerate(threads):
            assert await customers.deliver(thread, f"m{number}", "one tea please")
            await last(slack, 2, thread)
        said = customers.says(threads[1], "green", "m9")
        said["text"] = "green"  # it is named no more
        assert (await slack.events.happen(said)).taken
        assert "One cup of green tea." in slack.look(await last(slack, 3, threads[1])).text
        assert len(slack.of_bot(threads[0])) == 2


async def test_botkit_run_serves_it(slack: Slack, customers: Customers, tmp_path: Path, mode: str) -> None:
    async with serving_bot(tmp_path, slack, mode) as bot:
        assert (await slack.events.insist(customers.says(DM, "/echo hello"))).taken
        assert slack.look(await last(slack, 1)).text == "/echo hello"
        assert BOT_TOKEN not in bot.lines


async def test_a_wrong_token_is_one_line_and_the_page_is_served(slack: Slack, tmp_path: Path) -> None:
    async with serving_bot(tmp_path, slack, bot_token="xoxb-1-wrong") as bot:
        read = bot.lines if "not up" in bot.lines else await bot.until(r"(not up)")
        told = [line for line in read.splitlines() if "slack" in line.lower()]
        assert json.loads(told[0])["message"].startswith(
            "The channel 'slack' is not up: Slack does not take the bot_token (invalid_auth)"
        )
        assert "Traceback" not in read
        assert "xoxb-1-wrong" not in read
        assert len(told) == 1, "it is said once"
        assert "duty" not in read
        async with httpx.AsyncClient(base_url=bot.address) as http:
            ready = (await http.get("/ready")).json()
        assert (ready["channels"], list(ready["down"])) == (["web"], ["slack"])


async def test_slack_that_is_away_is_waited_for(slack: Slack, customers: Customers, tmp_path: Path) -> None:
    def away(method: str, _: Params) -> None:
        if method == "apps.connections.open":
            raise RefusalError("x", status=503)

    slack.before = away
    async with serving_bot(tmp_path, slack) as bot:
        if "not up" not in bot.lines:
            await bot.until(r"(not up)")
        slack.before = lambda *_: None
        await slack.until(lambda: bool(slack.sockets.live), PATIENCE)
        assert await customers.deliver(DM, "m1", "/echo hello")
        assert slack.look(await last(slack, 1)).text == "/echo hello"
