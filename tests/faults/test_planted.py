"""The judge sees each guarantee broken: otherwise its silence would prove nothing."""

from pathlib import Path

import pytest

from botkit.testing.faults import Fault, play
from botkit.testing.postgres import Server
from tests.faults.customers import ROOT, STALL, talk

PLANTED = [
    ("without_dedupe", "unasked", ()),
    ("without_fence", "lost", ()),
    ("marked_before_sent", "lost", (Fault("kill", "send:before"),) * 2),
    ("writes_again", "written_twice", (Fault("kill", "write:done"),)),
    ("out_of_order", "unordered", ()),
]
WITH_SERVER = [
    ("without_fence", "repeated_wrongly", (Fault("freeze", "commit:before", seconds=8.0),)),
    ("without_lease", "repeated_wrongly", ()),
    ("unordered_accept", "unasked", ()),
    pytest.param("without_dedupe", "unasked", (), marks=pytest.mark.whole),
    pytest.param("marked_before_sent", "lost", (Fault("kill", "send:before"),) * 2, marks=pytest.mark.whole),
    pytest.param("writes_again", "written_twice", (Fault("kill", "write:done"),), marks=pytest.mark.whole),
]


@pytest.mark.parametrize(("name", "wrong", "faults"), PLANTED, ids=[name for name, _, _ in PLANTED])
async def test_a_broken_guarantee_is_seen(name: str, wrong: str, faults: tuple[Fault, ...], tmp_path: Path) -> None:
    planted = f"tests.faults.planted:{name}"
    store, channel = ("", planted) if name == "out_of_order" else (planted, "")
    judgement = await play(
        STALL,
        talk,
        faults,
        tmp_path,
        chats=12,
        patience=2.0,
        around=store,
        around_channel=channel,
        paths=(str(ROOT),),
    )
    assert any(line.startswith(f"{wrong}:") for line in judgement.wrongs), judgement


@pytest.mark.parametrize(("name", "wrong", "faults"), WITH_SERVER)
async def test_a_broken_guarantee_is_seen_with_a_server(
    name: str, wrong: str, faults: tuple[Fault, ...], server: Server, tmp_path: Path
) -> None:
    """Two workers have to meet for some of them, which they do not in each play."""
    judgements = []
    for attempt in range(3):
        judgement = await play(
            STALL,
            talk,
            faults,
            _made(tmp_path / str(attempt)),
            server=server,
            chats=24,
            patience=30.0 if faults else 3.0,
            around=f"tests.faults.planted:{name}",
            paths=(str(ROOT),),
        )
        if any(line.startswith(f"{wrong}:") for line in judgement.wrongs):
            return
        judgements.append(judgement)
    pytest.fail(f"not seen: {judgements}")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_late_commits_are_sound_behind_the_fence(tmp_path: Path) -> None:
    faults = [Fault("kill", "send:before"), Fault("kill", "write:done")]
    late = "tests.faults.planted:late"
    judgement = await play(STALL, talk, faults, tmp_path, chats=12, around=late, paths=(str(ROOT),))
    assert not judgement.wrongs, judgement
    assert judgement.faults == 2
    assert judgement.unknown, "a write was killed, so somebody has to be told that nobody knows"
