"""A browser, and the stage of the widget: an owner's page and a host that the test has in its hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch
from tests.browser.sites import Stage, staging


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Give a browser of the test's own."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def theatre() -> Iterator[Stage]:
    """Give one host and one browser for all tests of a file."""
    with staging() as stage:
        yield stage


@pytest.fixture
def stage(theatre: Stage) -> Iterator[Stage]:
    """Give them without the pages of the test before."""
    yield theatre
    theatre.close()
