"""Links of a text that the content assistant works on stay in it; others never come in."""

from pathlib import Path

from botkit import Bot
from botkit.testing import ScriptedModel

FLOWS = Path(__file__).parents[2] / "flows" / "content"
TEXT = "Your order A-17 is here: https://shop.example/A-17"
TRANSLATED = "您的订单 A-17 到了：https://shop.example/A-17"


async def translate(directory: Path, *made: str) -> list[str]:
    """Give what the assistant says to who has a text translated."""
    async with await Bot.load(directory, store="sqlite://", model=ScriptedModel(*made)) as bot:
        talk = [*(await bot.say("translate a text", "web:1")).replies]
        talk += (await bot.say(TEXT, "web:1")).replies
        talk += (await bot.say("Chinese", "web:1")).replies
        return [reply.text for reply in talk]


async def test_a_link_of_the_text_stays_in_its_translation() -> None:
    said = await translate(FLOWS, TRANSLATED)
    assert any(TRANSLATED in one for one in said), said


async def test_a_link_that_nobody_gave_is_not_shown() -> None:
    said = await translate(FLOWS, TRANSLATED.replace("shop.example", "evil-lamps.example"))
    assert not any("evil-lamps" in one for one in said), said
    assert any("may not show" in one for one in said), said
