"""The repair flows that come with botkit."""

from collections.abc import Callable

import pytest

from botkit.errors import BotkitError
from botkit.flows import defaults, repair_flows, repair_keys, repair_names
from botkit.model.definitions import Confirm, End, HandoffStep, Say
from botkit.model.flowset import FlowSet
from botkit.model.locales import Locale

NAMES = [
    "on_start",
    "on_no_match",
    "on_clarify",
    "on_cancel",
    "on_correct",
    "on_resume",
    "on_repeat",
    "on_silence",
    "on_error",
    "on_blocked",
    "on_handoff",
    "on_no_agent",
    "on_agent_left",
    "on_closed",
    "on_confirm",
    "on_attachment",
    "on_end",
]


def test_every_repair_flow_has_a_default(locales: dict[str, Locale]) -> None:
    flows = repair_flows(locales, "support")
    assert sorted(flows) == sorted(NAMES) == sorted(repair_names())
    assert all(flow.builtin and flow.place.file == defaults.FILE for flow in flows.values())
    assert [name for name, flow in flows.items() if not flow.steps] == ["on_start", "on_end"]


def test_their_texts_are_those_of_the_locales(locales: dict[str, Locale]) -> None:
    flows = repair_flows({code: locales[code] for code in ("en", "zh")}, "support")
    body = flows["on_resume"].steps["say"].body
    assert isinstance(body, Say)
    assert body.speech.variants[0].sources == {"en": "en:resume", "zh": "zh:resume"}


def test_the_ladder_of_no_match_ends_at_a_person(locales: dict[str, Locale]) -> None:
    flow = repair_flows(locales, "care")["on_no_match"]
    first, second, third = (
        flow.steps[f"match/{case}/{kind}"].body
        for case, kind in (("1", "say"), ("2", "say"), ("default", "handoff:care"))
    )
    assert isinstance(first, Say)
    assert isinstance(second, Say)
    assert isinstance(third, HandoffStep)
    assert first.speech.buttons == ()
    assert [button.label.sources["en"] for button in second.speech.buttons] == ["en:talk_to_person"]
    assert third.team == "care"
    assert third.reason
    assert third.reason.sources == {"": "not understood"}


def test_a_confirm_gives_its_caller_yes_or_no(locales: dict[str, Locale]) -> None:
    flow = repair_flows(locales, "care")["on_confirm"]
    body = flow.steps["confirm"].body
    assert isinstance(body, Confirm)
    values = [flow.steps[step].body for step in (body.yes, body.no)]
    assert [end.value.data for end in values if isinstance(end, End) and end.value] == [True, False]


def test_the_keys_are_those_that_the_file_explains() -> None:
    lines = [line for line in defaults.source().splitlines() if line.startswith("#   ")]
    told = {name.strip() for line in lines for name in line[4:].split("  ")[0].split(",")}
    assert told == set(repair_keys())
    assert repair_keys()["corrected"] == {"slot", "title", "old", "new", "done"}
    assert repair_keys()["still"] == {"value"}


def test_a_bot_replaces_them_by_name(bot_of: Callable[[str], FlowSet]) -> None:
    bot = bot_of("flows: {on_resume: [{say: Back.}]}")
    assert not bot.flows["on_resume"].builtin
    assert bot.flows["on_cancel"].builtin
    body = bot.flows["on_resume"].steps["say"].body
    assert isinstance(body, Say)
    assert body.speech.variants[0].sources == {"": "Back."}


def test_only_botkits_own_texts_are_looked_up(bot_of: Callable[[str], FlowSet]) -> None:
    body = bot_of("flows: {on_resume: [{say: '@resume'}]}").flows["on_resume"].steps["say"].body
    assert isinstance(body, Say)
    assert body.speech.variants[0].sources == {"": "@resume"}


def test_a_broken_installation_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults._flows.cache_clear()
    monkeypatch.setattr(defaults, "source", lambda: "flows: [")
    with pytest.raises(BotkitError, match=r"repair.yaml cannot be read"):
        repair_names()
