"""Scripts are found however their files lie; the recorded ones play."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.botframework.driver import MismatchError, play
from tests.flows.botframework.expressions import MissingError
from tests.flows.botframework.making import begin, dialog, make, say
from tests.flows.botframework.misses import reason_of
from tests.flows.botframework.scripts import FOLDER, Case, parse, read

SHARE = 0.85  # of the recorded scripts, that have to play
ONE: dict[str, Any] = {"dialog": dialog(begin(say("Hello"))), "script": [make("Test.UserSays", text="hi")]}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


LAYOUTS = {
    "one.test.dialog.json": json.dumps(ONE),
    "one.test.dialog": json.dumps(ONE),
    "deep/er/one.json": json.dumps(ONE),
    "cases.json": json.dumps([{"name": "one", **ONE}]),
    "many.json": json.dumps({"cases": [{"name": "one", **ONE}]}),
    "by_name.json": json.dumps({"one": ONE}),
    "cases.jsonl": json.dumps({"name": "one", **ONE}) + "\n\n",
    "one.json": json.dumps({"dialog": json.dumps(ONE["dialog"]), "script": json.dumps(ONE["script"])}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_script_is_found_wherever_it_lies(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, LAYOUTS[name])
    assert read(tmp_path) == [Case("one", ONE["dialog"], ONE["script"])]


def test_dialogs_of_their_own_files_can_be_begun(tmp_path: Path) -> None:
    write(tmp_path / "Other.dialog", json.dumps(ONE["dialog"]))
    write(tmp_path / "b.json", json.dumps({**ONE, "dialogs": {"Own": ONE["dialog"]}}))
    write(tmp_path / "notes.json", json.dumps({"about": "nothing"}))
    assert read(tmp_path) == [Case("b", ONE["dialog"], ONE["script"], {"Other": ONE["dialog"], "Own": ONE["dialog"]})]


def test_no_folder_has_no_scripts(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == []


def test_comments_and_commas_too_many_are_passed_over() -> None:
    text = '{"a": [1, 2, /* three */], // four\n "b": "// no, ] comment",\n}'
    assert parse(text) == {"a": [1, 2], "b": "// no, ] comment"}


@pytest.mark.parametrize(
    ("name", "error", "listed"),
    [
        ("x", MissingError("the action HttpRequest"), True),
        ("x", MissingError("a kind of thing that nobody thought of"), False),
        ("AdaptiveDialog_ReProcessInputPropertyValidOnlyOnce", MismatchError("said else"), True),
        ("x", MismatchError("said else"), False),
    ],
)
def test_a_miss_needs_a_reason(name: str, error: Exception, listed: bool) -> None:
    assert bool(reason_of(name, error)) is listed


async def test_the_recorded_scripts_play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = read()
    if not cases:
        pytest.skip(f"there are no recorded scripts: {FOLDER.parent.name}/{FOLDER.name} is not there, or is empty")
    missed: dict[str, Exception] = {}
    for number, case in enumerate(cases):
        (directory := tmp_path / str(number)).mkdir()
        try:
            await play(case.dialog, case.script, directory, case.others)
        except Exception as error:  # noqa: BLE001 - whatever it is, the script does not play
            missed[case.name] = error
    table = "\n".join(f"{name}: {error} ({reason_of(name, error)})" for name, error in missed.items())
    with capsys.disabled():
        print(f"\n{len(cases) - len(missed)} of {len(cases)} scripts of Bot Framework play; not these:\n{table}")
    assert [name for name, error in missed.items() if not reason_of(name, error)] == [], table
    assert len(cases) - len(missed) >= SHARE * len(cases), table
