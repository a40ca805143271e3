"""Running: plays through a bot in this process, or in one of its own that is killed, and what was wrong."""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from botkit.app import Bot
from botkit.app.directories import Checked
from botkit.model.catalogue import Capabilities
from botkit.ports.connectors import Connector, StreamPart
from botkit.testing.faults.alone import Alone
from botkit.testing.faults.lines import CHANNEL, Line, LinesConnector
from botkit.testing.faults.plans import Fault
from botkit.testing.faults.platforms import Platform, Sent
from botkit.testing.faults.working import Setup
from botkit_shop.loading import digest, load, snapshot
from botkit_shop.schema import open_engine
from tests.flows.retail.cases import Document
from tests.llm.retail.customer import Customer, told_wrongly
from tests.llm.retail.plays import Batch, Play, written_by
from tests.llm.retail.server import Json, ModelServer, model_server

DESK = Path(__file__).parent / "desk"
ROOT = Path(__file__).parents[3]
AT_ONCE = 4  # faults of so many conversations in a row open no circuit breaker
PATIENCE = 150.0  # seconds that a conversation may take, on a machine that is busy with other tests
REACHED_WITHIN = 3.0  # seconds in which a point is reached while anybody talks


@dataclass
class Figures:
    """What was played, and what was wrong with it."""

    wrong: dict[str, list[str]] = field(default_factory=dict)
    conversations: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    yes: int = 0
    no: int = 0
    written: int = 0
    refused: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    streams: Counter[bool] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    handed_over: int = 0
    outs: int = 0
    most: int = 0
    tools: list[Json] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.conversations} conversations, {self.calls.total()} calls of {len(self.calls)} tools "
            f"(at most {self.most} in one), "
            f"{self.yes} yes, {self.no} no, {self.written} written, {self.refused} refused, "
            f"statuses {dict(self.statuses)}, streamed {dict(self.streams)}, kills {dict(self.kills)}, "
            f"{self.handed_over} handed over, {self.outs} recorded results, {len(self.wrong)} wrong"
        )


class Record(Platform):
    """The platform's record; a customer waits for what is new in it."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._fresh: dict[str, asyncio.Event] = {}

    async def take(self, sent: Sent) -> None:
        """Record a reply."""
        await super().take(sent)
        self._fresh.setdefault(sent.chat, asyncio.Event()).set()

    async def talk(self, customer: Customer) -> None:
        """Be a customer until they have nothing more to say."""
        chat, said, heard = customer.play.key, 0, 0
        text: str | None = customer.play.opening
        fresh = self._fresh.setdefault(chat, asyncio.Event())
        while text is not None:
            await self.deliver(Line("deliver", id=f"{chat}/{said}", chat=chat, text=text))
            said += 1
            while len(self.shown(chat)) == heard:
                fresh.clear()
                await fresh.wait()
            text = await asyncio.to_thread(customer.hear, self.shown(chat)[heard])
            heard += 1


class Lines(LinesConnector):
    """A connector to the platform in this process, which lets go of it in the end."""

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()


class StreamingLines(Lines):
    """One that shows answers while they grow: `shown` has what each became."""

    capabilities = Capabilities(buttons=10, text_length=4000, streaming=True)

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.shown: dict[str, str] = {}

    async def stream(self, _chat: str, part: StreamPart) -> None:
        """Show a part."""
        known = "" if part.state in ("start", "abort") else self.shown.get(part.id, "")
        self.shown[part.id] = known + part.text


async def play_here(
    batch: Batch, folder: Path, figures: Figures, *, stream: bool, patience: float = PATIENCE
) -> None:
    """Play a batch through a bot in this process, with a channel that shows streams or not."""
    async with _stage(batch, folder) as (engine, server, platform):
        lines = (StreamingLines if stream else Lines)("127.0.0.1", platform.port)

        def connectors(_: Checked) -> Mapping[str, Connector]:
            return {CHANNEL: lines}

        async with await Bot.load(
            folder / "desk", store=f"sqlite:///{folder / 'bot.db'}", connectors=connectors
        ) as bot:
            await lines.start(bot.engine)
            customers = _customers(batch, engine)
            late = await _converse(platform, customers, patience)
        await lines.close()
        sent = {text for play in batch.plays for text in platform.shown(play.key)}
        if isinstance(lines, StreamingLines) and (stray := {text for text in lines.shown.values() if text} - sent):
            figures.wrong["previews"] = [f"shown and never said: {text}" for text in stray]
        _judge(batch, engine, server, customers, late, figures)


async def play_killed(
    batch: Batch,
    folder: Path,
    figures: Figures,
    points: Sequence[str],
    *,
    around: str = "",
    patience: float = PATIENCE,
) -> None:
    """Play a batch through a process that is killed at the next of some points again and again."""
    async with _stage(batch, folder) as (engine, server, platform):
        store = folder / "bot.db"
        setup = Setup(
            str(folder / "desk"),
            f"sqlite:///{store}",
            "normal",
            platform.port,
            str(folder / "ledger"),
            str(folder / "worker.log"),
            around=around,
            paths=(str(ROOT),),
            preload=("openai.resources.chat", "pydantic", "botkit_shop"),
        )
        stage = Alone(platform, setup, store, random.Random(0), REACHED_WITHIN)
        customers = _customers(batch, engine)
        async with stage.at_work():
            talking = asyncio.create_task(_converse(platform, customers, patience))
            for point in points:
                if talking.done():
                    break
                played = await stage.play(Fault("kill", point))
                if not played.why:
                    figures.kills[point] += 1
            late = await talking
        if stage.crashed:
            figures.wrong[folder.name] = stage.crashed
        _judge(batch, engine, server, customers, late, figures, unknown=bool(around))


@asynccontextmanager
async def _stage(batch: Batch, folder: Path) -> AsyncIterator[tuple[Engine, ModelServer, Record]]:
    """Set a bot's directory up with a shop, a model and a platform of its own."""
    shutil.copytree(DESK, folder / "desk")
    database = f"sqlite:///{folder / 'shop.db'}"
    engine = open_engine(database)
    try:
        load(engine, batch.shop)
        async with model_server() as server, Record(0) as platform:
            server.scripts = {play.key: play.script for play in batch.plays}
            variables = f"SHOP_DATABASE={database}\nRETAIL_MODEL={server.url}\n"
            (folder / "desk" / ".env").write_text(variables, encoding="utf-8")
            yield engine, server, platform
    finally:
        engine.dispose()


def _customers(batch: Batch, engine: Engine) -> list[Customer]:
    def written_of(play: Play) -> Callable[[], Sequence[Document]]:
        return partial(written_by, engine, play.case.user_id)

    return [Customer(play, written_of(play)) for play in batch.plays]


async def _converse(platform: Record, customers: Sequence[Customer], patience: float) -> set[str]:
    """Let the customers talk, so many at once, and give those that never came to an end."""
    places, late = asyncio.Semaphore(AT_ONCE), set[str]()

    async def one(customer: Customer) -> None:
        async with places:
            try:
                async with asyncio.timeout(patience):
                    await platform.talk(customer)
            except TimeoutError:
                late.add(customer.play.key)

    async with asyncio.TaskGroup() as group:
        for customer in customers:
            group.create_task(one(customer))
    return late


def _judge(
    batch: Batch,
    engine: Engine,
    server: ModelServer,
    customers: Sequence[Customer],
    late: set[str],
    figures: Figures,
    *,
    unknown: bool = False,
) -> None:
    """Compare the shop's own tables and what the model was told with what the desk says."""
    figures.tools = server.tools
    figures.statuses += server.statuses
    figures.streams += server.streams
    for customer in customers:
        play, wrong = customer.play, list(customer.wrong)
        written = list(written_by(engine, play.case.user_id))
        lost = unknown and customer.handed_over  # where nobody knows, the last write may stand there or not
        wanted = list(play.written)
        if (written != wanted[: len(written)]) if lost else (written != wanted):
            wrong.append(f"written: {written}, not {wanted}")
        if play.key in late:
            wrong.append("it never came to an end")
        elif customer.handed_over and not unknown:
            wrong.append("it was handed over")
        elif not customer.handed_over:
            wrong += told_wrongly(play, server.told.get(play.key, {}))
            figures.outs += len(play.outs)
        if wrong:
            figures.wrong[f"{play.key} {play.case.name}"] = wrong
        figures.conversations += 1
        figures.handed_over += customer.handed_over
        figures.calls += Counter(play.steps[id_].name for id_ in server.told.get(play.key, {}))
        figures.most = max(figures.most, len(server.told.get(play.key, {})))
        figures.yes += sum(agreed for _, agreed in customer.asked)
        figures.no += sum(not agreed for _, agreed in customer.asked)
        figures.written += len(written)
        figures.refused += sum(isinstance(told, dict) and set(told) == {"error"} for told in play.told.values())
    if server.wrong:
        figures.wrong["the model's server"] = server.wrong
    if not unknown and digest(snapshot(engine)) != batch.digest:
        figures.wrong["the shop"] = ["its tables hold something else than the desk says"]
