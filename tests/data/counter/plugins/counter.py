"""A plugin whose writes are seen in a file: each line is one."""

import asyncio
import os

from botkit import Context, Plugin

plugin = Plugin("counter")


@plugin.action(effect="write", timeout=5)
async def add(ctx: Context, what: str) -> str:
    """Write a line."""
    with open(os.environ["LEDGER"], "a", encoding="utf-8") as ledger:  # noqa: ASYNC230, PTH123
        ledger.write(f"{ctx.conversation} {what}\n")
    await asyncio.sleep(0.02)
    return what


@plugin.action(effect="read", timeout=5)
async def look(ctx: Context, what: str) -> str:
    """Look for longer than a turn waits."""
    await asyncio.sleep(0.05)
    return what
