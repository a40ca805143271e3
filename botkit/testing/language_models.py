"""The contract of language models: what whoever implements `ports.models.LanguageModel` keeps, whatever it says."""

import asyncio

import pytest

from botkit.errors import ModelError
from botkit.model.completions import ChatMessage, Tool
from botkit.ports.models import LanguageModel, ModelRequest

_TALK = (ChatMessage("system", "You are kind."), ChatMessage("user", "Tell me a story of a fox."))
_PICTURE = "data:image/png;base64,iVBORw0KGgo="
_TOOL = Tool("find_order", "Finds an order.", {"type": "object", "properties": {"id": {"type": "string"}}})


class LanguageModelContract:
    """Subclass it and give a fixture `model`: an open LanguageModel that can tell forty characters of a story."""

    async def test_it_has_a_name_and_features(self, model: LanguageModel) -> None:
        """They are there before it is asked."""
        assert model.name
        assert model.features <= {"tools", "schema", "images"}

    async def test_a_completion_is_whole(self, model: LanguageModel) -> None:
        """It has a text, why it stopped, what it used, and how long it took."""
        made = await model.complete(ModelRequest(_TALK, max_tokens=40))
        assert made.text.strip()
        assert made.finish in ("stop", "length")
        assert made.calls == ()
        assert made.usage.input > 0
        assert made.usage.output > 0
        assert 0 <= made.first <= made.seconds

    async def test_a_stream_is_the_text(self, model: LanguageModel) -> None:
        """Its parts joined are the text, and there is more than one."""
        parts: list[str] = []
        made = await model.complete(ModelRequest(_TALK, max_tokens=40), parts.append)
        assert "".join(parts) == made.text
        assert len(parts) > 1
        assert "" not in parts

    async def test_the_talk_is_not_changed(self, model: LanguageModel) -> None:
        """A request is a value; the same may be asked again."""
        request = ModelRequest(_TALK, max_tokens=20, temperature=0.0, stop=("\n\n",))
        for _ in range(2):
            await model.complete(request)
        assert request == ModelRequest(_TALK, max_tokens=20, temperature=0.0, stop=("\n\n",))

    async def test_several_at_once(self, model: LanguageModel) -> None:
        """Each gets its own."""
        streams: list[list[str]] = [[] for _ in range(3)]
        asked = [model.complete(ModelRequest(_TALK, max_tokens=20), one.append) for one in streams]
        for stream, made in zip(streams, await asyncio.gather(*asked), strict=True):
            assert "".join(stream) == made.text

    async def test_who_gives_up_is_let_go_and_the_next_is_served(self, model: LanguageModel) -> None:
        """A call that is cancelled ends soon, and leaves nothing behind that hinders others."""
        begun = asyncio.Event()
        task = asyncio.create_task(model.complete(ModelRequest(_TALK, max_tokens=500), lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        async with asyncio.timeout(10):
            await asyncio.wait([task])
        assert (await model.complete(ModelRequest(_TALK, max_tokens=20))).text

    async def test_what_it_cannot_do_it_says(self, model: LanguageModel) -> None:
        """Pictures and tools that it cannot take are `unsupported`, not left out in silence."""
        cases = {
            "images": ModelRequest([ChatMessage("user", "Look", images=(_PICTURE,))]),
            "tools": ModelRequest(_TALK, tools=(_TOOL,), choice="required"),
        }
        for feature, request in cases.items():
            if feature not in model.features:
                with pytest.raises(ModelError) as caught:
                    await model.complete(request)
                assert caught.value.reason == "unsupported"

    async def test_it_may_be_closed_twice(self, model: LanguageModel) -> None:
        """Whoever closes it need not know whether somebody did."""
        await model.close()
        await model.close()
