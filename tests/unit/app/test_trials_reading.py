"""Files of conversation tests: what they give, and every mistake with its place."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import UNSET

from botkit.app.directories import Checked
from botkit.app.trials_reading import (
    Called,
    Expectation,
    Move,
    StandIn,
    read_file_of_trials,
    read_moment,
    read_slot,
    read_trials,
)
from botkit.errors import Place
from botkit.model.flowset import FlowSet
from botkit.model.values import Money


@pytest.fixture
def flows(checked: Checked) -> FlowSet:
    assert checked.flows is not None
    return checked.flows


def test_a_whole_test(flows: FlowSet) -> None:
    text = """
tests:
  - name: whole
    locale: zh
    now: 2026-02-03T04:05:06+00:00
    channel: slack
    given: {slots: {order_number: A-10293}, customer: {name: Ann}}
    actions:
      desk.find_order: [{returns: 1, customer: {vip: true}}, {error: down}, {error: {code: x, message: y}}, plain]
      desk.return_order: {id: 7}
    talk:
      - {user: hi, bot: hello, expect: {has: [a, b], not: c, route: null, flow: null, owner: bot, slots: {s: 1},
         called: [desk.find_order, desk.return_order: {number: 7}]}}
      - {user: ""}
      - {press: "Yes"}
      - {wait: 1h30m}
      - {event: paid}
      - {event: {name: paid, data: {sum: 3}}}
      - {bot: [x, y]}
"""
    (trial,), problems = read_file_of_trials(text, "t.yaml", flows)
    assert problems == []
    assert (trial.name, trial.place, trial.locale, trial.channel) == ("whole", Place("t.yaml", 3, 5), "zh", "slack")
    assert trial.now == datetime.fromisoformat("2026-02-03T04:05:06+00:00").timestamp()
    assert (trial.slots, trial.customer) == ({"order_number": "A-10293"}, {"name": "Ann"})
    assert trial.actions == {
        "desk.find_order": (
            StandIn(1, customer={"vip": True}),
            StandIn(code="down"),
            StandIn(code="x", message="y"),
            StandIn("plain"),
        ),
        "desk.return_order": (StandIn({"id": 7}),),
    }
    assert [(move.kind, move.text) for move in trial.talk] == [
        ("user", "hi"),
        ("user", ""),
        ("press", "Yes"),
        ("wait", "1h30m"),
        ("event", "paid"),
        ("event", "paid"),
        ("bot", ""),
    ]
    assert trial.talk[0].expect == Expectation(
        has=("hello", "a", "b"),
        lacks=("c",),
        route=None,
        flow=None,
        owner="bot",
        slots={"s": 1},
        called=(Called("desk.find_order"), Called("desk.return_order", {"number": 7})),
    )
    assert (trial.talk[3].seconds, trial.talk[5].data) == (5400.0, {"sum": 3})
    assert trial.talk[6] == Move("bot", expect=Expectation(has=("x", "y")), place=trial.talk[6].place)


def test_what_is_not_said_is_not_looked_at(flows: FlowSet) -> None:
    (trial,), _ = read_file_of_trials("tests: [{name: x, talk: [{user: hi}]}]", "t.yaml", flows)
    expect = trial.talk[0].expect
    assert (expect.route, expect.flow, expect.owner, expect.called) == (UNSET, UNSET, UNSET, UNSET)
    berlin = ZoneInfo("Europe/Berlin")
    assert trial.now == datetime(2026, 5, 1, 10, tzinfo=berlin).timestamp()


TALK = "tests: [{name: x, talk: [%s]}]"
REST = "tests: [{name: x, talk: [{user: hi}], %s}]"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tests: 7", "1:8: wrong-type: 'tests' takes a list, not the number 7"),
        ("[1]", "1:1: wrong-type: a file of tests takes a mapping, not a list"),
        ("tets: []", "1:1: unknown-key: a file of tests has no key 'tets'; did you mean 'tests'?"),
        ("tests: [1]", "1:9: wrong-type: a test takes a mapping, not the number 1"),
        ("tests: [{name: x}]", "1:9: missing-key: a test needs the key 'talk'"),
        ("tests: [{name: x, talk: []}]", "1:25: empty: 'talk' has nothing in it"),
        ("tests: [{name: x, talk: hi}]", "1:25: wrong-type: 'talk' takes a list, not the text 'hi'"),
        ("tests: [{name: [], talk: [{user: hi}]}]", "1:16: wrong-type: 'name' takes a text, not a list"),
        ("tests: [}", "1:9: yaml:"),
        (
            "tests:\n- {name: x, talk: [{user: a}]}\n- {name: x, talk: [{user: a}]}",
            "3:10: duplicate-name: the test 'x' stands here a second time; the first is in line 2",
        ),
        (TALK % "hi", "1:26: wrong-type: a line of a talk takes a mapping, not the text 'hi'"),
        (
            TALK % "{}",
            "1:26: missing-key: a line of a talk needs one of user, press, wait, event, files, bot, expect",
        ),
        (TALK % "{usr: hi}", "1:27: unknown-key: a line of a talk has no key 'usr'; did you mean 'user'?"),
        (TALK % "{user: a, press: b}", "1:43: contradiction: a line of a talk is one of user, press, wait, event, "),
        (TALK % "{user: [a]}", "1:33: wrong-type: 'user' takes a text, not a list"),
        (TALK % "{user: }", "1:33: wrong-type: 'user' takes a text, not nothing"),
        (TALK % "{wait: soon}", "1:33: bad-duration: 'wait' takes a duration such as 10m, not 'soon'"),
        (TALK % "{wait: [1]}", "1:33: wrong-type: 'wait' takes a text, not a list"),
        (TALK % "{event: {data: {}}}", "1:34: missing-key: 'event' needs the key 'name'"),
        (TALK % "{event: [a]}", "1:34: wrong-type: 'event' takes a mapping, not a list"),
        (TALK % "{user: a, expect: {hs: a}}", "1:45: unknown-key: 'expect' has no key 'hs'"),
        (TALK % "{user: a, expect: {route: intnt}}", "1:52: unknown-value: 'route' cannot be 'intnt'; did you mean"),
        (TALK % "{user: a, expect: {flow: retun_item}}", "did you mean 'return_item'?"),
        (TALK % "{user: a, expect: {owner: }}", "wrong-type: 'owner' takes a text, not nothing"),
        (
            TALK % "{user: a, expect: {called: desk.find_ordr}}",
            "unknown-action: there is no action 'desk.find_ordr'; did you",
        ),
        (TALK % "{user: a, expect: {called: [[]]}}", "wrong-type: 'called' takes a mapping, not a list"),
        (TALK % "{user: a, expect: {called: [{desk.find: {}}]}}", "unknown-action"),
        (TALK % "{user: a, expect: {called: [{desk.find_order: 1}]}}", "the arguments of 'desk.find_order' takes"),
        (TALK % "{user: a, expect: {slots: [a]}}", "wrong-type: 'slots' takes a mapping, not a list"),
        (REST % "locale: tlh", "unknown-value: 'locale' cannot be 'tlh'; known: en, zh"),
        (REST % "now: tomorrow", "bad-time: 'now' takes a date and a time, not 'tomorrow'; 2026-05-01T10:00:00"),
        (REST % "now: [1]", "wrong-type: 'now' takes a text, not a list"),
        (REST % "channel: 'a:b'", "unknown-value: a channel's name has no ':'"),
        (REST % "given: [1]", "wrong-type: 'given' takes a mapping, not a list"),
        (REST % "given: {slots: {order_numbr: x}}", "unknown-slot: there is no shared slot 'order_numbr'; did you "),
        (REST % "actions: {desk.find_ordr: 1}", "unknown-action: there is no action 'desk.find_ordr'; did you mean"),
        (
            REST % "actions: {desk.find_order: {returns: 1, error: x}}",
            "contradiction: an action returns something or",
        ),
        (REST % "actions: {desk.find_order: {error: {message: x}}}", "missing-key: 'error' needs the key 'code'"),
        (
            REST % "actions: {desk.find_order: {error: x, customr: {}}}",
            "unknown-key: a stand-in has no key 'customr'",
        ),
    ],
)
def test_mistakes(text: str, problem: str, flows: FlowSet) -> None:
    _, problems = read_file_of_trials(text, "t.yaml", flows)
    assert len(problems) == 1
    assert problem in str(problems[0])
    assert str(problems[0]).startswith("t.yaml:1:" if "\n" not in text else "t.yaml:3:")


@pytest.mark.parametrize("text", ["", "# nothing\n", "tests: []"])
def test_nothing_is_no_mistake(text: str, flows: FlowSet) -> None:
    assert read_file_of_trials(text, "t.yaml", flows) == ([], [])


def test_all_files_are_read(desk: Path, flows: FlowSet) -> None:
    (desk / "tests" / "deep").mkdir()
    (desk / "tests" / "deep" / "a.yml").write_text("tests: [{name: deep, talk: [{user: hi}]}]")
    (desk / "tests" / "z.yaml").write_bytes(b"\xff")
    trials, problems = read_trials(desk, flows)
    assert trials[0].name == "deep"
    assert len(trials) == 4
    assert [problem.code for problem in problems] == ["not-utf8"]


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("2026-05-01", "date", date(2026, 5, 1)),
        ("10:30", "time", time(10, 30)),
        ("2026-05-01T10:00:00", "datetime", datetime(2026, 5, 1, 10)),  # noqa: DTZ001 - a slot may hold one
        ("2h", "duration", timedelta(hours=2)),
        ("54.04 eur", "money", Money(Decimal("54.04"), "EUR")),
        (3, "integer", 3),
        (3.5, "number", 3.5),
        (True, "boolean", True),
        ("x", "text", "x"),
        (["a"], "choice", ["a"]),
    ],
)
def test_slots_are_read_by_their_type(written: Any, kind: str, value: Any) -> None:
    assert read_slot(written, kind) == value


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("soon", "date"),
        (5, "date"),
        ("25:00", "time"),
        ("x", "datetime"),
        (2, "duration"),
        ("-2h", "duration"),
        ("54", "money"),
        (54, "money"),
        ("NaN EUR", "money"),
        (True, "integer"),
        ("3", "number"),
        (1, "boolean"),
    ],
)
def test_slots_of_another_type_are_refused(written: Any, kind: str, desk: Path) -> None:
    from botkit.app.directories import check_directory

    flows = desk / "flows.yaml"
    flows.write_text(
        flows.read_text().replace("slots:\n  order", f"slots:\n  x: {{type: {kind}, options: }}\n  order")
    )
    flows.write_text(flows.read_text().replace(", options: ", ""))
    checked = check_directory(desk)
    assert checked.flows is not None
    quoted = f"'{written}'" if isinstance(written, str) else str(written).lower()
    _, problems = read_file_of_trials(REST % f"given: {{slots: {{x: {quoted}}}}}", "t.yaml", checked.flows)
    assert [problem.code for problem in problems] == ["wrong-type"]


@pytest.mark.parametrize("text", ["", "x", "2026-13-01", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_moments_that_are_none(text: str) -> None:
    found = read_moment(text, ZoneInfo("Europe/Berlin"))
    assert found is None or abs(found) > 6e10


def _read(flows: FlowSet, line: str, file: str = "t.yaml") -> tuple[Any, list[str]]:
    found, problems = read_file_of_trials(f"tests: [{{name: it, talk: [{line}]}}]", file, flows)
    return found[0].talk if found else None, [str(problem) for problem in problems]


def test_files_stand_beside_a_test_or_are_made_up(flows: FlowSet, tmp_path: Path) -> None:
    (tmp_path / "own.bin").write_bytes(b"x")
    (move,), problems = _read(flows, "{user: look, files: [own.bin, lamp.JPG]}", str(tmp_path / "t.yaml"))
    assert problems == []
    assert (move.kind, move.text, move.files) == ("user", "look", (str(tmp_path / "own.bin"), "lamp.JPG"))
    (alone,), _ = _read(flows, "{files: lamp.png}")
    assert (alone.kind, alone.text, alone.files) == ("user", "", ("lamp.png",))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "{files: [setup.exe]}",
            "unknown-value: there is no file 'setup.exe' beside this one, and none can be made up",
        ),
        ("{files: [../none.bin]}", "there is no file '../none.bin'"),
        ("{files: [a.png], press: x}", "contradiction: 'files' stand alone, or with 'user'"),
        ("{files: {a: b}}", "'files'"),
        ("{file: a.png}", "did you mean 'files'?"),
    ],
)
def test_files_that_are_none(flows: FlowSet, line: str, says: str) -> None:
    assert says in "\n".join(_read(flows, line)[1])
