"""What drives the connector: a library that calls the Bot API, behind two methods."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from botkit import ConfigError, DeliveryError
from botkit_telegram.settings import TelegramSettings

CALL_SECONDS: Final = 20.0  # that the API has to answer a call
FILE_SECONDS: Final = 60.0  # that a file may take to come
CHUNK: Final = 65_536


class ApiError(Exception):
    """The Bot API refused a call (`code`, as HTTP has it), or did not answer (0).

    `retry_after` are the seconds that it asks for, `migrate_to` is the chat that the one meant has become.
    """

    def __init__(self, code: int, message: str, *, retry_after: float | None = None, migrate_to: int = 0) -> None:
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.migrate_to = migrate_to
        super().__init__(f"{code} {message}")

    @property
    def unknown_token(self) -> bool:
        """Whether it does not know the token: 404 for what cannot be one, else 401."""
        return self.code in (401, 404)

    def as_delivery(self) -> DeliveryError:
        """Give what the delivery of replies goes by."""
        if self.retry_after is not None:
            return DeliveryError("Telegram asks to wait", retry_after=self.retry_after)
        if self.unknown_token:
            return DeliveryError("Telegram does not know the bot's token")
        if self.code in (400, 403, 413):
            return DeliveryError(f"Telegram refuses it: {self.message}", permanent=True)
        return DeliveryError(f"Telegram did not take it: {self.message}")


class Content(NamedTuple):
    """A file that is sent as it is here, in the place of an address in the parameters of a call."""

    name: str
    data: bytes


class Driver(Protocol):
    """Calls the Bot API over HTTP. What it is given and what it gives is the API's own JSON."""

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Call a method (`sendMessage`) and give its result. A parameter may be a Content.

        Raises ApiError and nothing else.
        """
        ...

    def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Give a file as it streams in. Raises ApiError."""
        ...

    async def close(self) -> None:
        """Close what was opened, and open nothing more; may be called twice."""
        ...


Opener = Callable[[], Driver]
"""Makes a driver. Raises ConfigError for a token that cannot be one."""


def opener_of(settings: TelegramSettings) -> Opener:
    """Give what makes the driver of a channel; its library is imported now. Raises ImportError, ConfigError."""
    token = settings.token.get_secret_value()
    if settings.driver == "aiogram":
        from botkit_telegram.aiogram_driver import AiogramDriver

        return lambda: AiogramDriver.open(token, settings.api_base)
    try:
        from botkit_telegram.ptb_driver import PtbDriver
    except ImportError as error:
        raise ConfigError(
            "channels.telegram.driver: ptb needs python-telegram-bot", hint="pip install 'botkit[ptb]'"
        ) from error
    return lambda: PtbDriver.open(token, settings.api_base)


def path_of(file: Any) -> str:
    """Give where a file is on the servers. Raises ApiError where it is not there any more."""
    path = file.get("file_path")
    if not isinstance(path, str):
        raise ApiError(404, "the file is not there")
    return path


def unknown_token() -> ConfigError:
    """Give what is said of a token that Telegram does not know."""
    return ConfigError(
        "Telegram does not know the token",
        hint="@BotFather shows it: /mybots, the bot, API Token; it is 123456:ABC...",
    )
