"""A bot as a library: load a directory, talk to it, inside any running loop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote
from uuid import uuid4

import msgspec

from botkit.app.config import Config
from botkit.app.consulting import answering_of, models_of, moderates_of, with_model
from botkit.app.directories import Checked, check_directory, rebuild
from botkit.app.events import Emitted, find_conversation, make_incoming, refuse_unknown, warn_unheard
from botkit.app.exchanges import Exchange, exchange_of
from botkit.app.mcp import ask_unlisted
from botkit.app.models import open_gateway
from botkit.app.nodes import Node, Role, find_carrier
from botkit.app.rooms import Rooms, rooms_of
from botkit.app.understanding import Understanding
from botkit.errors import LoadError, UsageError
from botkit.llm.prompting import Prompts
from botkit.model.events import Message, Opened, Press
from botkit.model.flowset import FlowSet
from botkit.model.turn import Turn
from botkit.model.values import File
from botkit.model.words import fold
from botkit.monitoring import Meter
from botkit.monitoring.spans import Spans
from botkit.ports.carriers import Carrier
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Connector, FileSender, Incoming, layers_of
from botkit.ports.files import Files
from botkit.ports.models import LanguageModel, Media
from botkit.ports.people import Desk
from botkit.ports.stores import Store
from botkit.ports.understanding import Embedder
from botkit.runtime.books import FlowBook
from botkit.runtime.clocks import WallClock
from botkit.runtime.desk import EngineDesk
from botkit.runtime.engine import Engine
from botkit.runtime.notifying import Notifying
from botkit.runtime.passages import Passages
from botkit.runtime.receiving import Receiving
from botkit.runtime.retention import Retention
from botkit.runtime.tracing import trace
from botkit.safety import Guarding, Rules, open_client
from botkit.stores import open_files, open_store
from botkit.stores.holding import UNNAMED

if TYPE_CHECKING:
    from botkit.llm.gateway import Gateway

WRITES = 10.0  # seconds that a write has to end in which a stop finds it, beyond those that everything has
PATIENCE = 45.0  # seconds to wait for the process that serves from the store: as long as one may take to drain

CHUNK = 262_144  # bytes

_log = logging.getLogger(__name__)


class Bot:
    """A bot at work. `async with await Bot.load(...)` closes it; `close` does the same.

    `say`, `press` and `open` go through the same store and turns as every channel.
    """

    def __init__(
        self,
        checked: Checked,
        engine: Engine,
        connectors: Mapping[str, Connector],
        node: Node | None = None,
        understanding: Understanding | None = None,
        models: "Gateway | None" = None,
    ) -> None:
        self.checked = checked
        self.engine = engine
        self.connectors = connectors
        self.node = node
        self.understanding = understanding or Understanding()
        self.models = models
        if models is not None:
            models.heard = engine.meter.note_model
        self.receiving = Receiving(engine.store, engine, engine.clock)
        self.retention = retention_of(checked, engine)
        self.notifying = Notifying(engine.store, checked.registry, engine.clock)
        self.rooms = Rooms(engine, self.desk, rooms_of(connectors))
        self.refused = ""  # a published version that does not load here
        self._talking: dict[str, list[asyncio.Future[None]]] = {}  # conversations, and who waits for the turn

    @classmethod
    async def load(
        cls,
        directory: str | Path,
        *,
        store: str | Store | None = None,
        clock: Clock | None = None,
        locale: str = "",
        connectors: Callable[[Checked], Mapping[str, Connector]] | None = None,
        patience: float = PATIENCE,
        keep_waiting: Callable[[str], bool] | None = None,
        role: Role | None = None,
        carrier: Carrier | None = None,
        prepare: Callable[[Self], Awaitable[None]] | None = None,
        meter: Meter | None = None,
        spans: Spans | None = None,
        embedder: Embedder | None = None,
        model: LanguageModel | None = None,
        media: Media | None = None,
    ) -> Self:
        """Load a bot from its directory and start its plugins and its store.

        `store` is another URL than bot.yaml's (`sqlite://` is memory); `locale` the customers' choice;
        `connectors` builds the channels that are served (none by default). One process at a time serves from an
        SQLite file: another one's end is waited for, `patience` seconds at most, while `keep_waiting`, which is told
        whom it waits for, gives True. `role` makes it one of several processes that run the bot, if the store can be
        shared; `carrier` is another than bot.yaml's. `prepare` sees the bot before its
        first turn; `meter` goes on counting for it, `spans` makes it traced. `embedder`, `model` and
        `media` (which needs a `model`) are others than bot.yaml's.
        Raises LoadError with every problem, ConfigError, StoreError and CarrierError.
        """
        clock = clock or WallClock()
        checked = await _checked(Path(directory), clock)
        if checked.flows is None:
            raise LoadError(checked.errors)
        if store is None:
            store = locate_store(checked.config.store, checked.directory)
        kept = open_store(store, checked.config.durability) if isinstance(store, str) else store
        if carrier is None and isinstance(store, str) and role is not None:
            carrier = find_carrier(store, role, checked.config.carrier)
        node = Node(role or "all", carrier) if carrier is not None else None
        files = open_files(kept, checked.config.files, clock, checked.config.bucket)
        understanding = Understanding.of(checked.config, checked.directory, kept.embeddings, clock, embedder)
        models: Gateway | None = None
        try:
            await _open(kept, files, patience, keep_waiting or Waiting(_log.warning))
            checked.registry.lend(files)
            checked.registry.connect(partial(open_client, checked.config.safety.allow_hosts))
            if node is None or node.turns:
                await checked.registry.start()
                models = await _open_models(checked, kept, clock, model, media, spans)
            built = connectors(checked) if connectors is not None else {}
            if node is not None:
                await node.carrier.open()
                built = node.around(built)
            if node is None or node.turns:
                await understanding.prepare(checked.flows)
            engine = _engine(
                checked, checked.flows, kept, clock, built, locale, node, files, meter, understanding, models
            )
            if spans is not None:
                trace(engine, spans)
            bot = cls(checked, engine, built, node, understanding, models)
            await kept.save_version(checked.flows.version, checked.sources, clock.now())
            if prepare is not None:
                await prepare(bot)
            await bot.engine.start()
            if node is None or node.turns:
                bot.retention.start()
                bot.notifying.start()
                bot.rooms.start()
            if node is not None:
                await node.start(bot.engine)
        except BaseException:
            await checked.registry.stop()
            if node is not None:
                await node.close()
            await understanding.close()
            await _close(models)
            await files.close()
            await kept.close()
            raise
        return bot

    @property
    def flows(self) -> FlowSet:
        """The current version of the flows."""
        return self.engine.book.current

    @property
    def store(self) -> Store:
        """The store."""
        return self.engine.store

    @property
    def desk(self) -> Desk:
        """Where people take conversations over."""
        return EngineDesk(self.engine)

    @property
    def files(self) -> Files:
        """The files that customers sent."""
        return self.engine.files

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let running turns and sends end, stop channels and plugins, close the store. What is left is in the store.

        A channel that stopped first would leave it open whether the platform took what was just being sent.
        """
        await self.receiving.stop()
        if self.node is not None:
            await self.node.stop()
        await self.retention.stop()
        await self.notifying.stop()
        await self.rooms.stop()
        await self.engine.stop(writes=WRITES)
        for connector in self.connectors.values():
            await connector.stop()
        if self.node is not None:
            await self.node.close()
        await self.checked.registry.stop()
        await self.understanding.close()
        await _close(self.models)
        await self.files.close()
        await self.store.close()

    async def receive(self, tell: Callable[[str], None] = _log.warning) -> None:
        """Let the channels receive, on a node that does; `tell` gets a line for each that is not up, and when it is.

        What a platform that is down holds up is its own channel: it is begun again until it is up.
        """
        if self.node is None or self.node.receives:
            await self.receiving.start(self.connectors, tell)

    # Talking

    async def open(self, conversation: str = "library:1") -> Exchange:
        """Open a conversation without a word: a bot that speaks first greets."""
        return await self.send(conversation, Opened())

    async def say(self, text: str, conversation: str = "library:1", files: Sequence[File] = ()) -> Exchange:
        """Say something as a customer and wait for everything that comes of it.

        `files` are what `attach` gave for this conversation; the text may be empty then.
        """
        if not isinstance(text, str):
            raise UsageError(f"say takes a text, not {type(text).__name__}")
        return await self.send(conversation, Message(text=text, files=tuple(files)))

    async def attach(self, path: str | Path, conversation: str = "library:1") -> File:
        """Upload a file as a customer, for the next thing to `say`.

        Raises UsageError for what cannot be read, FileError for what is not taken.
        """
        return await self.files.put(conversation, Path(path).name, read_path(Path(path)))

    async def press(self, label: str, conversation: str = "library:1") -> Exchange:
        """Press a button that was shown last, by its label or value."""
        loaded = await self.store.load(conversation, most=0)
        session = loaded.session
        question = session.question if session is not None else None
        shown = (*(question.buttons if question else ()), *(session.buttons if session else ()))
        button = next((b for b in shown if fold(label) in (fold(b.label), fold(b.value))), None)
        if button is None:
            raise UsageError(f"there is no button {label!r} to press")
        asked = question.id if question is not None and button in question.buttons else ""
        return await self.send(
            conversation, Press(value=button.value, label=button.label, question=asked, run=button.run)
        )

    async def ask(self, text: str) -> str:
        """Ask one question in a conversation of its own and give the answer's text, without the greeting."""
        conversation = f"library:{uuid4().hex}"
        await self.open(conversation)
        return (await self.say(text, conversation)).text

    async def emit(
        self,
        name: str,
        data: Mapping[str, Any] | None = None,
        *,
        conversation: str = "",
        customer: str = "",
        channel: str = "",
        key: str = "",
    ) -> Emitted:
        """Tell the bot that something happened outside: paid, shipped. It is stored when this returns.

        It goes to a conversation, or to the one in which a customer, by the id that a plugin found out, wrote last on
        a channel. `key` makes it idempotent: a second event with the same key on the same channel changes nothing.
        Where no flow knows the event, it is stored nevertheless, and the result's `warning` says so.
        Raises UsageError for who is not known and for data that is not plain (at most 64 KiB of JSON).
        """
        conversation = await find_conversation(self.store, conversation, customer, channel)
        incoming = make_incoming(name, data, conversation, key)
        await refuse_unknown(self.store, conversation, self.connectors)
        accepted = await self.engine.accept(incoming)
        warning = await warn_unheard(name, conversation, self.engine.book, self.store)
        return Emitted(conversation, incoming.event.id, accepted.duplicate, warning)

    async def send(self, conversation: str, event: Message | Press | Opened) -> Exchange:
        """Send an event as a customer and wait until the bot waits again."""
        channel, _, chat = conversation.partition(":")
        if not chat:
            raise UsageError(f"a conversation is named channel:chat, not {conversation!r}")
        turns: list[Turn] = []
        if conversation in self._talking:
            await self._wait(conversation)
        else:
            self._talking[conversation] = []
        end = self.engine.listeners.add(conversation, turns.append)
        try:
            await self.engine.take(Incoming(channel=channel, chat=chat, id="", event=event))
            await self.engine.settle(conversation)
        finally:
            end()
            self._hand_on(conversation)
        session = None if turns else (await self.store.load(conversation, most=0)).session
        return exchange_of(tuple(turns), session)

    async def _wait(self, conversation: str) -> None:
        """Wait until whoever talks in a conversation is done, in order of arrival; it is ours then."""
        ours = asyncio.get_running_loop().create_future()
        self._talking[conversation].append(ours)
        try:
            await ours
        except asyncio.CancelledError:
            if ours.done() and not ours.cancelled():
                self._hand_on(conversation)
            raise

    def _hand_on(self, conversation: str) -> None:
        """Let the next talk, or forget the conversation."""
        waiting = self._talking[conversation]
        while waiting:
            following = waiting.pop(0)
            if not following.done():
                following.set_result(None)
                return
        del self._talking[conversation]

    # Changing

    async def reload(self) -> Checked:
        """Read the directory again; sound flows become the current version, others change nothing."""
        checked = await asyncio.to_thread(check_directory, self.checked.directory)
        if checked.flows is not None and checked.config == self.checked.config:
            articles = checked.flows.catalogue.articles
            catalogue = msgspec.structs.replace(self.flows.catalogue, articles=articles)
            kept = {name: getattr(self.flows.settings, name) for name in ("llm_mode", "llm_answers", "llm_check")}
            settings = msgspec.structs.replace(checked.flows.settings, **kept)
            flows = msgspec.structs.replace(checked.flows, catalogue=catalogue, settings=settings)
            if self.engine.models is not None:
                self.engine.models.prompts = Prompts(checked.prompts)
            await self.understanding.prepare(flows)
            await self.store.save_version(flows.version, checked.sources, self.engine.clock.now())
            self.engine.book.publish(flows)
        return checked


async def _open_models(
    checked: Checked,
    store: Store,
    clock: Clock,
    model: LanguageModel | None,
    media: Media | None,
    spans: Spans | None,
) -> "Gateway | None":
    """Open what asks a bot's models, and lend it to its plugins."""
    models = await open_gateway(checked.config.models, store.shared, clock, model, media, spans)
    if models is not None:
        checked.registry.consult(models, answering_of(checked).written, moderates=moderates_of(checked))
    return models


async def _close(models: "Gateway | None") -> None:
    if models is not None:
        await models.close()


async def read_path(path: Path) -> AsyncIterator[bytes]:
    """Read a file of this machine in chunks. Raises UsageError."""
    try:
        with await asyncio.to_thread(path.open, "rb") as opened:
            while chunk := await asyncio.to_thread(opened.read, CHUNK):
                yield chunk
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None


class Waiting:
    """Waits as long as it may, and tells once for whom."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told = ""

    def __call__(self, holder: str) -> bool:
        """Go on waiting. One that ends has no name any more: that is no other one."""
        if holder != self._told and not (self._told and holder == UNNAMED):
            self._told = holder
            self._tell(f"waiting for {holder} to end: one process at a time serves from an SQLite store")
        return True


def lend(files: Files, connectors: Mapping[str, Connector]) -> None:
    """Let connectors send files that conversations hold."""
    for connector in connectors.values():
        for one in layers_of(connector):
            if isinstance(one, FileSender):
                one.lend(files)


def retention_of(checked: Checked, engine: Engine) -> Retention:
    """Give what lets go of what is older than bot.yaml says."""
    config = checked.config
    tell = checked.registry.erasers
    return Retention(engine.store, engine.files, engine.clock, config.retention, config.settings.idle, tell)


def locate_store(url: str, directory: Path) -> str:
    """Give the store of bot.yaml as a URL that means the same in every working directory."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////"):
        return f"{prefix}{quote(str(directory.absolute()))}/{url.removeprefix(prefix)}"
    return url


async def _open(store: Store, files: Files, patience: float, keep_waiting: Callable[[str], bool]) -> None:
    """Open a store that is to be served from, once nobody else does, and see whether files can be kept."""
    await store.hold(patience, keep_waiting)
    await store.open()
    await files.look()


async def _checked(directory: Path, clock: Clock) -> Checked:
    """Check a bot, with the tools of its servers: those of which nobody has a list are asked for it."""
    checked = check_directory(directory, clock=clock)
    config = checked.config
    if config.servers and await ask_unlisted(config.servers, config.server_lacks, checked.directory):
        return check_directory(directory, clock=clock)
    return checked


def _engine(
    checked: Checked,
    flows: FlowSet,
    store: Store,
    clock: Clock,
    connectors: Mapping[str, Connector],
    locale: str,
    node: Node | None,
    files: Files,
    meter: Meter | None,
    understanding: Understanding,
    gateway: "Gateway | None",
) -> Engine:
    models = models_of(checked, gateway)
    lend(files, connectors)

    async def recall(version: str) -> FlowSet | None:
        sources = await store.version(version)
        found = rebuild(checked, version, sources, flows.settings) if sources is not None else None
        if found is not None:
            await understanding.prepare(found)
        return found if found is None or models is None else with_model(found, checked.config)

    return Engine(
        FlowBook(flows if models is None else with_model(flows, checked.config), recall),
        store,
        checked.registry,
        understanding.recognisers,
        clock,
        connectors,
        chosen_locale=locale,
        carrier=node.carrier if node is not None else None,
        files=files,
        turns=node is None or node.turns,
        senses=understanding.senses,
        guarding=guarding_of(rules_of(checked.config)),
        meter=meter,
        passages=Passages(understanding.libraries, checked.registry.sources(), waits=understanding.senses),
        models=models,
    )


def rules_of(config: Config) -> Rules:
    """Give the rules of a bot: what its model may link to may be sent."""
    rules, models = config.safety, config.models
    if rules.links is None or models is None or not models.links:
        return rules
    return msgspec.structs.replace(rules, links=(*rules.links, *models.links))


def guarding_of(rules: Rules) -> Guarding | None:
    """Give what holds a bot to its rules; None where there is none that a turn could meet."""
    return Guarding(rules) if rules.refuse or rules.links is not None else None
