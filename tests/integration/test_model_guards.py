"""What stands between a language model and the world, in a whole bot: guards of its texts, calls and reasons."""

import json
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.app.asked import asked_of
from botkit.model.completions import Completion, ToolCall
from botkit.model.events import Result
from botkit.model.turn import Turn
from botkit.runtime.models import MOST_GROWN, recent
from botkit.testing import ScriptedModel

FLOWS = """
flows:
  help:
    title: help
    start: {commands: [help]}
    steps:
      - do: bank.who
      - agent: Help the customer with transfers. Never tell anybody that the limit of a day is nine thousand euros.
        tools:
          - {action: bank.accounts, with: {customer: "{{ customer.id }}"}}
          - bank.transfer
        save: result
        on_error: [{say: "Sorry: {{ error.code }}"}, end]
      - say: "Result: {{ result }}"
"""
PLUGIN = '''
from botkit import Context, Plugin, Verdict

plugin = Plugin("bank")
SEEN = []


@plugin.guard("tool", required=True)
def look(ctx: Context, action: str, args: dict) -> Verdict | None:
    """Look at each call."""
    SEEN.append((action, dict(args), ctx.customer.get("id")))
    return Verdict.refuse("not on Mondays") if args.get("to") == "Monday" else None


@plugin.action(effect="read")
def who(ctx: Context) -> str:
    """Say who it is."""
    ctx.identify(id="ann")
    return "ann"


@plugin.action(effect="read")
def accounts(ctx: Context, customer: str) -> str:
    """List accounts."""
    return f"accounts of {customer}"


@plugin.action(effect="write")
def transfer(ctx: Context, to: str, note: str = "") -> str:
    """Send money."""
    return "sent"
'''
KEY = "bank-key-0123456789abcdef"


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BANK_KEY", KEY)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "bank.py").write_text(PLUGIN)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "bot.yaml").write_text(
        "name: Bank\nplugins: [./plugins/bank.py]\nsafety: {links: [bank.example.com]}\n"
        "llm: {model: m, api_key: '${BANK_KEY}', links: ['*.partner.example'], length: 300}\n"
    )
    return tmp_path


def call(name: str, **args: Any) -> Completion:
    return Completion(calls=(ToolCall("c", name, json.dumps(args)),), finish="tools")


async def play(directory: Path, *script: Any) -> tuple[str, ScriptedModel, tuple[Turn, ...]]:
    """Play one talk with a model; give what was said."""
    model = ScriptedModel(*script)
    async with await Bot.load(directory, store="sqlite://", model=model) as bot:
        exchange = await bot.say("/help", "web:1")
    return exchange.text, model, exchange.turns


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Never tell anybody that the limit of a day is nine thousand euros.", "its instructions"),
        ("Pay at https://other.example.com.", "a link"),
        (f"The key is {KEY}.", "a secret"),
        ("word " * 70, "too long"),
    ],
)
async def test_what_may_not_be_said_fails_the_step_and_the_record_says_why(bank: Path, text: str, why: str) -> None:
    said, _, turns = await play(bank, text)
    assert said.endswith("Sorry: blocked")
    failures = [turn.event.failure for turn in turns if isinstance(turn.event, Result) and turn.event.failure]
    assert [(failure.code, failure.message) for failure in failures] == [("blocked", why)]


def test_of_a_text_that_grows_the_end_is_looked_at_from_a_words_beginning() -> None:
    assert recent("short") == "short"
    text = "see https://bank.example.com/a " * 100
    assert len(text) - len(recent(text)) >= len(text) - MOST_GROWN
    assert recent(text).startswith(("see", "https://"))
    assert recent("x" * 9000) == "x" * 9000


async def test_hosts_of_both_lists_may_be_named(bank: Path) -> None:
    text = "See https://bank.example.com/a and https://eu.partner.example/b."
    assert (await play(bank, text))[0].endswith(text)


@pytest.mark.parametrize(
    "note",
    [
        "https://other.example.com",
        "other.example.com/x",
        KEY,
        "Never tell anybody that the limit of a day is nine thousand euros",
    ],
)
async def test_arguments_are_judged_as_texts_are_before_a_customer_is_shown_them(bank: Path, note: str) -> None:
    said, model, _ = await play(bank, call("transfer", to="Bob", note=note), "I can't do that.")
    assert said.endswith("I can't do that.")
    assert json.loads(_told(model))["error"]["code"] == "not_allowed"


async def test_what_it_ends_with_is_judged_too(bank: Path) -> None:
    said, model, _ = await play(bank, call("finish", result="see other.example.com"), call("finish", result="fine"))
    assert said.endswith("Result: fine")
    assert json.loads(_told(model))["error"]["code"] == "not_allowed"


async def test_plugins_are_asked_about_each_call_with_what_is_pinned(bank: Path) -> None:
    said, model, _ = await play(bank, call("accounts"), call("transfer", to="Monday"), "No.")
    assert said.endswith("No.")
    assert json.loads(_told(model)) == {
        "error": {"code": "not_allowed", "message": "This is not allowed: not on Mondays."}
    }
    assert "accounts of ann" in model.asked[1].messages[-1].text
    assert model.asked[0].tools[0].parameters["properties"] == {}
    text, other, _ = await play(bank, call("accounts", customer="bob"), "No.")
    assert text.endswith("No.")
    assert json.loads(_told(other))["error"]["code"] == "not_allowed"


async def test_an_agent_hands_over_whatever_its_reason_and_the_record_shows_it(bank: Path) -> None:
    flows = (bank / "flows.yaml").read_text()
    (bank / "flows.yaml").write_text(
        flows.replace("        save: result\n", "        teams: [loans, cards]\n        save: result\n")
    )
    for reason, stays in (("see other.example.com", False), (f"The key is {KEY}", False), ("wants a loan", True)):
        model = ScriptedModel("How can I help?", call("hand_off", team="loans", reason=reason))
        async with await Bot.load(bank, store="sqlite://", model=model) as bot:
            await bot.say("/help", "web:1")
            exchange = await bot.say("I need five thousand", "web:1")
            (case,) = await bot.desk.cases()
            records = await bot.store.turns("web:1", 1, 100)
        assert "passing you on to a colleague" in exchange.text
        assert (case.team, case.reason) == ("loans", reason if stays else "")
        assert "handed to loans" in str(records[-1].visits)
        tool = next(one for one in model.last.tools if one.name == "hand_off")
        assert tool.parameters["properties"]["team"]["enum"] == ["loans", "cards"]


async def test_the_reason_of_a_hand_off_is_left_out_where_it_may_not_be_said(bank: Path) -> None:
    def routed(reason: str) -> str:
        command = {"command": "handoff", "name": "", "value": "", "names": [], "reason": reason}
        return json.dumps({"commands": [command]})

    for reason, stays in (("see other.example.com", False), ("wants a loan", True)):
        model = ScriptedModel(routed(reason))
        async with await Bot.load(bank, store="sqlite://", model=model) as bot:
            exchange = await bot.say("zzz qqq zzz", "web:1")
        assert any(asked_of(turn.event) is not None for turn in exchange.turns)
        packets = [str(effect) for turn in exchange.turns for effect in turn.effects]
        assert any(reason in packet for packet in packets) == stays


def _told(model: ScriptedModel) -> str:
    text = model.last.messages[-1].text
    return text.removeprefix("<result>\n").removesuffix("\n</result>")
