"""The meter: what it counts of commits, and what it never has as a label."""

import pytest
from msgspec.structs import replace

from botkit.model.completions import Usage
from botkit.model.events import Event, Message, Owned, Result, Timer
from botkit.model.replies import Effect, HandOff, Leave, Reply
from botkit.model.session import Handed, Pending, Session
from botkit.model.turn import Candidate, Route, Turn
from botkit.monitoring import meter as module
from botkit.monitoring.meter import MOST_AWAITED, REFUSALS, Meter
from botkit.ports.stored import Commit
from botkit.runtime.bursts import TOO_LONG, TOO_MANY
from botkit.safety.guarding import PATTERN, REPEATED, TOO_FAST, WORD

NOW = 1_000.0
WEB = Session("web:1", "web")


def commit(
    event: Event,
    route: Route | str = "",
    *,
    effects: tuple[Effect, ...] = (),
    candidates: tuple[Candidate, ...] = (),
    session: Session = WEB,
    replies: tuple[Reply, ...] = (),
) -> Commit:
    turn = Turn(session.conversation, 1, event, session, route, candidates, (), effects, now=NOW)  # type: ignore[arg-type]
    return Commit(session.conversation, 1, session, (turn,), 1, replies)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    return now


def test_turns_are_counted_by_channel_and_route() -> None:
    meter = Meter()
    for made in (
        commit(Message("x"), "intent"),
        commit(Message("x"), "intent"),
        commit(Message("x"), "no_match"),
        commit(Timer("q", "silence")),
    ):
        meter.note(made)
    assert meter.turns.values == {("web", "intent"): 2, ("web", "no_match"): 1, ("web", "timer"): 1}


def test_a_turn_is_timed_to_its_commit_and_to_its_first_reply(clock: list[float]) -> None:
    meter = Meter({"web"})
    meter.came["web:1"] = 100.0
    clock[0] = 100.02
    meter.note(commit(Timer("q", "silence")))  # not what came
    assert meter.stored.total == 0
    meter.note(commit(Message("x"), "intent", replies=(Reply("r", "a"), Reply("s", "b"))))
    assert (meter.stored.counts[2], sum(meter.stored.counts)) == (1, 1)
    clock[0] = 100.3
    meter.note_sent("web:1")
    meter.note_sent("web:1")
    assert (sum(meter.delivered.counts), round(meter.delivered.total, 6)) == (1, 0.3)
    assert not meter.came
    assert not meter.unsaid


def test_a_reply_after_a_call_is_timed_from_the_message_on(clock: list[float]) -> None:
    meter = Meter({"web"})
    meter.came["web:1"] = 100.0
    meter.note(
        commit(Message("x"), "intent", session=Session("web:1", "web", pending=(Pending("e", 1, "s", "a.b"),)))
    )
    clock[0] = 107.0
    meter.note_sent("web:1")
    assert round(meter.delivered.total, 6) == 7


@pytest.mark.parametrize(
    "session", [Session("web:1", "web"), Session("app:1", "app", pending=(Pending("e", 1, "s", "a"),))]
)
def test_what_gets_no_reply_is_not_awaited(session: Session) -> None:
    meter = Meter({"web"})
    meter.came[session.conversation] = 1.0
    meter.note(commit(Message("x"), "owner", session=session))
    assert not meter.unsaid


def test_a_reply_is_timed_from_the_message_that_it_answers(clock: list[float]) -> None:
    meter = Meter({"web"})
    waits = Session("web:1", "web", pending=(Pending("e", 1, "s", "a.b"),))
    meter.came["web:1"] = 100.0
    meter.note(commit(Message("x"), "intent", session=waits))
    meter.note(commit(Result("e", value=None)))  # nothing is said of it
    clock[0] = 7300.0
    meter.note_sent("web:1")  # a person's reply, or one that nobody asked for
    assert sum(meter.delivered.counts) == 0
    assert not meter.unsaid


def test_a_reply_that_never_went_out_lengthens_no_later_one(clock: list[float]) -> None:
    meter = Meter({"web"})
    for now in (100.0, 7300.0):
        clock[0] = meter.came["web:1"] = now
        meter.note(commit(Message("x"), "intent", replies=(Reply("r", "a"),)))
    clock[0] = 7301.0
    meter.note_sent("web:1")
    assert meter.delivered.total == 1


def test_what_is_timed_is_bounded() -> None:
    meter = Meter()
    meter.came.update({f"web:{n}": 0.0 for n in range(MOST_AWAITED + 2)})
    meter.note(commit(Message("x"), "intent"))
    assert not meter.came


def test_handoffs_and_claims_are_counted_by_team() -> None:
    meter, handed = Meter(), Handed(HandOff("h", "care"), since=NOW - 90)
    session = Session("web:1", "web", team="care", handed=handed)
    done, refused = (Candidate("event", name, 1.0) for name in ("done", "taken"))
    meter.note(commit(Message("x"), "control", effects=(HandOff("h", "care"), Leave("l")), session=session))
    meter.note(commit(Owned("claimed", "ann"), candidates=(done,), session=session))
    meter.note(commit(Owned("claimed", "bob"), candidates=(refused,), session=session))
    meter.note(commit(Owned("returned", "ann"), candidates=(done,), session=session))
    meter.note(
        commit(Owned("claimed"), candidates=(done,), session=replace(session, handed=Handed(handed.packet, NOW)))
    )
    assert meter.handoffs.values == {("care",): 1}
    assert meter.claims.values == {("care",): 2}
    waited = meter.claim_seconds.values[("care",)]
    assert (sum(waited.counts), waited.total) == (1, 90)


@pytest.mark.parametrize(
    ("said", "kind"),
    [("too long", "too_long"), ("too many", "too_many"), ("too fast", "too_fast"), ("blocked word", "blocked_word"),
     ("reply", "reply"), ("link", "link"), ("verification", "verification"), ("a required guard failed", "guard_failed"), ("my card is 4111", "guard"), ("", "guard")],
)  # fmt: skip
def test_a_refusal_is_counted_by_kind_and_never_by_what_a_guard_says(said: str, kind: str) -> None:
    meter = Meter()
    meter.note(commit(Message("x"), "safety", candidates=(Candidate("safety", said, 1.0, taken=True),)))
    assert meter.refusals.values == {(kind,): 1}


@pytest.mark.parametrize(("code", "outcome"), [("", "ok"), ("timeout", "timeout"), ("no such order 4711", "refused")])
def test_a_call_is_counted_by_how_it_ended(code: str, outcome: str) -> None:
    meter = Meter()
    for seconds in (0.2, 0.3, 0.0):
        meter.note_call("shop.find", code, seconds)
    assert meter.calls.values == {("shop.find", outcome): 3}
    assert sum(meter.call_seconds.values[("shop.find",)].counts) == 2


def test_every_refusal_of_botkits_own_has_a_kind() -> None:
    assert {TOO_LONG, TOO_MANY, TOO_FAST, REPEATED, WORD, PATTERN} <= set(REFUSALS)


def test_all_that_safety_did_in_a_turn_is_counted() -> None:
    meter = Meter()
    did = tuple(Candidate("safety", name, 1.0) for name in ("reply", "link", "link"))
    meter.note(commit(Message("x"), "intent", candidates=(Candidate("intent", "buy", 0.9, taken=True), *did)))
    assert meter.refusals.values == {("reply",): 1, ("link",): 2}


def test_tries_to_ask_a_language_model_are_counted_with_what_they_used() -> None:
    meter = Meter()
    meter.note_model("m", "agent", "", 1.5, 0.2, Usage(100, 20, 60, 0.5))
    meter.note_model("m", "agent", "timeout", 15.0, 0.0, Usage(100, 0, 0, 0.25, guessed=True))
    assert meter.asked.values == {("m", "agent", "ok"): 1, ("m", "agent", "timeout"): 1}
    assert meter.tokens.values == {("m", "input"): 140, ("m", "cached"): 60, ("m", "output"): 20}
    assert meter.cost.values == {("m",): 0.75}
    assert meter.model_seconds.values[("m",)].total == 16.5
    assert (sum(meter.first_token.values[("m",)].counts), meter.first_token.values[("m",)].total) == (1, 0.2)
