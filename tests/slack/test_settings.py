"""What may stand in bot.yaml, and that it costs nothing where it does not."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from botkit import BotInfo, ConfigError
from botkit.testing import FakeIntake
from botkit_slack import SlackConnector, SlackSettings, connector

PAGE = Path(__file__).parents[2] / "docs" / "slack.md"


def settings(**given: Any) -> SlackSettings:
    return SlackSettings.model_validate({"bot_token": "xoxb-1", **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bot_token": None}, "bot_token"),
        ({"token": "x"}, "token"),
        ({"mode": "webhook"}, "mode"),
        ({"command": "/"}, "no command of Slack"),
        ({"command": "/a b"}, "no command of Slack"),
        ({"command": "/Botkit"}, "no command of Slack"),
        ({"command": "/" + "x" * 40}, "no command of Slack"),
        ({"api_base": "slack.com"}, "no address"),
    ],
)
def test_what_cannot_be_meant_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**given)


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ({}, "socket"),
        ({"app_token": "xapp-1"}, "socket"),
        ({"signing_secret": "s"}, "http"),
        ({"app_token": "xapp-1", "signing_secret": "s"}, "socket"),
        ({"app_token": "xapp-1", "signing_secret": "s", "mode": "http"}, "http"),
        ({"app_token": "  ", "signing_secret": " s\n"}, "http"),
    ],
)
def test_the_secret_says_how_messages_come(given: dict[str, Any], way: str) -> None:
    assert settings(**given).way == way


def test_secrets_are_not_shown() -> None:
    read = settings(bot_token=" xoxb-secret\n", app_token="xapp-secret", signing_secret="secret")
    assert "secret'" not in repr(read).replace("signing_secret=", "")
    assert read.bot_token.get_secret_value() == "xoxb-secret"
    assert settings(command="help").command == "/help"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "channels.slack has no app_token"),
        ({"mode": "http"}, "channels.slack has no signing_secret"),
        ({"bot_token": "xapp-1", "app_token": "xapp-2"}, "channels.slack.bot_token begins with xapp-: it is another"),
        ({"bot_token": "xoxp-1", "app_token": "xapp-2"}, "channels.slack.bot_token begins with xoxp-: it is another"),
        ({"app_token": "xoxb-1"}, "channels.slack.app_token begins with xoxb-: it is another"),
        ({"app_token": "sesame"}, "channels.slack.app_token is no such token"),
        ({"signing_secret": "xoxb-1"}, "channels.slack.signing_secret begins with xoxb-: it is another"),
    ],
)
async def test_a_secret_that_cannot_be_one_is_said_to_be_at_the_start(
    given: dict[str, Any], said: str, botkit_intake: FakeIntake
) -> None:
    built = connector.build(settings(**given), BotInfo())
    with pytest.raises(ConfigError, match=said) as caught:
        await built.start(botkit_intake)
    assert "api.slack.com/apps" in caught.value.hint
    await built.stop()


async def test_tokens_that_are_swapped_are_said_to_be(botkit_intake: FakeIntake) -> None:
    built = connector.build(settings(bot_token="xapp-1-sesame", app_token="xoxb-1-sesame"), BotInfo())
    with pytest.raises(ConfigError, match="bot_token and app_token are swapped") as caught:
        await built.start(botkit_intake)
    assert (
        caught.value.hint == "bot_token is the one that begins with xoxb-, app_token the one that begins with xapp-"
    )
    assert "sesame" not in str(caught.value)
    await built.stop()


def test_a_channel_is_built_and_opens_nothing() -> None:
    built = connector.build(settings(bot_token="nonsense"), BotInfo())
    assert isinstance(built, SlackConnector)
    assert built.routes() == []
    assert len(connector.build(settings(signing_secret="s"), BotInfo()).routes()) == 1
    assert connector.secrets == ("bot_token",)


def test_no_library_is_loaded_before_the_channel_is_configured() -> None:
    look = "import sys, botkit_slack; print(sorted({'slack_bolt', 'slack_sdk', 'aiohttp'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_every_setting_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in SlackSettings.model_fields if f"| `{name}` |" not in page] == []
