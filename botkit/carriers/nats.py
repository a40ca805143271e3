"""The carrier on NATS (https://nats.io): JetStream carries jobs, plain subjects the news.

Jobs are a stream with work queue retention, which the workers pull from; a job is acknowledged when it is given,
since the store knows what there is to do, and one that was pulled and never given comes again. What the broker loses,
with its disk or between two connections, the sweep finds. A bot has a stream of its own, `botkit_NAME`.
"""

import asyncio
import json
import logging
import re
import ssl
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
import nats.aio.client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoServersError, SlowConsumerError
from nats.js.api import ConsumerConfig, RetentionPolicy, StreamConfig
from nats.js.errors import BadRequestError

from botkit.carriers.growths import MOST_WAITING, Growths, read_growth, write_growth
from botkit.carriers.jobs import read_call, read_wake, write_call, write_wake
from botkit.carriers.news import MOST_KEPT, News
from botkit.errors import CarrierError
from botkit.model.replies import Call
from botkit.ports.carriers import EVERYTHING, Growth, Job

_log = logging.getLogger(__name__)

TOGETHER: Final = 500  # posts between two looks at what else there is to do
PATIENCE: Final = 5.0  # seconds that the broker has to answer
AGAIN: Final = 0.25  # seconds between tries to connect again
WAITS: Final = 30.0  # seconds for which a pull waits for a job at most
FAREWELL: Final = 1.0  # seconds to carry what was posted before the end
STALE: Final = 600.0  # seconds after which a job goes: what it was about was found by the sweep
UNGIVEN: Final = 5.0  # seconds after which a job that was pulled and not given is another's
MOST_TOLD: Final = 500  # conversations in one piece of news
_MOST_BYTES: Final = 500_000  # of a piece of news; the broker takes a megabyte
_PROBE: Final = 0.05  # seconds in which one's own news comes back
_WORKERS: Final = "workers"
_STATUS: Final = "Status"
_NONE, _OVER = ("404", "408")
_OPTIONS: Final[Mapping[str, Any]] = {
    "name": "botkit",
    "connect_timeout": int(PATIENCE),
    "reconnect_time_wait": AGAIN,
    "max_reconnect_attempts": -1,
    "ping_interval": 10,
}
_FAULTS = (NatsError, OSError, TimeoutError)
_AWAY = (NoServersError, OSError, TimeoutError)  # it may be there in a moment
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)  # as when a broker ends in a handshake


class NatsCarrier:
    """A node: what it posts, takes and hears over one connection, which is kept up; it begins without one, too.

    `servers` are URLs with ports, of one cluster; `name` is the bot's among those that share the broker.
    """

    def __init__(self, servers: Sequence[str], name: str) -> None:
        self._servers = list(servers)
        self._place = ", ".join(one.rpartition("@")[2].rpartition("/")[2] for one in self._servers)
        word = re.sub(r"[^A-Za-z0-9_-]", "_", name)
        self._stream = f"botkit_{word}"
        self._subject = f"botkit.{word}"
        self._posts: deque[tuple[str, bytes]] = deque(maxlen=MOST_KEPT)
        self._told: dict[str, None] = {}
        self._news: News | None = None
        self._grown: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._growths: Growths | None = None
        self._hearing = asyncio.Event()
        self._stirred = asyncio.Event()
        self._up = asyncio.Event()
        self._nats: Any = None  # once the stream is there
        self._refusal: Exception | None = None  # what the broker says of who knocks
        self._inbox = ""
        self._pulls = 0
        self._pulled: asyncio.Queue[Msg | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._making: asyncio.Task[None] | None = None
        self._closing = False

    # Life

    async def open(self) -> None:
        """Connect, and make the stream or bring it up to date; if the broker is away, as soon as it is there."""
        if self._task is not None:
            return
        try:
            await self._connect()
        except (*_FAULTS, ValueError) as error:
            why, self._refusal = self._refusal or error, None
            if _is_refusal(why) or not isinstance(why, _AWAY):
                raise CarrierError(f"NATS at {self._place} cannot be used: {type(why).__name__}: {why}") from error
            _log.warning(
                "NATS at %s is away: what it carries comes late until it is there",
                self._place,
                extra={"action": "carrier"},
            )
        self._task = asyncio.create_task(self._keep_on(), name="carrier")

    async def _connect(self) -> None:
        client = nats.aio.client.Client()
        try:
            async with asyncio.timeout(PATIENCE):
                await client.connect(
                    self._servers,
                    error_cb=self._failed,
                    disconnected_cb=self._lost,
                    reconnected_cb=self._back,
                    **_OPTIONS,
                )
                await self._make(client)
                self._inbox = client.new_inbox()
                await client.subscribe(f"{self._inbox}.*", cb=self._receive)
        except BaseException:
            await _disconnect(client)
            raise
        self._nats = client
        self._refusal = None
        self._up.set()

    async def _begin(self) -> None:
        """Connect at last to a broker that was away."""
        while self._nats is None and not self._closing:
            try:
                await self._connect()
            except Exception as error:  # noqa: BLE001 - nobody else would try again
                _log.debug("NATS: %s", type(error).__name__, extra={"action": "carrier"})
                await asyncio.sleep(AGAIN)
            else:
                _log.warning("NATS at %s is there", self._place, extra={"action": "carrier"})
                if self._news is not None:
                    await self._listen(self._news)
                if self._growths is not None:
                    await self._look_on()

    async def close(self) -> None:
        """Carry what was posted, and disconnect."""
        self._closing = True
        self._stirred.set()
        self._pulled.put_nowait(None)
        tasks = [task for task in (self._task, self._making) if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=FAREWELL)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._nats is not None:
            await _disconnect(self._nats)
        if self._news is not None:
            self._news.end()
        if self._growths is not None:
            self._growths.end()

    # What is posted

    def wake(self, conversation: str) -> None:
        """Post that a worker should look at a conversation."""
        self._post("wake", write_wake(conversation))

    def hand_out(self, conversation: str, call: Call) -> None:
        """Post that a worker should perform a call."""
        self._post("call", write_call(conversation, call))

    def _post(self, kind: str, payload: bytes) -> None:
        if not self._closing:
            self._posts.append((kind, payload))
            self._stirred.set()

    def tell(self, conversation: str) -> None:
        """Post to every node that hears."""
        if not self._closing:
            self._told[conversation if len(self._told) < MOST_KEPT else EVERYTHING] = None
            self._stirred.set()

    def grow(self, growth: Growth) -> None:
        """Post to every node that watches, unless the broker is away."""
        if not self._closing and self._up.is_set() and (written := write_growth(growth)):
            self._grown.append(written)
            self._stirred.set()

    async def _keep_on(self) -> None:
        """Publish what was posted and told while the broker is there."""
        await self._begin()
        while not (self._closing and self._nats is None):
            await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._publish()
            except Exception as error:  # noqa: BLE001 - nobody else would go on
                _log.warning(
                    "the carrier lost what was posted: %s", type(error).__name__, extra={"action": "carrier"}
                )
            if self._closing:
                return

    async def _publish(self) -> None:
        while self._posts or self._told:
            if not self._closing:
                await self._up.wait()
            elif not self._up.is_set():
                return
            for _ in range(min(TOGETHER, len(self._posts))):
                kind, payload = self._posts.popleft()
                if len(payload) <= self._nats.max_payload:
                    await self._nats.publish(f"{self._subject}.jobs.{kind}", payload)
            told, self._told = self._told, {}
            for piece in _pieces(told):
                await self._nats.publish(f"{self._subject}.news", piece)
            await self._nats.flush(int(PATIENCE))
        while self._grown and self._up.is_set() and not self._posts and not self._told:
            await self._nats.publish(f"{self._subject}.growths", self._grown.popleft())

    # What is received

    async def take(self, most: int) -> Sequence[Job]:
        """Wait for jobs and give at most so many; for one caller at a time.

        What is there is pulled at once, and no more; where nothing is, one pull waits for one job.
        """
        while not self._closing and self._task is not None and most > 0:
            if not self._up.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN):
                        await self._up.wait()
                continue
            try:
                carried = await self._pull(most) or await self._pull(1, WAITS)
                for one in carried:
                    await one.ack()
            except _FAULTS:
                await asyncio.sleep(AGAIN)
                continue
            if jobs := [job for one in carried if (job := _job(one)) is not None]:
                return jobs
        return ()

    async def _pull(self, most: int, waits: float = 0.0) -> list[Msg]:
        """Ask for jobs; none if there are none, or the connection broke."""
        if self._closing:
            return []
        self._pulls += 1
        asked: dict[str, Any] = {"batch": most}
        asked |= {"expires": int(waits * 1e9)} if waits else {"no_wait": True}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{_WORKERS}"
        reply = f"{self._inbox}.{self._pulls}"
        await self._nats.publish(subject, json.dumps(asked).encode(), reply=reply)
        carried: list[Msg] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(waits + PATIENCE):
                while len(carried) < most:
                    one = await self._pulled.get()
                    if one is None:
                        break
                    status = (one.headers or {}).get(_STATUS)
                    if status is None:
                        carried.append(one)
                    elif one.subject == reply:
                        if status not in (_NONE, _OVER) and not carried:
                            await self._repair()
                        break
        return carried

    async def _receive(self, message: Msg) -> None:
        self._pulled.put_nowait(message)

    async def hear(self) -> Sequence[str]:
        """Wait for news; for one caller at a time."""
        if self._closing or self._task is None:
            return ()
        if self._news is None:
            self._news = News()
            if self._nats is not None:
                await self._listen(self._news)
        return await self._news.take()

    async def watch(self) -> Sequence[Growth]:
        """Wait for answers that grow; for one caller at a time."""
        if self._closing or self._task is None:
            return ()
        if self._growths is None:
            self._growths = Growths()
            if self._nats is not None:
                await self._look_on()
        return await self._growths.take()

    async def _look_on(self) -> None:
        with suppress(*_FAULTS):  # where the broker is away, this holds when it is back
            await self._nats.subscribe(f"{self._subject}.growths", cb=self._watched)

    async def _watched(self, message: Msg) -> None:
        if self._growths is not None:
            self._growths.add(read_growth(message.data))

    async def _listen(self, news: News) -> None:
        with suppress(*_FAULTS):  # where the broker is away, this holds when it is back
            await self._nats.subscribe(f"{self._subject}.news", cb=self._heard)
            await self._listen_to_ourselves()
        news.add(EVERYTHING)

    async def _listen_to_ourselves(self) -> None:
        """Wait until what is told is heard: the first flush of a connection may return before it is."""
        async with asyncio.timeout(PATIENCE):
            while not self._hearing.is_set():
                await self._nats.publish(f"{self._subject}.news", b"[]")
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PROBE):
                        await self._hearing.wait()

    async def _heard(self, message: Msg) -> None:
        self._hearing.set()
        if self._news is None:
            return
        try:
            told = msgspec.json.decode(message.data, type=list[str])
        except msgspec.DecodeError:
            told = [EVERYTHING]
        for conversation in told:
            self._news.add(conversation)

    # The connection

    async def _make(self, client: nats.aio.client.Client) -> None:
        """See that the broker has the stream and its consumer."""
        stream = StreamConfig(
            name=self._stream,
            subjects=[f"{self._subject}.jobs.*"],
            retention=RetentionPolicy.WORK_QUEUE,
            max_msgs=MOST_KEPT,
            max_age=STALE,
        )
        jetstream = client.jetstream(timeout=PATIENCE)
        try:
            await jetstream.add_stream(stream)
        except BadRequestError:  # it has one of an earlier release
            await jetstream.update_stream(stream)
        await jetstream.add_consumer(
            self._stream,
            ConsumerConfig(durable_name=_WORKERS, ack_wait=UNGIVEN, max_ack_pending=MOST_KEPT, max_waiting=MOST_KEPT),
        )

    async def _repair(self) -> None:
        """Make the stream again, which a broker without its disk has forgotten."""
        await asyncio.sleep(AGAIN)
        with suppress(*_FAULTS):
            await self._make(self._nats)

    async def _lost(self) -> None:
        if self._up.is_set() and not self._closing:
            _log.warning("the carrier lost NATS", extra={"action": "carrier"})
        self._up.clear()
        self._pulled.put_nowait(None)

    async def _back(self) -> None:
        """Go on: the stream first, since what is published without one is lost."""
        if self._nats is None:  # it is made at the moment
            return
        self._making = asyncio.create_task(self._begin_again(), name="carrier is back")

    async def _begin_again(self) -> None:
        await self._repair()
        self._pulled = asyncio.Queue()
        self._refusal = None
        self._up.set()
        self._stirred.set()
        if self._news is not None:
            self._news.add(EVERYTHING)

    async def _failed(self, error: Exception) -> None:
        """Hear of errors that have no caller; that a server is away is told by `_lost`."""
        if _is_refusal(error):
            if self._refusal is None and self._task is not None:  # before there is one, `open` raises it
                why = "TLS fails" if isinstance(error, ssl.SSLError) else "it refuses the user"
                told = "NATS at %s cannot be used, and is tried again: %s"
                _log.warning(told, self._place, why, extra={"action": "carrier"})
            self._refusal = error
        if isinstance(error, SlowConsumerError) and self._news is not None:
            self._news.add(EVERYTHING)
        _log.debug("NATS: %s", type(error).__name__, extra={"action": "carrier"})


def _is_refusal(error: Exception) -> bool:
    """Tell whether a broker is there and something is wrong with how it is asked: a password, a certificate."""
    if isinstance(error, ssl.SSLError):
        return not isinstance(error, _BROKEN_OFF)
    return "Authorization" in str(error)


async def _disconnect(client: nats.aio.client.Client) -> None:
    with suppress(*_FAULTS):
        async with asyncio.timeout(FAREWELL):
            await client.close()


def _job(carried: Msg) -> Job | None:
    read = read_wake if carried.subject.endswith(".wake") else read_call
    return read(carried.data)


def _pieces(told: dict[str, None]) -> list[bytes]:
    """Write conversations as lists that the broker can carry."""
    names = list(told)
    pieces = [msgspec.json.encode(names[at : at + MOST_TOLD]) for at in range(0, len(names), MOST_TOLD)]
    if any(len(piece) > _MOST_BYTES for piece in pieces):
        return [msgspec.json.encode([EVERYTHING])]
    return pieces
