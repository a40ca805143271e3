"""Spans: what OpenTelemetry is told of turns and their parts. It is loaded only where somebody asks for it."""

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botkit.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

NAME: Final = "botkit"  # of the tracer, and of the service if nobody names it
SPANS: Final = ("botkit.turn", "botkit.recognise", "botkit.action", "botkit.model", "botkit.commit", "botkit.deliver")
EXPORTERS: Final = ("otlp", "console", "none")
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")

Attributes = Mapping[str, str | int | bool]
App = Callable[[Any, Any, Any], Awaitable[None]]


class Spans:
    """Makes spans with a tracer. Of an error they have its kind, never what it says."""

    def __init__(self, tracer: "Tracer") -> None:
        from opentelemetry import context, propagate, trace

        self.tracer = tracer
        self._trace = trace
        self._context = context
        self._extract = propagate.extract

    @contextmanager
    def around(self, name: str, attributes: Attributes, context: Any = None) -> "Iterator[Span]":
        """Make a span of what is done meanwhile, below the current one, or in a `context` of `below`."""
        with self.tracer.start_as_current_span(
            name, context, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                self.blame(span, type(error).__name__)
                raise

    def blame(self, span: "Span", what: str) -> None:
        """Note that what a span is of failed: the kind of the error, or its code."""
        span.set_attribute("error.type", what)
        span.set_status(self._trace.StatusCode.ERROR)

    def below(self, span: "Span | None") -> object:
        """Give where spans are below this one; of None, where they begin a trace."""
        return self._context.Context() if span is None else self._trace.set_span_in_context(span)

    def enter(self, span: "Span") -> object:
        """Make a span the current one; gives what `leave` takes."""
        return self._context.attach(self._trace.set_span_in_context(span))

    def leave(self, token: Any) -> None:
        """Make the span before it the current one again."""
        self._context.detach(token)

    def taking_over(self, app: App) -> App:
        """Give a web application whose requests go on with the trace that their headers name."""

        async def run(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            token = self._context.attach(self._extract(headers))
            try:
                await app(scope, receive, send)
            finally:
                self._context.detach(token)

        return run


def wanted(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Give the exporters that the standard variables ask for; none where they say nothing of traces.

    Raises ConfigError for an exporter or a protocol that there is not.
    """
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ()
    named = environ.get("OTEL_TRACES_EXPORTER", "")
    if not named and not any(environ.get(name) for name in _ENDPOINTS):
        return ()
    exporters = [one.strip().lower() for one in (named or "otlp").split(",") if one.strip()]
    for one in exporters:
        if one not in EXPORTERS:
            raise ConfigError(f"OTEL_TRACES_EXPORTER is {one[:40]!r}", hint=f"there are {', '.join(EXPORTERS)}")
    protocol = next((environ[name] for name in _PROTOCOLS if environ.get(name)), "http/protobuf")
    if "otlp" in exporters and protocol != "http/protobuf":
        raise ConfigError(f"spans go out by http/protobuf, not {protocol[:40]!r}", hint=f"leave out {_PROTOCOLS[1]}")
    return tuple(one for one in exporters if one != "none")


def make_provider(exporters: tuple[str, ...]) -> "TracerProvider":
    """Give a provider that exports so; the rest (service, sampler, batches) is as the standard variables say.

    Raises ConfigError where OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
    except ImportError as error:
        raise ConfigError(
            "spans are asked for, and OpenTelemetry is not here", hint="pip install 'botkit[otel]'"
        ) from error
    resource = Resource.create({SERVICE_NAME: NAME}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    for one in exporters:
        provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter() if one == "otlp" else ConsoleSpanExporter())
        )
    return provider


@contextmanager
def exporting(environ: Mapping[str, str] = os.environ) -> Iterator[Spans | None]:
    """Give spans that go where the standard variables say, until the end of the block, which waits for the last.

    None where nothing asks for them. Raises ConfigError.
    """
    exporters = wanted(environ)
    if not exporters:
        yield None
        return
    provider = make_provider(exporters)
    try:
        yield Spans(provider.get_tracer(NAME))
    finally:
        provider.shutdown()
