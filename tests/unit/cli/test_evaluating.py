"""`botkit eval`: tables, JSON, and exit codes that gate a release."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

LAMPS = Path(__file__).parents[2] / "data" / "lamps"


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAMPS, tmp_path / "lamps"))


def test_a_table_for_people(botkit: Any, lamps: Path) -> None:
    code, out, err = botkit("eval", lamps)
    assert (code, err) == (0, "")
    assert out.startswith("Lamps: 7 messages of 3 intents and answers, by 5 folds\n  right")
    assert "\nintent 'return_item'" in out
    assert "threshold 0." in out
    assert "\x1b" not in out


def test_json_for_programs(botkit: Any, lamps: Path) -> None:
    found = json.loads(botkit("eval", lamps, "--format", "json", "--folds", 2).out)
    assert list(found) == [
        *("bot", "version", "how", "folds", "semantic", "tried", "outside", "known", "accuracy", "calibration_error"),
        *("outside_auroc", "cuts", "names", "untried", "confusions", "overlaps", "cases"),
    ]
    assert (found["bot"], found["folds"], found["tried"], found["outside"]) == ("Lamps", 2, 7, 7)
    assert found["names"][0]["meaning"] == {"kind": "intent", "name": "order_status"}
    assert set(found["cases"][0]) == {"text", "meant", "taken", "score", "near", "accepted", "right"}


def write(lamps: Path, text: str) -> Path:
    path = lamps / "messages.yaml.txt"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = "- {text: where is my order, intent: order_status}\n- {text: do you deliver abroad, answer: shipping}\n"
BAD = "- {text: where is my order, intent: return_item}\n"


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        (GOOD, ["--min", "1"], 0, ""),
        (GOOD, ["--min", "1", "--min-recall", "1"], 0, ""),
        (GOOD + BAD, ["--min", "0.6"], 0, ""),
        (GOOD + BAD, ["--min", "0.7"], 1, "the accuracy is 66.7 %, less than 70.0 %\n"),
        (GOOD + BAD, ["--min-recall", "0.1"], 1, "intent 'return_item' has a recall of 0.0 %, less than 10.0 %\n"),
        ("- {text: xyzzy}\n", ["--min", "0.1"], 2, "--min has nothing to measure"),
        ("- {text: xyzzy}\n", [], 0, ""),
        ("", [], 2, "there is no message in"),
        ("- {text: hi, intent: nope}\n", [], 1, "unknown-value: there is no intent 'nope'"),
        (GOOD, ["--min", "90"], 2, "--min"),
        (GOOD, ["--folds", "1"], 2, "--folds"),
    ],
)
def test_exit_codes(botkit: Any, lamps: Path, text: str, words: list[str], code: int, said: str) -> None:
    ended = botkit("eval", lamps, "--on", write(lamps, text), *words)
    assert ended.code == code
    assert said in ended.err if said else ended.err == ""


def test_confusions_are_shown_with_their_examples(botkit: Any, lamps: Path) -> None:
    rows = "".join(f"- {{text: track my parcel {n}, intent: return_item}}\n" for n in range(5))
    path = write(lamps, rows)
    out = botkit("eval", lamps, "--on", path).out
    assert (
        "  intent 'return_item' taken for intent 'order_status': 5\n    'track my parcel 0'  near 'track my parcel'"
        in out
    )
    assert "    … and 2 more\n" in out
    assert "… and" not in botkit("eval", lamps, "--on", path, "--all").out


def test_a_bot_with_no_intents_or_with_mistakes(botkit: Any, desk: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "bot.yaml").write_text("name: x\n")
    (empty / "f.yaml").write_text("flows:\n  a:\n    start: {commands: [a]}\n    steps: [{say: hi}]\n")
    assert botkit("eval", empty)[0::2] == (
        2,
        "botkit: the bot has no intent and no answer with examples (there is nothing to evaluate)\n",
    )
    (desk / "bot.yaml").write_text("name: [")
    assert botkit("eval", desk).code == 1
    assert botkit("eval", tmp_path / "nowhere").code == 1


def test_an_interrupted_evaluation_ends_quietly(botkit: Any, lamps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("botkit.app.evaluations.evaluate", interrupt)
    assert botkit("eval", lamps) == (130, "", "")


def test_pictures_are_written(botkit: Any, lamps: Path, tmp_path: Path) -> None:
    page, picture = tmp_path / "new" / "r.html", tmp_path / "new" / "r.png"
    assert botkit("eval", lamps, "--html", page, "--png", picture).code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_report_of_before_and_another_directory_are_compared(botkit: Any, lamps: Path, tmp_path: Path) -> None:
    on = write(lamps, GOOD + "- {text: blue moon, intent: return_item}\n")
    report = tmp_path / "before.json"
    report.write_text(botkit("eval", lamps, "--on", on, "--format", "json").out)
    edited = Path(shutil.copytree(lamps, tmp_path / "edited"))
    (edited / "wishes.yaml").write_text((lamps / "wishes.yaml").read_text().replace("return my order", "blue moon"))
    for base in (report, lamps):
        out = botkit("eval", edited, "--on", on, "--compare", base).out
        assert "right before 66.7 %, now 100.0 %\n1 messages are right now, 0 are not right any more\n" in out
        assert "\n  + 'blue moon' (intent 'return_item'): was " in out
        assert ", is intent 'return_item' 1.00\n" in out
    found = json.loads(botkit("eval", edited, "--on", on, "--compare", report, "--format", "json").out)["compared"]
    assert [one["after"]["text"] for one in found["better"]] == ["blue moon"]


def test_a_published_version_is_compared(botkit: Any, lamps: Path) -> None:
    assert botkit("publish", lamps, "--yes").code == 0
    version = json.loads(botkit("publish", lamps, "--history", "--json").out)["version"]
    (lamps / "wishes.yaml").write_text((lamps / "wishes.yaml").read_text().replace("return my order", "blue moon"))
    on = write(lamps, "- {text: return my order, intent: return_item}\n")
    assert "right before 100.0 %" in botkit("eval", lamps, "--on", on, "--compare", version[:8]).out


@pytest.mark.parametrize(
    ("base", "code", "said"),
    [
        ("ffff", 2, "no published versions begin with 'ffff'"),
        ("none.json", 1, "No such file or directory: none.json"),
        ("bot.yaml", 2, "no published versions begin with 'bot.yaml'"),
    ],
)
def test_what_cannot_be_compared(botkit: Any, lamps: Path, base: str, code: int, said: str) -> None:
    ended = botkit("eval", lamps, "--compare", base)
    assert (ended.code, said in ended.err) == (code, True)
    assert ended.out == ""


def test_a_bot_with_an_embedder_is_tried_by_meaning(
    botkit: Any, lamps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (lamps / "bot.yaml").open("a") as file:
        file.write("understanding: {embedder: {base_url: 'http://127.0.0.1:9/v1', model: m}}\n")
    asked: list[int] = []

    def embed(_: object, texts: list[str]) -> Any:
        asked.append(len(texts))
        return np.array([[len(text), text.count("e"), 1.0] for text in texts], np.float32)

    monkeypatch.setattr("botkit.app.vectors.embed_all", embed)
    assert json.loads(botkit("eval", lamps, "--format", "json").out)["semantic"]
    assert asked
    asked.clear()
    assert not json.loads(botkit("eval", lamps, "--words", "--format", "json").out)["semantic"]
    assert asked == []
