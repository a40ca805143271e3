"""The customers of the stall, and its bot with and without a hook around its turns."""

import shutil
from pathlib import Path

from botkit.testing.faults import Move, Talk

STALL = Path(__file__).parent / "stall"
ROOT = Path(__file__).parents[2]
ITEMS = ("tea", "cake", "soup", "bread")
DOUBT = "5 A colleague looks whether it was booked."

HOOK = '''"""A hook: with one, no turn is stored together with its message or result."""

from botkit import Context, Plugin, Turn

plugin = Plugin("hook")


@plugin.after_turn
def look(ctx: Context, turn: Turn) -> None:
    """See a turn."""
'''


def talk(number: int) -> Talk:
    """Order something; every third customer types ahead of the bot."""
    item, amount, note = ITEMS[number % len(ITEMS)], number % 9 + 1, f"note {number}"
    booked = f"{amount} {item}"
    moves = (
        Move(
            "/order",
            (
                "0 Welcome.",
                "1 What would you like?",
            ),
        ),
        Move(item, (f"2 The {item} is {len(item)}. How many?",)),
        Move(str(amount), ("3 Anything to add?",)),
        Move(note, (f"4 Book {booked}, {note}?",)),
        Move("yes", (f"5 Booked play:c{number}: {booked}.", "6 Packed."), unknown=(DOUBT,)),
    )
    return Talk(moves, writes=(booked,), hurried=number % 3 == 0)


def hooked(directory: Path) -> Path:
    """Make the stall's bot with a hook around its turns."""
    made = directory / "hooked"
    shutil.copytree(STALL, made, ignore=shutil.ignore_patterns("__pycache__"))
    (made / "plugins" / "hook.py").write_text(HOOK, encoding="utf-8")
    config = made / "bot.yaml"
    text = config.read_text(encoding="utf-8").replace("stall.py]", "stall.py, ./plugins/hook.py]")
    config.write_text(text, encoding="utf-8")
    return made
