"""The part of a connector's contract that is about what moves: answers that grow, and who is writing."""

import contextlib
from collections.abc import Iterable, Sequence
from functools import partial

import pytest

from botkit.errors import DeliveryError
from botkit.model.replies import Reply
from botkit.ports.connectors import Streamer, StreamPart, Typist
from botkit.testing.clocks import FakeClock
from botkit.testing.intakes import FakeIntake
from botkit.testing.stages import HOSTILE, WORLD, Shown, Stage, Staged, Started, TypingPlatform, messages, until
from botkit.testing.streams import ScriptedStream

HELLO = ("It is ", "on its ", "way.")


class StreamContract:
    """What a connector keeps that declares `streaming` or `typing`."""

    async def test_does_what_it_declares(self, stage: Staged) -> None:
        async with stage as it:
            can = it.connector.capabilities
            assert can.streaming == isinstance(it.connector, Streamer), "`streaming` says that it is a Streamer"
            assert can.typing == isinstance(it.connector, Typist), "`typing` says that it is a Typist"

    # Answers that grow

    async def test_shows_an_answer_that_grows(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            await _send(it, [StreamPart("r1", "start")])
            assert [one.text for one in await _shown(it)] in ([], [""])
            for n, piece in enumerate(HELLO, 1):
                await _send(it, [StreamPart("r1", "delta", piece)])
                await _previewed(it, "".join(HELLO[:n]))
            await _send(it, [StreamPart("r1", "end")])
            await _previewed(it, "".join(HELLO))
            assert messages(botkit_intake.received) == [], "a preview is nothing that was said"

    async def test_puts_the_reply_in_the_place_of_its_preview(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            for n, script in enumerate((ScriptedStream("r0", HELLO), ScriptedStream("r1", ("It is go",)))):
                await script.play(_streamer(it), it.chats[0], FakeClock())
                await it.connector.send(it.chats[0], Reply(f"r{n}", f"answer {n}"))
                shown = [(one.text, one.partial) for one in await _shown(it)]
                assert shown == [(f"answer {m}", False) for m in range(n + 1)]

    async def test_cuts_a_long_reply_without_its_preview(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            words = [f"word{n}" for n in range(it.connector.capabilities.text_length // 8 + 20)]
            await _send(it, [StreamPart("r1", "delta", "word0 word1")])
            await it.connector.send(it.chats[0], Reply("r1", " ".join(words)))
            shown = await _shown(it)
            assert [word for one in shown for word in one.text.split()] == words
            assert not any(one.partial for one in shown)

    async def test_takes_an_aborted_preview_away(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            await it.connector.send(it.chats[0], Reply("r0", "hello"))
            await ScriptedStream("r1", HELLO, aborts=True).play(_streamer(it), it.chats[0], FakeClock())
            await _only(it, "hello")
            await _send(it, [StreamPart("r1", "delta", "late"), StreamPart("r1", "end")])
            await _only(it, "hello")
            await _send(it, [StreamPart("r1", "abort"), StreamPart("r9", "abort"), StreamPart("r9", "end")])
            await _only(it, "hello")
            await _send(it, [StreamPart("r1", "start"), StreamPart("r1", "delta", "again")])
            await _previewed(it, "again")
            await _send(it, [StreamPart("r1", "end"), StreamPart("r1", "abort")])
            await _only(it, "hello")
            await it.connector.send(it.chats[0], Reply("r1", "after all"))
            await _only(it, "hello", "after all")

    async def test_takes_parts_that_come_again(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            start, end = StreamPart("r1", "start"), StreamPart("r1", "end")
            await _send(
                it, [start, start, StreamPart("r1", "delta", "one "), start, StreamPart("r1", "delta", "two")]
            )
            await _previewed(it, "one two")
            await _send(it, [end, end, StreamPart("r1", "delta", " three"), start])
            await _previewed(it, "one two")

    async def test_begins_with_a_delta(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            await _send(it, [StreamPart("r1", "delta", "no start")])
            await _previewed(it, "no start")

    async def test_passes_over_what_comes_after_the_reply(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            script = ScriptedStream("r1", HELLO)
            await script.play(_streamer(it), it.chats[0], FakeClock())
            await it.connector.send(it.chats[0], script.reply())
            for late in (script, ScriptedStream("r1", ("late",), aborts=True)):
                await late.play(_streamer(it), it.chats[0], FakeClock())
                await _only(it, script.text)

    async def test_keeps_streams_apart(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            streamer = _streamer(it)
            scripts = [ScriptedStream.cut(f"r{n}", f"answer {n} of its own", 3) for n in range(3)]
            for parts in zip(*[script.parts() for script in scripts], strict=True):
                for n, part in enumerate(parts):
                    await streamer.stream(it.chats[n % 2], part)
            for n in range(2):
                texts = sorted(script.text for script in scripts[n::2])
                await until(f"chat {n} shows {texts}", partial(_holds, it, n, texts))

    @pytest.mark.parametrize("text", [*HOSTILE, *WORLD])
    async def test_streams_text_as_text(self, stage: Staged, botkit_intake: FakeIntake, text: str) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            script = ScriptedStream.cut("r1", text, 3)
            await script.play(_streamer(it), it.chats[0], FakeClock())
            await _previewed(it, text)
            await it.connector.send(it.chats[0], script.reply())
            await _only(it, it.read(text))

    async def test_takes_hundreds_of_parts(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            script = ScriptedStream("r1", tuple(f"word{n} " for n in range(400)))
            await script.play(_streamer(it), it.chats[0], FakeClock())
            await _previewed(it, script.text[: it.connector.capabilities.text_length], script.text)

    async def test_streams_nothing_once_it_stopped(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it:
            _streamer(it)
            await it.connector.start(botkit_intake)
            await _send(it, [StreamPart("r1", "delta", "half a")])
            await it.connector.stop()
            for part in ScriptedStream("r2", HELLO).parts():
                with contextlib.suppress(DeliveryError):
                    await _streamer(it).stream(it.chats[0], part)
            await it.connector.start(botkit_intake)
            shown = [one.text for one in await _shown(it)]
            await it.connector.stop()
            assert "".join(HELLO) not in shown

    async def test_says_who_streams(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _streaming(it, botkit_intake):
            await ScriptedStream("r1", ("I look ", "it up."), agent="Mia").play(
                _streamer(it), it.chats[0], FakeClock()
            )
            await until("it shows who speaks", lambda: _speaks(it, "Mia", "I look it up."))

    # Who is writing

    async def test_shows_that_somebody_writes(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it:
            typist, platform = _typist(it)
            here, there = it.chats
            async with Started(it, botkit_intake):
                assert not await platform.typing(here)
                assert not await platform.typing(there)
                for agent in ("", "", "Mia <b>"):
                    await typist.typing(here, agent)
                    await until("it shows that somebody writes", lambda: platform.typing(here))
                assert not await platform.typing(there)
                await it.connector.send(here, Reply("r1", "Here it is."))
                await until("the reply ends it", lambda: _ended(platform, here))
                assert [one.text for one in await _shown(it)] == ["Here it is."]
                assert messages(botkit_intake.received) == []


def _streamer(it: Stage) -> Streamer:
    if not isinstance(it.connector, Streamer):
        pytest.skip("the connector declares no streaming")
    return it.connector


def _streaming(it: Stage, intake: FakeIntake) -> Started:
    """Give the block in which the connector runs; one that does not stream is not even started."""
    _streamer(it)
    return Started(it, intake)


def _typist(it: Stage) -> tuple[Typist, TypingPlatform]:
    if not isinstance(it.connector, Typist):
        pytest.skip("the connector declares no typing")
    if not isinstance(it.platform, TypingPlatform):
        pytest.fail("the connector declares typing: give its platform `typing`")
    return it.connector, it.platform


async def _send(it: Stage, parts: Iterable[StreamPart]) -> None:
    streamer = _streamer(it)
    for part in parts:
        await streamer.stream(it.chats[0], part)


async def _shown(it: Stage, chat: int = 0) -> Sequence[Shown]:
    return await it.platform.shown(it.chats[chat])


async def _previewed(it: Stage, text: str, whole: str = "") -> None:
    """Wait until a text stands as the one preview of the chat, and see that it never shows another one.

    What is half a mark yet may be read in any way where markup is shown.
    """
    marked = it.read(whole or text) != (whole or text)
    most = len(text) if whole else None

    async def stands() -> bool:
        shown = [one for one in await _shown(it) if one.partial]
        assert len(shown) <= 1, "there is more than one preview"
        assert marked or all((whole or text).startswith(one.text.strip()) for one in shown), (
            "the preview shows another text"
        )
        return [one.text.strip()[:most] for one in shown] == [it.read(text).strip()]

    await until(f"the preview is {text!r}", stands)


async def _only(it: Stage, *texts: str) -> None:
    """Wait until a chat shows these replies, and nothing that is a preview."""

    async def stands() -> bool:
        return [(one.text, one.partial) for one in await _shown(it)] == [(text, False) for text in texts]

    await until(f"only {texts} is shown", stands)


async def _holds(it: Stage, chat: int, texts: Sequence[str]) -> bool:
    return sorted(one.text.strip() for one in await _shown(it, chat)) == list(texts)


async def _speaks(it: Stage, agent: str, text: str) -> bool:
    return any(text in one.text and agent in one.agent + one.text for one in await _shown(it))


async def _ended(platform: TypingPlatform, chat: str) -> bool:
    return not await platform.typing(chat)
