"""What the widget leaves to the page that it stands on, and to the visitor: keys, focus, storage, and news once each."""

import json

import pytest
from playwright.sync_api import WebSocketRoute

from botkit import Button, Reply
from tests.browser.chromium import MARKS
from tests.browser.sites import Stage, Tab

pytestmark = MARKS

PHONE = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}


def _listen(tab: Tab) -> None:
    tab.page.evaluate(
        "() => { window.heard = []; for (const name of ['keydown', 'keyup', 'keypress', 'paste', 'drop', 'dragover'])"
        " document.addEventListener(name, (event) => window.heard.push(event.key ?? event.type)) }"
    )


def test_keys_and_what_is_pasted_or_dropped_stay_in_the_chat(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    _listen(tab)
    tab.box.press_sequentially("s/?")
    tab.page.keyboard.press("Shift+Tab")
    for kind, field in (("paste", "clipboardData"), ("dragover", "dataTransfer"), ("drop", "dataTransfer")):
        tab.box.evaluate(
            "(node, [name, field]) => { const data = new DataTransfer(); data.items.add(new File(['x'], 'x.txt'));"
            " const event = name === 'paste' ? ClipboardEvent : DragEvent;"
            " node.dispatchEvent(new event(name, {[field]: data, bubbles: true, composed: true, cancelable: true})) }",
            [kind, field],
        )
    assert tab.page.evaluate("window.heard") == []
    assert tab.box.input_value() == "s/?"
    tab.page.keyboard.press("Escape")
    assert not tab.log.is_visible()
    tab.page.locator("#mine").press("k")
    assert "k" in tab.page.evaluate("window.heard"), "keys elsewhere are the page's"


def test_an_inline_chat_lets_go(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(), body="<botkit-chat inline></botkit-chat>").greeted()
    _listen(tab)
    tab.box.press_sequentially("s")
    tab.box.press("Escape")
    tab.box.press("Tab")
    assert set(tab.page.evaluate("window.heard")) == {"Escape", "Tab"}


def test_on_a_phone_no_tap_opens_the_keyboard_but_one_into_the_box(stage: Stage) -> None:
    stage.host.talk.answers["ask"] = Reply("", "Which?", (Button("This"), Button("That")))
    stage.host.talk.answers["rate"] = Reply("", "How was it?", scale=5)
    tab = stage.tab(stage.visitor(**PHONE)).open()
    assert tab.focused == "chat"
    tab.page.evaluate("() => { window.botkit.send('ask'); window.botkit.send('rate') }")
    tab.hears("How was it?").page.get_by_role("button", name="This").tap()
    tab.hears("You pressed: This")
    assert tab.focused == "chat"
    tab.log.locator(".scores label").nth(3).tap()
    tab.page.get_by_role("button", name="Send rating").tap()
    tab.hears("You pressed: 4")
    assert tab.focused == "chat"
    tab.box.tap()
    tab.box.fill("more")
    tab.page.get_by_role("button", name="Send", exact=True).tap()
    tab.hears("You said: more")
    assert tab.focused == "textarea", "whoever writes goes on writing"


@pytest.mark.parametrize("blocked", [False, True])
def test_each_new_reply_is_told_once(stage: Stage, blocked: bool) -> None:
    host = stage.host.blocked if blocked else stage.host.address
    tab = stage.tab(stage.visitor(), host=host).open().state("open")
    tab.page.evaluate(
        "() => { window.news = []; window.botkit.on('reply', (reply) => window.news.push(reply.text)) }"
    )
    for n in range(5):
        tab.say(f"e{n}")
    tab.hears("You said: e4")
    stage.host.drop()
    tab.page.context.set_offline(True)
    tab.state("offline")
    stage.host.say(stage.host.chat, Reply("away", "While you were away"))
    tab.page.context.set_offline(False)
    tab.hears("While you were away")
    assert tab.page.evaluate("window.news") == [*(f"You said: e{n}" for n in range(5)), "While you were away"]
    tab.page.add_init_script("(window.botkit ??= []).push(['on', 'reply', () => { window.old = true }])")
    tab.page.reload()
    tab.hears("While you were away").state("open").say("e5").hears("You said: e5")
    again = stage.tab(tab.page.context, path="/again", host=host)
    again.page.evaluate(
        "() => { window.news = []; window.botkit.on('reply', (reply) => window.news.push(reply.text)) }"
    )
    again.open().hears("You said: e5").say("e6").hears("You said: e6")
    assert again.page.evaluate("window.news") == ["You said: e6"]


def test_windows_of_which_one_is_cut_off_leave_the_storage_alone(stage: Stage) -> None:
    context = stage.visitor()
    one = stage.tab(context).open().say("hi").hears("You said: hi")
    cut: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        if cut:
            socket.close()
        else:
            socket.connect_to_server()
            cut.append(socket)

    two_page = context.new_page()
    two_page.route_web_socket("**/web/socket", pass_on)
    two_page.route("**/web/poll", lambda route: route.abort())
    two = Tab(two_page, stage.shop.put("/two", stage.host.address), [stage.shop.origin, stage.host.address])
    two.open().hears("You said: hi")
    for tab in (one, two):
        tab.page.evaluate("() => { window.writes = 0; addEventListener('storage', () => { window.writes += 1 }) }")
    cut[0].close()
    two.state("waiting")
    one.say("news").hears("You said: news")
    one.page.wait_for_timeout(500)
    writes = [int(tab.page.evaluate("window.writes")) for tab in (one, two)]
    assert max(writes) < 10
    key = next(key for key in one.page.evaluate("Object.keys(localStorage)") if key.endswith(" chat"))
    read = json.loads(one.page.evaluate("key => localStorage.getItem(key)", key))["read"]
    two.page.evaluate("() => { window.botkit.close(); window.botkit.open() }")
    assert json.loads(one.page.evaluate("key => localStorage.getItem(key)", key))["read"] == read
