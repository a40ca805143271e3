"""An endpoint that speaks OpenAI's `POST /embeddings`: OpenAI itself, a gateway, or a server on the own machines.

It is asked through httpx and not through OpenAI's library: this is one request, whose patience, second tries and
words about what failed have to be those of a chat.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from botkit.errors import EmbedderError
from botkit.ports.understanding import Purpose, Vectors
from botkit.understanding.embedders.settings import EmbedderSettings

if TYPE_CHECKING:
    import httpx

AT_ONCE: Final = 32  # texts in one request: what servers take by default (text-embeddings-inference: 32)
TRIES: Final = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0  # seconds, unless the endpoint says for how long
ONE_REQUEST: Final = 30.0  # seconds
_AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_MOST_BYTES: Final = 64 << 20


class _Row(msgspec.Struct):
    embedding: list[float]
    index: int = -1


class _Answer(msgspec.Struct):
    data: list[_Row]


class EndpointEmbedder:
    """Asks an endpoint. What a model wants before a text is bot.yaml's to say."""

    def __init__(
        self,
        settings: EmbedderSettings,
        client: "httpx.AsyncClient | None" = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._url = f"{settings.where.rstrip('/')}/embeddings"
        self._client = client if client is not None else _open_client(settings)
        self._sleep = sleep
        self._now = now
        self._jitter = jitter
        self._not_before = 0.0
        told = [settings.where.rstrip("/"), settings.model, str(settings.dimensions or "")]
        self.name = " ".join(filter(None, ["endpoint", *told, repr((settings.query, settings.passage))]))

    async def embed(self, texts: Sequence[str], purpose: Purpose = "query", *, patience: float) -> Vectors:
        """Give a row for each text; what the endpoint is too busy for is asked again, as far as patience goes."""
        import numpy as np

        until = self._now() + patience
        before = (self._settings.query if purpose == "query" else self._settings.passage) or ""
        rows: list[list[float]] = []
        for first in range(0, len(texts), AT_ONCE):
            rows += await self._ask([before + text for text in texts[first : first + AT_ONCE]], until)
        if len({len(row) for row in rows}) > 1:
            raise EmbedderError("the endpoint gave vectors of different lengths")
        return np.array(rows, np.float32) if rows else np.zeros((0, 0), np.float32)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, texts: Sequence[str], until: float) -> list[list[float]]:
        """Ask for one portion until it is there or may not be tried again."""
        for attempt in range(1, TRIES + 1):
            await self._pause(self._not_before - self._now(), until, "the endpoint asked to wait")
            answer, why = await self._post(texts, until)
            if answer is not None:
                return _rows(answer, len(texts))
            if attempt < TRIES:
                pause = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE) * (0.5 + self._jitter() / 2)
                await self._pause(max(pause, self._not_before - self._now()), until, why)
        raise EmbedderError(why)

    async def _pause(self, seconds: float, until: float, why: str) -> None:
        if seconds <= 0:
            return
        if self._now() + seconds >= until:
            raise EmbedderError(why)
        await self._sleep(seconds)

    async def _post(self, texts: Sequence[str], until: float) -> tuple[bytes | None, str]:
        """Give the answer, or None and why there is none yet. Raises EmbedderError for what no second try mends."""
        import httpx

        body: dict[str, Any] = {"input": list(texts), "encoding_format": "float"}
        if self._settings.model:
            body["model"] = self._settings.model
        if self._settings.dimensions:
            body["dimensions"] = self._settings.dimensions
        left = max(until - self._now(), 0.001)
        try:
            async with asyncio.timeout(min(left, ONE_REQUEST)):
                response = await self._client.post(self._url, content=msgspec.json.encode(body))
        except (TimeoutError, httpx.TimeoutException):
            return None, "the endpoint did not answer in time"
        except httpx.TransportError as error:
            return None, f"the endpoint is out of reach ({type(error).__name__})"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise EmbedderError(f"the endpoint cannot be asked ({type(error).__name__})") from None
        if response.status_code == httpx.codes.OK:
            if len(response.content) > _MOST_BYTES:
                raise EmbedderError("the endpoint's answer is too large")
            return response.content, ""
        why = f"the endpoint answered {response.status_code}{_code_of(response.content)}"
        if response.status_code not in _AGAIN:
            raise EmbedderError(why, hint=_HINTS.get(response.status_code, ""))
        asked = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
        if asked is not None:
            self._not_before = max(self._not_before, self._now() + asked)
        return None, why


_HINTS: Final = {
    401: "is api_key right?",
    403: "is api_key right?",
    404: "is base_url right (such as https://api.openai.com/v1), and is there such a model?",
}


def retry_after(text: str, now: datetime) -> float | None:
    """Read for how many seconds a server asks to be left alone: a number, or a date. None if it does not say."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())


def _rows(answer: bytes, count: int) -> list[list[float]]:
    """Read an answer, its rows in order. Raises EmbedderError."""
    try:
        rows = msgspec.json.decode(answer, type=_Answer).data
    except msgspec.MsgspecError:
        raise EmbedderError("the endpoint's answer cannot be read as embeddings") from None
    if any(row.index >= 0 for row in rows):
        rows.sort(key=lambda row: row.index)
    if len(rows) != count or not all(row.embedding for row in rows):
        raise EmbedderError(f"the endpoint gave {len(rows)} vectors for {count} texts")
    return [row.embedding for row in rows]


def _code_of(content: bytes) -> str:
    """Give the code of an error. What else it says may have the text or the key in it."""
    try:
        error = msgspec.json.decode(content[:_MOST_BYTES]).get("error")
        code = error.get("code") or error.get("type")
    except (msgspec.MsgspecError, AttributeError):
        return ""
    plain = isinstance(code, str) and len(code) <= 40 and code.replace("_", "").isascii()
    return f" ({code})" if plain and code.replace("_", "").isalnum() else ""


def _open_client(settings: EmbedderSettings) -> "httpx.AsyncClient":
    import httpx

    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "botkit"}
    if settings.api_key:
        headers["Authorization"] = f"Bearer {settings.api_key}"
    return httpx.AsyncClient(headers=headers, timeout=ONE_REQUEST, limits=httpx.Limits(max_connections=8))
