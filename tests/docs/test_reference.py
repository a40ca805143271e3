"""docs/reference.md has every key of the language, with an example in which `botkit check` finds nothing."""

import re
from pathlib import Path

import pytest

from botkit import Bot, Message
from botkit.app import config, trials_reading
from botkit.app.directories import check_directory
from botkit.expressions import FILTER_NAMES, TEST_NAMES
from botkit.flows import RESERVED, TYPES, reference
from botkit.flows.schemas import SHAPES
from botkit.testing import FakeClock
from tests.docs.assembly import AROUND, BASES, Bench, bot_file, file_of_tests, flow_files, lay_out, written
from tests.docs.assembly import BOT as ASSEMBLED
from tests.docs.other_parts import BOT, TRIALS
from tests.docs.pages import section
from tests.docs.parts import DEFAULTS, TAKES, Part, Row
from tests.docs.reference import OF_FLOWS, PARTS, REFERENCE, REFERENCE_SECTIONS
from tests.docs.samples import (
    ATTACHED,
    CHOICES,
    FILTER_SAMPLES,
    NAMES,
    NOW,
    OTHER_NAMES,
    TEST_SAMPLES,
    TYPE_SAMPLES,
    read_as,
)
from tests.docs.talks import Example, examples, flow_file, play

SHOWN = examples(REFERENCE)


def _rows(parts: tuple[Part, ...]) -> list[tuple[Part, Row]]:
    return [(part, row) for part in parts for row in part.rows]


def _name(one: object) -> str:
    return one.name if isinstance(one, Part) else one.key if isinstance(one, Row) else ""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A bot with plugins, for flows and tests that are exchanged."""
    return Bench(tmp_path_factory.mktemp("bench"))


# The page


@pytest.mark.parametrize("name", REFERENCE_SECTIONS)
def test_a_section_of_the_reference_is_new(name: str) -> None:
    assert section(REFERENCE, name) == REFERENCE_SECTIONS[name](), "python -m tests.docs writes it anew"


def test_the_page_has_no_section_that_nothing_makes() -> None:
    marks = re.findall(r"<!-- made: (.*) -->", REFERENCE.read_text(encoding="utf-8"))
    assert sorted(marks) == sorted(REFERENCE_SECTIONS)


@pytest.mark.parametrize("part", PARTS, ids=_name)
def test_a_part_has_its_heading_above_its_keys(part: Part) -> None:
    before = REFERENCE.read_text(encoding="utf-8").split(f"<!-- made: {part.name} -->")[0]
    heading = before.rsplit("\n#", 1)[1].strip("# \n")
    assert heading == ("the file itself" if part.name == "bot.yaml" else part.title)


@pytest.mark.parametrize(("part", "row"), _rows(PARTS), ids=_name)
def test_a_key_says_what_it_takes_and_does_and_shows_an_example(part: Part, row: Row) -> None:
    assert row.takes, part
    assert row.doc.endswith(".")
    assert row.example


# Nothing is left out


def test_every_key_of_flow_files_is_there() -> None:
    assert {(part.name, row.key) for part, row in _rows(OF_FLOWS) if not part.name.startswith("limits of")} == {
        (name, key) for name, key, _, _ in reference()
    }


def test_every_shape_is_said_in_words() -> None:
    assert set(TAKES) == set(SHAPES)


def test_defaults_and_companions_belong_to_keys() -> None:
    keys = {(part.name.removeprefix("step "), row.key) for part, row in _rows(OF_FLOWS)}
    named = {key.rpartition(".")[::2] for key in DEFAULTS}
    assert {name for name in named if name not in keys and name not in {("", key) for _, key in keys}} == set()
    assert set(BASES) <= {f"{part.name} {row.key}" for part, row in _rows(PARTS)}


def test_every_key_of_bot_yaml_is_there(tmp_path: Path) -> None:
    parts = {part.name.removesuffix(" of bot.yaml"): part for part in BOT}
    assert parts["bot.yaml"].keys == set(config.KEYS)
    inside = [name for name in parts if name != "bot.yaml"]
    text = "".join(f"{name}: {{zzz: 1}}\n" for name in inside)
    hints = [problem.hint for problem in config.read_config(text, "bot.yaml", {})[1] if problem.code == "unknown-key"]
    assert [set(hint.removeprefix("known: ").split(", ")) for hint in hints] == [parts[name].keys for name in inside]
    assert lay_out(tmp_path, {}, "zzz: 1\n").problems != ()


def test_every_key_of_tests_is_there(bench: Bench) -> None:
    row = Row("zzz", "", "", "", "1")
    for part in TRIALS:
        first = next(iter(part.rows)) if part.name == "stand-in" else None
        beside = f"{first.key}: {first.example}\n" if first else ""
        found = bench.check_tests(file_of_tests(part, row).replace("zzz: 1", f"zzz: 1\n        {beside}".rstrip()))
        hints = {word for line in found for word in line.partition("known: ")[2].split(", ") if word}
        assert hints == part.keys, part.name


def test_every_type_name_filter_and_test_is_there() -> None:
    assert set(TYPE_SAMPLES) == set(TYPES)
    assert set(NAMES) == {"your slots", *RESERVED}
    assert set(FILTER_SAMPLES) == FILTER_NAMES
    assert set(TEST_SAMPLES) | OTHER_NAMES == TEST_NAMES
    assert set(TEST_SAMPLES) & OTHER_NAMES == set()


async def test_what_is_known_of_messages_and_conversations_is_there(tmp_path: Path) -> None:
    said = "- say: \"{{ conversation | list | join(' ') }}\"\n- say: \"{{ message | list | join(' ') }}\"\n"
    assert lay_out(tmp_path, {"example.yaml": flow_file(said)}).errors == ()
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        replies = (await bot.say("/example", "library:1")).replies
    for name, reply in zip(("conversation", "message"), replies, strict=True):
        assert set(re.findall(rf"`{name}\.(\w+)`", NAMES[name])) == set(reply.text.split())


# The examples


@pytest.mark.parametrize(("part", "row"), _rows(OF_FLOWS), ids=_name)
def test_the_example_of_a_key_has_no_problems(bench: Bench, part: Part, row: Row) -> None:
    assert bench.check_flows(flow_files(part, row)) == []


@pytest.mark.parametrize(("part", "row"), _rows(OF_FLOWS), ids=_name)
def test_the_key_stands_where_the_table_says(bench: Bench, part: Part, row: Row) -> None:
    misspelt = flow_files(part, row._replace(key=f"zz{row.key}zz"))
    assert [line for line in bench.check_flows(misspelt) if f"zz{row.key}zz" in line], written(part, row)


@pytest.mark.parametrize(("part", "row"), _rows(BOT), ids=_name)
def test_the_example_of_a_key_of_bot_yaml_has_no_problems(tmp_path: Path, part: Part, row: Row) -> None:
    assert lay_out(tmp_path, {}, bot_file(part, row)).problems == ()


@pytest.mark.parametrize(("part", "row"), _rows(TRIALS), ids=_name)
def test_the_example_of_a_key_of_a_test_has_no_problems(bench: Bench, part: Part, row: Row) -> None:
    assert bench.check_tests(file_of_tests(part, row)) == []


@pytest.mark.parametrize("example", SHOWN, ids=lambda example: f"line-{example.block.line}")
async def test_an_example_of_the_page_goes_as_it_is_written(example: Example, tmp_path: Path) -> None:
    files = {"around.yaml": AROUND, "example.yaml": flow_file(example.block.text)}
    problems = [problem for problem in lay_out(tmp_path, files).problems if problem.code != "missing-locale"]
    assert [str(problem) for problem in problems] == []
    for talk in example.talks:
        await play(tmp_path, talk.text)


@pytest.mark.parametrize("kind", TYPE_SAMPLES)
async def test_a_slot_of_a_type_takes_what_the_table_says(kind: str, tmp_path: Path) -> None:
    options = f"\n  options: {CHOICES}" if kind == "choice" else ""
    part = f".{ATTACHED[kind][1]}" if kind in ATTACHED else ""
    asked = f"- ask: thing\n  say: What?\n  type: {kind}{options}\n- say: '{{{{ thing{part} }}}}|'\n"
    bot = f"{ASSEMBLED}timezone: Europe/Berlin\ncountry: DE\n"
    assert lay_out(tmp_path, {"example.yaml": flow_file(asked)}, bot).errors == ()
    text = TYPE_SAMPLES[kind][1]
    message = Message(files=(ATTACHED[kind][0],)) if part else Message(text=text)
    async with await Bot.load(tmp_path, store="sqlite://", clock=FakeClock(NOW.timestamp())) as loaded:
        await loaded.say("/example", "library:1")
        said = (await loaded.send("library:1", message)).text.removesuffix("|")
    value = read_as(kind, text)
    as_texts = {"money": "$20.00", "time": "10:30 am", "datetime": "2026-05-02, 3:00 pm"}
    wanted = as_texts.get(kind, value.removeprefix(f"{part[1:]}: ").strip("'"))
    assert said == wanted


def test_routes_and_time_of_tests_are_those_of_the_code() -> None:
    rows = {row.key: row for part in TRIALS for row in part.rows}
    assert rows["now"].default == f'`"{trials_reading.NOW}"`'
    assert rows["route"].example in trials_reading.ROUTES


def test_a_bot_without_keys_has_the_defaults_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("", encoding="utf-8")
    found = check_directory(tmp_path).config
    rows = {row.key: row.default.strip("`") for part in BOT for row in part.rows}
    assert rows["name"] == found.settings.name
    assert rows["timezone"] == found.settings.timezone
    assert rows["currency"] == found.settings.currency
    assert (rows["store"], rows["url"], rows["durability"]) == (found.store, found.store, found.durability)
    shown = rows["intent_threshold"], rows["clarify_margin"], rows["answer_threshold"], rows["knowledge_threshold"]
    held = found.settings
    assert (held.intent_threshold, held.answer_threshold) == (None, None)
    assert shown == ("learned", str(held.clarify_margin), "learned", str(held.knowledge_threshold))
    assert rows["idle"] == f"{held.idle / 3600:g}h"
