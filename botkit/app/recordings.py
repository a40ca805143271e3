"""Recorded answers of a language model: what conversation tests hear of it, kept beside them.

An answer is found by what the model was asked, not by its bytes: who asks (purpose, flow and step), what was said and
called so far, and the tools. The wording of prompts, white space, case and the ids of calls make no other request.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from botkit.errors import ModelError, Place, Problem
from botkit.model.completions import ChatMessage, Completion
from botkit.model.marking import TAGS
from botkit.model.secrecy import hide, hide_in
from botkit.model.words import fold
from botkit.ports.models import Asking, ModelGateway, ModelRequest, OnText, Picture
from botkit.safety import mask

SUFFIX: Final = ".recorded.json"
SHOWN: Final = 200  # characters of what was asked, for who reads the file
_TAGS: Final = re.compile(rf"</?(?:{'|'.join(TAGS)})\b[^>]*>")


class Recorded(msgspec.Struct, frozen=True):
    """One answer, and what was asked last, for people."""

    asked: str
    answer: Completion


class Recordings:
    """The answers of one test file. `asks` is the real gateway where they are recorded anew; else none is asked.

    `missing` has what was asked and has no answer, `failed` how the real model failed; `secrets` are texts that stand
    in no file.
    """

    def __init__(self, path: Path, asks: ModelGateway | None = None, secrets: Sequence[str] = ()) -> None:
        self.path = path
        self.missing: list[str] = []
        self.failed: list[str] = []
        self._asks = asks
        self._secrets = tuple(secrets)
        self._known = read_recordings(path)
        self._used: set[str] = set()

    @property
    def features(self) -> frozenset[str]:
        """What the recorded model could do."""
        return self._asks.features if self._asks is not None else frozenset({"tools", "schema", "images"})

    async def complete(self, request: ModelRequest, asking: Asking, on_text: OnText | None = None) -> Completion:
        """Give the recorded answer, or ask the real model and record what it gives."""
        key, asked = key_of(request, asking), self._shown(request)
        known = self._known.get(key)
        if known is None and self._asks is not None:
            try:
                made = await self._asks.complete(request, asking, on_text)
            except ModelError as error:
                self.failed.append(f"{error.reason}: {error.message}")
                raise
            known = self._known[key] = Recorded(asked, self._clean(made))
        if known is None:
            self.missing.append(f"{asking.purpose} of {asking.flow or 'the router'}: {asked}")
            raise ModelError("there is no recorded answer", reason="not_recorded")
        self._used.add(key)
        if on_text is not None and known.answer.text:
            on_text(known.answer.text)
        return known.answer

    async def draw(self, prompt: str, asking: Asking, *, size: str = "1024x1024") -> Picture:  # noqa: ARG002
        """Pictures are not recorded: tests give the action a result."""
        raise ModelError("pictures are not recorded", reason="unsupported")

    async def speak(self, text: str, asking: Asking, *, voice: str = "", format: str = "opus") -> bytes:  # noqa: A002, ARG002
        """Sounds are not recorded: tests give the action a result."""
        raise ModelError("sounds are not recorded", reason="unsupported")

    async def transcribe(self, sound: bytes, asking: Asking, *, name: str, language: str = "") -> str:  # noqa: ARG002
        """Sounds are not recorded: tests give the action a result."""
        raise ModelError("sounds are not recorded", reason="unsupported")

    async def moderate(self, text: str, asking: Asking) -> tuple[str, ...]:  # noqa: ARG002
        """In a test nothing is flagged."""
        return ()

    def write(self, *, prune: bool) -> int:
        """Write the file, with `prune` without answers that no test has heard; give how many it has."""
        kept = {key: one for key, one in self._known.items() if not prune or key in self._used}
        if not kept:
            self.path.unlink(missing_ok=True)
            return 0
        text = json.dumps({"answers": msgspec.to_builtins(dict(sorted(kept.items())))}, ensure_ascii=False, indent=1)
        beside = self.path.with_suffix(".new")
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(self.path)
        return len(kept)

    def _clean(self, made: Completion) -> Completion:
        """Give an answer without secrets, and without what is another one the next time."""
        plain = msgspec.convert(hide_in(msgspec.to_builtins(made), self._secrets), Completion)
        return msgspec.structs.replace(plain, seconds=0.0, first=0.0, tries=1)

    def _shown(self, request: ModelRequest) -> str:
        said = [one for one in request.messages if one.role != "system"]
        text = _TAGS.sub("", said[-1].text).strip() if said else ""
        return mask(hide(" ".join(text.split()), self._secrets)).text[:SHOWN]


def key_of(request: ModelRequest, asking: Asking) -> str:
    """Give what a request means, as a short key."""
    names = {call.id: call.name for message in request.messages for call in message.calls}
    meaning = [
        asking.purpose,
        asking.flow,
        asking.step,
        sorted(tool.name for tool in request.tools),
        request.schema is not None,
        [_meaning_of(one, names) for one in request.messages if one.role != "system"],
    ]
    return sha256(json.dumps(meaning, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:20]


def _meaning_of(message: ChatMessage, names: Mapping[str, str]) -> list[Any]:
    text = _TAGS.sub(" ", message.text)
    calls = [[call.name, _parsed(call.arguments)] for call in message.calls]
    told = _parsed(text.strip()) if message.role == "tool" else fold(text)
    return [message.role, told, calls, names.get(message.call, ""), len(message.images)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return fold(text)


def read_recordings(path: Path) -> dict[str, Recorded]:
    """Read a file of recorded answers; one that is not there has none. Raises ValueError for one that is none."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Recorded]])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, OSError) as error:
        raise ValueError(f"{path} holds no recorded answers: {error}") from None
    return found.get("answers", {})


def check_recordings(path: Path) -> Problem | None:
    """Say what is wrong with a file of recorded answers."""
    try:
        read_recordings(path)
    except ValueError as error:
        return Problem(Place(str(path)), "bad-recording", str(error), "delete it, and record again")
    return None
