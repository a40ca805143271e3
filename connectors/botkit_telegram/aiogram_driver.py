"""aiogram as the driver."""

from collections.abc import AsyncIterator, Mapping
from functools import cache
from typing import Any, Self

from aiogram import Bot, methods
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError, ClientResponseError

from botkit_telegram.drivers import CALL_SECONDS, CHUNK, FILE_SECONDS, ApiError, Content, path_of, unknown_token

_CODES: dict[type[TelegramAPIError], int] = {
    TelegramBadRequest: 400,
    TelegramUnauthorizedError: 401,
    TelegramForbiddenError: 403,
    TelegramNotFound: 404,
    TelegramConflictError: 409,
    TelegramEntityTooLarge: 413,
    TelegramServerError: 500,
}


class _Session(AiohttpSession):
    """A session that closes at once: aiohttp itself waits for its connections since 3.12."""

    async def close(self) -> None:
        if self._session is not None and not self._session.closed:
            await self._session.close()


class AiogramDriver:
    """Implements Driver with an aiogram Bot. One that was given is its owner's to close."""

    def __init__(self, bot: Bot, *, owned: bool = False) -> None:
        self._bot = bot
        self._owned = owned
        self._closed = False

    @classmethod
    def open(cls, token: str, api_base: str) -> Self:
        """Make a bot of its own. Raises ConfigError."""
        try:
            session = _Session(api=TelegramAPIServer.from_base(api_base))
            return cls(Bot(token, session=session), owned=True)
        except TokenValidationError as error:
            raise unknown_token() from error

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Call a method; its result is taken as it comes, whatever this version of aiogram knows of it."""
        self._check()
        timeout = int(CALL_SECONDS + params.get("timeout", 0))
        try:
            return await self._bot(_method(method)(**_given(params)), request_timeout=timeout)
        except TelegramRetryAfter as error:
            raise ApiError(429, error.message, retry_after=float(error.retry_after)) from error
        except TelegramMigrateToChat as error:
            raise ApiError(400, error.message, migrate_to=error.migrate_to_chat_id) from error
        except TelegramAPIError as error:
            raise ApiError(_code_of(error), error.message.replace(self._bot.token, "TOKEN")) from error
        except AiogramError as error:
            raise ApiError(0, type(error).__name__) from error
        except OSError as error:
            raise ApiError(0, type(error).__name__) from error

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Give a file as it streams in."""
        found = await self.call("getFile", {"file_id": file_id})
        self._check()
        session = self._bot.session
        url = session.api.file_url(self._bot.token, path_of(found))
        try:
            async for chunk in session.stream_content(url, timeout=int(FILE_SECONDS), chunk_size=CHUNK):
                yield chunk
        except ClientResponseError as error:
            raise ApiError(error.status, "the file is not there") from error
        except (ClientError, OSError) as error:
            raise ApiError(0, type(error).__name__) from error

    def _check(self) -> None:
        """See that nothing is opened any more once it is closed."""
        if self._closed:
            raise ApiError(0, "it is closed")

    async def close(self) -> None:
        """Close the bot's session."""
        self._closed = True
        if self._owned:
            await self._bot.session.close()


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: BufferedInputFile(value.data, value.name) if isinstance(value, Content) else value
        for key, value in params.items()
    }


@cache
def _method(name: str) -> type[TelegramMethod[Any]]:
    """Give aiogram's method, with the API's own JSON as its result."""
    base = getattr(methods, name[0].upper() + name[1:])
    return type(base.__name__, (base,), {"__returning__": Any, "__module__": __name__})


def _code_of(error: TelegramAPIError) -> int:
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), 0)
