"""Planted faults: the product is broken on purpose, and the suite has to say so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from botkit.dialogue import agents, talks
from botkit.dialogue.work import Work
from botkit.llm.gathering import Gathering
from botkit.model.definitions import Step
from botkit.model.events import Result
from botkit.model.session import Talk, ToolUse
from tests.flows.retail.cases import Case
from tests.flows.retail.recorded import WRITES
from tests.llm.retail.plays import TRICKS, Manner, make_batch
from tests.llm.retail.running import Figures, play_here
from tests.llm.retail.suite import chosen, kill

PATIENCE = 8.0  # seconds for a conversation that a fault may never let end
Plant = Callable[[pytest.MonkeyPatch], None]
make_use = agents._write


def _call(work: Work, step: Step, use: ToolUse) -> None:
    agents._call(work, step, use)
    work.wait(None)


def drop_the_confirm(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agents, "_write", _call)


def keep_an_old_yes(patch: pytest.MonkeyPatch) -> None:
    """A yes holds for every later call of the same tool."""
    agreed: set[tuple[str, str]] = set()

    def write(work: Work, step: Step, use: ToolUse) -> None:
        key = (work.session.conversation, use.name)
        if use.agreed:
            agreed.add(key)
        (_call if key in agreed else make_use)(work, step, use)

    patch.setattr(agents, "_write", write)


def take_one_yes_for_all(patch: pytest.MonkeyPatch) -> None:
    """A yes holds for every call of the message."""
    answer = talks.answer_asking

    def agree(talk: Talk, *, agreed: bool) -> Talk:
        talk = answer(talk, agreed=agreed)
        return replace(talk, uses=tuple(replace(use, agreed=use.agreed or agreed) for use in talk.uses))

    patch.setattr("botkit.dialogue.stack.answer_asking", agree)


def believe_the_model(patch: pytest.MonkeyPatch) -> None:
    """A yes that the model writes is one."""

    def write(work: Work, step: Step, use: ToolUse) -> None:
        talk = work.top.talk
        said = "yes" in talk.messages[-1].text if talk is not None else False
        (_call if said else make_use)(work, step, use)

    patch.setattr(agents, "_write", write)


def believe_an_early_yes(patch: pytest.MonkeyPatch) -> None:
    """A yes before the question is one."""

    def write(work: Work, step: Step, use: ToolUse) -> None:
        talk = work.top.talk
        said = any(word in talk.messages[0].text for word in ("Yes", "好的")) if talk is not None else False
        (_call if said else make_use)(work, step, use)

    patch.setattr(agents, "_write", write)


def take_a_no_for_a_yes(patch: pytest.MonkeyPatch) -> None:
    answer = talks.answer_asking
    patch.setattr("botkit.dialogue.stack.answer_asking", lambda talk, *, agreed: answer(talk, agreed=True))


def hide_the_arguments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "named_call", lambda use: use.name.replace("_", " ").capitalize())


def mix_results_up(patch: pytest.MonkeyPatch) -> None:
    close = talks.close_uses

    def mixed(talk: Talk) -> Talk:
        results = [use.result for use in talk.uses]
        mixed_up = zip(talk.uses, reversed(results), strict=True)
        return close(replace(talk, uses=tuple(replace(use, result=result) for use, result in mixed_up)))

    patch.setattr(talks, "close_uses", mixed)


def hide_refusals(patch: pytest.MonkeyPatch) -> None:
    told = talks.told_result

    def hidden(result: Result) -> str:
        return told(result) if result.failure is None else '{"ok": true}'

    patch.setattr(talks, "told_result", hidden)


def lose_parts_of_arguments(patch: pytest.MonkeyPatch) -> None:
    add = Gathering.add_call

    def lost(self: Gathering, index: int, id_: str, name: str, arguments: str) -> None:
        add(self, index, id_, name, arguments if arguments in ("", "{") or len(arguments) > 2 else "")

    patch.setattr(Gathering, "add_call", lost)


def never_ask_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("botkit.llm.retries.may_again", lambda *_, **__: False)


def allow_fewer_calls(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agents, "_limit_reached", lambda talk, _: "calls" if talk.calls > 20 else "")


PLANTED: dict[str, tuple[Plant, tuple[Manner, ...], bool, str]] = {
    "drop the confirm": (drop_the_confirm, (Manner(),), False, "never asked"),
    "keep an old yes": (keep_an_old_yes, (Manner("changed"),), False, "written"),
    "one yes for all": (take_one_yes_for_all, (Manner("two", parallel=True),), False, "written"),
    "believe the model": (believe_the_model, (Manner("forged"),), False, "written"),
    "believe an early yes": (believe_an_early_yes, (Manner("no"),), False, "written"),
    "a no for a yes": (take_a_no_for_a_yes, (Manner("no"), Manner("forged")), False, "written"),
    "hide the arguments": (hide_the_arguments, (Manner(),), False, "not about all of it"),
    "mix results up": (mix_results_up, (Manner(parallel=True),), False, "told"),
    "hide refusals": (hide_refusals, (Manner(),), False, "told"),
    "lose parts": (lose_parts_of_arguments, (Manner(part=2),), True, ""),
    "never ask again": (never_ask_again, (Manner(faults=True),), True, "handed over"),
    "fewer calls": (allow_fewer_calls, (Manner(full=True),), False, "handed over"),
}


def played() -> tuple[Case, ...]:
    """Give a few cases of other customers each, an address among their writes, and one that is refused."""
    found = chosen(12, 5, 1)
    moved = [c for c in found if c.requests[0].function == "modify_user_address"][:2]
    refused = [c for c in found if c.requests[0].refused][:1]
    assert moved
    assert refused
    return tuple({case.user_id: case for case in (*moved, *refused)}.values())


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_fault_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, manners, stream, words = PLANTED[name]
    plant(monkeypatch)
    figures = Figures()
    batch = make_batch(played(), manners, 1)
    await play_here(batch, tmp_path / "bot", figures, stream=stream, patience=PATIENCE)
    assert any(words in wrong for wrongs in figures.wrong.values() for wrong in wrongs), (figures, figures.wrong)


@pytest.mark.whole
async def test_without_one_nothing_is_found(tmp_path: Path) -> None:
    for number, (_, manners, stream, _) in enumerate(PLANTED.values()):
        figures = Figures()
        await play_here(make_batch(played(), manners, 1), tmp_path / str(number), figures, stream=stream)
        assert not figures.wrong, manners


@pytest.mark.parametrize("around", ["forgetful", "reckless"])
async def test_a_write_that_is_made_again_is_found(around: str, tmp_path: Path) -> None:
    """Without the key, or without the journal, a call that was done before the kill is done twice."""
    moved = [case for case in chosen(12, 5, 1) if case.requests[0].function == "modify_user_address"]
    figures = await kill(
        moved[:1], tmp_path, times=1, points=["write:done"], around=f"tests.llm.retail.workers:{around}"
    )
    assert figures.kills == {"write:done": 1}
    assert any("written: " in wrong for wrongs in figures.wrong.values() for wrong in wrongs), figures.wrong


def test_tricks_and_writes_are_all_there() -> None:
    assert set(TRICKS) == {manner.trick for _, manners, _, _ in PLANTED.values() for manner in manners} - {""}
    assert len(WRITES) == 7
