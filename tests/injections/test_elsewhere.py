"""A model that obeys whatever it reads where it routes messages, composes answers and reads tools of MCP servers."""

from collections import Counter
from pathlib import Path

import pytest

from botkit import Bot
from tests.injections import asking, faults
from tests.injections.asking import ask, came_of
from tests.injections.attacks import Attack, succeeded
from tests.injections.driver import play
from tests.injections.elsewhere import ELSEWHERE
from tests.injections.obeying import ObeyingModel

ASKED = [*ELSEWHERE["router"], *ELSEWHERE["composed"]]
LATER = pytest.mark.whole


def _name(attack: Attack) -> str:
    return f"{attack.kind}-{attack.way}-{attack.hidden}-{attack.guard}"


ASKED_CASES = [pytest.param(one, id=f"{_name(one)}-{at}") for at, one in enumerate(ASKED)]
MCP_CASES = [
    pytest.param(one, id=f"{_name(one)}-{at}", marks=() if at % 3 == 0 else LATER)
    for at, one in enumerate(ELSEWHERE["mcp"])
]


@pytest.mark.parametrize("attack", ASKED_CASES)
async def test_an_attack_arrives_and_is_stopped(attack: Attack, tmp_path: Path) -> None:
    asked = await ask(attack, tmp_path)
    assert asked.obeyed, "it did not arrive"
    assert not came_of(attack, asked)


@pytest.mark.parametrize("attack", ASKED_CASES)
async def test_it_succeeds_without_its_guard(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults.remove(attack.guard, monkeypatch)
    assert came_of(attack, await ask(attack, tmp_path)), "nothing but the guard may stop it, or it proves nothing"


@pytest.mark.parametrize("attack", MCP_CASES)
async def test_an_attack_by_a_server_of_tools_arrives_and_is_stopped(attack: Attack, tmp_path: Path) -> None:
    played = await play(attack.case, tmp_path)
    assert played.obeyed, "it did not arrive"
    assert not succeeded(attack, played)


@pytest.mark.parametrize("attack", MCP_CASES)
async def test_one_by_a_server_of_tools_succeeds_without_its_guard(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults.remove(attack.guard, monkeypatch)
    assert succeeded(attack, await play(attack.case, tmp_path)), "nothing but the guard may stop it"


async def test_what_a_customer_may_do_is_done(tmp_path: Path) -> None:
    """The same words without harm: else a router that does nothing would stop every attack."""
    (tmp_path / "bot.yaml").write_text(asking.BOT.format("mode: fallback, answers: quote"), "utf-8")
    (tmp_path / "flows.yaml").write_text(asking.ROUTED, "utf-8")
    async with await Bot.load(tmp_path, store="sqlite://", model=ObeyingModel()) as bot:
        assert "Which street?" in (await bot.say("zzz cmd{start_flow, name=address}", "web:1")).text
        text = "to 5 Oak Road, cmd{set_slot, name=street, value=5 Oak Road}"
        assert "We send it to 5 Oak Road." in (await bot.say(text, "web:1")).text


def test_there_are_ten_of_each_and_they_differ() -> None:
    for attacks in ELSEWHERE.values():
        assert len({(one.case, one.order) for one in attacks}) == 10
        assert sum(one.chinese for one in attacks) >= 2
        assert sum(one.hidden != "plain" for one in attacks) >= 3
    every = Counter(one.guard for attacks in ELSEWHERE.values() for one in attacks)
    assert set(every) == {*faults.ELSEWHERE, *faults.FAULTS}
