"""The reference bot at a retail desk: what it does to the shop's data is exactly what the customers asked for."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from botkit.app import check_directory
from botkit.model.words import fold
from botkit_shop.loading import digest, load
from botkit_shop.schema import open_engine
from tests.flows.retail import cases, recorded, refusals
from tests.flows.retail.cases import Case, Outcome
from tests.flows.retail.customers import Customer
from tests.flows.retail.driver import MOST_TURNS, Driver
from tests.flows.retail.talks import BOT, Desk, ProcessTalk, Talk, Turn
from tests.flows.retail.wordings import OPENINGS

SEED = 520
SAMPLE = 60
BY_PROCESS = 4
WHOLE = 520
REFUSED = 20
REACHING = 10

Play = Callable[[Case, int], tuple[Outcome, Driver]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("retail") / "shop.db"


@pytest.fixture(scope="module")
def engine(database: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{database}")
    load(engine, cases.shop_data())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def desk(database: Path, engine: Engine) -> Iterator[Desk]:
    desk = Desk(database)
    yield desk
    desk.close()


def play(case: Case, number: int, engine: Engine, talk: Talk) -> tuple[Outcome, Driver]:
    """Play a case with a fresh shop; the outcome is read from the shop's own tables."""
    driver = Driver(case, talk, number)
    driver.play()
    return cases.outcome_of(engine), driver


@pytest.fixture
def played(desk: Desk, engine: Engine) -> Play:
    def play_here(case: Case, number: int) -> tuple[Outcome, Driver]:
        load(engine, case.shop)
        return play(case, number, engine, desk.talk())

    return play_here


def play_by_process(case: Case, number: int, folder: Path) -> tuple[Outcome, Driver]:
    """Play a case through `botkit chat --json`."""
    folder.mkdir(exist_ok=True)
    database, store = folder / "shop.db", folder / "store.db"
    engine = open_engine(f"sqlite:///{database}")
    try:
        load(engine, case.shop)
        with ProcessTalk(database, store) as talk:
            return play(case, number, engine, talk)
    finally:
        engine.dispose()


def wrong_of(chosen: Iterable[Case], played: Play) -> dict[str, list[tuple[str, str]]]:
    """Play cases and give the talks of those that came out otherwise than the desk says."""
    wrong = {}
    for number, case in enumerate(chosen):
        expected = cases.expect(case)
        outcome, driver = played(case, number)
        if driver.stuck or outcome != expected or (case.final and outcome.digest != case.final):
            wrong[case.name] = [*driver.lines, *([("stuck", driver.stuck)] if driver.stuck else [])]
    return wrong


def test_cases_come_out_exactly(played: Play) -> None:
    wrong = wrong_of(cases.generate(SEED, SAMPLE), played)
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def test_cases_come_out_exactly_through_the_command(tmp_path: Path) -> None:
    def by_process(case: Case, number: int) -> tuple[Outcome, Driver]:
        return play_by_process(case, number, tmp_path / case.name)

    wrong = wrong_of(cases.generate(SEED + 1, BY_PROCESS), by_process)
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


@pytest.mark.whole
@pytest.mark.parametrize("part", range(8))
def test_all_cases_come_out_exactly_through_the_command(tmp_path: Path, part: int) -> None:
    def by_process(case: Case, number: int) -> tuple[Outcome, Driver]:
        return play_by_process(case, number, tmp_path / case.name)

    size = WHOLE // 8
    chosen = itertools.islice(cases.generate(SEED + 2, WHOLE), part * size, (part + 1) * size)
    wrong = wrong_of(chosen, by_process)
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


@pytest.mark.whole
@pytest.mark.skipif(bool(recorded.missing()), reason=recorded.missing() or "all there")
def test_recorded_cases_come_out_exactly(tmp_path: Path) -> None:
    def by_process(case: Case, number: int) -> tuple[Outcome, Driver]:
        return play_by_process(case, number, tmp_path / str(number))

    wrong = wrong_of(recorded.read(), by_process)
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def test_cases_use_every_write_in_both_languages() -> None:
    made = list(cases.generate(SEED, SAMPLE))
    for locale in ("en", "zh"):
        functions = {request.function for case in made if case.locale == locale for request in case.requests}
        assert functions == set(recorded.WRITES)
    assert sum(case.locale == "zh" for case in made) == SAMPLE // 2
    assert {len(case.requests) for case in made} == {1, 2, 3}
    assert {case.by_email for case in made} == {True, False}


# --- what the desk refuses --------------------------------------------------------------------


def assert_untouched(case: Case, outcome: Outcome, driver: Driver) -> None:
    assert outcome == Outcome(digest(case.shop), ()), (case.name, driver.lines)
    assert driver.lines[-1][0] == "bot"


def test_refused_calls_get_an_answer_and_write_nothing(played: Play) -> None:
    chosen = list(refusals.refused_calls(SEED, REFUSED))
    for number, case in enumerate(chosen):
        assert not cases.expect(case).writes
        assert_untouched(case, *played(case, number))
    assert len({case.requests[0].function for case in chosen}) >= 4


@pytest.mark.parametrize("reaching", [refusals.others_orders, refusals.unavailable_items, refusals.others_payments])
def test_reaching_for_what_is_not_theirs_changes_and_shows_nothing(
    played: Play, reaching: Callable[[int, int], Iterator[Case]]
) -> None:
    for number, case in enumerate(reaching(SEED, REACHING)):
        outcome, driver = played(case, number)
        assert_untouched(case, outcome, driver)
        own = Customer.of(case).facts()
        said = " ".join(text for who, text in driver.lines if who == "customer")
        shown = " ".join(text for who, text in driver.lines if who == "bot")
        if case.stranger:
            stranger = Customer(case.shop, case.shop["users"][case.stranger], case.locale, by_email=True)
            secrets = [fact for fact in stranger.facts() if fact not in own and fact not in said]
            assert secrets
            assert not [fact for fact in secrets if fact in shown], (case.name, driver.lines)


# --- the driver and its material --------------------------------------------------------------


def test_openings_are_no_examples_of_the_flows() -> None:
    flows = check_directory(BOT).flows
    assert flows is not None
    known = {fold(example) for intent in flows.intents.values() for example in intent.examples}
    known |= {fold(question) for answer in flows.answers.values() for question in answer.questions}
    for function, wordings in OPENINGS.items():
        for texts in wordings.values():
            assert len({fold(text) for text in texts}) >= 8, function
            assert not {fold(text) for text in texts} & known
            assert not {fold(text.format(order="#W1000001")) for text in texts} & known


def test_the_driver_knows_no_name_of_the_bot() -> None:
    flows = check_directory(BOT).flows
    assert flows is not None
    names = {*flows.flows, *(step for flow in flows.flows.values() for step in flow.steps if flow.steps[step].named)}
    source = Path(__file__).with_name("driver.py").read_text(encoding="utf-8")
    assert not {name for name in names if "_" in name and f'"{name}"' in source}


def test_a_wrong_outcome_is_found(played: Play) -> None:
    case = next(case for case in cases.generate(SEED, SAMPLE) if len(case.requests) == 1)
    outcome, _ = played(case, 0)
    other = next(other for other in cases.generate(SEED + 9, SAMPLE) if other.requests != case.requests)
    assert outcome != cases.expect(other)


class Parrot:
    """A bot that asks for ever, in ever new words."""

    def __init__(self) -> None:
        self.turns = 0

    def open(self) -> None:
        return None

    def say(self, _text: str) -> Turn:
        self.turns += 1
        return {"replies": [{"text": f"{self.turns}: which order?", "buttons": []}]}


def test_a_talk_without_an_end_is_ended_and_reported() -> None:
    case = next(case for case in cases.generate(SEED, SAMPLE) if len(case.requests) == 1 and "city" not in str(case))
    parrot = Parrot()
    driver = Driver(case, parrot)
    driver.play()
    assert "no end after" in driver.stuck
    assert parrot.turns <= MOST_TURNS + 3


def test_recorded_cases_are_read(tmp_path: Path) -> None:
    assert "no db.json" in recorded.missing(tmp_path)
    shop = cases.shop_data()
    (tmp_path / "db.json").write_text(json.dumps(shop), encoding="utf-8")
    assert "cases.json" in recorded.missing(tmp_path)
    good = {"name": "cancel_pending_order", "arguments": {"order_id": "#W1000001", "reason": "no longer needed"}}
    bad = {"name": "cancel_pending_order", "kwargs": {"order_id": "#W1000002", "reason": "no longer needed"}}
    look = {"name": "get_order_details", "arguments": {"order_id": "#W1000001"}}
    documents = [
        {"id": "a", "user_id": "mia_chen_1204", "actions": [look, good, bad], "final_sha": "0f"},
        {"id": "b", "email": "li.na@example.com", "actions": [look]},
    ]
    (tmp_path / "cases.json").write_text(json.dumps({"cases": documents}), encoding="utf-8")
    assert recorded.missing(tmp_path) == ""
    (case,) = recorded.read(tmp_path)
    assert (case.name, case.user_id, case.final) == ("a", "mia_chen_1204", "0f")
    assert [request.refused for request in case.requests] == [False, True]
    (tmp_path / "cases.json").unlink()
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, documents)) + "\n", encoding="utf-8")
    assert [found.name for found in recorded.read(tmp_path)] == ["a"]
    (tmp_path / "cases.jsonl").unlink()
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "1.json").write_text(json.dumps(documents[0]), encoding="utf-8")
    assert [found.name for found in recorded.read(tmp_path)] == ["a"]
