"""A desk with one order; it counts its returns anew whenever it is started."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from botkit import ActionError, Context, Money, Plugin

plugin = Plugin("desk")


@dataclass
class Order:
    """An order."""

    number: str
    total: Money
    day: date


@plugin.start
async def start(_settings: None) -> dict[str, int]:
    """Begin to count."""
    return {"returns": 0}


@plugin.action(effect="read")
async def find_order(ctx: Context, number: str) -> Order | None:
    """Find an order by its number."""
    if number == "A-99999":
        raise ActionError("the desk is closed", error="closed")
    return Order(number, Money(Decimal("54.04"), "EUR"), date(2026, 4, 2)) if number == "A-10293" else None


@plugin.action(effect="write")
async def return_order(ctx: Context, number: str) -> str:
    """Take an order back and give the reference of the return."""
    ctx.state["returns"] += 1
    return f"R{ctx.state['returns']}"
