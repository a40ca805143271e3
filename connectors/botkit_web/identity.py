"""Who a visitor is, as the owner's site has signed it.

A JSON Web Token (RFC 7519) with HMAC-SHA256, or the bare HMAC-SHA256 of the customer's id, in hexadecimal digits,
which says nothing else and does not run out by itself. The two have secrets of their own: with one for both, whoever
chooses an id that looks like a token would be given the signature of that token.
"""

import hashlib
import hmac
import math
import time
from collections.abc import Callable
from typing import Any

import jwt
import msgspec

LEEWAY = 10  # seconds by which the clock of the site may be ahead or behind
LONGEST = 500  # characters of an id or a name
HASHED = 12 * 3_600.0  # seconds that who is known by a bare HMAC stays verified after a page has come
_FACTS = ("name", "email")


class IdentityError(Exception):
    """Who somebody claims to be is not proven."""


class Visitor(msgspec.Struct, frozen=True):
    """A customer whom the owner's site knows by `id`, until then (seconds since the epoch), `late` if it is over."""

    id: str
    until: float
    facts: dict[str, str] = {}
    late: bool = False

    def as_facts(self) -> dict[str, Any]:
        """Give what the session is told of the customer; nothing, when the token ran out: it has what it knows."""
        return {} if self.late else {**self.facts, "id": self.id, "verified": "site", "verified_until": self.until}


def read_identity(token: str, secret: str, now: Callable[[], float] = time.time) -> Visitor:
    """Read what a site has signed: `sub` is the customer's id, `exp` when the token ends; with `name`, `email`.

    One that has run out is `late`. Raises IdentityError, whose words tell nothing of the token.
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
    who, until = _named(claims["sub"]), claims["exp"]
    if isinstance(until, bool) or not isinstance(until, int | float) or not math.isfinite(until):
        raise IdentityError("the identity does not say until when")
    facts = {name: claims[name][:LONGEST] for name in _FACTS if isinstance(claims.get(name), str)}
    return Visitor(who, float(until), facts, late=not until + LEEWAY > now())


def read_hashed(user: str, user_hash: str, secret: str, now: Callable[[], float] = time.time) -> Visitor:
    """Read the id of a customer and the site's HMAC-SHA256 of it. Raises IdentityError."""
    signed = hmac.digest(secret.encode(), _named(user).encode(), hashlib.sha256).hex()
    if not hmac.compare_digest(signed.encode(), user_hash.lower().encode("utf-8", "replace")):
        raise IdentityError("the identity is not signed by this site")
    return Visitor(user, now() + HASHED)


def _named(who: object) -> str:
    if not isinstance(who, str) or not who.strip() or len(who) > LONGEST or not who.isprintable():
        raise IdentityError("the identity names nobody")
    return who
