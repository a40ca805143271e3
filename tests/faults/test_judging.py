"""The judge, given records of every kind."""

import pytest

from botkit.testing.faults import Entry, Fault, Judgement, Kind, Move, Played, Sent, Talk
from botkit.testing.faults.judging import judge
from botkit.testing.faults.probing import Stall

TALK = Talk((Move("a", ("1", "2")), Move("b", ("3",), unknown=("?",))), writes=("one",))
WELL = [("r1", "1", 1.0), ("r2", "2", 2.0), ("r3", "3", 3.0)]
KILL = Played(Fault("kill", "sent:before"), began=2.05, ended=2.5)
LISTS = {"lost", "unordered", "unasked", "written_twice", "written_wrongly", "repeated_wrongly"}


@pytest.mark.parametrize(
    ("sent", "written", "wrong"),
    [
        (WELL, ["one"], set()),
        ([*WELL[:2], ("r4", "?", 3.0)], ["one"], set()),
        ([*WELL[:2], ("r4", "?", 3.0)], [], set()),
        (WELL[:2], ["one"], {"lost"}),
        ([], ["one"], {"lost"}),
        ([WELL[1], WELL[0], WELL[2]], ["one"], {"unordered"}),
        ([*WELL, ("r5", "4", 4.0)], ["one"], {"unasked"}),
        ([*WELL, ("r5", "3", 4.0)], ["one"], {"unasked"}),
        ([*WELL[:2], ("r3", "4", 3.0)], ["one"], {"lost", "unasked"}),
        (WELL, ["one", "one"], {"written_twice"}),
        ([*WELL[:2], ("r4", "?", 3.0)], ["one", "one"], {"written_twice"}),
        (WELL, [], {"written_wrongly"}),
        (WELL, ["one", "two"], {"written_wrongly"}),
        ([*WELL, ("r3", "3", 9.0)], ["one"], {"repeated_wrongly"}),
    ],
)
def test_what_is_wrong_has_its_name(sent: list[tuple[str, str, float]], written: list[str], wrong: set[str]) -> None:
    record = [Sent("c1", reply, text, at, 1) for reply, text, at in sent]
    entries = [Entry("play:c1", what, f"k{n}") for n, what in enumerate(written)]
    found = judge({"c1": TALK}, [], record, entries, [])
    assert {name for name in LISTS if getattr(found, name)} == wrong


@pytest.mark.parametrize(
    ("accepted", "kind", "why", "excused"),
    [
        (2.0, "kill", "", True),
        (2.3, "freeze", "", True),
        (1.7, "kill", "", False),
        (2.6, "kill", "", False),
        (2.0, "restart", "", False),
        (2.0, "full", "", False),
        (2.0, "kill", "not reached", False),
    ],
)
def test_a_repeat_is_excused_only_by_a_crash_in_its_window(
    accepted: float, kind: Kind, why: str, excused: bool
) -> None:
    record = [Sent("c1", "r1", "1", accepted, 1), Sent("c1", "r1", "1", 2.9, 2)]
    talk = Talk((Move("a", ("1",)),))
    played = Played(Fault(kind, "sent:before"), began=2.05, ended=2.5, why=why)
    found = judge({"c1": talk}, [], record, [], [played])
    assert (len(found.repeats), len(found.repeated_wrongly)) == ((1, 0) if excused else (0, 1))


@pytest.mark.parametrize(
    ("kind", "began", "stalls", "excused"),
    [
        ("kill", 1.1, [], True),
        ("kill", 1.2, [], False),
        ("kill", 1.2, [(1.02, 1.15)], True),
        ("kill", 1.2, [(0.5, 1.05), (1.18, 9.0)], False),
        ("kill", 1.2, [(0.5, 1.1), (1.18, 9.0)], True),
        ("kill", 1.2, [(1.3, 9.0)], False),
        ("kill", 1.2, [(0.0, 0.9)], False),
        ("crash", 1.6, [], True),
        ("crash", 1.8, [], False),
        ("crash", 1.8, [(1.5, 1.7)], True),
    ],
)
def test_the_window_is_longer_by_what_the_machine_stood_still(
    kind: Kind, began: float, stalls: list[Stall], excused: bool
) -> None:
    record = [Sent("c1", "r1", "1", 1.0, 1), Sent("c1", "r1", "1", 20.0, 2)]
    played = Played(Fault(kind, "sent:before"), began=began, ended=began + 1)
    found = judge({"c1": Talk((Move("a", ("1",)),))}, [], record, [], [played], window=0.11, stalls=stalls)
    assert (len(found.repeats), len(found.repeated_wrongly)) == ((1, 0) if excused else (0, 1))


@pytest.mark.parametrize(
    ("kind", "began", "ended", "worker", "excused"),
    [
        ("full", 1.0, 1.5, 0, True),
        ("full", 1.0, 1.5, 1, True),
        ("full", 1.0, 1.5, 2, False),
        ("lock", 1.05, 1.5, 1, True),
        ("crash", -1.0, 0.9, 0, False),
        ("crash", 0.0, 1.6, 0, True),
        ("quota", 0.0, 0.05, 1, False),
        ("clock", 1.0, 1.5, 1, False),
    ],
)
def test_a_store_that_takes_nothing_makes_the_window_longer(
    kind: Kind, began: float, ended: float, worker: int, excused: bool
) -> None:
    record = [Sent("c1", "r1", "1", 1.0, 1), Sent("c1", "r1", "1", 20.0, 2)]
    hindering = Played(Fault(kind, ""), began=began, ended=ended, worker=worker)
    kill = Played(Fault("kill", "sent:before"), began=2.5, ended=3.0, worker=1)
    found = judge({"c1": Talk((Move("a", ("1",)),))}, [], record, [], [hindering, kill])
    assert (len(found.repeats), len(found.repeated_wrongly)) == ((1, 0) if excused else (0, 1))


@pytest.mark.parametrize(("worker", "excused"), [(0, True), (1, True), (2, True), (3, False)])
def test_a_crash_excuses_what_its_own_worker_sent(worker: int, excused: bool) -> None:
    record = [Sent("c1", "r1", "1", 2.0, 1), Sent("c1", "r1", "1", 2.9, 2)]
    played = Played(Fault("kill", "sent:before"), began=2.05, ended=2.5, worker=worker)
    found = judge({"c1": Talk((Move("a", ("1",)),))}, [], record, [], [played])
    assert (len(found.repeats), len(found.repeated_wrongly)) == ((1, 0) if excused else (0, 1))


def test_a_crash_repeats_one_reply_of_a_chat_and_not_two() -> None:
    record = [Sent("c1", reply, text, at, 1) for reply, text, at in [*WELL, ("r1", "1", 3.1), ("r2", "2", 3.2)]]
    early = Played(Fault("kill", "sent:before"), began=1.05, ended=1.2)
    assert len(judge({"c1": TALK}, [], record, [], [early, KILL]).repeats) == 2
    both = Played(Fault("kill", "sent:before"), began=1.0, ended=2.5)
    found = judge({"c1": TALK}, [], record, [], [both])
    assert (len(found.repeats), len(found.repeated_wrongly)) == (1, 1)


def test_a_crash_that_excuses_one_reply_makes_the_window_of_another_longer() -> None:
    record = [Sent("c1", reply, text, at, 1) for reply, text, at in [*WELL, ("r2", "2", 9.0), ("r3", "3", 9.1)]]
    crash = Played(Fault("crash", "sent:before"), began=3.1, ended=6.0)
    cut = Played(Fault("cut", "sent:before"), began=6.9, ended=8.0, worker=1)
    assert len(judge({"c1": TALK}, [], record, [], [crash, cut], window=1.2).repeats) == 2


def test_what_nobody_talked_about_is_seen() -> None:
    stray = judge({}, [], [Sent("c9", "r1", "1", 1.0, 1)], [Entry("play:c9", "one", "k")], [])
    assert stray.unasked
    assert stray.written_wrongly


def test_a_judgement_tells_what_is_wrong_and_what_was_measured() -> None:
    windows = tuple(n / 1000 for n in range(100, 0, -1))
    one = Judgement(
        7, 2, 10, 1, (KILL, Played(Fault("lock"), why="not reached")), lost=("c1 shows ()",), windows=windows
    )
    assert (one.faults, [each.why for each in one.missed], one.wrongs) == (1, ["not reached"], ("lost: c1 shows ()",))
    assert (one.window(0.5), one.window(0.99), one.window(1.0)) == (0.051, 0.1, 0.1)
    assert str(one).startswith("1 faults on 2 chats (seed 7)")
    assert Judgement(7, 0, 0, 0, ()).window(0.5) == 0.0
