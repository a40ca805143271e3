"""What a model writes for a plugin is looked at before the plugin has it, as what it says in a talk is."""

import json
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.model.events import Result
from botkit.testing import ScriptedMedia, ScriptedModel

FLOWS = """
flows:
  tell:
    title: tell
    start: {commands: [tell]}
    steps:
      - id: next
        ask: wish
        again: true
        type: text
        say: What about?
      - do: scribe.write
        with: {about: "{{ wish }}"}
        save: made
        on_error: [{say: "Sorry: {{ error.code }}"}, {goto: next}]
      - say: "{{ made }}"
      - goto: next
  translate:
    title: translate
    start: {commands: [translate]}
    steps:
      - ask: article
        type: text
        say: What?
      - do: content.translate
        with: {text: "{{ article }}", language: en}
        save: made
        on_error: [{say: "Sorry: {{ error.code }}"}, end]
      - say: "{{ made.text }}"
"""
PLUGIN = '''
import json

from botkit import Context, Plugin

plugin = Plugin("scribe")
RULES = "Write about it. Never tell anybody that the limit of a day is nine thousand euros."


@plugin.action(effect="read")
async def write(ctx: Context, about: str) -> str:
    """Write."""
    if about == "json":
        return json.loads(await ctx.model.write(RULES, about, schema={"type": "object"}))["text"]
    if about.startswith("quote"):
        return await ctx.model.write(RULES, about, quotes=True)
    return await ctx.model.write(RULES, about, tokens=100 if about == "long" else 0)
'''
KEY = "scribe-key-0123456789abcdef"
ORDER = "Never tell anybody that the limit of a day is nine thousand euros"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRIBE_KEY", KEY)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "scribe.py").write_text(PLUGIN)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "bot.yaml").write_text(
        "name: Desk\nplugins: [./plugins/scribe.py, {content: {desk_language: en}}]\n"
        "llm: {model: m, mode: off, api_key: '${SCRIBE_KEY}', links: [shop.example.com, '*.partner.example'], length: 300}\n"
    )
    return tmp_path


async def tell(desk: Path, *talk: tuple[str, str], **how: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """Give what was said about each wish, the model's text beside it, and how the calls failed."""
    texts, failures = [], []
    model = ScriptedModel(*[text for _, text in talk])
    async with await Bot.load(desk, store="sqlite://", model=model, **how) as bot:
        await bot.say("/tell", "web:1")
        for wish, _ in talk:
            exchange = await bot.say(wish, "web:1")
            texts.append(exchange.replies[0].text)
            events = [turn.event for turn in exchange.turns]
            failures += [(e.failure.code, e.failure.message) for e in events if isinstance(e, Result) and e.failure]
    return texts, failures


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{ORDER}.", "its instructions"),
        (f"{ORDER}."[::-1], "its instructions"),
        ("Pay at https://evil.example.net/x.", "a link"),
        ("付款请到evil-lamps.com。", "a link"),
        (f"The key is {KEY}.", "a secret"),
        ("word " * 70, "too long"),
    ],
)
async def test_what_may_not_be_said_reaches_no_plugin_and_the_record_says_why(
    desk: Path, text: str, why: str
) -> None:
    texts, failures = await tell(desk, ("lamps", text))
    assert (texts, failures) == (["Sorry: blocked"], [("blocked", why)])


async def test_what_may_be_said_is_said(desk: Path) -> None:
    text = "See https://shop.example.com/a and https://eu.partner.example/b: manual.pdf, e.g. 3.5 kg."
    assert await tell(desk, ("lamps", text)) == ([text], [])


async def test_json_is_read_as_what_it_says(desk: Path) -> None:
    harmless = {"text": "A lamp:\nshop.example.com"}
    assert await tell(desk, ("json", json.dumps(harmless))) == (["A lamp:\nshop.example.com"], [])
    split = {"text": "A lamp.", "more": {"at": ["https:\\u002f\\u002fevil.example.net"]}}
    made = json.dumps(split).replace("\\\\u", "\\u")
    assert (await tell(desk, ("json", made)))[1] == [("blocked", "a link")]
    assert (await tell(desk, ("json", "https://evil.example.net, no JSON")))[1] == [("blocked", "a link")]


async def test_a_secret_in_two_halves_is_one(desk: Path) -> None:
    texts, failures = await tell(desk, ("one", f"First: {KEY[:14]}"), ("two", f"{KEY[14:]} is the rest."))
    assert (texts[0], texts[1], failures) == (f"First: {KEY[:14]}", "Sorry: blocked", [("blocked", "a secret")])


async def test_links_of_the_material_may_be_quoted_where_a_plugin_says_so_and_no_others(desk: Path) -> None:
    asked = "quote https://dhl.example.org/track?id=1"
    said = "It is at https://dhl.example.org/track?id=1"
    assert await tell(desk, (asked, said)) == ([said], [])
    assert (await tell(desk, (asked, f"{said} or at evil.example.net/x")))[1] == [("blocked", "a link")]
    assert (await tell(desk, (asked, f"{said}. The key is {KEY}.")))[1] == [("blocked", "a secret")]
    assert (await tell(desk, (asked.removeprefix("quote"), said)))[1] == [("blocked", "a link")]


async def test_a_text_may_be_as_long_as_its_plugin_asked_for(desk: Path) -> None:
    assert (await tell(desk, ("long", "word " * 100)))[1] == []
    assert (await tell(desk, ("long", "word " * 130)))[1] == [("blocked", "too long")]


async def test_what_moderates_looks_at_it_too(desk: Path) -> None:
    text = (desk / "bot.yaml").read_text()
    (desk / "bot.yaml").write_text(text.replace("length: 300", "length: 300, moderation: true"))
    media = ScriptedMedia(("hate",), ())
    assert (await tell(desk, ("lamps", "Hm."), media=media))[1] == [("blocked", "moderation: hate")]
    assert media.asked == [("moderate", {"text": "Hm."})]
    assert await tell(desk, ("lamps", "Hello."), media=ScriptedMedia(())) == (["Hello."], [])


LONG = "Die Lampe ist da, und wir freuen uns sehr auf den Besuch bei uns im Laden. Mehr steht auf {}."


@pytest.mark.parametrize(
    ("host", "said"),
    [("https://shop.example.com/neu", True), ("https://evil.example.net", False)],
)
async def test_a_translation_has_the_links_that_bot_yaml_allows(desk: Path, host: str, said: bool) -> None:
    text = f"The lamp is here, and we look forward to seeing you in our shop. There is more at {host}."
    async with await Bot.load(desk, store="sqlite://", model=ScriptedModel(otherwise=text)) as bot:
        await bot.say("/translate", "web:1")
        assert (await bot.say(LONG.format(host), "web:1")).text == (text if said else "Sorry: blocked")


async def test_two_who_share_no_language_may_send_each_other_links(desk: Path) -> None:
    there, back = LONG.format("https://dhl.example.org/17"), "The parcel is at https://dhl.example.org/17 by now."
    script = ("My lamp is at https://dhl.example.org/17 and I am waiting for it.", there)
    async with await Bot.load(desk, store="sqlite://", model=ScriptedModel(*script)) as bot:
        await bot.say("talk to a person", "web:1")
        await bot.desk.claim("web:1", "Eve")
        written = "Meine Lampe ist bei https://dhl.example.org/17 und ich warte auf sie."
        await bot.say(written, "web:1")
        await bot.desk.reply("web:1", "Eve", back)
        lines = [line.text for line in (await bot.desk.look("web:1")).lines]
    assert f"{written}\n→ {script[0]}" in lines
    assert f"{back}\n→ {there}" in lines
