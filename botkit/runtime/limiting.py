"""Limiting: what a customer writes is held against the rules of `safety:` before anything looks at it."""

from collections.abc import Callable

from msgspec.structs import replace

from botkit.model.events import FromCustomer, Message, Press
from botkit.model.session import Session
from botkit.model.turn import Candidate, Turn
from botkit.ports.stores import Store
from botkit.runtime.slots import name_of
from botkit.safety import TOO_FAST, Guarding

MOST_RATED = 10_000  # conversations whose waiting rows are known to have come too fast or not


class Limiting:
    """The rules of a bot, and how often each customer wrote, which all processes count together.

    `steers` tells whether a text is a command or a control phrase: such a message is never refused, so that a person
    is in reach whatever the rules are. What a person has is refused nothing either.

    `rated` has by conversation, and by place in its inbox, in order, whether what waits there came too fast: what is
    tried again counts once. Whoever stores the turns of a conversation drops its entry.
    """

    def __init__(self, guarding: Guarding, store: Store, steers: Callable[[str], bool]) -> None:
        self._guarding = guarding
        self._store = store
        self._steers = steers
        self.rated: dict[str, dict[int, bool]] = {}

    @property
    def waits(self) -> bool:
        """Tell whether it asks the store."""
        return self._guarding.rules.rate is not None

    async def check(self, event: FromCustomer, session: Session, seq: int) -> FromCustomer:
        """Give the event of a row of the inbox marked as refused, if it is. Raises StoreError."""
        if not isinstance(event, Message | Press) or event.evidence.blocked or session.owner != "bot":
            return event
        said = event.text if isinstance(event, Message) else event.value
        if self._steers(said):
            return event
        why = TOO_FAST if self.waits and await self._too_fast(session.conversation, seq) else ""
        if not why and isinstance(event, Message):
            why = self._guarding.refuses(said, session.locale, session.lines)
        return replace(event, evidence=replace(event.evidence, blocked=why)) if why else event

    async def _too_fast(self, conversation: str, seq: int) -> bool:
        if len(self.rated) > MOST_RATED:  # those that other processes made the turns of
            self.rated.clear()
        known = self.rated.setdefault(conversation, {})
        # Rows that were taken together are known by the last of them; after a failure they are taken one by one.
        found = next((too_fast for last, too_fast in known.items() if last >= seq), None)
        if found is None:
            found = known[seq] = await self._reserve(conversation)
        return found

    async def _reserve(self, conversation: str) -> bool:
        rate = self._guarding.rules.rate
        if rate is None:
            return False
        most, seconds = rate
        apart = seconds / most
        slot = await self._store.shared.reserve(name_of(conversation), 1 / apart, apart * (most - 1) + apart / 1000)
        return not slot.taken

    def clean(self, turn: Turn) -> Turn:
        """Give a turn whose replies lead nowhere else than they may; the record says what was taken out."""
        cleaned = [self._guarding.clean(reply) for reply in turn.replies]
        hosts = [host for _, found in cleaned for host in found]
        if not hosts:
            return turn
        noted = [Candidate("safety", "link", 1.0, f"a link to {host} was taken out") for host in dict.fromkeys(hosts)]
        return replace(turn, replies=tuple([r for r, _ in cleaned]), candidates=(*turn.candidates, *noted))
