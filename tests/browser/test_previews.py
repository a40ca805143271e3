"""What a host tells or does not tell, as a scripted one: previews that are dead, sockets that pass nothing, deep bodies."""

import json
import time
from typing import Any

import pytest
from playwright.sync_api import Route, WebSocketRoute

from botkit import Reply, StreamPart
from tests.browser.chromium import MARKS
from tests.browser.sites import Stage, Tab

pytestmark = MARKS


class Script:
    """A host of sockets: what it says to the hello of each visit; `socket` is the last one."""

    def __init__(self, *visits: list[dict[str, Any]]) -> None:
        self._visits = list(visits)
        self.heard: list[dict[str, Any]] = []
        self.socket: WebSocketRoute | None = None

    def join(self, socket: WebSocketRoute) -> None:
        """Take a socket."""
        self.socket = socket
        socket.on_message(lambda text: self._take(json.loads(text)))

    def _take(self, frame: dict[str, Any]) -> None:
        self.heard.append(frame)
        if frame["type"] == "hello" and self._visits:
            self.say(*self._visits.pop(0))

    def say(self, *frames: dict[str, Any]) -> None:
        """Say something on the last socket."""
        assert self.socket is not None
        for frame in frames:
            self.socket.send(json.dumps(frame))


def _welcome(**more: object) -> dict[str, object]:
    return {
        "type": "welcome",
        "chat": "c",
        "token": "t",
        "name": "Acme",
        "missed": 0,
        "most": 99,
        "files": None,
    } | more


def _reply(key: str, text: str, **more: object) -> dict[str, object]:
    return {"type": "reply", "id": key, "text": text} | more


def _stream(key: str, text: str) -> dict[str, object]:
    return {"type": "stream", "id": key, "state": "delta", "text": text}


def _play(stage: Stage, script: Script) -> Tab:
    context = stage.visitor()
    context.route_web_socket("**/web/socket", script.join)
    return stage.tab(context).open()


def test_a_preview_that_is_not_told_again_is_gone(stage: Stage) -> None:
    script = Script(
        [
            _welcome(),
            _reply("r0", "Hello!"),
            _stream("r1", "Your refund of 500"),
            _stream("r3", "It gr"),
            {"type": "typing"},
        ],
        [_welcome(missed=1), _reply("r2", "I cannot promise a refund."), _stream("r3", "It grows")],
    )
    tab = _play(stage, script)
    growing = tab.page.locator("botkit-chat .growing")
    growing.get_by_text("It gr").wait_for()
    assert script.socket
    script.socket.close(code=1012)
    tab.hears("I cannot promise a refund.")
    growing.get_by_text("refund of 500").wait_for(state="detached")
    assert growing.inner_text().strip().endswith("It grows")
    assert not tab.page.locator("botkit-chat .typing").is_visible()
    tab.page.wait_for_timeout(600)
    assert growing.locator(".entry").count() == 1, "what is told again stays"


def test_a_preview_that_was_taken_back_between_two_polls_is_gone(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(), host=stage.host.blocked).open()
    chat, stream = stage.host.chat, stage.host.connector.stream
    growing = tab.page.locator("botkit-chat .growing")
    stage.host.run(stream(chat, StreamPart("g1", "delta", "Your refund of 500")))
    growing.get_by_text("refund of 500").wait_for()
    tab.page.context.set_offline(True)
    tab.state("offline")
    stage.host.run(stream(chat, StreamPart("g1", "abort")))
    stage.host.say(chat, Reply("g2", "I cannot promise a refund."))
    tab.page.context.set_offline(False)
    tab.hears("I cannot promise a refund.")
    growing.locator(".entry").wait_for(state="detached")


def test_a_socket_that_opens_and_passes_nothing_does_not_take_over(stage: Stage) -> None:
    context = stage.visitor()
    tries: list[WebSocketRoute] = []

    def answer(socket: WebSocketRoute) -> None:
        tries.append(socket)
        if len(tries) < 3:
            socket.close()

    context.route_web_socket("**/web/socket", answer)
    context.clock.install()
    tab = stage.tab(context).open().say("polled").hears("You said: polled")
    tab.page.clock.fast_forward("05:01")
    while len(tries) < 3:
        tab.page.wait_for_timeout(20)
    tab.page.wait_for_timeout(100)
    tab.state("open").say("still polled").hears("You said: still polled")
    assert tab.page.evaluate("sessionStorage.getItem('botkit polling')") == "true"


def test_what_is_nested_too_deep_is_text(stage: Stage) -> None:
    body: Any = ["a", "https://shop.example/", "the ", ["b", "answer"], ["br"]]
    for _ in range(300):
        body = ["i", body]
    tab = _play(stage, Script([_welcome(), _reply("r0", "Hello!"), _reply("r1", "the answer", body=[["p", body]])]))
    tab.hears("the answer")
    rich = tab.log.locator(".rich")
    assert rich.inner_text().endswith("the answer")
    assert 10 < rich.locator("em").count() < 40
    assert rich.locator("a, strong").count() == 0
    assert tab.complaints == []


def test_a_hello_that_cannot_be_used_begins_a_new_chat_once(stage: Stage) -> None:
    bad = {"type": "error", "code": "bad_message", "message": "?"}
    script = Script([_welcome(), _reply("r0", "Hello!")], [bad], [_welcome(chat="d"), _reply("d0", "Hello!")], [bad])
    tab = _play(stage, script)
    assert script.socket
    script.socket.close(code=1012)
    while len(script.heard) < 3:
        tab.page.wait_for_timeout(20)
    tab.greeted().state("open")
    assert [frame.get("chat") for frame in script.heard] == [None, "c", None]
    assert tab.said == ["Hello!"]
    script.socket.close(code=1012)
    tab.state("refused")
    tab.page.wait_for_timeout(1000)
    assert len(script.heard) == 4, "it does not try for ever"


def test_a_poll_that_cannot_be_used_begins_a_new_chat(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(), host=stage.host.blocked).open().say("one").hears("You said: one")
    before = stage.host.chat
    tab.page.evaluate(
        "() => { const key = Object.keys(localStorage).find((key) => key.endsWith(' chat'));"
        " localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage[key]), token: 'x'.repeat(5000)})) }"
    )
    tab.page.reload()
    tab.greeted().state("open").say("two").hears("You said: two")
    assert stage.host.chat != before
    assert tab.said == ["Hello!", "two", "You said: two"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_says_when_to_come_again_is_not_away(stage: Stage, status: int) -> None:
    context = stage.visitor()
    tab = stage.tab(context, host=stage.host.blocked).open().say("one").hears("You said: one")
    refused: list[float] = []

    def refuse(route: Route) -> None:
        refused.append(time.monotonic())
        headers = {
            "retry-after": "1",
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "retry-after",
        }
        route.fulfill(status=status, headers=headers, body="busy")

    sockets: list[str] = []
    tab.page.on("websocket", lambda socket: sockets.append(socket.url))
    tab.page.reload()
    tab.hears("You said: one").state("open")
    context.route("**/web/poll", refuse)
    tab.page.reload()
    while len(refused) < 3:
        tab.page.wait_for_timeout(20)
    assert refused[2] - refused[0] > 1.5
    context.unroute("**/web/poll")
    tab.state("open").say("two").hears("You said: two")
    assert sockets == [], "it still knows that sockets are blocked"
    assert tab.said == ["Hello!", "one", "You said: one", "two", "You said: two"]


def test_a_message_whose_file_is_gone_keeps_its_text_and_says_so(stage: Stage) -> None:
    script = Script([_welcome(), _reply("r0", "Hello!")])
    tab = _play(stage, script)
    for text, code in (("my photo", "unknown_file"), ("odd", "bad_message"), ("never mind", "empty")):
        tab.say(text)
        while not script.heard or script.heard[-1].get("text") != text:
            tab.page.wait_for_timeout(20)
        script.say({"type": "error", "code": code, "message": "?", "id": script.heard[-1]["id"]})
    failed = tab.log.locator(".failed")
    failed.nth(2).wait_for()
    assert failed.nth(0).locator(".status").inner_text().startswith("Not sent. Please attach the file again.")
    assert failed.nth(0).get_by_role("button").all_inner_texts() == ["Edit", "Remove"]
    assert failed.nth(1).get_by_role("button").all_inner_texts() == ["Try again", "Edit", "Remove"]
    failed.nth(0).get_by_role("button", name="Edit").click()
    assert tab.box.input_value() == "my photo"
    failed.nth(1).get_by_role("button", name="Remove").click()
    failed.nth(1).wait_for(state="detached")
    assert failed.count() == 1
    tab.page.reload()
    tab.log.locator(".failed", has_text="odd").wait_for()
    assert failed.count() == 1, "what was removed or edited does not come back"


def test_an_edited_message_keeps_the_files_that_are_there(stage: Stage) -> None:
    script = Script([_welcome(), _reply("r0", "Hello!")])
    tab = _play(stage, script)
    key = tab.page.evaluate(
        "Object.keys(localStorage).find((key) => key.endsWith(' chat')).replace(' chat', ' pending')"
    )
    file = {"ref": "f1", "name": "a.txt", "mime": "text/plain", "size": 1, "url": "/web/files/f1"}
    waiting = [{"type": "message", "id": "m1", "text": "see", "files": [file], "failed": "failed"}]
    tab.page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [key, json.dumps(waiting)])
    tab.page.reload()
    tab.page.get_by_role("button", name="Edit").click()
    assert tab.page.locator("botkit-chat .draft:not(.coming) bdi").all_text_contents() == ["a.txt"]
    assert tab.box.input_value() == "see"


def test_whoever_is_at_the_end_stays_there_when_what_they_see_grows(stage: Stage) -> None:
    script = Script([_welcome(), _reply("r0", "Hello!\n\n" * 20)])
    tab = _play(stage, script)
    last = tab.log.locator(".entry").last
    left = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight"
    last.evaluate("(entry) => { entry.style.paddingBottom = '300px'; }")  # as by a picture that is about to come
    script.say(_reply("r1", "And then?"))
    tab.hears("And then?")
    scroll = tab.page.locator("botkit-chat .scroll")
    assert scroll.evaluate(left) < 2
    scroll.evaluate("(box) => { box.scrollTop = 0; }")
    script.say(_reply("r2", "Are you there?"))
    tab.hears("Are you there?")
    assert scroll.evaluate("(box) => box.scrollTop") == 0, "who reads further up is left there"
