"""Conversation tests: each played through the engine, in a store and with plugins of its own, and judged."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from botkit.app.bots import Bot, guarding_of, rules_of
from botkit.app.confidences import confidences_of
from botkit.app.consulting import models_of, with_model
from botkit.app.directories import Checked
from botkit.app.exchanges import Exchange, exchange_of
from botkit.app.models import open_gateway
from botkit.app.recordings import SUFFIX, Recordings, check_recordings
from botkit.app.stand_ins import StandInRegistry
from botkit.app.talks import attach
from botkit.app.transcripts import line_of, readable
from botkit.app.trials_reading import Called, Expectation, Move, Trial, read_trials
from botkit.app.understanding import Understanding
from botkit.dialogue import new_session
from botkit.errors import BotkitError, LoadError, Place, UsageError
from botkit.model.events import Event, Outside
from botkit.model.flowset import FlowSet
from botkit.model.replies import Call
from botkit.model.turn import Turn, Visit
from botkit.model.values import File, from_json
from botkit.ports.models import LanguageModel, ModelGateway
from botkit.ports.stored import Commit
from botkit.ports.stores import Store
from botkit.registry.registry import Registry
from botkit.runtime.books import FlowBook
from botkit.runtime.clocks import FixedClock, WallClock
from botkit.runtime.engine import Engine
from botkit.runtime.passages import Passages
from botkit.safety import open_client
from botkit.stores import open_files, open_store
from botkit.testing.samples import sample

if TYPE_CHECKING:
    from botkit.llm.gateway import Gateway

_GIVEN = "given"
MOST_TIMERS = 1000  # that one `wait` may fire
LEARNING = 600.0  # seconds that a model on this machine has for all texts, and
EMBEDDING = 30.0  # for a message: how busy the machine is decides nothing


class Complaint(msgspec.Struct, frozen=True):
    """Something that was expected and did not hold."""

    place: Place
    message: str


class Said(msgspec.Struct, frozen=True):
    """A line of the transcript; `who` is customer, bot, time, event or action."""

    who: str
    text: str
    place: Place | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What became of a trial. `visits` are the steps that were executed; `seconds` how long it took."""

    trial: Trial
    complaints: tuple[Complaint, ...]
    transcript: tuple[Said, ...]
    visits: tuple[Visit, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything held."""
        return not self.complaints


class Rehearsal:
    """Plays the trials of one bot. The flows are read once; each trial has its own store and plugins' state."""

    def __init__(self, checked: Checked, asks: ModelGateway | None = None) -> None:
        """Take what a directory holds; `asks` is the gateway by which answers of its model are recorded anew."""
        if checked.flows is None:
            raise LoadError(checked.errors)
        self.checked = checked
        self.models = checked.config.models is not None
        self.flows: FlowSet = with_model(checked.flows, checked.config) if self.models else checked.flows
        self.recordings: dict[Path, Recordings] = {}
        self._asks = asks
        self._understanding = understanding_of(checked)

    async def close(self) -> None:
        """Let go of the embedder."""
        await self._understanding.close()

    async def play(self, trial: Trial) -> Outcome:
        """Play a trial to its end, or to what could not be played."""
        began = time.perf_counter()
        complaints: list[Complaint] = []
        await self._understanding.prepare(self.flows, patience=LEARNING)
        recorded = self._recorded(trial)
        async with _Performance(self.checked, self.flows, self._understanding, trial, recorded) as performance:
            for move in trial.talk:
                try:
                    exchange = await performance.make(move)
                except BotkitError as error:
                    complaints.append(Complaint(move.place, str(error)))
                    break
                complaints += _unrecorded(move, recorded)
                complaints += [Complaint(move.place, text) for text in judge(move.expect, exchange)]
        return Outcome(
            trial,
            tuple(complaints),
            tuple(performance.transcript),
            tuple(visit for turn in performance.turns for visit in turn.visits),
            time.perf_counter() - began,
        )

    def _recorded(self, trial: Trial) -> Recordings | None:
        """Give the recorded answers beside a trial's file; None where the bot has no model. Raises LoadError."""
        if not self.models:
            return None
        path = Path(trial.place.file).with_suffix(SUFFIX)
        if path not in self.recordings:
            wrong = check_recordings(path)
            if wrong is not None:
                raise LoadError([wrong])
            self.recordings[path] = Recordings(path, self._asks, confidences_of(self.checked.directory))
        return self.recordings[path]


def _unrecorded(move: Move, recorded: Recordings | None) -> list[Complaint]:
    """Say what the model was asked in a move and has no recorded answer for."""
    if recorded is None:
        return []
    missing, recorded.missing = recorded.missing, []
    failed, recorded.failed = recorded.failed, []
    hint = "`botkit test DIR --record` asks the model"
    said = [f"the language model cannot be recorded: {one}" for one in failed]
    said += [f"no recorded answer for {one!r}; {hint}" for one in missing]
    return [Complaint(move.place, one) for one in dict.fromkeys(said)]


def understanding_of(checked: Checked) -> Understanding:
    """Give what the trials of a bot understand with: its embedder, if that is on this machine; no endpoint."""
    settings = checked.config.embedder
    here = settings is not None and settings.kind != "endpoint"
    patient = msgspec.structs.replace(settings, within=EMBEDDING) if here and settings is not None else None
    config = msgspec.structs.replace(checked.config, embedder=patient)
    return Understanding.of(config, checked.directory, None, WallClock())


async def play_all(
    checked: Checked,
    trials: Iterable[Trial],
    tell: Callable[[Outcome], None] = lambda _: None,
    *,
    record: bool = False,
    prune: bool = True,
    model: LanguageModel | None = None,
) -> list[Outcome]:
    """Play trials one after the other; `tell` hears of each when it has ended.

    With `record` the bot's language model (or `model`) is asked what has no recorded answer yet, and what it gives is
    written beside the tests; with `prune` answers that no trial heard go. Raises UsageError where there is no model.
    """
    store = open_store("sqlite://")
    asks = await _open_model(checked, store, model) if record else None
    rehearsal = Rehearsal(checked, asks)
    outcomes: list[Outcome] = []
    played = False
    try:
        for trial in trials:
            outcomes.append(await rehearsal.play(trial))
            tell(outcomes[-1])
        played = True
    finally:
        await rehearsal.close()
        if asks is not None:
            for recorded in rehearsal.recordings.values():
                recorded.write(prune=prune and played)
            await asks.close()
            await store.close()
    return outcomes


async def _open_model(checked: Checked, store: Store, model: LanguageModel | None) -> "Gateway":
    await store.open()
    gateway = await open_gateway(checked.config.models, store.shared, WallClock(), model)
    if gateway is None:
        await store.close()
        raise UsageError("there is no language model to record", hint="llm: of bot.yaml names one, with its key")
    return gateway


class _Performance:
    """One trial on its stage: a bot without channels and without a clock of its own."""

    def __init__(
        self,
        checked: Checked,
        flows: FlowSet,
        understanding: Understanding,
        trial: Trial,
        recorded: Recordings | None,
    ) -> None:
        self.trial = trial
        self.conversation = f"{trial.channel}:{_chat(trial.name)}"
        self.clock = FixedClock(trial.now)
        self.turns: list[Turn] = []
        self.transcript: list[Said] = []
        known = checked.registry
        registry = Registry(known.plugins, known.settings, clock=self.clock, jitter=lambda: 0.0)
        self._registry = registry
        self._store: Store = open_store("sqlite://")
        with_stand_ins = StandInRegistry(registry, trial.actions)
        self._engine = Engine(
            FlowBook(flows, _forgotten),
            self._store,
            cast("Registry", with_stand_ins),  # it answers everything that the engine asks of a registry
            understanding.recognisers,
            self.clock,
            chosen_locale=trial.locale,
            files=open_files(self._store, checked.config.files, self.clock),
            guarding=guarding_of(msgspec.structs.replace(rules_of(checked.config), rate=None)),  # a test writes fast
            senses=understanding.senses,
            passages=Passages(understanding.libraries, registry.sources(), waits=understanding.senses),
            models=models_of(msgspec.structs.replace(checked, registry=registry), recorded),
        )
        self._bot = Bot(checked, self._engine, {})
        self._events = 0
        self._last = exchange_of((), None)

    async def __aenter__(self) -> Self:
        await self._store.open()
        try:
            self._registry.lend(self._engine.files)
            self._registry.connect(partial(open_client, self._bot.checked.config.safety.allow_hosts))
            await self._registry.start()
            await self._give()
            self._engine.listeners.add(self.conversation, self.turns.append)
            self._last = await self._bot.open(self.conversation)
            self._note(self._last)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await self._engine.stop(within=1.0)
        await self._registry.stop()
        await self._store.close()

    async def _give(self) -> None:
        """Put the given slots and facts into a session that has not begun."""
        if not self.trial.slots and not self.trial.customer:
            return
        await self._store.accept_event(self.conversation, _GIVEN, Outside(_GIVEN), self.clock.now())
        loaded = await self._store.load(self.conversation)
        fresh = new_session(self._bot.flows, self.conversation, locale=self.trial.locale)
        session = msgspec.structs.replace(fresh, slots=self.trial.slots, customer=self.trial.customer)
        await self._store.commit(Commit(self.conversation, loaded.fence, session, turns=(), taken=1))

    async def make(self, move: Move) -> Exchange:
        """Make a move and give what came of it; `bot` gives what came of the one before."""
        match move.kind:
            case "bot":
                return self._last
            case "user":
                files = [await self._upload(Path(name)) for name in move.files]
                said = " ".join([move.text, *(f"[{file.name}]" for file in files)]).strip()
                self.transcript.append(Said("customer", said, move.place))
                exchange = await self._bot.say(move.text, self.conversation, files)
            case "press":
                self.transcript.append(Said("customer", f"[{move.text}]", move.place))
                exchange = await self._bot.press(move.text, self.conversation)
            case "event":
                self.transcript.append(Said("event", move.text, move.place))
                exchange = await self._tell(Outside(move.text, move.data))
            case _:
                self.transcript.append(Said("time", f"{move.text} later", move.place))
                exchange = await self._wait(move.seconds)
        self._last = exchange
        self._note(exchange)
        return exchange

    async def _upload(self, path: Path) -> File:
        """Upload a file that stands beside the test, or one that is made up."""
        made_up = not await asyncio.to_thread(path.is_file)
        return await attach(self._bot, path, self.conversation, sample(path.name) if made_up else None)

    async def _tell(self, event: Event) -> Exchange:
        before = len(self.turns)
        self._events += 1
        await self._engine.put(self.conversation, f"test-{self._events}", event)
        await self._engine.settle(self.conversation)
        return await self._since(before)

    async def _wait(self, seconds: float) -> Exchange:
        """Let time pass from timer to timer, so that each fires when it is due."""
        before, end = len(self.turns), self.clock.now() + seconds
        for _ in range(MOST_TIMERS):
            due = await self._store.next_timer()
            if due is None or due > end:
                break
            self.clock.move(max(due - self.clock.now(), 0.0))
            await self._engine.fire_timers()
            await self._engine.settle(self.conversation)
        self.clock.move(max(end - self.clock.now(), 0.0))
        return await self._since(before)

    async def _since(self, before: int) -> Exchange:
        turns = tuple(self.turns[before:])
        session = (await self._store.load(self.conversation, most=0)).session
        return exchange_of(turns, session)

    def _note(self, exchange: Exchange) -> None:
        for turn in exchange.turns:
            self.transcript += [Said("bot", line_of(reply)) for reply in turn.replies]
            self.transcript += [Said("action", effect.action) for effect in turn.effects if isinstance(effect, Call)]


async def _forgotten(_version: str) -> FlowSet | None:
    return None


def _chat(name: str) -> str:
    return name.strip() or "1"


# Judging


def judge(expect: Expectation, exchange: Exchange) -> Iterator[str]:
    """Say what of an expectation does not hold."""
    said = "\n".join(line_of(reply) for reply in exchange.replies)
    found = _excerpt(said) if said else "the bot said nothing"
    for text in expect.has:
        if _fold(text) not in _fold(said):
            yield f"expected a reply with {text!r}; {found}"
    for text in expect.lacks:
        if _fold(text) in _fold(said):
            yield f"expected no reply with {text!r}; {found}"
    yield from _judge_state(expect, exchange)
    if expect.called is not msgspec.UNSET:
        yield from judge_calls(expect.called, calls_of(exchange))


def _judge_state(expect: Expectation, exchange: Exchange) -> Iterator[str]:
    pairs = (("route", exchange.route or None), ("flow", exchange.flow), ("owner", exchange.owner))
    for name, found in pairs:
        wanted = getattr(expect, name)
        if wanted is not msgspec.UNSET and wanted != found:
            yield f"expected {name} {_word(wanted)}, found {_word(found)}"
    slots = {name: readable(value) for name, value in exchange.slots.items()}
    for name, wanted in expect.slots.items():
        if not fits(wanted, slots.get(name)):
            yield f"expected slot {name} to be {_word(wanted)}, found {_word(slots.get(name))}"


def judge_calls(wanted: Sequence[Called], calls: Sequence[Call]) -> Iterator[str]:
    """Say how the calls differ: all wanted ones in their order, and no write beside them."""
    left = list(wanted)
    extra: list[str] = []
    for call in calls:
        if left and left[0].action == call.action and fits(left[0].args, readable(from_json(call.args))):
            left.pop(0)
        elif call.effect == "write":
            extra.append(call.action)
    found = ", ".join(_call(call) for call in calls) or "none"
    if left:
        missing = f"{left[0].action}({_arguments(left[0].args)})" if left[0].args else left[0].action
        yield f"expected a call of {missing}; the calls were: {found}"
    for name in extra:
        yield f"expected no write of {name} here; the calls were: {found}"


def fits(wanted: Any, found: Any) -> bool:
    """Tell whether what was found has everything that is wanted: of mappings a part is enough."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and fits(value, found[name]) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(fits, wanted, found))
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is None or found is None:
        return wanted is found
    return bool(wanted == found) or str(wanted) == str(found)


def calls_of(exchange: Exchange) -> list[Call]:
    """Give the calls of actions that an exchange asked for, in order."""
    return [effect for turn in exchange.turns for effect in turn.effects if isinstance(effect, Call)]


def _call(call: Call) -> str:
    return f"{call.action}({_arguments(readable(from_json(call.args)))})"


def _arguments(args: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_word(value)}" for name, value in args.items())


def _word(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) and value else _excerpt(repr(value))


def _excerpt(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:299]}…"


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


async def rehearse(checked: Checked) -> list[Outcome]:
    """Play the conversation tests of a directory. Raises LoadError for tests that cannot be read."""
    if checked.flows is None:
        raise LoadError(checked.errors)
    trials, problems = read_trials(checked.directory, checked.flows)
    if any(problem.severity == "error" for problem in problems):
        raise LoadError(problems)
    return await play_all(checked, trials)
