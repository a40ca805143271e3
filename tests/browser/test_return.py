"""A server that is killed in the middle of a conversation: the customer's page, reloaded or opened anew, goes on."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
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

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; `make browser` installs it"),
]


class Server:
    """A bot that is served as a process of its own, so that it can be killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.begin()

    def begin(self) -> None:
        """Serve, and return when it is ready."""
        command = [sys.executable, "-m", "botkit", "run", str(self.directory), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server ended"
            try:
                with urllib.request.urlopen(f"{self.address}/ready", timeout=2):  # noqa: S310 - loopback
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server is not ready")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)


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


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


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
    page.locator("#chat[data-state=open]").wait_for()


def test_a_reload_after_a_restart_shows_the_conversation_and_its_buttons(server: Server, browser: Browser) -> None:
    page = begin(browser.new_context(), server)
    before = page.inner_text("#log")
    server.kill()
    server.begin()
    page.reload()
    is_open(page)
    assert page.inner_text("#log") == before
    page.get_by_role("button", name="An invoice").click()
    page.get_by_text("We will call about invoice.").wait_for()
    after = page.inner_text("#log")
    page.reload()
    is_open(page)
    assert page.inner_text("#log") == after, "nothing stands there twice, and nothing in another order"


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
    assert page.inner_text("#log") == other.inner_text("#log")


def test_a_new_page_after_a_restart_shows_the_conversation_and_its_buttons(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="en-US")
    first = begin(context, server)
    before = first.inner_text("#log")
    first.close()
    server.kill()
    server.begin()
    page = context.new_page()
    page.goto(server.address)
    page.get_by_role("button", name="An invoice").wait_for()
    assert page.inner_text("#log") == before
    page.get_by_role("button", name="An invoice").click()
    page.get_by_text("We will call about invoice.").wait_for()


def test_a_new_chat_has_nothing_of_the_one_before(server: Server, browser: Browser) -> None:
    page = begin(browser.new_context(), server)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#fresh")
    page.get_by_text("Hello!").wait_for()
    server.kill()
    server.begin()
    page.reload()
    is_open(page)
    assert "What is it about?" not in page.inner_text("#log")
    assert page.locator(".entry").count() == 1
