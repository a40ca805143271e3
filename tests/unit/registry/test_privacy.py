"""What plugins do when a conversation is erased or exported, and what becomes of a failure."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from botkit import ActionError, Context, Erased, Plugin
from botkit.errors import ResultError, UsageError
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry
from botkit.testing import PluginHarness

WHO = Caller("web:1", "web", {"id": "4711"})


@dataclass
class Row:
    """What a plugin keeps."""

    number: int
    since: date


def _keeping() -> tuple[Plugin, dict[str, list[Row]]]:
    plugin, rows = Plugin("crm"), {"test:1": [Row(1, date(2026, 5, 1))]}

    @plugin.erase()
    def erase(ctx: Context, erased: Erased) -> None:
        rows.pop(erased.conversation, None)

    @plugin.export()
    def export(ctx: Context) -> list[Row] | None:
        return rows.get(ctx.conversation)

    return plugin, rows


async def test_a_plugin_gives_a_copy_and_lets_go() -> None:
    plugin, rows = _keeping()
    async with PluginHarness(plugin) as crm:
        assert await crm.export() == [{"number": 1, "since": "2026-05-01"}]
        for key in ("", "again", "again"):
            assert await crm.erase(key=key) == ""
        assert rows == {}
        assert await crm.export() is None


@pytest.mark.parametrize(
    "value",
    [object(), {"a": object()}, "x" * 2_000_000, [[]] * 1_100_000, float("nan")],
    ids=["thing", "inside", "long", "many", "nan"],
)
async def test_what_is_no_plain_data_is_a_failure(value: Any) -> None:
    plugin = Plugin("crm")
    plugin.export()(lambda ctx: value)
    async with PluginHarness(plugin) as crm:
        with pytest.raises(ResultError):
            await crm.export()


async def test_one_that_fails_spoils_no_other() -> None:
    good, bad, none = Plugin("good"), Plugin("bad"), Plugin("none")
    good.export()(lambda ctx: {"who": dict(ctx.customer)})
    none.export()(lambda ctx: None)

    @bad.export()
    async def fail(ctx: Context) -> None:
        raise ActionError("no")

    registry = Registry([bad, good, none])
    assert await registry.export(WHO) == ({}, ["bad", "good", "none"])  # none has started
    await registry.start()
    assert await registry.export(WHO) == ({"good": {"who": {"id": "4711"}}}, ["bad"])
    await registry.stop()


async def test_every_hook_of_a_plugin_is_called_and_all_again_after_a_failure() -> None:
    plugin, called, broken = Plugin("crm"), [], [True]

    @plugin.erase()
    def first(ctx: Context, erased: Erased) -> None:
        called.append("first")

    @plugin.erase()
    def second(ctx: Context, erased: Erased) -> None:
        called.append("second")
        if broken.pop():
            broken.append(False)
            raise SystemExit(3)

    async with PluginHarness(plugin) as crm:
        assert await crm.erase(key="1") == "EscapedError"
        assert await crm.erase(key="1") == ""
    assert called == ["first", "second"] * 2


async def test_a_function_that_blocks_is_left() -> None:
    plugin = Plugin("crm")

    @plugin.erase(timeout=0.05)
    def erase(ctx: Context, erased: Erased) -> None:
        time.sleep(0.3)

    async with PluginHarness(plugin) as crm:
        assert await crm.erase() == "LateError"


async def test_only_who_has_started_is_asked() -> None:
    plugin, _ = _keeping()
    registry = Registry([plugin, Plugin("other")])
    assert (registry.erasers, registry.ready) == (("crm",), ())
    with pytest.raises(UsageError, match="has not started"):
        await registry.erase("crm", None)  # type: ignore[arg-type]
    only = registry.only({"crm"})
    await only.start()
    assert [one.name for one in only.plugins] == ["crm"]
    assert (only.ready, registry.ready) == (("crm",), ())
    await only.stop()
