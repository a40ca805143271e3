"""Voice messages and live translation, with a scripted model: what is heard, said, translated, and left as it is."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot, Message, ModelError, Reply
from botkit.testing import PluginHarness, ScriptedMedia, ScriptedModel
from botkit_content import plugin
from botkit_content.briefing import MOST_SAID
from botkit_content.conversing import LONGEST_SAID

OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
DE = "Guten Tag, die Lampe A-17 ist nicht da und ich warte auf sie."
EN = "Good day, the lamp A-17 is not there and I am waiting for it."


async def heard(
    settings: dict[str, Any], message: Message, *script: Any, media: Any = (), **more: Any
) -> tuple[Message, dict[str, Any]]:
    harness = PluginHarness(
        plugin, settings=settings, model=ScriptedModel(*script), media=ScriptedMedia(*media), **more
    )
    async with harness as content:
        if message.text == "voice":
            message = Message("", files=(await content.attach("voice.ogg", OGG),))
        return await content.hear(message), content.customer


async def test_a_voice_message_is_what_it_says() -> None:
    message, facts = await heard({"listen": True, "speak": "answer"}, Message("voice"), media=("Hello!",))
    assert (message.text, len(message.files), facts) == ("Hello!", 1, {"by_voice": True})
    message, facts = await heard({"listen": True, "speak": "answer"}, Message("Hi"), customer={"by_voice": True})
    assert (message.text, facts) == ("Hi", {})


@pytest.mark.parametrize(
    ("settings", "media"),
    [({}, ()), ({"listen": True}, (ModelError("no", reason="unavailable"),)), ({"listen": True}, (" ",))],
)
async def test_where_nothing_is_heard_the_message_stays(settings: dict[str, Any], media: Any) -> None:
    message, facts = await heard(settings, Message("voice"), media=media)
    assert (message.text, facts) == ("", {})


async def test_a_message_for_a_person_is_translated_and_stays_what_it_was() -> None:
    settings = {"desk_language": "en"}
    message, facts = await heard(settings, Message(DE), EN, owner="human")
    assert (message.text, message.translated, facts) == (DE, EN, {"writes_in": "de"})
    message, facts = await heard(settings, Message(DE))  # the bot has it: only the language is noted
    assert (message.translated, facts) == ("", {"writes_in": "de"})
    for text in (EN, "A-17", "ok"):
        message, _ = await heard(settings, Message(text), owner="human")
        assert message.translated == ""


async def test_a_voice_message_for_a_person_is_heard_and_translated() -> None:
    settings = {"listen": True, "desk_language": "en"}
    message, _ = await heard(settings, Message("voice"), EN, media=(DE,), owner="queue")
    assert (message.text, message.translated) == (DE, EN)
    message, _ = await heard(settings, Message("voice"), ModelError("no"), media=(DE,), owner="queue")
    assert (message.text, message.translated) == (DE, "")


async def spoken(settings: dict[str, Any], reply: Reply, *script: Any, media: Any = (), **more: Any) -> Reply:
    harness = PluginHarness(
        plugin, settings=settings, model=ScriptedModel(*script), media=ScriptedMedia(*media), **more
    )
    async with harness as content:
        said = await content.speak(reply)
        held = [one.file.ref for one in await content.files.files("test:1")]
        assert held == ([said.file] if said.file and said.file != reply.file else [])
        return said


async def test_what_a_person_says_reaches_the_customer_in_their_language() -> None:
    reply = Reply("r1", EN, agent="Eve")
    settings = {"desk_language": "en"}
    said = await spoken(settings, reply, DE, customer={"writes_in": "de"})
    assert (said.text, said.original) == (DE, EN)
    for unchanged, customer in (
        (Reply("r1", EN), "de"),
        (reply, ""),
        (reply, "en"),
        (Reply("r1", "👍", agent="Eve"), "de"),
    ):
        assert await spoken(settings, unchanged, customer={"writes_in": customer}) == unchanged
    bad = DE.replace("A-17", "A-71")
    assert await spoken(settings, reply, bad, bad, customer={"writes_in": "de"}) == reply  # better than a wrong one


async def test_replies_are_said_aloud_as_the_settings_say() -> None:
    reply = Reply("r1", "It is **here**.")
    assert (await spoken({"speak": "always"}, reply, media=(OGG,))).file
    assert (await spoken({"speak": "answer"}, reply, media=(OGG,), customer={"by_voice": True})).file
    assert await spoken({"speak": "answer"}, reply) == reply
    assert await spoken({}, reply, customer={"by_voice": True}) == reply
    for unsaid in (
        Reply("r1", "x" * (LONGEST_SAID + 1)),
        Reply("r1", "👍"),
        Reply("r1", "Hi", file="https://shop.example/a.pdf"),
    ):
        assert await spoken({"speak": "always"}, unsaid) == unsaid
    assert await spoken({"speak": "always"}, reply, media=(ModelError("no"),)) == reply
    async with PluginHarness(plugin, settings={"speak": "always"}, media=ScriptedMedia(b"a text")) as content:
        assert await content.speak(reply) == reply
    assert await spoken({"speak": "always"}, reply, media=(bytes(9),)) == reply


async def test_settings_that_do_not_fit() -> None:
    for settings in ({"speak": "loudly"}, {"desk_language": "klingon"}, {"listen": "perhaps"}, {"shout": True}):
        with pytest.raises(Exception, match=f"plugin 'content': {next(iter(settings))}"):
            PluginHarness(plugin, settings=settings)


async def test_two_who_share_no_language_talk(tmp_path: Path) -> None:
    """A customer writes German, Eve English: she sees both, they get German."""
    (tmp_path / "bot.yaml").write_text(
        "name: T\nlocales: [en, zh]\nplugins: [{content: {desk_language: en}}]\nllm: {model: m, base_url: 'http://127.0.0.1:9/v1', mode: off}\n"
    )
    (tmp_path / "flows.yaml").write_text("flows: {team: {start: {commands: [team]}, steps: [{handoff: team}]}}\n")
    answer, said = (
        "We are sending the lamp A-17 to you on 12 May.",
        "Wir senden Ihnen die Lampe A-17 und sie ist am 12 Mai da.",
    )
    model = ScriptedModel(EN, said)
    async with await Bot.load(tmp_path, store="sqlite://", model=model) as bot:
        await bot.say("/team", "web:1")
        await bot.desk.claim("web:1", "Eve")
        await bot.say(DE, "web:1")
        await bot.desk.reply("web:1", "Eve", answer)
        lines = [(line.who, line.text) for line in (await bot.desk.look("web:1")).lines]
        sent = [entry.reply.text for entry in await bot.engine.history("web:1") if entry.reply is not None]
    assert ("customer", f"{DE}\n→ {EN}") in lines
    assert ("agent", f"{answer}\n→ {said}") in lines
    assert sent[-1] == said
    assert "German" in model.asked[1].messages[0].text


# What was said before people took over

TALK = (
    ("bot", "Guten Tag, wie kann ich Ihnen helfen?"),
    ("customer", DE),
    ("customer", "A-17"),
    ("bot", "Ich verbinde Sie mit einer Kollegin, die sich um das kümmert."),
)
TOLD = ["Good day, how can I help you?", EN, "I am passing you on to a colleague who will see to it."]


def lines(*texts: str) -> str:
    return json.dumps({"lines": texts})


async def briefed(
    settings: dict[str, Any], *script: Any, talk: Sequence[tuple[str, str]] = TALK
) -> tuple[str, ScriptedModel]:
    model = ScriptedModel(*script)
    async with PluginHarness(plugin, settings=settings, model=model, owner="queue") as content:
        return await content.brief(*talk), model


async def test_people_are_told_what_was_said_before_in_their_language() -> None:
    told, model = await briefed({"desk_language": "en"}, lines(*TOLD))
    assert told.splitlines() == [
        "de → en",
        f"bot: {TOLD[0]}",
        f"customer: {EN}",
        "customer: A-17",
        f"bot: {TOLD[2]}",
    ]
    (asked,) = model.asked
    assert "English" in asked.messages[0].text
    assert "Lampe" not in asked.messages[0].text
    assert "A-17" in asked.messages[1].text
    assert asked.messages[1].text.count("Guten Tag") == 2  # the line that shows no language is not asked about
    assert '"A-17"' not in asked.messages[1].text


@pytest.mark.parametrize(
    "talk", [(), (("customer", EN), ("bot", "We are on it, and you will hear from us.")), (("customer", "A-17"),)]
)
async def test_where_nothing_is_foreign_nothing_is_asked(talk: Sequence[tuple[str, str]]) -> None:
    told, model = await briefed({"desk_language": "en"}, talk=talk)
    assert (told, model.asked) == ("", [])


async def test_without_a_desk_language_nobody_is_told() -> None:
    told, model = await briefed({})
    assert (told, model.asked) == ("", [])


@pytest.mark.parametrize("bad", [EN.replace("A-17", "A-71"), DE, f"{EN} See https://evil.example.", "", "x " * 200])
async def test_a_line_that_lost_or_added_something_stays_as_it_was(bad: str) -> None:
    told, _ = await briefed({"desk_language": "en"}, lines(TOLD[0], bad, TOLD[2]))
    assert told.splitlines()[1:3] == [f"bot: {TOLD[0]}", f"customer: {DE}"]
    told, _ = await briefed({"desk_language": "en"}, lines(bad, bad, bad))
    assert told == ""


@pytest.mark.parametrize(
    "script",
    [
        (ModelError("no", reason="unavailable"),),
        (lines(*TOLD[:2]), lines(*TOLD[:2])),
        ("no JSON", "no JSON"),
        ('{"lines": [1, 2, 3]}', '{"lines": [1, 2, 3]}'),
    ],
)
async def test_where_it_fails_nobody_is_told(script: Any) -> None:
    assert (await briefed({"desk_language": "en"}, *script))[0] == ""


async def test_a_bad_answer_is_asked_for_once_more() -> None:
    told, model = await briefed({"desk_language": "en"}, lines(*TOLD[:2]), lines(*TOLD))
    assert (told.splitlines()[0], len(model.asked)) == ("de → en", 2)


async def test_only_so_much_of_it_is_translated() -> None:
    long = "Die Lampe ist nicht da und ich warte auf sie. " * 60
    talk = [("customer", f"{n}: {long}") for n in range(9)]
    _, model = await briefed({"desk_language": "en"}, lines("x"), lines("x"), talk=talk)
    given = model.asked[0].messages[1].text
    assert "8: Die Lampe" in given
    assert "5: Die Lampe" not in given
    assert len(given) < MOST_SAID + 500


async def noted(bot: Bot, count: int) -> None:
    """Wait for so many notes."""
    async with asyncio.timeout(10):
        while sum(one.who == "note" for one in (await bot.desk.look("web:1")).lines) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_takes_over_reads_the_talk_before_in_order_and_the_customer_does_not(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(
        "name: T\nlocales: [en, zh]\nplugins: [{content: {desk_language: en}}]\nllm: {model: m, base_url: 'http://127.0.0.1:9/v1', mode: off}\n"
    )
    (tmp_path / "flows.yaml").write_text(
        "flows:\n  team: {start: {commands: [team]}, steps: [{handoff: team}]}\n"
        "  on_no_match: {steps: [{say: 'Das habe ich nicht verstanden und frage nach.'}]}\n"
    )
    told = (EN, "I did not understand that and I am asking.")
    model = ScriptedModel(lines(*told), EN)
    async with await Bot.load(tmp_path, store="sqlite://", model=model) as bot:
        await bot.say(DE, "web:1")
        await bot.say("/team", "web:1")
        await noted(bot, 1)
        await bot.desk.claim("web:1", "Eve")
        await bot.say(DE, "web:1")
        shown = (await bot.desk.look("web:1")).lines
        (note,) = [line for line in shown if line.who == "note"]
        said = [entry.reply.text for entry in await bot.engine.history("web:1") if entry.reply is not None]
    assert (note.agent, note.text.splitlines()) == (
        "content",
        ["de → en", f"customer: {told[0]}", f"bot: {told[1]}", "customer: /team"],
    )
    assert not any("did not understand" in text for text in said)
    assert len(model.asked) == 2  # claiming it asks for nothing once more


async def test_who_takes_it_from_the_bot_is_told_too_and_a_new_hand_off_again(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(
        "name: T\nplugins: [{content: {desk_language: en}}]\nllm: {model: m, base_url: 'http://127.0.0.1:9/v1', mode: off}\n"
    )
    (tmp_path / "flows.yaml").write_text("flows: {on_no_match: {steps: [{say: 'Hm.'}]}}\n")

    async with await Bot.load(tmp_path, store="sqlite://", model=ScriptedModel(lines(EN), EN, lines(EN, EN))) as bot:
        await bot.say(DE, "web:1")
        await bot.desk.claim("web:1", "Eve")
        await noted(bot, 1)
        await bot.say(DE, "web:1")
        await bot.desk.give_back("web:1", "Eve")
        await bot.say("talk to a person", "web:1")
        await noted(bot, 2)
