"""Flow versions: the current one, and the older ones that conversations still need."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from botkit.model.definitions import Ask, Flow, FlowSet, Step
from botkit.model.session import Frame, Session

MOST_KEPT = 8  # older versions in memory


class FlowBook:
    """Says which flows a session goes on with. `recall` builds an older version from the store, or gives None."""

    def __init__(self, current: FlowSet, recall: Callable[[str], Awaitable[FlowSet | None]]) -> None:
        self.current = current
        self._recall = recall
        self._older: OrderedDict[str, FlowSet] = OrderedDict()

    def publish(self, flows: FlowSet) -> None:
        """Make flows the current version; the one before stays in memory."""
        if flows.version != self.current.version:
            self._keep(self.current)
        self.current = flows

    async def flows_for(self, session: Session | None) -> FlowSet:
        """Give the version for a session's next turn.

        A session with nothing open takes the current one. One with open flows moves if every step at which it
        stands is still there with the same kind and slot; otherwise it stays with the version that it has.
        """
        if session is None or not self.keeps_older(session):
            return self.current
        older = await self._find(session.version)
        if older is None or can_move(session, older, self.current):
            return self.current
        return older

    def keeps_older(self, session: Session) -> bool:
        """Tell whether a session may have to go on with an older version."""
        return bool(session.stack) and session.version != self.current.version and not session.ended

    async def _find(self, version: str) -> FlowSet | None:
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
    """Tell whether every frame of a session stands at a step that both versions have alike."""
    return all(_alike(frame, older.flows.get(frame.flow), newer.flows.get(frame.flow)) for frame in session.stack)


def _alike(frame: Frame, before: Flow | None, after: Flow | None) -> bool:
    if before is None or after is None:
        return False
    if not frame.step:
        return True
    old, new = before.steps.get(frame.step), after.steps.get(frame.step)
    return old is not None and new is not None and _same_kind(old, new)


def _same_kind(old: Step, new: Step) -> bool:
    if type(old.body) is not type(new.body):
        return False
    if isinstance(old.body, Ask) and isinstance(new.body, Ask):
        return old.body.slot.name == new.body.slot.name and old.body.slot.type == new.body.slot.type
    return True
