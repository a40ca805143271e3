"""Delivery: replies go out from the outbox, in order, each conversation by itself."""

import asyncio
import logging
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence

from botkit.errors import BotkitError, DeliveryError, StoreError
from botkit.model.replies import Reply
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Connector
from botkit.ports.stored import LEASE, Claim, Committed, Outgoing
from botkit.ports.stores import Store
from botkit.runtime.degrading import degrade
from botkit.runtime.pacing import Pacing

_log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0  # seconds after the first refusal; doubles with each
LONGEST_PAUSE = 300.0
NAP = 5.0  # seconds between looks at the clock, which may be set back and right again
MOST_MARKED = 10_000  # conversations whose last reply is known; marks are written within a round of the loop
FIRST_LOOK, LONGEST_LOOK = 0.05, 1.0  # seconds between looks whether another worker is done with its replies
GIVE_UP_AFTER = 86_400.0  # seconds of temporary refusals


def pause(attempts: int, jitter: float) -> float:
    """Give the seconds before the next try: 1, 2, 4, ... 300, each by half to whole (`jitter` is 0 to 1)."""
    return float(min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE) * (0.5 + jitter / 2))


class Delivery:
    """Sends what the store's outbox holds. `epoch_of` tells the owner's epoch now and whether a person has it.

    `told` hears in which conversation a platform took a reply.

    `behind` are the conversations of which something has come to be sent that nobody has begun to send.
    """

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, Connector],
        clock: Clock,
        epoch_of: Callable[[str], tuple[int, bool]],
        jitter: Callable[[], float] = random.random,
        note: Callable[[StoreError], None] = lambda _: None,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._connectors = connectors
        self._clock = clock
        self._epoch_of = epoch_of
        self._jitter = jitter
        self._note = note
        self._told = told
        self._pacing = Pacing(store, clock)
        self._paced = {
            channel: connector.capabilities
            for channel, connector in connectors.items()
            if connector.capabilities.per_second or connector.capabilities.per_chat
        }
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self.behind: set[str] = set()
        self._left: set[str] = set()  # conversations whose outbox may hold more than is handed over
        self._doubted: set[str] = set()  # and those of which a commit may have been stored that nobody was told of
        self._napping: set[str] = set()
        self._marked: dict[str, str] = {}  # conversations, and which reply was sent there last
        self._closed = False

    def serves(self, channel: str) -> bool:
        """Tell whether a connector sends for this channel."""
        return channel in self._connectors

    def is_idle(self, conversation: str) -> bool:
        """Tell whether nobody sends in a conversation that this process can send in."""
        return conversation not in self._running and self.serves(conversation.partition(":")[0])

    def wake(self, conversation: str) -> None:
        """See that what a conversation's outbox holds is sent."""
        self._begin(conversation, None)

    def hand_over(self, conversation: str, replies: Sequence[Reply], committed: Committed) -> None:
        """Do what `wake` does; these replies are what was put into the outbox last, by that commit."""
        if committed.behind or conversation in self._left or conversation in self._doubted:
            self._doubted.discard(conversation)
            self._begin(conversation, None)
        else:
            known = tuple([Outgoing(conversation, reply) for reply in replies])
            self._begin(conversation, Claim(known, committed.until))

    def doubt(self, conversation: str) -> None:
        """Note that a commit failed which may have been stored all the same.

        Until another one tells how it stands, what that one puts into the outbox may not be all that waits there.
        """
        self._doubted.add(conversation)

    def _begin(self, conversation: str, known: Claim | None) -> None:
        """Send what is known to wait, or else look what does; while it goes on, it looks again at its end."""
        if self._closed or not self.serves(conversation.partition(":")[0]):
            return
        self.behind.add(conversation)
        if conversation in self._running:
            self._again.add(conversation)
            return
        task = asyncio.create_task(self._send_all(conversation, known), name=f"send {conversation}")
        self._running[conversation] = task
        task.add_done_callback(lambda _: self._ended(conversation))

    def _ended(self, conversation: str) -> None:
        task = self._running.pop(conversation, None)
        if task is not None and (task.cancelled() or task.exception() is not None):
            self._left.add(conversation)
            if not task.cancelled():
                _log.error("sending stopped", exc_info=task.exception(), extra={"conversation": conversation})
        self.behind.discard(conversation)
        if conversation in self._again:
            self._again.discard(conversation)
            self.wake(conversation)

    async def close(self, within: float = 5.0) -> None:
        """Let running sends end, at most `within` seconds; the rest stays in the outbox."""
        await asyncio.sleep(0)  # what was handed over a moment ago begins
        self._closed = True
        for conversation in self._napping:
            self._running[conversation].cancel()
        tasks = list(self._running.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _send_all(self, conversation: str, known: Claim | None) -> None:
        if conversation not in self._again:
            self.behind.discard(conversation)
        looks = 0
        while not self._closed:
            try:
                if known is not None:
                    sending, known = known, None
                    if await self._send_these(sending, fresh=True):
                        return
                claim = await self._store.claim(conversation)
                if claim.held:
                    await self._nap(conversation, min(claim.held, FIRST_LOOK * 2 ** min(looks, 10), LONGEST_LOOK))
                    looks += 1
                elif not claim.replies:
                    self._left.discard(conversation)
                    return
                else:
                    looks = 0
                    await self._send_these(claim)
            except StoreError as error:
                self._note(error)
                await self._clock.sleep(FIRST_PAUSE)

    async def _send_these(self, claim: Claim, *, fresh: bool = False) -> bool:
        """Send replies in order; False if it stopped at one, or half the lease is over: it is claimed again then.

        They are `fresh` if they were stored a moment ago.
        A worker that slept past its lease stops here, before it sends what another one has sent by now.
        """
        until = claim.until  # of the first: a claim that took long serves for one at least
        for outgoing in claim.replies:
            await self._secure(outgoing.conversation)
            if self._closed or time.monotonic() >= until:
                return False
            if self._paced and not await self._pace(outgoing, until):
                return False
            renewing = None if until == math.inf else asyncio.create_task(self._keep(outgoing.conversation))
            try:
                if not await self._send(outgoing, first=fresh and outgoing is claim.replies[0]):
                    return False
            finally:
                if renewing is not None:
                    renewing.cancel()
            until = claim.until - min(self._store.lease, LEASE) / 2
        return True

    async def _pace(self, outgoing: Outgoing, until: float) -> bool:
        """Wait until the platform's limits let a reply go; False if another worker sends it by now."""
        conversation = outgoing.conversation
        capabilities = self._paced.get(conversation.partition(":")[0])
        if capabilities is None or outgoing.due > self._clock.now():
            return True
        self._napping.add(conversation)
        try:
            await self._pacing.keep(conversation, capabilities)
        finally:
            self._napping.discard(conversation)
        if time.monotonic() < until:
            return True
        claim = await self._store.claim(conversation)
        return bool(claim.replies) and claim.replies[0].reply.id == outgoing.reply.id

    async def _keep(self, conversation: str) -> None:
        """Renew the lease for as long as one send takes: else another worker would send the same meanwhile."""
        while True:
            await asyncio.sleep(min(self._store.lease, LEASE) / 3)
            try:
                await self._store.claim(conversation)
            except StoreError as error:
                self._note(error)

    async def _send(self, outgoing: Outgoing, *, first: bool) -> bool:
        """Send one reply; False if the ones behind it have to wait, which was waited for.

        Whether a person took over meanwhile is looked at now; of the `first` of a turn this process knows it.
        """
        reply, now = outgoing.reply, self._clock.now()
        if outgoing.due > now:
            await self._nap(outgoing.conversation, outgoing.due - now)
            return False
        if await self._is_late(outgoing, first=first):
            await self._store.give_up(reply.id, "a person took over", now)
            return True
        channel, _, chat = outgoing.conversation.partition(":")
        connector = self._connectors[channel]
        try:
            platform_id = await connector.send(chat, degrade(reply, connector.capabilities))
        except DeliveryError as error:
            return await self._refused(outgoing, error)
        except (BotkitError, OSError, TimeoutError) as error:
            return await self._refused(outgoing, DeliveryError(f"{type(error).__name__}: {error}"))
        except Exception as error:  # noqa: BLE001 - a connector may raise anything, and the queue must go on
            _log.warning("connector failed", exc_info=error, extra={"channel": channel})
            return await self._refused(outgoing, DeliveryError(f"the connector failed: {type(error).__name__}"))
        self._told(outgoing.conversation)
        self._marked[outgoing.conversation] = reply.id
        await self._store.sent(reply.id, platform_id, self._clock.now())
        return True

    async def _is_late(self, outgoing: Outgoing, *, first: bool) -> bool:
        """Tell whether a person took the conversation after a reply was decided, in whatever process."""
        epoch, by_person = self._epoch_of(outgoing.conversation)
        if not first and self._store.lease != math.inf and not outgoing.reply.agent:
            session = (await self._store.load(outgoing.conversation, most=0)).session
            if session is not None:
                epoch, by_person = session.epoch, session.owner == "human"
        return by_person and outgoing.reply.epoch < epoch

    async def _secure(self, conversation: str) -> None:
        """Wait for the mark of the reply before: so the end of the process never repeats two of one chat."""
        marked = self._marked.pop(conversation, "")
        if marked:
            try:
                await self._store.secure(marked)
            except StoreError:
                self._marked[conversation] = marked
                raise
        elif len(self._marked) > MOST_MARKED:
            self._marked.pop(next(iter(self._marked)))

    async def _nap(self, conversation: str, seconds: float) -> None:
        self._napping.add(conversation)
        try:
            await self._clock.sleep(min(seconds, NAP))
        finally:
            self._napping.discard(conversation)

    async def _refused(self, outgoing: Outgoing, error: DeliveryError) -> bool:
        now = self._clock.now()
        tried_for = sum(pause(n, 1.0) for n in range(outgoing.attempts))
        if error.permanent or tried_for >= GIVE_UP_AFTER:
            await self._store.give_up(outgoing.reply.id, str(error), now)
            return True
        wait = error.retry_after if error.retry_after is not None else pause(outgoing.attempts, self._jitter())
        await self._store.put_off(outgoing.reply.id, now + wait, str(error))
        return False
