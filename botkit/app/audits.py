"""Audits: who of the house published, claimed, read, retried, exported and erased, and when."""

import getpass
import time
from typing import Literal

from botkit.ports.stores import Store

What = Literal["published", "rolled back", "claimed", "read", "reviewed", "retried", "dropped", "exported", "erased"]
API = "api"  # who comes over HTTP with the bot's own token
MOST = 1000  # names of conversations that one act notes each


def operator() -> str:
    """Name who runs a command: the user of this machine."""
    try:
        return f"{getpass.getuser()} (command)"
    except (KeyError, OSError):
        return "somebody (command)"


async def note_act(store: Store, who: str, what: What, *about: str) -> None:
    """Note an act, once for each conversation or version that it is about; before it is done. Raises StoreError."""
    for name in about[:MOST] or ("",):
        await store.note_act(who, what, name, time.time())
