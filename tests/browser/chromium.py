"""Debian's Chromium, without a head and without a word to anybody else."""

import shutil
from typing import Final

import pytest
from playwright.sync_api import Browser, Playwright

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MARKS: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; `make browser` installs it"),
]
"""Of every test that needs it."""
_FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def launch(playwright: Playwright) -> Browser:
    """Start it."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
