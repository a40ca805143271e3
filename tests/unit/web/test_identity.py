"""Visitors whom the owner's site has signed: who they are, and whose chat is whose."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from pydantic import ValidationError

from botkit.model.events import Message, Opened
from botkit.testing import FakeIntake
from botkit_web import WebSettings
from botkit_web.access import Signer
from botkit_web.identity import IdentityError, Visitor, read_identity
from tests.unit.web.test_socket import SECRET, Page, running

SITE = "the secret of the site that has visitors"
NOW = 1_800_000_000.0


def signed(secret: str = SITE, algorithm: str = "HS256", **claims: Any) -> str:
    """Sign claims as a site does."""
    given = {"sub": "ann", "exp": time.time() + 600, **claims}
    return jwt.encode({name: claim for name, claim in given.items() if claim is not None}, secret, algorithm)


def test_a_site_signs_who_somebody_is() -> None:
    token = signed(exp=NOW + 60, name="Ann Lee", email="ann@example.org", admin=True, id="bob", verified_until=9e12)
    visitor = read_identity(token, SITE, lambda: NOW)
    assert visitor == Visitor("ann", NOW + 60, {"name": "Ann Lee", "email": "ann@example.org"})
    assert visitor.as_facts() == {
        "id": "ann",
        "name": "Ann Lee",
        "email": "ann@example.org",
        "verified": "site",
        "verified_until": NOW + 60,
    }


FORGED: dict[str, Callable[[], str]] = {
    "another secret": lambda: signed("another secret that is long enough to sign"),
    "no signature": lambda: jwt.encode({"sub": "ann", "exp": NOW + 60}, "", "none"),
    "another algorithm": lambda: signed(SITE * 2, "HS512", exp=NOW + 60),
    "nobody": lambda: signed(sub=None, exp=NOW + 60),
    "an empty name": lambda: signed(sub=" ", exp=NOW + 60),
    "a name with a line": lambda: signed(sub="ann\nbob", exp=NOW + 60),
    "a long name": lambda: signed(sub="a" * 501, exp=NOW + 60),
    "a number": lambda: jwt.encode({"sub": 7, "exp": NOW + 60}, SITE, "HS256"),
    "for ever": lambda: signed(exp=None),
    "a time in words": lambda: jwt.encode({"sub": "ann", "exp": "later"}, SITE, "HS256"),
    "true as a time": lambda: jwt.encode({"sub": "ann", "exp": True}, SITE, "HS256"),
    "no token": lambda: "x",
    "three dots": lambda: "a.b.c",
    "other letters": lambda: "签.名.的",
    "nothing": lambda: "",
}


@pytest.mark.parametrize("what", FORGED)
def test_nothing_else_proves_it(what: str) -> None:
    with pytest.raises(IdentityError) as caught:
        read_identity(FORGED[what](), SITE, lambda: NOW)
    assert "ann" not in str(caught.value)


def test_a_token_that_ran_out_says_who_it_was_and_no_more() -> None:
    assert not read_identity(signed(exp=NOW - 9), SITE, lambda: NOW).late
    late = read_identity(signed(exp=NOW - 11, name="Ann"), SITE, lambda: NOW)
    assert (late.id, late.late, late.as_facts()) == ("ann", True, {})


@pytest.mark.parametrize("exp", ["later", True, [], None])
def test_a_token_has_an_end(exp: object) -> None:
    with pytest.raises(IdentityError):
        read_identity(jwt.encode({"sub": "ann", "exp": exp}, SITE, "HS256"), SITE, lambda: NOW)


@pytest.mark.parametrize("who", ["ann", "李", "a.b", "x" * 500, "\u202e"])
def test_a_token_is_its_owners_alone(who: str) -> None:
    signer = Signer(SECRET)
    token = signer.sign("one", who)
    assert signer.owner_of("one", token) == who
    assert signer.owner_of("two", token) is None
    assert Signer("another secret of length").owner_of("one", token) is None
    assert signer.owner_of("one", signer.sign("one")) == ""
    assert signer.owner_of("one", "." + signer.sign("one")) is None
    assert signer.owner_of("one", token.rpartition(".")[2]) is None
    assert signer.owner_of("one", "!!." + token.rpartition(".")[2]) is None
    assert signer.chat_of(who) != signer.chat_of(who + "x")


async def test_a_visitor_has_one_chat_on_every_device(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET, identity_secret=SITE) as connector:
        phone, desk, other = Page(connector), Page(connector), Page(connector)
        first = await phone.greet(identity=signed())
        second = await desk.greet(identity=signed())
        third = await other.greet(identity=signed(sub="bob"))
        assert first["chat"] == second["chat"] != third["chat"]
        phone.say(type="message", id="m1", text="hello")
        await botkit_intake.wait(4)
        opened, message = botkit_intake.incoming[0].event, botkit_intake.incoming[-1].event
        assert isinstance(opened, Opened)
        assert isinstance(message, Message)
        assert (opened.customer["id"], opened.customer["verified"]) == ("ann", "site")
        assert message.customer == opened.customer
        fresh = await Page(connector).greet(identity=signed(), fresh=True)
        assert fresh["chat"] != first["chat"]
        again = await Page(connector).greet(identity=signed(), chat=fresh["chat"], token=fresh["token"])
        assert again["chat"] == fresh["chat"]


async def test_a_chat_is_shown_to_nobody_else(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET, identity_secret=SITE) as connector:
        ann = await Page(connector).greet(identity=signed())
        mine = {"chat": ann["chat"], "token": ann["token"]}
        stranger = await Page(connector).greet(**mine)  # the same browser, logged out
        bob = await Page(connector).greet(identity=signed(sub="bob"), **mine)
        assert len({ann["chat"], stranger["chat"], bob["chat"]}) == 3
        anonymous = await Page(connector).greet()
        known = await Page(connector).greet(identity=signed(), chat=anonymous["chat"], token=anonymous["token"])
        assert known["chat"] == ann["chat"]


async def test_a_chat_goes_on_when_the_token_of_the_site_has_run_out(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake, secret=SECRET, identity_secret=SITE) as connector:
        ann = await Page(connector).greet(identity=signed())
        mine = {"chat": ann["chat"], "token": ann["token"]}
        old = signed(exp=time.time() - 60)
        page = Page(connector)
        assert (await page.greet(identity=old, **mine))["chat"] == ann["chat"]
        page.say(type="message", id="m1", text="still me")
        await page.hear_kind("ack")
        event = botkit_intake.incoming[-1].event
        assert isinstance(event, Message)
        assert event.customer == {}
        for stranger in (
            {},
            {"chat": ann["chat"]},
            {"chat": ann["chat"], "token": Signer(SECRET).sign(ann["chat"], "bob")},
        ):
            assert (await Page(connector).greet(identity=old, **stranger))["code"] == "identity"
        bob = signed(sub="bob", exp=time.time() - 60)
        assert (await Page(connector).greet(identity=bob, **mine))["code"] == "identity"


async def test_a_chat_that_asks_for_no_owner_would_be_seen(
    botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signer, "owner_of", lambda *_: "")
    async with running(botkit_intake, secret=SECRET, identity_secret=SITE) as connector:
        ann = await Page(connector).greet(identity=signed())
        stranger = await Page(connector).greet(chat=ann["chat"], token=ann["token"])
        assert stranger["chat"] == ann["chat"]


@pytest.mark.parametrize("given", [{"identity_secret": SITE}, {}])
async def test_who_cannot_prove_it_is_sent_away(botkit_intake: FakeIntake, given: Any) -> None:
    async with running(botkit_intake, secret=SECRET, **given) as connector:
        page = Page(connector)
        problem = await page.greet(identity=signed("a secret that the site does not have at all"))
        assert (problem["type"], problem["code"]) == ("error", "identity")
        assert await page.hear() == {"closed": 1008}
        assert botkit_intake.received == []


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 32 characters"):
        WebSettings.model_validate({"identity_secret": "short"})
    assert WebSettings.model_validate({"identity_secret": ""}).identity_secret is None
