"""Who a visitor is, as the owner's site has signed it: a JSON Web Token (RFC 7519) with HMAC-SHA256."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import msgspec

LEEWAY = 10  # seconds by which the clock of the site may be ahead or behind
LONGEST = 500  # characters of an id or a name
_FACTS = ("name", "email")


class IdentityError(Exception):
    """Who somebody claims to be is not proven."""


class Visitor(msgspec.Struct, frozen=True):
    """A customer whom the owner's site knows by `id`, until then (seconds since the epoch)."""

    id: str
    until: float
    facts: dict[str, str] = {}

    def as_facts(self) -> dict[str, Any]:
        """Give what the session is told of the customer."""
        return {**self.facts, "id": self.id, "verified": "site", "verified_until": self.until}


def read_identity(token: str, secret: str, now: Callable[[], float] = time.time) -> Visitor:
    """Read what a site has signed: `sub` is the customer's id, `exp` when the token ends; with `name`, `email`.

    Raises IdentityError, whose words tell nothing of the token.
    """
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={"require": ["sub", "exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except (jwt.InvalidTokenError, ValueError, UnicodeError) as error:
        raise IdentityError("the identity is not signed by this site") from error
    who, until = claims["sub"], claims["exp"]
    if not isinstance(who, str) or not who.strip() or len(who) > LONGEST or not who.isprintable():
        raise IdentityError("the identity names nobody")
    if isinstance(until, bool) or not isinstance(until, int | float) or not until + LEEWAY > now():
        raise IdentityError("the identity has run out")
    facts = {name: claims[name][:LONGEST] for name in _FACTS if isinstance(claims.get(name), str)}
    return Visitor(who, float(until), facts)
