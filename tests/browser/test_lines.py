"""The widget's line to its host: blocked sockets, no network, other tabs (`test_cuts` has the cuts). Nothing is lost, doubled or turned round."""

from playwright.sync_api import WebSocket, WebSocketRoute

from botkit import Reply, StreamPart
from tests.browser.chromium import MARKS
from tests.browser.sites import Stage, Tab

pytestmark = MARKS


def _of_sockets(tab: Tab) -> list[str]:
    """Give the complaints of the browser that a socket was refused, which no page can prevent."""
    return [text for text in tab.complaints if "WebSocket connection to" in text]


def test_where_sockets_are_refused_the_chat_polls(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context, host=stage.host.blocked)
    sockets: list[str] = []
    tab.page.on("websocket", lambda socket: sockets.append(socket.url))
    tab.open().state("open").say("one").hears("You said: one").say("two").hears("You said: two")
    assert len(sockets) == 2, "it tried twice"
    chat = stage.host.chat
    typing = tab.page.locator("botkit-chat .typing .by", has_text="Mia")
    while not typing.is_visible():  # between two polls nobody hears it
        stage.host.run(stage.host.connector.typing(chat, "Mia"))
        tab.page.wait_for_timeout(20)
    stage.host.run(stage.host.connector.stream(chat, StreamPart("p1", "delta", "It gr")))
    tab.page.locator("botkit-chat .growing", has_text="It gr").wait_for()
    stage.host.run(stage.host.connector.stream(chat, StreamPart("p1", "delta", "ows.")))
    tab.page.locator("botkit-chat .growing", has_text="It grows.").wait_for()
    stage.host.say(chat, Reply("p1", "It grows."))
    tab.hears("It grows.")
    tab.page.locator("botkit-chat input[type=file]").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    tab.page.locator("botkit-chat .draft:not(.coming)").wait_for()
    tab.say("with a file").hears("You said: with a file")
    said = tab.said
    assert said == [
        "Hello!",
        "one",
        "You said: one",
        "two",
        "You said: two",
        "It grows.",
        "with a file",
        "You said: with a file",
    ]
    assert len(sockets) == 2
    for _ in range(2):
        tab.page.reload()
        tab.hears("You said: with a file").state("open")
        assert tab.said == said
    assert len(sockets) == 2, "this tab knows that sockets are blocked"
    assert tab.complaints == _of_sockets(tab)


def test_sockets_are_tried_again_beside_the_polling(stage: Stage) -> None:
    context = stage.visitor()
    tries: list[WebSocketRoute] = []

    def answer(socket: WebSocketRoute) -> None:
        tries.append(socket)
        if len(tries) < 3:
            socket.close()
        else:
            socket.connect_to_server()

    context.route_web_socket("**/web/socket", answer)
    context.clock.install()
    tab = stage.tab(context).open().say("polled").hears("You said: polled")
    assert len(tries) == 2
    tab.page.clock.fast_forward("05:01")
    tab.page.wait_for_function("() => !sessionStorage.getItem('botkit polling')")
    tab.state("open").say("by socket").hears("You said: by socket")
    assert len(tries) == 3
    assert tab.said == ["Hello!", "polled", "You said: polled", "by socket", "You said: by socket"]


def test_without_a_network_messages_wait_and_are_sent_in_order_once(stage: Stage) -> None:
    context = stage.visitor()
    sent: list[str] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(str(frame)))

    context.on("page", lambda page: page.on("websocket", watch))
    tab = stage.tab(context).open().say("before").hears("You said: before")
    context.set_offline(True)
    tab.state("offline")
    assert "No connection" in tab.page.locator("botkit-chat .state").inner_text()
    tab.say("first").say("second")
    waiting = tab.log.locator(".waiting .status")
    assert waiting.all_text_contents() == ["Waiting", "Waiting"]
    assert stage.host.talk.texts[-1] == "before"
    stage.host.say(stage.host.chat, Reply("missed", "While you were away"))
    context.set_offline(False)
    tab.hears("You said: second").hears("While you were away")
    assert tab.log.locator(".waiting").count() == 0
    assert tab.log.locator(".status", has_text="Sent").count() == 1, "the last one says so"
    assert stage.host.talk.texts[-2:] == ["first", "second"]
    assert len([frame for frame in sent if '"type":"message"' in frame]) == 3, "none was sent twice"
    assert tab.said == [
        *("Hello!", "before", "You said: before", "While you were away"),
        *("first", "You said: first", "second", "You said: second"),
    ]
    assert tab.complaints == []


def test_what_was_not_sent_is_there_after_a_reload_and_sent_once(stage: Stage) -> None:
    context = stage.visitor()
    swallowing = [True]

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda frame: server.send(frame) if "hello" in frame or not swallowing[0] else None)

    context.route_web_socket("**/web/socket", pass_on)
    tab = stage.tab(context).open().say("keep me").say("and me")
    tab.log.locator(".waiting").nth(1).wait_for()
    tab.page.reload()
    assert tab.greeted().log.locator(".waiting .status").all_text_contents() == ["Waiting", "Waiting"]
    swallowing.clear()
    swallowing.append(False)
    tab.page.reload()
    tab.hears("You said: and me")
    assert tab.said == ["Hello!", "keep me", "You said: keep me", "and me", "You said: and me"]
    assert tab.complaints == []


def test_what_came_while_the_page_was_away_is_there_in_order_once(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open().say("one").hears("You said: one")
    chat, address = stage.host.chat, tab.page.url
    tab.page.goto("about:blank")
    for n in range(3):
        stage.host.say(chat, Reply(f"away {n}", f"News {n}"))
    tab.page.goto(address)
    tab.hears("News 2")
    assert tab.said == ["Hello!", "one", "You said: one", "News 0", "News 1", "News 2"]
    other = stage.tab(context, path="/other").open().hears("News 2")
    assert other.said == tab.said
    assert tab.complaints == other.complaints == []


def test_the_host_may_go_and_come_back(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open().say("one").hears("You said: one")
    stage.host.drop()
    tab.state("waiting").say("two").hears("You said: two").state("open")
    assert tab.said == ["Hello!", "one", "You said: one", "two", "You said: two"]
    assert tab.page.evaluate("sessionStorage.getItem('botkit polling')") is None
    assert tab.complaints == []


def test_two_tabs_show_one_conversation(stage: Stage) -> None:
    context = stage.visitor()
    one = stage.tab(context).open()
    two = stage.tab(context, path="/two").open()
    one.say("from one").hears("You said: from one")
    two.hears("from one", 2).say("from two").hears("You said: from two")
    one.hears("You said: from two")
    assert one.said == two.said == ["Hello!", "from one", "You said: from one", "from two", "You said: from two"]
    one.page.bring_to_front()  # a page behind another one is drawn late
    one.page.get_by_role("button", name="New chat").click()
    assert one.focused == "choice"
    one.page.get_by_role("button", name="Stay").click()
    assert one.said == two.said
    one.page.get_by_role("button", name="New chat").click()
    one.page.get_by_role("button", name="Begin a new one").click()
    for tab in (one, two):
        tab.log.get_by_text("from two").first.wait_for(state="detached")
        tab.greeted()
    two.say("again").hears("You said: again")
    one.hears("You said: again")
    assert one.said == two.said == ["Hello!", "again", "You said: again"]
    assert one.complaints == two.complaints == []


def test_tabs_that_begin_at_once_come_to_one_conversation(stage: Stage) -> None:
    context = stage.visitor()
    tabs = [stage.tab(context, path=f"/{n}") for n in range(3)]
    for tab in tabs:
        tab.page.evaluate("() => { setTimeout(() => window.botkit.open(), 300) }")
    for tab in tabs:
        tab.greeted()
    tabs[0].page.wait_for_timeout(300)
    tabs[0].say("who hears?")
    for tab in tabs:
        tab.hears("You said: who hears?")
        assert tab.said == ["Hello!", "who hears?", "You said: who hears?"]


def test_what_is_unread_is_counted_on_the_launcher_of_every_tab(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open().say("one").hears("You said: one")
    tab.page.evaluate("() => { window.counts = []; window.botkit.on('unread', (n) => window.counts.push(n)) }")
    tab.page.get_by_role("button", name="Close").click()
    chat = stage.host.chat
    stage.host.say(chat, Reply("u1", "News"))
    stage.host.say(chat, Reply("u2", "More news"))
    tab.page.get_by_role("button", name="Chat, 2 new").wait_for()
    assert tab.page.locator("botkit-chat .badge").inner_text() == "2"
    other = stage.tab(context, path="/other")
    other.page.get_by_role("button", name="Chat, 2 new").wait_for()
    tab.page.get_by_role("button", name="Chat, 2 new").click()
    tab.hears("More news")
    assert tab.page.evaluate("window.counts") == [1, 2, 0]
    other.page.locator("botkit-chat .badge").wait_for(state="hidden")
    assert tab.complaints == other.complaints == []


def test_storage_that_is_forbidden_or_broken_does_no_harm(stage: Stage) -> None:
    context = stage.visitor()
    context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    tab = stage.tab(context).open().say("one").hears("You said: one")
    assert tab.complaints == []
    context = stage.visitor()
    context.add_init_script(
        f"for (const what of ['chat', 'pending', 'entries']) for (const store of [localStorage, sessionStorage])"
        f" store.getItem('done') || store.setItem(`botkit {stage.host.address}/  ${{what}}`, ['7', '{{', '{{\"chat\": 1}}'][what.length % 3])"
    )
    tab = stage.tab(context).open().say("two").hears("You said: two")
    assert tab.complaints == []
