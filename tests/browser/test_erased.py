"""A conversation that is erased while its page is open, or away: the page begins a new one, and shows no error."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import MARKS
from tests.browser.servers import Server
from tests.browser.test_return import BOT, FLOWS

pytestmark = MARKS

TOKEN = "sesame"
SECRET = "Zaphod 4711"
ASKED = "What is it about?"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "bot.yaml").write_text(f"{BOT}\napi: {{token: {TOKEN}}}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    server = Server(tmp_path)
    yield server
    server.kill()


def _ask(server: Server, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"{server.address}{path}", method=method)  # noqa: S310 - loopback
    request.add_header("Authorization", f"Bearer {TOKEN}")
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)


def _newest(server: Server) -> str:
    return str(_ask(server, "/api/conversations?most=1")["conversations"][0]["conversation"])


def _wait(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _say(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")


def test_an_erased_conversation_begins_anew(server: Server, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.address)
    page.get_by_text("Hello!").wait_for()
    _say(page, "/callback")
    page.get_by_text(ASKED).wait_for()
    _say(page, SECRET)
    page.get_by_text(SECRET).wait_for()

    first = _newest(server)
    assert _ask(server, f"/api/conversations/{first}", "DELETE")["erased"]["conversations"] == 1
    _wait(lambda: SECRET not in page.locator("[role=log]").inner_text())
    page.get_by_text("Hello!").wait_for()
    _say(page, "/callback")
    page.get_by_text(ASKED).wait_for()
    second = _newest(server)
    assert second != first

    page.close()  # it is erased while nobody looks
    _ask(server, f"/api/conversations/{second}", "DELETE")
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(server.address)
    page.get_by_text("Hello!").wait_for()
    assert page.get_by_text(ASKED).count() == 0
    assert errors == []
    context.close()
