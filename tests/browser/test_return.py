"""A server that is killed in the middle of a conversation: the customer's page, reloaded or opened anew, goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import MARKS
from tests.browser.servers import Server

BOT = """
name: Desk
channels: {web: {}}
"""
FLOWS = """
flows:
  on_start:
    steps:
      - say: Hello!
  call_back:
    start: {commands: [callback]}
    steps:
      - ask: topic
        say: What is it about?
        options: {order: An order, invoice: An invoice}
      - say: We will call about {{ topic }}.
"""

pytestmark = MARKS


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    directory = tmp_path / "desk"
    directory.mkdir()
    (directory / "bot.yaml").write_text(BOT)
    (directory / "flows.yaml").write_text(FLOWS)
    server = Server(directory)
    try:
        yield server
    finally:
        server.kill()


def begin(context: BrowserContext, server: Server) -> Page:
    """Open the page and come to the first question."""
    page = context.new_page()
    page.goto(server.address)
    page.get_by_text("Hello!").wait_for()
    page.fill("textarea", "/callback")
    page.keyboard.press("Enter")
    page.get_by_text("What is it about?").wait_for()
    return page


def is_open(page: Page) -> None:
    """Wait until the page is connected."""
    page.locator(".chat[data-state=open]").wait_for()


def test_a_reload_after_a_restart_shows_the_conversation_and_its_buttons(server: Server, browser: Browser) -> None:
    page = begin(browser.new_context(), server)
    before = page.inner_text("[role=log]")
    server.kill()
    server.begin()
    page.reload()
    is_open(page)
    assert page.inner_text("[role=log]") == before
    page.get_by_role("button", name="An invoice").click()
    page.get_by_text("We will call about invoice.").wait_for()
    after = page.inner_text("[role=log]")
    page.reload()
    is_open(page)
    assert page.inner_text("[role=log]") == after, "nothing stands there twice, and nothing in another order"


def test_what_was_missed_over_a_reload_comes_after_what_was_kept(server: Server, browser: Browser) -> None:
    context = browser.new_context()
    page = begin(context, server)
    page.goto("about:blank")
    other = context.new_page()
    other.goto(server.address)
    other.get_by_role("button", name="An order").click()
    other.get_by_text("We will call about order.").wait_for()
    page.goto(server.address)
    page.get_by_text("We will call about order.").wait_for()
    assert page.inner_text("[role=log]") == other.inner_text("[role=log]")


def test_a_new_page_after_a_restart_shows_the_conversation_and_its_buttons(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="en-US")
    first = begin(context, server)
    before = first.inner_text("[role=log]")
    first.close()
    server.kill()
    server.begin()
    page = context.new_page()
    page.goto(server.address)
    page.get_by_role("button", name="An invoice").wait_for()
    assert page.inner_text("[role=log]") == before
    page.get_by_role("button", name="An invoice").click()
    page.get_by_text("We will call about invoice.").wait_for()


def test_a_new_chat_has_nothing_of_the_one_before(server: Server, browser: Browser) -> None:
    page = begin(browser.new_context(), server)
    page.get_by_role("button", name="New chat").click()
    page.get_by_role("button", name="Begin a new one").click()
    page.get_by_text("What is it about?").wait_for(state="detached")
    page.get_by_text("Hello!").wait_for()
    server.kill()
    server.begin()
    page.reload()
    is_open(page)
    assert "What is it about?" not in page.inner_text("[role=log]")
    assert page.locator(".entry").count() == 1
