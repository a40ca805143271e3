"""The customer: is asked about each write that the model calls, once; says yes to what they want, and else no."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botkit_shop.loading import canonical
from tests.flows.retail.cases import Document
from tests.llm.retail.plays import Play, Step, farewell

ASKING = {"en": "Shall I go ahead?", "zh": "确认办理吗"}
YES = {"en": ("yes", "Yes, please.", "ok", "sure, go ahead"), "zh": ("好的", "是的", "确认", "可以")}
NO = {
    "en": ("no", "No, thanks.", "yes, but to another one", "wait, what would that cost?"),
    "zh": ("不", "不要", "好的，不过要换一个", "等等，这要多少钱？"),
}
HANDED_OVER = ("A colleague will", "请同事")


class Customer:
    """Hears one reply after the other; `written` gives the ledger's lines of their own, `wrong` what went wrong."""

    def __init__(self, play: Play, written: Callable[[], Sequence[Document]]) -> None:
        self.play = play
        self.wrong: list[str] = []
        self.asked: list[tuple[str, bool]] = []
        self.handed_over = False
        self._written = written
        self._coming = [step for step in play.steps.values() if step.writes]
        self._agreed = 0

    def hear(self, text: str) -> str | None:
        """Give what they say to a reply; None if they say nothing more."""
        locale = self.play.case.locale
        if text == farewell(self.play.key):
            self._end()
            return None
        if any(words in text for words in HANDED_OVER):
            self.handed_over = True
            return None
        if ASKING[locale] not in text:
            self.wrong.append(f"nobody asked for this: {text}")
            return None
        self._look_at_ledger()
        if not self._coming or named(self._coming[0]) not in text:
            self.wrong.append(f"asked about what no model called, or not about all of it: {text}")
            return None
        agreed = self._coming.pop(0).wished
        self._agreed += agreed
        self.asked.append((text, agreed))
        return (YES if agreed else NO)[locale][len(self.asked) % 4]

    def _look_at_ledger(self) -> None:
        """Before the customer answered nothing may be written but what they agreed to."""
        allowed = [canonical(line) for line in self.play.written]
        written = [canonical(line) for line in self._written()]
        if len(written) > self._agreed or written != allowed[: len(written)]:
            self.wrong.append(f"written before the yes: {written[-1]}")

    def _end(self) -> None:
        for step in self._coming:
            self.wrong.append(f"never asked about {step.name}")


def named(step: Step) -> str:
    """Give a write with its arguments as a customer has to be asked about it."""
    told = ", ".join(f"{name}: {_shown(value)}" for name, value in step.arguments.items())
    return f"{step.name.replace('_', ' ').capitalize()} ({told})"


def _shown(value: Any) -> str:
    return " + ".join(value) if isinstance(value, list) else str(value) or "–"


def told_wrongly(play: Play, told: Mapping[str, str]) -> list[str]:
    """Compare what the model was told of its calls with what the desk says."""
    wrong = [f"the model was told nothing of {id_}" for id_ in play.told if id_ not in told]
    for id_, text in told.items():
        given = json.loads(text.removeprefix("<result>\n").removesuffix("\n</result>"))
        wanted = play.told[id_]
        if wanted == {"error": {"code": "not_confirmed"}}:
            given = {"error": {"code": given["error"]["code"]}} if "error" in given else given
        if given != wanted:
            wrong.append(f"{play.steps[id_].name} {id_}: told {text[:200]}, not {str(wanted)[:200]}")
    return wrong
