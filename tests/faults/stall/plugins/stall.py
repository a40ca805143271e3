"""A stall that looks prices up and books orders; its ledger is its truth."""

import time

from botkit import Context, Plugin
from botkit.testing.faults import Ledger

plugin = Plugin("stall")


@plugin.action(effect="read", timeout=60)  # longer than a worker is frozen
def look(ctx: Context, item: str) -> int:
    """Look a price up."""
    time.sleep(0.03)
    return len(item)


@plugin.action(effect="write", timeout=5)
def book(ctx: Context, item: str, amount: int) -> str:
    """Book an order."""
    Ledger.named().write(ctx, f"{amount} {item}")
    return f"{ctx.conversation}: {amount} {item}"
