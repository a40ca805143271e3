"""The window between a platform's acceptance and the durable mark, measured; a crash in it repeats a reply."""

from pathlib import Path

import pytest

from botkit.stores import Durability
from botkit.testing.faults import play
from botkit.testing.postgres import Server
from tests.faults.customers import STALL, talk


@pytest.mark.parametrize("durability", ["normal", "full"])
async def test_every_mark_becomes_durable(durability: Durability, tmp_path: Path) -> None:
    judgement = await play(STALL, talk, (), tmp_path, durability=durability, at_once=2, chats=6, marks=True)
    median, most = judgement.window(0.5) * 1000, judgement.window(0.99) * 1000
    print(f"{durability}: from acceptance to the durable mark {median:.2f} ms, p99 {most:.2f} ms")
    assert not judgement.wrongs, judgement
    assert len(judgement.windows) == 6 * len(talk(1).replies)
    assert all(seconds > 0 for seconds in judgement.windows)


async def test_every_mark_becomes_durable_with_a_server(server: Server, tmp_path: Path) -> None:
    judgement = await play(STALL, talk, (), tmp_path, server=server, at_once=2, chats=6, marks=True)
    median, most = judgement.window(0.5) * 1000, judgement.window(0.99) * 1000
    print(f"server: from acceptance to the mark {median:.2f} ms, p99 {most:.2f} ms")
    assert not judgement.wrongs, judgement
    assert len(judgement.windows) == 6 * len(talk(1).replies)
    assert all(seconds > 0 for seconds in judgement.windows)
