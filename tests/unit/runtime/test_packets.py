"""A team is given what was said without numbers of cards, accounts and persons."""

from pathlib import Path

import pytest

from botkit.app.bots import Bot
from botkit.model.replies import HandOff
from botkit.runtime import turning

SAID = "my card 4111 1111 1111 1111 was charged, my SSN is 078-05-1120 and my phone is +49 30 1234567"


async def packet_of(directory: Path) -> dict[str, object]:
    (directory / "bot.yaml").write_text("name: Test\nstore: sqlite://\n")
    (directory / "flows.yaml").write_text(
        "flows:\n  pay:\n    start: {commands: [pay]}\n    steps:\n      - {ask: card, say: Which card?}\n"
        "      - {handoff: pay, show: {card: '{{ card }}'}}\n"
    )
    async with await Bot.load(directory) as bot:
        await bot.say("/pay")
        turns = (await bot.say(SAID)).turns
    (packet,) = [effect.packet for turn in turns for effect in turn.effects if isinstance(effect, HandOff)]
    return packet


async def test_the_last_lines_are_masked_and_what_is_shown_on_purpose_is_not(tmp_path: Path) -> None:
    packet = await packet_of(tmp_path)

    lines = packet["last"]
    assert isinstance(lines, list)
    assert ["customer", "my card [card 1] was charged, my SSN is [id 1] and my phone is +49 30 1234567"] in lines
    assert packet["show"] == {"card": SAID}
    assert packet["slots"] == {"card": SAID}


async def test_masking_that_is_switched_off_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turning, "mask_packet", lambda turn: turn)

    assert "4111" in str((await packet_of(tmp_path))["last"])
