"""A desk that knows three orders."""

from botkit import Context, Plugin

plugin = Plugin("orders")
_STATES = {"A-10293": "on its way", "B-20004": "being packed", "C-31007": "delivered"}


@plugin.action(effect="read", inline=True)
def find(ctx: Context, number: str) -> dict[str, str] | None:
    """Find an order by its number."""
    state = _STATES.get(number)
    return {"number": number, "state": state, "for": ctx.conversation} if state else None
