"""Who may talk: signed chats, the origins of pages, and how fast."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit


class Signer:
    """Signs chat ids, so that a browser can prove that a chat is its own."""

    def __init__(self, secret: str = "") -> None:
        self._key = secret.encode() if secret else secrets.token_bytes(32)

    def sign(self, chat: str, who: str = "") -> str:
        """Give the token of a chat, for somebody whom the site knows as `who`, or for nobody in particular."""
        if not who:
            return self._sign("chat", chat)
        named = base64.urlsafe_b64encode(who.encode()).rstrip(b"=").decode()
        return f"{named}.{self._sign('chat of', f'{named} {chat}')}"

    def owner_of(self, chat: str, token: str) -> str | None:
        """Tell for whom a token of this chat was made ("" for nobody in particular); None if it is none."""
        named, dot, _ = token.rpartition(".")
        try:
            who = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode() if dot else ""
        except (ValueError, UnicodeError):
            return None
        return who if chat and (who or not dot) and _same(self.sign(chat, who), token) else None

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


def new_chat() -> str:
    """Give an id that nobody can guess."""
    return secrets.token_urlsafe(18)


def allows(origin: str, host: str, origins: Sequence[str]) -> bool:
    """Tell whether a page of this origin may open a socket: of the same host, or one of `origins`.

    A client that is no browser sends no origin and is let in; it could send any.
    """
    origin = origin.lower()
    if not origin or "*" in origins or origin in origins:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc == host.lower()


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
