"""Flow versions: the current one, and the older ones that conversations still need."""

import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from itertools import takewhile

from botkit.model.definitions import Ask, Flow, Step
from botkit.model.flowset import FlowSet
from botkit.model.session import Frame, Session, is_idle

MOST_KEPT = 8  # older versions in memory


def is_chosen(conversation: str, share: int) -> bool:
    """Tell whether a conversation is among the `share` of a hundred that try a canary; it is so on every node."""
    return zlib.crc32(conversation.encode("utf-8", "surrogatepass")) % 100 < share


class FlowBook:
    """Says which flows a session goes on with. `recall` builds an older version from the store, or gives None."""

    def __init__(self, current: FlowSet, recall: Callable[[str], Awaitable[FlowSet | None]]) -> None:
        self.current = current
        self.canary: FlowSet | None = None  # what a share of the conversations gets instead
        self.share = 0  # of a hundred
        self._recall = recall
        self._older: OrderedDict[str, FlowSet] = OrderedDict()

    def publish(self, flows: FlowSet) -> None:
        """Make flows the current version of all conversations; the one before stays in memory."""
        for before in (self.current, self.canary):
            if before is not None and before.version != flows.version:
                self._keep(before)
        self.current, self.canary, self.share = flows, None, 0

    def publish_canary(self, flows: FlowSet, share: int) -> None:
        """Let so many of a hundred conversations have flows, while the others keep the current version."""
        if self.canary is not None and self.canary.version != flows.version:
            self._keep(self.canary)
        self.canary, self.share = flows, share

    def newest_for(self, conversation: str) -> FlowSet:
        """Give the version with which a conversation would begin now."""
        if self.canary is not None and is_chosen(conversation, self.share):
            return self.canary
        return self.current

    async def flows_for(self, session: Session | None, conversation: str, said_at: float = 0.0) -> FlowSet:
        """Give the version for a conversation's next turn; `said_at` is when the customer did something, if so.

        A session with nothing open takes the newest one, and so does one that was idle for so long that the
        customer begins another. One with open flows moves if it can (`can_move`); otherwise it stays with the version
        that it has until nothing is open.
        """
        newest = self.current if self.canary is None else self.newest_for(conversation)
        if session is None or session.version == newest.version or not session.stack or session.ended:
            return newest
        if said_at and is_idle(session, newest.settings.idle, said_at):
            return newest
        older = await self._find(session.version)
        if older is None or can_move(session, older, newest):
            return newest
        return older

    def keeps_older(self, session: Session) -> bool:
        """Tell whether a session may have to go on with an older version."""
        newest = self.current if self.canary is None else self.newest_for(session.conversation)
        return session.version != newest.version and bool(session.stack) and not session.ended

    async def _find(self, version: str) -> FlowSet | None:
        if version == self.current.version:  # of a session that has tried a canary, or goes on to one
            return self.current
        known = self._older.get(version)
        if known is None:
            known = await self._recall(version)
            if known is not None:
                self._keep(known)
        return known

    def _keep(self, flows: FlowSet) -> None:
        self._older[flows.version] = flows
        self._older.move_to_end(flows.version)
        while len(self._older) > MOST_KEPT:
            self._older.popitem(last=False)


def can_move(session: Session, older: FlowSet, newer: FlowSet) -> bool:
    """Tell whether a session may go on with a newer version in the middle of a flow.

    Every step at which it stands has to be in both, with the same kind and slot, and so has every step that it has
    passed: what it asked there would be lost. No ask may be new before the place where it stands: it would be left
    out. What has once stayed with its version stays until nothing is open.
    """
    if session.bound:
        return False
    return all(_fits(frame, older.flows.get(frame.flow), newer.flows.get(frame.flow)) for frame in session.stack)


def _fits(frame: Frame, before: Flow | None, after: Flow | None) -> bool:
    if before is None or after is None:
        return False
    if not all(_alike(before.steps.get(step), after.steps.get(step)) for step in frame.passed):
        return False
    if not frame.step:
        return True
    if not _alike(before.steps.get(frame.step), after.steps.get(frame.step)):
        return False
    earlier = takewhile(lambda step: step.id != frame.step, after.steps.values())
    return all(step.id in before.steps for step in earlier if isinstance(step.body, Ask))


def _alike(old: Step | None, new: Step | None) -> bool:
    return old is not None and new is not None and _same_kind(old, new)


def _same_kind(old: Step, new: Step) -> bool:
    if type(old.body) is not type(new.body):
        return False
    if isinstance(old.body, Ask) and isinstance(new.body, Ask):
        return old.body.slot.name == new.body.slot.name and old.body.slot.type == new.body.slot.type
    return True
