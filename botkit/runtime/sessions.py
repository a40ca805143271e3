"""Sessions as they were stored last: what a turn begins with, without a look into the store."""

from botkit.model.session import Session
from botkit.ports.stores import Store

MOST_KNOWN = 1000  # conversations whose sessions stay in memory


class Sessions:
    """Knows the sessions of the latest conversations, with their fences (`known`)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.known: dict[str, tuple[Session, int]] = {}

    async def load(self, conversation: str) -> tuple[Session | None, int]:
        """Give a conversation's session and fence as stored; a fence below 0 says that something waits there."""
        loaded = await self._store.load(conversation, most=1)
        return loaded.session, -1 if loaded.waiting else loaded.fence

    def keep(self, session: Session, fence: int) -> None:
        """Keep a session as it was stored; whoever stores another one moves the fence."""
        known = self.known
        if known.pop(session.conversation, None) is None and len(known) >= MOST_KNOWN:
            del known[next(iter(known))]
        known[session.conversation] = session, fence
