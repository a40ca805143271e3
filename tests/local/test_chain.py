"""The whole way: customers talk and rate, a model learns from it, and answers like the bot; nobody's name comes along."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.llm.local import open_local
from botkit.llm.local.tuning import Plan, tune
from botkit.model.completions import ChatMessage
from botkit.ports.models import ModelRequest
from botkit.testing import ScriptedModel
from tests.local.tiny import make_model

ROOT = Path(__file__).parents[2]
PARCELS = ROOT / "tests" / "data" / "parcels"
NAMES = ("Mia Okonkwo", "Ben Adeyemi", "Zoë Lindqvist", "Raj Patelovich", "Ines Carvalhosa", "Otto Brandvold")
PLANTED = (*(part for name in NAMES for part in name.split()), "7391", "Bartholomew", "Zwiebelgasse", "example.org")


def botkit(*words: object, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "botkit", "finetune", *map(str, words)], cwd=cwd, capture_output=True, text=True,
        check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
async def talked(tmp_path: Path) -> Path:
    directory = Path(shutil.copytree(PARCELS, tmp_path / "parcels"))
    async with await Bot.load(directory) as bot:
        for at in range(36):
            name = NAMES[at % len(NAMES)]
            said = ("where is my parcel", name, f"it is A-{20000 + at}", "7391", ("home", "office")[at % 2], "5")
            for text in (*said, f"my mail is x{at}@example.org, {name.split()[0]}" * (at % 3 == 0) or f"thanks {at}"):
                await bot.say(text, f"web:{at}")
    return directory


async def test_what_customers_liked_is_learned_without_them(talked: Path, tmp_path: Path) -> None:
    counted = json.loads(botkit("data", talked, "--out", tmp_path / "talks.jsonl", "--format", "json", cwd=ROOT))
    assert counted["rated"] == 36
    assert counted["held_out"] > 0
    for path in (tmp_path / "talks.jsonl", tmp_path / "talks.held-out.jsonl"):
        text = path.read_text("utf-8")
        assert [one for one in PLANTED if one in text] == []
        assert "[name 1]" in text
    base = make_model(tmp_path / "tiny", window=640)
    words = ("--model", base, "--out", tmp_path / "acme", "--epochs", 12, "--rate", 0.004, "--threads", 1)
    tuned = json.loads(botkit("train", tmp_path / "talks.jsonl", *words, "--format", "json", cwd=ROOT))
    assert tuned["held_out_after"] < tuned["held_out_before"] / 3
    said = [ChatMessage("user", "where is my parcel")]
    answers = {}
    for folder in (base, tmp_path / "acme"):
        model = open_local(folder, threads=1)
        found = await model.complete(ModelRequest(said, max_tokens=40, temperature=0.01))
        answers[folder.name] = found.text
        await model.close()
    assert answers["acme"] == "What is your name?"
    assert answers["tiny"] != answers["acme"]


BOT = """
name: Lamps
locales: [en]
llm: {local: ./models/MODEL, max_tokens: 60}
"""
FLOWS = """
flows:
  praise:
    start: {commands: [praise]}
    steps:
      - {ask: lamp, say: Which lamp?}
      - {generate: "Praise {{ lamp }}.", save: line, on_error: [{say: "sorry: {{ error.code }}"}, {end: }]}
      - {say: "It said: {{ line }}"}
"""
PRAISE = "A bright lamp for bright people."


async def test_a_bot_speaks_through_a_model_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(BOT, "utf-8")
    (tmp_path / "flows.yaml").write_text(FLOWS, "utf-8")
    scripted = ScriptedModel(PRAISE)

    async def praise(**more: Any) -> str:
        async with await Bot.load(tmp_path, store="sqlite://", **more) as bot:
            await bot.say("/praise", "web:1")
            return (await bot.say("the desk lamp", "web:1")).text

    assert await praise(model=scripted) == f"It said: {PRAISE}"
    base = make_model(tmp_path / "models" / "tiny", window=4096)
    asked = [*scripted.last.messages, ChatMessage("assistant", PRAISE)]
    tuned = tune(base, tmp_path / "models" / "tuned", [asked] * 4, plan=Plan(epochs=40, rate=0.01, threads=1))
    assert tuned.done
    for name, text in (("tiny", "sorry: "), ("tuned", f"It said: {PRAISE}")):
        (tmp_path / "bot.yaml").write_text(BOT.replace("MODEL", name), "utf-8")
        assert (await praise()).startswith(text)
