"""Exchanges: what one message came to, as a caller of the library sees it."""

from typing import Any

import msgspec

from botkit.model.replies import Reply
from botkit.model.session import Session
from botkit.model.turn import Candidate, Turn, Visit


class Exchange(msgspec.Struct, frozen=True):
    """What one message came to: all replies until the bot waits again, and where it waits.

    `flow` and `step` are None when the bot waits for nothing; `slots` is what a template there would see.
    """

    replies: tuple[Reply, ...]
    route: str
    flow: str | None
    step: str | None
    slots: dict[str, Any]
    owner: str
    locale: str
    turns: tuple[Turn, ...]

    @property
    def text(self) -> str:
        """The replies' texts, one a line."""
        return "\n".join(reply.text for reply in self.replies if reply.text)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every way in which the message could have been taken."""
        return tuple(candidate for turn in self.turns for candidate in turn.candidates)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The steps that were executed."""
        return tuple(visit for turn in self.turns for visit in turn.visits)


def exchange_of(turns: tuple[Turn, ...], session: Session | None) -> Exchange:
    """Sum up the turns that one message led to."""
    last = turns[-1].session if turns else session
    top = last.stack[-1] if last is not None and last.stack else None
    waits = top is not None and last is not None and (last.question is not None or bool(last.pending))
    return Exchange(
        replies=turns[0].replies if len(turns) == 1 else tuple([reply for turn in turns for reply in turn.replies]),
        route=next((turn.route for turn in reversed(turns) if turn.route), ""),
        flow=top.flow if waits and top else None,
        step=top.step if waits and top else None,
        slots=visible_slots(last),
        owner=last.owner if last is not None else "bot",
        locale=last.locale if last is not None else "",
        turns=turns,
    )


def visible_slots(session: Session | None) -> dict[str, Any]:
    """Give the slots that a template would see where the bot waits: shared ones, then the top flow's own."""
    if session is None:
        return {}
    own = session.stack[-1].slots if session.stack else {}
    return {name: value for name, value in {**session.slots, **own}.items() if value is not None}
