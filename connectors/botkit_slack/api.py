"""Slack's Web API, behind a few methods."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from botkit import ConfigError, DeliveryError
from botkit_slack.settings import Mode

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

CALL_SECONDS: Final = 20.0  # that the API has to answer a call
_TOKENS: Final = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"}
)
"""What Slack says of a token that is not good (any more)."""
_PASSING: Final = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""What Slack says where the same call may do a little later."""


class ApiError(Exception):
    """Slack refused a call: `status` as HTTP has it, and `code` in Slack's words; 0 and "" where it did not answer.

    `retry_after` are the seconds that it asks for, `needed` the scope that the token lacks.
    """

    def __init__(self, status: int, code: str, *, retry_after: float | None = None, needed: str = "") -> None:
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.needed = needed
        super().__init__(f"{status} {code}{f' ({needed})' if needed else ''}")

    @property
    def unknown_token(self) -> bool:
        """Whether it does not take the token."""
        return self.code in _TOKENS

    @property
    def refused(self) -> bool:
        """Whether the same call will be refused again."""
        passing = self.unknown_token or self.code in _PASSING or self.code == "missing_scope"
        return self.status == 200 and bool(self.code) and not passing

    def as_delivery(self) -> DeliveryError:
        """Give what the delivery of replies goes by."""
        if self.retry_after is not None:
            return DeliveryError("Slack asks to wait", retry_after=self.retry_after)
        if self.unknown_token:
            return DeliveryError("Slack does not take the bot's token")
        if self.code == "missing_scope":
            return DeliveryError(f"the Slack app lacks the scope {self.needed}: add it, and install the app again")
        if self.refused:
            return DeliveryError(f"Slack refuses it: {self.code}", permanent=True)
        return DeliveryError(f"Slack did not take it: {self}")


class Api(Protocol):
    """Calls the Web API. What it is given and what it gives is the API's own JSON.

    `scopes` are what the bot's token may do, None while no call has told.
    """

    scopes: frozenset[str] | None

    @property
    def client(self) -> "AsyncWebClient":
        """The SDK's client."""
        ...

    async def call(self, method: str, params: Mapping[str, Any], *, within: float = CALL_SECONDS) -> dict[str, Any]:
        """Call a method (`chat.postMessage`) and give what it answers. Raises ApiError and nothing else."""
        ...

    def download(self, url: str) -> AsyncIterator[bytes]:
        """Give a file as it streams in; the token goes to Slack's own servers alone. Raises ApiError."""
        ...

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file to the address that Slack gave for it. Raises ApiError."""
        ...

    async def close(self) -> None:
        """Close what was opened; may be called twice."""
        ...


Opener = Callable[[], Api]
"""Makes what calls; called where a loop runs."""


def unknown_token(error: ApiError, which: str) -> ConfigError:
    """Give what is said of a token that Slack does not take."""
    return ConfigError(f"Slack does not take the {which} ({error.code})", hint=WHERE[which])


_KIND: Final = re.compile(r"xox[a-z]-|xapp-")  # how tokens begin, which says what they are for

WHERE: Final = {
    "bot_token": "it begins with xoxb-: api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token",
    "app_token": "it begins with xapp-: api.slack.com/apps, your app, Basic Information, App-Level Tokens, "
    "with the scope connections:write",
    "signing_secret": "api.slack.com/apps, your app, Basic Information, Signing Secret",
}
"""Where one finds a secret."""


def check_secrets(mode: Mode, bot_token: str, app_token: str, signing_secret: str) -> None:
    """Raise ConfigError for a secret that is not there, or is another one: the tokens are easily mixed up."""
    if bot_token.startswith("xapp-") and app_token.startswith("xoxb-"):
        hint = "bot_token is the one that begins with xoxb-, app_token the one that begins with xapp-"
        raise ConfigError("channels.slack: bot_token and app_token are swapped", hint=hint)
    other = ("app_token", app_token, "xapp-") if mode == "socket" else ("signing_secret", signing_secret, "")
    for name, secret, start in (("bot_token", bot_token, "xoxb-"), other):
        if not secret:
            raise ConfigError(f"channels.slack has no {name}", hint=WHERE[name])
        kind = _KIND.match(secret)
        if not secret.startswith(start) or (kind and not start):
            what = f"begins with {kind[0]}: it is another one" if kind else "is no such token"
            raise ConfigError(f"channels.slack.{name} {what}", hint=WHERE[name])
