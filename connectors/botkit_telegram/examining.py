"""What `botkit doctor` finds: whether Telegram knows the bot, and how its messages come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botkit import ConfigError, Finding
from botkit_telegram.drivers import ApiError, opener_of
from botkit_telegram.groups import examine_groups
from botkit_telegram.settings import TelegramSettings


async def examine(settings: TelegramSettings) -> Sequence[Finding]:
    """Ask Telegram who the bot is and where its messages go; nothing is changed."""
    try:
        driver = opener_of(settings)()
    except ConfigError as error:
        return [Finding(False, error.message, error.hint)]
    try:
        me = await driver.call("getMe", {})
        webhook = await driver.call("getWebhookInfo", {})
        teams = await examine_groups(driver, settings.desk, me)
    except ApiError as error:
        return [_refused(error, settings)]
    finally:
        await driver.close()
    name = Finding(True, f"the bot is @{me.get('username', '')}")
    return [name, *_posts(settings, webhook), *_groups(me), *teams]


def _refused(error: ApiError, settings: TelegramSettings) -> Finding:
    if error.unknown_token:
        return Finding(False, "Telegram does not know the token", "@BotFather shows it: /mybots, the bot, API Token")
    return Finding(False, f"Telegram cannot be reached: {error}", f"look at the network, and at {settings.api_base}")


def _posts(settings: TelegramSettings, webhook: Mapping[str, Any]) -> Iterator[Finding]:
    url, wanted = str(webhook.get("url", "")), settings.webhook_url
    if url and settings.mode == "polling":
        yield Finding(
            None, f"its messages are posted to {url}", "botkit run takes them over; mode: webhook would not"
        )
    elif settings.mode == "webhook" and url != wanted:
        yield Finding(None, f"its messages are not posted to {wanted} yet", "botkit run sees to it")
    elif trouble := str(webhook.get("last_error_message", "")):
        yield Finding(False, f"posts to {url} failed: {trouble}", "it has to lead to /telegram of the bot, by https")
    if waiting := int(webhook.get("pending_update_count", 0)):
        yield Finding(True, f"{waiting} messages wait for it")


def _groups(me: Mapping[str, Any]) -> Iterator[Finding]:
    if not me.get("can_join_groups", True):
        yield Finding(None, "it cannot be added to groups", "if it is to be, tell @BotFather: /setjoingroups")
