"""What may stand under `channels: {web: ...}` in bot.yaml."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class WebSettings(BaseModel):
    """Settings of the web channel; every one has a default.

    `origins` are further sites whose pages may open the socket (`https://shop.example`), beside the host that
    serves it; `*` allows every site. `secret` signs the chats, so that a browser can come back to its own; without
    one it is the installation's (BotInfo.secret). `identity_secret` is shared with the site that embeds the chat,
    which signs with it who its visitors are. The others are limits: bytes of a message, sockets of one chat and
    of all, messages a second (and in a burst) of one socket, entries and chats that are kept in memory for a page
    that comes back, seconds that a new socket has to say hello, and seconds that an upload may take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    origins: tuple[str, ...] = ()
    secret: SecretStr | None = None
    identity_secret: SecretStr | None = None
    message_bytes: int = Field(default=8_192, ge=64, le=65_536)
    sockets_per_chat: int = Field(default=8, ge=1, le=100)
    sockets: int = Field(default=10_000, ge=1)
    rate: float = Field(default=2.0, gt=0, le=1_000)
    burst: int = Field(default=10, ge=1, le=1_000)
    history: int = Field(default=100, ge=1, le=1_000)
    chats: int = Field(default=10_000, ge=1)
    upload_seconds: float = Field(default=300.0, gt=0, le=3_600)
    hello_seconds: float = Field(default=10.0, gt=0, le=120)

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            whole = parts.scheme in ("http", "https") and parts.netloc and parts.path in ("", "/") and not parts.query
            if origin != "*" and not whole:
                raise ValueError(f"{origin!r} is no origin; it looks like https://shop.example")
        return tuple(origin.rstrip("/").lower() for origin in origins)

    @field_validator("identity_secret")
    @classmethod
    def _check_identity_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if len(secret.get_secret_value()) < 32:
            raise ValueError("the secret needs at least 32 characters")
        return secret

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if len(secret.get_secret_value()) < 16:
            raise ValueError("the secret needs at least 16 characters")
        return secret
