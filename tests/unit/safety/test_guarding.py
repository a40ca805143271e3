"""What is refused of a customer, and which links are taken out of a reply."""

import pytest

from botkit.model.replies import Button, Card, Reply
from botkit.safety import EVERY, Guarding, Rules
from botkit.safety import guarding as module
from botkit.safety.guarding import PATTERN, REPEATED, WORD, host_of

WORDS = Guarding(Rules(words={"en": ("damn fool", "idiot"), "zh": ("笨蛋",), "de": ("Gift",)}))


@pytest.mark.parametrize(
    ("text", "locale", "refused"),
    [
        ("you idiot", "en", True), ("IDIOT!", "en", True), ("you, damn  fool.", "en", True), ("ｉｄｉｏｔ", "en", True),
        ("id\u200biot", "en", True), ("i\u00addiot", "en-GB", True), ("你idiot吗", "en", True), ("idiots", "en", False),
        ("idiotic", "en", False), ("my damn order, you fool", "en", False), ("", "en", False), ("你这个笨蛋啊", "zh", True),
        ("你这个笨蛋啊", "en", True), ("笨，蛋", "zh", False), ("a gift", "en", False), ("Gift!", "de", True), ("idiot", "de", False),
    ],
)  # fmt: skip
def test_words_are_refused_between_borders_and_chinese_ones_anywhere(text: str, locale: str, refused: bool) -> None:
    assert WORDS.refuses(text, locale) == (WORD if refused else "")


def test_words_and_patterns_for_every_language() -> None:
    guarding = Guarding(Rules(words={EVERY: ("spam",)}, patterns={EVERY: (r"(?i)buy \d+ coins",), "en": ("^x+$",)}))

    assert guarding.refuses("spam", "zh") == WORD
    assert guarding.refuses("please BUY 30 coins", "zh") == PATTERN
    assert guarding.refuses("xxx", "zh") == ""
    assert guarding.refuses("xxx", "en") == PATTERN


@pytest.mark.parametrize("text", ["buy 30 coins", "b\u200buy 30 co\u00adins", "\u2060buy\u200e 30\ufeff coins"])
def test_invisible_characters_hide_nothing_from_patterns(text: str) -> None:
    assert Guarding(Rules(patterns={EVERY: (r"buy \d+ coins",)})).refuses(text, "en") == PATTERN


def test_a_pattern_may_look_for_invisible_characters() -> None:
    assert Guarding(Rules(patterns={EVERY: ("[\u202a-\u202e]",)})).refuses("a\u202eb", "en") == PATTERN


@pytest.mark.parametrize(
    ("text", "said", "refused"),
    [
        ("where is my order", ["where is my order"] * 3, True),
        ("Where is my order?!", ["where is my order"] * 3, True),
        ("where is my order", ["where is my order"] * 2, False),
        ("where is my order", ["where is my order", "where is my order", "hello there you"], False),
        ("yes", ["yes"] * 3, False),
        ("x" * 5000, ["x" * 1000] * 3, True),
    ],
)
def test_the_same_again_and_again_is_refused(text: str, said: list[str], refused: bool) -> None:
    lines = [line for one in said for line in (("customer", one), ("bot", "Sorry?"))]

    assert Guarding(Rules(repeats=3)).refuses(text, "en", lines) == (REPEATED if refused else "")


LINKS = Guarding(Rules(links=("example.com", "*.Example.org")))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("see https://example.com/a?b=c.", None), ("see www.example.com", "see […]"), ("see www.shop.example.org", None), ("HTTPS://EXAMPLE.COM", None),
        ("https://shop.example.org", None), ("https://example.org", "[…]"), ("https://evil.com/x, now", "[…], now"),
        ("http://example.com@evil.com/", "[…]"), ("http://evil.com/example.com", "[…]"), ("http://example.com.evil.com", "[…]"),
        ("看http://evil.com/路径。", "看[…]路径。"), ("www.evil.com", "[…]"), ("ftp://evil.com", "[…]"), ("http://[::1", "[…]"),
        ("http://xn--exmple-cua.com", "[…]"), ("https://notexample.com", "[…]"), ("no link: a.b", None), ("http://", None),
        ("https:\\\\evil.com", "[…]"), ("https:/evil.com", "[…]"), ("https:\\\\example.com\\x", None),
        ("https://中国.cn/x", "[…]"), ("https://例子.测试/login now", "[…] now"), ("https://ｅｖｉｌ.com/", "[…]"), ("https://ｅｘａｍｐｌｅ．com/", None),
        ("https://evil。com/x", "[…]"), ("https://ex\u200bample.com", "[…]"), ("https://пример.рф", "[…]"), ("https://[::1]/", "[…]"),
        ("请看https://example.com谢谢。再见", None), ("请看https://example.com，谢谢", None), ("请看https://example.com。", None), ("见（https://example.com）", None),
        ("https://example.com中国.cn", "[…]"), ("https://example.com谢谢．cn", "[…]"), ("https://evil.com谢谢", "[…]"), ("www.中国.cn", "[…]"),
        ("https://example.com:" + "x" * 3000 + "@evil.com", "[…]"), ("https://例子.example.org", None), ("evil.com/login", None), ("write to mia@www.example.net", None),
    ],
)  # fmt: skip
def test_links_lead_only_where_they_may(text: str, cleaned: str | None) -> None:
    reply, hosts = LINKS.clean(Reply("r", text))

    assert reply.text == (text if cleaned is None else cleaned)
    assert bool(hosts) == (cleaned is not None)


def test_buttons_and_cards_lead_only_where_they_may() -> None:
    good, bad = Button("Go", url="https://example.com"), Button("Win", url="javascript:alert(1)")
    card = Card("https://evil.com", "text", "https://evil.com/i.png", "https://evil.com", (good, bad))

    reply, hosts = LINKS.clean(
        Reply("r", "Hello", (good, bad, Button("Yes")), image="//evil.com/a.png", file="/files/1", cards=(card,))
    )

    assert reply.buttons == (good, Button("Yes"))
    assert (reply.image, reply.file) == ("", "/files/1")
    assert reply.cards == (Card("[…]", "text", "", "", (good,)),)
    assert set(hosts) == {"evil.com", "javascript:alert(1)"}


def test_without_a_list_every_link_stays() -> None:
    reply = Reply("r", "https://evil.com")

    assert Guarding(Rules(repeats=2)).clean(reply) == (reply, ())
    assert Guarding(Rules(links=())).clean(reply)[0].text == "[…]"


@pytest.mark.parametrize(
    ("link", "host"), [("/a", None), ("mailto:a@b.de", None), ("https://A.de.", "a.de"), ("//x", "x")]
)
def test_the_host_of_a_link(link: str, host: str | None) -> None:
    assert host_of(link) == host


def test_guards_that_are_switched_off_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_among", lambda host, hosts: True)
    monkeypatch.setattr(module, "_any_word", lambda words: None)
    off = Guarding(Rules(words={"en": ("idiot",)}, links=()))

    assert off.refuses("idiot", "en") == ""
    assert off.clean(Reply("r", "https://evil.com"))[0].text == "https://evil.com"


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "http://" * 100_000, "www." * 100_000, "\u200b" * 500_000, "\ud800\x00\u202e"]
)
def test_hostile_texts_are_looked_through(text: str) -> None:
    assert WORDS.refuses(text, "en") == ""
    LINKS.clean(Reply("r", text))
