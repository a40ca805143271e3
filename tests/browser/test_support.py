"""A customer returns an order on the web page, in English and in Chinese; the shop's ledger says what was done."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from botkit_shop import ledger
from botkit_shop.schema import open_engine
from tests.browser.chromium import MARKS, launch

ROOT = Path(__file__).parents[2]
SHOTS = os.environ.get("BOTKIT_SCREENSHOTS", "")  # a folder for the pictures of the README

pytestmark = MARKS

TALKS = {
    "en": (
        "en-US",
        "I'd like to return something",
        "mia.chen@example.com",
        "the headphones",
        "Yes",
        "Visa",
        "under way",
    ),
    "zh": ("zh-CN", "我想退货", "li.na@example.com", "羊毛围巾", "是", "万事达卡", "已提交"),
}
RETURNED = {"en": "#W1000002", "zh": "#W2000002"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Serve a copy of the reference bot on a free port, its shop in a file; give its address and the shop's URL."""
    directory = tmp_path / "support"
    shutil.copytree(ROOT / "flows" / "support", directory, ignore=shutil.ignore_patterns("*.db*"))
    database = f"sqlite:///{tmp_path / 'shop.db'}"
    config = directory / "bot.yaml"
    text, changed = re.subn(r"- shop\b.*", f'- shop: {{database: "{database}"}}', config.read_text(encoding="utf-8"))
    assert changed == 1, "bot.yaml names the plugin shop once"
    config.write_text(text, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "botkit", "run", str(directory), "--port", str(port), "--no-reload"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", server, tmp_path / "log")
            yield f"http://127.0.0.1:{port}", database
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=20) == 0, (tmp_path / "log").read_text()


def _wait_until_ready(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/ready", timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


class Customer:
    """Somebody at the page: writes, presses, and reads what stands there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def heard(self) -> int:
        """How many entries are not the customer's own."""
        return self.page.locator(".log:not(.growing) .entry:not(.mine)").count()

    def write(self, text: str) -> None:
        """Send a text and wait for the bot."""
        heard = self.heard
        self.page.fill("textarea", text)
        self.page.keyboard.press("Enter")
        self._listen(heard)

    def press(self, label: str) -> None:
        """Press the last button whose label has this text, and wait for the bot."""
        heard = self.heard
        self.page.get_by_role("button", name=label).last.click()
        self._listen(heard)

    def _listen(self, heard: int) -> None:
        self.page.locator(".log:not(.growing) .entry:not(.mine)").nth(heard).wait_for()
        self.page.wait_for_timeout(250)  # a turn may say several things

    @property
    def log(self) -> str:
        """Everything that stands in the conversation."""
        return self.page.inner_text("[role=log]")


@pytest.mark.parametrize("language", TALKS)
def test_a_customer_returns_an_order_in_the_browser(shop: tuple[str, str], language: str) -> None:
    address, database = shop
    locale, wish, email, item, yes, payment, done = TALKS[language]
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(locale=locale, viewport={"width": 1100, "height": 860}).new_page()
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector(".entry")
        customer = Customer(page)
        customer.write(wish)
        customer.write(email)
        customer.press(RETURNED[language])
        customer.write(item)
        customer.press(yes)
        customer.press(payment)
        assert ledger_of(database) == [], "nothing is written before the customer agreed"
        customer.press(yes)
        assert done in customer.log
        if SHOTS:
            page.mouse.move(0, 0)  # no button shows that the pointer is over it
            page.screenshot(path=f"{SHOTS}/chat-{language}.png")
        before = customer.log
        page.reload()
        page.wait_for_selector(".entry")
        page.wait_for_timeout(250)
        assert customer.log == before, "a reload shows the same conversation"
        browser.close()
    assert complaints == []
    assert ledger_of(database) == [("return_delivered_order_items", RETURNED[language])]


BROKEN = {
    "en": ("my item arrived broken", "Return it", "Can you send me a photo", "the photo is with your return"),
    "zh": ("收到的东西是坏的", "退货", "方便拍张照片", "照片收到了"),
}


@pytest.mark.parametrize("language", BROKEN)
def test_a_customer_sends_a_photo_of_a_broken_item_by_keyboard(
    shop: tuple[str, str], tmp_path: Path, language: str
) -> None:
    address, _ = shop
    locale, _, email, item, yes, *_ = TALKS[language]
    wish, back, asked, thanks = BROKEN[language]
    (tmp_path / "损坏 lamp.png").write_bytes(_picture())
    (tmp_path / "page.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(locale=locale, viewport={"width": 1100, "height": 860}).new_page()
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("filechooser", lambda _: None)  # from now on, so that no choice comes before it is waited for
        page.goto(address)
        page.wait_for_selector(".entry")
        customer = Customer(page)
        customer.write(wish)
        customer.press(back)
        customer.write(email)
        customer.press(RETURNED[language])
        customer.write(item)
        customer.press(yes)
        assert asked in customer.log
        _choose(page, tmp_path / "page.html")
        page.locator(".system").wait_for()
        assert "page.html" in page.inner_text(".system")
        assert complaints == [one for one in complaints if "415" in one]  # the browser notes the refusal
        complaints.clear()
        _choose(page, tmp_path / "损坏 lamp.png")
        page.locator(".draft:not(.coming)").wait_for()
        heard = customer.heard
        page.keyboard.press("Enter")
        customer._listen(heard)
        assert thanks in customer.log
        _is_shown(page)
        page.wait_for_function(
            "log => log.scrollHeight - log.scrollTop - log.clientHeight < 2", arg=page.query_selector(".scroll")
        )
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/photo-{language}.png")
        other = page.context.new_page()
        other.goto(address)
        _is_shown(other)
        page.reload()
        _is_shown(page)
        browser.close()
    assert complaints == []


def _choose(page: Page, path: Path) -> None:
    """Attach a file with the keyboard alone; the focus is where a message is written, before and after."""
    page.focus("textarea")
    page.keyboard.press("Shift+Tab")
    focused = "document.querySelector('botkit-chat').shadowRoot.activeElement"
    assert page.evaluate(f"{focused}.classList.contains('attach')")
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Enter")
    choosing.value.set_files(path)
    page.wait_for_function(f"() => {focused}.tagName === 'TEXTAREA'")


def _is_shown(page: Page) -> None:
    """Wait until the picture is there, as a picture."""
    picture = page.locator(".mine .picture img")
    picture.wait_for()
    page.wait_for_function("picture => picture.naturalWidth === 240", arg=picture.element_handle())
    assert picture.get_attribute("alt") == "损坏 lamp.png"


def _picture() -> bytes:
    """Give a picture of 240 by 160 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    rows = b"".join(b"\0" + b"".join(bytes((x, 90, 200 - y)) for x in range(240)) for y in range(160))
    header = (240).to_bytes(4, "big") + (160).to_bytes(4, "big") + b"\x08\x02\0\0\0"
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in {"error", "warning"}:
        complaints.append(message.text)


def ledger_of(database: str) -> list[tuple[str, str]]:
    """Give what the shop has written, from its own record: (action, order)."""
    engine = open_engine(database)
    try:
        return [(entry["action"], entry["arguments"]["order_id"]) for entry in ledger.ledger(engine)]
    finally:
        engine.dispose()
