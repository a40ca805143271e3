"""What may stand under `channels: {web: ...}` in bot.yaml."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_PORTS = {"http": 80, "https": 443}


class WebSettings(BaseModel):
    """Settings of the web channel; every one has a default.

    `page` is what `/` shows beside the chat: `shop` is the made-up shop of the reference bot.
    `origins` are further sites whose pages may open the socket (`https://shop.example`), beside the host that
    serves it; `*` allows every site. `secret` signs the chats, so that a browser can come back to its own; without
    one it is the installation's (BotInfo.secret). `identity_secret` is shared with the site that embeds the chat,
    which signs with it who its visitors are; with `user_hash_secret`, another one, it may sign their bare ids.
    `visitor_days` is how long a browser may stay away and still come back to its chat. The others are limits: bytes
    of a message, open pages of one chat, of one address and of all, messages a second (and in a burst) of one chat
    and of one address, entries and chats that are kept in memory for a page that comes back, seconds that a new
    socket has to say hello, and seconds that an upload may take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: Literal["plain", "shop"] = "plain"
    origins: tuple[str, ...] = ()
    secret: SecretStr | None = None
    identity_secret: SecretStr | None = None
    user_hash_secret: SecretStr | None = None
    visitor_days: float = Field(default=30.0, gt=0, le=3_650)
    message_bytes: int = Field(default=8_192, ge=64, le=65_536)
    sockets_per_chat: int = Field(default=8, ge=1, le=100)
    sockets_per_address: int = Field(default=200, ge=1)
    sockets: int = Field(default=10_000, ge=1)
    rate: float = Field(default=2.0, gt=0, le=1_000)
    burst: int = Field(default=10, ge=1, le=1_000)
    address_rate: float = Field(default=20.0, gt=0, le=10_000)
    address_burst: int = Field(default=200, ge=1, le=100_000)
    history: int = Field(default=100, ge=1, le=1_000)
    chats: int = Field(default=10_000, ge=1)
    upload_seconds: float = Field(default=300.0, gt=0, le=3_600)
    hello_seconds: float = Field(default=10.0, gt=0, le=120)

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(origin if origin == "*" else _as_browsers_say(origin) for origin in origins)

    @field_validator("identity_secret", "user_hash_secret")
    @classmethod
    def _check_identity_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if len(secret.get_secret_value()) < 32:
            raise ValueError("the secret needs at least 32 characters")
        return secret

    @model_validator(mode="after")
    def _check_secrets_differ(self) -> Self:
        one, other = self.identity_secret, self.user_hash_secret
        if one is not None and other is not None and one.get_secret_value() == other.get_secret_value():
            raise ValueError("user_hash_secret has to be another one than identity_secret")
        return self

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if len(secret.get_secret_value()) < 16:
            raise ValueError("the secret needs at least 16 characters")
        return secret


def _as_browsers_say(origin: str) -> str:
    """Give an origin as its pages name themselves: in lower case, the host in ASCII, no port that goes unsaid."""
    try:
        parts = urlsplit(origin)
        port, name = parts.port, parts.hostname or ""
        host = f"[{name}]" if ":" in name else name.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{origin!r} is no origin; it looks like https://shop.example") from error
    beside = parts.username or parts.password or parts.query or parts.fragment or parts.path not in ("", "/")
    if parts.scheme not in _PORTS or not host or beside:
        raise ValueError(f"{origin!r} is no origin; it looks like https://shop.example")
    if "*" in host:
        raise ValueError(f"{origin!r} matches nothing: write each site, or '*' alone for every one")
    return f"{parts.scheme}://{host}{'' if port in (None, _PORTS[parts.scheme]) else f':{port}'}"
