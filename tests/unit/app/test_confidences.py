"""The secrets of an installation are known, so that no model can say them; what is public is none of them."""

from pathlib import Path

import pytest

from botkit.app.confidences import confidences_of

BOT = """
name: Lamp Shop
store: postgresql://lamps:${DB_PASSWORD}@db.example.com/lamps
channels:
  telegram: {token: "${TELEGRAM}"}
  web: {title: Lamps, identity_secret: written-in-clear-in-the-file}
llm: {model: m, api_key: "${MODEL_KEY}", max_tokens: 5000}
plugins: [shop]
shop: {url: "${SHOP_URL}"}
"""


def test_what_is_secret_is_known_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM", "123456:the-token-of-telegram")
    monkeypatch.setenv("DB_PASSWORD", "the-password-of-the-database")
    monkeypatch.setenv("MODEL_KEY", "the-key-of-the-model")
    monkeypatch.setenv("SHOP_URL", "https://shop.example.com")
    monkeypatch.setenv("OTHER_TOKEN", "of-something-else-on-this-machine")
    (tmp_path / "bot.yaml").write_text(BOT)
    (tmp_path / ".env").write_text("CRM_API_KEY=the-key-of-the-crm\nSHOP_NAME=Lamp Company\nMAX_TOKENS=123456789\n")
    (tmp_path / ".botkit").mkdir()
    (tmp_path / ".botkit" / "secret").write_text("the-own-secret\n")
    assert set(confidences_of(tmp_path)) == {
        "123456:the-token-of-telegram",
        "the-password-of-the-database",
        "the-key-of-the-model",
        "the-key-of-the-crm",
        "written-in-clear-in-the-file",
        "the-own-secret",
    }
