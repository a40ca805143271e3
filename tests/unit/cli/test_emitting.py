"""`botkit emit`."""

import json
from pathlib import Path
from typing import Any

import pytest

NEWS = "flows: {shipped: {start: {events: [shipped]}, slots: {event: {type: any}}, steps: [{say: 'Sent {{ event.n }}.'}]}}\n"


@pytest.fixture
def talked(botkit: Any, desk: Path) -> Path:
    (desk / "news.yaml").write_text(NEWS, encoding="utf-8")
    assert botkit("chat", desk, "--json", "--conversation", "42", given="hello\n").code == 0
    return desk


def test_an_event_is_stored_for_a_bot_that_is_down(botkit: Any, talked: Path) -> None:
    code, out, _ = botkit("emit", "shipped", "-c", "chat:42", "--data", '{"n": 1}', "--key", "s1", "--dir", talked)
    assert (code, out) == (0, "stored: s1 for chat:42\nno turn yet: it comes while the bot runs\n")
    assert botkit("chat", talked, "--json", "--conversation", "42", given="hello\n").code == 0
    code, out, _ = botkit("emit", "shipped", "-c", "chat:42", "--data", '{"n": 1}', "--key", "s1", "--dir", talked)
    assert out.splitlines()[0] == "known already: s1 for chat:42"
    assert "it starts a flow (shipped)" in out
    assert ": Sent 1." in out
    shown = botkit("conversations", "show", "chat:42", "--dir", talked).out
    assert shown.count("Sent 1.") == 1
    assert "event:    shipped" in shown


def test_an_event_that_no_flow_hears_is_warned_of_at_once(botkit: Any, desk: Path) -> None:
    news, waits = desk / "news.yaml", "  pay: {start: {commands: [pay]}, steps: [{wait: {event: paid}}]}\n"
    for chat, flows in (("42", NEWS), ("43", f"{NEWS.strip()[:-1]},\n{waits}}}\n")):
        news.write_text(flows, encoding="utf-8")
        assert botkit("chat", desk, "--json", "--conversation", chat, given="/pay\n").code == 0
    news.write_text(NEWS.replace("shipped]", "elder]"), encoding="utf-8")
    assert botkit("publish", desk, "--yes", "--no-tests").code == 0
    news.write_text(NEWS, encoding="utf-8")
    for name, chat, why in (
        ("shiped", "42", "did you mean 'shipped'?"),
        ("balance", "42", "known are: elder, shipped"),
        ("paid", "42", "known are: elder, shipped"),
        ("paid", "43", ""),  # the version that it has waits for it
        ("elder", "42", ""),  # what is published hears it
        ("shipped", "42", ""),
    ):
        code, out, error = botkit("emit", name, "-c", f"chat:{chat}", "--key", f"{name}-{chat}", "--dir", desk)
        assert (code, out.splitlines()[0]) == (0, f"stored: {name}-{chat} for chat:{chat}")
        says = f"warning: no flow starts with the event '{name}' or waits for it ({why})\n"
        assert error == (says if why else "")


def test_a_bot_with_mistakes_tells_of_no_event(botkit: Any, talked: Path) -> None:
    (talked / "news.yaml").write_text("flows: [", encoding="utf-8")
    assert botkit("emit", "shiped", "-c", "chat:42", "--dir", talked)[::2] == (0, "")


def test_json_for_programs(botkit: Any, talked: Path) -> None:
    out = botkit("emit", "nothing", "-c", "chat:42", "--key", "n", "--dir", talked, "--json").out
    told = json.loads(out)
    warning = "no flow starts with the event 'nothing' or waits for it (known are: shipped)"
    assert told.pop("warning") == warning
    assert told == {"conversation": "chat:42", "id": "n", "duplicate": False, "outcome": None}
    botkit("chat", talked, "--json", "--conversation", "42", given="hello\n")
    found = json.loads(botkit("emit", "nothing", "-c", "chat:42", "--key", "n", "--dir", talked, "--json").out)
    assert (found["duplicate"], found["outcome"]["outcome"]) == (True, "ignored")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["shipped", "-c", "chat:42", "--data", "{"], "--data is no JSON"),
        (["shipped", "-c", "chat:42", "--data", "[1]"], "a mapping"),
        (["shipped", "-c", "chat:42", "--data", "[" * 100_000], "--data is no JSON"),
        (["not a name", "-c", "chat:42"], "no name of an event"),
        (["shipped", "-c", "chat:43"], "there is no conversation 'chat:43'"),
        (["shipped", "-c", "telegram:43"], "this bot has no channel 'telegram'"),
        (["shipped", "-c", "42"], "channel:chat"),
        (["shipped"], "name one of them"),
        (["shipped", "--customer", "c-1"], "name one of them"),
        (["shipped", "-c", "chat:42", "--customer", "c-1", "--channel", "chat"], "name one of them"),
        (["shipped", "--customer", "c-1", "--channel", "chat"], "no conversation on 'chat' knows the customer"),
    ],
)
def test_bad_usage(botkit: Any, talked: Path, words: list[str], says: str) -> None:
    code, _, error = botkit("emit", *words, "--dir", talked)
    assert code == 2
    assert says in error
