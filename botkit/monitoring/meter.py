"""The meter: what one process counts of the turns that it stored, of calls, hand-offs and refusals."""

from bisect import bisect_left
from collections.abc import Callable, Container
from time import perf_counter
from typing import Final

from botkit.model.completions import Usage
from botkit.model.events import Message, Opened, Owned, Press
from botkit.model.replies import HandOff
from botkit.model.turn import Turn
from botkit.monitoring.series import Counts, Histogram, Histograms
from botkit.ports.stored import Commit

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # of turns and calls
MODEL_SECONDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0)  # of language models
WAITS: Final = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14_400.0, 86_400.0)  # of customers in a queue
MOST_AWAITED: Final = 10_000  # conversations whose turn or reply is timed at the same time

OUTCOMES: Final = frozenset(
    {"failed", "timeout", "outcome_unknown", "bad_arguments", "bad_result", "unavailable", "unknown_action"}
)
"""Codes of failures that are botkit's own; another one is a plugin's, and counted as `refused`."""

REFUSALS: Final = {
    "too long": "too_long",
    "too many": "too_many",
    "too fast": "too_fast",
    "repeated": "repeated",
    "blocked word": "blocked_word",
    "blocked pattern": "blocked_pattern",
    "a required guard failed": "guard_failed",
    "reply": "reply",
    "link": "link",
    "verification": "verification",
}
"""Kinds of refusals by what the record of a turn says; any other is what a plugin's guard says: `guard`."""

_BY_CUSTOMER: Final = frozenset({Message, Press, Opened})


class Meter:
    """Counts from the start of a process on. `serves` are the channels to which replies go out.

    `tell`, if it is set, hears of every turn that was stored.

    A turn is counted once, after it is stored, from its record: that is one call in a turn. Labels are names of
    channels, routes, teams and actions; never of a conversation or a customer, and never what somebody said.
    """

    def __init__(self, serves: Container[str] = ()) -> None:
        self.serves = serves
        self.turns = Counts()
        self.stored = Histogram(SECONDS)
        self.delivered = Histogram(SECONDS)
        self.calls = Counts()
        self.call_seconds = Histograms(SECONDS)
        self.handoffs = Counts()
        self.claims = Counts()
        self.claim_seconds = Histograms(WAITS)
        self.refusals = Counts()
        self.asked = Counts()
        self.model_seconds = Histograms(MODEL_SECONDS)
        self.first_token = Histograms(MODEL_SECONDS)
        self.tokens = Counts()
        self.cost = Counts()
        self.store_failures = 0
        self.tell: Callable[[Turn], None] | None = None
        self.came: dict[str, float] = {}  # conversations, and when what has no turn yet came there (perf_counter)
        self.unsaid: dict[str, float] = {}  # the same for what has no reply yet

    def note(self, commit: Commit) -> None:
        """Count the turns of a commit that was stored now."""
        counts = self.turns.values
        for turn in commit.turns:
            kind, channel = type(turn.event), turn.session.channel
            key = (channel, turn.route or kind.__name__.lower())
            if key in counts:
                counts[key] += 1
            else:
                self.turns.add(*key)
            for effect in turn.effects:
                if type(effect) is HandOff:
                    self.handoffs.add(effect.team)
            if self.tell is not None:
                self.tell(turn)
            for one in turn.candidates:
                if one.route == "safety":
                    self.refusals.add(REFUSALS.get(one.name, "guard"))
            if kind is Owned:
                self._note_claim(turn)
            if kind in _BY_CUSTOMER and (began := self.came.pop(commit.conversation, None)) is not None:
                took = perf_counter() - began
                self.stored.counts[bisect_left(SECONDS, took)] += 1
                self.stored.total += took
                if (commit.replies or commit.session.pending) and channel in self.serves:
                    self.unsaid[commit.conversation] = began
        if commit.conversation in self.unsaid and not (commit.replies or commit.session.pending):
            del self.unsaid[commit.conversation]  # nothing more is said
        if len(self.came) > MOST_AWAITED or len(self.unsaid) > MOST_AWAITED:
            self.came.clear()
            self.unsaid.clear()

    def _note_claim(self, turn: Turn) -> None:
        if not (isinstance(turn.event, Owned) and turn.event.how == "claimed" and _is_done(turn)):
            return
        session = turn.session
        self.claims.add(session.team)
        waited = turn.now - session.handed.since if session.handed is not None and session.handed.since else 0.0
        if waited > 0:  # 0: it was taken from the bot, and nobody waited
            self.claim_seconds.observe(waited, session.team)

    def note_sent(self, conversation: str) -> None:
        """Note that a platform took a reply."""
        began = self.unsaid.pop(conversation, None)
        if began is not None:
            self.delivered.observe(perf_counter() - began)

    def note_call(self, action: str, code: str, seconds: float) -> None:
        """Note how a call ended: the code of its failure, or nothing; 0 seconds if it was not made at all."""
        key, took = (action, outcome_of(code)), self.call_seconds.values
        if key in self.calls.values and (action,) in took and seconds:
            self.calls.values[key] += 1
            took[(action,)].counts[bisect_left(SECONDS, seconds)] += 1
            took[(action,)].total += seconds
            return
        self.calls.add(*key)
        if seconds:
            self.call_seconds.observe(seconds, action)

    def note_model(self, model: str, purpose: str, reason: str, seconds: float, first: float, usage: Usage) -> None:
        """Note how a try to ask a language model ended: the reason of its failure, or nothing; and what it used."""
        self.asked.add(model, purpose, reason or "ok")
        self.model_seconds.observe(seconds, model)
        if not reason:
            self.first_token.observe(first, model)
        for kind, count in (
            ("input", usage.input - usage.cached),
            ("cached", usage.cached),
            ("output", usage.output),
        ):
            self.tokens.add(model, kind, by=count)
        self.cost.add(model, by=usage.cost)


def outcome_of(code: str) -> str:
    """Give how a call ended in words of botkit's own, by the code of its failure."""
    return "ok" if not code else code if code in OUTCOMES else "refused"


def _is_done(turn: Turn) -> bool:
    return any(one.route == "event" and one.name == "done" for one in turn.candidates)
