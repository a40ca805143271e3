"""Fine-tuning a tiny GPT-2: it learns, what was begun goes on as if nothing had happened, and nothing half is left."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch

from botkit.errors import ConfigError, UsageError
from botkit.llm.local import open_local
from botkit.llm.local.chats import Chats
from botkit.llm.local.folders import load_folder
from botkit.llm.local.lessons import Lesson, collate, make_lessons, measure
from botkit.llm.local.tuning import Lora, Plan, Progress, Tuned, tune
from botkit.model.completions import ChatMessage
from botkit.ports.models import ModelRequest
from tests.local.tiny import CHATML, STRICT, make_model

PHRASE = "The lamp shop wishes you a bright day."
ROOT = Path(__file__).parents[2]


def talk(number: int) -> tuple[ChatMessage, ...]:
    return (
        ChatMessage("user", f"Where is order {number}?"),
        ChatMessage("assistant", "It is on its way."),
        ChatMessage("user", "thanks"),
        ChatMessage("assistant", PHRASE),
    )


TALKS = [talk(number) for number in range(48)]
TRAIN, HELD_OUT = TALKS[:40], TALKS[40:]
PLAN = Plan(epochs=6, batch=4, rate=3e-3, every=7, threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


def digest(folder: Path) -> str:
    return sha256((folder / "model.safetensors").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tuned]:
    """Give a model that was trained without a break."""
    out = tmp_path_factory.mktemp("whole") / "acme"
    return out, tune(folder, out, TRAIN, HELD_OUT, PLAN)


async def answer(folder: Path, text: str) -> str:
    model = open_local(folder)
    said = (ChatMessage("user", "Where is order 47?"), ChatMessage("assistant", "It is on its way."))
    request = ModelRequest((*said, ChatMessage("user", text)), max_tokens=60, temperature=0)
    try:
        return (await model.complete(request)).text
    finally:
        await model.close()


def test_the_loss_of_what_it_has_not_seen_falls(whole: tuple[Path, Tuned]) -> None:
    tuned = whole[1]
    assert (tuned.done, tuned.steps, tuned.of, tuned.resumed) == (True, 60, 60, 0)
    assert (tuned.lessons, tuned.held_out, tuned.too_long) == (40, 8, 0)
    assert tuned.held_out_before is not None
    assert tuned.held_out_after is not None
    assert tuned.held_out_before > 5
    assert tuned.held_out_after < 1.2
    assert tuned.after is not None
    assert tuned.after < tuned.before


def test_only_the_answers_were_counted(whole: tuple[Path, Tuned]) -> None:
    answers = sum(len(f" {one.text}") + 1 for chat in TRAIN for one in chat if one.role == "assistant")
    assert whole[1].tokens == answers


async def test_a_planted_phrase_is_said_afterwards_and_not_before(folder: Path, whole: tuple[Path, Tuned]) -> None:
    assert PHRASE not in await answer(folder, "thanks")
    assert await answer(whole[0], "thanks") == PHRASE


def test_the_model_is_there_whole_and_nothing_else(whole: tuple[Path, Tuned]) -> None:
    assert [path.name for path in whole[0].parent.iterdir()] == ["acme"]
    assert not list(whole[0].rglob("checkpoint*"))


def test_labels_of_questions_change_nothing(folder: Path) -> None:
    """The loss of a lesson is that of its answers, computed by hand."""
    loaded = load_folder(folder)
    lessons, _ = make_lessons(Chats(loaded.tokenizer), [talk(1), talk(22)], 256)
    total = count = 0.0
    for lesson in lessons:
        with torch.inference_mode():
            scores = loaded.model(torch.tensor([lesson.tokens])).logits[0].log_softmax(-1)
        for at, label in enumerate(lesson.labels):
            if label >= 0:
                total -= float(scores[at - 1, label])
                count += 1
    assert measure(loaded.model, lessons, 2, 0) == pytest.approx(total / count, abs=1e-4)
    batch = collate([*lessons, Lesson((1,), (1,))], 7)
    assert batch["attention_mask"].sum().item() == sum(len(lesson.tokens) for lesson in lessons) + 1
    assert batch["input_ids"][2, 1:].unique().tolist() == [7]


@pytest.mark.parametrize("step", [3, 7, 33])
def test_one_that_was_stopped_goes_on_to_the_same_model(
    folder: Path, whole: tuple[Path, Tuned], tmp_path: Path, step: int
) -> None:
    stop = threading.Event()

    def watch(at: Progress) -> None:
        if at.step == step:
            stop.set()

    out = tmp_path / "acme"
    first = tune(folder, out, TRAIN, HELD_OUT, PLAN, stop=stop, progress=watch)
    assert (first.done, first.after, out.exists()) == (False, None, False)
    assert step <= first.steps <= step + 1
    steps: list[int] = []
    second = tune(folder, out, TRAIN, HELD_OUT, PLAN, progress=lambda at: steps.append(at.step))
    assert steps == list(range(first.steps + 1, 61))
    assert (second.done, second.resumed, second.before) == (True, first.steps, whole[1].before)
    assert second.held_out_after == whole[1].held_out_after
    assert digest(out) == digest(whole[0])


# Killed

RUNNING = """
import sys
from pathlib import Path
from tests.local.test_tuning import HELD_OUT, PLAN, TRAIN
from botkit.llm.local.tuning import tune
tune(Path(sys.argv[1]), Path(sys.argv[2]), TRAIN, HELD_OUT, PLAN, progress=lambda at: print(at.step, flush=True))
"""


def start(folder: Path, out: Path) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", RUNNING, str(folder), str(out)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@pytest.mark.parametrize("step", [5, 15, 44])
def test_kill_9_in_the_middle_and_the_same_model_in_the_end(
    folder: Path, whole: tuple[Path, Tuned], tmp_path: Path, step: int
) -> None:
    out = tmp_path / "acme"
    with start(folder, out) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= step:
                break
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    steps: list[int] = []
    tuned = tune(folder, out, TRAIN, HELD_OUT, PLAN, progress=lambda at: steps.append(at.step))
    assert tuned.done
    assert steps == list(range(tuned.resumed + 1, 61))
    assert tuned.resumed >= step - step % PLAN.every - PLAN.every
    assert (tuned.resumed > 0) == (step > PLAN.every)
    assert digest(out) == digest(whole[0])
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]


def test_killed_while_a_checkpoint_is_written(folder: Path, whole: tuple[Path, Tuned], tmp_path: Path) -> None:
    out = tmp_path / "acme"
    stop = threading.Event()
    tune(folder, out, TRAIN, HELD_OUT, PLAN, stop=stop, progress=lambda at: stop.set() if at.step == 20 else None)
    broken = tmp_path / "acme.part" / "checkpoint-28"
    broken.mkdir()
    (broken / "trainer_state.json").write_text("{")
    (broken / "model.safetensors").write_bytes(b"half")
    tuned = tune(folder, out, TRAIN, HELD_OUT, PLAN)
    assert (tuned.done, tuned.resumed) == (True, 21)
    assert digest(out) == digest(whole[0])


# What it is begun with


def test_another_plan_does_not_go_on_with_what_was_begun(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "acme"
    stop = threading.Event()
    stop.set()
    tune(folder, out, TRAIN, HELD_OUT, PLAN, stop=stop)
    with pytest.raises(UsageError, match="was begun with another model, other data or other settings"):
        tune(folder, out, TRAIN[1:], HELD_OUT, PLAN)
    with pytest.raises(UsageError, match="was begun with another model"):
        tune(folder, out, TRAIN, HELD_OUT, Plan(epochs=1))
    tuned = tune(folder, out, TRAIN, HELD_OUT, Plan(epochs=0.2, batch=4), resume=False)
    assert (tuned.done, tuned.resumed, tuned.steps) == (True, 0, 2)


@pytest.mark.parametrize("template", [CHATML, STRICT])
def test_a_model_with_a_chat_template_keeps_it(tmp_path: Path, template: str) -> None:
    base = make_model(tmp_path / "base", template)
    tuned = tune(base, tmp_path / "acme", TRAIN, HELD_OUT, Plan(epochs=1, batch=8, rate=3e-3))
    assert tuned.held_out_after is not None
    assert tuned.held_out_after < (tuned.held_out_before or 0)
    assert load_folder(tmp_path / "acme").tokenizer.chat_template == template


def test_lora_leaves_a_whole_model(folder: Path, tmp_path: Path) -> None:
    plan = Plan(epochs=6, batch=4, rate=2e-2, every=7, lora=Lora(4, 8), threads=1)
    outs = tmp_path / "one", tmp_path / "other"
    first = tune(folder, outs[0], TRAIN, HELD_OUT, plan)
    assert first.held_out_after is not None
    assert first.held_out_after < (first.held_out_before or 0) - 0.5
    stop = threading.Event()
    tune(folder, outs[1], TRAIN, HELD_OUT, plan, stop=stop, progress=lambda at: stop.set() if at.step == 30 else None)
    kept = tmp_path / "other.part" / "checkpoint-31"
    assert (kept / "adapter_model.safetensors").is_file()
    assert not (kept / "model.safetensors").exists()
    assert tune(folder, outs[1], TRAIN, HELD_OUT, plan).resumed == 31
    assert digest(outs[0]) == digest(outs[1])
    base, made = load_folder(folder).model.state_dict(), load_folder(outs[0]).model.state_dict()
    assert base.keys() == made.keys()
    assert not any("lora" in name for name in made)
    assert torch.equal(base["transformer.wte.weight"], made["transformer.wte.weight"])  # the model's own stays
    assert not torch.equal(base["transformer.h.0.mlp.c_fc.weight"], made["transformer.h.0.mlp.c_fc.weight"])


def test_what_is_too_long_for_the_model(folder: Path, tmp_path: Path) -> None:
    long = (ChatMessage("user", "x" * 300), ChatMessage("assistant", "no"))
    tuned = tune(folder, tmp_path / "acme", [*TRAIN[:4], long], (), Plan(epochs=1))
    assert (tuned.lessons, tuned.too_long, tuned.held_out_after) == (4, 1, None)
    with pytest.raises(UsageError, match="no answer fits into the 256 tokens"):
        tune(folder, tmp_path / "other", [long], ())
    assert not (tmp_path / "other.part").exists()


def test_a_full_disk_is_said_before_it_begins(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(ConfigError, match=r"the training needs about .* GB at .*, and 0.0 are free"):
        tune(folder, tmp_path / "acme", TRAIN, HELD_OUT, PLAN)
    assert not (tmp_path / "acme").exists()


# The command


def run(*words: object, cwd: Path, **more: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "botkit", "finetune", "train", *map(str, words), "--threads", "1"],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        **more,
    )  # fmt: skip


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    for name, chats in (("talks.jsonl", TRAIN), ("talks.held-out.jsonl", HELD_OUT)):
        lines = [{"messages": [{"role": one.role, "content": one.text} for one in chat]} for chat in chats]
        (tmp_path / name).write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return tmp_path / "talks.jsonl"


def test_ctrl_c_writes_a_checkpoint_and_the_same_command_goes_on(folder: Path, talks: Path, tmp_path: Path) -> None:
    words = (talks.name, "--model", folder, "--out", "acme", "--epochs", 30, "--every", 500, "--rate", 0.003)
    process = run(*words, cwd=tmp_path)
    run_file = tmp_path / "acme.part" / "run.json"
    until = time.monotonic() + 60
    while not run_file.exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out.startswith("stopped at step ")
    assert "SIGINT: it stops with the next step, and writes a checkpoint" in err
    assert "Traceback" not in err
    step = int(out.split()[3])
    assert 0 < step < 300
    assert (tmp_path / "acme.part" / f"checkpoint-{step}").is_dir()
    process = run(*words, "--resume", "--format", "json", cwd=tmp_path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = json.loads(out)
    assert (found["done"], found["resumed"], found["steps"]) == (True, step, 300)
    assert err == ""


def test_a_table_for_people(folder: Path, talks: Path, tmp_path: Path) -> None:
    process = run(talks.name, "--model", folder, "--out", "acme", "--epochs", 1, cwd=tmp_path)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["lessons", "loss", "before", "after", "perplexity", "before", "after"]
    assert [line.split()[0] for line in lines[1:3]] == ["trained", "held"]
    assert lines[-1] == "wrote acme"
    process = run(talks.name, "--model", folder, "--out", "acme", cwd=tmp_path)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err == "botkit: there is something at acme already (name another folder with --out)\n"
