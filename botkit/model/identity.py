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

    `verified` among them, if it is true or says by what (`site`), holds until `verified_until`, and `lasts` seconds
    at most; if it is false it is taken back. Facts about somebody else (another `id`) take the place of all before,
    the verification included.
    """
    new = dict(facts)
    verified, until = new.pop("verified", None), new.pop(UNTIL, None)
    new.pop(BY, None)
    known = dict(known)
    if known.get("id") and "id" in new and new["id"] != known["id"]:
        known = {name: known[name] for name in _KEPT if name in known}
    if verified:
        most = now + lasts
        new[BY] = verified if verified == "site" else by
        new[UNTIL] = min(float(until), most) if isinstance(until, int | float) and math.isfinite(until) else most
    elif verified is not None:
        known.pop(BY, None)
        known.pop(UNTIL, None)
    return {**known, **new}


def is_verified(customer: Mapping[str, Any], now: float) -> bool:
    """Tell whether it is verified, now, who the customer is."""
    until = customer.get(UNTIL)
    return bool(customer.get(BY)) and isinstance(until, int | float) and now < until


def has_lapsed(customer: Mapping[str, Any], since: float, now: float) -> bool:
    """Tell whether a verification that held at `since` holds no more."""
    return is_verified(customer, since) and not is_verified(customer, now)


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
