"""Tracing: an engine tells of its turns and their parts as spans. One that is not traced has nothing of this."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from botkit.errors import ModelError
from botkit.model.catalogue import Capabilities
from botkit.model.completions import Completion
from botkit.model.events import Message, Press, Result
from botkit.model.replies import Call, Reply
from botkit.model.turn import Turn
from botkit.monitoring.meter import outcome_of
from botkit.monitoring.spans import Attributes, Spans
from botkit.monitoring.turns import ids_of
from botkit.ports.connectors import Connector
from botkit.ports.models import LanguageModel, ModelRequest, OnText
from botkit.registry.contexts import Caller
from botkit.runtime.engine import Engine

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_COMMITS = ("take", "commit", "take_result")
MOST_KNOWN = 10_000  # replies that are not sent yet
_RESULTS = "_take"  # of its calls
_SCOPES = ("_take", "_turn")


def trace(engine: Engine, spans: Spans) -> None:
    """Trace an engine from now on. What is traced is wrapped here, so that others pay nothing for it."""
    tracing = _Tracing(engine, spans)
    for name in _SCOPES:
        _put(engine, name, tracing.scoped(getattr(engine, name)))
    _put(engine.calls, _RESULTS, tracing.scoped(getattr(engine.calls, _RESULTS)))
    for name in _COMMITS:
        _put(engine.store, name, tracing.committed(getattr(engine.store, name)))
    _put(engine.turning, "make", tracing.made(engine.turning.make))
    _put(engine.turning, "recognisers", tracing.recognisers(engine.turning.recognisers))
    _put(engine.registry, "perform", tracing.performed(engine.registry.perform))
    _put(engine.registry, "perform_inline", tracing.performed_inline(engine.registry.perform_inline))
    senders = {name: _Sender(connector, spans, tracing.decided) for name, connector in engine.connectors.items()}
    _put(engine.delivery, "_connectors", senders)
    before = engine.meter.tell

    def tell(turn: Turn) -> None:
        tracing.note(turn)
        if before is not None:
            before(turn)

    engine.meter.tell = tell


class TracedModel:
    """A LanguageModel whose every try is a span."""

    def __init__(self, model: LanguageModel, spans: Spans) -> None:
        self._model = model
        self._spans = spans

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def features(self) -> frozenset[str]:
        """What it can do."""
        return self._model.features

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Completion:
        """Ask it; the span has what that used, or the reason of the failure."""
        failed: ModelError | None = None
        with self._spans.around("botkit.model", {"botkit.model": self.name}) as span:
            try:
                made = await self._model.complete(request, on_text)
                span.set_attribute("botkit.tokens.input", made.usage.input)
                span.set_attribute("botkit.tokens.output", made.usage.output)
            except ModelError as error:
                self._spans.blame(span, error.reason)
                failed = error
        if failed is not None:
            raise failed
        return made

    async def close(self) -> None:
        """Let go of it."""
        await self._model.close()


def _put(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)


class _Scope:
    """What is done about a delivery, a result or rows of the inbox: its span begins when a turn is made."""

    def __init__(self) -> None:
        self.began = time.time_ns()
        self.span: Span | None = None
        self.token: object = None
        self.turns: list[Turn] = []


class _Tracing:
    """Makes the spans of one engine."""

    def __init__(self, engine: Engine, spans: Spans) -> None:
        self._engine = engine
        self._spans = spans
        self.decided: dict[str, object] = {}  # replies that are not sent yet, and below which span they were decided
        self._scope: ContextVar[_Scope | None] = ContextVar("scope", default=None)

    def note(self, turn: Turn) -> None:
        """Note a turn that was stored."""
        if (scope := self._scope.get()) is None:
            return
        scope.turns.append(turn)
        if len(self.decided) > MOST_KNOWN:
            self.decided.clear()
        self.decided.update({reply.id: self._spans.below(scope.span) for reply in turn.replies})

    def scoped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def run(*given: Any) -> Any:
            scope = _Scope()
            token = self._scope.set(scope)
            try:
                return await real(*given)
            except BaseException as error:
                if scope.span is not None:
                    self._spans.blame(scope.span, type(error).__name__)
                raise
            finally:
                self._scope.reset(token)
                self._end(scope)

        return run

    def made(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def make(*given: Any, **named: Any) -> Any:
            scope = self._scope.get()
            if scope is not None and scope.span is None:
                scope.span = self._spans.tracer.start_span("botkit.turn", start_time=scope.began)
                scope.token = self._spans.enter(scope.span)
            return await real(*given, **named)

        return make

    def _end(self, scope: _Scope) -> None:
        """End the span of a scope; a turn has the results that came at once in it, every other turn its own span."""
        if scope.span is None:
            return
        self._spans.leave(scope.token)
        groups: list[list[Turn]] = []
        for turn in scope.turns:
            if groups and isinstance(turn.event, Result):
                groups[-1].append(turn)
            else:
                groups.append([turn])
        scope.span.set_attributes(_described(groups[0]) if groups else {"botkit.stored": False})
        scope.span.end()
        for group in groups[1:]:
            more = self._spans.tracer.start_span("botkit.turn", start_time=scope.began, attributes=_described(group))
            more.end()

    def committed(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def commit(*given: Any) -> Any:
            with self._spans.around("botkit.commit", {}):
                return await real(*given)

        return commit

    def recognisers(self, real: Callable[..., Any]) -> Callable[..., Any]:
        return lambda flows: _Recogniser(real(flows), self._spans)

    def performed(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def perform(call: Call, caller: Caller) -> Result:
            with self._spans.around("botkit.action", _called(call)) as span:
                result: Result = await real(call, caller)
                self._tell_outcome(span, result)
                return result

        return perform

    def performed_inline(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def perform(call: Call, caller: Caller) -> Result | None:
            began = time.time_ns()
            result: Result | None = real(call, caller)
            if result is not None:
                span = self._spans.tracer.start_span("botkit.action", start_time=began, attributes=_called(call))
                self._tell_outcome(span, result)
                span.end()
            return result

        return perform

    def _tell_outcome(self, span: "Span", result: Result) -> None:
        outcome = outcome_of(result.failure.code if result.failure is not None else "")
        span.set_attribute("botkit.outcome", outcome)
        if outcome not in ("ok", "refused"):
            self._spans.blame(span, outcome)


class _Recogniser:
    """A recogniser that is traced."""

    def __init__(self, real: Any, spans: Spans) -> None:
        self._real = real
        self._spans = spans

    def recognise(self, message: Message | Press, locale: str) -> Message | Press:
        """Give the message with its evidence."""
        with self._spans.around("botkit.recognise", {"botkit.locale": locale}):
            found: Message | Press = self._real.recognise(message, locale)
            return found

    async def understand(self, message: Message | Press, locale: str) -> Message | Press:
        """Give the message with its evidence, found by its vector too."""
        with self._spans.around("botkit.recognise", {"botkit.locale": locale}):
            found: Message | Press = await self._real.understand(message, locale)
            return found


class _Sender:
    """A connector whose sends are traced."""

    def __init__(self, real: Connector, spans: Spans, decided: dict[str, object]) -> None:
        self._real = real
        self._spans = spans
        self._decided = decided

    @property
    def capabilities(self) -> Capabilities:
        """What the channel can show."""
        return self._real.capabilities

    async def send(self, chat: str, reply: Reply) -> str:
        """Send one reply."""
        attributes = {"botkit.channel": self._real.name, "botkit.reply": reply.id}
        context = self._decided.get(reply.id) or self._spans.below(None)
        with self._spans.around("botkit.deliver", attributes, context):
            platform_id = await self._real.send(chat, reply)
        self._decided.pop(reply.id, None)
        return platform_id


def _called(call: Call) -> Attributes:
    return {"botkit.action": call.action, "botkit.effect": call.effect, "botkit.call": call.id}


def _described(turns: list[Turn]) -> Attributes:
    """Give what names a turn, with the results that came at once."""
    return {f"botkit.{name}": value for name, value in ids_of(turns[0]).items()}
