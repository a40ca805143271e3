"""The Telegram channel in processes that are killed: nothing is lost, and nothing comes twice but in its window."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit.stores import Durability
from botkit.testing.faults import Fault, Judgement, play
from tests.faults.customers import ROOT, STALL, hooked, talk
from tests.telegram.playing import TelegramPlatform

WINDOW = 0.5  # seconds from acceptance to mark that a kill excuses: over HTTP, where twenty chats are served at once
STORED = ("take:after",)  # and Telegram has not heard of it
STORED_ALONE = ("accept:after", "commit:after")  # the same, where a hook looks at each turn
ACCEPTED = ("platform:taken", "send:after", "sent:before")  # and not marked
LONG = 900.0  # seconds that 500 conversations may take behind the last kill
AROUND = ("send:before", "sent:after")
KILLS = [Fault("kill", point) for point in (*STORED, *ACCEPTED)]


async def played(faults: Sequence[Fault], directory: Path, driver: str = "ptb", **how: Any) -> Judgement:
    judgement = await play(
        how.pop("bot", STALL),
        talk,
        faults,
        directory,
        seed=7,
        reached_within=30.0,
        window=WINDOW,
        around_channel=f"tests.telegram.channels:{driver}",
        paths=(str(ROOT),),
        platform_of=TelegramPlatform,
        **how,
    )
    print(f"{driver} {how}: {judgement}", *judgement.wrongs[20:], sep="\n")
    return judgement


def check(judgement: Judgement) -> None:
    assert not judgement.wrongs, judgement
    assert not judgement.missed, judgement.missed
    assert judgement.repeats, "a reply that was accepted and not marked is sent again: else nothing was killed there"


async def test_a_kill_between_two_instants_loses_nothing(tmp_path: Path) -> None:
    check(await played(KILLS, tmp_path))


@pytest.mark.whole
@pytest.mark.parametrize(
    ("driver", "durability", "bot", "times"),
    [
        ("ptb", "normal", "plain", 25),
        ("ptb", "full", "hooked", 25),
        ("aiogram", "normal", "hooked", 8),
        ("aiogram", "full", "plain", 8),
    ],
)
async def test_many_kills_lose_nothing_of_500_conversations(
    tmp_path: Path, driver: str, durability: Durability, bot: str, times: int
) -> None:
    stored = STORED if bot == "plain" else STORED_ALONE
    points = (*stored, *ACCEPTED, *AROUND)
    faults = [Fault("kill", point, 1 + number % 2) for number in range(times) for point in points]
    directory = STALL if bot == "plain" else hooked(tmp_path)
    how: dict[str, Any] = {"durability": durability, "chats": 500, "at_once": 24, "patience": LONG}
    check(await played(faults, tmp_path, driver, bot=directory, **how))


@pytest.mark.parametrize(
    ("planted", "wrong", "faults"),
    [
        ("store:without_dedupe", "unasked", ()),
        ("store:marked_before_sent", "lost", [Fault("kill", "send:before")] * 2),
        ("channel:confirming_early", "lost", [Fault("kill", "take:before")] * 2),
        ("channel:sending_twice", "repeated_wrongly", ()),
    ],
)
async def test_a_broken_guarantee_is_seen(tmp_path: Path, planted: str, wrong: str, faults: Sequence[Fault]) -> None:
    where, _, name = planted.partition(":")
    around = f"tests.faults.planted:{name}" if where == "store" else ""
    judgement = await played(
        faults, tmp_path, name if where == "channel" else "ptb", around=around, chats=12, patience=2.0
    )
    assert any(line.startswith(f"{wrong}:") for line in judgement.wrongs), judgement


@pytest.mark.parametrize("durability", ["normal", "full"])
async def test_every_mark_becomes_durable(durability: Durability, tmp_path: Path) -> None:
    judgement = await played((), tmp_path, durability=durability, at_once=2, chats=2, marks=True)
    median, most = judgement.window(0.5) * 1000, judgement.window(0.99) * 1000
    print(f"from Telegram's acceptance to the durable mark {median:.2f} ms, p99 {most:.2f} ms")
    assert not judgement.wrongs, judgement
    assert len(judgement.windows) == 2 * len(talk(1).replies)
    assert all(seconds > 0 for seconds in judgement.windows)
