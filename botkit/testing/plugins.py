"""Testing a plugin as the runtime would run it: one call, or a plugin that stays started.

    order = await call(plugin, "find_order", number="A-10293", customer={"email": "ann@example.org"})

    async with PluginHarness(plugin, settings={"url": "http://127.0.0.1:9"}) as shop:
        assert await shop.call("find_order", number="A-10293")

What comes out is what a flow would see.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self

from botkit.errors import ResultError, UsageError
from botkit.model.catalogue import Catalogue
from botkit.model.events import Event, Message, Passage, Result
from botkit.model.parsers import Found, Reading
from botkit.model.replies import Call, Reply
from botkit.model.session import Owner
from botkit.model.turn import Turn
from botkit.model.values import File, from_json, to_json
from botkit.ports.files import FileLimits, Files
from botkit.ports.models import LanguageModel, Media, ModelGateway
from botkit.registry.contexts import Caller
from botkit.registry.hooks import Action
from botkit.registry.hosts import Host
from botkit.registry.plugins import Plugin
from botkit.registry.privacy import Erased
from botkit.registry.registry import Registry
from botkit.registry.results import read_result
from botkit.registry.signatures import bind
from botkit.registry.verdicts import Direction, Verdict
from botkit.safety import open_client
from botkit.stores.files import KeptFiles
from botkit.stores.memory import MemoryShelf
from botkit.testing.clocks import FakeClock
from botkit.testing.models import ScriptedModel
from botkit.testing.samples import sample


class PluginHarness:
    """A started plugin and one customer. What actions learn by `ctx.identify` is in `customer` afterwards."""

    def __init__(
        self,
        plugin: Plugin,
        *,
        settings: Mapping[str, Any] | None = None,
        customer: Mapping[str, Any] | None = None,
        conversation: str = "test:1",
        locale: str = "en",
        timezone: str = "UTC",
        clock: FakeClock | None = None,
        allow_hosts: Iterable[str] = (),
        owner: Owner = "bot",
        model: LanguageModel | None = None,
        media: Media | None = None,
    ) -> None:
        """Take a plugin with its settings as bot.yaml would have them. Raises ConfigError if they do not fit.

        `allow_hosts` is what `ctx.http` may reach though it is not public, such as a server of the test on 127.0.0.1.
        `model` and `media` are what `ctx.model` asks, through a gateway as a bot has it; there is none without them.
        """
        self._allow_hosts = tuple(allow_hosts)
        self.plugin = plugin
        self.clock = clock or FakeClock()
        self.customer = dict(customer or {})
        raw = {plugin.name: settings} if settings is not None else {}
        self.registry = Registry([plugin], raw, clock=self.clock, jitter=lambda: 0.0)
        self.files: Files = KeptFiles(MemoryShelf(), FileLimits(), self.clock)
        self._models = _gateway(model, media, self.clock)
        self._caller = Caller(conversation, conversation.partition(":")[0], {}, locale, timezone, owner)
        self._calls = 0

    async def __aenter__(self) -> Self:
        self.registry.lend(self.files)
        self.registry.connect(partial(open_client, self._allow_hosts))
        if self._models is not None:
            self.registry.consult(self._models)
        await self.registry.start()
        return self

    async def attach(self, name: str, content: bytes | None = None) -> File:
        """Let the customer send a file, and give it as a flow would; without content it is a `sample`."""
        given = sample(name) if content is None else content

        async def chunks() -> AsyncIterator[bytes]:
            yield given

        return await self.files.put(self._caller.conversation, name, chunks())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.registry.stop()

    @property
    def catalogue(self) -> Catalogue:
        """What the plugin brings, as the loader and the core see it."""
        return self.registry.catalogue()

    async def call(self, action: str, /, **arguments: Any) -> Any:
        """Call an action once and give its value as a flow would see it.

        Raises what the action raised, its ActionError above all, and for a value that no flow can take a
        ResultError; arguments that do not fit raise an ArgumentsError.
        """
        one = self._action(action)
        host = self._host()
        ctx = host.context(self._who(), self.clock.now(), self._key(), one.spec.name)
        checked = bind(one.signature, from_json(to_json(arguments)))
        data = await host.run(
            one.function,
            ctx,
            named=checked,
            timeout=one.spec.timeout,
            convert=lambda value: read_result(one.signature, value),
        )
        self._learn(to_json(ctx.facts))
        return from_json(data)

    async def perform(self, action: str, /, *, key: str = "", **arguments: Any) -> Result:
        """Call an action as a flow does, with retries and the circuit breaker: failures are in the Result."""
        spec = self._action(action).spec
        call = Call(key or self._key(), spec.name, to_json(arguments), spec.effect)
        result = await self.registry.perform(call, self._who())
        self._learn(result.customer)
        return result

    def parse(self, slot_type: str, text: str, reading: Reading | None = None) -> list[Found]:
        """Read a text as a slot type of the plugin."""
        if slot_type not in self.plugin.types:
            raise UsageError(f"plugin '{self.plugin.name}' has no slot type '{slot_type}'")
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        return self.plugin.types[slot_type](text, reading or Reading(locales=(), now=now))

    async def guard(self, direction: Direction, text: str) -> Verdict:
        """Show a text to the plugin's guards."""
        return await self.registry.guard(direction, text, self._who())

    async def guard_call(self, action: str, **args: Any) -> Verdict:
        """Show a call that a language model wants, of any plugin's action, to the plugin's guards."""
        return await self.registry.guard_call(action, args, self._who())

    async def search(self, question: str, most: int = 3) -> tuple[Passage, ...]:
        """Ask the plugin's knowledge sources."""
        found: list[Passage] = []
        for source in self.registry.sources():
            found += await source.search(question, self._caller.locale, most)
        return tuple(found)

    async def hear(self, message: Message) -> Message:
        """Let the plugin hear a message; what it identified is in `customer` afterwards."""
        heard, facts = await self.registry.hear(message, self._who())
        self._learn(facts)
        return heard

    async def speak(self, reply: Reply) -> Reply:
        """Let the plugin speak a reply."""
        return await self.registry.speak(reply, self._who())

    async def brief(self, *lines: tuple[str, str]) -> str:
        """Let the plugin brief people who take the conversation over, after these (who, text); "" if it does not."""
        return "\n".join(text for _, text in await self.registry.brief(lines, self._who()))

    async def before_turn(self, event: Event | str) -> Mapping[str, Any]:
        """Tell the plugin of an event, or of a message with that text; give the facts that it identified."""
        facts = await self.registry.before_turn(Message(event) if isinstance(event, str) else event, self._who())
        self._learn(facts)
        return {name: from_json(value) for name, value in facts.items()}

    async def after_turn(self, turn: Turn) -> None:
        """Tell the plugin of a turn."""
        await self.registry.after_turn(turn, self._who())

    async def erase(
        self, *, last: bool = True, why: Literal["request", "retention"] = "request", key: str = ""
    ) -> str:
        """Tell the plugin that the customer's conversation was erased; give the kind of its error, or nothing.

        With the `key` of an earlier call it is told of the same once more.
        """
        customer = str(self.customer.get("id") or "")
        at = datetime.fromtimestamp(self.clock.now(), UTC)
        caller = self._caller
        erased = Erased(key or self._key(), caller.conversation, caller.channel, customer, why, at, last)
        return await self.registry.erase(self.plugin.name, erased)

    async def export(self) -> Any:
        """Give what the plugin keeps of the customer's conversation. Raises ResultError where it failed."""
        given, failed = await self.registry.export(self._who())
        if failed:
            raise ResultError(f"plugin '{self.plugin.name}' gave no copy of what it keeps")
        return given.get(self.plugin.name)

    def _who(self) -> Caller:
        caller = self._caller
        return Caller(
            caller.conversation, caller.channel, self.customer, caller.locale, caller.timezone, caller.owner
        )

    def _key(self) -> str:
        self._calls += 1
        return f"{self._caller.conversation}/{self._calls}"

    def _host(self) -> Host:
        return self.registry.host(self.plugin.name)

    def _action(self, name: str) -> Action:
        if name not in self.plugin.actions:
            known = ", ".join(self.plugin.actions) or "none"
            raise UsageError(f"plugin '{self.plugin.name}' has no action '{name}'", hint=f"it has: {known}")
        return self.plugin.actions[name]

    def _learn(self, facts: Mapping[str, Any]) -> None:
        for name, value in facts.items():
            if value is None:
                self.customer.pop(name, None)
            else:
                self.customer[name] = from_json(value)


def _gateway(model: LanguageModel | None, media: Media | None, clock: FakeClock) -> ModelGateway | None:
    if model is None and media is None:
        return None
    from botkit.llm.gateway import Gateway, Served

    return Gateway([Served(model or ScriptedModel())], clock, media=media, jitter=lambda: 0.0)


async def call(
    plugin: Plugin,
    action: str,
    /,
    *,
    customer: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    locale: str = "en",
    **arguments: Any,
) -> Any:
    """Start a plugin, call one of its actions, stop it, and give the value; see `PluginHarness.call`.

    An action with a parameter called `customer`, `settings` or `locale` needs the harness.
    """
    async with PluginHarness(plugin, settings=settings, customer=customer, locale=locale) as harness:
        return await harness.call(action, **arguments)
