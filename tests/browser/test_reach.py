"""Who can use the widget: with a keyboard, a screen reader, a phone, little sight, another language."""

import os
from pathlib import Path
from typing import Any

import pytest

from botkit import Button, Card, Reply
from tests.browser.chromium import MARKS
from tests.browser.sites import Stage, Tab

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("BOTKIT_SCREENSHOTS", "")
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}

pytestmark = MARKS

TALKS = {
    "en": (
        "Where is my order?",
        "It left our warehouse **yesterday** and should be with you on *Friday*:\n\n- parcel `DX-20417`\n- carrier [Northline](https://carrier.example)",
        ("Show the parcel", "Something else"),
        (("Desk Lamp", "Black, USB. In stock."), ("Teapot", "Ceramic, 0.8 l. In stock.")),
        "How was our help today?",
        "I get a colleague for you.",
    ),
    "zh": (
        "我的订单到哪了？",
        "包裹**昨天**已经从仓库发出，预计*周五*送达：\n\n- 运单号 `DX-20417`\n- 承运商 [北线快递](https://carrier.example)",
        ("查看包裹", "其他问题"),
        (("台灯", "黑色，USB 供电。有货。"), ("茶壶", "陶瓷，0.8 升。有货。")),
        "您对这次服务满意吗？",
        "正在为您转接同事。",
    ),
    "ar": (
        "أين طلبي؟",
        "غادر طردك المستودع **أمس** ومن المتوقع أن يصل يوم *الجمعة*:\n\n- رقم الطرد `DX-20417`\n- شركة الشحن [Northline](https://carrier.example)",
        ("عرض الطرد", "شيء آخر"),
        (("مصباح مكتب", "أسود، USB. متوفر."), ("إبريق شاي", "خزف، 0.8 لتر. متوفر.")),
        "كيف كانت خدمتنا اليوم؟",
        "سأحوّلك إلى زميلة.",
    ),
}


def _play(stage: Stage, tab: Tab, language: str) -> None:
    """Have a conversation in which everything comes up that the widget can show."""
    wish, answer, choices, cards, question, queued = TALKS[language]
    picture = f"{stage.host.address}/web/icon.svg"
    stage.host.talk.answers[wish] = Reply(
        "", answer, tuple(Button(label, value=label) for label in choices), locale=language
    )
    tab.say(wish)
    tab.log.locator(".rich").first.wait_for()
    chat = stage.host.talk.heard[-1].chat
    shown = tuple(Card(title, text, picture, buttons=(Button(choices[0], value="x"),)) for title, text in cards)
    stage.host.say(chat, Reply(f"{chat} cards", "", cards=shown, locale=language))
    stage.host.say(chat, Reply(f"{chat} rate", question, scale=5, locale=language))
    tab.log.locator(".scale").wait_for()
    tab.log.locator(".scores label").nth(3).click()
    stage.host.say(chat, Reply(f"{chat} queue", queued, owner="queue", locale=language))
    tab.page.locator("botkit-chat .chat[data-owner=queue]").wait_for(state="attached")


def _findings(tab: Tab) -> list[str]:
    """Give what axe finds that is serious or critical."""
    tab.page.evaluate(AXE.read_text("utf-8"))
    found = tab.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


LOOKS = [("en-US", "light"), ("en-US", "dark"), ("ar", "light"), ("ar", "dark"), ("zh-CN", "dark")]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing; `make browser` installs it")
@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_nothing_stands_in_the_way(stage: Stage, locale: str, scheme: str) -> None:
    language = locale[:2]
    context = stage.visitor(locale=locale, color_scheme=scheme, reduced_motion="reduce")
    tab = stage.tab(context, 'data-open data-color="#c2410c"').greeted()
    assert tab.page.locator("botkit-chat .chat").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    _play(stage, tab, language)
    tab.page.locator("botkit-chat input[type=file]").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    tab.page.locator("botkit-chat .draft:not(.coming)").wait_for()
    tab.page.locator("botkit-chat .remove").wait_for()
    assert _findings(tab) == []
    tab.box.fill("long " * 2000)
    tab.box.press("Enter")
    tab.log.locator(".failed").wait_for()
    tab.page.locator("botkit-chat .fresh").click()
    context.set_offline(True)
    tab.state("offline")
    tab.say("waits")
    assert _findings(tab) == []
    tab.page.keyboard.press("Escape")
    tab.log.wait_for(state="hidden")
    assert _findings(tab) == []
    assert tab.complaints == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing; `make browser` installs it")
@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "light"), ("zh-CN", "dark")])
@pytest.mark.parametrize("path", ["", "/plain"])
def test_nothing_stands_in_the_way_on_the_page_to_try_it(stage: Stage, locale: str, scheme: str, path: str) -> None:
    context = stage.visitor(
        locale=locale, color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1280, "height": 860}
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = Tab(context.new_page(), f"{stage.host.address}{path}", [stage.host.address]).greeted()
    assert _findings(tab) == []
    if path:
        assert "Harbor" not in tab.page.content()
    else:
        tab.page.locator(".product .ask").first.click()
        tab.log.locator(".mine").wait_for()
    tab.page.get_by_role("button", name="Close" if locale == "en-US" else "关闭").click()
    tab.page.locator("#copy").click()
    tab.page.locator("#copied:not(:empty)").wait_for()
    line = f'<script src="{stage.host.address}/widget.js" async></script>'
    assert tab.page.evaluate("navigator.clipboard.readText()") == line
    assert tab.complaints == []


def test_everything_by_keyboard(stage: Stage) -> None:
    stage.host.talk.answers["choose"] = Reply("", "Choose.", (Button("Yes", value="yes"),))
    tab = stage.tab(stage.visitor())
    keyboard = tab.page.keyboard
    tab.page.locator("botkit-chat .launcher").wait_for()
    tab.page.focus("#mine")
    keyboard.press("Tab")
    assert tab.focused == "launcher"
    keyboard.press("Enter")
    tab.greeted()
    assert tab.focused == "textarea"
    keyboard.type("choose")
    keyboard.press("Shift+Enter")
    assert tab.box.input_value() == "choose\n"
    keyboard.press("Backspace")
    keyboard.press("Enter")
    tab.hears("Choose.")
    order = []
    for _ in range(5):
        keyboard.press("Shift+Tab")
        order.append(tab.focused)
    assert order == ["plain attach", "choice", "scroll", "plain close", "plain fresh"]
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Space")
    tab.hears("You pressed: Yes (yes)")
    assert tab.focused == "textarea"
    keyboard.press("Escape")
    assert not tab.log.is_visible()
    assert tab.focused == "launcher", "the focus is where it came from"
    tab.page.evaluate("() => document.getElementById('mine').addEventListener('click', () => window.botkit.open())")
    tab.page.focus("#mine")
    keyboard.press("Enter")
    assert tab.focused == "textarea"
    keyboard.press("Escape")
    assert tab.focused == "mine"
    assert tab.complaints == []


def test_an_input_method_keeps_its_keys(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(locale="zh-CN"), "data-open").greeted()
    tab.box.focus()
    heard = len(stage.host.talk.heard)
    tab.box.fill("ni hao")
    for key in ("Enter", "Escape"):
        tab.box.evaluate(
            "(box, key) => box.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true, composed: true}))",
            key,
        )
    assert tab.log.is_visible()
    assert tab.box.input_value() == "ni hao"
    assert len(stage.host.talk.heard) == heard


def test_what_a_screen_reader_is_told(stage: Stage) -> None:
    tab = stage.tab(stage.visitor()).open()
    log = tab.log
    assert log.get_attribute("aria-live") == "polite"
    assert log.get_attribute("aria-label") == "Messages"
    assert tab.page.get_by_role("dialog", name="Acme").count() == 1
    assert tab.page.get_by_role("textbox", name="Write a message").count() == 1
    for name in ("Send", "Attach a file", "Close", "New chat"):
        assert tab.page.get_by_role("button", name=name).count() == 1
    tab.say("hi").hears("You said: hi")
    assert log.locator(".bubble").all_text_contents() == ["Acme: Hello!", "You: hi", "Acme: You said: hi"]
    assert log.get_attribute("aria-busy") == "false"
    tab.page.reload()
    tab.hears("You said: hi").state("open")
    tab.page.wait_for_function("log => log.getAttribute('aria-busy') === 'false'", arg=log.element_handle())
    tab.page.get_by_role("button", name="Close").click()
    launcher = tab.page.get_by_role("button", name="Chat")
    assert launcher.get_attribute("aria-expanded") == "false"
    assert launcher.get_attribute("aria-haspopup") == "dialog"
    assert tab.complaints == []


def test_a_phone_is_filled_and_the_keyboard_covers_nothing(stage: Stage) -> None:
    context = stage.visitor(**PHONE, reduced_motion="reduce")
    context.add_init_script(
        "const seen = new EventTarget(); Object.assign(seen, {height: 780, offsetTop: 0});"
        "Object.defineProperty(window, 'visualViewport', {value: seen})"
    )
    tab = stage.tab(context, "data-open")
    tab.page.locator("botkit-chat .launcher").wait_for()
    assert not tab.log.is_visible(), "it would cover the page"
    tab.page.locator("botkit-chat .launcher").tap()
    tab.greeted()
    panel = tab.page.locator("botkit-chat .chat")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    assert tab.focused == "chat", "no keyboard comes up before the customer wants to write"
    tab.page.evaluate(
        "() => { Object.assign(visualViewport, {height: 400, offsetTop: 60}); visualViewport.dispatchEvent(new Event('resize')) }"
    )
    assert panel.bounding_box() == {"x": 0, "y": 60, "width": 390, "height": 400}
    box = tab.box.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 460
    for _ in range(12):
        tab.page.keyboard.press("Tab")
        assert tab.focused not in ("mine", "launcher"), "what is covered gets no focus"
    tab.page.evaluate(
        "() => { Object.assign(visualViewport, {height: 780, offsetTop: 0}); visualViewport.dispatchEvent(new Event('resize')) }"
    )
    tab.page.get_by_role("button", name="Close").tap()
    tab.log.wait_for(state="hidden")
    tab.page.set_viewport_size({"width": 900, "height": 700})
    tab.page.locator("botkit-chat .launcher").tap()
    box = panel.bounding_box()
    assert box
    assert box["width"] == 400
    tab.page.set_viewport_size({"width": 390, "height": 780})
    tab.page.wait_for_function("node => node.matches(':modal')", arg=panel.element_handle())
    assert tab.complaints == []


def test_less_motion_is_none(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(reduced_motion="reduce")).open()
    stage.host.run(stage.host.connector.typing(stage.host.chat))
    tab.page.locator("botkit-chat .typing").wait_for()
    assert tab.page.locator("botkit-chat .chat").evaluate("node => node.getAnimations({subtree: true}).length") == 0


def test_forced_colors_keep_edges(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(forced_colors="active")).open()
    assert tab.log.locator(".bubble").first.evaluate("node => getComputedStyle(node).borderTopWidth") == "1px"
    assert tab.complaints == []


LANGUAGES = {
    "en-GB": "Write a message",
    "zh-TW": "输入消息",
    "de-AT": "Nachricht schreiben",
    "ar-EG": "اكتب رسالة",
    "fi": "Write a message",
}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_languages_come_from_the_host_when_they_are_wanted(stage: Stage, locale: str) -> None:
    context = stage.visitor(locale=locale)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    tab = stage.tab(context, "data-open").greeted()
    assert tab.box.get_attribute("placeholder") == LANGUAGES[locale]
    assert [url.rpartition("/")[2] for url in asked if "/words/" in url] == (
        [] if locale[:2] in ("en", "zh") else [f"{locale[:2]}.json"]
    )
    assert tab.page.locator("botkit-chat .frame").get_attribute("lang") == ("en" if locale == "fi" else locale)
    assert tab.complaints == []


def test_the_owner_may_say_the_language(stage: Stage) -> None:
    tab = stage.tab(stage.visitor(locale="zh-CN"), 'data-locale="de" data-open').greeted()
    assert tab.box.get_attribute("placeholder") == "Nachricht schreiben"
    assert tab.complaints == []


@pytest.mark.skipif(not SHOTS, reason="BOTKIT_SCREENSHOTS names no folder for pictures")
@pytest.mark.parametrize(
    ("name", "locale", "scheme", "settings"),
    [
        ("desktop", "en-US", "light", {"viewport": {"width": 1280, "height": 860}}),
        ("dark", "en-US", "dark", {"viewport": {"width": 1280, "height": 860}}),
        ("chinese", "zh-CN", "light", {"viewport": {"width": 1280, "height": 860}}),
        ("rtl", "ar", "light", {"viewport": {"width": 1280, "height": 860}}),
        ("phone", "en-US", "light", PHONE),
        ("phone-rtl-dark", "ar", "dark", PHONE),
    ],
)
def test_pictures_to_look_at(stage: Stage, name: str, locale: str, scheme: str, settings: dict[str, Any]) -> None:
    context = stage.visitor(locale=locale, color_scheme=scheme, device_scale_factor=2, **settings)
    tab = Tab(context.new_page(), stage.host.address, [stage.host.address])
    if "phone" in name:
        tab.page.screenshot(path=f"{SHOTS}/widget-{name}-closed.png")
        tab.page.locator("botkit-chat .launcher").tap()
    tab.greeted()
    _play(stage, tab, locale[:2])
    tab.page.wait_for_timeout(300)
    tab.page.screenshot(path=f"{SHOTS}/widget-{name}.png")
    tab.page.locator("botkit-chat .scroll").evaluate("node => node.scrollTo(0, 0)")
    tab.page.screenshot(path=f"{SHOTS}/widget-{name}-above.png")
