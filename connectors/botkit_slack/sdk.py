"""slack_sdk as what calls the Web API."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from botkit_slack.api import CALL_SECONDS, ApiError

FILE_SECONDS: Final = 60.0  # that a file may take to come
CHUNK: Final = 65_536
_WAIT: Final = 1.0  # seconds to wait where Slack asks to and does not say how long
_JSON: Final = ("chat.", "assistant.", "files.completeUploadExternal")  # take JSON; other methods take forms

# The SDK's own loggers tell bodies and tokens; what there is to say of them is said here.
SILENT: Final = logging.getLogger("botkit_slack.sdk")
SILENT.setLevel(logging.CRITICAL + 1)


class SdkApi:
    """Implements Api with an AsyncWebClient, over a session that is closed with it.

    It tries nothing twice: a message whose answer was lost may have been sent, and who waits for what is known to
    whoever calls.
    """

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session
        self.scopes: frozenset[str] | None = None

    @classmethod
    def open(cls, token: str, api_base: str) -> Self:
        """Make a client of its own; its connections are kept until `close`."""
        return cls._open(token, f"{api_base}/api/")

    @classmethod
    def beside(cls, client: AsyncWebClient) -> Self:
        """Make one that asks what a client of somebody else asks; theirs may try again what was sent already."""
        return cls._open(client.token or "", client.base_url, ssl=client.ssl, proxy=client.proxy)

    @classmethod
    def _open(cls, token: str, base_url: str, **more: Any) -> Self:
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        client = AsyncWebClient(token, base_url, session=session, logger=SILENT, retry_handlers=[], **more)
        return cls(client, session)

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client."""
        return self._client

    async def call(self, method: str, params: Mapping[str, Any], *, within: float = CALL_SECONDS) -> dict[str, Any]:
        """Call a method (`chat.postMessage`) and give what it answers. Raises ApiError and nothing else."""
        given = dict(params)
        try:
            async with asyncio.timeout(within):
                if method == "apps.connections.open":
                    answer = await self._client.apps_connections_open(**given)
                elif method.startswith(_JSON):
                    answer = await self._client.api_call(method, json=given)
                else:
                    answer = await self._client.api_call(method, data=given)
        except SlackApiError as error:
            raise _refusal(error) from error
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise ApiError(0, type(error).__name__) from error
        scopes = answer.headers.get("x-oauth-scopes")
        if scopes is not None and "app_token" not in given:
            self.scopes = frozenset(one.strip() for one in scopes.split(",") if one.strip())
        data = answer.data
        return data if isinstance(data, dict) else {}

    async def download(self, url: str) -> AsyncIterator[bytes]:
        """Give a file as it streams in; the token goes to Slack's own servers alone. Raises ApiError."""
        if not self._is_own(url):
            raise ApiError(200, "file_not_found")
        headers = {"Authorization": f"Bearer {self._client.token}"}
        timeout = aiohttp.ClientTimeout(total=FILE_SECONDS)
        try:
            async with self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:  # who may not have it is led to the page to log in
                    gone = 300 <= answer.status < 500 and answer.status != 429
                    raise ApiError(200 if gone else answer.status, "file_not_found" if gone else "")
                async for chunk in answer.content.iter_chunked(CHUNK):
                    yield chunk
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ApiError(0, type(error).__name__) from error

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file to the address that Slack gave for it, which is its own leave. Raises ApiError."""
        if not self._is_own(url):
            raise ApiError(200, "invalid_upload_url")
        timeout = aiohttp.ClientTimeout(total=FILE_SECONDS)
        try:
            async with self._session.post(url, data=content, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise ApiError(answer.status, "")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ApiError(0, type(error).__name__) from error

    def _is_own(self, url: str) -> bool:
        parts, base = urlsplit(url), urlsplit(self._client.base_url)
        host = parts.hostname or ""
        return parts.netloc == base.netloc or (
            parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
        )

    async def close(self) -> None:
        """Close what was opened; may be called twice."""
        await self._session.close()


def _refusal(error: SlackApiError) -> ApiError:
    """Give a refusal as the SDK tells it: with the answer, or with no more than what HTTP said."""
    answer = error.response
    status = getattr(answer, "status_code", 0) or getattr(answer, "status", 0)
    data = getattr(answer, "data", None)
    told = data if isinstance(data, dict) else {}
    headers = getattr(answer, "headers", {})
    code = str(told.get("error", ""))
    waits = _seconds(headers.get("Retry-After")) if status == 429 or code in ("ratelimited", "rate_limited") else None
    return ApiError(status, code, retry_after=waits, needed=str(told.get("needed", "")))


def _seconds(given: str | None) -> float:
    try:
        return max(float(given or _WAIT), 0.0)
    except ValueError:
        return _WAIT
