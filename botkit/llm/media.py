"""What a server has beside completions: pictures, speech, transcriptions, moderation."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Final

from botkit.llm import faults
from botkit.llm.settings import Endpoint
from botkit.llm.ways import REFUSALS
from botkit.ports.models import Picture

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MIMES: Final = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}
_EMPTY: Final = "the server gave nothing"


class OpenAIMedia:
    """Asks a server once. For what bot.yaml names no model it raises ModelError(`unsupported`)."""

    def __init__(self, endpoint: Endpoint, client: "AsyncOpenAI") -> None:
        self.endpoint = endpoint
        self._client = client
        self._says_format = True  # newer models take no `response_format`, older ones give an address without it

    async def draw(self, prompt: str, *, size: str = "1024x1024") -> Picture:
        """Make a picture."""
        import openai

        model = _named(self.endpoint.image, "image")
        with faults.as_model_errors():
            asked: dict[str, Any] = {"model": model, "prompt": prompt, "size": size, "n": 1}
            try:
                answer = await self._wait(self._draw(asked))
            except openai.APIStatusError as error:
                said = " ".join(faults.said_by(error))
                if not (self._says_format and error.status_code in REFUSALS and "response_format" in said):
                    raise
                self._says_format = False
                answer = await self._wait(self._draw(asked))
            return _picture(answer.data[0].b64_json)

    async def _draw(self, asked: dict[str, Any]) -> Any:
        generate: Any = self._client.images.generate
        form = {"response_format": "b64_json"} if self._says_format else {}
        return await generate(**asked, **form)

    async def speak(self, text: str, *, voice: str = "", format: str = "opus") -> bytes:  # noqa: A002
        """Say a text aloud."""
        model = _named(self.endpoint.speech, "speech")
        said: Any = {"voice": voice or self.endpoint.voice, "response_format": format}
        with faults.as_model_errors():
            answer = await self._wait(self._client.audio.speech.create(model=model, input=text, **said))
            sound: bytes = answer.content
        if not sound:
            raise faults.empty(_EMPTY)
        return sound

    async def transcribe(self, sound: bytes, *, name: str, language: str = "") -> str:
        """Give what is said in a sound file."""
        model = _named(self.endpoint.transcribe, "transcribe")
        asked: dict[str, Any] = {"model": model, "file": (name, sound)} | ({"language": language} if language else {})
        with faults.as_model_errors():
            answer: Any = await self._wait(self._client.audio.transcriptions.create(**asked))
            text = answer if isinstance(answer, str) else answer.text
            said: str = text.strip()
        return said

    async def moderate(self, text: str) -> tuple[str, ...]:
        """Give the categories for which a text is flagged."""
        model = _named(self.endpoint.moderation, "moderation")
        with faults.as_model_errors():
            answer = await self._wait(self._client.moderations.create(model=model, input=text))
            flagged = [one.categories.model_dump(by_alias=True) for one in answer.results if one.flagged]
            if not answer.results:
                raise faults.malformed()
        named = {name for categories in flagged for name, is_so in categories.items() if is_so}
        return tuple(sorted(named)) or (("flagged",) if flagged else ())

    async def _wait(self, asking: Awaitable[Any]) -> Any:
        async with asyncio.timeout(self.endpoint.timeouts.media):
            return await asking


def _named(model: str, key: str) -> str:
    if not model:
        raise faults.unsupported(f"bot.yaml names no model for it: '{key}' of 'llm'")
    return model


def _picture(encoded: str | None) -> Picture:
    try:
        content = base64.b64decode(encoded or "", validate=True)
    except binascii.Error:
        raise faults.malformed() from None
    mime = next((mime for start, mime in _MIMES.items() if content.startswith(start)), "")
    if not mime:
        raise faults.malformed()
    return Picture(content, mime)
