"""The review on a terminal: one group after the other, the largest first, and what to do with it."""

from collections.abc import Sequence

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from botkit.app.proposals import Proposal
from botkit.app.reviews import Review
from botkit.app.transcripts import legible
from botkit.cli.reviewing import advice, proposed, summary, told
from botkit.cli.terminal import give_editing
from botkit.errors import BotkitError

SHOWN = 8  # wordings of a group
HELP = """\
Enter, a   write it where it is proposed
NAME       write it to this intent or answer; new:NAME makes a new intent
e          change the wordings first, one a line
s          leave it for another time
i          never propose it again
q          leave (also Ctrl-D); what was accepted is written already"""


def ask_about(review: Review, proposals: Sequence[Proposal]) -> None:
    """Ask about each group until there is none left, or somebody leaves."""
    give_editing()
    Screen(review, Console(highlight=False)).run(proposals)


class Screen:
    """One group on the terminal, and who decides about it."""

    def __init__(self, review: Review, console: Console) -> None:
        self._review = review
        self._console = console
        self._changed = False
        self.accepted = self.ignored = 0

    def run(self, proposals: Sequence[Proposal]) -> None:
        """Go through the groups; what was accepted before may have settled others."""
        self._say(summary(list(proposals)) + (" (? for help)" if proposals else ""), "dim")
        for number, one in enumerate(proposals, start=1):
            left = self._review.again(one) if self._changed else one
            if left is None:
                continue
            self._show(left, f"{number}/{len(proposals)}")
            if not self._decide(left):
                break
        if proposals:
            self._say(f"{self.accepted} accepted, {self.ignored} ignored", "dim")

    def _decide(self, one: Proposal) -> bool:
        """Do what somebody types until the group is done with; False if they leave."""
        wordings = one.wordings
        while True:
            try:
                typed = input("▸ ").strip()
            except EOFError:
                return False
            match typed:
                case "q" | "/quit":
                    return False
                case "?":
                    self._say(HELP, "dim")
                case "s":
                    return True
                case "i":
                    self._review.ignore(one)
                    self.ignored += 1
                    return True
                case "e":
                    wordings = self._edit(wordings)
                case _:
                    if self._accept(one, wordings, typed):
                        return True

    def _accept(self, one: Proposal, wordings: Sequence[str], typed: str) -> bool:
        try:
            target = proposed(self._review, one) if typed in ("", "a") else self._review.target(typed)
            done = self._review.accept(target, wordings)
        except BotkitError as error:
            self._say(str(error), "red")
            return False
        self._changed = True
        self.accepted += 1
        self._say(told(done), "green")
        return True

    def _edit(self, wordings: Sequence[str]) -> tuple[str, ...]:
        """Let somebody write the wordings; without any, they stay as they were."""
        self._say("one a line, an empty line ends it; nothing leaves them as they are", "dim")
        typed = []
        try:
            while line := input("  + ").strip():
                typed.append(" ".join(line.split()))
        except EOFError:
            pass
        chosen = tuple(typed) or tuple(wordings)
        self._say("\n".join(f"  {wording}" for wording in chosen), "bold")
        return chosen

    def _show(self, one: Proposal, place: str) -> None:
        reasons = ", ".join(f"{reason} {count}" for reason, count in one.reasons.items())
        self._console.print()
        self._console.print(Rule(Text(f"{place}  {one.count} × {reasons}", "dim"), align="left", style="dim"))
        for text, count in one.texts[:SHOWN]:
            self._console.print(Text(f"  {legible(text)}").append(f"  × {count}" if count > 1 else "", "dim"))
        if len(one.texts) > SHOWN:
            self._say(f"  … and {len(one.texts) - SHOWN} other wordings", "dim")
        self._console.print(Text("→ ", "cyan").append(advice(one), "bold"))
        for wording in one.wordings:
            self._say(f"    + {legible(wording)}", "cyan")
        others = [f"{meaning.name} {score:.2f}" for meaning, score in one.near if meaning != one.to]
        if others:
            self._say(f"  also near: {', '.join(others)}", "dim")

    def _say(self, text: str, style: str) -> None:
        self._console.print(Text(text, style), soft_wrap=True)
