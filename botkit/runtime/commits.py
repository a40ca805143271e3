"""Commits: what one transaction writes of some turns."""

from collections.abc import Sequence

from botkit.model.events import Result
from botkit.model.replies import Call, DropTimers, Effect, Reply, SetTimer
from botkit.model.turn import Turn
from botkit.ports.stored import Arrived, Commit, Failed


def commit_of(
    fence: int, turns: Sequence[Turn], taken: int, *, serves: bool, failed: tuple[Failed, ...] = ()
) -> Commit:
    """Give the commit of the turns of one conversation, at least one; replies only where a channel `serves` them."""
    session = turns[-1].session
    customer: str | None = None
    for turn in turns:
        learned = getattr(turn.event, "customer", None)
        if learned and "id" in learned:
            customer = str(session.customer.get("id") or "")
    made = tuple(turns)
    if len(made) == 1 and not made[0].effects:
        replies = made[0].replies if serves else ()
        return Commit(session.conversation, fence, session, made, taken, replies, failed=failed, customer=customer)
    said: list[Reply] = []
    effects: list[Effect] = []
    for turn in made:
        said += turn.replies
        effects += turn.effects
    done = {turn.event.effect for turn in made if isinstance(turn.event, Result)} if len(made) > 1 else ()
    dropped = {effect.question for effect in effects if isinstance(effect, DropTimers)} if effects else set()
    return Commit(
        conversation=session.conversation,
        fence=fence,
        session=session,
        turns=made,
        taken=taken,
        replies=tuple(said) if serves else (),
        calls=tuple([e for e in effects if isinstance(e, Call) and e.id not in done]) if effects else (),
        timers=tuple([e for e in effects if isinstance(e, SetTimer) and e.question not in dropped]),
        dropped=tuple(sorted(dropped)),
        failed=failed,
        customer=customer,
    )


def failure_of(turn: Turn, arrived: Arrived, reason: str) -> Failed:
    """Give what an operator sees of an event that was set aside."""
    return Failed(
        id=f"{turn.conversation}/{turn.seq}",
        conversation=turn.conversation,
        at=turn.now,
        reason=reason,
        event=arrived.event,
        customer=arrived.customer,
    )
