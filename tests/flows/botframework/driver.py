"""The driver: plays any script with a bot that was made of its dialog. It knows no script and no dialog.

A script plays when each reply that it asserts is what the bot said, in order, and nothing was said besides where the
customer's next turn comes. What a script does not ask for at its end is not looked at.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml

from botkit import Bot, Message, Reply
from botkit.app.exchanges import Exchange
from botkit.model.events import Evidence
from botkit.testing import FakeClock
from tests.flows.botframework.comparing import ASSERTIONS, matches
from tests.flows.botframework.dialogs import Spec, kind_of
from tests.flows.botframework.expressions import MissingError
from tests.flows.botframework.translate import Translation, translate_dialog

BOT = "name: Translated\nlocales: [en]\n"
CONVERSATION = "test:1"
OTHER_MANNERS = ("requests", "corrections", "fillers")


class MismatchError(AssertionError):
    """The bot said something else than the script asserts."""


@asynccontextmanager
async def open_bot(translation: Translation, directory: Path, clock: FakeClock) -> AsyncIterator[Bot]:
    """Load a translated bot. Its locale has none of botkit's manners that the dialogs' engine does not have."""
    (directory / "locales").mkdir()
    (directory / "bot.yaml").write_text(BOT, "utf-8")
    (directory / "flows.yaml").write_text(translation.text, "utf-8")
    (directory / "locales" / "en.yaml").write_text(plain_english(), "utf-8")
    async with await Bot.load(directory, store="sqlite://", clock=clock) as bot:
        yield bot


@lru_cache(maxsize=1)
def plain_english() -> str:
    """Give English without phrases for control and correction, and with dates in digits."""
    whole = yaml.safe_load(resources.files("botkit.locales").joinpath("en.yaml").read_text("utf-8"))
    person = whole["repair"]["talk_to_person"]
    changed = {
        "control": {"cancel": [], "repeat": [], "start_over": [], "person": [person], "opt_out": [], "opt_in": []},
        "formats": {**whole["formats"], "date_short": "{yyyy}-{mm}-{dd}"},
    }
    return yaml.safe_dump({**whole, **changed, **{name: [] for name in OTHER_MANNERS if name in whole}})


async def play(dialog: Spec, script: list[Spec], directory: Path, others: dict[str, Spec] | None = None) -> None:
    """Translate a dialog and play a script with it. Raises MissingError, or MismatchError where the bot differs."""
    translation = translate_dialog(dialog, others)
    clock = FakeClock()
    async with open_bot(translation, directory, clock) as bot:
        await Driver(bot, translation, clock).play(script)


class Driver:
    """A customer who follows a script."""

    def __init__(self, bot: Bot, translation: Translation, clock: FakeClock) -> None:
        self.bot = bot
        self.translation = translation
        self.clock = clock
        self.said: list[Reply] = []
        self.lines: list[str] = []

    async def play(self, script: list[Spec]) -> None:
        """Follow the script to its end."""
        for line in script:
            kind = kind_of(line).removeprefix("Test.")
            if kind in ASSERTIONS:
                self.check(kind, line)
            elif kind == "UserDelay":
                self.clock.advance(float(line.get("timespan", 0)) / 1000)
            elif kind != "UserTyping":
                self.require_silence()
                await self.take_turn(kind, line)

    async def take_turn(self, kind: str, line: Spec) -> None:
        """Say or do what a line of the customer's says."""
        activity = line.get("activity") or {} if kind == "UserActivity" else {}
        opens = kind == "UserConversationUpdate" or activity.get("type") == "conversationUpdate"
        if kind not in {"UserSays", "UserActivity", "UserConversationUpdate"}:
            raise MissingError(f"a script's {kind}")
        if not opens and (activity.get("type", "message") != "message" or activity.get("value") is not None):
            raise MissingError("a message that carries data")
        text = "" if opens else str(line.get("text") or activity.get("text") or "")
        self.lines.append(f"> {text}")
        self.hear(await (self.bot.open(CONVERSATION) if opens else self.say(text)))
        self.clock.advance(1)

    async def say(self, text: str) -> Exchange:
        """Say something, with what the dialogs' recognizers make of it."""
        evidence = Evidence(intents=self.translation.patterns.classify(text, "en"))
        return await self.bot.send(CONVERSATION, Message(text=text, evidence=evidence))

    def hear(self, exchange: Exchange) -> None:
        """Keep what the bot said; an empty reply is none."""
        self.said += [reply for reply in exchange.replies if reply.text.strip()]
        self.lines += [f"{reply.text} {[b.label for b in reply.buttons] or ''}".strip() for reply in exchange.replies]

    def check(self, kind: str, line: Spec) -> None:
        """Hold the next reply against an assertion."""
        if kind == "AssertNoActivity":
            self.require_silence()
            return
        if not self.said:
            raise self.mismatch(f"nothing was said, where the script has {line.get('text') or line}")
        if not matches(self.said[0], line):
            raise self.mismatch(f"{self.said[0].text!r} was said, where the script has {line.get('text') or line}")
        del self.said[0]

    def require_silence(self) -> None:
        """Check that the bot has said nothing that the script does not assert."""
        if self.said:
            raise self.mismatch(f"{self.said[0].text!r} was said, and the script has no such reply")

    def mismatch(self, what: str) -> MismatchError:
        """Say what differs, with all that was said."""
        return MismatchError("\n".join([what, *self.lines]))
