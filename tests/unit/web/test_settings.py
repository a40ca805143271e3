"""What may stand in bot.yaml."""

from typing import Any

import pytest
from pydantic import ValidationError

from botkit import BotInfo, Connector
from botkit_web import CAPABILITIES, WebConnector, WebSettings, build, connector


def test_nothing_has_to_be_set() -> None:
    settings = WebSettings.model_validate({})
    assert settings.secret is None
    assert settings.origins == ()
    assert settings.message_bytes == 8_192


def test_the_spec_builds_a_connector() -> None:
    assert connector.name == "web"
    assert connector.settings is WebSettings
    assert connector.secrets == ()
    built: Connector = build(WebSettings(), BotInfo())
    assert isinstance(built, WebConnector)
    assert built.name == "web"
    assert built.capabilities == connector.capabilities == CAPABILITIES
    assert [getattr(route, "path", "") for route in built.routes()] == [
        "/",
        "/widget.js",
        "/widget.mjs",
        "/web/shop.js",
        "/web/shop.css",
        "/web/icon.svg",
        "/web/words/{name}",
        "/web/files",
        "/web/files/{ref}",
        "/web/files/{ref}/",
        "/web/poll",
        "/web/socket",
    ]


def test_good_settings() -> None:
    settings = WebSettings.model_validate(
        {"origins": ["https://Shop.example/", "*"], "secret": "0123456789abcdef", "rate": 5}
    )
    assert settings.origins == ("https://shop.example", "*")
    assert settings.secret is not None
    assert "0123456789abcdef" not in repr(settings)
    assert WebSettings.model_validate({"secret": ""}).secret is None


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80/", "http://shop.example"),
        ("http://Shop.example:8080", "http://shop.example:8080"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("https://商店.example", "https://xn--czrs0t.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_origins_are_kept_as_browsers_say_them(origin: str, said: str) -> None:
    assert WebSettings.model_validate({"origins": [origin]}).origins == (said,)


@pytest.mark.parametrize(
    "raw",
    [
        {"orgins": []},
        {"origins": ["shop.example"]},
        {"origins": ["https://shop.example/path"]},
        {"origins": ["https://"]},
        {"origins": "https://shop.example"},
        {"origins": ["https://*.shop.example"]},
        {"origins": ["https://u@shop.example"]},
        {"origins": ["https://shop.example#x"]},
        {"origins": ["https://shop.example?x"]},
        {"origins": ["https://shop.example:port"]},
        {"origins": ["https://[::1"]},
        {"origins": ["ftp://shop.example"]},
        {"origins": [f"https://{'x' * 70}.example"]},
        {"secret": "short"},
        {"secret": 12},
        {"message_bytes": 1},
        {"message_bytes": "many"},
        {"rate": 0},
        {"rate": float("inf")},
        {"burst": 0},
        {"sockets_per_chat": 0},
        {"history": 10**9},
        {"hello_seconds": -1},
    ],
)
def test_bad_settings(raw: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate(raw)
