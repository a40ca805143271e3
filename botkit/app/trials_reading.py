"""Conversation tests as files: tests/*.yaml read into trials, with every problem at its place."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from botkit.app.directories import read_file
from botkit.errors import NOWHERE, Place, Problem
from botkit.flows import Node, Report, read, seconds, shapes
from botkit.model.flowset import FlowSet
from botkit.model.session import Owner
from botkit.model.turn import Route
from botkit.model.values import Money
from botkit.testing.samples import SAMPLES

NOW = "2026-05-01T10:00:00"  # where a test's clock stands, in the bot's time zone
ROUTES: tuple[str, ...] = get_args(Route)
OWNERS: tuple[str, ...] = get_args(Owner)
_TEST_KEYS = ("name", "locale", "now", "channel", "given", "actions", "talk")
_EXPECT_KEYS = ("has", "not", "route", "flow", "slots", "owner", "called")
_MOVES = ("user", "press", "wait", "event")


class StandIn(msgspec.Struct, frozen=True):
    """What an action gives instead of being called: a value, or an error's code and message."""

    value: Any = None
    code: str = ""
    message: str = ""
    customer: dict[str, Any] = {}


class Called(msgspec.Struct, frozen=True):
    """A call that is expected: the action, and those of its arguments that matter."""

    action: str
    args: dict[str, Any] = {}


class Expectation(msgspec.Struct, frozen=True):
    """What has to hold after a move. What is UNSET is not looked at; `flow` None: the bot waits for nothing."""

    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    route: str | msgspec.UnsetType | None = msgspec.UNSET
    flow: str | msgspec.UnsetType | None = msgspec.UNSET
    owner: str | msgspec.UnsetType = msgspec.UNSET
    slots: dict[str, Any] = {}
    called: tuple[Called, ...] | msgspec.UnsetType = msgspec.UNSET


class Move(msgspec.Struct, frozen=True):
    """One line of a talk. `bot` makes no move: it looks at what was said last."""

    kind: Literal["user", "press", "wait", "event", "bot"]
    text: str = ""
    data: dict[str, Any] = {}
    seconds: float = 0.0
    files: tuple[str, ...] = ()  # paths of this machine, or names of files that are made up
    expect: Expectation = Expectation()
    place: Place = NOWHERE


class Trial(msgspec.Struct, frozen=True):
    """A conversation test. `actions` are what stands for real actions, one result for each call, the last repeats."""

    name: str
    place: Place
    talk: tuple[Move, ...]
    now: float
    locale: str = ""
    channel: str = "test"
    slots: dict[str, Any] = {}
    customer: dict[str, Any] = {}
    actions: dict[str, tuple[StandIn, ...]] = {}


def read_trials(directory: Path, flows: FlowSet) -> tuple[list[Trial], list[Problem]]:
    """Read all tests of a bot's directory, in the order of their files. Gives every problem of every file."""
    trials: list[Trial] = []
    problems: list[Problem] = []
    for path in sorted([*(directory / "tests").rglob("*.yaml"), *(directory / "tests").rglob("*.yml")]):
        text = read_file(path, problems)
        if text is not None:
            found, wrong = read_file_of_trials(text, str(path), flows)
            trials += found
            problems += wrong
    return trials, sorted(problems, key=lambda problem: problem.place)


def read_file_of_trials(text: str, file: str, flows: FlowSet) -> tuple[list[Trial], list[Problem]]:
    """Read one file of tests."""
    report = Report()
    node, problems = read(text, file)
    report.extend(problems)
    if node is None or node.empty:
        return [], report.problems
    found = shapes.fields(node, "a file of tests", ("tests",), report, ("tests",))
    reader = _Reader(flows, report)
    trials = [reader.trial(item) for item in _list(found.get("tests"), "'tests'", report)]
    return [trial for trial in trials if trial is not None], report.problems


def _list(node: Node | None, what: str, report: Report) -> tuple[Node, ...]:
    return shapes.items(node, what, report) if node is not None else ()


class _Reader:
    """Reads the tests of one file against a bot's flows."""

    def __init__(self, flows: FlowSet, report: Report) -> None:
        self.flows = flows
        self.report = report
        self.names: dict[str, Place] = {}

    def trial(self, node: Node) -> Trial | None:
        report = self.report
        found = shapes.fields(node, "a test", _TEST_KEYS, report, ("name", "talk"))
        if "name" not in found or "talk" not in found:
            return None
        given = shapes.fields(found["given"], "'given'", ("slots", "customer"), report) if "given" in found else {}
        made = Trial(
            name=self.name(found["name"]),
            place=node.place,
            locale=self.one_of(found.get("locale"), "'locale'", tuple(self.flows.locales)) or "",
            now=self.now(found.get("now")),
            channel=self.text(found.get("channel"), "'channel'") or "test",
            slots=self.slots(given.get("slots")),
            customer=self.data(given.get("customer"), "'customer'"),
            actions=self.stand_ins(found.get("actions")),
            talk=self.talk(found["talk"]),
        )
        if ":" in made.channel:
            report.error(found["channel"].place, "unknown-value", "a channel's name has no ':'")
        return made

    def name(self, node: Node) -> str:
        name = shapes.text(node, "'name'", self.report) or ""
        first = self.names.setdefault(name, node.place)
        if name and first is not node.place:
            message = f"the test {name!r} stands here a second time"
            self.report.error(node.place, "duplicate-name", message, f"the first is in line {first.line}")
        return name

    def text(self, node: Node | None, what: str) -> str | None:
        return shapes.text(node, what, self.report) if node is not None else None

    def one_of(self, node: Node | None, what: str, known: Sequence[str]) -> str | None:
        return shapes.choice(node, what, known, self.report) if node is not None else None

    def data(self, node: Node | None, what: str) -> dict[str, Any]:
        return dict(shapes.mapping(node, what, self.report)) if node is not None and not node.empty else {}

    def now(self, node: Node | None) -> float:
        zone = ZoneInfo(self.flows.settings.timezone)
        text = NOW if node is None else shapes.text(node, "'now'", self.report)
        at = read_moment(text, zone) if text is not None else 0.0
        if node is not None and at is None:
            self.report.error(
                node.place, "bad-time", f"'now' takes a date and a time, not {node.raw[:40]!r}", "2026-05-01T10:00:00"
            )
        return at or 0.0

    # What is given

    def slots(self, node: Node | None) -> dict[str, Any]:
        slots: dict[str, Any] = {}
        for key, value in shapes.named(node, "'slots'", self.report) if node is not None else ():
            slot = self.flows.slots.get(key.raw)
            if slot is None:
                message = f"there is no shared slot '{key.raw}'"
                hint = (
                    shapes.mean(key.raw, tuple(self.flows.slots)) or "only slots under the file's `slots:` are given"
                )
                self.report.error(key.place, "unknown-slot", message, hint)
                continue
            try:
                slots[key.raw] = read_slot(value.plain(), slot.type)
            except (ValueError, TypeError, InvalidOperation):
                message = f"the slot '{key.raw}' is a {slot.type}, and {value.raw[:40]!r} is none"
                self.report.error(value.place, "wrong-type", message, _SAMPLES.get(slot.type, ""))
        return slots

    def stand_ins(self, node: Node | None) -> dict[str, tuple[StandIn, ...]]:
        made: dict[str, tuple[StandIn, ...]] = {}
        for key, value in shapes.named(node, "'actions'", self.report) if node is not None else ():
            if self.knows(key):
                made[key.raw] = tuple(self.stand_in(item) for item in shapes.one_or_more(value)) or (StandIn(),)
        return made

    def knows(self, node: Node) -> bool:
        known = self.flows.catalogue.actions
        if node.raw in known:
            return True
        hint = shapes.mean(node.raw, tuple(known))
        self.report.error(node.place, "unknown-action", f"there is no action '{node.raw}'", hint)
        return False

    def stand_in(self, node: Node) -> StandIn:
        if node.get("returns") is None and node.get("error") is None:
            return StandIn(value=node.plain())
        found = shapes.fields(node, "a stand-in", ("returns", "error", "customer"), self.report)
        if len(found.keys() & {"returns", "error"}) > 1:
            self.report.error(node.place, "contradiction", "an action returns something or fails, not both")
        customer = self.data(found.get("customer"), "'customer'")
        if "error" not in found:
            return StandIn(value=found["returns"].plain(), customer=customer)
        wrong = found["error"]
        if wrong.kind == "scalar":
            return StandIn(code=self.text(wrong, "'error'") or "failed")
        parts = shapes.fields(wrong, "'error'", ("code", "message"), self.report, ("code",))
        return StandIn(
            code=self.text(parts.get("code"), "'code'") or "failed",
            message=self.text(parts.get("message"), "'message'") or "",
        )

    # The talk

    def talk(self, node: Node) -> tuple[Move, ...]:
        moves = [self.move(item) for item in shapes.items(node, "'talk'", self.report)]
        if not moves and node.kind == "list":
            self.report.error(node.place, "empty", "'talk' has nothing in it")
        return tuple(move for move in moves if move is not None)

    def move(self, node: Node) -> Move | None:
        known = (*_MOVES, "files", "bot", "expect")
        found = shapes.fields(node, "a line of a talk", known, self.report)
        kinds = [kind for kind in _MOVES if kind in found]
        if len(kinds) > 1:
            message = f"a line of a talk is one of {', '.join(_MOVES)}, not several"
            self.report.error(found[kinds[1]].place, "contradiction", message)
            return None
        if not kinds and not found.keys() & {"files", "bot", "expect"}:
            if node.kind == "mapping" and not node.entries:
                self.report.error(node.place, "missing-key", f"a line of a talk needs one of {', '.join(known)}")
            return None
        expect = self.expectation(found.get("expect"), found.get("bot"))
        files = self.files(found["files"]) if "files" in found else ()
        if files or "files" in found:
            if kinds and kinds != ["user"]:
                self.report.error(found["files"].place, "contradiction", "'files' stand alone, or with 'user'")
                return None
            text = self.text(found["user"], "'user'") if "user" in found and found["user"].value != "" else ""
            return Move("user", text or "", files=files, expect=expect, place=node.place)
        if not kinds:
            return Move("bot", expect=expect, place=node.place)
        return self.act(kinds[0], found[kinds[0]], expect, node.place)

    def files(self, node: Node) -> tuple[str, ...]:
        """Read the names of files: what stands beside the test, or else is made up by its ending."""
        beside = Path(node.place.file).parent
        names = shapes.texts(node, "'files'", self.report)
        for item in shapes.one_or_more(node) if names else ():
            if not (beside / item.raw).is_file() and item.raw.rpartition(".")[2].casefold() not in SAMPLES:
                message = f"there is no file {item.raw[:80]!r} beside this one, and none can be made up"
                hint = f"a name that ends with one of {', '.join(sorted(SAMPLES))}"
                self.report.error(item.place, "unknown-value", message, hint)
        return tuple([str(beside / name) if (beside / name).is_file() else name for name in names])

    def act(self, kind: str, node: Node, expect: Expectation, place: Place) -> Move | None:
        match kind:
            case "wait":
                return self.pause(node, expect, place)
            case "event":
                return self.event(node, expect, place)
            case "press":
                return Move("press", self.text(node, "'press'") or "", expect=expect, place=place)
            case _:
                text = "" if node.value == "" else self.text(node, "'user'")
                return Move("user", text or "", expect=expect, place=place)

    def pause(self, node: Node, expect: Expectation, place: Place) -> Move | None:
        written = self.text(node, "'wait'")
        after = seconds(written or "")
        if after is None:
            if written is not None:
                message = f"'wait' takes a duration such as 10m, not {written[:40]!r}"
                self.report.error(node.place, "bad-duration", message)
            return None
        return Move("wait", node.raw, seconds=after, expect=expect, place=place)

    def event(self, node: Node, expect: Expectation, place: Place) -> Move | None:
        if node.kind == "scalar":
            return Move("event", self.text(node, "'event'") or "", expect=expect, place=place)
        found = shapes.fields(node, "'event'", ("name", "data"), self.report, ("name",))
        name = self.text(found.get("name"), "'name'") or ""
        return Move("event", name, self.data(found.get("data"), "'data'"), expect=expect, place=place)

    # What is expected

    def expectation(self, node: Node | None, bot: Node | None) -> Expectation:
        report = self.report
        found = shapes.fields(node, "'expect'", _EXPECT_KEYS, report) if node is not None else {}
        said = shapes.texts(bot, "'bot'", report) if bot is not None else ()
        has = shapes.texts(found["has"], "'has'", report) if "has" in found else ()
        made: dict[str, Any] = {"has": (*said, *has)}
        if "not" in found:
            made["lacks"] = shapes.texts(found["not"], "'not'", report)
        for key, known in (
            ("route", ROUTES),
            ("flow", tuple(self.flows.flows)),
            ("owner", OWNERS),
        ):
            if key in found:
                empty = found[key].empty and key != "owner"
                made[key] = None if empty else self.one_of(found[key], f"'{key}'", known)
        if "slots" in found:
            made["slots"] = self.data(found["slots"], "'slots'")
        if "called" in found:
            made["called"] = self.called(found["called"])
        return Expectation(**made)

    def called(self, node: Node) -> tuple[Called, ...]:
        made: list[Called] = []
        for item in () if node.empty else shapes.one_or_more(node):
            if item.kind == "scalar" and not item.empty:
                if self.knows(item):
                    made.append(Called(item.raw))
                continue
            for key, value in shapes.named(item, "'called'", self.report):
                if self.knows(key):
                    made.append(Called(key.raw, self.data(value, f"the arguments of '{key.raw}'")))
        return tuple(made)


# Values


def read_moment(text: str, zone: ZoneInfo) -> float | None:
    """Read an ISO date and time, of `zone` if it names none, as seconds since the epoch; None if it is not one."""
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return None


_SAMPLES: Mapping[str, str] = {
    "date": "2026-05-01",
    "time": "10:00",
    "datetime": "2026-05-01T10:00:00",
    "duration": "2h",
    "money": "54.04 EUR",
    "number": "12.5",
    "integer": "12",
    "boolean": "true",
}


def read_slot(value: Any, kind: str) -> Any:
    """Give a slot's value from how a test writes it. Raises ValueError or TypeError for what is not of that type."""
    match kind:
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case "datetime":
            return datetime.fromisoformat(value)
        case "duration":
            return _duration(value)
        case "money":
            return _money(value)
        case "number" | "integer" | "boolean":
            return _checked(value, kind)
        case _:
            return value


def _money(value: Any) -> Money:
    amount, _, currency = str(value).partition(" ")
    if len(currency) != 3 or not Decimal(amount).is_finite():
        raise ValueError(value)
    return Money(Decimal(amount), currency.upper())


def _duration(value: Any) -> timedelta:
    found = seconds(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(value)
    return timedelta(seconds=found)


_PLAIN: Mapping[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "number": (int, float)}


def _checked(value: Any, kind: str) -> Any:
    if not isinstance(value, _PLAIN[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise TypeError(value)
    return value
