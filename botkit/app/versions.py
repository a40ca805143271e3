"""Two versions of a bot side by side: what differs, and what becomes of the conversations in the middle of one."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from botkit.model.articles import Article
from botkit.model.definitions import Flow, Step, Wait
from botkit.model.flowset import FlowSet
from botkit.model.session import Session
from botkit.runtime.books import can_move

_CONTEXT = 2  # lines around a change

What = Literal["flow", "intent", "answer", "slot", "article"]


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a flow, an intent, an answer, a shared slot or an article; of a flow, with its steps' ids."""

    what: What
    name: str
    how: Literal["added", "removed", "changed"]
    steps_added: tuple[str, ...] = ()
    steps_removed: tuple[str, ...] = ()


class Touched(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many conversations are in the middle of a flow, and what a new version means for each.

    `going_on`: the steps of the flows that it has open are the same in both. `moving`: they are not, but every step
    at which it stands is there with the same kind and slot, so that it goes on in the new version. `finishing`: it
    stays with its version until nothing is open. `lost`: its version cannot be had any more, and it goes on as far
    as the new one has its steps. `mistaken`: of those that go on or move, by "flow step", those whose step is named
    by a number among equals and is another one now.
    """

    going_on: int = 0
    moving: int = 0
    finishing: int = 0
    lost: int = 0
    mistaken: dict[str, int] = {}

    @property
    def live(self) -> int:
        """How many there are."""
        return self.going_on + self.moving + self.finishing + self.lost


def compare(before: FlowSet, after: FlowSet) -> tuple[Change, ...]:
    """Give what differs between two versions, in the order flows, intents, answers, slots, articles, by name."""
    pairs: tuple[tuple[What, Mapping[str, Any], Mapping[str, Any]], ...] = (
        ("flow", _own(before), _own(after)),
        ("intent", before.intents, after.intents),
        ("answer", before.answers, after.answers),
        ("slot", before.slots, after.slots),
        ("article", _articles(before), _articles(after)),
    )
    return tuple(change for what, old, new in pairs for change in _changes(what, old, new))


def _own(flows: FlowSet) -> dict[str, Flow]:
    return {name: flow for name, flow in flows.flows.items() if not flow.builtin}


def _articles(flows: FlowSet) -> dict[str, Article]:
    return {article.path: article for article in flows.articles}


def _changes(what: What, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield Change(what, name, "added")
        elif name not in new:
            yield Change(what, name, "removed")
        elif _content(old[name]) != _content(new[name]):
            steps = (old[name].steps, new[name].steps) if what == "flow" else ({}, {})
            added, removed = (tuple([s for s in one if s not in other]) for one, other in (steps[::-1], steps))
            yield Change(what, name, "changed", added, removed)


def _content(value: Any) -> Any:
    """Give a definition without the places at which it stands in its file."""
    if isinstance(value, msgspec.Struct):
        return {name: _content(item) for name, item in msgspec.structs.asdict(value).items() if name != "place"}
    if isinstance(value, Mapping):
        return {key: _content(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_content(item) for item in value]
    return value


def differ(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Give the sources' differences as a unified diff."""
    lines: list[str] = []
    for path in sorted({*before, *after}):
        old, new = before.get(path, "").splitlines(), after.get(path, "").splitlines()
        names = (path if path in before else "/dev/null", path if path in after else "/dev/null")
        lines += difflib.unified_diff(old, new, *names, lineterm="", n=_CONTEXT)
    return "\n".join(lines)


# Conversations


def count_touched(
    sessions: Iterable[Session], find: Callable[[str], FlowSet | None], newest: Callable[[str], FlowSet]
) -> Touched:
    """Count live sessions by what becomes of them; `newest` is what a conversation will get."""
    counts: Counter[str] = Counter()
    mistaken: Counter[str] = Counter()
    for session in sessions:
        after, before = newest(session.conversation), find(session.version)
        if session.version == after.version:
            counts["going_on"] += 1
        elif before is None:
            counts["lost"] += 1
        elif not can_move(session, before, after):
            counts["finishing"] += 1
        else:
            flows = {frame.flow for frame in session.stack}
            same = all(_shape(before.flows[name]) == _shape(after.flows[name]) for name in flows)
            counts["going_on" if same else "moving"] += 1
            mistaken.update(_mistaken(session, before, after))
    return Touched(**counts, mistaken=dict(sorted(mistaken.items())))


def _shape(flow: Flow) -> list[tuple[str, str]]:
    return [(step.id, type(step.body).__name__) for step in flow.steps.values()]


def _mistaken(session: Session, before: FlowSet, after: FlowSet) -> list[str]:
    """Name the steps at which a session stands that are other ones now: their number among equals has changed."""
    found = []
    for frame in session.stack:
        old, new = before.flows[frame.flow].steps, after.flows[frame.flow].steps
        if frame.step and _is_another(old, new, frame.step):
            found.append(f"{frame.flow} {frame.step}")
    return found


def _is_another(old: Mapping[str, Step], new: Mapping[str, Step], step: str) -> bool:
    before, after = _equals(old, step), _equals(new, step)
    if len(before) < 2 and len(after) < 2:
        return False
    mine = _words(old[step])
    return mine != _words(new[step]) and any(mine == _words(new[other]) for other in after if other != step)


def _equals(steps: Mapping[str, Step], step: str) -> list[str]:
    """Give the steps whose ids differ from one by the number alone, itself included."""
    head, slash, last = step.rpartition("/")
    base = head + slash + last.partition("#")[0]
    return [one.id for one in steps.values() if not one.named and (one.id == base or one.id.startswith(f"{base}#"))]


def _words(step: Step) -> Any:
    body = step.body
    return _content(body if isinstance(body, Wait) else getattr(body, "speech", body))
