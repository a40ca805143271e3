"""`botkit doctor` on a bot with Telegram."""

from pathlib import Path

import pytest

from botkit.cli.doctor import examine_bot
from botkit_telegram import TelegramSettings
from botkit_telegram.examining import examine
from tests.telegram.api import TOKEN, BotApi, RefusalError

URL = "https://bot.example.org/telegram"


async def found(api: BotApi, driver: str, **settings: str) -> list[tuple[bool | None, str]]:
    given = {"token": TOKEN, "api_base": api.base, "driver": driver, **settings}
    return [(one.fine, one.what) for one in await examine(TelegramSettings.model_validate(given))]


async def test_a_bot_that_is_fine_has_its_name(api: BotApi, driver: str) -> None:
    assert await found(api, driver) == [(True, "the bot is @acme_bot")]
    assert api.asks == ["getMe", "getWebhookInfo"]


@pytest.mark.parametrize("token", [f"{TOKEN}x", "nonsense"])
async def test_a_wrong_token_is_said_to_be(api: BotApi, driver: str, token: str) -> None:
    assert await found(api, driver, token=token) == [(False, "Telegram does not know the token")]


@pytest.mark.parametrize(
    ("webhook", "settings", "said"),
    [
        ({"url": URL}, {}, (None, f"its messages are posted to {URL}")),
        ({"url": ""}, {"mode": "webhook"}, (None, f"its messages are not posted to {URL} yet")),
        ({"url": "https://old.example"}, {"mode": "webhook"}, (None, f"its messages are not posted to {URL} yet")),
        (
            {"url": URL, "last_error_message": "Wrong response: 502"},
            {"mode": "webhook"},
            (False, f"posts to {URL} failed: Wrong response: 502"),
        ),
        ({"url": "", "pending_update_count": 3}, {}, (True, "3 messages wait for it")),
    ],
)
async def test_it_says_where_messages_go(
    api: BotApi, driver: str, webhook: dict[str, str], settings: dict[str, str], said: tuple[bool | None, str]
) -> None:
    api.webhook = {"pending_update_count": 0, **webhook}
    if settings:
        settings = {**settings, "webhook_url": URL}
    assert (await found(api, driver, **settings))[1:] == [said]


async def test_a_platform_that_is_away_is_said_to_be(api: BotApi, driver: str) -> None:
    api.trouble["getMe"] = [RefusalError(502, "Bad Gateway")]
    ((fine, what),) = await found(api, driver)
    assert (fine, what.startswith("Telegram cannot be reached")) == (False, True)


def test_the_doctor_asks(tmp_path: Path) -> None:
    settings = '{token: "1234:AAsecretsecretsecret", driver: ptb, api_base: "http://127.0.0.1:9"}'
    (tmp_path / "bot.yaml").write_text(f"name: Tea\nchannels: {{telegram: {settings}}}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text("flows: {on_start: {steps: [{say: Hello!}]}}\n", encoding="utf-8")
    (finding,) = [one for one in examine_bot(tmp_path) if "telegram" in one.what]
    assert finding.fine is False
    assert finding.what.startswith("channel telegram: Telegram cannot be reached")
    assert "AAsecret" not in str(finding)
