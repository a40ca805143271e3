"""Recorded answers of a model: conversation tests hear them, found by what was asked."""

import asyncio
import json
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from botkit.app.directories import check_directory
from botkit.app.recordings import SUFFIX, Recordings, key_of
from botkit.app.trials import Outcome, play_all
from botkit.app.trials_reading import read_trials
from botkit.cli.application import app
from botkit.errors import LoadError, ModelError, UsageError
from botkit.model.completions import ChatMessage, Completion, Tool, ToolCall
from botkit.ports.models import Asking, ModelGateway, ModelRequest
from botkit.testing import ScriptedModel

KEY = "sk-1234567890abcdef1234567890"
BOT = """
name: Shop
llm: {base_url: "http://127.0.0.1:9/v1", model: m, api_key: "${RECORDING_KEY:-}", mode: fallback}
"""
FLOWS = """
flows:
  help:
    start: {commands: [help]}
    steps:
      - agent: Help the customer.
        on_error: [{say: "{{ error.code }}"}, end]
"""
TESTS = """
tests:
  - name: helped
    talk:
      - {user: /help, expect: {has: Which colour?}}
      - {user: "Blue, please!", expect: {has: Fine}}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECORDING_KEY", KEY)
    (tmp_path / "tests").mkdir()
    (tmp_path / "bot.yaml").write_text(BOT)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "tests" / "help.yaml").write_text(TESTS)
    return tmp_path


def play(shop: Path, model: ScriptedModel | None = None) -> list[Outcome]:
    """Play the tests; with a model its answers are recorded."""
    checked = check_directory(shop)
    assert checked.flows is not None
    trials, problems = read_trials(shop, checked.flows)
    assert problems == []
    return asyncio.run(play_all(checked, trials, record=model is not None, model=model))


def complaints(outcomes: list[Outcome]) -> list[str]:
    return [complaint.message for outcome in outcomes for complaint in outcome.complaints]


def test_without_a_recording_a_test_fails_and_says_how_to_get_one(shop: Path) -> None:
    said = complaints(play(shop))
    assert any("no recorded answer" in one and "--record" in one for one in said)
    shown = CliRunner().invoke(app, ["test", str(shop)])
    assert shown.exit_code == 1
    assert "--record" in shown.output


def test_what_was_recorded_is_heard_again_without_a_model(shop: Path) -> None:
    model = ScriptedModel("Which colour?", f"Fine, blue. Never say {KEY}.")
    assert complaints(play(shop, model)) == []
    assert len(model.asked) == 2
    written = (shop / "tests" / f"help{SUFFIX}").read_text()
    assert KEY not in written
    assert "Blue, please!" in written
    assert complaints(play(shop)) == []
    assert CliRunner().invoke(app, ["test", str(shop)]).exit_code == 0


def test_another_wording_of_the_prompt_is_the_same_request_and_another_message_is_not(shop: Path) -> None:
    play(shop, ScriptedModel("Which colour?", "Fine."))
    (shop / "prompts").mkdir()
    (shop / "prompts" / "agent.jinja").write_text("Another prompt. {{ instructions }}")
    (shop / "tests" / "help.yaml").write_text(TESTS.replace("Blue, please!", "blue please"))
    assert complaints(play(shop)) == []
    (shop / "tests" / "help.yaml").write_text(TESTS.replace("Blue", "Red"))
    assert any("no recorded answer" in one for one in complaints(play(shop)))


def test_recording_again_keeps_what_is_heard_and_drops_the_rest(shop: Path) -> None:
    play(shop, ScriptedModel("Which colour?", "Fine."))
    (shop / "tests" / "help.yaml").write_text(TESTS.replace("Blue", "Red"))
    model = ScriptedModel("Fine, red.")
    assert complaints(play(shop, model)) == []
    assert len(model.asked) == 1
    answers = json.loads((shop / "tests" / f"help{SUFFIX}").read_text())["answers"]
    assert sorted(one["answer"]["text"] for one in answers.values()) == ["Fine, red.", "Which colour?"]


PLUGIN = """
from botkit import Context, Plugin, Verdict

plugin = Plugin("lamps")


@plugin.guard("tool")
def never_two(ctx: Context, action: str, args: dict) -> Verdict | None:
    return Verdict.refuse("not two") if args["number"] == 2 else None


@plugin.action(effect="read")
def find(ctx: Context, number: int) -> str:
    raise RuntimeError("it is stood in for")
"""


def test_calls_of_the_model_meet_stand_ins_and_guards(shop: Path) -> None:
    (shop / "lamps.py").write_text(PLUGIN)
    (shop / "bot.yaml").write_text(BOT + "plugins: [./lamps.py]\n")
    (shop / "flows.yaml").write_text(FLOWS.replace("Help the customer.", "Help.\n        tools: [lamps.find]"))
    with_actions = TESTS.replace("    talk:", "    actions: {lamps.find: a blue lamp}\n    talk:")
    (shop / "tests" / "help.yaml").write_text(with_actions)
    calls = [
        Completion(calls=(ToolCall("c", "find", json.dumps({"number": one})),), finish="tools") for one in (1, 2)
    ]
    model = ScriptedModel(*calls, "Which colour?", "Fine.")
    assert complaints(play(shop, model)) == []
    assert "a blue lamp" in model.asked[1].messages[-1].text
    assert "not two" in model.asked[2].messages[-1].text


def test_there_is_nothing_to_record_without_a_model(shop: Path) -> None:
    (shop / "bot.yaml").write_text("name: Shop\n")
    with pytest.raises(UsageError, match="no language model"):
        checked = check_directory(shop)
        asyncio.run(play_all(checked, [], record=True))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"answers": 3}', '{"answers": {"a": {"asked": 1}}}'])
def test_a_broken_recording_is_a_problem_with_its_place(shop: Path, content: str) -> None:
    path = shop / "tests" / f"help{SUFFIX}"
    path.write_text(content)
    with pytest.raises(LoadError) as caught:
        play(shop)
    assert [(one.code, one.place.file) for one in caught.value.problems] == [("bad-recording", str(path))]


def asked(*messages: ChatMessage, tools: tuple[Tool, ...] = (), flow: str = "help") -> str:
    return key_of(ModelRequest(messages, tools=tools), Asking("web:1", "me", "agent", flow, "agent"))


CALL = ChatMessage("assistant", "", (ToolCall("c1", "find", '{"a": 1, "b": 2}'),))
OTHER = ChatMessage("assistant", "", (ToolCall("c9", "find", '{"b":2,"a":1}'),))


def test_what_means_the_same_has_one_key() -> None:
    said = ChatMessage("user", "<customer>\nBlue,  please!\n</customer>")
    assert asked(ChatMessage("system", "one"), said) == asked(
        ChatMessage("system", "two"), ChatMessage("user", "blue please")
    )
    told = ChatMessage("tool", '<result>\n{"n": 1, "m": 2}\n</result>', call="c1")
    again = ChatMessage("tool", '<result>{"m":2,"n":1}</result>', call="c9")
    assert asked(CALL, told) == asked(OTHER, again)


def test_what_means_something_else_has_another() -> None:
    base = asked(CALL, ChatMessage("tool", '{"n": 1}', call="c1"))
    assert base != asked(CALL, ChatMessage("tool", '{"n": 2}', call="c1"))
    assert base != asked(CALL, ChatMessage("tool", '{"n": 1}', call="c1"), tools=(Tool("find"),))
    assert base != asked(CALL, ChatMessage("tool", '{"n": 1}', call="c1"), flow="other")
    assert asked(ChatMessage("user", "yes")) != asked(ChatMessage("assistant", "yes"))
    assert asked(ChatMessage("user", "改地址")) != asked(ChatMessage("user", "改电话"))


async def test_a_recording_streams_its_answer_whole(tmp_path: Path) -> None:
    heard: list[str] = []
    made = Recordings(tmp_path / "x.json", cast("ModelGateway", ScriptedGateway()))
    request, asking = ModelRequest((ChatMessage("user", "hi"),)), Asking("web:1")
    await made.complete(request, asking)
    assert made.write(prune=True) == 1
    again = Recordings(tmp_path / "x.json")
    assert (await again.complete(request, asking, heard.append)).text == "Hello."
    assert heard == ["Hello."]
    with pytest.raises(ModelError):
        await again.complete(ModelRequest((ChatMessage("user", "other"),)), asking)
    assert len(again.missing) == 1


class ScriptedGateway:
    features = frozenset({"tools"})

    async def complete(self, request: ModelRequest, asking: Asking, on_text: object = None) -> Completion:  # noqa: ARG002
        return Completion("Hello.", seconds=3.0)


def test_recording_that_is_broken_off_throws_nothing_away(shop: Path) -> None:
    play(shop, ScriptedModel("Which colour?", "Fine."))
    second = TESTS.replace("helped", "another").replace("/help", "/help me").replace("tests:\n", "")
    (shop / "tests" / "help.yaml").write_text(TESTS + second)
    checked = check_directory(shop)
    assert checked.flows is not None
    trials, _ = read_trials(shop, checked.flows)

    def leave(outcome: Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(
            play_all(checked, reversed(trials), leave, record=True, model=ScriptedModel(otherwise="Which colour?"))
        )
    answers = json.loads((shop / "tests" / f"help{SUFFIX}").read_text())["answers"]
    assert {one["answer"]["text"] for one in answers.values()} >= {"Which colour?", "Fine."}


def test_a_model_that_refuses_to_be_recorded_is_named(shop: Path) -> None:
    model = ScriptedModel(otherwise=ModelError("the server answered 401: is api_key right?", reason="rejected"))
    said = complaints(play(shop, model))
    assert any("cannot be recorded: rejected: the server answered 401" in one for one in said)
    assert not any("--record" in one for one in said), "that is what was just done"
