"""A model at a server that speaks OpenAI's API, asked through OpenAI's library."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from botkit.errors import ModelError
from botkit.llm import faults, structured
from botkit.llm.chat import read_chunk, read_whole, write_chat
from botkit.llm.gathering import Gathering
from botkit.llm.naming import name_tools
from botkit.llm.responses import read_event, read_response, write_response
from botkit.llm.settings import Endpoint
from botkit.llm.ways import REFUSALS, Ways, learn
from botkit.model.completions import Completion
from botkit.ports.models import ModelRequest, OnText

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

NO_KEY: Final = "none"  # servers of one's own want none, and the library wants one
_REST: Final = 2.0  # seconds that the end of a stream may take after the model said why it stopped
_TURNS: Final = 8  # options of a request that a server may refuse one by one


class OpenAIModel:
    """Asks a server once for each completion; who wants more tries asks again.

    What a server does not take (an option, structured output) it is not asked for again.
    """

    def __init__(self, endpoint: Endpoint, client: "AsyncOpenAI | None" = None) -> None:
        self.endpoint = endpoint
        self.client = client if client is not None else open_client(endpoint)
        self.ways = Ways()

    @property
    def name(self) -> str:
        """The model's name at its server."""
        return self.endpoint.model

    @property
    def features(self) -> frozenset[str]:
        """What it can do; JSON it gives by one way or another."""
        return frozenset({"tools", "schema", *(["images"] if self.endpoint.vision else [])})

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Completion:
        """Give one completion. Raises ModelError."""
        began = perf_counter()
        if not self.endpoint.vision and any(message.images for message in request.messages):
            raise faults.unsupported("the language model is not one that sees: 'vision' of 'llm' says so")
        with faults.as_model_errors():
            made, ways, first = await self._learning(request, on_text)
            if request.schema is not None:
                made = self._fit(made, request, ways, on_text)
        self.ways = ways
        ended = perf_counter()
        return msgspec.structs.replace(made, seconds=ended - began, first=(first or ended) - began)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def _learning(self, request: ModelRequest, on_text: OnText | None) -> tuple[Completion, Ways, float | None]:
        """Ask, and at once again where the server says what it does not take."""
        import openai

        ways = self.ways
        async with asyncio.timeout(self.endpoint.timeouts.total):
            for _ in range(_TURNS):
                shaped = structured.shape(request, ways.structured)
                names = name_tools(shaped)
                hears = on_text if request.schema is None else None
                body = self._write(shaped, ways, names, streamed=on_text is not None)
                try:
                    made, first = await self._ask(shaped, body, names, hears, streamed=on_text is not None)
                except openai.APIStatusError as error:
                    ways = self._other_ways(ways, body, error, request)
                else:
                    return made, ways, first
        raise ModelError("the language model's server takes no request", reason="rejected")

    def _other_ways(
        self, ways: Ways, body: Mapping[str, Any], error: "APIStatusError", request: ModelRequest
    ) -> Ways:
        """Give the ways in which to ask after a refusal. Raises the error if there are none."""
        others = None
        if error.status_code in REFUSALS:
            others = learn(ways, body, *faults.said_by(error), schema=request.schema is not None)
        if others is None:
            raise error
        return others

    def _write(
        self, request: ModelRequest, ways: Ways, names: Mapping[str, str], *, streamed: bool
    ) -> dict[str, Any]:
        write = write_chat if self.endpoint.api == "chat" else write_response
        return write(request, self.endpoint, ways, names, streamed=streamed)

    async def _ask(
        self,
        request: ModelRequest,
        body: Mapping[str, Any],
        names: Mapping[str, str],
        on_text: OnText | None,
        *,
        streamed: bool,
    ) -> tuple[Completion, float | None]:
        first: float | None = None
        patience = asyncio.timeout(self.endpoint.timeouts.first if streamed else None)

        def begun() -> None:
            nonlocal first
            if first is None:
                first = perf_counter()
                patience.reschedule(None)

        chat = self.endpoint.api == "chat"
        cuts = bool(request.stop) and not chat
        gathering = Gathering(None if cuts else on_text, begun if streamed else _nothing)
        create: Any = self.client.chat.completions.create if chat else self.client.responses.create
        try:
            async with patience:
                answer = await create(**body)
                if not streamed:
                    (read_whole if chat else read_response)(answer, gathering)
                else:
                    await self._read_stream(answer, gathering, patience)
        except TimeoutError:
            if not gathering.finish:
                raise
        made = gathering.completion(request, {short: name for name, short in names.items()})
        if cuts:
            made = msgspec.structs.replace(made, text=cut(made.text, request.stop))
            if on_text is not None and made.text:
                on_text(made.text)
        return made, first

    async def _read_stream(self, stream: Any, gathering: Gathering, patience: asyncio.Timeout) -> None:
        """Read parts to the end. What goes wrong after the model said why it stopped changes nothing."""
        import openai

        if not hasattr(stream, "__aiter__"):
            raise faults.malformed()
        chat, seen = self.endpoint.api == "chat", set[str]()
        loop = asyncio.get_running_loop()
        async with _closing(stream):
            try:
                async for part in stream:
                    if chat:
                        read_chunk(part, gathering)
                    else:
                        read_event(part, gathering, seen)
                    if gathering.finish:
                        patience.reschedule(loop.time() + _REST)
            except openai.APIConnectionError:
                if not gathering.finish:
                    raise faults.cut_off() from None
            except ValueError:
                if not gathering.finish:
                    raise

    def _fit(self, made: Completion, request: ModelRequest, ways: Ways, on_text: OnText | None) -> Completion:
        """Give a completion with the JSON that was asked for; who gives none is asked otherwise the next time."""
        settled = structured.settle(made, request)
        if settled is None:
            self.ways = ways.next_structured()
            raise faults.malformed()
        if on_text is not None and settled.text:
            on_text(settled.text)
        return settled


@asynccontextmanager
async def _closing(stream: Any) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await stream.close()


def _nothing() -> None:
    pass


def cut(text: str, stops: Sequence[str]) -> str:
    """Give a text up to the first of some texts in it."""
    found = [at for stop in stops if stop and (at := text.find(stop)) >= 0]
    return text[: min(found)] if found else text


def open_client(endpoint: Endpoint) -> "AsyncOpenAI":
    """Give what asks a server: without tries of its own, and with no key but that of bot.yaml."""
    import httpx2
    import openai

    quiet = logging.getLogger("openai")
    if quiet.level == logging.NOTSET:
        quiet.setLevel(logging.INFO)  # below it writes what is asked into the log
    key, timeout = endpoint.api_key or NO_KEY, httpx2.Timeout(None, connect=endpoint.timeouts.connect)
    if endpoint.azure:
        return openai.AsyncAzureOpenAI(
            azure_endpoint=endpoint.base_url,
            api_version=endpoint.azure,
            api_key=key,
            timeout=timeout,
            max_retries=0,
        )
    return openai.AsyncOpenAI(base_url=endpoint.base_url, api_key=key, timeout=timeout, max_retries=0)
