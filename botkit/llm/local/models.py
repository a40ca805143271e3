"""A local model at work: one completion at a time, in a thread of its own."""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from botkit.errors import ConfigError, ModelError
from botkit.llm.local.chats import Chats
from botkit.llm.local.folders import Loaded, cores, find_device, load_folder, wait_idly
from botkit.llm.local.growing import GrowingText, Spelling
from botkit.llm.local.options import LocalOptions
from botkit.llm.structured import settle, shape
from botkit.model.completions import Completion, Finish, Usage
from botkit.ports.models import ModelRequest, OnText

if TYPE_CHECKING:
    import torch

FEATURES: Final = frozenset({"schema"})
_NICE: Final = 10


class LocalModel:
    """The model of a folder. Completions beyond one wait for their turn; beyond `queue` of them they are refused.

    One that is cancelled ends with its next token. Raises errors.ModelError.
    """

    def __init__(self, folder: Path, options: LocalOptions) -> None:
        self.name = folder.resolve().name
        self._options = options
        self._thread = ThreadPoolExecutor(1, "botkit-local-model", initializer=_step_back)
        self._loaded: Future[Loaded] = self._thread.submit(_load, folder, options)
        self._asked: set[_Generation] = set()
        self._closed = False

    @property
    def features(self) -> frozenset[str]:
        """It calls no tools and sees no pictures. JSON it is asked for in words, and may fail to give."""
        return FEATURES

    async def load(self) -> None:
        """Wait until it is loaded. Raises ConfigError if it cannot be."""
        await asyncio.shield(asyncio.wrap_future(self._loaded))

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Completion:
        """Give one completion; with `on_text`, whose parts add up to its text, as it grows.

        Its usage counts the tokens that were read and those that were made, the one that ends it too.
        """
        if request.schema is None:
            return await self._complete(request, on_text)
        made = settle(await self._complete(shape(request, "prompt"), None), request)
        if made is None:
            by_chance = _chance(request, self._options) > 0  # else the next try says the same
            raise ModelError("the local model gave no JSON", reason="malformed", temporary=by_chance)
        return made

    async def _complete(self, request: ModelRequest, on_text: OnText | None) -> Completion:
        _refuse(request)
        if self._closed:
            raise _gone()
        if len(self._asked) > self._options.queue:
            message = f"{len(self._asked)} completions wait for the local model"
            raise ModelError(message, reason="rate_limited", temporary=True)
        loop = asyncio.get_running_loop()

        def hear(text: str) -> None:
            if on_text is not None and not generation.cancelled.is_set():
                on_text(text)

        def tell(text: str) -> None:
            loop.call_soon_threadsafe(hear, text)

        generation = _Generation(request, self._options, tell if on_text is not None else None)
        self._asked.add(generation)
        try:
            return await loop.run_in_executor(self._thread, self._generate, generation)
        except ModelError:
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise _gone() from None  # it was closed before its turn came
        except Exception as error:
            raise _failure(error) from error
        finally:
            generation.cancelled.set()
            self._asked.discard(generation)

    async def close(self) -> None:
        """End what is generated with its next token, and the thread; what waits is refused."""
        self._closed = True
        for generation in self._asked:
            generation.cancelled.set()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    def _generate(self, generation: "_Generation") -> Completion:
        try:
            loaded = self._loaded.result()
        except ConfigError as error:
            raise ModelError(error.message, reason="not_configured") from error
        return msgspec.structs.replace(generation.run(loaded), model=self.name)


def _load(folder: Path, options: LocalOptions) -> Loaded:
    wait_idly()
    import torch

    torch.set_num_threads(cores(options.threads))
    loaded = load_folder(folder, dtype=options.dtype, device=find_device(options.device))
    return loaded._replace(window=min(options.window or loaded.window, loaded.window))


def _refuse(request: ModelRequest) -> None:
    """Refuse what such a model cannot do, rather than to pass over it."""
    lacking = "tools" if request.tools and request.choice != "none" else ""
    lacking = lacking or ("pictures" if any(one.images for one in request.messages) else "")
    if lacking:
        raise ModelError(f"a local model knows nothing of {lacking}", reason="unsupported")
    if not request.messages:
        raise ModelError("there is no message to go on with", reason="rejected")


def _chance(request: ModelRequest, options: LocalOptions) -> float:
    """Give how much chance has a say: as a request wants it, or else as it is configured."""
    return (request.temperature if request.temperature is not None else options.temperature) or 0.0


def _gone() -> ModelError:
    return ModelError("the local model is closed", reason="unavailable")


def _failure(error: Exception) -> ModelError:
    """Say that it failed, and how; a message of PyTorch's may have anything in it."""
    memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    message = "the local model ran out of memory" if memory else f"the local model failed: {type(error).__name__}"
    return ModelError(message, reason="unavailable", temporary=memory)


class _Generation:
    """One completion while it is made; `cancelled` may be set from any thread."""

    def __init__(self, request: ModelRequest, options: LocalOptions, tell: Callable[[str], None] | None) -> None:
        self.cancelled = threading.Event()
        self._request, self._options, self._tell = request, options, tell
        self._temperature = _chance(request, options)
        self._asked = time.monotonic()
        self._first = 0.0

    def run(self, loaded: Loaded) -> Completion:
        """Generate. Raises ModelError."""
        if self.cancelled.is_set():
            raise ModelError("the completion was cancelled", reason="unavailable")
        chats = Chats(loaded.tokenizer)
        most = self._request.max_tokens or self._options.max_tokens
        prompt = chats.fit(self._request.messages, loaded.window - min(most, loaded.window // 2))
        most = min(most, loaded.window - len(prompt))
        text = GrowingText((*self._request.stop, *chats.stops), self._tell)
        spelling = Spelling(lambda ids: _decoded(loaded.tokenizer, ids))

        def watch(token: int) -> bool:
            self._first = self._first or time.monotonic()
            return self.cancelled.is_set() or text.take(spelling.take(token))

        ends = _ends(loaded)
        made = _generate(loaded, prompt, most, self._temperature, ends, watch)
        if self.cancelled.is_set():
            raise ModelError("the completion was cancelled", reason="unavailable")
        text.take(spelling.end())
        text.end()
        ended = text.stopped or bool(made and made[-1] in ends)
        finish: Finish = "stop" if ended else "length"
        if not text.text:
            raise ModelError("the local model gave no text", reason="empty", temporary=self._temperature > 0)
        return Completion(
            text.text,
            finish=finish,
            usage=Usage(len(prompt), len(made)),
            seconds=time.monotonic() - self._asked,
            first=self._first - self._asked,
        )


def _generate(
    loaded: Loaded, prompt: list[int], most: int, temperature: float, ends: list[int], watch: Callable[[int], bool]
) -> list[int]:
    """Give the tokens that follow a prompt; `watch` is told each and ends it with True."""
    import torch
    from transformers import GenerationConfig, StoppingCriteriaList

    def stops(ids: "torch.Tensor", _scores: object, **_: object) -> "torch.Tensor":
        done = watch(int(ids[0, -1]))
        return torch.full((ids.shape[0],), done, dtype=torch.bool, device=ids.device)

    own = loaded.model.generation_config
    chance: dict[str, Any] = {"temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature > 0 else {}
    config = GenerationConfig(
        max_new_tokens=most,
        do_sample=temperature > 0,
        eos_token_id=ends or None,
        pad_token_id=ends[0] if ends else 0,
        repetition_penalty=own.repetition_penalty or 1.0,
        **chance,
    )
    ids = torch.tensor([prompt], device=loaded.model.device)
    with torch.inference_mode():
        out = loaded.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            generation_config=config,
            stopping_criteria=StoppingCriteriaList([stops]),
        )
    made: list[int] = out[0, len(prompt) :].tolist()
    return made


def _ends(loaded: Loaded) -> list[int]:
    """Give the tokens that end a text: the tokenizer's, and those that the model knows."""
    own = loaded.model.generation_config.eos_token_id
    known = [loaded.tokenizer.eos_token_id, *(own if isinstance(own, list) else [own])]
    return list(dict.fromkeys(one for one in known if one is not None))


def _decoded(tokenizer: Any, ids: Any) -> str:
    return str(tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False))


def _step_back() -> None:
    """Let the other threads of the process go first, where the system knows priorities of threads."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
