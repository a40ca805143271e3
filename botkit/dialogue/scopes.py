"""What templates and conditions see: names that are looked up, or made, when one of them is read."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botkit.model.definitions import SlotDef
from botkit.model.identity import as_seen

if TYPE_CHECKING:
    from botkit.dialogue.work import Work


class Scope(Mapping[str, Any]):
    """The names that an expression may read in a turn as it stands now; `own` come before all others.

    It is read at once and not kept: what it gives changes with the turn. A name that stands for nothing is None.
    """

    __slots__ = ("_own", "_work")

    def __init__(self, work: "Work", own: Mapping[str, Any] | None = None) -> None:
        self._work = work
        self._own = own

    def get(self, name: str, default: Any = None) -> Any:
        """Give the value of a name."""
        if self._own is not None and name in self._own:
            return self._own[name]
        work = self._work
        if work.stack:
            frame = work.stack[-1]
            if name in frame.slots:
                return frame.slots[name]
            if name == "error":
                return frame.error
        maker = _MADE.get(name)
        if maker is not None and (name not in work.slots or name in _ALWAYS):
            return maker(work)
        return work.slots.get(name, default)

    def __getitem__(self, name: str) -> Any:
        """Give the value of a name that there is."""
        if name in iter(self):
            return self.get(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Give the names that there are."""
        frame = self._work.stack[-1].slots if self._work.stack else {}
        return iter({**dict.fromkeys(_MADE), **self._work.slots, **frame, **(self._own or {})})

    def __len__(self) -> int:
        """Count the names that there are."""
        return len(list(iter(self)))


def _now(work: "Work") -> datetime:
    return datetime.fromtimestamp(work.now, work.prepared.zone)


def _customer(work: "Work") -> dict[str, Any]:
    return as_seen(work.customer, work.now)


def _message(work: "Work") -> dict[str, Any]:
    message = work.message
    return {"text": message.text, "files": list(message.files), "id": message.id}


def _waits(work: "Work") -> bool:
    """Tell whether a flow waits below the one that runs now, with those that called it."""
    frames = [frame for frame in work.stack if frame.entered != "repair"]
    calling = len(frames) - 1
    while calling > 0 and frames[calling].entered == "run":
        calling -= 1
    return calling > 0


def _conversation(work: "Work") -> dict[str, Any]:
    return {
        "id": work.session.conversation,
        "number": work.number,
        "turns": work.seq,
        "owner": work.owner,
        "text": "\n".join([f"{who}: {text}" for who, text in work.lines]),
        "waiting": _waits(work),
        "asking": work.clarifying or (work.question is not None and work.question.kind != "wait"),
    }


def _labels(work: "Work") -> Callable[[str, Any], Any]:
    """Give what shows a value of a slot by its label: of the run on top that has the slot, or of the shared one."""

    def label(name: str, value: Any) -> Any:
        flows = [work.flows.flows[frame.flow] for frame in reversed(work.stack)]
        known = [flow.slots[name] for flow in flows if name in flow.slots]
        slot = work.flows.slots.get(name) or next(iter(known), None)
        return work.labelled(slot or SlotDef(name), value)

    return label


_MADE: dict[str, Callable[["Work"], Any]] = {
    "channel": lambda work: work.session.channel,
    "now": _now,
    "message": _message,
    "locale": lambda work: work.locale,
    "customer": _customer,
    "conversation": _conversation,
    "__labels__": _labels,
    "__formats__": lambda work: work.formats(),
    "__currency__": lambda work: work.flows.settings.currency,
    "__timezone__": lambda work: work.flows.settings.timezone,
    "__hours__": lambda work: work.flows.settings.hours_of,
}
_ALWAYS = frozenset({"locale", "customer", "conversation"})  # a shared slot cannot hide these
