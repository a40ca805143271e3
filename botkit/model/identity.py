"""Identity: how a conversation knows who its customer is, and for how long that holds."""

import math
from collections.abc import Mapping
from typing import Any, Literal

Identified = Literal["anonymous", "channel", "claimed", "flow", "site"]
"""By nothing; by the platform's own user; an action named somebody, or verified it; the owner's site signed it."""

BY, UNTIL = "verified_by", "verified_until"
_KEPT = ("platform", "opted_out")  # facts that are of the channel, whoever sits at it


def learned(
    known: Mapping[str, Any], facts: Mapping[str, Any], *, by: str, now: float, lasts: float
) -> dict[str, Any]:
    """Give what is known of a customer with new facts, in seconds since the epoch.

    `verified` among them, if it is true or `site`, holds until `verified_until`, and `lasts` seconds at most; any
    other value, None included, takes it back. Facts about somebody else (another `id`) take the place of all before,
    the verification included; so they do with that if no `id` was known before.
    """
    new = dict(facts)
    verified, until = new.pop("verified", None), new.pop(UNTIL, None)
    new.pop(BY, None)
    known = dict(known)
    is_other = "id" in new and new["id"] != known.get("id")
    if is_other and known.get("id"):
        known = {name: known[name] for name in _KEPT if name in known}
    if is_other or "verified" in facts:
        known.pop(BY, None)
        known.pop(UNTIL, None)
    if verified is True or verified == "site":
        new[BY] = "site" if verified == "site" else by
        new[UNTIL] = _end(until, now + lasts)
    return {**known, **new}


def _end(until: Any, most: float) -> float:
    """Give when a verification ends, by what was said of it; what is no number says nothing."""
    if not isinstance(until, int | float) or (isinstance(until, float) and math.isnan(until)):
        return most
    return float(min(max(until, 0), most))


def is_verified(customer: Mapping[str, Any], now: float) -> bool:
    """Tell whether it is verified, now, who the customer is."""
    until = customer.get(UNTIL)
    return bool(customer.get(BY)) and isinstance(until, int | float) and now < until


def as_seen(customer: Mapping[str, Any], now: float) -> dict[str, Any]:
    """Give a customer as flows and actions see them: with `verified` and `identified`."""
    verified = is_verified(customer, now)
    return {**customer, "verified": verified, "identified": _identified(customer, verified=verified)}


def _identified(customer: Mapping[str, Any], *, verified: bool) -> Identified:
    if verified:
        return "site" if customer[BY] == "site" else "flow"
    if customer.get("id"):
        return "claimed"
    return "channel" if customer.get("platform") else "anonymous"


def visitor_of(customer: Mapping[str, Any], conversation: str) -> str:
    """Give who the customer is, as far as that is known; else the conversation stands for them."""
    return str(customer.get("id") or conversation)
