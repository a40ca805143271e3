"""What may stand under `channels: {slack: ...}` in bot.yaml."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

OFFICIAL = "https://slack.com"

Mode = Literal["socket", "http"]


class SlackSettings(BaseModel):
    """Settings of the Slack channel: `bot_token`, and `app_token` or `signing_secret`.

    With `app_token` the bot opens a connection to Slack (`mode: socket`), with `signing_secret` Slack posts to
    `/slack/events` (`mode: http`); who has given both says which it is, else it is the first. `command` is the slash
    command by which somebody writes to the bot from anywhere. `api_base` is another server that speaks as Slack does.
    `desk` is the channel of the team (C0123), or of each: `{orders: C0123, default: C0456}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: SecretStr
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    mode: Mode | None = None
    command: str = "/botkit"
    api_base: str = OFFICIAL
    desk: dict[str, str] = Field(default_factory=dict)

    @field_validator("desk", mode="before")
    @classmethod
    def _read_desk(cls, desk: object) -> object:
        """One channel is that of all teams; a variable that is not set is none."""
        return {"default": desk} if isinstance(desk, str) and desk.strip() else desk or {}

    @field_validator("desk")
    @classmethod
    def _check_desk(cls, desk: dict[str, str]) -> dict[str, str]:
        for team, channel in desk.items():
            if not re.fullmatch(r"[CG][A-Z0-9]{2,30}", channel.strip()):
                raise ValueError(
                    f"{channel!r} of {team!r} is no channel: its id is as C0123ABC, in its details below"
                )
        return {team: channel.strip() for team, channel in desk.items()}

    @field_validator("bot_token", "app_token", "signing_secret", mode="before")
    @classmethod
    def _strip(cls, secret: object) -> object:
        return secret.strip() if isinstance(secret, str) else secret

    @field_validator("api_base")
    @classmethod
    def _check_base(cls, base: str) -> str:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"{base!r} is no address; it looks like {OFFICIAL}")
        return base.rstrip("/")

    @field_validator("command")
    @classmethod
    def _check_command(cls, command: str) -> str:
        name = command.removeprefix("/")
        if not name or len(name) > 31 or any(c.isspace() or c == "/" for c in name) or name != name.lower():
            raise ValueError(f"{command!r} is no command of Slack; it looks like /botkit")
        return f"/{name}"

    @property
    def way(self) -> Mode:
        """How messages come."""
        if self.mode is not None:
            return self.mode
        return (
            "http" if self.signing_secret.get_secret_value() and not self.app_token.get_secret_value() else "socket"
        )
