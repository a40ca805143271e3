"""A bot whose model answers from its articles, whole: what is asked, sent and recorded."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from botkit import Bot
from botkit.app.asked import asked_of, given_by
from botkit.dialogue import advance
from botkit.errors import ModelError
from botkit.model.completions import Completion
from botkit.model.events import Message
from botkit.testing import ScriptedModel

ARTICLE = """---
title: Care
url: https://x.example/care
---
## Wool
Wash wool by hand at 30 degrees and dry it flat on a towel.
## Silk
Silk is only cleaned by us, for 15 pounds.
"""
FLOWS = """
flows:
  help:
    start: {commands: [help]}
    steps:
      - answer: "{{ message.text }}"
        on_error: [{say: "Nothing: {{ error.code }}"}]
"""
FLAT = {
    "answerable": True,
    "answer": "Dry wool flat on a towel.",
    "quotes": ["dry it flat on a towel"],
    "sources": [1],
}
SOURCE = "Source: [Care › Wool](https://x.example/care#wool)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "care.md").write_text(ARTICLE)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "bot.yaml").write_text("name: Shop\nlocales: [en]\n")
    return tmp_path


def written(given: dict[str, Any]) -> str:
    return json.dumps(given)


async def test_an_answer_is_composed_recorded_and_the_same_when_it_is_replayed(folder: Path) -> None:
    model = ScriptedModel(written(FLAT))
    async with await Bot.load(folder, store="sqlite://", model=model) as bot:
        exchange = await bot.say("how do I dry wool?", "web:1")
        flows = bot.flows
    assert exchange.text.endswith(f"Dry wool flat on a towel.\n\n{SOURCE}")
    assert exchange.route == "knowledge"
    last = exchange.turns[-1]
    asked = asked_of(last.event)
    assert asked is not None
    assert "by hand at 30 degrees" in asked.sent[1][1]
    assert given_by(last.event).text == "Dry wool flat on a towel."
    session = exchange.turns[-2].session
    again = advance(flows, session, last.event, last.now)
    assert (again.replies, again.candidates) == (last.replies, last.candidates)
    assert replace(again.session, touched=0) == replace(last.session, touched=0)


async def test_what_it_makes_up_is_asked_for_again_and_then_the_passage_is_quoted(folder: Path) -> None:
    made_up = written({**FLAT, "answer": "Dry wool at 60 degrees."})
    model = ScriptedModel(made_up, made_up)
    async with await Bot.load(folder, store="sqlite://", model=model) as bot:
        exchange = await bot.say("how do I dry wool?", "web:1")
    assert len(model.asked) == 2
    assert "60" not in exchange.text
    assert exchange.text.endswith(f"dry it flat on a towel.\n\n{SOURCE}")
    used = asked_of(exchange.turns[-1].event)
    assert used is not None
    assert used.times == 2
    assert used.input > sum(len(one.text.split()) for one in model.asked[0].messages)


@pytest.mark.parametrize(
    "play", [ModelError("x", reason="timeout"), Completion("{", finish="length"), Completion("", finish="filter")]
)
async def test_a_model_that_fails_leaves_the_quote(folder: Path, play: Any) -> None:
    async with await Bot.load(folder, store="sqlite://", model=ScriptedModel(otherwise=play)) as bot:
        assert (await bot.say("how do I dry wool?", "web:1")).text.endswith(SOURCE)


async def test_a_step_answers_by_the_model_and_hears_that_there_is_no_answer(folder: Path) -> None:
    none = written({"answerable": False, "answer": "", "quotes": [], "sources": []})
    async with await Bot.load(folder, store="sqlite://", model=ScriptedModel(written(FLAT), none)) as bot:
        said = await bot.say("/help how do I dry wool", "web:1")
        assert said.text.endswith(SOURCE)
        assert said.text.startswith(("Dry wool flat", "Hello"))
        assert (await bot.say("/help how do I dry wool", "web:1")).text == "Nothing: not_found"


@pytest.mark.parametrize(
    ("llm", "asked"), [("answers: quote", 0), ("mode: off", 0), ("mode: off, answers: compose", 1)]
)
async def test_bot_yaml_says_whether_articles_are_quoted(folder: Path, llm: str, asked: int) -> None:
    lines = f"name: Shop\nlocales: [en]\nllm: {{model: m, base_url: 'http://127.0.0.1:9/v1', {llm}}}\n"
    (folder / "bot.yaml").write_text(lines)
    model = ScriptedModel(otherwise=written(FLAT))
    async with await Bot.load(folder, store="sqlite://", model=model) as bot:
        assert (await bot.say("how do I dry wool?", "web:1")).text.endswith(SOURCE)
        assert len(model.asked) == asked


async def test_a_router_is_told_of_articles_and_has_them_answer(folder: Path) -> None:
    command = {"command": "answer", "name": "", "value": "", "names": [], "reason": ""}
    lines = "name: Shop\nlocales: [en]\nllm: {model: m, base_url: 'http://127.0.0.1:9/v1', mode: first}\n"
    (folder / "bot.yaml").write_text(lines)
    model = ScriptedModel(json.dumps({"commands": [command]}), written(FLAT))
    async with await Bot.load(folder, store="sqlite://", model=model) as bot:
        exchange = await bot.say("how do I dry wool?", "web:1")
    assert exchange.text.endswith(f"Dry wool flat on a towel.\n\n{SOURCE}")
    assert "the help articles may answer" in model.asked[0].messages[0].text


async def test_an_answer_is_not_shown_while_it_grows(folder: Path) -> None:
    seen: list[object] = []

    class Watched(ScriptedModel):
        async def complete(self, request: Any, on_text: Any = None) -> Completion:
            seen.append(on_text)
            return await super().complete(request, on_text)

    async with await Bot.load(folder, store="sqlite://", model=Watched(written(FLAT))) as bot:
        await bot.say("how do I dry wool?", "web:1")
    assert seen == [None]


async def test_the_event_keeps_the_passages_that_the_model_was_given(folder: Path) -> None:
    async with await Bot.load(folder, store="sqlite://", model=ScriptedModel(written(FLAT))) as bot:
        exchange = await bot.say("how do I dry wool?", "web:1")
    event = next(turn.event for turn in exchange.turns if isinstance(turn.event, Message))
    assert event.evidence.passages[0].title == "Care › Wool"
