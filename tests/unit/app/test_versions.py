"""Two versions side by side: what differs, and what becomes of those in the middle."""

import msgspec
import pytest

from botkit.app.versions import Change, Touched, compare, count_touched, differ
from botkit.dialogue import advance, new_session
from botkit.model.events import Message
from botkit.model.flowset import FlowSet
from botkit.model.session import Question, Session, is_live
from tests.unit.dialogue.talking import build

OLD = """
intents: {hello: {examples: [hello there]}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - ask: x
        say: X?
      - confirm: First?
      - confirm: Second?
      - say: Done.
  side: {start: {commands: [side]}, steps: [{ask: s, say: S?}]}
"""
INSERTED = OLD.replace("      - confirm: First?", "      - ask: between\n        say: B?\n      - confirm: First?")
SWAPPED = OLD.replace("First", "Zero").replace("Second", "First").replace("Zero", "Second")
RENAMED = OLD.replace("- ask: x", "- ask: y")
DELETED = OLD[: OLD.index("  side:")]


def stand(flows: FlowSet, *texts: str, name: str = "web:1") -> Session:
    session = new_session(flows, name)
    for text in texts:
        session = advance(flows, session, Message(text), 100.0).session
    return session


def touch(old: str, new: str, *sessions: Session) -> Touched:
    before, after = build(old), build(new)
    versions = {before.version: before, after.version: after}
    return count_touched(sessions, versions.get, lambda _: after)


def test_what_differs() -> None:
    new = (
        INSERTED.replace("hello there", "hi there")
        + "  third: {start: {commands: [third]}, steps: [{say: Third.}]}\n"
    )
    assert compare(build(OLD), build(new)) == (
        Change("flow", "main", "changed", ("ask:between",)),
        Change("flow", "third", "added"),
        Change("intent", "hello", "changed"),
    )
    assert compare(build(OLD), build(DELETED)) == (Change("flow", "side", "removed"),)
    assert compare(build(OLD), build(RENAMED)) == (Change("flow", "main", "changed", ("ask:y",), ("ask:x",)),)


def test_a_line_further_down_is_no_difference() -> None:
    assert compare(build(OLD), build(f"# a comment\n\n{OLD}")) == ()


@pytest.mark.parametrize(
    ("new", "texts", "becomes"),
    [
        (OLD.replace("X?", "Which x?"), ["/main"], "going_on"),
        (INSERTED, ["/main"], "moving"),
        (INSERTED, ["/main", "1"], "finishing"),  # a question was inserted before: it would be left out
        (
            OLD.replace("      - confirm: First?", "      - say: So.\n      - confirm: First?"),
            ["/main", "1"],
            "moving",
        ),
        (INSERTED, ["/side"], "going_on"),
        (RENAMED, ["/main"], "finishing"),
        (RENAMED, ["/main", "1"], "finishing"),  # what was asked would be lost
        (OLD.replace("Done.", "Done.\n      - ask: z"), ["/main", "1"], "moving"),
        (DELETED, ["/side"], "finishing"),
        (DELETED, ["/side", "/main"], "finishing"),
        (DELETED, ["/main"], "going_on"),
        (OLD.replace("- ask: x", "- ask: x\n        type: email"), ["/main"], "finishing"),
    ],
)
def test_what_becomes_of_a_conversation(new: str, texts: list[str], becomes: str) -> None:
    assert touch(OLD, new, stand(build(OLD), *texts)) == msgspec.structs.replace(Touched(), **{becomes: 1})


def test_equals_that_change_places_are_told() -> None:
    here = stand(build(OLD), "/main", "1")
    assert touch(OLD, SWAPPED, here) == Touched(going_on=1, mistaken={"main confirm": 1})
    further = OLD.replace("      - confirm: First?", "      - confirm: Before?\n      - confirm: First?")
    assert touch(OLD, further, here, here) == Touched(moving=2, mistaken={"main confirm": 2})
    assert touch(OLD, OLD.replace("First?", "First of all?"), here) == Touched(going_on=1)  # a typo mended
    assert touch(OLD, further, stand(build(OLD), "/main")) == Touched(moving=1)  # it stands elsewhere


def test_a_version_that_is_gone_and_one_that_is_new_already() -> None:
    gone = msgspec.structs.replace(stand(build(OLD), "/main"), version="gone")
    assert touch(OLD, INSERTED, gone, stand(build(INSERTED), "/main")) == Touched(going_on=1, lost=1)


def test_who_is_in_the_middle_of_something() -> None:
    session = stand(build(OLD), "/main")
    assert is_live(session, 60.0, 160.0)
    assert not is_live(session, 60.0, 161.0)
    assert is_live(session, 0.0, 1e9)
    waiting = msgspec.structs.replace(session, question=Question("1", 1, "wait", "wait"))
    assert is_live(waiting, 60.0, 1e9)
    for change in ({"stack": ()}, {"ended": True}, {"owner": "human"}):
        assert not is_live(msgspec.structs.replace(session, **change), 60.0, 160.0)


def test_the_sources_side_by_side() -> None:
    shown = differ({"a.yaml": "x: 1\ny: 2", "gone.yaml": "z: 1"}, {"a.yaml": "x: 1\ny: 3", "new.yaml": "n: 1"})
    assert shown.splitlines() == [
        *("--- a.yaml", "+++ a.yaml", "@@ -1,2 +1,2 @@", " x: 1", "-y: 2", "+y: 3"),
        *("--- gone.yaml", "+++ /dev/null", "@@ -1 +0,0 @@", "-z: 1"),
        *("--- /dev/null", "+++ new.yaml", "@@ -0,0 +1 @@", "+n: 1"),
    ]
    assert differ({"a.yaml": "x"}, {"a.yaml": "x"}) == ""
