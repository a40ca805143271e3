"""The shipped locales and a fixed clock: Wednesday, 13 May 2026, 10 o'clock in Berlin."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import botkit
from botkit.flows import read_locale
from botkit.model.locales import Locale
from botkit.model.parsers import Reading

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="session")
def shipped() -> dict[str, Locale]:
    folder = Path(botkit.__file__).parent / "locales"
    read = {path.stem: read_locale(path.read_text("utf-8"), path.name)[0] for path in folder.glob("*.yaml")}
    return {code: locale for code, locale in read.items() if locale is not None}


@pytest.fixture(scope="session")
def en(shipped: dict[str, Locale]) -> Reading:
    return Reading((shipped["en"], shipped["zh"], shipped["de"], shipped["ar"]), NOW)


@pytest.fixture(scope="session")
def zh(shipped: dict[str, Locale]) -> Reading:
    return Reading((shipped["zh"], shipped["en"]), NOW, "CNY", "CN")


@pytest.fixture(scope="session")
def de(shipped: dict[str, Locale]) -> Reading:
    return Reading((shipped["de"], shipped["en"]), NOW, "EUR", "DE")
