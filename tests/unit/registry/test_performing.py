"""Performing an action: every way to end is a Result, and nothing that a plugin does goes further."""

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from botkit import ActionError, Context, Money, Plugin
from botkit.model.events import Failure, Result
from botkit.model.replies import Call
from botkit.registry.contexts import Caller
from botkit.registry.performing import pause
from botkit.registry.registry import Registry
from botkit.testing import FakeClock

WHO = Caller("web:1", "web", {"email": "ann@example.org"}, "zh", "Europe/Berlin")


class Colour(Enum):
    RED = "red"


class Order(BaseModel):
    number: str
    total: Money
    colour: Colour = Colour.RED


class Bench:
    """A registry of one plugin, its clock, and the calls of its actions."""

    def __init__(self) -> None:
        self.plugin = Plugin("shop")
        self.clock = FakeClock()
        self.calls = 0
        self.open = threading.Event()

    def add(self, function: Callable[..., Any], effect: Any = "read", **options: Any) -> None:
        self.plugin.action(effect=effect, name="act", **options)(function)
        self.registry = Registry([self.plugin], clock=self.clock, jitter=lambda: 1.0)

    async def act(self, seconds: float = 0.0, **args: Any) -> Result:
        return await self.registry.perform(Call("web:1/1/0", "shop.act", args, timeout=seconds), WHO)

    async def code(self, seconds: float = 0.0, **args: Any) -> str:
        result = await self.act(seconds, **args)
        return result.failure.code if result.failure else ""


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    bench.open.set()


async def test_a_value_comes_back_as_plain_data(bench: Bench) -> None:
    async def find(ctx: Context, number: str, day: date, limit: Money) -> Order:
        assert (day, limit) == (date(2026, 5, 1), Money(Decimal("9.50"), "EUR"))
        return Order(number=number, total=limit)

    bench.add(find)
    args: dict[str, Any] = {"number": 7, "day": {"$date": "2026-05-01"}, "limit": {"$money": ["9.50", "EUR"]}}
    assert await bench.act(**args) == Result(
        "web:1/1/0", {"number": "7", "total": {"$money": ["9.50", "EUR"]}, "colour": "red"}
    )


async def test_the_context_says_for_whom(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Context] = []

    def find(ctx: Context) -> None:
        seen.append(ctx)
        ctx.identify(tier="gold", since=date(2020, 1, 1))
        ctx.log.warning("looked")

    bench.add(find)
    result = await bench.act()
    ctx = seen[0]
    assert (ctx.conversation, ctx.channel, ctx.locale) == ("web:1", "web", "zh")
    assert ctx.customer == {"email": "ann@example.org"}
    assert ctx.idempotency_key == "web:1/1/0"
    assert ctx.now == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert ctx.now.utcoffset() is not None
    assert str(ctx.now.tzinfo) == "Europe/Berlin"
    assert result.customer == {"tier": "gold", "since": {"$date": "2020-01-01"}}
    with pytest.raises(TypeError):
        ctx.customer["email"] = "bob"  # type: ignore[index]
    record = next(one for one in caplog.records if one.message == "looked")
    assert vars(record)["conversation"] == "web:1"
    assert vars(record)["action"] == "shop.act"


async def test_facts_of_a_failed_call_are_not_kept(bench: Bench) -> None:
    async def find(ctx: Context) -> None:
        ctx.identify(tier="gold")
        raise ActionError("no", error="refused")

    bench.add(find)
    assert await bench.act() == Result("web:1/1/0", failure=Failure("refused", "no"))


@pytest.mark.parametrize(
    "args",
    [{}, {"number": [1]}, {"number": "1", "more": 2}, {"number": "1", "count": "many"}, {"number": {"$date": "x"}}],
)
async def test_arguments_that_do_not_fit_are_told_without_their_values(bench: Bench, args: dict[str, Any]) -> None:
    async def find(ctx: Context, number: str, count: int = 1) -> None:
        bench.calls += 1

    bench.add(find)
    result = await bench.act(**args)
    assert result.failure is not None
    assert result.failure.code == "bad_arguments"
    assert "many" not in result.failure.message
    assert bench.calls == 0


async def test_none_means_the_default_where_none_is_not_allowed(bench: Bench) -> None:
    async def find(ctx: Context, note: str = "empty", other: str | None = "x") -> list[str | None]:
        return [note, other]

    bench.add(find)
    assert (await bench.act(note=None, other=None)).value == ["empty", None]


async def test_an_unknown_action_is_a_failure(bench: Bench) -> None:
    bench.add(lambda_action)
    result = await bench.registry.perform(Call("1", "shop.nothing"), WHO)
    assert result.failure is not None
    assert result.failure.code == "unknown_action"


async def lambda_action(ctx: Context) -> int:
    return 1


def _exit(ctx: Context) -> None:
    raise SystemExit(3)


def _interrupt(ctx: Context) -> None:
    raise KeyboardInterrupt


def _recurse(ctx: Context) -> None:
    _recurse(ctx)


def _stop_iteration(ctx: Context) -> None:
    raise StopIteration


def _base(ctx: Context) -> None:
    raise BaseExceptionGroup("all", [SystemExit(1)])


async def _async_exit(ctx: Context) -> None:
    sys.exit()


async def _cancelled(ctx: Context) -> None:
    raise asyncio.CancelledError


async def _async_recurse(ctx: Context) -> None:
    await _async_recurse(ctx)


async def _hostile(ctx: Context) -> None:
    class HostileError(Exception):
        def __str__(self) -> str:
            raise ValueError("no text either")

    raise HostileError


@pytest.mark.parametrize(
    "function",
    [_exit, _interrupt, _recurse, _stop_iteration, _base, _async_exit, _cancelled, _async_recurse, _hostile],
)
async def test_whatever_is_raised_is_a_failure(bench: Bench, function: Callable[..., Any]) -> None:
    bench.add(function, retries=0)
    assert (await bench.act()).failure == Failure("failed", "That did not work.")


async def test_a_hostile_action_error_is_a_failure(bench: Bench) -> None:
    class Text:
        def __str__(self) -> str:
            raise ValueError("never")

    async def find(ctx: Context) -> None:
        raise ActionError(Text(), error="x" * 10_000)  # type: ignore[arg-type]

    bench.add(find)
    assert (await bench.act()).failure == Failure("x" * 2000, "failed")


async def test_the_detail_is_for_the_log_alone(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    async def find(ctx: Context) -> None:
        raise RuntimeError("the password is swordfish")

    bench.add(find, retries=0)
    assert "swordfish" not in repr(await bench.act())
    (record,) = [one for one in caplog.records if one.message.startswith("action shop.")]
    assert record.exc_info is not None
    assert vars(record)["call"] == "web:1/1/0"


async def test_a_mistake_in_the_code_is_not_tried_again(bench: Bench) -> None:
    async def find(ctx: Context) -> None:
        bench.calls += 1
        raise KeyError("number")

    bench.add(find, retries=2)
    assert await bench.code() == "failed"
    assert bench.calls == 1


@pytest.mark.parametrize(
    ("effect", "idempotent", "tries"), [("read", False, 3), ("write", False, 1), ("write", True, 3)]
)
async def test_what_may_be_tried_again_is(bench: Bench, effect: str, idempotent: bool, tries: int) -> None:
    keys: list[str] = []

    async def act(ctx: Context) -> None:
        keys.append(ctx.idempotency_key)
        raise OSError("no route")

    bench.add(act, effect, idempotent=idempotent, retries=2)
    assert await bench.code() == "failed"
    assert keys == ["web:1/1/0"] * tries
    assert bench.clock.slept == [0.2, 0.4][: tries - 1]


async def test_a_later_try_may_succeed(bench: Bench) -> None:
    async def act(ctx: Context) -> int:
        bench.calls += 1
        if bench.calls < 3:
            raise OSError("no route")
        return bench.calls

    bench.add(act)
    assert (await bench.act()).value == 3


async def test_an_action_error_is_not_tried_again(bench: Bench) -> None:
    async def act(ctx: Context) -> int:
        bench.calls += 1
        raise ActionError("No such order.", error="not_found")

    bench.add(act)
    assert (await bench.act()).failure == Failure("not_found", "No such order.")
    assert bench.calls == 1


def test_pauses_double_and_vary() -> None:
    assert [pause(tries, 1.0) for tries in range(3)] == pytest.approx([0.2, 0.4, 0.8])
    assert [pause(tries, 0.0) for tries in range(3)] == pytest.approx([0.1, 0.2, 0.4])


@pytest.mark.parametrize("threaded", [True, False])
@pytest.mark.parametrize(
    ("effect", "idempotent", "code", "calls"),
    [("read", False, "timeout", 1), ("write", False, "outcome_unknown", 1), ("write", True, "outcome_unknown", 3)],
)
async def test_what_hangs_is_given_up(
    bench: Bench, threaded: bool, effect: str, idempotent: bool, code: str, calls: int
) -> None:
    def block(ctx: Context) -> None:
        bench.calls += 1
        bench.open.wait()

    async def hang(ctx: Context) -> None:
        bench.calls += 1
        await asyncio.Event().wait()

    bench.add(block if threaded else hang, effect, timeout=0.1, idempotent=idempotent)
    assert await bench.code() == code
    assert bench.calls == calls


async def test_a_step_may_give_its_own_timeout(bench: Bench) -> None:
    async def hang(ctx: Context) -> None:
        await asyncio.Event().wait()

    bench.add(hang, timeout=1000)
    assert await bench.code(seconds=0.01) == "timeout"


async def test_what_will_not_be_cancelled_is_left_behind_and_counted(bench: Bench) -> None:
    stop = threading.Event()

    async def stubborn(ctx: Context) -> None:
        while not stop.is_set():
            try:
                await asyncio.sleep(0.001)
            except asyncio.CancelledError:
                bench.calls += 1
        raise RuntimeError("late")

    bench.add(stubborn, timeout=0.01)
    assert await bench.code() == "timeout"
    for _ in range(3):
        await asyncio.sleep(0)
    assert bench.registry.lost == {"shop": 1}
    stop.set()
    async with asyncio.timeout(5):
        while bench.registry.lost["shop"]:  # noqa: ASYNC110 - it ends when it ends
            await asyncio.sleep(0.001)
    gc.collect()  # nothing is reported as forgotten
    await bench.registry.stop()


async def test_an_async_function_that_blocks_holds_up_its_own_plugin_alone(bench: Bench) -> None:
    async def block(ctx: Context) -> None:
        bench.open.wait()  # no await: nothing can interrupt it

    bench.add(block, timeout=0.01)
    began = asyncio.get_running_loop().time()
    assert await bench.code() == "timeout"
    assert asyncio.get_running_loop().time() - began < 4, "the loop of the turns was held up"
    bench.open.set()
    await bench.registry.stop()


async def test_hanging_threads_are_counted_and_then_refused(bench: Bench) -> None:
    def block(ctx: Context) -> None:
        bench.open.wait()

    bench.add(block, "read", timeout=0.005)
    bench.registry.host("shop").threads._most_lost = 2
    assert [await bench.code() for _ in range(3)] == ["timeout", "timeout", "unavailable"]
    assert bench.registry.lost == {"shop": 2}
    bench.open.set()
    async with asyncio.timeout(5):
        while bench.registry.lost["shop"]:  # noqa: ASYNC110 - threads end when they end
            await asyncio.sleep(0)
    assert await bench.code(seconds=5) == ""


async def test_a_blocking_plugin_starves_no_other(bench: Bench) -> None:
    def block(ctx: Context) -> None:
        bench.open.wait()

    other = Plugin("other")
    other.action(effect="read", name="quick")(lambda_action)
    bench.plugin.action(effect="read", name="block", timeout=5)(block)
    registry = Registry([bench.plugin, other], clock=bench.clock)
    blocked = [asyncio.create_task(registry.perform(Call(f"{n}", "shop.block"), WHO)) for n in range(20)]
    await asyncio.sleep(0)
    assert (await registry.perform(Call("q", "other.quick"), WHO)).value == 1
    bench.open.set()
    assert [result.failure for result in await asyncio.gather(*blocked)] == [None] * 20


async def test_a_write_that_lost_its_connection_is_in_doubt(bench: Bench) -> None:
    errors = iter([ConnectionResetError(), TimeoutError(), ConnectionRefusedError()])

    async def act(ctx: Context) -> None:
        raise next(errors)

    bench.add(act, "write")
    assert [await bench.code() for _ in range(3)] == ["outcome_unknown", "outcome_unknown", "failed"]


async def test_a_doubt_stays_when_a_later_try_fails(bench: Bench) -> None:
    errors = iter([ConnectionResetError(), ValueError("x"), ValueError("x")])

    async def act(ctx: Context) -> None:
        raise next(errors)

    bench.add(act, "write", idempotent=True)
    assert await bench.code() == "outcome_unknown"


async def test_a_doubt_ends_when_a_later_try_says_how_it_is(bench: Bench) -> None:
    errors = iter([ConnectionResetError(), ActionError("Already cancelled.", error="already")])

    async def act(ctx: Context) -> None:
        raise next(errors)

    bench.add(act, "write", idempotent=True)
    assert await bench.code() == "already"


async def test_a_read_that_times_out_within_is_a_timeout(bench: Bench) -> None:
    async def act(ctx: Context) -> None:
        bench.calls += 1
        raise TimeoutError

    bench.add(act)
    assert await bench.code() == "timeout"
    assert bench.calls == 3


def _cycle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def _deep() -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "make",
    [
        object,
        lambda: b"bytes",
        lambda: {1: object()},
        lambda: "x" * 1_048_577,
        lambda: ["x" * 1000] * 2000,
        lambda: range(3),
        lambda: list(range(2_000_000)),
        lambda: [Order(number="x" * 600_000, total=Money(Decimal(1), "EUR"))] * 2,
        _cycle,
        _deep,
        lambda: "\ud800",
        lambda: (n for n in range(3)),
    ],
)
async def test_a_result_that_no_flow_can_take_is_refused(bench: Bench, make: Callable[[], Any]) -> None:
    async def act(ctx: Context) -> Any:
        bench.calls += 1
        return make()

    bench.add(act)
    assert await bench.code() == "bad_result"
    assert bench.calls == 1


@pytest.mark.parametrize("value", ["text", {"number": "1"}, [1], None])
async def test_a_result_has_the_type_that_it_says(bench: Bench, value: Any) -> None:
    async def act(ctx: Context) -> Order:
        return value  # type: ignore[no-any-return]

    bench.add(act)
    assert await bench.code() == "bad_result"


async def test_a_wrapped_async_function_is_awaited(bench: Bench) -> None:
    def act(ctx: Context) -> Any:
        return lambda_action(ctx)

    bench.add(act)
    assert (await bench.act()).value == 1


async def test_an_action_that_keeps_failing_is_left_alone_for_a_while(bench: Bench) -> None:
    well = False

    async def act(ctx: Context) -> None:
        bench.calls += 1
        if not well:
            raise OSError

    bench.add(act, retries=0)
    assert [await bench.code() for _ in range(7)] == ["failed"] * 5 + ["unavailable"] * 2
    assert bench.calls == 5
    bench.clock.advance(30)
    assert [await bench.code() for _ in range(2)] == ["failed", "unavailable"]
    bench.clock.advance(30)
    well = True
    assert [await bench.code() for _ in range(3)] == ["", "", ""]


async def test_foreseen_failures_and_bad_arguments_open_no_circuit(bench: Bench) -> None:
    async def act(ctx: Context, number: int) -> None:
        raise ActionError("no", error="no")

    bench.add(act)
    assert [await bench.code(number=n) for n in range(8)] == ["no"] * 8
    assert [await bench.code(number="x") for _ in range(8)] == ["bad_arguments"] * 8
    assert await bench.code(number=1) == "no"


@pytest.mark.parametrize("threaded", [True, False])
async def test_its_own_cancellation_passes_through(bench: Bench, threaded: bool) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def block(ctx: Context) -> None:
        loop.call_soon_threadsafe(begun.set)
        bench.open.wait()

    async def hang(ctx: Context) -> None:
        loop.call_soon_threadsafe(begun.set)
        await asyncio.Event().wait()

    bench.add(block if threaded else hang)
    task = asyncio.create_task(bench.act())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_calls_run_side_by_side(bench: Bench) -> None:
    both = threading.Barrier(2, timeout=5)

    def act(ctx: Context) -> int:
        return both.wait()

    bench.add(act, retries=0)
    results = await asyncio.gather(bench.act(), bench.act())
    assert sorted(result.value for result in results) == [0, 1]


async def test_a_thread_that_ends_after_the_loop_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()
    start = threading.Event()

    def run() -> None:
        def act(ctx: Context) -> None:
            start.wait(5)
            threading.Timer(0, done.set).start()

        plugin = Plugin("late")
        plugin.action(effect="read", timeout=0.01)(act)
        asyncio.run(Registry([plugin]).perform(Call("1", "late.act"), WHO))
        start.set()

    caplog.set_level(logging.CRITICAL)
    thread = threading.Thread(target=run)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert await asyncio.to_thread(done.wait, 5)


@pytest.mark.parametrize(
    ("effect", "asked", "lasts"),
    [("read", 0.0, 4.0 * 3 + 0.2 + 0.4), ("read", 10.0, 10.0 * 3 + 0.2 + 0.4), ("write", 0.0, 4.0)],
)
def test_how_long_a_call_may_take(effect: Any, asked: float, lasts: float) -> None:
    bench = Bench()

    def act(ctx: Context) -> None:
        """Do nothing."""

    bench.add(act, effect, timeout=4.0, retries=2)
    assert bench.registry.lasts(Call("c", "shop.act", timeout=asked)) == pytest.approx(lasts)
    assert bench.registry.lasts(Call("c", "shop.nothing")) == 0.0
