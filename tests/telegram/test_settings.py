"""What may stand in bot.yaml, and that it costs nothing where it does not."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from botkit import BotInfo
from botkit.app.directories import check_directory
from botkit_telegram import TelegramConnector, TelegramSettings, connector

PAGE = Path(__file__).parents[2] / "docs" / "telegram.md"


def settings(**given: Any) -> TelegramSettings:
    return TelegramSettings.model_validate({"token": "4242:AA", **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token": None}, "token"),
        ({"tokn": "x"}, "tokn"),
        ({"driver": "telethon"}, "driver"),
        ({"mode": "webhook"}, "webhook_url, as https://bot.example.org/telegram"),
        ({"mode": "webhook", "webhook_url": "http://bot.example.org"}, "webhook_url, as https"),
        ({"mode": "webhook", "webhook_url": "nonsense"}, "webhook_url, as https"),
        ({"webhook_url": "https://bot.example.org"}, "for mode: webhook alone"),
        ({"webhook_secret": "a b"}, "letters, digits"),
        ({"webhook_secret": "x" * 257}, "at most 256"),
        ({"webhook_secret": "é"}, "letters, digits"),
        ({"api_base": "api.telegram.org"}, "no address"),
        ({"poll_seconds": 60}, "poll_seconds"),
        ({"poll_seconds": 0}, "poll_seconds"),
    ],
)
def test_what_cannot_be_meant_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**given)


def test_a_token_is_not_shown() -> None:
    assert "AAsecret" not in repr(settings(token=" 4242:AAsecret\n"))
    assert settings(token=" 4242:AAsecret\n").token.get_secret_value() == "4242:AAsecret"
    assert settings(webhook_secret="").webhook_secret is None


@pytest.mark.parametrize("driver", ["aiogram", "ptb"])
def test_a_channel_is_built_and_opens_nothing(driver: str) -> None:
    built = connector.build(settings(driver=driver, token="nonsense"), BotInfo())
    assert isinstance(built, TelegramConnector)
    assert built.polls
    assert connector.secrets == ("token",)


def test_check_says_what_it_cannot_show(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text('channels: {telegram: {token: "${TELEGRAM_TOKEN}"}}\n', encoding="utf-8")
    options, label = [f"Lamp {number}" for number in range(25)], "word " * 20
    (tmp_path / "flows.yaml").write_text(
        "flows:\n  lamps:\n    title: lamps\n    start: {commands: [lamps]}\n    steps:\n"
        f"      - {{ask: lamp, say: Which?, options: {options}}}\n"
        f"      - {{say: '**Look**', image: 'https://a.example/a.png', buttons: ['{label}'], cards: [{{title: A}}]}}\n"
        "      - {rate: How was it?, scale: 10}\n",
        encoding="utf-8",
    )
    problems = check_directory(tmp_path).problems
    assert [(one.code, one.message.partition(";")[0]) for one in problems] == [
        ("channel-cannot-show", "channel 'telegram' cannot show 25 buttons at once, at most 24"),
        ("channel-cannot-show", "channel 'telegram' cuts labels at 64 characters"),
    ]


def test_no_library_is_loaded_before_the_channel_is_configured() -> None:
    look = (
        "import sys, botkit_telegram; print(sorted({'aiogram', 'telegram', 'aiohttp', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_every_setting_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in TelegramSettings.model_fields if f"| `{name}` |" not in page] == []
