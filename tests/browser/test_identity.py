"""Who the visitor is, over sign-in, sign-out and the end of an identity: nobody is shown or says what is another's."""

import time

import jwt

from botkit import Message
from tests.browser.chromium import MARKS
from tests.browser.sites import IDENTITY_SECRET, Stage, Tab

pytestmark = MARKS


def _jwt(who: str, secret: str = IDENTITY_SECRET) -> str:
    return jwt.encode({"sub": who, "exp": int(time.time()) + 600}, secret, algorithm="HS256")


def _identify(tab: Tab, who: str | None) -> None:
    tab.page.evaluate("who => window.botkit.identify(who)", who)


def _kept(tab: Tab) -> str:
    return str(tab.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})"))


def _customers(stage: Stage, text: str) -> list[object]:
    """Give in whose name a text came, each time it came."""
    events = [one.event for one in stage.host.talk.heard]
    return [event.customer.get("id") for event in events if isinstance(event, Message) and event.text == text]


def test_what_was_said_before_a_sign_in_is_not_shown_after_the_sign_out(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open().say("secret 4711").hears("You said: secret 4711")
    other = stage.tab(context, path="/other").open().hears("You said: secret 4711")
    _identify(tab, _jwt("mia-1"))
    tab.log.get_by_text("4711").first.wait_for(state="detached")
    other.log.get_by_text("4711").first.wait_for(state="detached")
    tab.greeted().say("as Mia").hears("You said: as Mia")
    _identify(tab, None)
    tab.log.get_by_text("as Mia").first.wait_for(state="detached")
    tab.greeted().say("nobody").hears("You said: nobody")
    assert tab.said == ["Hello!", "nobody", "You said: nobody"]
    assert "4711" not in _kept(tab)
    other.say("here too").hears("You said: here too")
    assert other.log.get_by_text("4711").count() == 0
    assert tab.complaints == other.complaints == []


def test_what_one_customer_waits_to_say_is_not_said_by_the_next(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open()
    _identify(tab, _jwt("anna"))
    tab.greeted().say("I am Anna").hears("You said: I am Anna")
    context.set_offline(True)
    tab.state("offline").say("cancel MY order")
    _identify(tab, _jwt("bob"))
    context.set_offline(False)
    tab.greeted().say("I am Bob").hears("You said: I am Bob")
    assert tab.log.get_by_text("cancel MY order").count() == 0
    assert _customers(stage, "cancel MY order") == []
    _identify(tab, _jwt("anna"))
    tab.hears("You said: cancel MY order")
    assert _customers(stage, "cancel MY order") == ["anna"]
    assert tab.complaints == []


def test_what_nobody_in_particular_waits_to_say_goes_along_to_who_signs_in(stage: Stage) -> None:
    context = stage.visitor()
    tab = stage.tab(context).open()
    context.set_offline(True)
    tab.state("offline").say("wait for me")
    _identify(tab, _jwt("carl"))
    context.set_offline(False)
    tab.hears("You said: wait for me")
    assert _customers(stage, "wait for me") == ["carl"]


def test_an_identity_that_is_not_taken_any_more_is_asked_for_and_the_conversation_goes_on(stage: Stage) -> None:
    tab = stage.tab(stage.visitor())
    tab.page.evaluate(
        "() => { window.asked = 0; window.botkit.on('identity', () => { window.asked += 1 });"
        " window.states = []; window.botkit.on('state', (state) => window.states.push(state)) }"
    )
    _identify(tab, _jwt("dora"))
    tab.open().say("one").hears("You said: one")
    _identify(tab, _jwt("dora", "not the secret of this site, but long"))
    tab.state("expired")
    assert tab.page.locator("botkit-chat .state").inner_text() == "Please sign in again. Messages are sent then."
    assert tab.page.evaluate("window.asked") == 1
    _identify(tab, _jwt("dora", "not the secret of this site, but long"))
    tab.page.wait_for_function("() => window.states.filter((state) => state === 'expired').length === 2")
    assert tab.page.evaluate("window.asked") == 1, "an owner that has none that is good is not asked for ever"
    tab.say("two")
    tab.page.wait_for_function("() => window.asked === 2")
    assert tab.log.locator(".waiting .status").all_text_contents() == ["Waiting"]
    assert tab.said == ["Hello!", "one", "You said: one", "two"]
    _identify(tab, _jwt("dora"))
    tab.hears("You said: two").state("open")
    assert tab.said == ["Hello!", "one", "You said: one", "two", "You said: two"]
    assert _customers(stage, "two") == ["dora"]
    assert tab.complaints == []


def test_an_identity_that_runs_out_is_asked_for(stage: Stage) -> None:
    context = stage.visitor()
    context.clock.install()
    tab = stage.tab(context)
    tab.page.evaluate("() => { window.asked = 0; window.botkit.on('identity', () => { window.asked += 1 }) }")
    _identify(tab, _jwt("emil"))
    tab.open().say("one").hears("You said: one")
    tab.page.clock.fast_forward("09:30")
    assert tab.page.evaluate("window.asked") == 0
    tab.page.clock.fast_forward("00:40")
    assert tab.page.evaluate("window.asked") == 1
    _identify(tab, _jwt("emil"))  # by a clock that goes before, it has run out: no reason to ask again and again
    tab.state("open").say("two").hears("You said: two")
    assert tab.page.evaluate("window.asked") == 1
    assert tab.said == ["Hello!", "one", "You said: one", "two", "You said: two"]
    assert tab.complaints == []
