"""python-telegram-bot as the driver."""

import logging
import re
import ssl
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Self

import httpx
from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from botkit_telegram.drivers import CALL_SECONDS, CHUNK, FILE_SECONDS, ApiError, Content, path_of, unknown_token

_CODES: Final[dict[type[TelegramError], int]] = {
    BadRequest: 400,
    InvalidToken: 401,
    EndPointNotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    TimedOut: 0,
    NetworkError: 500,
}
_ADVICE: Final = r"Deprecated since version v22\.2: In a future major version attribute `retry_after`"
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{3,100}")


class PtbDriver:
    """Implements Driver with a Bot of python-telegram-bot. One that was given is its owner's to close."""

    def __init__(self, bot: Bot, requests: Sequence[HTTPXRequest] = ()) -> None:
        self._bot = bot
        self._requests = requests
        self._files: httpx.AsyncClient | None = None
        self._closed = False

    @classmethod
    def open(cls, token: str, api_base: str) -> Self:
        """Make a bot of its own. Raises ConfigError."""
        if not _TOKEN.fullmatch(token):
            raise unknown_token()
        _keep_quiet()
        calls, polls = _request(), _request()
        bot = Bot(
            token,
            base_url=f"{api_base}/bot",
            base_file_url=f"{api_base}/file/bot",
            request=calls,
            get_updates_request=polls,
        )
        return cls(bot, (calls, polls))

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Call a method; its result is taken as it comes, whatever this version of the library knows of it.

        What the library has a method of its own for it wants to be called by that, which fails for a whole batch of
        updates because of one; a name in other letters is as good to the API.
        """
        self._check()
        name = re.sub(r"([A-Z])", r"_\1", method)
        wait = CALL_SECONDS + params.get("timeout", 0)
        given: dict[str, Any] = {
            key: InputFile(value.data, filename=value.name) if isinstance(value, Content) else value
            for key, value in params.items()
        }
        if "media" in given:
            given["media"] = [_photo(**one) for one in given["media"]]
        try:
            return await self._bot.do_api_request(name, api_kwargs=given, read_timeout=wait)
        except RetryAfter as error:
            raise ApiError(429, error.message, retry_after=_seconds(error)) from error
        except ChatMigrated as error:
            raise ApiError(400, error.message, migrate_to=error.new_chat_id) from error
        except TelegramError as error:
            raise ApiError(_code_of(error), error.message.replace(self._bot.token, "TOKEN")) from error

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Give a file as it streams in; the library itself would keep it in memory."""
        found = await self.call("getFile", {"file_id": file_id})
        self._check()
        url = f"{self._bot.base_file_url}/{path_of(found)}"
        if self._files is None:
            self._files = httpx.AsyncClient(verify=_trust(), timeout=FILE_SECONDS)
        try:
            async with self._files.stream("GET", url) as answer:
                if answer.status_code != 200:
                    raise ApiError(answer.status_code, "the file is not there")
                async for chunk in answer.aiter_bytes(CHUNK):
                    yield chunk
        except httpx.HTTPError as error:
            raise ApiError(0, type(error).__name__) from error

    def _check(self) -> None:
        """See that nothing is opened any more once it is closed."""
        if self._closed:
            raise ApiError(0, "it is closed")

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        files, self._files = self._files, None
        if files is not None:
            await files.aclose()
        for request in self._requests:
            await request.shutdown()


def _photo(type: str, **params: Any) -> InputMediaPhoto:  # noqa: A002, ARG001 - the API's name for it
    return InputMediaPhoto(**params)


def _request() -> HTTPXRequest:
    return HTTPXRequest(read_timeout=CALL_SECONDS, pool_timeout=CALL_SECONDS, httpx_kwargs={"verify": _trust()})


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _keep_quiet() -> None:
    """Keep the token (in addresses), what people write (in parameters) and advice to us out of the log."""
    warnings.filterwarnings("ignore", message=_ADVICE)
    for name, level in (("httpx", logging.WARNING), ("httpcore", logging.WARNING), ("telegram", logging.INFO)):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, level))


def _seconds(error: RetryAfter) -> float:
    with warnings.catch_warnings():  # it warns that it will give another type one day
        warnings.simplefilter("ignore")
        wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def _code_of(error: TelegramError) -> int:
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), 0)
