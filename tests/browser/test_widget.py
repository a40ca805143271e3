"""The widget on a page of another site, under the strictest policy: what is said and shown, and how it is kept."""

import hashlib
import hmac
import json
import time

import jwt
import pytest
from playwright.sync_api import WebSocketRoute

from botkit import Button, Card, Message, Press, Reply, StreamPart
from tests.browser.chromium import MARKS
from tests.browser.sites import HASH_SECRET, IDENTITY_SECRET, NONCE, Stage

pytestmark = MARKS


def test_one_line_on_a_page_is_a_chat_that_breaks_no_policy(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context)
    assert tab.page.locator("botkit-chat").count() == 1
    tab.page.locator("botkit-chat .launcher").wait_for()
    assert not stage.host.connector.held(), "who has not opened it costs the host nothing"
    tab.open().say("one").hears("You said: one")
    tab.page.locator("botkit-chat .status", has_text="Sent").wait_for()
    assert context.cookies() == []
    assert tab.page.evaluate("document.adoptedStyleSheets.length + document.styleSheets.length") == 0
    assert tab.complaints == []


def test_a_broken_policy_would_be_seen(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(), body='<p style="color: red">no</p>')
    tab.page.locator("botkit-chat .launcher").wait_for()
    assert any("policy style-src" in text for text in tab.complaints)


def test_the_module_has_the_same_functions(stage: Stage) -> None:
    host = stage.host.address
    script = f"""<script nonce="{NONCE}" type="module">
      import * as botkit from "{host}/widget.mjs";
      window.heard = [];
      for (const name of ["open", "close", "message", "reply", "state", "unread", "rating"])
        botkit.on(name, (detail) => window.heard.push([name, detail]));
      window.chat = botkit;
    </script>"""
    tab = stage.tab(stage.visitor(), tag=script)
    tab.page.wait_for_function("() => window.chat")
    assert sorted(tab.page.evaluate("Object.keys(window.chat)")) == ["close", "identify", "on", "open", "send"]
    tab.page.evaluate("window.chat.open()")
    tab.greeted()
    tab.page.evaluate("window.chat.send('from the page')")
    tab.hears("You said: from the page")
    tab.page.evaluate("window.chat.close()")
    assert not tab.log.is_visible()
    heard = tab.page.evaluate("window.heard")
    names = [name for name, _ in heard]
    assert names[0] == "open"
    assert names[-1] == "close"
    assert ["state", "open"] in heard
    assert [detail["text"] for name, detail in heard if name == "message"] == ["from the page"]
    assert [detail["text"] for name, detail in heard if name == "reply"][-1] == "You said: from the page"
    assert (
        tab.page.evaluate("(() => { try { chat.on('opened', () => {}) } catch (e) { return e.name } })()")
        == "TypeError"
    )
    assert tab.complaints == []


def test_what_a_page_wants_before_the_script_has_come_is_done_when_it_has(stage: Stage) -> None:
    early = f'<script nonce="{NONCE}">(window.botkit ??= []).push(["open"], ["send", "early"], ["nonsense"], ["constructor"])</script>'
    tab = stage.tab(stage.visitor(), body=early)
    tab.hears("You said: early")
    tab.page.evaluate("window.botkit.push(['close'])")
    assert not tab.log.is_visible()
    assert tab.complaints == []


def test_an_element_stands_in_the_page(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(), body='<botkit-chat inline title="Ask us" locale="en"></botkit-chat>')
    tab.greeted().say("here").hears("You said: here")
    assert tab.page.locator("botkit-chat").count() == 1
    assert tab.page.locator("botkit-chat .launcher").count() == 0
    assert tab.page.get_by_role("region", name="Ask us").is_visible()
    tab.box.press("Escape")
    assert tab.log.is_visible()
    tab.page.evaluate("document.querySelector('botkit-chat').remove()")
    tab.page.wait_for_timeout(50)
    assert tab.complaints == []


def test_attributes_say_how_it_looks(stage: Stage) -> None:
    attributes = 'data-position="start" data-color="#ffe600" data-title="Lemon" data-launcher="Questions?" data-greeting="We are here."'
    tab = stage.tab(stage.visitor(), attributes)
    launcher = tab.page.get_by_role("button", name="Questions?")
    box = launcher.bounding_box()
    assert box
    assert box["x"] < 100
    assert launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 230, 0)"
    assert launcher.evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)", "white would not be readable"
    tab.page.get_by_role("button", name="We are here.").click()
    tab.greeted()
    assert tab.page.get_by_role("dialog", name="Lemon").is_visible()
    for part in ("avatar", "send", "close"):
        width, height = tab.page.locator(f"botkit-chat .{part}").evaluate(
            "node => [node.offsetWidth, node.offsetHeight]"
        )
        assert width == height >= 40
        radius = tab.page.locator(f"botkit-chat .{part}").evaluate("node => getComputedStyle(node).borderRadius")
        assert radius == "50%"
    assert tab.complaints == []


@pytest.mark.parametrize(
    "color", ["red; } * { display: none", "#12", "var(--x)", "url(https://evil.example)", "javascript:1"]
)
def test_a_color_that_is_none_changes_nothing(stage: Stage, color: str) -> None:
    tab = stage.tab(stage.visitor(), f'data-color="{color}"')
    launcher = tab.page.locator("botkit-chat .launcher")
    assert launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(79, 70, 229)"
    assert tab.complaints == []


# What the bot says


def test_formatted_text_becomes_nodes(stage: Stage) -> None:
    stage.host.talk.answers["format"] = Reply(
        "",
        "**bold** *it* ~~gone~~ `code` [us](https://shop.example/a?b=1) mail@x\n\n1. one\n2. two\n\n> quoted\n\n```\n<b>x</b>\n```",
    )
    tab = stage.tab(stage.visitor()).open().say("format").hears("bold")
    rich = tab.log.locator(".rich")
    for tag, text in (
        ("strong", "bold"),
        ("em", "it"),
        ("s", "gone"),
        ("blockquote", "quoted"),
        ("pre", "<b>x</b>"),
        ("li", "one"),
    ):
        assert rich.locator(tag).first.inner_text().strip() == text
    link = rich.locator("a")
    assert link.get_attribute("href") == "https://shop.example/a?b=1"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert tab.complaints == []


HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "[x](javascript:window.hacked=1)",
    "[x](data:text/html,<script>window.hacked=1</script>)",
    "<script>window.hacked=1</script>",
    "**<svg onload=window.hacked=1>**",
)


def test_what_the_bot_says_runs_nothing(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    for n, text in enumerate(HOSTILE):
        buttons = (Button(text, value="x"), Button("to", url="javascript:alert(1)"))
        card = Card(text, text, image="javascript:1", url="javascript:1")
        stage.host.say(stage.host.chat, Reply(f"bad {n}", text, buttons, "javascript:1", "data:text/html,x", (card,)))
    tab.log.locator(".card").nth(len(HOSTILE) - 1).wait_for()
    links = tab.log.locator("a").evaluate_all("nodes => nodes.map(node => node.protocol)")
    assert set(links) <= {"http:", "https:"}
    assert tab.log.locator("img, script, svg").count() == 0
    assert tab.page.evaluate("window.hacked") is None
    assert tab.complaints == []


BODIES = (
    [["script", "window.hacked=1"]],
    [["p", ["a", "javascript:window.hacked=1", "x"]]],
    [["img", {"onerror": "x"}]],
    [["p", ["constructor", "x"], ["__proto__", "y"], 7, None, {"a": 1}]],
    ["p"],
    "p",
    {"p": 1},
    [[[["p"]]]],
)


def test_a_body_that_is_none_is_no_more_than_text(stage: Stage) -> None:
    context = stage.visitor()
    context.route_web_socket("**/web/socket", lambda socket: socket.on_message(lambda _: _say_bodies(socket)))
    tab = stage.tab(context)
    tab.page.locator("botkit-chat .launcher").click()
    tab.log.locator(".bubble").nth(len(BODIES) - 1).wait_for()
    for bubble in tab.log.locator(".bubble").all():
        tags = bubble.evaluate("node => [...node.querySelectorAll('*')].map(one => one.tagName)")
        assert set(tags) <= {"SPAN", "P"}
    assert tab.page.evaluate("window.hacked") is None
    assert tab.complaints == []


def _say_bodies(socket: WebSocketRoute) -> None:
    """Greet a page, and say what no bot says."""
    frames: list[dict[str, object]] = [
        {"type": "welcome", "chat": "c", "token": "t", "name": "Acme", "missed": 0, "most": 99, "files": None},
        *({"type": "reply", "id": str(n), "text": "plain", "body": body} for n, body in enumerate(BODIES)),
        {"type": "constructor"},
        {"type": "news"},
        {"type": "ack", "id": "nobody"},
        {"type": "error", "code": "bad_message", "message": "?"},
        {"type": "stream", "id": "1", "state": "delta", "text": "known"},
    ]
    for frame in frames:
        socket.send(json.dumps(frame))


def test_quick_replies_cards_and_pictures(stage: Stage) -> None:
    stage.host.talk.answers["show"] = Reply(
        "",
        "Choose.",
        (Button("Yes", value="yes"), Button("No", value="no"), Button("Elsewhere", url="https://shop.example/")),
        image=f"{stage.host.address}/web/icon.svg",
        cards=(Card("Mug", "Holds tea", buttons=(Button("Take it", value="mug"),)),),
        question="q",
    )
    tab = stage.tab(stage.visitor()).open().say("show").hears("Choose.")
    tab.page.wait_for_function("node => node.naturalWidth > 0", arg=tab.log.locator(".picture img").element_handle())
    tab.page.get_by_role("button", name="Yes").click()
    tab.hears("You pressed: Yes (yes)")
    assert tab.page.get_by_role("button", name="No", exact=True).is_disabled()
    assert tab.page.get_by_role("button", name="Take it").is_disabled()
    assert tab.page.get_by_role("link", name="Elsewhere").get_attribute("target") == "_blank"
    assert tab.focused == "textarea"
    pressed = stage.host.talk.heard[-1].event
    assert isinstance(pressed, Press)
    assert (pressed.value, pressed.label, pressed.question) == ("yes", "Yes", "q")
    assert tab.complaints == []


def test_a_picture_of_a_host_that_the_page_forbids_is_a_link(stage: Stage) -> None:
    stage.host.talk.answers["far"] = Reply("", "Look.", image="https://pictures.example/far.png")
    tab = stage.tab(stage.visitor()).open().say("far").hears("Look.")
    assert tab.log.locator("a.attachment").get_attribute("href") == "https://pictures.example/far.png"


def test_a_rating_by_keyboard(stage: Stage) -> None:
    scores = tuple(Button(label, value=str(n)) for n, label in enumerate(("Bad", "2", "3", "4", "Great"), 1))
    stage.host.talk.answers["rate"] = Reply("", "How was it?", (*scores, Button("Not now", value="later")), scale=5)
    tab = stage.tab(stage.visitor())
    tab.page.evaluate(
        "() => { window.ratings = []; window.botkit.on('rating', (given) => window.ratings.push(given)) }"
    )
    tab.open().say("rate").hears("How was it?")
    assert tab.page.get_by_role("group", name="Rating").is_visible()
    assert tab.page.get_by_role("radio").count() == 5
    assert tab.page.get_by_role("radio", name="Great (5 of 5)").count() == 1
    assert tab.page.get_by_role("button", name="Not now").count() == 1
    assert tab.page.get_by_role("button", name="Send rating").is_disabled()
    tab.page.get_by_role("radio", name="Bad (1 of 5)").focus()
    for _ in range(3):
        tab.page.keyboard.press("ArrowRight")
    assert tab.page.get_by_role("radio", name="4 of 5").is_checked()
    tab.page.keyboard.press("Enter")
    tab.hears("You pressed: 4 (4)")
    assert tab.page.get_by_role("radio").first.is_disabled()
    assert tab.page.evaluate("window.ratings") == [{"score": 4, "most": 5}]
    assert tab.complaints == []


def test_a_rating_by_pointer_and_of_many_scores(stage: Stage) -> None:
    stage.host.talk.answers["rate10"] = Reply("", "From 1 to 10?", scale=10)
    tab = stage.tab(stage.visitor()).open().say("rate10").hears("From 1 to 10?")
    tab.log.locator(".scores label").nth(6).click()
    tab.page.get_by_role("button", name="Send rating").click()
    tab.hears("You pressed: 7 (7)")
    assert tab.complaints == []


def test_who_speaks_and_that_a_person_is_on_the_way(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    chat = stage.host.chat
    status = tab.page.locator("botkit-chat .state")
    stage.host.say(chat, Reply("h1", "I get somebody.", owner="queue"))
    tab.hears("I get somebody.")
    assert status.inner_text() == "A person is on the way."
    stage.host.run(stage.host.connector.typing(chat, "Mia"))
    tab.page.locator("botkit-chat .typing .by", has_text="Mia").wait_for()
    stage.host.say(chat, Reply("h2", "Hello, I am Mia.", agent="Mia", owner="human"))
    tab.hears("Hello, I am Mia.")
    assert not tab.page.locator("botkit-chat .typing").is_visible()
    assert status.inner_text() == "You are talking to Mia."
    assert tab.log.locator(".by").inner_text() == "Mia"
    tab.page.reload()
    tab.hears("Hello, I am Mia.").state("open")
    assert status.inner_text() == "You are talking to Mia."
    stage.host.say(chat, Reply("h3", "I am back.", owner=""))
    tab.hears("I am back.")
    assert status.inner_text() == "Online"
    assert tab.complaints == []


def test_a_growing_text_is_read_once(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    chat, streams = stage.host.chat, stage.host.connector.stream
    tab.log.evaluate(
        "log => { window.spoken = []; new MutationObserver(all => all.forEach(one => one.addedNodes.forEach(node =>"
        " window.spoken.push(node.textContent)))).observe(log, {childList: true, subtree: true}) }"
    )
    stage.host.run(streams(chat, StreamPart("s1", "start")))
    growing = tab.page.locator("botkit-chat .growing")
    for part in ("The order ", "is **on** ", "its way."):
        stage.host.run(streams(chat, StreamPart("s1", "delta", part)))
    growing.get_by_text("its way.").wait_for()
    assert growing.get_attribute("aria-live") == "off"
    assert growing.locator("strong").inner_text() == "on"
    assert tab.page.evaluate("window.spoken") == []
    stage.host.run(streams(chat, StreamPart("s1", "end")))
    stage.host.say(chat, Reply("s1", "The order is **on** its way."))
    tab.hears("The order is on its way.")
    assert growing.locator(".entry").count() == 0
    assert len(tab.page.evaluate("window.spoken")) == 1
    stage.host.run(streams(chat, StreamPart("s2", "delta", "Never ")))
    growing.get_by_text("Never").wait_for()
    stage.host.run(streams(chat, StreamPart("s2", "abort")))
    growing.locator(".entry").wait_for(state="detached")
    assert tab.complaints == []


# What the visitor sends


def test_a_file_goes_along(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    tab.page.locator("botkit-chat input[type=file]").set_input_files(
        {"name": "notes ü.txt", "mimeType": "text/plain", "buffer": b"some notes"}
    )
    tab.page.locator("botkit-chat .draft:not(.coming)").wait_for()
    tab.say("with notes").hears("You said: with notes")
    assert tab.log.locator(".mine a.attachment").inner_text() == "notes ü.txt"
    tab.page.locator("botkit-chat input[type=file]").set_input_files(
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}
    )
    tab.log.locator(".system", has_text="empty.txt is empty.").wait_for()
    assert tab.complaints == []


def test_files_are_pasted_and_dropped(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    for target, kind, field in ((tab.box, "ClipboardEvent", "clipboardData"), (tab.log, "DragEvent", "dataTransfer")):
        target.evaluate(
            "(node, [kind, field]) => { const data = new DataTransfer(); data.items.add(new File(['x'], `${kind}.txt`, {type: 'text/plain'}));"
            " const name = kind === 'DragEvent' ? 'drop' : 'paste';"
            " node.dispatchEvent(new window[kind](name, {[field]: data, bubbles: true, composed: true, cancelable: true})) }",
            [kind, field],
        )
    drafts = tab.page.locator("botkit-chat .draft:not(.coming)")
    drafts.nth(1).wait_for()
    assert drafts.locator("bdi").all_text_contents() == ["ClipboardEvent.txt", "DragEvent.txt"]
    tab.page.get_by_role("button", name="Remove: DragEvent.txt").click()
    assert tab.focused == "textarea"
    tab.box.press("Enter")
    tab.hears("You said: 1")
    assert tab.complaints == []


def test_a_message_that_is_too_long_comes_back_to_be_mended(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    tab.box.fill("long " * 2000)
    tab.box.press("Enter")
    tab.page.locator("botkit-chat .failed .status", has_text="Too long, not sent.").wait_for()
    tab.say("short").hears("You said: short")
    tab.page.get_by_role("button", name="Edit").click()
    assert tab.box.input_value() == ("long " * 2000).strip()
    assert tab.log.locator(".failed").count() == 0
    assert tab.complaints == []


def test_a_message_that_was_refused_is_sent_again_on_demand(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open()
    stage.host.talk.answers["later"] = Reply("", "Now it is there.")
    key = next(key for key in tab.page.evaluate("Object.keys(localStorage)") if key.endswith(" chat")).replace(
        " chat", " pending"
    )
    tab.page.evaluate(
        "([key, frame]) => sessionStorage.setItem(key, JSON.stringify([frame]))",
        [key, {"type": "message", "id": "bad1", "text": "later", "failed": "failed"}],
    )
    tab.page.reload()
    tab.greeted()
    tab.page.locator("botkit-chat .failed .status", has_text="Not sent.").wait_for()
    tab.page.get_by_role("button", name="Try again").click()
    tab.hears("Now it is there.")
    assert tab.log.locator(".failed").count() == 0
    assert tab.complaints == []


# Who the visitor is


def _jwt(who: str, secret: str = IDENTITY_SECRET) -> str:
    return jwt.encode({"sub": who, "exp": int(time.time()) + 600}, secret, algorithm="HS256")


def test_a_signed_in_customer_has_a_room_of_their_own(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open().say("nobody in particular").hears("You said: nobody in particular")
    tab.page.evaluate("jwt => window.botkit.identify(jwt)", _jwt("mia-7"))
    tab.log.get_by_text("nobody in particular").wait_for(state="detached")
    tab.greeted().say("as Mia").hears("You said: as Mia")
    mine = stage.host.talk.heard[-1]
    assert isinstance(mine.event, Message)
    assert mine.event.customer["id"] == "mia-7"
    proof = hmac.new(HASH_SECRET.encode(), b"mia-7", hashlib.sha256).hexdigest()
    other = stage.tab(stage.visitor(), f'data-user="mia-7" data-user-hash="{proof}" data-open')
    other.hears("You said: as Mia")
    assert stage.host.talk.heard[-1].chat == mine.chat
    tab.page.evaluate("window.botkit.identify(null)")
    tab.log.get_by_text("as Mia").first.wait_for(state="detached")
    assert "as Mia" not in tab.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert tab.complaints == other.complaints == []


@pytest.mark.parametrize("identity", [_jwt("eve", "another secret that is just as long as it"), "eve", "a.b.c", ""])
def test_an_unsigned_identity_is_refused(stage: Stage, identity: str) -> None:
    tab = stage.tab(stage.visitor())
    heard = len(stage.host.talk.heard)
    tab.page.locator("botkit-chat .launcher").wait_for()
    tab.page.evaluate("who => window.botkit.identify(who || {id: 'eve', hash: 'none'})", identity)
    tab.page.locator("botkit-chat .launcher").click()
    tab.state("refused")
    assert tab.page.locator("botkit-chat .state").inner_text() == "This chat cannot be opened here."
    assert len(stage.host.talk.heard) == heard
    assert tab.complaints == []


def test_a_page_that_means_another_bot_is_refused(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(), 'data-bot="Somebody else" data-open')
    tab.state("refused")
    assert tab.complaints == []


def test_a_page_of_another_site_gets_nothing(stage: Stage) -> None:
    context = stage.visitor()
    address = stage.shop.put("/", stage.host.address, "data-open")
    stranger = address.replace("localhost", "127.0.0.1")
    heard = len(stage.host.talk.heard)
    page = context.new_page()
    page.goto(stranger)
    page.locator("botkit-chat .chat[data-state=waiting]").wait_for()
    page.wait_for_function("() => sessionStorage.getItem('botkit polling')")
    for path in ("/widget.mjs", "/web/words/de.json", "/web/poll", "/web/files?name=a"):
        method = "POST" if "poll" in path or "files" in path else "GET"
        told = page.evaluate(
            "([url, method]) => fetch(url, {method}).then(a => a.text(), e => e.name)",
            [stage.host.address + path, method],
        )
        assert told == "TypeError", "the browser keeps the answer from the page"
    assert len(stage.host.talk.heard) == heard
