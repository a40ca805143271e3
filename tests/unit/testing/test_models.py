"""A scripted model plays its script, and says when it ends."""

import asyncio
from typing import Any

import pytest

from botkit.errors import ModelError
from botkit.model.completions import ChatMessage, Completion, ToolCall, Usage
from botkit.ports.models import LanguageModel, ModelRequest
from botkit.testing import FakeClock, ScriptedModel

HELLO = ModelRequest([ChatMessage("user", "How are you")])
BUSY = ModelError("busy", reason="unavailable", temporary=True)


async def test_each_entry_is_played_once_in_order() -> None:
    async def later(request: ModelRequest) -> Any:
        await asyncio.sleep(0)
        return Completion(request.messages[0].text, usage=Usage(9, 9))

    model = ScriptedModel("Hi", ToolCall("c", "t"), BUSY, later, lambda _: BUSY)
    port: LanguageModel = model
    assert (await port.complete(HELLO)) == Completion("Hi", usage=Usage(3, 1), model="scripted")
    assert (await port.complete(HELLO)).finish == "tools"
    with pytest.raises(ModelError):
        await port.complete(HELLO)
    assert (await port.complete(HELLO)).text == "How are you"
    with pytest.raises(ModelError):
        await port.complete(HELLO)
    assert model.asked == [HELLO] * 5
    with pytest.raises(AssertionError, match="no answer for request 6"):
        await port.complete(HELLO)
    await port.close()
    assert model.closed


async def test_it_streams_in_parts_at_its_pace_and_breaks_off() -> None:
    clock, texts = FakeClock(), list[str]()
    model = ScriptedModel("Hello there", ("Hal", BUSY), otherwise="x", pace=lambda: clock.sleep(0.1), part=4)
    await model.complete(HELLO, texts.append)
    assert (texts, clock.slept) == (["Hell", "o th", "ere"], [0.1] * 3)
    with pytest.raises(ModelError):
        await model.complete(HELLO, texts.append)
    assert texts[3:] == ["Hal"]
    assert (await model.complete(HELLO)).text == (await model.complete(HELLO)).text == "x"


async def test_it_waits_while_it_is_held() -> None:
    model = ScriptedModel("Hi")
    model.held.clear()
    task = asyncio.create_task(model.complete(HELLO))
    await model.begun.wait()
    await asyncio.sleep(0)
    assert not task.done()
    model.held.set()
    assert (await task).text == "Hi"
