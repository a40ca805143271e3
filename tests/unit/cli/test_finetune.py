"""`botkit finetune`: the data set of a store, and what cannot be trained."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit.cli.finetune import _table
from botkit.llm.local.tuning import Tuned

PARCELS = Path(__file__).parents[2] / "data" / "parcels"
TALK = ("where is my parcel", "Mia Okonkwo", "A-20417", "7391", "home")


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PARCELS, tmp_path / "parcels"))


def chat(botkit: Any, directory: Path, conversation: str, score: str, last: str = "thanks") -> None:
    given = "".join(f"{text}\n" for text in (*TALK, score, last))
    ended = botkit("chat", directory, "--json", "--conversation", conversation, given=given)
    assert ended.code == 0, ended.err


def test_a_data_set(botkit: Any, parcels: Path, tmp_path: Path) -> None:
    for at in range(6):
        chat(botkit, parcels, f"web:{at}", "5", last=f"this was talk {'abcdef'[at]}")
    chat(botkit, parcels, "web:bad", "2")
    out = tmp_path / "talks.jsonl"
    code, said, err = botkit("finetune", "data", parcels, "--out", out, "--held-out", "0.3")
    assert (code, err) == (0, "")
    train = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    tests = [json.loads(line) for line in (tmp_path / "talks.held-out.jsonl").read_text("utf-8").splitlines()]
    assert len(train) + len(tests) == 6
    assert train
    assert tests
    assert "7 conversations, 7 talks, 7 of them rated\n6 taken, 0 more were the same\nmasked: " in said
    assert f"wrote {out}: {len(train)} lines" in said
    assert "Okonkwo" not in out.read_text("utf-8")
    assert train[0]["messages"][0] == {"role": "user", "content": "where is my parcel"}


def test_the_same_command_writes_the_same_bytes(botkit: Any, parcels: Path, tmp_path: Path) -> None:
    for at in range(4):
        chat(botkit, parcels, f"web:{at}", "5", last=f"talk {'abcd'[at]}")
    contents = []
    for name in ("a", "b"):
        assert botkit("finetune", "data", parcels, "--out", tmp_path / f"{name}.jsonl", "--held-out", 0.5).code == 0
        contents.append([(tmp_path / f"{name}{part}.jsonl").read_bytes() for part in ("", ".held-out")])
    assert contents[0] == contents[1]


def test_json_and_one_answer_a_line(botkit: Any, parcels: Path, tmp_path: Path) -> None:
    chat(botkit, parcels, "web:1", "5")
    out = tmp_path / "talks.jsonl"
    (tmp_path / "talks.held-out.jsonl").write_text("of an earlier one", "utf-8")
    words = ("--shape", "prompt-completion", "--format", "json", "--system", "Be brief.")
    found = json.loads(botkit("finetune", "data", parcels, "--out", out, *words).out)
    assert {name: found[name] for name in ("conversations", "rated", "train", "held_out", "repeated")} == {
        "conversations": 1, "rated": 1, "train": 1, "held_out": 0, "repeated": 0,
    }  # fmt: skip
    assert found["files"] == {str(out): 6}
    assert found["masked"]["secret"] == 1
    line = json.loads(out.read_text("utf-8").splitlines()[0])
    assert line["prompt"][0] == {"role": "system", "content": "Be brief."}
    assert line["completion"][0]["role"] == "assistant"
    assert not (tmp_path / "talks.held-out.jsonl").exists()


def test_it_is_noted_who_took_which_conversations(botkit: Any, parcels: Path, tmp_path: Path) -> None:
    chat(botkit, parcels, "web:1", "5")
    chat(botkit, parcels, "web:2", "1")
    botkit("finetune", "data", parcels, "--out", tmp_path / "talks.jsonl")
    acts = botkit("audit", "--dir", parcels).out
    assert "exported" in acts
    assert "web:1" in acts
    assert "web:2" not in acts


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            [],
            2,
            "no conversation was rated well: of 1 ratings the best is 3 of 5 (1 talks in 1 conversations) (--min-score",
        ),
        (["--min-score", "3", "--since", "tomorrow"], 2, "--since takes a date, not 'tomorrow'"),
        (["--min-score", "3", "--since", "2999-01-01"], 2, "no conversation was rated"),
        (["--min-score", "3", "--hide", "nmae"], 2, "the bot has no slot 'nmae' (did you mean 'name'?)"),
        (["--min-score", "3", "--out", "/proc/nothing/x.jsonl"], 1, "botkit: "),
    ],
)
def test_what_cannot_be_a_data_set(
    botkit: Any, parcels: Path, words: Sequence[str], code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(parcels)
    chat(botkit, parcels, "web:1", "3")
    ended = botkit("finetune", "data", *words)
    assert (ended.code, ended.out) == (code, "")
    assert message in ended.err
    assert not (parcels / "talks.jsonl").exists()


def test_a_bot_that_was_never_run(botkit: Any, parcels: Path) -> None:
    code, _, err = botkit("finetune", "data", parcels)
    assert code == 2
    assert "there is no store at" in err


@pytest.mark.parametrize(
    ("model", "message"),
    [("nowhere", "there is no folder nowhere"), (".", ". is no model: it has no config.json")],
)
def test_what_is_no_model(
    botkit: Any, model: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = botkit("finetune", "train", "talks.jsonl", "--model", model, "--out", "acme")
    assert (code, out) == (1, "")
    assert message in err
    assert list(tmp_path.iterdir()) == []


TUNED = Tuned(
    done=True, steps=30, of=30, resumed=10, lessons=40, held_out=4, tokens=900, too_long=0, before=3.0, after=1.0,
    held_out_before=3.1, held_out_after=1.2, seconds=61.4,
)  # fmt: skip


def test_a_table_of_losses(tmp_path: Path) -> None:
    assert "\n".join(_table(TUNED, Path("acme"))) == (
        "            lessons  loss before    after  perplexity before    after\n"
        "trained on       40       3.0000   1.0000              20.09     2.72\n"
        "held out          4       3.1000   1.2000              22.20     3.32\n"
        "30 steps, 10 of them before, 900 tokens of answers, 61 s\n"
        "wrote acme"
    )


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"done": False, "steps": 12}, "stopped at step 12 of 30: the same command goes on from there"),
        ({"held_out": 0, "held_out_before": None, "held_out_after": None}, "nothing was held out"),
        ({"held_out_after": 3.2}, "it answers what it has not seen worse than before"),
        ({"too_long": 3}, "left out: 3 answers that are longer than the model reads at once"),
        ({"before": 50.0}, "trained on       40      50.0000   1.0000               many     2.72"),
    ],
)
def test_what_is_said_beside_it(changed: dict[str, Any], line: str) -> None:
    import msgspec

    text = "\n".join(_table(msgspec.structs.replace(TUNED, **changed), Path("acme")))
    assert line in text
