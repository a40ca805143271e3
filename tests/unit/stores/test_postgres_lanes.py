"""Lanes: what may have been done before a connection broke is never taken for what was not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from botkit.errors import StoreError

asyncpg = pytest.importorskip("asyncpg")
lanes = pytest.importorskip("botkit.stores.postgres.lanes")


class Connections:
    """Lends nothing."""

    place = "postgresql://…@db/bot"

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        yield


class Server:
    """Fails as it is told, and notes which jobs were asked for, and whether they may have been done before."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked: list[tuple[str, bool]] = []

    async def work(self, _link: object, jobs: Sequence[str], again: bool) -> Sequence[str]:
        self.asked.append(("".join(jobs), again))
        if self.failures:
            raise self.failures.pop(0)
        return [f"{job} done" for job in jobs]


def lane_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(lanes, "_PAUSE", 0.0)
    return lanes.Lane(Connections(), server.work, lambda job: job)


LOST, FULL = lanes.LostError("gone"), asyncpg.DiskFullError("no space")


@pytest.mark.parametrize(
    ("failures", "asked"),
    [
        ((), [("abc", False)]),
        ((LOST,), [("abc", False), ("abc", True)]),
        ((LOST, LOST), [("abc", False), ("abc", True), ("abc", True)]),
        ((FULL,), [("abc", False), ("a", False), ("b", False), ("c", False)]),
        ((LOST, FULL), [("abc", False), ("abc", True), ("a", True), ("b", True), ("c", True)]),
        ((LOST, FULL, FULL), [("abc", False), ("abc", True), ("a", True), ("a", True), ("b", True), ("c", True)]),
        ((LOST, FULL, LOST), [("abc", False), ("abc", True), ("a", True), ("a", True), ("b", True), ("c", True)]),
        ((FULL, LOST), [("abc", False), ("a", False), ("a", True), ("b", False), ("c", False)]),
    ],
)
async def test_what_may_have_been_done_is_asked_after(
    failures: Sequence[Exception], asked: Sequence[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(*failures)
    lane = lane_of(server, monkeypatch)
    told = [lane.post(job) for job in "abc"]
    assert [await one for one in told] == ["a done", "b done", "c done"]
    assert server.asked == list(asked)


@pytest.mark.parametrize("error", [LOST, FULL])
async def test_what_cannot_be_found_out_is_said(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_PATIENCE", 0.01)
    server = Server(LOST, *[error] * 100_000)
    with pytest.raises(StoreError, match="may have been stored") as caught:
        await lane_of(server, monkeypatch).ask("a")
    assert caught.value.reason == "the connection broke"


async def test_a_refusal_of_what_was_not_done_is_the_jobs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(FULL, FULL)
    lane = lane_of(server, monkeypatch)
    first, second = lane.post("a"), lane.post("b")
    with pytest.raises(StoreError, match="disk is full"):
        await first
    assert await second == "b done"
