"""What `botkit doctor` finds: whether Slack takes the tokens, what they may do, and how messages come."""

from collections.abc import Iterator, Sequence
from typing import Final

from botkit import ConfigError, Finding
from botkit_slack.api import ApiError, check_secrets, unknown_token
from botkit_slack.sdk import SdkApi
from botkit_slack.settings import SlackSettings
from botkit_slack.teams import examine_teams

_NEEDED: Final = {"chat:write": "it cannot answer", "im:history": "direct messages do not come"}
"""Scopes without which a customer gets no answer."""
_WANTED: Final = {
    "app_mentions:read": "mentions in channels do not come",
    "channels:history": "what follows a mention in a channel does not come",
    "chat:write.customize": "a person's name stands in bold above what they say",
    "commands": "the slash command does not come",
    "files:read": "files of customers cannot be read",
    "im:write": "the slash command cannot be answered",
    "users:read": "names and languages of customers are not known",
}
"""What is missing without the others."""
_ADD: Final = "api.slack.com/apps, your app, OAuth & Permissions, Scopes; then install the app again"


async def examine(settings: SlackSettings) -> Sequence[Finding]:
    """Ask Slack who the bot is and what it may do; nothing is changed."""
    token, app_token = settings.bot_token.get_secret_value(), settings.app_token.get_secret_value()
    try:
        check_secrets(settings.way, token, app_token, settings.signing_secret.get_secret_value())
    except ConfigError as error:
        return [Finding(False, error.message, error.hint)]
    api = SdkApi.open(token, settings.api_base)
    try:
        found = [*await _bot(api), *await _way(api, settings.way, app_token)]
        return [*found, *await examine_teams(api, settings.desk)]
    except ConfigError as error:
        return [Finding(False, error.message, error.hint)]
    except ApiError as error:
        return [
            Finding(False, f"Slack cannot be reached: {error}", f"look at the network, and at {settings.api_base}")
        ]
    finally:
        await api.close()


async def _bot(api: SdkApi) -> Sequence[Finding]:
    try:
        found = await api.call("auth.test", {})
    except ApiError as error:
        if error.unknown_token:
            raise unknown_token(error, "bot_token") from error
        raise
    name = Finding(True, f"the bot is @{found.get('user', '')} in {found.get('team', '')}")
    return [name, *_scopes(api.scopes)]


def _scopes(scopes: frozenset[str] | None) -> Iterator[Finding]:
    for wanted, fine in ((_NEEDED, False), (_WANTED, None)):
        for scope, lack in wanted.items():
            if scopes is not None and scope not in scopes:
                yield Finding(fine, f"the app lacks the scope {scope}: {lack}", _ADD)


async def _way(api: SdkApi, way: str, app_token: str) -> Sequence[Finding]:
    if way == "http":
        url = "Event Subscriptions, Interactivity and the slash command lead to it in the app's settings"
        return [Finding(None, "Slack posts to /slack/events", url)]
    try:
        await api.call("apps.connections.open", {"app_token": app_token})
    except ApiError as error:
        if error.code == "missing_scope" or error.unknown_token:
            raise unknown_token(error, "app_token") from error
        if not error.refused:
            raise
        return [Finding(False, f"Slack opens no connection: {error.code}", "in the app's settings, Socket Mode: on")]
    return [Finding(True, "Slack opens connections to it")]
