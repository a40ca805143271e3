"""What may stand under `channels: {telegram: ...}` in bot.yaml."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

OFFICIAL = "https://api.telegram.org"


class TelegramSettings(BaseModel):
    """Settings of the Telegram channel; it needs a `token` and no more.

    `driver` is the library that speaks to Telegram. `api_base` is another server of the Bot API, such as one of your
    own. `mode` is how messages come: `polling` fetches them, with `webhook` Telegram posts them to `webhook_url`,
    which has to lead to this bot's `/telegram`. `webhook_secret` comes back with each of these posts; without one it
    is derived from the token. `poll_seconds` is how long one question for messages stays open. `desk` is the group
    of the team (-100123), or of each: `{orders: -100123, default: -100456}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr
    driver: Literal["aiogram", "ptb"] = "aiogram"
    api_base: str = OFFICIAL
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    webhook_secret: SecretStr | None = Field(default=None)
    poll_seconds: int = Field(default=50, ge=1, le=50)
    desk: dict[str, int] = Field(default_factory=dict)

    @field_validator("desk", mode="before")
    @classmethod
    def _read_desk(cls, desk: object) -> object:
        """One group is that of all teams; a variable that is not set is none."""
        return {"default": desk} if isinstance(desk, int) or (isinstance(desk, str) and desk.strip()) else desk or {}

    @field_validator("desk")
    @classmethod
    def _check_desk(cls, desk: dict[str, int]) -> dict[str, int]:
        for team, group in desk.items():
            if group >= 0:
                raise ValueError(f"{group} of {team!r} is no group: its id is negative, as -1001234567890")
        return desk

    @field_validator("token", mode="before")
    @classmethod
    def _check_token(cls, token: object) -> object:
        return token.strip() if isinstance(token, str) else token

    @field_validator("api_base")
    @classmethod
    def _check_base(cls, base: str) -> str:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"{base!r} is no address; it looks like {OFFICIAL}")
        return base.rstrip("/")

    @field_validator("webhook_secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not (text := secret.get_secret_value()):
            return None
        if len(text) > 256 or not text.isascii() or not text.replace("-", "").replace("_", "").isalnum():
            raise ValueError("the secret may have letters, digits, - and _, at most 256")
        return secret

    @model_validator(mode="after")
    def _check_webhook(self) -> Self:
        if self.mode == "webhook":
            parts = urlsplit(self.webhook_url)
            safe = parts.scheme == "https" or (parts.scheme == "http" and self.api_base != OFFICIAL)
            if not safe or not parts.netloc:
                raise ValueError("mode: webhook needs webhook_url, as https://bot.example.org/telegram")
        elif self.webhook_url:
            raise ValueError("webhook_url is for mode: webhook alone")
        return self
