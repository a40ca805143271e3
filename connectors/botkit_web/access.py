"""Who may talk: signed chats, the addresses of pages, and how fast."""

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

DAY = 86_400.0  # seconds
_CROWDED = 30.0  # seconds until a page of an address that has too many open should try again
_STAMP = re.compile(r"[0-9a-f]{1,12}")


class Signer:
    """Signs chat ids, so that a browser can prove that a chat is its own, for so many seconds.

    `now` gives seconds since the epoch.
    """

    def __init__(self, secret: str = "", seconds: float = 30 * DAY, now: Callable[[], float] = time.time) -> None:
        self._key = secret.encode() if secret else secrets.token_bytes(32)
        self._seconds = seconds
        self._now = now

    def sign(self, chat: str, who: str = "") -> str:
        """Give the token of a chat, for somebody whom the site knows as `who`, or for nobody in particular."""
        return self._token(chat, who, f"{int(self._now() + self._seconds):x}")

    def owner_of(self, chat: str, token: str) -> str | None:
        """Tell for whom a token of this chat was made ("" for nobody in particular); None if it is none."""
        rest, _, _ = token.rpartition(".")
        named, dot, stamp = rest.rpartition(".")
        try:
            who = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode() if dot else ""
        except (ValueError, UnicodeError):
            return None
        if not chat or not (who or not dot) or not _same(self._token(chat, who, stamp), token):
            return None
        return who if expiry_of(token) > self._now() else None

    def _token(self, chat: str, who: str, stamp: str) -> str:
        if not who:
            return f"{stamp}.{self._sign('chat', f'{stamp} {chat}')}"
        named = base64.urlsafe_b64encode(who.encode()).rstrip(b"=").decode()
        return f"{named}.{stamp}.{self._sign('chat of', f'{named} {stamp} {chat}')}"

    def chat_of(self, who: str) -> str:
        """Give the chat of somebody whom the site knows: the same one on all their devices."""
        return f"u{self._sign('chat for', who)[:31]}"

    def sign_file(self, chat: str, ref: str) -> str:
        """Give the key of a file of a chat: who has it may read that file, and nothing else."""
        return self._sign("file", f"{ref} {chat}")

    def owns_file(self, chat: str, ref: str, key: str) -> bool:
        """Tell whether the key is this file's in this chat."""
        return bool(chat and ref) and _same(self.sign_file(chat, ref), key)

    def _sign(self, what: str, text: str) -> str:
        signed = f"botkit web {what} {text}".encode("utf-8", "replace")
        return base64.urlsafe_b64encode(hmac.digest(self._key, signed, hashlib.sha256)).rstrip(b"=").decode()


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def expiry_of(token: str) -> float:
    """Give the seconds since the epoch at which a token runs out, whoever made it."""
    stamp = token.rpartition(".")[0].rpartition(".")[2]
    return int(stamp, 16) if _STAMP.fullmatch(stamp) else 0.0


def new_chat() -> str:
    """Give an id that nobody can guess."""
    return secrets.token_urlsafe(18)


def address_of(client: object) -> str:
    """Give what a client's address counts as: an IPv4 address, or the /64 of an IPv6 one, as they are given out.

    "" for this machine, and where there is none: a proxy that names no addresses stands for all of its clients.
    """
    try:
        address = ipaddress.ip_address(str(getattr(client, "host", "")))
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


class Allowance:
    """How often something may be done: `burst` at once, `rate` a second in the long run."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def take(self) -> float:
        """Take one; give 0, or the seconds until there is one (then nothing is taken)."""
        now = self._clock()
        self._left = min(float(self._burst), self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0

    def spend(self, amount: float) -> None:
        """Take so much without asking; what is then owed has to come back first."""
        self._left -= amount


class Allowances:
    """An Allowance for each of many names; the longest unused are forgotten beyond `most`."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float], most: int = 10_000) -> None:
        self._rate, self._burst, self._clock, self._most = rate, burst, clock, most
        self._known: OrderedDict[str, Allowance] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one for a name; give 0, or the seconds until there is one."""
        return self._of(name).take()

    def spend(self, name: str, amount: float) -> None:
        """Take so much for a name without asking."""
        self._of(name).spend(amount)

    def _of(self, name: str) -> Allowance:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Allowance(self._rate, self._burst, self._clock)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        self._known.move_to_end(name)
        return found


class Gate:
    """The connections of pages, in all and of each address, and how fast an address may be. "" has no limits."""

    def __init__(self, most: int, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self.open = 0
        self._most = most
        self._here: Counter[str] = Counter()
        self._paces = Allowances(rate, burst, clock)

    def take(self, address: str) -> float:
        """Let an address do something; give 0, or the seconds after which it may."""
        return self._paces.take(address) if address else 0.0

    def enter(self, address: str) -> float:
        """Count a connection; give 0, or the seconds after which the address may try again (then none is)."""
        if address and self._here[address] >= self._most:
            return _CROWDED
        self._here[address] += 1
        self.open += 1
        return 0.0

    def leave(self, address: str) -> None:
        """Count a connection no longer."""
        self.open -= 1
        self._here[address] -= 1
        if not self._here[address]:
            del self._here[address]
