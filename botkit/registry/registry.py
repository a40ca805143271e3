"""The registry: the plugins of one bot, and what the runtime asks of them."""

import logging
import random
import time
from asyncio import get_running_loop, sleep
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace

from botkit.errors import ArgumentsError, BotkitError, RegistryError, UsageError
from botkit.model import breakers
from botkit.model.catalogue import ActionSpec, Capabilities, Catalogue
from botkit.model.definitions import Answer
from botkit.model.events import Event, Failure, Message, Result
from botkit.model.parsers import SlotParser
from botkit.model.replies import Call, Reply
from botkit.model.turn import Turn
from botkit.model.values import from_json, to_json
from botkit.ports.clocks import Clock
from botkit.ports.files import Files
from botkit.ports.models import ModelGateway, TextGuard
from botkit.registry import performing
from botkit.registry.contexts import Caller
from botkit.registry.discovery import load_all, place_in
from botkit.registry.hooks import Action, Guard
from botkit.registry.hosts import EscapedError, Host, LateError
from botkit.registry.plugins import HOOK_TIMEOUT, Plugin
from botkit.registry.privacy import Erased, erase_with, export_with
from botkit.registry.settings import read_settings
from botkit.registry.sources import BoundSource
from botkit.registry.verdicts import PASS, Direction, Verdict

if TYPE_CHECKING:
    import httpx

START_TIMEOUT = 30.0  # seconds for a plugin to start or to stop
MOST_INLINE = 0.02  # seconds for which an inline action may hold the event loop,
MOST_SLOW = 5  # and how often it may hold it longer: a machine that is busy holds up everything

MOST_HEARD = 20_000  # characters of what a message says

_log = logging.getLogger(__name__)

Heard = Callable[[str, str, float], None]
"""Hears of a call that ended: its action, the code of its failure or nothing, and the seconds that it took."""


def _unheard(action: str, code: str, seconds: float) -> None:
    """Let nobody hear."""


def _clash(name: str) -> RegistryError:
    return RegistryError(f"plugin '{name}' has the name of an MCP server", hint="give the server another one")


class _WallClock:
    """The clock on the wall."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await sleep(seconds)


class Registry:
    """The plugins of one bot, started and stopped together. Nothing here raises what a plugin raised."""

    def __init__(
        self,
        plugins: Sequence[Plugin] = (),
        settings: Mapping[str, Any] | None = None,
        *,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Take plugins and their raw settings by plugin name. Raises ConfigError for settings that do not fit."""
        self.settings: Mapping[str, Any] = dict(settings or {})
        self._hosts = [
            Host(plugin, read_settings(plugin.settings, self.settings.get(plugin.name), f"plugin '{plugin.name}'"))
            for plugin in plugins
        ]
        self._actions = {
            action.spec.name: (action, host) for host in self._hosts for action in host.plugin.actions.values()
        }
        self._clock: Clock = clock or _WallClock()
        self._jitter = jitter
        self._circuits: dict[str, breakers.Circuit] = {}
        self._slow: dict[str, int] = {}  # inline actions that took too long, and how often
        self.heard: Heard = _unheard

    @classmethod
    def survey(
        cls,
        names: Sequence[str],
        directory: Path,
        settings: Mapping[str, Any] | None = None,
        *,
        clock: Clock | None = None,
        servers: Sequence[Plugin] = (),
    ) -> tuple[Self, tuple[BotkitError, ...]]:
        """Load a bot's plugins by entry point or path: those that can be, and what is wrong with the others.

        `settings` are by the name or path that bot.yaml has; the registry's own are by plugin name. `servers` are
        those of MCP, as plugins.
        """
        found, failed = load_all(names, directory)
        errors: list[BotkitError] = list(failed)
        given, own, sound = settings or {}, {}, []
        for one in found:
            raw = given.get(one.name)
            try:
                read_settings(one.plugin.settings, raw, f"plugin '{one.name}'")
            except BotkitError as error:
                errors.append(error)
                continue
            sound.append(one.plugin)
            if raw is not None:
                own[one.plugin.name] = raw
        taken = {plugin.name for plugin in sound}
        errors += [_clash(server.name) for server in servers if server.name in taken]
        sound += [server for server in servers if server.name not in taken]
        return cls(sound, own, clock=clock), tuple(errors)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """The plugins, in the order of bot.yaml."""
        return tuple(host.plugin for host in self._hosts)

    @property
    def paused(self) -> Mapping[str, bool]:
        """Whether each action that has been called is left alone now, since it failed."""
        return {name: breakers.is_open(circuit) for name, circuit in self._circuits.items()}

    @property
    def lost(self) -> Mapping[str, int]:
        """How many calls of each plugin were given up and still run."""
        return {host.plugin.name: host.lost for host in self._hosts}

    def host(self, name: str) -> Host:
        """Give the host of a plugin. Raises UsageError for a name that is not registered."""
        for host in self._hosts:
            if host.plugin.name == name:
                return host
        raise UsageError(f"there is no plugin '{name}' here")

    def catalogue(
        self,
        channels: Mapping[str, Capabilities] | None = None,
        *,
        models: bool = False,
        articles: bool = False,
        sees: bool = False,
    ) -> Catalogue:
        """Give what the plugins bring as the loader and the core read it; `channels` and the rest are the app's."""
        specs: dict[str, ActionSpec] = {name: action.spec for name, (action, _) in self._actions.items()}
        types: dict[str, SlotParser] = {}
        answers: list[Answer] = []
        for plugin in self.plugins:
            types |= {f"{plugin.name}.{name}": parser for name, parser in plugin.types.items()}
            answers += plugin.answers.values()
        return Catalogue(
            actions=specs,
            types=types,
            channels=dict(channels or {}),
            plugins=tuple(plugin.name for plugin in self.plugins),
            answers=tuple(answers),
            models=models,
            sees=sees,
            articles=articles or bool(self.sources()),
        )

    def sources(self) -> tuple[BoundSource, ...]:
        """Give the plugins' knowledge sources, each a Knowledge port."""
        return tuple(
            BoundSource(source, host, self._clock) for host in self._hosts for source in host.plugin.sources.values()
        )

    @property
    def erasers(self) -> tuple[str, ...]:
        """The plugins that let go of what they keep of a conversation, when it is erased."""
        return tuple(host.plugin.name for host in self._hosts if host.plugin.erasing)

    @property
    def ready(self) -> tuple[str, ...]:
        """Those of them that have started."""
        return tuple(host.plugin.name for host in self._hosts if host.plugin.erasing and host.started)

    def only(self, names: Collection[str]) -> "Registry":
        """Give the plugins of these names, not started, as a registry of their own."""
        return Registry([plugin for plugin in self.plugins if plugin.name in names], self.settings, clock=self._clock)

    def lend(self, files: Files) -> None:
        """Let plugins read the files of the conversations that they serve; called on the loop of the bot."""
        for host in self._hosts:
            host.files, host.home = files, get_running_loop()

    def consult(self, models: ModelGateway, guard: TextGuard | None = None, *, moderates: bool = False) -> None:
        """Let plugins ask the bot's language models; called on the loop of the bot.

        `guard` looks at each text before a plugin gets it; `moderates`: so does what moderates.
        """
        for host in self._hosts:
            host.models, host.home = models, get_running_loop()
            host.guard, host.moderates = guard, moderates

    def connect(self, make: "Callable[[], httpx.AsyncClient]") -> None:
        """Let plugins speak HTTP, each with a client of its own that this makes."""
        for host in self._hosts:
            host.outbound.make = make

    async def start(self) -> None:
        """Start every plugin. If one fails, those that were started are stopped again; raises RegistryError."""
        for host in self._hosts:
            if host.started:
                continue
            try:
                if host.plugin.starter is not None:
                    host.state = await host.run(host.plugin.starter, host.settings, timeout=START_TIMEOUT)
                host.started = True
            except Exception as error:
                await self.stop()
                ours = isinstance(error, LateError | EscapedError)
                why = str(error) if ours else f"{type(error).__name__}: {error}"
                what = f"plugin '{host.plugin.name}' could not start: {why}"
                raise RegistryError(what, place=place_in(host.plugin.starter, error)) from error

    async def stop(self) -> None:
        """Stop every plugin that was started, the last first; a failing one is logged. May be called twice."""
        for host in reversed(self._hosts):
            if host.started:
                host.started, state, host.state = False, host.state, None
                if host.plugin.stopper is not None:
                    await host.tell(host.plugin.stopper, state, what="stop", timeout=START_TIMEOUT)
            await host.close()

    async def perform(self, call: Call, caller: Caller) -> Result:
        """Call an action and give its Result, whatever happens; raises nothing but its own cancellation.

        Failure codes: an ActionError's own, or `failed`, `timeout`, `outcome_unknown` (a write of which nobody
        knows whether it was done), `bad_arguments`, `bad_result`, `unavailable`, `unknown_action`.
        """
        admitted = self._admit(call)
        if isinstance(admitted, Result):
            return admitted
        action, host, arguments = admitted
        began = time.perf_counter()
        outcome = await performing.perform(call, action, host, caller, arguments, self._clock, self._jitter)
        return self._ended(call, outcome, time.perf_counter() - began)

    def lasts(self, call: Call) -> float:
        """Give the seconds that a call may take at most, with all its tries and the pauses between them."""
        found = self._actions.get(call.action)
        if found is None:
            return 0.0
        action = found[0]
        pauses = sum(performing.pause(tries, 1.0) for tries in range(action.retries))
        return (call.timeout or action.spec.timeout) * (action.retries + 1) + pauses

    def perform_inline(self, call: Call, caller: Caller) -> Result | None:
        """Call an action that is declared `inline` here and now; None for others, and where it has to be tried again.

        One that took too long several times runs in a thread from then on.
        """
        found = self._actions.get(call.action)
        if found is None or not found[0].inline or self._slow.get(call.action, 0) >= MOST_SLOW:
            return None
        admitted = self._admit(call)
        if isinstance(admitted, Result):
            return admitted
        action, host, arguments = admitted
        began = time.perf_counter()
        outcome = performing.perform_here(call, action, host, caller, arguments, self._clock.now())
        took = time.perf_counter() - began
        if took > MOST_INLINE:
            self._slow[call.action] = self._slow.get(call.action, 0) + 1
            if self._slow[call.action] == MOST_SLOW:
                what = "action %s is inline and took %.0f ms: it gets a thread from now on"
                _log.warning(what, call.action, took * 1000)
        if outcome.again:
            return None
        return self._ended(call, outcome, took)

    def check_arguments(self, name: str, args: Mapping[str, Any]) -> str:
        """Say why arguments (`values.to_json` form) do not fit an action's signature, or nothing."""
        found = self._actions.get(name)
        if found is None:
            return "there is no such action"
        try:
            performing.read_arguments(found[0], args)
        except ArgumentsError as error:
            return str(error)
        return ""

    def _admit(self, call: Call) -> tuple[Action, Host, dict[str, Any]] | Result:
        """Give what a call needs, or the Result of one that cannot be made."""
        if call.action not in self._actions:
            return self._refused(call, performing.failed("unknown_action"))
        action, host = self._actions[call.action]
        try:
            arguments = performing.read_arguments(action, call.args)
        except ArgumentsError as error:
            return self._refused(call, performing.Outcome(failure=Failure("bad_arguments", str(error))))
        circuit = breakers.admit(self._circuits.get(call.action, breakers.CLOSED), self._clock.now())
        if circuit is None:
            return self._refused(call, performing.failed("unavailable"))
        self._circuits[call.action] = circuit
        return action, host, arguments

    def _refused(self, call: Call, outcome: performing.Outcome) -> Result:
        """End a call that was not made."""
        self.heard(call.action, outcome.failure.code if outcome.failure is not None else "", 0.0)
        return performing.as_result(call, outcome)

    def _ended(self, call: Call, outcome: performing.Outcome, took: float) -> Result:
        name, circuit = call.action, self._circuits.get(call.action, breakers.CLOSED)
        well = outcome.healthy
        self._circuits[name] = breakers.CLOSED if well else breakers.after_failure(circuit, self._clock.now())
        self.heard(name, outcome.failure.code if outcome.failure is not None else "", took)
        return performing.as_result(call, outcome)

    async def guard(self, direction: Direction, text: str, caller: Caller) -> Verdict:
        """Ask the guards in order, each about what the one before it left; the first refusal ends it."""
        current = text
        for host in self._hosts:
            for guard in host.plugin.guards:
                if guard.direction == direction:
                    verdict = await self._judge(guard, host, caller, current)
                    if verdict.refused:
                        return verdict
                    current = current if verdict.text is None else verdict.text
        return PASS if current == text else Verdict.replace(current)

    async def guard_call(self, action: str, args: Mapping[str, Any], caller: Caller) -> Verdict:
        """Ask the guards of calls about one that a language model wants; the first refusal ends it."""
        for host in self._hosts:
            for guard in host.plugin.guards:
                if guard.direction == "tool":
                    given = from_json(dict(args))  # its own: what a guard changes there changes nothing
                    verdict = await self._judge(guard, host, caller, action, given)
                    if verdict.refused:
                        return verdict
        return PASS

    async def _judge(self, guard: Guard, host: Host, caller: Caller, *asked: Any) -> Verdict:
        what = f"guard_{guard.direction}"
        ctx = host.context(caller, self._clock.now(), what=what)
        given, well = await host.tell(guard.function, ctx, *asked, what=what, timeout=guard.timeout)
        if well and given is None:
            return PASS
        if isinstance(given, Verdict):
            return given
        if well:
            ctx.log.warning("a guard gave a %s, not a Verdict or None", type(given).__name__)
        return Verdict.refuse("a required guard failed") if guard.required else PASS

    async def hear(self, message: Message, caller: Caller) -> tuple[Message, dict[str, Any]]:
        """Let plugins hear a message: give it as they do, and the facts about the customer that they know."""
        facts: dict[str, Any] = {}
        for host in self._hosts:
            for sense in host.plugin.hearing:
                ctx = host.context(caller, self._clock.now(), what="hear")
                given, well = await host.tell(sense.function, ctx, message, what="hear", timeout=sense.timeout)
                if well:
                    facts |= to_json(ctx.facts)
                if isinstance(given, Message):
                    text, translated = given.text[:MOST_HEARD], given.translated[:MOST_HEARD]
                    message = replace(message, text=text, translated=translated)
        return message, facts

    async def speak(self, reply: Reply, caller: Caller) -> Reply:
        """Let plugins speak a reply: give it as they do."""
        for host in self._hosts:
            for sense in host.plugin.speaking:
                ctx = host.context(caller, self._clock.now(), what="speak")
                given, _ = await host.tell(sense.function, ctx, reply, what="speak", timeout=sense.timeout)
                if isinstance(given, Reply):
                    reply = replace(reply, text=given.text, file=given.file, original=given.original)
        return reply

    async def brief(self, lines: Sequence[tuple[str, str]], caller: Caller) -> list[tuple[str, str]]:
        """Let plugins brief people who take a conversation over: give the plugins that do, and what they say."""
        told: list[tuple[str, str]] = []
        for host in self._hosts:
            for sense in host.plugin.briefing:
                ctx = host.context(caller, self._clock.now(), what="brief")
                given, _ = await host.tell(sense.function, ctx, tuple(lines), what="brief", timeout=sense.timeout)
                if isinstance(given, str) and given.strip():
                    told.append((host.plugin.name, given[:MOST_HEARD]))
        return told

    async def before_turn(self, event: Event, caller: Caller) -> dict[str, Any]:
        """Tell the plugins of an event; give the facts about the customer that they know (`values.to_json` form)."""
        facts: dict[str, Any] = {}
        for host in self._hosts:
            for hook in host.plugin.before:
                ctx = host.context(caller, self._clock.now(), what="before_turn")
                _, well = await host.tell(hook, ctx, event, what="before_turn", timeout=HOOK_TIMEOUT)
                if well:
                    facts |= to_json(ctx.facts)
        return facts

    async def after_turn(self, turn: Turn, caller: Caller) -> None:
        """Tell the plugins of a stored turn."""
        for host in self._hosts:
            for hook in host.plugin.after:
                ctx = host.context(caller, self._clock.now(), what="after_turn")
                await host.tell(hook, ctx, turn, what="after_turn", timeout=HOOK_TIMEOUT)

    async def erase(self, plugin: str, erased: Erased) -> str:
        """Let a plugin let go of what it keeps of an erased conversation; give the kind of its error if it failed.

        Raises UsageError for a plugin that is not here, or has not started.
        """
        host = self.host(plugin)
        if not host.started:
            raise UsageError(f"the plugin '{plugin}' has not started")
        return await erase_with(host, erased, _caller_of(erased), self._clock.now())

    async def export(self, caller: Caller) -> tuple[dict[str, Any], list[str]]:
        """Let plugins give what they keep of a conversation, by their names; and name those that could not."""
        given, failed = await export_with([one for one in self._hosts if one.started], caller, self._clock.now())
        return given, [*failed, *(one.plugin.name for one in self._hosts if one.plugin.exporting and not one.started)]


def _caller_of(erased: Erased) -> Caller:
    return Caller(erased.conversation, erased.channel, {"id": erased.customer} if erased.customer else {})
