"""The gateway: all of a bot asks its models through it, so that what holds for one question holds for all."""

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final, TypeVar

import msgspec

from botkit.errors import ModelError
from botkit.llm import faults, retries
from botkit.llm.budgets import Budgets
from botkit.llm.counting import guess_input, guess_tokens
from botkit.llm.masks import Hearing, Masks, mask_request, unmask_completion
from botkit.llm.settings import Prices, Timeouts
from botkit.model import breakers
from botkit.model.completions import Completion, Usage
from botkit.ports.clocks import Clock
from botkit.ports.models import Asking, LanguageModel, Media, ModelRequest, OnText, Picture, Tally

_log = logging.getLogger(__name__)

MOST_MASKED: Final = 1000  # conversations whose placeholders are known
MASKED_FOR: Final = 3600.0  # seconds after the last question
T = TypeVar("T")

Heard = Callable[[str, str, str, float, float, Usage], None]
"""Hears how each try ended: the model, the purpose, the reason of the failure or "", the seconds of all of it and
until its first token, and what it used."""


class Served(msgspec.Struct, frozen=True):
    """A model with what its tokens cost."""

    model: LanguageModel
    prices: Prices = Prices()
    max_tokens: int = 1000


class _Bill:
    """What the tries of one question used so far; `tally` counts it for who asked."""

    def __init__(self, tally: Tally | None) -> None:
        self.tokens = 0
        self.money = 0.0
        self._tally = tally

    def add(self, model: str, usage: Usage, seconds: float, first: float = 0.0) -> None:
        self.tokens += usage.tokens
        self.money += usage.cost
        if self._tally is not None:
            self._tally.add(model, usage, seconds, first)


class Gateway:
    """Asks the first of some models, and the next one where that is not to be had.

    `masking` gives the placeholders of a conversation that is new here, `heard` hears of every try.
    """

    def __init__(
        self,
        models: Sequence[Served],
        clock: Clock,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - it is frozen
        tries_again: int = 2,
        media: Media | None = None,
        budgets: Budgets | None = None,
        masking: Callable[[], Masks] | None = None,
        heard: Heard | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.models = tuple(models)
        self.heard = heard
        self._clock = clock
        self._timeouts = timeouts
        self._retries = tries_again
        self._media = media
        self._budgets = budgets
        self._masking = masking
        self._jitter = jitter
        self._circuits = [breakers.CLOSED] * (len(self.models) + 1)  # the last is that of media
        self._refusing: set[int] = set()  # those of which that was told
        self._masked: OrderedDict[str, tuple[float, Masks]] = OrderedDict()
        self._settling: set[asyncio.Task[None]] = set()

    @property
    def features(self) -> frozenset[str]:
        """What the first model can do."""
        return self.models[0].model.features

    @property
    def away(self) -> bool:
        """Whether every model failed so often that it is left alone for a while."""
        return all(breakers.is_open(circuit) for circuit in self._circuits[: len(self.models)])

    async def close(self) -> None:
        """Count what is still to be counted, and let go of the models."""
        if self._settling:
            await asyncio.wait(self._settling)
        for served in self.models:
            await served.model.close()

    async def forget(self) -> None:
        """Forget what placeholders stand for, since something was erased. Questions at work keep theirs."""
        self._masked.clear()

    # Completions

    async def complete(self, request: ModelRequest, asking: Asking, on_text: OnText | None = None) -> Completion:
        """Give a completion. Raises ModelError.

        What a failed try showed is taken back before the next one, by an empty text.
        """
        began = perf_counter()
        masks = self._masks_of(asking.conversation)
        sent = mask_request(request, masks) if masks is not None else request
        streams = on_text is not None and request.schema is None
        hearing = Hearing(on_text, masks) if on_text is not None and streams else None
        put_in = guess_input(sent)
        most = request.max_tokens or self.models[0].max_tokens
        cost = self.models[0].prices.of(put_in, 0, most)
        async with self._reserved(asking, put_in + most, cost) as bill:
            made = await self._ask_each(sent, asking, hearing, began, bill)
        if hearing is not None:
            hearing.end()
        if masks is not None:
            made = unmask_completion(made, masks, as_json=request.schema is not None)
        if on_text is not None and not streams and made.text:
            on_text(made.text)
        return made

    async def _ask_each(
        self, request: ModelRequest, asking: Asking, hearing: Hearing | None, began: float, bill: _Bill
    ) -> Completion:
        """Ask the models in turn, each as often as is worth it."""
        tries = 0
        for number, served in enumerate(self.models):
            last, here = number == len(self.models) - 1, 0
            while True:
                tries, here, started = tries + 1, here + 1, perf_counter()
                try:
                    made = await self._try(number, request, asking, hearing, began, bill)
                except ModelError as error:
                    left = self._left(began)
                    pause = retries.pause_before(error, here, self._jitter())
                    again = retries.may_again(error, here, self._retries, pause, left, other=not last)
                    again = again and not breakers.is_open(self._circuits[number])
                    if not again and (last or not retries.may_other(error, left)):
                        raise
                    if hearing is not None:
                        hearing.begin_anew()
                    if not again:
                        break
                    await self._clock.sleep(pause)
                else:
                    first = started - began + made.first
                    took = perf_counter() - began
                    name = made.model or served.model.name
                    return msgspec.structs.replace(made, model=name, seconds=took, first=first, tries=tries)
        raise faults.unavailable("there is no language model to ask")

    async def _try(
        self,
        number: int,
        request: ModelRequest,
        asking: Asking,
        hearing: Hearing | None,
        began: float,
        bill: _Bill,
    ) -> Completion:
        """Ask one model once, unless it is left alone."""
        served, started = self.models[number], perf_counter()
        self._admit(number)
        try:
            async with asyncio.timeout(max(self._left(began), 0.001)):
                made = await served.model.complete(request, hearing)
        except (ModelError, TimeoutError, asyncio.CancelledError) as error:
            failed = faults.timed_out() if isinstance(error, TimeoutError) else error
            usage = _lost(failed, served, request, hearing)
            took = perf_counter() - started
            bill.add(served.model.name, usage, took)
            reason = failed.reason if isinstance(failed, ModelError) else "cancelled"
            self._note(number, failed)
            self._tell(served.model.name, asking, reason, took, 0.0, usage)
            raise failed from None
        self._note(number, None)
        used = made.usage
        usage = msgspec.structs.replace(used, cost=served.prices.of(used.input, used.cached, used.output))
        bill.add(made.model or served.model.name, usage, made.seconds, made.first)
        self._tell(served.model.name, asking, "", made.seconds, made.first, usage)
        return msgspec.structs.replace(made, usage=usage)

    # Media

    async def draw(self, prompt: str, asking: Asking, *, size: str = "1024x1024") -> Picture:
        """Make a picture. What may identify a customer is masked in what is asked for."""
        return await self._of_media(
            lambda media: media.draw(self._masked_text(prompt, asking), size=size), asking, prompt
        )

    async def speak(self, text: str, asking: Asking, *, voice: str = "", format: str = "opus") -> bytes:  # noqa: A002
        """Say a text aloud. It is not masked: nobody could say it otherwise."""
        return await self._of_media(lambda media: media.speak(text, voice=voice, format=format), asking, text)

    async def transcribe(self, sound: bytes, asking: Asking, *, name: str, language: str = "") -> str:
        """Give what is said in a sound file. Nothing is masked in a sound."""
        return await self._of_media(lambda media: media.transcribe(sound, name=name, language=language), asking)

    async def moderate(self, text: str, asking: Asking) -> tuple[str, ...]:
        """Give the categories for which a text is flagged, in the time that an answer has.

        It is free at those who have it, and in no budget.
        """
        masked = self._masked_text(text, asking)
        return await self._of_media(lambda media: media.moderate(masked), asking, free=True)

    async def _of_media(
        self, ask: Callable[[Media], Awaitable[T]], asking: Asking, text: str = "", *, free: bool = False
    ) -> T:
        """Ask for what is no completion, as often as is worth it; what is free has the time of an answer."""
        media, number, name = self._media, len(self.models), self.models[0].model.name
        if media is None:
            raise faults.unsupported("no language model is configured that does this")
        tokens = 0 if free else guess_tokens(text) + 1
        usage = Usage(tokens, cost=self.models[0].prices.of(tokens, 0, 0), guessed=True)
        within = self._timeouts.total if free else self._timeouts.media
        began, tries = perf_counter(), 0
        async with self._reserved(None if free else asking, tokens, usage.cost) as bill:
            while True:
                tries += 1
                self._admit(number)
                started = perf_counter()
                try:
                    async with asyncio.timeout(max(within - (started - began), 0.001)):
                        made = await ask(media)
                except (ModelError, TimeoutError, asyncio.CancelledError) as error:
                    failed = faults.timed_out() if isinstance(error, TimeoutError) else error
                    if not isinstance(failed, ModelError) or retries.is_billed(failed):
                        bill.add(name, usage, perf_counter() - started)
                    self._note(number, failed)
                    if not isinstance(failed, ModelError):
                        raise
                    left = within - (perf_counter() - began)
                    pause = retries.pause_before(failed, tries, self._jitter())
                    if not retries.may_again(failed, tries, self._retries, pause, left, other=False):
                        raise failed from None
                    await self._clock.sleep(pause)
                else:
                    self._note(number, None)
                    bill.add(name, usage, perf_counter() - started)
                    return made

    # What holds for all

    def _left(self, began: float) -> float:
        return self._timeouts.total - (perf_counter() - began)

    def _admit(self, number: int) -> None:
        """Raise ModelError while a model is left alone."""
        circuit = breakers.admit(self._circuits[number], self._clock.now())
        if circuit is None:
            raise faults.unavailable("the language model is left alone for a while, after failures in a row")
        self._circuits[number] = circuit

    def _note(self, number: int, error: BaseException | None) -> None:
        """Note how a model does. One that answers no, or nothing that can be used, is there all the same.

        A call that was given up says nothing. A server that says when to come again is left alone until then, where
        that is longer than anybody waits, and has not failed.
        """
        before, now = self._circuits[number], self._clock.now()
        if isinstance(error, ModelError) and error.retry_after is not None and error.reason == "rate_limited":
            if error.retry_after > retries.LONGEST_ASKED:
                until = now + min(error.retry_after, retries.LONGEST_ALONE)
                self._circuits[number] = breakers.Circuit(breakers.FAILURES, until)
        elif isinstance(error, ModelError) and error.reason in retries.AWAY:
            self._circuits[number] = breakers.after_failure(before, now)
            if breakers.is_open(self._circuits[number]) and not breakers.is_open(before):
                _log.warning("the language model is left alone for a while: %s", error.message)
        elif error is None or (isinstance(error, ModelError) and not error.temporary):
            self._circuits[number] = breakers.CLOSED
            if error is None:
                self._refusing.discard(number)
            elif error.reason in ("rejected", "not_configured") and number not in self._refusing:
                self._refusing.add(number)
                _log.warning("the language model refuses what it is asked: %s", error.message)

    def _tell(self, model: str, asking: Asking, reason: str, seconds: float, first: float, usage: Usage) -> None:
        if self.heard is not None:
            self.heard(model, asking.purpose, reason, seconds, first, usage)

    @asynccontextmanager
    async def _reserved(self, asking: Asking | None, tokens: float, money: float) -> AsyncIterator[_Bill]:
        """Reserve what a question may use, and count what it used, also if nobody waits for the answer any more."""
        bill = _Bill(asking.tally if asking is not None else None)
        budgets = self._budgets
        if budgets is None or asking is None:
            yield bill
            return
        taken = await budgets.reserve(asking, tokens, money)
        try:
            yield bill
        finally:
            task = asyncio.create_task(budgets.settle(taken, bill.tokens, bill.money))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
            await asyncio.shield(task)

    def _masked_text(self, text: str, asking: Asking) -> str:
        masks = self._masks_of(asking.conversation)
        return masks.mask(text) if masks is not None else text

    def _masks_of(self, conversation: str) -> Masks | None:
        """Give the placeholders of a conversation; those that nobody needed for a while are forgotten."""
        if self._masking is None:
            return None
        if not conversation:
            return self._masking()
        now = self._clock.now()
        known = self._masked.pop(conversation) if conversation in self._masked else None
        masks = known[1] if known is not None else self._masking()
        self._masked[conversation] = (now, masks)
        while len(self._masked) > MOST_MASKED or next(iter(self._masked.values()))[0] < now - MASKED_FOR:
            self._masked.popitem(last=False)
        return masks


def _lost(error: BaseException, served: Served, request: ModelRequest, hearing: Hearing | None) -> Usage:
    """Give what a try that failed probably used."""
    if isinstance(error, ModelError) and not retries.is_billed(error):
        return Usage()
    put_in = guess_input(request)
    given = guess_tokens("x" * hearing.heard) if hearing is not None else 0
    return Usage(put_in, given, cost=served.prices.of(put_in, 0, given), guessed=True)
