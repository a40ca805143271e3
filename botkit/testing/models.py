"""A scripted language model, and scripted media: they play what a test says, and record what they were asked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from botkit.errors import ModelError
from botkit.model.completions import Completion, ToolCall, Usage
from botkit.ports.models import ModelRequest, OnText, Picture

Play = str | Completion | ToolCall | ModelError | Callable[[ModelRequest], Any]
"""What a scripted model plays for one request: a text, a completion, a call of a tool, an error that it raises, or a
function of the request, sync or async, that gives or raises one of these."""


class ScriptedModel:
    """A LanguageModel that plays, in order, one entry of its script for each request.

    `asked` has the requests. A text is streamed in parts of `part` characters, with a pause of `pace()` between them
    (`ScriptedModel(..., pace=lambda: clock.sleep(0.1))` with a FakeClock), an error of an entry `(text, error)` comes
    after the text was streamed. While `held` is not set no request is answered, `begun` is set when one comes. After
    the end of the script `otherwise` is played, again and again; without it the test fails: an AssertionError.
    """

    def __init__(
        self,
        *script: Play | tuple[str, ModelError],
        otherwise: Play | None = None,
        name: str = "scripted",
        features: Iterable[str] = ("tools", "schema", "images"),
        part: int = 5,
        pace: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self.features = frozenset(features)
        self.script = list(script)
        self.asked: list[ModelRequest] = []
        self.begun = asyncio.Event()
        self.held = asyncio.Event()
        self.held.set()
        self.closed = False
        self._otherwise = otherwise
        self._part = part
        self._pace = pace

    @property
    def last(self) -> ModelRequest:
        """The last request."""
        return self.asked[-1]

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Completion:
        """Play the next entry."""
        self.asked.append(request)
        self.begun.set()
        play = self._next()
        await self.held.wait()
        if callable(play):
            play = play(request)
            if isinstance(play, Awaitable):
                play = await play
        text, error = play if isinstance(play, tuple) else ("", None)
        if error is not None:
            await self._stream(text, on_text)
            raise error
        if isinstance(play, ModelError):
            raise play
        made = self._completion(play, request)
        await self._stream(made.text, on_text)
        return made

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True

    def _next(self) -> Any:
        if self.script:
            return self.script.pop(0)
        assert self._otherwise is not None, f"the scripted model has no answer for request {len(self.asked)}"
        return self._otherwise

    def _completion(self, play: Any, request: ModelRequest) -> Completion:
        """Give what is played as a completion; what it used is counted by words."""
        if isinstance(play, ToolCall):
            play = Completion(calls=(play,), finish="tools")
        elif isinstance(play, str):
            play = Completion(play)
        assert isinstance(play, Completion), f"a script has no {type(play).__name__}"
        usage = play.usage
        if usage == Usage():
            usage = Usage(sum(len(one.text.split()) for one in request.messages), len(play.text.split()))
        return msgspec.structs.replace(play, usage=usage, model=play.model or self.name)

    async def _stream(self, text: str, on_text: OnText | None) -> None:
        if on_text is None:
            return
        for start in range(0, len(text), self._part):
            if self._pace is not None:
                await self._pace()
            on_text(text[start : start + self._part])


class ScriptedMedia:
    """A Media that plays one entry of its script for each request, in order: what is wanted, or a ModelError.

    A picture is a Picture or its bytes, a sound bytes, a transcription a text, a moderation a tuple of categories.
    `asked` has the requests, each the name of the method and what it was given. After the end of the script
    `otherwise` is played; without it the test fails: an AssertionError.
    """

    def __init__(self, *script: Any, otherwise: Any = None) -> None:
        self.script = list(script)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._otherwise = otherwise

    async def draw(self, prompt: str, *, size: str = "1024x1024") -> Picture:
        """Play a picture."""
        play = self._play("draw", Picture | bytes, prompt=prompt, size=size)
        return play if isinstance(play, Picture) else Picture(play)

    async def speak(self, text: str, *, voice: str = "", format: str = "opus") -> bytes:  # noqa: A002
        """Play a sound."""
        sound: bytes = self._play("speak", bytes, text=text, voice=voice, format=format)
        return sound

    async def transcribe(self, sound: bytes, *, name: str, language: str = "") -> str:
        """Play what was said."""
        text: str = self._play("transcribe", str, sound=sound, name=name, language=language)
        return text

    async def moderate(self, text: str) -> tuple[str, ...]:
        """Play what a text is flagged for."""
        flagged: tuple[str, ...] = self._play("moderate", tuple, text=text)
        return flagged

    def _play(self, what: str, wanted: Any, **given: Any) -> Any:
        self.asked.append((what, given))
        play = self.script.pop(0) if self.script else self._otherwise
        assert play is not None, f"the scripted media have no answer for request {len(self.asked)}"
        if isinstance(play, ModelError):
            raise play
        assert isinstance(play, wanted), f"'{what}' was played a {type(play).__name__}"
        return play
